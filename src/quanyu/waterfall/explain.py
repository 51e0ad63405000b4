"""A passage in words: what a step took of a claim, and why not more. In Chinese and English, with exact amounts."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType

from quanyu.terms import Text, write_number
from quanyu.waterfall.history import Amount
from quanyu.waterfall.outcome import Outcome
from quanyu.waterfall.plan import Plan, Taker
from quanyu.waterfall.trace import Cut, Passage, StagePassage

__all__ = ["explain", "party_name", "write_amount"]

_SCOPES: Mapping[str, Text] = MappingProxyType(
    {
        "claim": Text("本案", "the claim"),
        "event": Text("本次事故", "the event"),
        "insured": Text("该被保险人本期", "the insured in the period"),
        "policy": Text("本保单", "the policy"),
        "period": Text("本期", "the period"),
        "term": Text("全期", "the whole term"),
    }
)
_BORNE = Text("各承担人", "those who bore the loss")
_SEVERAL = {"insured": Text("各被保险人", "the insured"), "claimant": Text("各索赔人", "the claimants")}
_TEN_THOUSAND, _HUNDRED_MILLION = 10**4, 10**8


def explain(outcome: Outcome, claim: str) -> list[Text]:
    """A line for every step that a claim's increments reached, in the order of the plan.

    The outcome has to be folded with the claim in `explain`; raises KeyError where it was not.
    """
    passages = [passage for passage in outcome.passages if passage.claim == claim]
    if not passages:
        raise KeyError(claim)
    return [_line(outcome, passage) for passage in passages if passage.reached]


def write_amount(amount: Amount, scale: int) -> Text:
    """An amount in the programme's unit: 3亿 and 50万 where they are whole in Chinese, grouped figures otherwise."""
    value = Fraction(amount) / scale
    figures = write_number(value)
    whole, point, rest = figures.partition(".")
    grouped = f"{int(whole):,}{point}{rest}" if " / " not in figures else figures
    zh = grouped
    for size, unit in ((_HUNDRED_MILLION, "亿"), (_TEN_THOUSAND, "万")):
        if value and (value / size * 100).denominator == 1 and abs(value) >= size:
            zh = f"{write_number(value / size)}{unit}"
            break
    return Text(zh, grouped)


def party_name(plan: Plan, party: str) -> Text:
    """What people call a party; the insured by its key."""
    if party.startswith("insured:"):
        key = party.removeprefix("insured:")
        return Text(f"被保险人 {key}".strip(), f"the insured {key}".strip())
    return plan.names.get(party, Text.same(party))


def _line(outcome: Outcome, passage: Passage) -> Text:
    step = outcome.plan.steps[passage.step]
    parts = [*_opening(outcome, passage), *_stages(outcome, passage), *_share(passage), *_cuts(outcome, passage)]
    parts += _ending(outcome, passage)
    zh, en = "；".join(part.zh for part in parts), "; ".join(part.en for part in parts)
    return Text(f"[{step.path}] {zh}。", f"[{step.path}] {en}.")


def _opening(outcome: Outcome, passage: Passage) -> Iterator[Text]:
    """Who took how much of what reached the step."""
    reached = write_amount(passage.reached, outcome.scale)
    taken = write_amount(passage.taken, outcome.scale)
    step = outcome.plan.steps[passage.step]
    if step.party is None:
        yield Text(f"到达 {reached.zh}，进入本组 {taken.zh}", f"{taken.en} of {reached.en} enters the group")
        return
    name = _taker(outcome.plan, passage)
    yield Text(
        f"{name.zh}取 {taken.zh}（到达 {reached.zh}）", f"{taken.en} by {name.en}, of {reached.en} that reach it"
    )
    if len(passage.parties) > 1:
        shares = [(party_name(outcome.plan, p), write_amount(v, outcome.scale)) for p, v in passage.parties.items()]
        yield Text(
            "其中 " + "、".join(f"{who.zh} {what.zh}" for who, what in shares),
            "of which " + ", ".join(f"{who.en} {what.en}" for who, what in shares),
        )


def _taker(plan: Plan, passage: Passage) -> Text:
    step = plan.steps[passage.step]
    named = str(step.party)
    if named in plan.names:
        return plan.names[named]
    if step.taker is Taker.BORNE:
        return _BORNE
    if len(passage.parties) != 1:
        return _SEVERAL.get(named, Text.same(named))
    return party_name(plan, next(iter(passage.parties)))


