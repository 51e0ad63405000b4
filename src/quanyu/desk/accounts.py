"""The verbs of accounts: what each party owes, holds and is owed, of the book as it is or as it was."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from quanyu.book import Journal, Refused
from quanyu.book.access import seen_as
from quanyu.book.balances import TrialBalance, trial_balance
from quanyu.book.bordereaux import Ceded, Written, losses_of, premiums_of
from quanyu.book.closings import close_books
from quanyu.book.funds import Fund, fund_of, funds_of
from quanyu.book.standing import AsKnown
from quanyu.book.statements import Name, Statement, find_party, statement_of
from quanyu.book.subsidies import Subsidised, subsidies_of
from quanyu.book.surpluses import share_surpluses
from quanyu.desk.booking import Book
from quanyu.store.evidence.log import heads
from quanyu.terms import Finding

__all__ = [
    "Asked",
    "Bordereau",
    "FundPeriod",
    "bordereau",
    "close",
    "evidence_of",
    "funds",
    "share_surplus",
    "statement",
    "subsidies",
    "today",
    "trial",
]

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for. first, last: days of the books, both within it. known: only what was recorded by then.

    as_at: nothing that was booked later. programme: of one programme only.
    """

    last: dt.date
    first: dt.date | None = None
    as_at: dt.date | None = None
    known: dt.datetime | None = None
    programme: str | None = None

    @property
    def until(self) -> dt.date:
        """The last day that counts."""
        return self.last if self.as_at is None else min(self.last, self.as_at)

    @property
    def since(self) -> dt.date:
        """The first day: that of the year where none is said."""
        return self.first or dt.date(self.until.year, 1, 1)

    @property
    def seen(self) -> AsKnown:
        """As the book is asked."""
        return AsKnown(self.until, self.known)


@dataclass(frozen=True)
class Bordereau:
    """A party's policies and claims."""

    party: Name
    premiums: tuple[Written, ...]
    losses: tuple[Ceded, ...]

    @property
    def currencies(self) -> tuple[str, ...]:
        """Those of its policies and claims, yuan first and where there is none."""
        found = {one.currency for one in self.premiums} | {one.currency for one in self.losses}
        return tuple(sorted(found or {"CNY"}, key=lambda code: (code != "CNY", code)))


@dataclass(frozen=True)
class FundPeriod:
    """An account over the days that are asked for, and over the year they end in."""

    period: Fund
    year: Fund


def statement(book: Book, party: str, asked: Asked) -> Statement | list[Finding]:
    """A party's statement of account, read as that party itself sees the book."""

    def read(connection: Connection) -> Statement:
        one = find_party(connection, party)
        with seen_as(connection, one.id):
            return statement_of(connection, one.id, asked.since, asked.until, known=asked.known)

    return _read(book, read)


def bordereau(book: Book, party: str, asked: Asked) -> Bordereau | list[Finding]:
    """The policies and the claims of which a party has a share, read as that party itself sees the book."""

    def read(connection: Connection) -> Bordereau:
        one = find_party(connection, party)
        days = (one.id, asked.since, asked.until)
        with seen_as(connection, one.id):
            premiums = tuple(premiums_of(connection, *days, programme=asked.programme))
            return Bordereau(one, premiums, tuple(losses_of(connection, *days, programme=asked.programme)))

    return _read(book, read)


def subsidies(book: Book, asked: Asked) -> list[Subsidised]:
    """Premium that governments pay, by programme and district."""
    return book.read(lambda c: subsidies_of(c, asked.since, asked.until, programme=asked.programme))


def funds(book: Book, asked: Asked, account: str | None = None) -> list[FundPeriod] | list[Finding]:
    """Accounts over the days and over the year: one by its code or name, or all, or those of a programme."""

    def read(connection: Connection) -> list[FundPeriod]:
        wanted = funds_of(connection, asked.programme) if account is None else [find_party(connection, account).id]
        year = dt.date(asked.until.year, 1, 1)
        found: list[FundPeriod] = []
        for party in wanted:
            periods = fund_of(connection, party, asked.since, asked.until, known=asked.known)
            years = {one.currency: one for one in fund_of(connection, party, year, asked.until, known=asked.known)}
            found += [FundPeriod(one, years[one.currency]) for one in periods]
        return found

    return _read(book, read)


def trial(book: Book, asked: Asked) -> TrialBalance:
    """What every party received and gave."""
    return book.read(lambda connection: trial_balance(connection, asked.seen))


def close(book: Book, through: dt.date, *, reason: str = "", booked: dt.date | None = None) -> dt.date | list[Finding]:
    """Closes the books of all days up to one."""
    done = book.act("close", lambda journal: close_books(journal, through), reason=reason, booked=booked)
    return through if done is None else done


def share_surplus(
    book: Book, programme: str, through: dt.date, *, reason: str = "", booked: dt.date | None = None
) -> dict[str, int] | list[Finding]:
    """Shares the surplus of every period of a programme that is over; gives them in fen."""

    def work(journal: Journal) -> dict[str, int]:
        return share_surpluses(journal, book.library, programme, through)

    return book.act("surplus", work, reason=reason, booked=booked)


def today(book: Book) -> dt.date:
    """The day of the books now: that of Shanghai."""
    return book.now().astimezone(ZoneInfo("Asia/Shanghai")).date()


def evidence_of(book: Book) -> str:
    """The head of the log that was signed last, as papers name it; empty where none was."""
    found = book.read(heads)
    return f"{found[-1].head.size} · {found[-1].head.root.hex()}" if found else ""


def _read(book: Book, work: Callable[[Connection], Given]) -> Given | list[Finding]:
    try:
        return book.read(work)
    except Refused as refused:
        return refused.findings
