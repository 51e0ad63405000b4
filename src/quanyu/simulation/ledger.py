"""Which figures of a program make up what each party pays, receives and is left with in a year."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from quanyu.engine.annual import Annual
from quanyu.formula import constant
from quanyu.simulation.columns import Term
from quanyu.waterfall.kernel_occurrences import account_of
from quanyu.waterfall.kernel_program import Output
from quanyu.waterfall.plan import Plan, PlanStep, Taker

__all__ = [
    "Entry", "FlowEntry", "Kind", "StepEntry", "Term", "flow_entries", "ledger", "party_occurrences", "step_entries",
]  # fmt: skip

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
class FlowEntry:
    """What a party pays (`from`) or receives (`to`) in one flow in a year, as in Entry."""

    party: str
    flow: str
    side: str
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
    moves = list(_moves(annual))
    entries: list[Entry] = []
    for party in _parties(annual, moves):
        out, into = ([m for m in moves if m.party == party and m.side == side] for side in ("from", "to"))
        borne = [m for m in out if m.flow == "losses"]
        paid, received = _fixed(out), _fixed(into)
        entries.append(Entry(party, "losses", 0.0, _merged(_terms(borne))))
        entries.append(Entry(party, "paid", paid, _merged(_terms(out))))
        entries.append(Entry(party, "received", received, _merged(_terms(into))))
        deficit = _merged([*_terms(out), *((c, -f) for c, f in _terms(into))])
        entries.append(Entry(party, "deficit", paid - received, deficit))
    return entries


def flow_entries(annual: Annual) -> list[FlowEntry]:
    """The same by flow: what each party pays (`from`) and receives (`to`) in each, caused premium apart."""
    moves = list(_moves(annual))
    groups: dict[tuple[str, str, str], list[_Move]] = defaultdict(list)
    for move in moves:
        groups[move.party, move.flow, move.side].append(move)
    order = {party: n for n, party in enumerate(_parties(annual, moves))}
    return [
        FlowEntry(party, flow, side, _fixed(own), _merged(_terms(own)))
        for (party, flow, side), own in sorted(groups.items(), key=lambda g: order[g[0][0]])
    ]


@dataclass(frozen=True, slots=True)
class _Move:
    """Money of one party in one flow: a column of the program, or the same amount every year."""

    party: str
    flow: str
    side: str
    term: Term | None
    fixed: float = 0.0


def _parties(annual: Annual, moves: list[_Move]) -> list[str]:
    programme = annual.compiled.programme
    moved = {m.party for m in moves}
    names = dict.fromkeys([*programme.parties, *programme.accounts, "insured", *(m.party for m in moves)])
    return [name for name in names if name in moved]


def _terms(moves: list[_Move]) -> list[Term]:
    return [m.term for m in moves if m.term is not None]


def _fixed(moves: list[_Move]) -> float:
    return sum(m.fixed for m in moves)


def _moves(annual: Annual) -> Iterator[_Move]:
    """All money of a year, by party and flow."""
    for plan in annual.plans:
        for party, term in _bearers(annual, plan):
            yield _Move(party, plan.flow, plan.side, term)
    for side, party, term in _reinstatements(annual):
        yield _Move(party, "reinstatement", side, term)
    yield from _fixed_premium(annual)
    for party, term in _plain_receiver(annual):
        yield _Move(party, "losses", "to", term)


def _fixed_premium(annual: Annual) -> Iterator[_Move]:
    """Premium that is the same every year, where no fund makes it run in the program."""
    running = {(p.flow, p.side) for p in annual.plans}
    for side, amounts in (("from", annual.premium.paid), ("to", annual.premium.received)):
        if ("premium", side) not in running:
            for party, amount in amounts.items():
                yield _Move(party, "premium", side, None, float(amount))


def _plain_receiver(annual: Annual) -> Iterator[tuple[str, Term]]:
    """Losses that go to one receiver whole."""
    plan = annual.compiled.plans.get(("losses", "to"))
    if plan is None or any((p.flow, p.side) == ("losses", "to") for p in annual.plans):
        return
    place = annual.program.outputs.get(Output("losses", "from", "", "amount"))
    if place is not None:
        yield from _by_share(annual, plan, plan.steps[plan.roots[0]], (place.column, place.scale))


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
        yield account_of(step), term
        return
    for member, share in _shares(plan, str(step.party)):
        given = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "member", member))
        if given is not None:
            yield from _spread(annual, plan, member, (given.column, given.scale))
        elif share is None:
            raise AssertionError(f"the program gives no part of {member} in {step.path}")
        else:
            yield from _spread(annual, plan, member, (term[0], term[1] * share))


def _spread(annual: Annual, plan: Plan, party: str, term: Term) -> Iterator[tuple[str, Term]]:
    """A party, or the members of a pool."""
    if party not in plan.pools:
        yield party, term
        return
    for member, share in _shares(plan, party):
        if share is None:
            raise AssertionError(f"the pool {party} has shares that are no numbers")
        yield from _spread(annual, plan, member, (term[0], term[1] * share))


def _shares(plan: Plan, name: str) -> list[tuple[str, float | None]]:
    """The members of a pool, and their constant shares; a pool by a field of its members stands for them all."""
    pool = plan.pools[name]
    if pool.by is not None:
        return [(f"{name}", 1.0)]
    (version,) = pool.versions
    known = [(member, constant(share)) for member, share in version.shares]
    return [(member, None if value is None else float(value)) for member, value in known]


def _borne(annual: Annual, plan: Plan, step: PlanStep) -> Iterator[tuple[str, Term]]:
    """What recoveries give back to those who bore the losses, by the steps in which they bore them."""
    losses = _losses(annual)
    for bearing in losses.steps:
        own = list(_borne_by_members(annual, plan, step, bearing))
        yield from own
        given = annual.program.outputs.get(Output(plan.flow, plan.side, step.path, "borne", bearing.path))
        if given is not None and not own:
            yield from _by_share(annual, losses, bearing, (given.column, given.scale))


def _borne_by_members(annual: Annual, plan: Plan, step: PlanStep, bearing: PlanStep) -> Iterator[tuple[str, Term]]:
    """The same for the members of a pool whose shares are not constant."""
    prefix = f"{bearing.path}:"
    for output, place in annual.program.outputs.items():
        if output[:4] == (plan.flow, plan.side, step.path, "borne") and output.part.startswith(prefix):
            yield output.part.removeprefix(prefix), (place.column, place.scale)


def _by_share(annual: Annual, plan: Plan, step: PlanStep, term: Term) -> Iterator[tuple[str, Term]]:
    """The takers of a step by constant shares, for what is not the step's own amount."""
    yield from _spread(annual, plan, account_of(step), term)


def _losses(annual: Annual) -> Plan:
    return next(p for p in annual.plans if (p.flow, p.side) == ("losses", "from"))


def _reinstatements(annual: Annual) -> Iterator[tuple[str, str, Term]]:
    """Premium for limit given back: (`from` whom it is charged, `to` the layer's taker, the amount)."""
    for plan in annual.plans:
        for step in plan.steps:
            spec = step.reinstatement
            place = annual.program.outputs.get(
                Output(plan.flow, plan.side, step.path, "charge", spec.label if spec else "")
            )
            if spec is None or place is None or spec.payer is None:
                continue
            term = (place.column, place.scale)
            yield from (("from", party, part) for party, part in _spread(annual, plan, spec.payer, term))
            yield from (("to", party, part) for party, part in _by_share(annual, plan, step, term))


def party_occurrences(annual: Annual) -> dict[str, Term]:
    """The greatest occurrence of all losses (under "") and of what each party bears of them; empty without details."""
    return {
        output.part: (place.column, place.scale)
        for output, place in annual.program.outputs.items()
        if output[:4] == ("losses", "from", "", "occurrence")
    }


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
