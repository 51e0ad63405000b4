"""Many claims in the queue of a version: their exact amounts, and what is due of each, where columns hold them."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quanyu.book.act import Refused
from quanyu.book.mass.split import Side, matched
from quanyu.book.mass.stood import IDENTITY, Lines
from quanyu.book.mass.units import Units
from quanyu.book.versions import Version
from quanyu.engine.claims import history_of
from quanyu.formula import EvaluationError, Expression, evaluate, names
from quanyu.language.programme import spelled
from quanyu.language.scalars import Source
from quanyu.waterfall import Plan, Row, Taker
from quanyu.waterfall.alone import Columns, Take, split_alone
from quanyu.waterfall.history import Increment
from quanyu.waterfall.together import Claims, split_together

__all__ = ["Amounts", "Asked", "Queue", "due_in_columns", "exact_amounts", "queue_of"]

Ids = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Amounts:
    """The amount of every unit in fen, shape (units,). kind: which of `rows` is like it; None where none is."""

    fen: Ids
    kind: Ids
    rows: Sequence[Row]


def exact_amounts(version: Version, units: Units, base: Mapping[str, str]) -> Amounts:
    """What the cover pays of every unit. Units of which the same is known are one row of the cover.

    base: what is said of all of them, with `cover`. Raises Refused with what cannot be read or computed, with places.
    """
    height = units.frame.height
    if not height:
        return Amounts(np.zeros(0, np.int64), np.zeros(0, np.int64), ())
    values = [name for name in units.values if name not in base]
    kinds = units.frame.with_row_index("_row").select("_row", *values)
    if values:
        firsts = kinds.group_by(values, maintain_order=True).agg(pl.col("_row").first())
        number = firsts.select(*values, pl.int_range(pl.len(), dtype=pl.Int64).alias("_kind"))
        kind = kinds.join(number, on=values, how="left", nulls_equal=True, maintain_order="left")["_kind"].to_numpy()
    else:
        firsts, kind = kinds.head(1), np.zeros(height, np.int64)
    rows = [{**_written(units, row, values), **base, "claim": f"k{n}"} for n, row in enumerate(firsts.to_dicts())]
    history = history_of(version.compiled, "losses", [dict(spelled(row)) for row in rows], scale=100)
    if isinstance(history, list):
        raise Refused(*history[:100])
    made = {row.claim: row for row in history.rows}
    fen = np.array([int(made[f"k{n}"].amount) if f"k{n}" in made else 0 for n in range(len(rows))], np.int64)
    first = next(iter(history.rows))
    return Amounts(fen[kind], kind, [made.get(f"k{n}", first) for n in range(len(rows))])


def _written(units: Units, row: Mapping[str, Any], values: Sequence[str]) -> dict[str, Any]:
    """A row as a case writes it, each plain value with its place."""
    found: dict[str, Any] = {}
    for name in values:
        if row[name] is not None:
            value = units.value(row, name)
            found[name] = Source(value, units.place(row["_row"], name)) if isinstance(value, str) else spelled(value)
    return found


@dataclass(frozen=True)
class Queue:
    """Claims in the order of the queue. frame: the lines of `Lines`, and mine: whether they are of what comes now.

    rows: what settlement reads of each kind. keys: the key columns of every line. steady: no event has lines of two
    periods, so that none moves another's period.
    """

    frame: pl.DataFrame
    keys: pl.DataFrame
    rows: Sequence[Row | Increment]
    steady: bool


def queue_of(version: Version, *parts: Lines) -> Queue | None:
    """Claims that come now, the first of `parts`, beside those that were decided before; None where columns do not
    hold them.
    """
    rows: list[Row | Increment] = []
    frames = []
    for n, part in enumerate(parts):
        frames.append(part.frame.select(*_LINE, pl.col("kind") + len(rows), mine=pl.lit(n == 0)))
        rows += part.rows
    frame = pl.concat(frames)
    if not frame.height or any(type(row.instant) is not dt.date or "claimant" in row.keys for row in rows):
        return None
    plan = version.compiled.plans["losses", "from"]
    scopes = sorted({c for one in version.compiled.plans.values() for scope in _scopes(one) for c in scope})
    columns = sorted({*scopes, "period", *plan.determines, *(c for fixed in plan.determines.values() for c in fixed)})
    shown = {c: pl.Series([row.keys.get(c) for row in rows], dtype=pl.String) for c in columns if c not in IDENTITY}
    keyed = frame.with_columns(shown[c].gather(frame["kind"]).alias(f"key {c}") for c in shown)
    events = [f"key {c}" for c in sorted(plan.determines.get("event", ())) if c in shown]
    steady = not _differ(keyed, "event", events)
    if not steady:
        keyed = _of_their_events(keyed, rows, events)
    keyed = keyed.filter(pl.col("amount") > 0).sort("instant", "claim", "cover", "place")
    if _differ(keyed, "claim", ["key period"]) or any(
        _differ(keyed, own if own in IDENTITY else f"key {own}", [f"key {c}" if c in shown else c for c in fixed])
        for own, fixed in plan.determines.items()
    ):
        return None
    keys = keyed.select(pl.col(c if c in IDENTITY else f"key {c}").alias(c) for c in scopes)
    if not keyed.height or any(column.null_count() for column in keys):
        return None
    return Queue(keyed.select(*frame.columns), keys, rows, steady)


_LINE = ("claim_id", "claim", "claimant_id", "insured", "policy", "event", "cover", "instant", "place", "amount")


def _differ(frame: pl.DataFrame, column: str, fixed: Sequence[str]) -> bool:
    """Whether lines of one value of a column have two of what it fixes."""
    if not fixed:
        return False
    several = [pl.col(one).drop_nulls().n_unique().alias(one) for one in fixed]
    found = frame.filter(pl.col(column).is_not_null()).group_by(column).agg(several).select(fixed)
    return bool(found.select((pl.all() > 1).any()).select(pl.any_horizontal(pl.all())).item())


def _of_their_events(frame: pl.DataFrame, rows: Sequence[Row | Increment], columns: Sequence[str]) -> pl.DataFrame:
    """The periods of every event are those of its line that occurred first."""
    days = pl.Series([row.fields.get("occurred", row.instant) for row in rows], dtype=pl.Date)
    ordered = frame.with_columns(occurred=days.gather(frame["kind"])).sort("occurred", "instant", "claim_id", "place")
    return ordered.with_columns(pl.coalesce(pl.col(c).first().over("event"), c) for c in columns).drop("occurred")


def _scopes(plan: Plan) -> set[tuple[str, ...]]:
    scopes = {tuple(stage.columns) for step in plan.steps for stage in step.stages}
    return scopes | {tuple(cap.columns) for step in plan.steps for cap in step.caps}


@dataclass(frozen=True)
class Asked:
    """apart: every claim stands alone. idle: steps of those who bear that nothing may enter. since: others that stand
    before that day are split, but not given.
    """

    apart: bool = False
    idle: Collection[int] = ()
    since: dt.date = dt.date.min


def due_in_columns(
    version: Version,
    queue: Queue,
    paid_in: Mapping[str, Sequence[tuple[dt.date, int]]],
    *,
    named: Callable[[str], int],
    asked: Asked,
) -> pl.DataFrame | None:
    """What is due of every claim: columns claim_id, label, payer_id, receiver_id, amount.

    paid_in: money into accounts by day. named: the party of a name. None where the plan is not for columns.
    """
    plans, claims = version.compiled.plans, _Claims(queue.frame["claim_id"].to_numpy())
    given, received = plans.get(("losses", "from")), plans.get(("losses", "to"))
    if given is None or received is None:
        return None
    try:
        paid = _takes(given, queue, paid_in, apart=asked.apart, idle=asked.idle)
        got = _takes(received, queue, paid_in, apart=asked.apart)
    except EvaluationError:
        return None
    if paid is None or got is None:
        return None
    payers, receivers = (
        _sides(plan, queue, sorted(takes, key=lambda take: take.step), claims, named)
        for plan, takes in ((given, paid), (received, got))
    )
    if payers is None or receivers is None or _misnamed(payers, receivers):
        return None
    if (claims.several & _many(payers) & _many(receivers)).any():
        return None  # which of a pool's members pays whom is a matter of the order of the lines
    meant = claims.any((queue.frame["mine"] | (queue.frame["instant"] >= asked.since)).to_numpy())
    lines = _lines(*([_only(side, meant) for _, side in sides] for sides in (payers, receivers)))
    ids = pl.Series(claims.ids[meant], dtype=pl.Int64)
    return lines.with_columns(claim_id=ids.gather(lines["row"])).select(_DUE)


def _only(side: Side, claims: Flags) -> Side:
    return Side(side.label, side.party[claims], side.amounts[claims])


_LINES = {"row": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "receiver_id": pl.Int64, "amount": pl.Int64}
_DUE = ("claim_id", "label", "payer_id", "receiver_id", "amount")


class _Claims:
    """The claims of lines, by their ids: who pays whom is a matter of a whole claim."""

    def __init__(self, ids: Ids) -> None:
        self.ids, self.first, self.place = np.unique(ids, return_index=True, return_inverse=True)
        self.several: Flags = np.bincount(self.place) > 1

    def any(self, flags: Flags) -> Flags:
        """Of which claims a line is meant."""
        found = np.zeros(len(self.ids), bool)
        found[self.place[flags]] = True
        return found

    def summed(self, amounts: Ids) -> Ids:
        """Amounts of lines, by claim."""
        if len(self.ids) == len(amounts):
            alone: Ids = amounts[self.first]
            return alone
        found = np.zeros(len(self.ids), np.int64)
        np.add.at(found, self.place, amounts)
        return found

    def same(self, party: Ids, amounts: Ids) -> Ids | None:
        """The party of every claim; None where lines of one claim that have an amount have two."""
        found: Ids = party[self.first]
        if len(self.ids) < len(party):
            filled = amounts > 0
            found[self.place[filled]] = party[filled]
            if (found[self.place[filled]] != party[filled]).any():
                return None
        return found


def _sides(
    plan: Plan, queue: Queue, takes: Sequence[Take], claims: _Claims, named: Callable[[str], int]
) -> list[tuple[Take, Side]] | None:
    """What takers take of every claim; None where a claim has two of one step."""
    found = []
    for take in takes:
        party = claims.same(_party(queue, take, named), take.amounts)
        if party is None:
            return None
        found.append((take, Side(plan.steps[take.step].label, party, claims.summed(take.amounts))))
    return found


def _many(sides: Sequence[tuple[Take, Side]]) -> Flags:
    """In which claims two or more take something."""
    found: Flags = np.sum([side.amounts > 0 for _, side in sides], axis=0) > 1
    return found


def _misnamed(payers: Sequence[tuple[Take, Side]], receivers: Sequence[tuple[Take, Side]]) -> bool:
    """Whether one party of the book stands on both sides of a claim under two names: names say what a party keeps."""
    return any(
        (gives.party, gives.by) != (takes.party, takes.by)
        and bool(((payer.party == receiver.party) & (payer.amounts > 0) & (receiver.amounts > 0)).any())
        for gives, payer in payers
        for takes, receiver in receivers
    )


def _lines(payers: Sequence[Side], receivers: Sequence[Side]) -> pl.DataFrame:
    """What payers pay receivers of every row, in the order of both."""
    frames = [pl.DataFrame(schema={**_LINES, "i": pl.Int64, "j": pl.Int64})]
    for i, j, amount in matched(payers, receivers):
        payer, receiver = payers[i].party, receivers[j].party
        rows = np.flatnonzero((amount > 0) & (payer != receiver))
        ids = {"row": rows, "payer_id": payer[rows], "receiver_id": receiver[rows], "amount": amount[rows]}
        label = pl.lit(payers[i].label).alias("label")
        frames.append(pl.DataFrame(ids).select("row", label, "payer_id", "receiver_id", "amount", i=i, j=j))
    return pl.concat(frames, how="vertical_relaxed").sort("row", "i", "j").drop("i", "j")


def _takes(
    plan: Plan,
    queue: Queue,
    paid_in: Mapping[str, Sequence[tuple[dt.date, int]]],
    *,
    apart: bool,
    idle: Collection[int] = (),
) -> list[Take] | None:
    frame = queue.frame
    read = {name for step in plan.steps if step.when is not None for name in names(step.when)}
    read |= {str(step.party) for step in plan.steps if step.taker is Taker.FIELD}
    if read & set(IDENTITY):
        return None
    columns = Columns(_values(queue), lambda name: _days(queue, name))
    amounts = frame["amount"].to_numpy()
    if apart:
        return split_alone(plan, amounts, columns)
    instants = frame["instant"].unique().sort()
    batch = frame["instant"].replace_strict(instants, pl.int_range(len(instants), eager=True)).to_numpy()
    into = {account: [(int((instants < day).sum()), fen) for day, fen in moves] for account, moves in paid_in.items()}
    keys = {scope: _numbers(queue.keys, scope) for scope in _scopes(plan)}
    return split_together(plan, Claims(amounts, batch, frame["cover"].to_list(), keys, columns, into), idle=idle)


def _numbers(keys: pl.DataFrame, columns: Sequence[str]) -> Ids:
    known = keys.select(columns)
    first = known.unique(maintain_order=True).with_row_index("_number")
    numbers = known.join(first, on=list(columns), how="left", maintain_order="left")["_number"]
    found: Ids = numbers.cast(pl.Int64).to_numpy()
    return found


def _values(queue: Queue) -> Callable[[Expression], Sequence[object]]:
    kinds = queue.frame["kind"].to_list()

    def values(expression: Expression) -> Sequence[object]:
        used = set(kinds)
        found = [evaluate(expression, row.fields) if n in used else None for n, row in enumerate(queue.rows)]
        return [found[kind] for kind in kinds]

    return values


def _days(queue: Queue, name: str) -> Ids:
    days = [int(np.datetime64(str(row.fields[name])[:10], "D").astype(np.int64)) for row in queue.rows]
    found: Ids = np.array(days, np.int64)[queue.frame["kind"].to_numpy()]
    return found


def _party(queue: Queue, take: Take, named: Callable[[str], int]) -> Ids:
    if take.by:
        kinds = queue.frame["kind"].to_numpy()
        found = np.full(len(queue.rows), -1, np.int64)
        for kind in np.unique(kinds[take.amounts > 0]).tolist():
            row = queue.rows[kind]
            found[kind] = named(str(row.keys.get(take.party, row.fields.get(take.party))))
        parties: Ids = found[kinds]
        return parties
    if take.party == "insured":
        claimants: Ids = queue.frame["claimant_id"].to_numpy()
        return claimants
    return np.full(queue.frame.height, named(take.party), np.int64)
