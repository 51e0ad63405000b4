"""A case settled: amounts, shares, transfers, and whether they are what was expected."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, TypeAlias

from quanyu.engine.claims import history_of
from quanyu.engine.compiled import Compiled
from quanyu.engine.currency import Conversion, conversions
from quanyu.engine.examples import side_named
from quanyu.engine.premium import rated_fen
from quanyu.engine.rows import RowUnreadable, read_value
from quanyu.formula import EvaluationError
from quanyu.language.programme import Case
from quanyu.language.scalars import Source
from quanyu.settlement.booked import Earlier, booked
from quanyu.settlement.periods import Results, Shared, share_surplus
from quanyu.settlement.recoveries import Recovered, recover
from quanyu.settlement.stated import misstated
from quanyu.terms import Finding, Text
from quanyu.waterfall import Booking, Deposit, Fen, History, Outcome, Plan, Row, bookings, fold

__all__ = ["Settled", "State", "Transfer", "settle"]

FEN = 100
_LONGEST_STORY = 50
_ROUNDS = 25

State: TypeAlias = tuple[Any, Sequence[Mapping[str, Any]]]
"""The instant at which something was booked, and all rows as they were known then, as written."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money from one party to another for one claim, in fen, and the step that says so."""

    claim: str
    payer: str
    receiver: str
    amount: int
    label: str


@dataclass(frozen=True)
class Settled:
    """A case settled in whole fen.

    outcome: the side the case asks for, with the passages of its claims. receivers: the other side of losses.
    recovered: what came back and who got it, where the case has recoveries. rated: the premium of `rate`, in fen.
    bookings: what was booked when, as facts became known; they add up to the outcome. shared: the surplus of ended
    periods. moved: money into or out of accounts that recoveries and surplus caused. conversions: amounts that came in
    another currency.
    """

    case: Case
    history: History
    outcome: Outcome
    receivers: Outcome | None = None
    recovered: Outcome | None = None
    rated: int | None = None
    bookings: tuple[Booking, ...] = ()
    transfers: tuple[Transfer, ...] = field(default=())
    shared: Shared | None = None
    moved: tuple[Deposit, ...] = ()
    conversions: tuple[Conversion, ...] = ()

    @property
    def asked(self) -> Outcome:
        """What the case asks for: the recoveries or the surplus where it names them, else its flow."""
        if self.case.flow == "surplus" and self.shared is not None and self.shared.received is not None:
            return self.shared.received
        return self.recovered if self.case.flow == "recoveries" and self.recovered is not None else self.outcome


def settle(
    compiled: Compiled, case: Case, rows: Sequence[Mapping[str, Any]] = (), earlier: Sequence[State] = ()
) -> Settled | list[Finding]:
    """Settles a case with its own rows and `rows` from a table. All findings at once; nothing half-applied.

    What comes back into an account and the surplus of ended periods serve the claims after them: losses, recoveries
    and surplus are settled again with that money until nothing moves. earlier: the rows as they stood before facts were
    corrected, oldest first, each with the instant at which it was booked, the last one being that of the rows; it says
    what stands in steps that do not reopen.
    """
    wrong = misstated(compiled.programme, case, rows)
    if wrong:
        return wrong
    ended = ended_of(case)
    if isinstance(ended, Finding):
        return [ended]
    derived = case.flow == "recoveries" or (case.flow == "surplus" and bool(ended))
    flow, side = side_named("losses" if derived else case.flow)
    plan = compiled.plans.get((flow, side))
    if plan is None:
        return [_no_flow(case.flow)]
    merged = [{**case.defaults, **row} for row in (*case.rows, *rows)]
    history = history_of(compiled, flow, merged, premium=case.premium, deposits=case.deposits, scale=FEN)
    if isinstance(history, list):
        return history
    if ended and len({isinstance(i, dt.date) for i in (ended[0][1], *(r.instant for r in history.rows))}) > 1:
        return [_no_instant(next(iter(case.ended.values())))]
    states = _states(compiled, flow, case, earlier, history)
    if isinstance(states, Finding):
        return [states]
    settled = _rounds(compiled, case, (history, states), plan, ended if flow == "losses" else ())
    if isinstance(settled, list):
        return settled
    try:
        entered = tuple(conversions(compiled, [*merged, *case.premium, *case.deposits, *case.recovered]))
        settled = replace(settled, rated=_rated(compiled, case), conversions=entered)
    except RowUnreadable as unreadable:
        return [unreadable.finding]
    except EvaluationError as error:
        return [_unrated(case, str(error))]
    return _with_receivers(compiled, settled) if flow == "losses" else settled


def _states(compiled: Compiled, flow: str, case: Case, earlier: Sequence[State], history: History) -> Earlier | Finding:
    """Earlier states as rows of the flow; the last one is the history's own."""
    states: list[tuple[Any, tuple[Row, ...]]] = []
    for number, (moment, rows) in enumerate(earlier, 1):
        if number == len(earlier):
            states.append((moment, history.rows))
            continue
        before = history_of(compiled, flow, [{**case.defaults, **row} for row in rows], scale=FEN)
        if isinstance(before, list):
            return before[0]
        states.append((moment, before.rows))
    return states


