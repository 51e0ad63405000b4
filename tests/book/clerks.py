"""Clerks at work on one book at once: each with a connection of his own, and acts that are made to overlap."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, event, text

from quanyu.book import Journal, publish
from quanyu.book.evidence.sources import SOURCES
from quanyu.desk.booking import Book
from quanyu.language.load import read_programme
from quanyu.store import driver, open_store
from quanyu.store.evidence.derive import entries
from quanyu.store.evidence.discrepancy import What
from quanyu.store.evidence.log import header
from quanyu.store.evidence.verify import verify

__all__ = ["NOON", "Clerks", "clerks_of", "overlapping", "publish_text", "sound"]

Given = TypeVar("Given")
NOON = dt.datetime(2026, 3, 2, 4, tzinfo=dt.UTC)
_BLOCKED = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


@dataclass(frozen=True)
class Clerks:
    """Books of one database, each with its own connections. url: its address."""

    url: str
    books: tuple[Book, ...]

    def __iter__(self) -> Iterator[Book]:
        return iter(self.books)

    def one(self, query: str) -> Any:
        """The first value of the first row."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(query.encode()).fetchone()
        return None if row is None else row[0]

    def all(self, query: str) -> list[tuple[Any, ...]]:
        """All rows."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()


@contextmanager
def clerks_of(url: str, number: int = 2) -> Iterator[Clerks]:
    """So many clerks; the clock stands at noon of the second of March."""
    with ExitStack() as stack:
        stores = [stack.enter_context(open_store(url)) for _ in range(number)]
        yield Clerks(url, tuple(Book(store, lambda: NOON, f"clerk {n}") for n, store in enumerate(stores)))


def overlapping(
    clerks: Clerks, first: Callable[[Book], Given], second: Callable[[Book], Given]
) -> tuple[Given | BaseException, Given | BaseException]:
    """What two acts give, or raise, of which the second is begun when the first is about to commit.

    The first goes on when the second waits for it, or has ended.
    """
    holder, other = clerks.books[:2]
    reached, released = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        wrote = driver(connection).execute(b"select pg_current_xact_id_if_assigned()").fetchone()
        if wrote is not None and wrote[0] is not None:
            reached.set()
            assert released.wait(30)

    event.listen(holder.store.engine, "commit", hold)
    with ThreadPoolExecutor(2) as pool:
        try:
            one = pool.submit(first, holder)
            while not reached.wait(0.01) and not one.done():
                pass
            two = pool.submit(second, other)
            _until_blocked(clerks.url, two)
        finally:
            released.set()
        wait((one, two), 60)
    event.remove(holder.store.engine, "commit", hold)
    return _outcome(one), _outcome(two)


def _until_blocked(url: str, work: Future[Any]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while not work.done():
            row = connection.execute(_BLOCKED.encode()).fetchone()
            if row and row[0]:
                return


def _outcome(work: Future[Given]) -> Given | BaseException:
    error = work.exception()
    return work.result() if error is None else error


def publish_text(book: Book, source: str) -> int:
    """Publishes a programme."""
    document, findings = read_programme(source, "test.yaml")
    assert document is not None, findings

    def work(journal: Journal) -> int:
        return publish(journal, document.value)

    done = book.act("publish", work)
    assert isinstance(done, int)
    return done


def sound(book: Book) -> None:
    """Every record is what was logged, every row is logged, and the money of all parties comes to nothing."""

    def read(connection: Connection) -> None:
        about = header(connection)
        found = verify(entries(connection, SOURCES), [], [], algorithm=about.algorithm)
        assert [one for one in found if one.what is not What.SIGNATURE] == []
        given = "select payer_id, -amount from transfer union all select receiver_id, amount from transfer"
        assert connection.execute(text(f"select coalesce(sum(a), 0) from ({given}) as s(p, a)")).scalar_one() == 0
        for table, subject in (("segment", "policy_id"), ("claim_event", "claim_id"), ("fact", "claim_id")):
            gaps = f"select 1 from {table} group by {subject} having max(seq) <> count(*)"
            assert connection.execute(text(gaps)).first() is None

    book.read(read)
