"""Which figures of a program make up what each party pays, receives and is left with in a year."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from quanyu.engine.annual import Annual
from quanyu.formula import constant
from quanyu.simulation.columns import Term
from quanyu.waterfall.kernel_program import Output
from quanyu.waterfall.plan import Plan, PlanStep, Taker

__all__ = ["Entry", "Kind", "StepEntry", "Term", "ledger", "step_entries"]

Kind = Literal["losses", "paid", "received", "deficit"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A yearly amount of a party: `fixed` + Σ coefficient × column of the program's result.

    losses: what it bears of losses. paid, received: over all flows. deficit: paid − received, so that, as everywhere,
    the bad years are the upper tail; the net result is its negative.
    """

    party: str
    kind: Kind
    fixed: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class StepEntry:
    """What a step of the losses takes in a year, what reaches it, whether it is exhausted, its greatest occurrence."""

    label: str
    path: str
    party: str
    take: Term
    reached: Term | None
    exhausted: Term | None
    occurrence: Term | None


def ledger(annual: Annual) -> list[Entry]:
    """The account of every party and fund, in the order of the file."""
    paid: dict[str, list[Term]] = defaultdict(list)
    received: dict[str, list[Term]] = defaultdict(list)
    losses: dict[str, list[Term]] = defaultdict(list)
    fixed: dict[str, float] = defaultdict(float)
    for plan in annual.plans:
        for party, term in _bearers(annual, plan):
            target = paid if plan.side == "from" else received
            target[party].append(term)
            if (plan.flow, plan.side) == ("losses", "from"):
                losses[party].append(term)
    _fixed_premium(annual, fixed)
    _plain_receiver(annual, received)
    programme = annual.compiled.programme
    names = dict.fromkeys([*programme.parties, *programme.accounts, "insured", *paid, *received])
    entries: list[Entry] = []
    for party in names:
        if party not in paid and party not in received and not fixed[f"{party}-"] and not fixed[f"{party}+"]:
            continue
        out, into = _merged(paid[party]), _merged(received[party])
        entries.append(Entry(party, "losses", 0.0, _merged(losses[party])))
        entries.append(Entry(party, "paid", fixed[f"{party}-"], out))
        entries.append(Entry(party, "received", fixed[f"{party}+"], into))
        deficit = _merged([*out, *((c, -f) for c, f in into)])
        entries.append(Entry(party, "deficit", fixed[f"{party}-"] - fixed[f"{party}+"], deficit))
    return entries


def _fixed_premium(annual: Annual, fixed: dict[str, float]) -> None:
    """Premium that is the same every year, where no fund makes it run in the program."""
    sides = {(p.flow, p.side) for p in annual.plans}
    if ("premium", "from") not in sides:
        for party, amount in annual.premium.paid.items():
            fixed[f"{party}-"] += float(amount)
    if ("premium", "to") not in sides:
        for party, amount in annual.premium.received.items():
            fixed[f"{party}+"] += float(amount)


def _plain_receiver(annual: Annual, received: Mapping[str, list[Term]]) -> None:
    """Losses that go to one receiver whole."""
    plan = annual.compiled.plans.get(("losses", "to"))
    if plan is None or any((p.flow, p.side) == ("losses", "to") for p in annual.plans):
        return
    step = plan.steps[plan.roots[0]]
    place = annual.program.outputs.get(Output("losses", "from", "", "amount"))
    if place is not None:
        party = step.party if step.taker is Taker.PARTY and step.party else "insured"
        received[party].append((place.column, place.scale))


def _bearers(annual: Annual, plan: Plan) -> Iterator[tuple[str, Term]]:
    for step in plan.steps:
        place = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "kept"))
        if step.taker is Taker.GROUP or place is None:
            continue
        if step.taker is Taker.POOL:
            yield from _members(annual, plan, step, place.column, place.scale)
        elif step.taker is Taker.BORNE:
            yield from _borne(annual, plan, step)
        else:
            named = step.taker in (Taker.PARTY, Taker.ACCOUNT)
            yield (step.party if named and step.party else "insured"), (place.column, place.scale)


def _members(annual: Annual, plan: Plan, step: PlanStep, column: int, scale: float) -> Iterator[tuple[str, Term]]:
    """A pool's members, by constant shares, or by what the program gives each."""
    pool = plan.pools[str(step.party)]
    on = annual.program.layout.on
    version = [v for v in pool.versions if v.since is None or on is None or v.since <= on][-1]
    for member, share in version.shares:
        given = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "member", member))
        if given is not None:
            yield member, (given.column, given.scale)
        else:
            value = constant(share)
            if value is None:
                raise AssertionError(f"the program gives no part of {member} in {step.path}")
            yield member, (column, scale * float(value))


def _borne(annual: Annual, plan: Plan, step: PlanStep) -> Iterator[tuple[str, Term]]:
    """What recoveries give back to those who bore the losses, by the steps in which they bore them."""
    losses = next(p for p in annual.plans if (p.flow, p.side) == ("losses", "from"))
    for bearing in losses.steps:
        given = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "borne", bearing.path))
        if given is None:
            continue
        if bearing.taker is Taker.POOL:
            yield from _members(annual, losses, bearing, given.column, given.scale)
        else:
            named = bearing.taker in (Taker.PARTY, Taker.ACCOUNT)
            yield (bearing.party if named and bearing.party else "insured"), (given.column, given.scale)


def _merged(terms: list[Term]) -> tuple[Term, ...]:
    sums: dict[int, float] = defaultdict(float)
    for column, factor in terms:
        sums[column] += factor
    return tuple((c, f) for c, f in sorted(sums.items()) if f)


def step_entries(annual: Annual) -> list[StepEntry]:
    """Every step of the losses, inner ones included."""
    plan = next(p for p in annual.plans if (p.flow, p.side) == ("losses", "from"))
    out = annual.program.outputs

    def term(path: str, measure: Literal["take", "reached", "exhausted", "occurrence"]) -> Term | None:
        place = out.get(Output("losses", "from", path, measure))
        return None if place is None else (place.column, place.scale)

    entries = []
    for step in plan.steps:
        take = term(step.path, "take")
        if take is not None:
            reached, exhausted, peak = (term(step.path, m) for m in ("reached", "exhausted", "occurrence"))
            entries.append(StepEntry(step.label, step.path, step.party or "", take, reached, exhausted, peak))
    return entries
