"""Reserves: what a claim is expected to cost whom, until it is decided."""

import datetime as dt

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.amounts import fen_of
from quanyu.book.claims import Claim, add_event, locked, standing_of
from quanyu.book.facts import check_open
from quanyu.book.journal import Journal, Money
from quanyu.book.ledger import booked, difference
from quanyu.book.premiums import yuan
from quanyu.book.settling import expected, group_of, settled_group
from quanyu.book.told import Row, Told, as_row
from quanyu.book.versions import Library
from quanyu.terms import Finding, Text

__all__ = ["fen_of", "release", "reserve_claim", "standing_reserve"]


def reserve_claim(journal: Journal, library: Library, number: str, amount: str, line: str | None = None) -> int:
    """Sets the reserve of a claim to the split of an estimate, and books the difference; gives what moves, in fen.

    amount: the loss that is expected, in the programme's unit; `0` takes the reserve back. line: of which cover.
    Raises Refused: `unknown-claim`, `claim-closed`, `claim-decided`, `amount-unreadable`, what settlement finds.
    """
    claim = locked(journal.connection, number)
    standing = standing_of(journal.connection, claim)
    check_open(claim, closed=standing.closed)
    if standing.decision is not None:
        reason = Text(f"赔案 {number} 已核定，不再提存估损", f"claim {number} is decided and has no reserve any more")
        raise Refused(Finding("claim-decided", None, reason, Text("改作新的核定", "decide it again instead")))
    estimate = fen_of(amount)
    wanted: list[Money] = []
    if estimate:
        group = group_of(journal.connection, library.version(journal.connection, claim.version_id), claim)
        rows = _rows(group.by_number[number], estimate, journal.booked_on, line)
        settled = settled_group(journal.connection, group, rows)
        wanted = [] if settled is None else expected(journal, group, settled, claim)
    moves = difference(wanted, standing_reserve(journal, claim))
    journal.move(*moves)
    add_event(journal, claim, "reserved", {"amount": yuan(estimate)})
    return sum(money.amount for money in moves)


def _rows(told: Told, estimate: int, today: dt.date, line: str | None) -> list[Row]:
    """The estimate as a row of the claim, with the facts of its line so far."""
    lines = told.lines()
    name = line or next(iter(lines))
    values = {**lines.get(name, {}), "determined": today.isoformat(), "amount": yuan(estimate)}
    return [as_row(told, name, values)]


def standing_reserve(journal: Journal, claim: Claim) -> list[Money]:
    """What is reserved for a claim now."""
    return booked(journal.connection, t.transfer.c.claim_id == claim.id, t.transfer.c.stage == "reserved")


def release(journal: Journal, claim: Claim) -> None:
    """Takes the whole reserve of a claim back."""
    journal.move(*difference([], standing_reserve(journal, claim)))
