"""Abbreviations of the file, written out as steps; and who receives or pays where nothing is said."""

from collections.abc import Iterator, Sequence

from quanyu.language.flows import Call, Losses, Premium, Recoveries, Services, Step, Sublimit, Surplus
from quanyu.language.programme import Programme
from quanyu.language.scopes import NotNested, chain, scope_columns
from quanyu.terms import Text
from quanyu.waterfall.members import written_out
from quanyu.waterfall.plan import PlanRefused

__all__ = ["bearer", "expand", "stated_steps"]

_INSURERS = ("insurer", "mutual", "administrator")


def stated_steps(programme: Programme, flow: str, side: str) -> tuple[Step, ...]:
    """The steps of a side as the file states them, or as its silence is read; PlanRefused where that says nothing.

    losses.to: the insured (the claimant where several may claim). premium.from: the insured; premium.to, services.from
    and surplus.from: those who bear the losses. recoveries.to: borne, and what exceeds that to `above`.
    """
    part = _flow(programme, flow)
    steps = part.from_ if side == "from" else part.to
    if isinstance(part, Recoveries) and side == "to":
        return (*(steps or (Step(party="borne"),)), Step.model_validate({"as": "above", "party": part.above}))
    return steps or (Step(party=_default(programme, flow, side)),)


def _flow(programme: Programme, flow: str) -> Losses | Premium | Recoveries | Services | Surplus | Call:
    part: Losses | Premium | Recoveries | Services | Surplus | Call | None
    match flow:
        case "losses":
            part = programme.losses
        case "premium":
            part = programme.premium
        case "recoveries":
            part = programme.recoveries
        case "services":
            part = programme.services
        case "surplus":
            part = programme.surplus
        case "calls":
            part = programme.calls
        case _:
            raise ValueError(f"{flow} is no flow")
    if part is None:
        raise PlanRefused("no-flow", flow, Text(f"方案没有 {flow}", f"the programme has no {flow}"))
    return part


def _default(programme: Programme, flow: str, side: str) -> str:
    match flow, side:
        case "losses", "to":
            return "claimant" if programme.insured.several else "insured"
        case "premium", "from":
            return "insured"
        case ("premium", "to") | ("services" | "surplus", "from"):
            return bearer(programme, f"{flow}.{side}")
        case "calls", "from":
            on = {step.causes.on for step in _all_steps(programme.losses.from_) if step.causes}
            if len(on) == 1:
                return on.pop()
        case _:
            pass
    raise PlanRefused("nobody", f"{flow}.{side}", Text("没有写明是谁", "it is not said who this is"))


def bearer(programme: Programme, path: str) -> str:
    """The pool that bears the losses, or else the one insurer that does. PlanRefused where there is no such one."""
    parties = [step.party for step in _all_steps(programme.losses.from_) if step.party]
    pools = list(dict.fromkeys(p for p in parties if p in programme.pools))
    insurers = list(
        dict.fromkeys(p for p in parties if p in programme.parties and programme.parties[p].kind in _INSURERS)
    )
    found = pools or insurers
    if len(found) == 1:
        return found[0]
    raise PlanRefused(
        "receiver-unclear",
        path,
        Text("承担损失的不止一方或没有：请写明 to", "not one party alone bears the losses: say who receives"),
    )


def _all_steps(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _all_steps(step.tower or step.steps or ())


def expand(steps: Sequence[Step], programme: Programme, path: str) -> list[Step]:
    """The steps with every abbreviation as what it means.

    What lies above a sub-limit is taken first, by the sub-limit's party. Of losses, members of pools bear up to their
    caps, and the reinsurance of a party stands behind it.
    """
    if path.endswith(".tower") and any(step.sublimits for step in steps):
        raise PlanRefused(
            "sublimits-in-tower",
            path,
            Text("塔内的步骤不能带 sublimits：写在塔之前", "no sub-limits inside a tower: state them before it"),
        )
    own = path.startswith("losses.from")
    return [
        out
        for step in steps
        for out in (*_excess_steps(step, programme), written_out(step, programme, path) if own else step)
    ]


def _excess_steps(step: Step, programme: Programme) -> Iterator[Step]:
    for sub in step.sublimits:
        covers = [c for c in sub.covers if step.covers is None or c in step.covers]
        scopes = _finest_first(sub, programme)
        for scope in scopes:
            label = sub.as_ if len(scopes) == 1 else f"{sub.as_}.{scope}"
            yield Step.model_construct(
                as_=label,
                party=sub.party,
                covers=tuple(covers),
                when=step.when,
                attachment=((scope, dict(sub.limit)[scope]),),
                at=step.at,
            )


def _finest_first(sub: Sublimit, programme: Programme) -> list[str]:
    names = [scope for scope, _ in sub.limit]
    ordered = chain([scope_columns(name, programme) for name in names])
    return names if isinstance(ordered, NotNested) else [scope.name for scope in ordered]
