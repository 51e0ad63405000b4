"""No money is left with nobody: every list of a flow takes all that reaches it."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import StepList, flows
from quanyu.formula import Expression, constant, names, parse
from quanyu.formula.tree import Node, Not
from quanyu.language.flows import Step
from quanyu.language.parts import Pool
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Text

__all__ = ["RULE"]

_INSURERS = ("insurer", "mutual", "administrator")


def _search(inspection: Inspection) -> Iterator[Finding]:
    stated = {(here.flow, here.side) for here in inspection.lists if here.form == "list"}
    for here in inspection.lists:
        if here.form == "list" and (here.flow, here.side) != ("recoveries", "to"):
            yield from _leak(inspection, here)
    for name in flows(inspection.programme):
        for side in ("from", "to"):
            if (name, side) not in stated:
                yield from _unstated(inspection, name, side)
    for placed in inspection.steps:
        if placed.step.party is None and placed.step.tower is None and placed.step.steps is None:
            yield inspection.finding(
                "step-without-party",
                placed.path,
                Text("这一步没有承担者，里面也没有步骤", "this step has no party, and no steps inside"),
                Text("写 party:", "write party:"),
            )


def _leak(inspection: Inspection, here: StepList) -> Iterator[Finding]:
    programme = inspection.programme
    steps = [placed.step for placed in here.steps]
    covers: Sequence[str | None] = list(programme.covers) if here.flow == "losses" else [None]
    left = [cover for cover in covers if not _take_all(programme, here, steps, cover)]
    if not left:
        return
    last = here.steps[-1]
    why = _why(programme, last.step, here.side)
    some = [c for c in left if c] if len(left) < len(covers) else []
    of = Text(f"（{'、'.join(some)}）", f" of {', '.join(some)}") if some else Text("", "")
    party = "insured" if here.flow in ("losses", "premium") else next(iter(programme.parties), "insured")
    code = "money-with-nobody" if here.side == "from" else "money-to-nobody"
    yield inspection.finding(
        code,
        inspection.name_place(last),
        Text(
            f"“{last.step.label}”之后{of.zh}可能还有余额，不属于任何人：{why.zh}",
            f"money{of.en} can be left after `{last.step.label}` and belongs to nobody: {why.en}",
        ),
        Text(
            f"在最后加一步，如 {{as: last, party: {party}}}",
            f"add a last step that takes the rest, such as {{as: last, party: {party}}}",
        ),
    )


def _take_all(programme: Programme, here: StepList, steps: Sequence[Step], cover: str | None) -> bool:
    """Whether the steps together leave nothing of what reaches them."""
    conditions: set[Node] = set()
    for step in steps:
        if not _takes_all(programme, here, step, cover):
            continue
        when = parse(step.when.text) if step.when else None
        if when is None:
            return True
        if isinstance(when, Expression):
            conditions.add(when.root)
    return any(isinstance(c, Not) and c.operand in conditions for c in conditions)


def _takes_all(programme: Programme, here: StepList, step: Step, cover: str | None) -> bool:
    """Whether a step takes all that reaches it, its condition apart."""
    if step.covers is not None and cover not in step.covers:
        return False
    if step.franchise or step.attachment or step.limit or step.bands or step.cap:
        return False
    if step.share and _constant(step.share.text) != 1:
        return False
    if step.party is None:
        if step.steps is not None:
            return _take_all(programme, here, step.steps, cover)
        shares = [_plain_share(member, cover) for member in step.tower or ()]
        known = [s for s in shares if s is not None]
        return bool(shares) and len(known) == len(shares) and sum(known) == 1
    if step.party in programme.accounts:
        ceiling = programme.accounts[step.party].ceiling
        return ceiling is None if here.side == "to" else _drains(programme, here, step.party)
    return here.flow != "losses" or step.party not in programme.pools or _within(programme.pools[step.party])


def _within(pool: Pool) -> bool:
    """Whether the members of a pool take all that it takes: no caps, or others for what lies above them."""
    return not pool.caps or (pool.overflow == "others" and bool(set(pool.shares or {}) - set(pool.caps)))


def _drains(programme: Programme, here: StepList, account: str) -> bool:
    """Whether a surplus is what the account holds, so that the account can give it."""
    if here.flow != "surplus" or programme.surplus is None:
        return False
    amount = parse(programme.surplus.amount.text)
    return isinstance(amount, Expression) and f"{account}.balance" in names(amount)


def _plain_share(step: Step, cover: str | None) -> Fraction | None:
    """The constant share of a member of a tower that has no other terms."""
    if (step.covers is not None and cover not in step.covers) or step.when:
        return None
    if step.franchise or step.attachment or step.limit or step.bands or step.cap:
        return None
    return _constant(step.share.text) if step.share else Fraction(1)


def _constant(text: str) -> Fraction | None:
    parsed = parse(text)
    return constant(parsed) if isinstance(parsed, Expression) else None


def _why(programme: Programme, step: Step, side: str) -> Text:
    if step.party in programme.pools and not _within(programme.pools[step.party]):
        return Text("成员有各自的上限", "its members have caps")
    if step.party in programme.accounts:
        if side == "from":
            return Text("账户只给到余额为止", "an account gives only what it holds")
        if programme.accounts[step.party].ceiling is not None:
            return Text("账户只收到上限为止", "an account receives only up to its ceiling")
    for terms, zh, en in (
        (step.limit or step.cap, "它有限额", "the step has a limit"),
        (step.attachment or step.franchise, "起赔点以下不归它", "what lies below its attachment is not taken"),
        (step.bands, "它按档给付", "its bands take a part only"),
        (step.share, "它只取一个比例", "the step takes a share only"),
        (step.covers is not None, "它只管一部分保障", "the step takes some covers only"),
        (step.when, "它有条件", "the step takes only what its condition lets in"),
    ):
        if terms:
            return Text(zh, en)
    return Text("里面的步骤没有取尽", "the steps inside do not take everything")


def _unstated(inspection: Inspection, flow: str, side: str) -> Iterator[Finding]:
    """What the silence of a side means, where it means nothing."""
    programme = inspection.programme
    key = inspection.key((flow,))
    match flow, side:
        case ("losses", "to") | ("premium", "from") | ("recoveries", _):
            return
        case ("premium", "to") | ("services" | "surplus", "from"):
            if len(_bearers(programme)) == 1:
                return
            yield inspection.finding(
                "receiver-unclear",
                key,
                Text(
                    f"{flow} 没有写 {side}，而承担损失的保险人不是恰好一方",
                    f"{flow} does not state `{side}`, and not exactly one insurer or pool bears the losses",
                ),
                Text(f"写 {side}: [{{as: …, party: …}}]", f"write {side}: [{{as: …, party: …}}]"),
            )
        case "calls", "from":
            if len({placed.step.causes.on for placed in inspection.steps if placed.step.causes}) != 1:
                yield _nobody(inspection, flow, side)
        case _:
            yield _nobody(inspection, flow, side)


def _nobody(inspection: Inspection, flow: str, side: str) -> Finding:
    code = "money-to-nobody" if side == "to" else "money-with-nobody"
    return inspection.finding(
        code,
        inspection.key((flow,)),
        Text(f"{flow} 没有写 {side}", f"{flow} does not say who stands in `{side}`"),
        Text(f"写 {side}: [{{as: …, party: …}}]", f"write {side}: [{{as: …, party: …}}]"),
    )


def _bearers(programme: Programme) -> set[str]:
    """The pools that bear losses, or else the insurers."""

    def parties(steps: Sequence[Step]) -> Iterator[str]:
        for step in steps:
            yield from (step.party,) if step.party else ()
            yield from parties(step.tower or step.steps or ())

    bearing = set(parties(programme.losses.from_))
    pools = bearing & set(programme.pools)
    return pools or {p for p in bearing & set(programme.parties) if programme.parties[p].kind in _INSURERS}


RULE = Rule(("money-with-nobody", "money-to-nobody", "receiver-unclear", "step-without-party"), _search)