def _stages(outcome: Outcome, passage: Passage) -> Iterator[Text]:
    for stage in passage.stages:
        yield _stage(outcome, stage)


def _stage(outcome: Outcome, stage: StagePassage) -> Text:
    """What a stage let through, with its terms and the running total before and after."""
    where = _where(stage.scope, stage.key)
    terms = stage.terms
    entered, left = write_amount(stage.entered, outcome.scale), write_amount(stage.left, outcome.scale)
    if not terms.reached:
        return Text(f"{where.zh}未达相对免赔，通过 0", f"{where.en} does not reach the franchise: nothing passes")
    zh, en = [], []
    if terms.attachment:
        attachment = write_amount(terms.attachment, outcome.scale)
        zh.append(f"{attachment.zh} 以上")
        en.append(f"above {attachment.en}")
    if terms.limit is not None:
        limit = write_amount(terms.limit, outcome.scale)
        zh.append(f"至多 {limit.zh}")
        en.append(f"at most {limit.en}")
    if terms.bands:
        zh.append("按档")
        en.append("through the bands")
    before, after = write_amount(stage.before, outcome.scale), write_amount(stage.after, outcome.scale)
    together = Text("，同时到达各笔按比例", ", pro rata with what arrived together") if stage.together else Text("", "")
    terms_zh = "、".join(zh) or "全数"
    return Text(
        f"{where.zh}合计由 {before.zh} 增至 {after.zh}，{terms_zh}：{entered.zh} 中通过 {left.zh}{together.zh}",
        f"{where.en} goes from {before.en} to {after.en}, {' and '.join(en) or 'all'}: {left.en} of {entered.en} passes"
        f"{together.en}",
    )


def _share(passage: Passage) -> Iterator[Text]:
    if passage.share is not None:
        percent = write_number(Fraction(passage.share) * 100)
        text = f"{percent} %" if " / " not in percent else write_number(Fraction(passage.share))
        yield Text(f"按 {text} 计", f"at a share of {text}")


def _cuts(outcome: Outcome, passage: Passage) -> Iterator[Text]:
    """What bounded the take: only those that cut."""
    for cut in passage.cuts:
        if cut.given != cut.asked:
            yield _cut(outcome, cut)


def _cut(outcome: Outcome, cut: Cut) -> Text:
    asked, given = write_amount(cut.asked, outcome.scale), write_amount(cut.given, outcome.scale)
    if cut.kind == "booked":
        return Text(
            f"按已记数 {given.zh}，不因他案更正而变", f"stands as booked at {given.en}, others' revisions aside"
        )
    bound = write_amount(0 if cut.amount is None else cut.amount, outcome.scale)
    if cut.kind in ("balance", "ceiling"):
        what = Text("账户余额", "the balance") if cut.kind == "balance" else Text("账户上限", "the ceiling")
        return Text(
            f"{asked.zh} 受{what.zh} {bound.zh} 所限，得 {given.zh}",
            f"{asked.en} cut to {given.en} by {what.en} of {bound.en}",
        )
    where, used = _where(cut.scope, cut.key), write_amount(cut.used, outcome.scale)
    return Text(
        f"{asked.zh} 受{where.zh}封顶 {bound.zh}（已用 {used.zh}）所限，得 {given.zh}",
        f"{asked.en} cut to {given.en}, what is left of the {bound.en} for {where.en} ({used.en} used)",
    )


def _ending(outcome: Outcome, passage: Passage) -> Iterator[Text]:
    if passage.returned:
        back = write_amount(passage.returned, outcome.scale)
        yield Text(f"组内未取 {back.zh}", f"{back.en} comes back out of the group")
    if passage.rest:
        rest = write_amount(passage.rest, outcome.scale)
        yield Text(f"余 {rest.zh} 流向下一步", f"{rest.en} flows on")


def _where(scope: str, key: tuple[str, ...]) -> Text:
    """A scope with its key."""
    name = _SCOPES.get(scope, Text.same(scope))
    shown = " ".join(key)
    return Text(f"{name.zh}（{shown}）" if shown else name.zh, f"{name.en} {shown}".strip())
