"""Knowledge that comes in time: a fold at every instant something became known, and what was booked then."""

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from quanyu.language.programme import Programme
from quanyu.language.scalars import Duration
from quanyu.terms import Finding, Text
from quanyu.waterfall import Booking, Closing, Fen, History, Known, Outcome, Plan, Row, bookings, fold, hold

__all__ = ["Earlier", "booked", "closing_of"]

Earlier: TypeAlias = Sequence[tuple[Any, tuple[Row, ...]]]
"""States of knowledge, the oldest first: the instant of each and all rows that were known then."""


def booked(
    plan: Plan,
    history: History,
    programme: Programme,
    *,
    until: dt.date | None,
    explain: Sequence[str],
    earlier: Earlier = (),
) -> tuple[History, Outcome, tuple[Booking, ...]] | list[Finding]:
    """The fold of what is known at the end, and all entries that led to it.

    A row is known from its `known` date on, else from its own instant. Rows that nobody knows by `until` are left out.
    Where no row states `known`, everything is known at once and booked in one go. earlier: what was known before, state
    by state, where facts were corrected; the rows of the history are then those known at the last of these instants.
    """
    if earlier:
        return _in_states(plan, history, programme, earlier=earlier, explain=explain)
    if len({isinstance(_known(r), dt.date) for r in history.rows} | ({True} if until is not None else set())) > 1:
        reason = Text("时间有的写日期，有的写序号", "some times are dates, others are numbers")
        return [
            Finding("instants-mixed", None, reason, Text("known 与各行都写日期", "write dates everywhere, `known` too"))
        ]
    rows = [r for r in history.rows if until is None or _known(r) <= until]
    if history.rows and not rows:
        reason = Text("到那一天还没有任何一行", "nothing is known by that day")
        return [Finding("nothing-known", None, reason, Text("改晚 known", "choose a later `known`"))]
    if any("known" in r.fields for r in rows):
        moments = sorted({_known(r) for r in rows})
    else:
        moments = [max((r.instant for r in rows), default=1)]
    last = replace(history, rows=tuple(rows))
    states = [(m, tuple(r for r in rows if len(moments) == 1 or _known(r) <= m)) for m in moments]
    return _in_states(plan, last, programme, earlier=states, explain=explain)


def _in_states(
    plan: Plan, history: History, programme: Programme, *, earlier: Earlier, explain: Sequence[str]
) -> tuple[History, Outcome, tuple[Booking, ...]] | list[Finding]:
    """A fold of every state, each with what stands as booked by those before it."""
    known: list[Known] = []
    folds: list[tuple[Any, Outcome]] = []
    for moment, now in earlier:
        told = replace(history, rows=now)
        outcome = fold(plan, told, Fen(), held=hold(plan, known, now, moment), explain=explain)
        if isinstance(outcome, tuple):
            return list(outcome)
        known.append(Known(moment, now, outcome))
        folds.append((moment, outcome))
    return history, folds[-1][1], tuple(bookings(folds, closing_of(programme, history.rows)))


def _known(row: Row) -> Any:
    return row.fields.get("known", row.instant)


def closing_of(programme: Programme, rows: Sequence[Row]) -> Closing | None:
    """When the books of each calendar year close, where the programme says so: the years of the rows and later ones."""
    if programme.closes is None:
        return None
    years = [int(p) for p in {r.keys.get("period", "") for r in rows} if p.isdigit() and len(p) == 4]
    if not years:
        return None
    span = range(min(years), max(years) + 11)
    return Closing(tuple((str(y), later(dt.date(y, 12, 31), programme.closes.after)) for y in span))


def later(day: dt.date, by: Duration) -> dt.date:
    """The day a length of time later: a month later is the same day of the month, or its last.

    Working days are Monday to Friday; public holidays are not known here.
    """
    if by.unit == "working day":
        return _working_days(day, by.number)
    months = {"month": 1, "year": 12}.get(by.unit)
    if months is None:
        return day + dt.timedelta(days=by.number * {"day": 1, "week": 7}.get(by.unit, 0))
    count = day.year * 12 + day.month - 1 + by.number * months
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _working_days(day: dt.date, number: int) -> dt.date:
    while number:
        day += dt.timedelta(days=1)
        number -= day.weekday() < 5
    return day
