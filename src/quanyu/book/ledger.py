"""Transfers as they stand in the book, and the difference to what they should be."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, func, select

from quanyu.book import tables as t
from quanyu.book.journal import Money
from quanyu.waterfall.apportion import spread

__all__ = ["booked", "difference", "netted", "part_of"]


def booked(connection: Connection, *where: ColumnElement[bool], until: dt.date | None = None) -> list[Money]:
    """Transfers that meet the conditions, those of the same kind added up. until: the last day of the books read."""
    c = t.transfer.c
    keys = (c.stage, c.flow, c.label, c.payer_id, c.receiver_id, c.currency, c.version_id, c.policy_id, c.claim_id)
    query = select(*keys, func.sum(c.amount).label("amount")).where(*where).group_by(*keys)
    if until is not None:
        query = query.where(c.booked_on <= until)
    return netted(Money(**{**row, "amount": int(row["amount"])}) for row in connection.execute(query).mappings())


def netted(money: Iterable[Money]) -> list[Money]:
    """Money of one kind between two parties as one transfer in the direction in which it flows in all."""
    return difference(money, ())


def difference(wanted: Iterable[Money], stands: Iterable[Money]) -> list[Money]:
    """What has to be written so that what stands becomes what is wanted; what is too much goes back.

    Kinds are apart: stage, flow, label, the two parties, currency, version, policy and claim.
    """
    sums: dict[Money, int] = defaultdict(int)
    for sign, side in ((1, wanted), (-1, stands)):
        for money in side:
            forward = money.payer_id < money.receiver_id
            key = replace(money if forward else money.turned(), amount=0)
            sums[key] += sign * money.amount if forward else -sign * money.amount
    return [
        replace(key, amount=amount) if amount > 0 else replace(key, amount=-amount).turned()
        for key, amount in sums.items()
        if amount
    ]


def part_of(owed: Sequence[Money], amount: int) -> list[Money]:
    """An amount, at most what is owed in all, over what is owed: pro rata, to the fen by largest remainder.

    No part is above its item; ties go to the earlier, so the order of what is owed is to be of its own.
    """
    if not owed:
        return []
    parts = spread(amount, [money.amount for money in owed])
    return [replace(money, amount=part) for money, part in zip(owed, parts, strict=True) if part]
