"""The book opened for work: the store, the compiled versions, the clock and who works; one act at a time."""

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_hex
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from quanyu.book import Act, Journal, Library, Refused, writing
from quanyu.book.closings import books_closed, closed_through
from quanyu.store import Store, StoreError, migrate, open_store, trouble_of
from quanyu.store.evidence.log import header, open_log
from quanyu.store.evidence.rule import ALGORITHMS, Rule
from quanyu.terms import Finding, Text

__all__ = ["Book", "found_log", "open_book", "told_troubles"]

Given = TypeVar("Given")
Told = Callable[[Text], None]


@dataclass(frozen=True)
class Book:
    """An open book. now: the clock. actor: who works. library: the versions compiled so far."""

    store: Store
    now: Callable[[], dt.datetime]
    actor: str
    library: Library = field(default_factory=Library)

    def act(
        self,
        kind: str,
        work: Callable[[Journal], Given],
        *,
        reason: str = "",
        booked: dt.date | None = None,
        reference: str | None = None,
    ) -> Given | list[Finding]:
        """Does one act, whole: what `work` gives, or the findings for which it was refused, with nothing written.

        booked: the day of the books, if not today. reference: under which it is done once only; Repeated is raised
        where it was done before.
        """
        head = Act(kind, self.actor, self.now(), reason, booked, reference)

        def whole(connection: Connection) -> Given:
            with writing(connection, head) as journal:
                return work(journal)

        with told_troubles():
            try:
                return self.store.transact(whole, isolation="READ COMMITTED")
            except Refused as refused:
                return refused.findings
            except IntegrityError as error:
                through = self.read(closed_through) if _closed(error) else None
                if through is None:
                    raise
                return [books_closed(head.booked_on, through)]

    def read(self, work: Callable[[Connection], Given]) -> Given:
        """Reads the book as it is at one moment."""
        with told_troubles():
            return self.store.transact(work, isolation="REPEATABLE READ")

    def by(self, actor: str) -> "Book":
        """The same book, worked on by another person."""
        return replace(self, actor=actor)


@contextmanager
def told_troubles() -> Iterator[None]:
    """What the database cannot do now, a StoreError; what it refuses because of a fault of ours stays as it is."""
    from psycopg import Error
    from sqlalchemy.exc import DBAPIError

    try:
        yield
    except (DBAPIError, Error) as error:
        trouble = trouble_of(error.orig if isinstance(error, DBAPIError) else error)
        if trouble is None:
            raise
        raise trouble from error


def _closed(error: IntegrityError) -> bool:
    """Whether the database refused because the books of the day are closed."""
    told = getattr(error.orig, "diag", None)
    return getattr(told, "constraint_name", None) == "books_closed"


@contextmanager
def open_book(
    *,
    actor: str,
    now: Callable[[], dt.datetime],
    url: str | None = None,
    data: Path | None = None,
    progress: Told | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[Book]:
    """Opens the book, with its schema brought up to date. Raises StoreError where there is no database to be had."""
    with open_store(url, data=data, progress=progress) as store:
        with told_troubles():
            migrate(store.engine)
            with store.begin() as connection:
                found_log(connection, environment)
        yield Book(store, now, actor)


def found_log(connection: Connection, environment: Mapping[str, str]) -> None:
    """Gives the evidence log of a new book its name and its digest, once for all.

    QUANYU_LOG_ORIGIN, or a name that no other book has; QUANYU_LOG_DIGEST, or sha256. Raises StoreError for a digest
    that is not known here.
    """
    try:
        header(connection)
    except LookupError:
        digest = environment.get("QUANYU_LOG_DIGEST") or "sha256"
        _check_digest(digest)
        try:
            open_log(connection, environment.get("QUANYU_LOG_ORIGIN") or f"quanyu.local/{token_hex(8)}", digest)
        except ValueError:
            # Another may have founded it at the same moment: the book has the name that came first.
            with suppress(LookupError):
                header(connection)
                return
            raise


def _check_digest(name: str) -> None:
    try:
        Rule(name)
    except ValueError:
        known = "、".join(ALGORITHMS)
        raise StoreError(
            Text(f"没有摘要算法“{name}”", f"there is no digest `{name}` here"),
            Text(
                f"QUANYU_LOG_DIGEST 写 {known} 之一，或不写", f"set QUANYU_LOG_DIGEST to one of {', '.join(ALGORITHMS)}"
            ),
        ) from None
