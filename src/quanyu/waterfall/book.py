"""Phase 4: what is booked is the difference between two folds; what stands as booked; which period takes it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from quanyu.waterfall.history import Amount, Increment, Instant, Mark, Row, normalise
from quanyu.waterfall.outcome import Held, Key, Outcome
from quanyu.waterfall.plan import Plan

__all__ = ["Booking", "Closing", "Known", "book", "bookings", "hold"]


@dataclass(frozen=True, slots=True)
class Known:
    """What was known at an instant, and the fold of it that was booked."""

    now: Instant
    rows: tuple[Row, ...]
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Booking:
    """One entry: booked at `now` in an open `period`, of the claim, the step (its path) and the party."""

    now: Instant
    period: str
    claim: str
    step: str
    party: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Closing:
    """The periods in their order, each with the last instant at which its books take an entry."""

    periods: tuple[tuple[str, Instant], ...]

    def open_at(self, period: str, now: Instant) -> str:
        """The period itself while its books are open, else the next one that is. Raises ValueError where none is."""
        names = [name for name, _ in self.periods]
        start = names.index(period) if period in names else 0
        for name, closes in self.periods[start:]:
            if now <= closes:
                return name
        raise ValueError(f"no period is open at {now}")


def book(before: Outcome | None, after: Outcome) -> dict[Key, Amount]:
    """The entries that turn one fold into the next; nothing else is ever booked."""
    was = {} if before is None else before.takes
    keys = dict.fromkeys((*was, *after.takes))
    entries = {key: after.takes.get(key, 0) - was.get(key, 0) for key in keys}
    return {key: amount for key, amount in entries.items() if amount}


def bookings(folds: Sequence[tuple[Instant, Outcome]], closing: Closing | None = None) -> list[Booking]:
    """All entries of successive folds, each in the period of its claim while open, else in the next open one."""
    out: list[Booking] = []
    before: Outcome | None = None
    for now, outcome in folds:
        periods = _periods(before) | _periods(outcome)
        for key, amount in book(before, outcome).items():
            claim, step, party = key
            own = periods.get(claim, "")
            where = own if closing is None or not own else closing.open_at(own, now)
            out.append(Booking(now, where, claim, outcome.plan.steps[step].path, party, amount))
        before = outcome
    return out


def _periods(outcome: Outcome | None) -> dict[str, str]:
    """The period of each claim."""
    rows = outcome.increments if outcome else ()
    return {row.claim: row.keys["period"] for row in rows if "period" in row.keys}


def hold(plan: Plan, known: Sequence[Known], rows: Sequence[Row], now: Instant) -> Held:
    """What stands as booked when `rows` are known `now`, after the bookings `known` (oldest first).

    The takes of claims that are not revised stand in steps that do not reopen. What a take used before a revision stays
    used until the revision's instant: that of the first new reduction, or `now` where facts or terms were corrected.
    """
    if not known or all(step.reopen for step in plan.steps):
        return Held()
    later = [*((k.rows, k.now) for k in known[1:]), (tuple(rows), now)]
    chains: dict[tuple[str, Mark], list[tuple[Instant, Amount]]] = defaultdict(list)
    for one, (new_rows, new_now) in zip(known, later, strict=True):
        since = _revised_at(one.rows, new_rows, new_now)
        for key in set(chains) | set(one.outcome.booked):
            chains[key].append((since, one.outcome.booked.get(key, 0)))
    takes = {key: tuple(chain) for key, chain in chains.items()}
    return Held(takes, _unrevised(known[-1].outcome.increments, normalise(plan, rows)[0]))


def _revised_at(before: Sequence[Row], after: Sequence[Row], now: Instant) -> Instant:
    """The instant of the first reduction among the new rows, else now."""
    old: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in before:
        if row.amount < 0:
            old[row.claim, str(row.cover), str(row.instant)].append(row)
    cuts = []
    for row in after:
        if row.amount < 0:
            same = old[row.claim, str(row.cover), str(row.instant)]
            if row in same:
                same.remove(row)
            else:
                cuts.append(row.instant)
    return min(cuts) if cuts else now


def _unrevised(before: Sequence[Increment], after: Sequence[Increment]) -> frozenset[Mark]:
    """The increments of claims that are as they were."""
    was, now = _by_claim(before), _by_claim(after)
    return frozenset(row[0] for claim, rows in was.items() if now.get(claim) == rows for row in rows)


def _by_claim(rows: Sequence[Increment]) -> dict[str, list[tuple[Mark, Amount, object, object]]]:
    out: dict[str, list[tuple[Mark, Amount, object, object]]] = defaultdict(list)
    for row in rows:
        if row.amount:
            out[row.claim].append((row.mark, row.amount, row.keys, row.fields))
    return out
