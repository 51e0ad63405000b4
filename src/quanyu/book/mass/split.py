"""Premiums of many policies → transfers: who pays whom of each, as the two sides of the premium flow say.

Payers in the order of the steps pay receivers in theirs: what flows between the two is where their intervals of the
premium, laid end to end, overlap. What a party would pay itself is no transfer.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quanyu.book.charging import ADVANCED, advanced_by
from quanyu.book.versions import Version
from quanyu.waterfall import Plan
from quanyu.waterfall.alone import Columns, Take, split_alone

__all__ = ["Side", "matched", "premium_transfers"]

Ids = NDArray[np.int64]

_LINES = {"row": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "receiver_id": pl.Int64, "amount": pl.Int64}


@dataclass(frozen=True)
class Side:
    """What one taker takes of every premium: its party a row, or one for all rows."""

    label: str
    party: Ids
    amounts: Ids


def premium_transfers(
    version: Version, premium: Ids, columns: Columns, *, named: Callable[[str, bool], Ids]
) -> pl.DataFrame | None:
    """Transfers of premiums in fen, by row: columns row, label, payer_id, receiver_id, amount. They are those of
    `charging.charge`. None where the terms of the flow count across policies or are not for columns.

    named: the parties of the book, shape (rows,) or (), that a name stands for, or that the column of that name does.
    """
    rows = len(premium)
    plans = version.compiled.plans
    given, received = plans.get(("premium", "from")), plans.get(("premium", "to"))
    got = None if received is None else split_alone(received, premium, columns)
    paid = None if given is None else split_alone(given, premium, columns)
    if received is None or got is None or (given is not None and paid is None):
        return None
    receivers = _sides(received, got, named, rows)
    if given is None or paid is None:  # premium that comes from nobody stated comes from the insured
        insured = np.broadcast_to(named("insured", False), rows)
        lines = [_lines(s.label, insured, s.party, s.amounts, place=(n, 0)) for n, s in enumerate(receivers)]
        return _netted(lines)
    advanced = {
        label: np.broadcast_to(named(by, False), rows)
        for label in {step.label for step in given.steps}
        if (by := advanced_by(version.programme.premium, label)) is not None
    }
    return _netted(list(_moved(_sides(given, paid, named, rows), receivers, advanced)))


def _sides(plan: Plan, takes: Sequence[Take], named: Callable[[str, bool], Ids], rows: int) -> list[Side]:
    return [
        Side(plan.steps[take.step].label, np.broadcast_to(named(take.party, take.by), rows), take.amounts)
        for take in sorted(takes, key=lambda take: take.step)
    ]


def matched(payers: Sequence[Side], receivers: Sequence[Side]) -> Iterator[tuple[int, int, Ids]]:
    """What payer i pays receiver j of every premium, both sides of which are of one sum."""
    paid, got = [side.amounts.copy() for side in payers], [side.amounts.copy() for side in receivers]
    for i, payer in enumerate(payers):
        for j, receiver in enumerate(receivers):
            own = np.where(payer.party == receiver.party, np.minimum(paid[i], got[j]), 0)
            paid[i] -= own
            got[j] -= own
    upto_paid = np.zeros_like(paid[0])
    for i in range(len(payers)):
        low, upto_paid = upto_paid, upto_paid + paid[i]
        upto_got = np.zeros_like(upto_paid)
        for j in range(len(receivers)):
            start, upto_got = upto_got, upto_got + got[j]
            yield i, j, np.minimum(upto_paid, upto_got) - np.maximum(low, start)


def _moved(payers: Sequence[Side], receivers: Sequence[Side], advanced: Mapping[str, Ids]) -> Iterator[pl.DataFrame]:
    for i, j, amount in matched(payers, receivers):
        label, payer, receiver = payers[i].label, payers[i].party, receivers[j].party
        place = (i, 2 * j)
        if label not in advanced:
            yield _lines(label, payer, receiver, amount, place=place)
            continue
        between = advanced[label]
        direct = np.where(between == payer, amount, 0)
        yield _lines(label, payer, receiver, direct, place=place)
        yield _lines(f"{label}/{ADVANCED}", between, receiver, amount - direct, place=place)
        yield _lines(label, payer, between, amount - direct, place=(i, 2 * j + 1))


def _lines(label: str, payer: Ids, receiver: Ids, amount: Ids, *, place: tuple[int, int]) -> pl.DataFrame:
    rows = np.flatnonzero((amount > 0) & (payer != receiver))
    columns = {
        "row": rows,
        "label": pl.Series([label], dtype=pl.String).new_from_index(0, len(rows)),
        "payer_id": payer[rows],
        "receiver_id": receiver[rows],
        "amount": amount[rows],
    }
    frame = pl.DataFrame(columns, schema=_LINES)
    return frame.with_columns(i=pl.lit(place[0], pl.Int16), j=pl.lit(place[1], pl.Int16))


def _netted(lines: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Lines of one label between two parties as one, in the direction in which money flows in all."""
    every = pl.concat(lines).sort("row", "i", "j")
    forward = pl.col("payer_id") < pl.col("receiver_id")
    low, high = pl.min_horizontal("payer_id", "receiver_id"), pl.max_horizontal("payer_id", "receiver_id")
    signed = pl.when(forward).then(pl.col("amount")).otherwise(-pl.col("amount"))
    sums = every.group_by("row", "label", low.alias("low"), high.alias("high"), maintain_order=True)
    net = sums.agg(signed.sum().alias("amount")).filter(pl.col("amount") != 0)
    ahead = pl.col("amount") > 0
    return net.select(
        "row",
        "label",
        pl.when(ahead).then(pl.col("low")).otherwise(pl.col("high")).alias("payer_id"),
        pl.when(ahead).then(pl.col("high")).otherwise(pl.col("low")).alias("receiver_id"),
        pl.col("amount").abs(),
    )