def _rounds(
    compiled: Compiled, case: Case, known: tuple[History, Earlier], plan: Plan, ended: Sequence[tuple[str, Any]]
) -> Settled | list[Finding]:
    """The flow and what follows from it, until the money that this moves into accounts stands still."""
    history, earlier = known
    claims = list(dict.fromkeys(r.claim for r in history.rows))[:_LONGEST_STORY]
    moved: tuple[Deposit, ...] = ()
    for _ in range(_ROUNDS):
        told = replace(history, deposits=(*history.deposits, *moved))
        done = booked(plan, told, compiled.programme, until=case.known, explain=claims, earlier=earlier)
        if isinstance(done, list):
            return done
        settled = _followed(compiled, case, done, ended)
        if isinstance(settled, list):
            return settled
        now = tuple(sorted(settled.moved, key=str))
        if now == moved:
            return settled
        moved = now
    return [_restless()]


def _followed(
    compiled: Compiled, case: Case, done: tuple[History, Outcome, tuple[Booking, ...]], ended: Sequence[tuple[str, Any]]
) -> Settled | list[Finding]:
    """Recoveries and surplus of what was booked."""
    history, outcome, entries = done
    settled = Settled(case, history, outcome, bookings=entries)
    if case.recovered and outcome.plan.flow == "losses":
        back = recover(compiled, (history, outcome), case.recovered)
        if isinstance(back, list):
            return back
        settled = replace(settled, recovered=back.received, moved=back.deposits)
        if back.restored is not None:
            settled = replace(settled, outcome=back.restored, bookings=(*entries, *_freed(outcome, back)))
    if ended and compiled.programme.surplus is not None:
        shared = share_surplus(Results(compiled, history, settled.outcome), ended)
        if isinstance(shared, list):
            return shared
        settled = replace(settled, shared=shared, moved=(*settled.moved, *shared.deposits))
    return settled


def _freed(before: Outcome, back: Recovered) -> Iterator[Booking]:
    """What others are booked when a recovery gives limits back: at the instant of the last one."""
    assert back.restored is not None
    now = max(row.instant for row in back.received.increments)
    yield from bookings([(now, before), (now, back.restored)])[len(before.takes) :]


def ended_of(case: Case) -> tuple[tuple[str, Any], ...] | Finding:
    """The periods that have ended with their last instants, earliest first."""
    found: list[tuple[str, Any]] = []
    for period, written in case.ended.items():
        value = read_value(written, "ended", None)
        if isinstance(value, str):
            try:
                value = dt.date.fromisoformat(value)
            except ValueError:
                return _no_instant(written)
        if not isinstance(value, dt.date | Fraction) or not isinstance(value, type(found[0][1] if found else value)):
            return _no_instant(written)
        found.append((period, value))
    return tuple(sorted(found, key=lambda one: one[1]))


def _no_instant(written: Any) -> Finding:
    return Finding(
        "wrong-value",
        getattr(written, "place", None),
        Text("这里要写日期，与各行一样", "a date stands here, or a number where the rows have numbers"),
        Text("写 ended: {2021: 2021-12-31}", "write ended: {2021: 2021-12-31}"),
    )


def _restless() -> Finding:
    return Finding(
        "flows-unsettled",
        None,
        Text("账户、追偿与结余互相读取，算不到头", "accounts, recoveries and surplus read each other without end"),
        Text("让结余只读更早的期间", "let the surplus read earlier periods only"),
    )


def _no_flow(flow: str) -> Finding:
    return Finding(
        "no-flow",
        None,
        Text(f"方案没有 {flow}", f"the programme has no {flow}"),
        Text("改正案例的 flow", "correct the `flow` of the case"),
    )


def _rated(compiled: Compiled, case: Case) -> int | None:
    return rated_fen(compiled, case.rate) if case.rate is not None else None


def _unrated(case: Case, en: str) -> Finding:
    place = next((v.place for v in (case.rate or {}).values() if isinstance(v, Source)), None)
    return Finding(
        "no-premium",
        place,
        Text(f"算不出保费：{en}", f"there is no premium: {en}"),
        Text("给出费率所需的字段", "give the fields that the rating reads"),
    )


def _with_receivers(compiled: Compiled, settled: Settled) -> Settled:
    plan = compiled.plans.get(("losses", "to"))
    received = fold(plan, settled.history, Fen()) if plan is not None else ()
    if isinstance(received, tuple):
        return settled
    return replace(settled, receivers=received, transfers=tuple(transfers(settled.outcome, received)))


def transfers(borne: Outcome, received: Outcome) -> Iterator[Transfer]:
    """Who pays whom: the bearers of a claim, in the order of the steps, pay its receivers in theirs.

    What a receiver bears itself is no transfer.
    """
    sides: dict[str, tuple[list[list[Any]], list[list[Any]]]] = defaultdict(lambda: ([], []))
    for place, outcome in enumerate((borne, received)):
        for (claim, step, party), amount in sorted(outcome.takes.items(), key=lambda t: (t[0][0], t[0][1])):
            sides[claim][place].append([party, int(amount), outcome.plan.steps[step].label])
    for claim, (payers, receivers) in sides.items():
        _keep_own(payers, receivers)
        queue = iter([r for r in receivers if r[1]])
        receiver = next(queue, None)
        for payer in payers:
            while payer[1] and receiver is not None:
                amount = min(payer[1], receiver[1])
                yield Transfer(claim, payer[0], receiver[0], amount, payer[2])
                payer[1] -= amount
                receiver[1] -= amount
                if not receiver[1]:
                    receiver = next(queue, None)


def _keep_own(payers: list[list[Any]], receivers: list[list[Any]]) -> None:
    for payer in payers:
        for receiver in receivers:
            if payer[0] == receiver[0]:
                own = min(payer[1], receiver[1])
                payer[1] -= own
                receiver[1] -= own
