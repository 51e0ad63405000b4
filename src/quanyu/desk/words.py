"""A programme in words: who is who, and each flow step by step."""

from collections.abc import Iterator

from quanyu.desk.cover_words import cover_words
from quanyu.desk.duties import duty_words
from quanyu.desk.open import Opened
from quanyu.formula import Expression
from quanyu.terms import Text
from quanyu.waterfall import Plan, PlanStep, Taker

__all__ = ["FLOW_NAMES", "programme_words", "step_words"]

FLOW_NAMES = {
    ("premium", "from"): Text("谁交保费", "who pays the premium"),
    ("premium", "to"): Text("谁收保费", "who receives the premium"),
    ("losses", "from"): Text("谁承担损失", "who bears a loss"),
    ("losses", "to"): Text("谁收赔款", "who receives a payment"),
    ("recoveries", "from"): Text("追偿从谁来", "who pays what comes back"),
    ("recoveries", "to"): Text("追偿归谁", "who gets what comes back"),
    ("calls", "from"): Text("谁被追缴", "who is called upon"),
    ("calls", "to"): Text("追缴归谁", "who receives a call"),
    ("services", "from"): Text("谁付服务费", "who pays for prevention"),
    ("services", "to"): Text("谁提供服务", "who is paid for prevention"),
    ("surplus", "from"): Text("结余从谁来", "who hands on the result"),
    ("surplus", "to"): Text("结余归谁", "who keeps the result"),
}
_SCOPES = {
    "claim": Text("每案", "a claim"),
    "event": Text("每次事故", "an event"),
    "insured": Text("每被保险人每期", "an insured and period"),
    "policy": Text("每保单", "a policy"),
    "period": Text("每期", "a period"),
    "term": Text("全期", "the whole term"),
}


def programme_words(opened: Opened) -> Iterator[tuple[int, Text]]:
    """Lines with their depth: headings at 0."""
    programme = opened.programme
    yield (
        0,
        Text(
            f"{programme.name.zh}（{programme.programme}，{programme.version}）",
            f"{programme.name.en} ({programme.programme}, {programme.version})",
        ),
    )
    if programme.source is not None:
        yield 1, Text(f"依据：{programme.source.zh}", f"source: {programme.source.en}")
    yield 0, Text("责任", "covers")
    for name, cover in programme.covers.items():
        title = cover.name or Text.same(name)
        yield 1, Text(f"{title.zh}（{name}）", f"{title.en} ({name})")
        yield from ((depth + 2, line) for depth, line in cover_words(programme, name))
    duties = list(duty_words(programme))
    if duties:
        yield 0, Text("义务、权利与期限", "duties, rights and dates")
        yield from ((1, line) for line in duties)
    for (flow, side), plan in opened.compiled.plans.items():
        yield 0, FLOW_NAMES[flow, side]
        for index in plan.roots:
            yield from step_words(plan, plan.steps[index], 1)


def step_words(plan: Plan, step: PlanStep, depth: int) -> Iterator[tuple[int, Text]]:
    """A step and what is inside it, each with its depth."""
    name = _taker(plan, step)
    parts = [*_entry(step), *_stages(step), *_taking(plan, step)]
    zh = "，".join(p.zh for p in parts)
    en = ", ".join(p.en for p in parts)
    yield depth, Text(f"[{step.label}] {name.zh}：{zh}", f"[{step.label}] {name.en}: {en}")
    if step.inside == "tower":
        yield depth + 1, Text("分层（各层都看同一金额）", "a tower (each layer sees the same amount)")
    for index in step.children:
        yield from step_words(plan, plan.steps[index], depth + 1)
    if step.inside and step.taker is not Taker.GROUP:
        yield depth + 1, Text(f"其余归{name.zh}", f"the rest stays with {name.en}")


def _taker(plan: Plan, step: PlanStep) -> Text:
    if step.taker is Taker.GROUP:
        return Text("一组", "a group")
    if step.taker is Taker.INSURED:
        return Text("被保险人", "the insured")
    if step.taker is Taker.BORNE:
        return Text("按各自最终承担的比例", "each in proportion to what it bore")
    if step.taker is Taker.CLAIMANT:
        return Text("索赔人", "the claimant")
    party = step.party or ""
    return plan.names.get(party, Text.same(party))


def _scope(scope: str) -> Text:
    return _SCOPES.get(scope, Text(f"每{scope}", f"each {scope}"))


def _said(expression: Expression) -> str:
    return expression.text


def _entry(step: PlanStep) -> Iterator[Text]:
    if step.covers is not None:
        names = "、".join(sorted(step.covers))
        yield Text(f"只限 {names}", f"only {', '.join(sorted(step.covers))}")
    if step.when is not None:
        yield Text(f"条件 {_said(step.when)}", f"where {_said(step.when)}")


def _stages(step: PlanStep) -> Iterator[Text]:
    for stage in step.stages:
        scope = _scope(stage.scope)
        if stage.franchise is not None:
            yield Text(
                f"{scope.zh}达到 {_said(stage.franchise)} 才赔、赔则全额",
                f"nothing below {_said(stage.franchise)} {scope.en}, all once reached",
            )
        if stage.attachment is not None:
            yield Text(
                f"{scope.zh}超过 {_said(stage.attachment)} 的部分", f"what exceeds {_said(stage.attachment)} {scope.en}"
            )
        if stage.limit is not None:
            yield Text(f"{scope.zh}最多 {_said(stage.limit)}", f"at most {_said(stage.limit)} {scope.en}")
        if stage.bands:
            bands = "；".join(
                f"{_plain(b.low)}–{'∞' if b.high is None else _plain(b.high)}: {_said(b.slope)}" for b in stage.bands
            )
            yield Text(f"{scope.zh}分段 {bands}", f"in bands {scope.en}: {bands}")


def _plain(value: object) -> str:
    return f"{float(value):,.0f}"  # type: ignore[arg-type]


def _taking(plan: Plan, step: PlanStep) -> Iterator[Text]:
    share = _said(step.share) if step.share is not None else None
    yield Text(f"取 {share}" if share else "全取", f"takes {share}" if share else "takes all")
    for cap in step.caps:
        scope = _scope(cap.scope)
        yield Text(f"{scope.zh}实取以 {_said(cap.amount)} 为限", f"never more than {_said(cap.amount)} {scope.en}")
    if step.taker is Taker.ACCOUNT:
        yield Text("以余额为限", "down to its balance") if not plan.receiving else Text("入账", "into the account")
    if step.reinstatement is not None:
        rates = "、".join(_said(r) for r in step.reinstatement.rates)
        yield Text(f"恢复限额另收保费（{rates}）", f"limit is reinstated for premium ({rates})")
    if step.causes is not None:
        yield Text("由此追缴", "which is called from the members")
