"""Phase 1: facts in the order of the flow's clock, reductions cancelled, fields and periods as of the first instant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from oracle.model import Programme, Refused, Row

Batch = list[tuple[Row, Fraction]]
CLOCKS = frozenset({"occurred", "reported", "determined", "applied"})
BUILT_IN = {
    "claim": ("claim",),
    "event": ("event",),
    "insured": ("insured", "period"),
    "policy": ("policy",),
    "period": ("period",),
    "term": (),
}


def scopes_of(programme: Programme) -> dict[str, tuple[str, ...]]:
    return {**BUILT_IN, **programme.scopes}


def columns_of(programme: Programme, scope: str) -> tuple[str, ...]:
    """The key columns of a scope; a column that is no scope is a scope of itself."""
    return scopes_of(programme).get(scope, (scope,))


def determined_by(programme: Programme, columns: Iterable[str]) -> set[str]:
    """All columns that a key of these columns fixes, by the declared dependencies."""
    found: set[str] = set()
    todo = list(columns)
    while todo:
        column = todo.pop()
        if column not in found:
            found.add(column)
            todo += programme.determines.get(column, ())
    return found


def instant(programme: Programme, row: Row) -> Any:
    """The row's place in the queue: the clock that the programme names, else the recorded instant."""
    return row.t if programme.queue == "t" else row.get(programme.queue, row.t)


def normalise(programme: Programme, history: Sequence[Row], held: frozenset[Any] = frozenset()) -> list[Row]:
    """Increments > 0, each with its instant in `t` and a `mark`. A reduction cancels the latest of its claim.

    What is cancelled whole stays, at zero, where a booking used room for it: its mark is in `held`.
    """
    rows = sorted(history, key=lambda r: (instant(programme, r), r.t, r.amount < 0))
    rows = _as_first_known(programme, rows)
    live: list[Row] = []
    count: dict[Any, int] = defaultdict(int)
    for row in rows:
        if row.amount < 0:
            _cancel(live, row)
            continue
        mark = (row.claim, str(row.get("cover")), str(instant(programme, row)))
        count[mark] += 1
        live.append(replace(row, t=instant(programme, row), mark=(*mark, count[mark])))
    _check_dependencies(programme, live)
    return [row for row in live if row.amount > 0 or row.mark in held]


def _cancel(live: list[Row], row: Row) -> None:
    need = -row.amount
    for i in range(len(live) - 1, -1, -1):
        if live[i].claim == row.claim:
            cut = min(need, live[i].amount)
            live[i] = replace(live[i], amount=live[i].amount - cut)
            need -= cut
    if need:
        raise Refused(f"claim {row.claim} falls below zero")


def _as_first_known(programme: Programme, rows: list[Row]) -> list[Row]:
    """Fields as they stood when the claim occurred; the period of an event is that of its first instant."""
    keys = (
        {c for scope in scopes_of(programme).values() for c in scope} | CLOCKS | {"cover", "of"} | programme.at_payment
    )
    fields: dict[Any, dict[str, Any]] = defaultdict(dict)
    periods: dict[Any, Any] = {}
    by_occurrence = sorted(rows, key=lambda r: (r.get("occurred", r.t), r.t))
    for row in by_occurrence:
        first = fields[row.claim, row.get("cover")]
        for name, value in row.columns.items():
            if name not in keys:
                first.setdefault(name, value)
        if row.get("event") is not None and "period" in programme.determines.get("event", ()):
            periods.setdefault(row["event"], row.get("period"))
    out = []
    for row in rows:
        changes = dict(fields[row.claim, row.get("cover")])
        if periods.get(row.get("event")) is not None:
            changes["period"] = periods[row["event"]]
        out.append(row.but(**changes))
    return out


def _check_dependencies(programme: Programme, rows: list[Row]) -> None:
    built_in = frozenset({"event", "policy", "insured", "period"})
    for column, fixes in {"claim": built_in, **programme.determines}.items():
        seen: dict[Any, Any] = {}
        for row in rows:
            for fixed in fixes:
                if row.get(column) is not None and row.get(fixed) is not None:
                    value = seen.setdefault((row[column], fixed), row[fixed])
                    if value != row[fixed]:
                        raise Refused(f"{column} {row[column]} does not determine {fixed}")


def totals(rows: Iterable[Row]) -> dict[str, Fraction]:
    """The current gross total of each claim."""
    out: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        out[row.claim] += row.amount
    return out


def ties(rows: Sequence[Row]) -> list[Any]:
    """What decides between equals: the claim's id, then the cover."""
    return [row.mark for row in rows]


def in_claim_order(rows: Sequence[Row]) -> list[int]:
    return sorted(range(len(rows)), key=lambda i: rows[i].mark)
