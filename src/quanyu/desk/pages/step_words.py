"""What a step says beside its amounts: reinstatements, calls, sub-limits, balances, how and when it is paid."""

from collections.abc import Iterator

from quanyu.desk.pages.words import constant_of, expression_words, joined, party_words, scope_words
from quanyu.language.flows import Step
from quanyu.language.programme import Programme
from quanyu.terms import Text
from quanyu.waterfall.plan import Plan, PlanReinstatement, PlanStep, Taker

__all__ = ["words_beside"]


def words_beside(programme: Programme, plan: Plan, step: PlanStep, stated: Step | None) -> Iterator[Text]:
    """Sentences about a step that are no attachment, limit, share or cap."""
    if step.taker is Taker.ACCOUNT:
        yield _account(programme, plan, step)
    if step.taker is Taker.BORNE:
        yield Text("按各自最终承担的比例", "in proportion to what each finally bore")
    if step.reinstatement is not None:
        yield _reinstatement(programme, step.reinstatement)
    if step.causes is not None:
        who = party_words(programme, step.causes.on)
        yield Text(
            f"所承担的向{who.zh}追缴，按 {step.causes.by}",
            f"what it takes is called from {who.en}, by {step.causes.by}",
        )
    if not step.reopen:
        yield Text("已记账的不因他案更正而变", "what is booked stands when other claims are revised")
    if step.at_payment:
        yield Text("条款按付款当时的事实", "terms read the facts at payment")
    if stated is not None:
        yield from _as_stated(programme, stated)


def _account(programme: Programme, plan: Plan, step: PlanStep) -> Text:
    if not plan.receiving:
        return Text("以余额为限", "down to its balance")
    ceiling = constant_of(programme.accounts[str(step.party)].ceiling)
    if ceiling is None:
        return Text("存入账户", "paid into the account")
    return Text(f"存入账户，至上限 {float(ceiling):,.0f}", f"paid into the account up to {float(ceiling):,.0f}")


def _reinstatement(programme: Programme, given: PlanReinstatement) -> Text:
    rates = [expression_words(r.text) for r in given.rates]
    limit, premium = expression_words(given.limit.text), expression_words(given.premium.text)
    per = scope_words(programme, given.per)
    payer = party_words(programme, given.payer) if given.payer else Text("承担方", "its cedant")
    said, times = joined(rates), "reinstatement" if len(rates) == 1 else "reinstatements"
    remaining = f" × {given.remaining.text}" if given.remaining is not None else ""
    return Text(
        f"限额 {limit.zh} 可复原 {len(rates)} 次（{per.zh}），费率 {said.zh}，"
        f"按金额比例 × 层保费 {premium.zh}{remaining}，由{payer.zh}缴（{given.label}）",
        f"{len(rates)} {times} of {limit.en}, {per.en}, at {said.en} pro rata as to amount of the layer's "
        f"premium {premium.en}{remaining}, paid by {payer.en} ({given.label})",
    )


def _as_stated(programme: Programme, step: Step) -> Iterator[Text]:
    for sub in step.sublimits:
        names = joined((programme.covers[c].name or Text.same(c)) for c in sub.covers if c in programme.covers)
        limits = joined(
            Text(f"{w.zh} {e.zh}", f"{e.en} {w.en}")
            for scope, source in sub.limit
            for w, e in [(scope_words(programme, scope), expression_words(source.text))]
        )
        yield Text(f"分项限额 {sub.as_}：{names.zh}，{limits.zh}", f"sub-limit {sub.as_}: {names.en}, {limits.en}")
    if step.paid is not None:
        yield step.paid
    if step.advanced_by:
        who = party_words(programme, step.advanced_by)
        yield Text(f"由{who.zh}先行垫付", f"advanced by {who.en}")
    if step.provisional:
        yield Text("暂定，事后调整", "provisional, adjusted later")
    if step.against is not None:
        yield Text(f"凭：{step.against.zh}", f"against {step.against.en}")
    for scope, source in step.quota:
        where, count = scope_words(programme, scope), expression_words(source.text)
        yield Text(f"{where.zh}最多 {count.zh} 次", f"at most {count.en} times {where.en}")
