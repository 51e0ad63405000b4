"""How a table is brought in, and what came of it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, select

from quanyu.book import Journal
from quanyu.book import tables as t
from quanyu.desk.booking import Book
from quanyu.terms import Finding, Text

__all__ = ["Before", "How", "Line", "Progress", "act_once", "batch_of"]

Given = TypeVar("Given")
Progress = Callable[[int, int], None]
"""Told rows done and rows in all."""


@dataclass(frozen=True, slots=True)
class How:
    """reason: why, as the journal keeps it. booked: the day of the books, today's where None. dry: taken back again."""

    reason: str = ""
    booked: dt.date | None = None
    dry: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """The same file was brought in before, in this transaction."""

    txn: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the summary. amount: in fen."""

    what: Text
    count: int | None = None
    amount: int | None = None
    currency: str = ""


class _Dry(Exception):  # noqa: N818 - takes the transaction back
    """All is done, and nothing is to stay."""


def act_once(book: Book, kind: str, work: Callable[[Journal], Given], *, how: How, name: str) -> Given | list[Finding]:
    """One act; where it is dry, it is taken back when all is done. name: of the file, the reason if no other."""
    given: list[Given] = []

    def whole(journal: Journal) -> Given:
        found = work(journal)
        if how.dry:
            given[:] = [found]
            raise _Dry
        return found

    try:
        return book.act(kind, whole, reason=how.reason or name, booked=how.booked)
    except _Dry:
        return given[0]


def batch_of(connection: Connection, purpose: str, digest: bytes) -> int | None:
    """The transaction that brought a file in, if it was."""
    b = t.batch.c
    done = connection.execute(select(b.txn_id).where(b.purpose == purpose, b.digest == digest)).scalar()
    return None if done is None else int(done)
