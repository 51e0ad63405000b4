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
    for side, party, term in _reinstatements(annual):
        (paid if side == "paid" else received)[party].append(term)
    _fixed_premium(annual, fixed)
    _plain_receiver(annual, received)
    programme = annual.compiled.programme
    names = dict.fromkeys([*programme.parties, *programme.accounts, "insured", *paid, *received])
    names |= dict.fromkeys(name[:-1] for name in fixed)
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
        for party, term in _by_share(annual, plan, step, (place.column, place.scale)):
            received[party].append(term)


def _bearers(annual: Annual, plan: Plan) -> Iterator[tuple[str, Term]]:
    for step in plan.steps:
        place = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "kept"))
        if step.taker is Taker.GROUP or place is None:
            continue
        if step.taker is Taker.BORNE:
            yield from _borne(annual, plan, step)
        else:
            yield from _takers(annual, plan, step, (place.column, place.scale))


def _takers(annual: Annual, plan: Plan, step: PlanStep, term: Term) -> Iterator[tuple[str, Term]]:
    """Who takes what a step keeps. A pool's members by the parts the program gives, or by constant shares."""
    if step.taker is not Taker.POOL:
        yield named(step), term
        return
    for member, share in _shares(annual, plan, str(step.party)):
        given = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "member", member))
        if given is not None:
            yield member, (given.column, given.scale)
        elif share is None:
            raise AssertionError(f"the program gives no part of {member} in {step.path}")
        else:
            yield from _spread(annual, plan, member, (term[0], term[1] * share))


def _spread(annual: Annual, plan: Plan, party: str, term: Term) -> Iterator[tuple[str, Term]]:
    """A party, or the members of a pool."""
    if party not in plan.pools:
        yield party, term
        return
    for member, share in _shares(annual, plan, party):
        if share is None:
            raise AssertionError(f"the pool {party} has shares that are no numbers")
        yield from _spread(annual, plan, member, (term[0], term[1] * share))


def _shares(annual: Annual, plan: Plan, name: str) -> list[tuple[str, float | None]]:
    """The members of a pool in force, and their shares; a pool by a field of its members stands for them all."""
    pool = plan.pools[name]
    if pool.by is not None:
        return [(f"{name}", 1.0)]
    on = annual.program.layout.on
    version = [v for v in pool.versions if v.since is None or on is None or v.since <= on][-1]
    known = [(member, constant(share)) for member, share in version.shares]
    return [(member, None if value is None else float(value)) for member, value in known]


def named(step: PlanStep) -> str:
    """The account of a step's taker: of a party, of a fund, of the insured, or of whom a field of the claim names."""
    return "insured" if step.taker is Taker.INSURED else step.party or "insured"


def _borne(annual: Annual, plan: Plan, step: PlanStep) -> Iterator[tuple[str, Term]]:
    """What recoveries give back to those who bore the losses, by the steps in which they bore them."""
    losses = _losses(annual)
    for bearing in losses.steps:
        given = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "borne", bearing.path))
        if given is not None:
            yield from _by_share(annual, losses, bearing, (given.column, given.scale))


def _by_share(annual: Annual, plan: Plan, step: PlanStep, term: Term) -> Iterator[tuple[str, Term]]:
    """The takers of a step by constant shares, for what is not the step's own amount."""
    party = str(step.party) if step.taker is Taker.POOL else named(step)
    yield from _spread(annual, plan, party, term)


def _losses(annual: Annual) -> Plan:
    return next(p for p in annual.plans if (p.flow, p.side) == ("losses", "from"))


def _reinstatements(annual: Annual) -> Iterator[tuple[str, str, Term]]:
    """Premium for limit given back: (`paid` by whom it is charged, `received` by the layer's taker, the amount)."""
    for plan in annual.plans:
        for step in plan.steps:
            spec = step.reinstatement
            place = annual.program.outputs.get(
                Output(plan.flow, plan.side, step.path, "charge", spec.label if spec else "")
            )
            if spec is None or place is None or spec.payer is None:
                continue
            term = (place.column, place.scale)
            yield from (("paid", party, part) for party, part in _spread(annual, plan, spec.payer, term))
            yield from (("received", party, part) for party, part in _by_share(annual, plan, step, term))


def _merged(terms: list[Term]) -> tuple[Term, ...]:
    sums: dict[int, float] = defaultdict(float)
    for column, factor in terms:
        sums[column] += factor
    return tuple((c, f) for c, f in sorted(sums.items()) if f)


def step_entries(annual: Annual) -> list[StepEntry]:
    """Every step of the losses, inner ones included."""
    plan = _losses(annual)
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
