"""A book for tests of tables: a clock that stands, one programme of farm houses, files of rows."""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import func, select

from book.policy_book import programme
from quanyu.book import publish
from quanyu.book import tables as t
from quanyu.desk.booking import Book
from quanyu.store import Store
from quanyu.store.evidence.log import open_log
from quanyu.terms import Finding

NOON = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
ROW = {
    "programme": "t.farm", "policy": "P1", "holder": "王五", "start": "2026-03-01", "end": "2027-02-28",
    "sum": "100000", "village": "V1", "age": "40",
}  # fmt: skip


def founded(store: Store, changes: Mapping[str, str] | None = None) -> Book:
    """A book with the farm houses published."""
    store.transact(lambda connection: open_log(connection, "test.example/intake"))
    book = Book(store, lambda: NOON, "clerk")
    book.act("publish", lambda journal: publish(journal, programme(changes)))
    return book


def rows(*changes: Mapping[str, str | None]) -> pl.DataFrame:
    """A table of policies: a row for each, alike but for what is said."""
    listed = [{**ROW, "policy": f"P{n}", **change} for n, change in enumerate(changes, 1)]
    names = list(dict.fromkeys(name for row in listed for name in row))
    return pl.DataFrame({n: [row.get(n) for row in listed] for n in names}, schema=dict.fromkeys(names, pl.String))


def csv(folder: Path, frame: pl.DataFrame, name: str = "policies.csv") -> Path:
    frame.write_csv(folder / name)
    return folder / name


def count(book: Book, table: Any) -> int:
    return book.read(lambda connection: int(connection.execute(select(func.count()).select_from(table)).scalar_one()))


def found(done: object) -> list[tuple[str, int, int]]:
    """What was found: code, row and column."""
    assert isinstance(done, list), done
    assert all(isinstance(one, Finding) for one in done)
    return [(one.code, one.place.line, one.place.column) for one in done]


@contextmanager
def unchanged(book: Book) -> Iterator[None]:
    """What is done within leaves every table as it was."""
    tables = (t.txn, t.batch, t.party, t.policy, t.segment, t.transfer, t.claim, t.fact, t.claim_event)
    before = [count(book, table) for table in tables]
    yield
    assert [count(book, table) for table in tables] == before
