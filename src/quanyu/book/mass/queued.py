"""Many claims in the queue of a version: their exact amounts, and what is due of each, where columns hold them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quanyu.book.act import Refused
from quanyu.book.mass.split import Side, matched
from quanyu.book.mass.units import Units
from quanyu.book.versions import Version
from quanyu.engine.claims import clock_of, history_of
from quanyu.formula import EvaluationError, Expression, evaluate, names
from quanyu.language.programme import spelled
from quanyu.language.scalars import Source
from quanyu.waterfall import Plan, Row
from quanyu.waterfall.alone import Columns, Take, split_alone
from quanyu.waterfall.history import Increment, normalise
from quanyu.waterfall.together import Claims, split_together

__all__ = ["Amounts", "Queue", "due_in_columns", "exact_amounts", "queue_of"]

Ids = NDArray[np.int64]
_IDENTITY = ("claim", "insured", "policy")


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
    """Claims in the order of the queue. frame: claim (number), claim_id, claimant_id, mine, cover, instant, amount.

    mine: whether the claim is of the determination. kind: its kind among `rows`, which are what settlement reads of it.
    keys: the key columns of every row.
    """

    frame: pl.DataFrame
    keys: pl.DataFrame
    rows: Sequence[Row | Increment]


def queue_of(
    version: Version, mine: pl.DataFrame, amounts: Amounts, others: Sequence[tuple[Row, int, int]]
) -> Queue | None:
    """Claims of a determination beside those that were decided before; None where columns do not hold them.

    mine: number, claim_id, claimant_id, insured, policy, determined, in the order of `amounts`. others: rows with the
    ids of their claims and claimants.
    """
    plan = version.compiled.plans["losses", "from"]
    increments, findings = normalise(plan, [row for row, _, _ in others], scale=100)
    if findings:
        raise Refused(*findings)
    ids = {row.claim: (claim, claimant) for row, claim, claimant in others}
    every: list[Row | Increment] = [*amounts.rows, *increments]
    if not every or not all(type(row.instant) is dt.date for row in every):
        return None
    columns = sorted({c for one in version.compiled.plans.values() for scope in _scopes(one) for c in scope})
    shown = pl.DataFrame(
        {c: [row.keys.get(c) for row in every] for c in columns}, schema=dict.fromkeys(columns, pl.String)
    )
    own = pl.DataFrame({
        "claim": mine["number"], "claim_id": mine["claim_id"], "claimant_id": mine["claimant_id"],
        "insured": mine["insured"], "policy": mine["policy"], "kind": amounts.kind, "amount": amounts.fen,
    }).with_columns(mine=pl.lit(True), place=pl.lit(0), determined=mine["determined"])  # fmt: skip
    first = len(amounts.rows)
    told = pl.DataFrame(
        [
            (one.claim, *ids[one.claim], one.keys["insured"], one.keys["policy"], first + n, int(one.amount))
            for n, one in enumerate(increments)
        ],
        schema={name: own.schema[name] for name in own.columns[:7]},
        orient="row",
    ).with_columns(mine=pl.lit(False), place=pl.int_range(pl.len(), dtype=pl.Int32), determined=pl.lit(None, pl.Date))
    frame = pl.concat([own, told]).with_columns(
        instant=pl.Series([row.instant for row in every], dtype=pl.Date).gather(pl.concat([own, told])["kind"]),
        cover=pl.Series([str(row.cover) for row in every], dtype=pl.String).gather(pl.concat([own, told])["kind"]),
    )
    if clock_of(version.compiled, "losses") == "determined":
        frame = frame.with_columns(pl.coalesce("determined", "instant").alias("instant"))
    frame = frame.sort("instant", "claim", "cover", "place")
    keys = shown[frame["kind"].to_numpy()].with_columns(frame[name] for name in _IDENTITY if name in columns)
    return Queue(frame, keys, every) if keys.null_count().sum_horizontal().sum() == 0 else None


def _scopes(plan: Plan) -> set[tuple[str, ...]]:
    scopes = {tuple(stage.columns) for step in plan.steps for stage in step.stages}
    return scopes | {tuple(cap.columns) for step in plan.steps for cap in step.caps}


def due_in_columns(
    version: Version,
    queue: Queue,
    paid_in: Mapping[str, Sequence[tuple[dt.date, int]]],
    *,
    named: Callable[[str], int],
    apart: bool,
) -> pl.DataFrame | None:
    """What is due of every claim: columns row (place in the queue), label, payer_id, receiver_id, amount.

    paid_in: money into accounts by day. named: the party of a name. apart: whether every claim stands alone. None where
    the plan is not for columns.
    """
    sides: list[list[Side]] = []
    for side in ("from", "to"):
        plan = version.compiled.plans["losses", "from" if side == "from" else "to"]
        try:
            takes = _takes(plan, queue, paid_in, apart=apart)
        except EvaluationError:
            return None
        if takes is None:
            return None
        takes.sort(key=lambda take: take.step)
        sides.append([Side(plan.steps[t.step].label, _party(queue, t, named), t.amounts) for t in takes])
    return _lines(*sides)


_LINES = {"row": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "receiver_id": pl.Int64, "amount": pl.Int64}


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
    plan: Plan, queue: Queue, paid_in: Mapping[str, Sequence[tuple[dt.date, int]]], *, apart: bool
) -> list[Take] | None:
    frame = queue.frame
    read = {name for step in plan.steps if step.when is not None for name in names(step.when)}
    if read & set(_IDENTITY):
        return None
    columns = Columns(_values(queue), lambda name: _days(queue, name))
    amounts = frame["amount"].to_numpy()
    if apart:
        return split_alone(plan, amounts, columns)
    instants = frame["instant"].unique().sort()
    batch = frame["instant"].replace_strict(instants, pl.int_range(len(instants), eager=True)).to_numpy()
    into = {account: [(int((instants < day).sum()), fen) for day, fen in moves] for account, moves in paid_in.items()}
    keys = {scope: _numbers(queue.keys, scope) for scope in _scopes(plan)}
    return split_together(plan, Claims(amounts, batch, frame["cover"].to_list(), keys, columns, into))


def _numbers(keys: pl.DataFrame, columns: Sequence[str]) -> Ids:
    known = keys.select(columns)
    first = known.unique(maintain_order=True).with_row_index("_number")
    numbers = known.join(first, on=list(columns), how="left", maintain_order="left")["_number"]
    found: Ids = numbers.cast(pl.Int64).to_numpy()
    return found


def _values(queue: Queue) -> Callable[[Expression], Sequence[object]]:
    kinds = queue.frame["kind"].to_list()

    def values(expression: Expression) -> Sequence[object]:
        found = [evaluate(expression, row.fields) for row in queue.rows]
        return [found[kind] for kind in kinds]

    return values


def _days(queue: Queue, name: str) -> Ids:
    days = [int(np.datetime64(str(row.fields[name])[:10], "D").astype(np.int64)) for row in queue.rows]
    return _gathered(days, queue)


def _gathered(values: Sequence[int], queue: Queue) -> Ids:
    found: Ids = np.array(values, np.int64)[queue.frame["kind"].to_numpy()]
    return found


def _party(queue: Queue, take: Take, named: Callable[[str], int]) -> Ids:
    if take.by:
        found = [named(str(row.keys.get(take.party, row.fields.get(take.party)))) for row in queue.rows]
        return _gathered(found, queue)
    if take.party == "insured":
        claimants: Ids = queue.frame["claimant_id"].to_numpy()
        return claimants
    return np.full(queue.frame.height, named(take.party), np.int64)
