"""Phase 4: what is booked is the difference between what is known now and what was booked before."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from oracle.bearers import Take
from oracle.fold import Held
from oracle.model import History, Programme, Refused, Row
from oracle.normalise import instant, normalise
from oracle.settle import Outcome, Side, settle
from oracle.terms import ZERO

Key = tuple[str, str, str, Any, str, str, str]
DATE_OF = {"attaching": "attached", "occurring": "occurred", "claims-made": "reported"}


@dataclass(frozen=True)
class Entry:
    """One booking: in which open period, in which flow and side, for which claim and party."""

    now: Any
    period: Any
    flow: str
    side: str
    claim: str
    party: str
    amount: Fraction


class Ledger:
    """Bookings of one programme. `closes(period)` is the last instant at which a period still takes entries."""

    def __init__(
        self,
        programme: Programme,
        *,
        periods: Sequence[Any] = (),
        closes: Callable[[Any], Any] | None = None,
        fen: bool = False,
    ) -> None:
        self.programme, self.periods, self.closes, self.fen = programme, list(periods), closes, fen
        self.entries: list[Entry] = []
        self.outcome = Outcome()
        self._state: dict[Key, Fraction] = {}
        self._in_period: dict[Key, dict[Any, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        self._before: dict[str, _Before] = {name: _Before() for name in ("losses", "premium")}

    def book(self, now: Any, history: History) -> list[Entry]:
        """Book the difference that the history, as known now, makes."""
        facts = {"losses": history.rows, "premium": history.premium}
        held = {name: self._before[name].held(self.programme, now, facts[name]) for name in facts}
        outcome = settle(
            self.programme, history, fen=self.fen, held=held, booked=lambda side, takes: self._count(now, side, takes)
        )
        new = _keyed(outcome)
        made = []
        for key in sorted(set(new) | set(self._state), key=str):
            amount = new.get(key, ZERO) - self._state.get(key, ZERO)
            if amount:
                flow, side, claim, period, _, _, party = key
                where = self._open(period, now)
                self._in_period[key][where] += amount
                made.append(Entry(now, where, flow, side, claim, party, amount))
        for name, rows in facts.items():
            taken = outcome.stepwise.get((name, "from"), {})
            self._before[name] = self._before[name].after(self.programme, now, rows, taken)
        self.outcome, self._state = outcome, new
        self.entries += made
        return made

    def balance(self) -> dict[tuple[str, str], Fraction]:
        """What the loss entries add up to, by claim and party."""
        out: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for entry in self.entries:
            if (entry.flow, entry.side) == ("losses", "from"):
                out[entry.claim, entry.party] += entry.amount
        return {k: v for k, v in out.items() if v}

    def _open(self, period: Any, now: Any) -> Any:
        """The period itself while it is open, else the next open one."""
        if self.closes is None or period is None or now <= self.closes(period):
            return period
        for later in self.periods:
            if later > period and now <= self.closes(later):
                return later
        raise Refused(f"no period is open at {now}")

    def _count(self, now: Any, side: Side, takes: Sequence[Take]) -> Iterable[tuple[Any, str, str, Fraction]]:
        """Amounts by the period they are booked in, what would be booked now included."""
        new = _keyed_side(side, takes)
        keys = {k for k in (*self._state, *new) if k[:2] == side}
        for key in keys:
            *_, period, _, named, party = key
            for where, v in self._in_period.get(key, {}).items():
                yield where, party, named, v
            yield self._open(period, now), party, named, new.get(key, ZERO) - self._state.get(key, ZERO)


@dataclass(frozen=True)
class _Before:
    """What the last booking knew of one flow, and what its steps took of every increment at each booking."""

    known: tuple[Row, ...] = ()
    live: Mapping[str, list[Row]] = field(default_factory=dict)
    taken: Mapping[tuple[str, Any], tuple[tuple[Any, Fraction], ...]] = field(default_factory=dict)

    def held(self, programme: Programme, now: Any, rows: Sequence[Row]) -> Held:
        """Increments of claims that are as they were stand; every earlier take has an end now."""
        live, since = _by_claim(normalise(programme, rows)), self.revised_at(programme, now, rows)
        firm = frozenset(r.mark for claim, known in self.live.items() if live.get(claim) == known for r in known)
        return Held({k: _replaced(chain, since) for k, chain in self.taken.items()}, firm)

    def after(
        self, programme: Programme, now: Any, rows: Sequence[Row], taken: Mapping[tuple[str, Any], Fraction]
    ) -> "_Before":
        since = self.revised_at(programme, now, rows)
        chains = {
            key: (*_replaced(self.taken.get(key, ()), since), (None, taken.get(key, ZERO)))
            for key in set(taken) | set(self.taken)
        }
        return _Before(tuple(rows), _by_claim(normalise(programme, rows)), chains)

    def revised_at(self, programme: Programme, now: Any, rows: Sequence[Row]) -> Any:
        """The instant of the first new reduction; where terms or facts were corrected instead, now."""
        fresh = list(rows)
        for row in self.known:
            if row in fresh:
                fresh.remove(row)
        cuts = [instant(programme, row) for row in fresh if row.amount < 0]
        return min(cuts) if cuts else now


def _replaced(chain: Sequence[tuple[Any, Fraction]], since: Any) -> Any:
    """The last booked take now has an end."""
    return tuple((since if end is None else end, v) for end, v in chain)


def _by_claim(rows: Iterable[Row]) -> dict[str, list[Row]]:
    out: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        out[row.claim].append(row)
    return dict(out)


def _keyed_side(side: Side, takes: Sequence[Take]) -> dict[Key, Fraction]:
    out: dict[Key, Fraction] = defaultdict(Fraction)
    for take in takes:
        out[*side, take.row.claim, take.row.get("period"), take.path, take.named, take.party] += take.amount
    return out


def _keyed(outcome: Outcome) -> dict[Key, Fraction]:
    out: dict[Key, Fraction] = {}
    for side, takes in outcome.takes.items():
        out |= _keyed_side(side, takes)
    return out


def version_for(versions: Sequence[tuple[Any, Programme]], row: Row, basis: str) -> Programme:
    """The version that binds a fact: by the policy's start, the occurrence, or the report, as the basis says."""
    date = row[DATE_OF[basis]]
    bound = [programme for since, programme in versions if since <= date]
    if not bound:
        raise Refused(f"no version is in force on {date}")
    return bound[-1]
