"""Advances: money that one bearer pays the claimant before the decision, and how what is due offsets it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.journal import Money
from quanyu.book.ledger import booked

__all__ = ["ADVANCE", "redirected"]

ADVANCE = "advance"
"""The label of advances, and of what is due on their account."""


def redirected(connection: Connection, due: Sequence[Money], where: Sequence[Any]) -> list[Money]:
    """What is due where somebody has advanced more than he owes: the others owe it to him, not to the claimant.

    The claimant is owed as much as before in all, and each bearer bears as much as before.
    """
    x = t.transfer.c
    ids = select(t.claim.c.id).where(*where)
    advanced = booked(connection, x.claim_id.in_(ids), x.stage == "paid", x.label == ADVANCE)
    of_claim: dict[int | None, list[Money]] = defaultdict(list)
    for money in due:
        of_claim[money.claim_id].append(money)
    for advance in advanced:
        of_claim[advance.claim_id] = list(_offset(of_claim[advance.claim_id], advance))
    return [money for legs in of_claim.values() for money in legs]


def _offset(legs: Iterable[Money], advance: Money) -> Iterable[Money]:
    legs = list(legs)
    payer, claimant = advance.payer_id, advance.receiver_id
    own = sum(m.amount for m in legs if (m.payer_id, m.receiver_id) == (payer, claimant))
    over = max(advance.amount - own, 0)
    for money in legs:
        moved = 0
        if over and money.flow == "losses" and money.receiver_id == claimant and money.payer_id != payer:
            moved = min(over, money.amount)
            over -= moved
            yield replace(money, receiver_id=payer, amount=moved)
            yield replace(money, payer_id=payer, label=ADVANCE, amount=moved)
        if money.amount > moved:
            yield replace(money, amount=money.amount - moved)
