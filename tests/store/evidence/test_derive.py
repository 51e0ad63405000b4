"""From rows of a book, through the log, to the verifier and back to the row that was altered."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy
from sqlalchemy import Connection

from quanyu.store import Store
from quanyu.store.evidence import sql
from quanyu.store.evidence.columns import column_leaves
from quanyu.store.evidence.derive import Record, Source, entries
from quanyu.store.evidence.discrepancy import Discrepancy, What
from quanyu.store.evidence.head import Signer, open_signer
from quanyu.store.evidence.log import append, heads, open_log, publish_head
from quanyu.store.evidence.note import read_key
from quanyu.store.evidence.rule import Rule, record_bytes
from quanyu.store.evidence.verify import verify

ORIGIN = "example.com/book"
AT = datetime(2026, 6, 30, tzinfo=UTC)
COUNT = 9_000
FRAME = pl.DataFrame({"id": range(COUNT)}).with_columns(
    premium=pl.col("id") * 100, holder=pl.format("投保人 {}", "id"), start=pl.lit(date(2026, 1, 1))
)


def records(connection: sql.Connection, wanted: Sequence[Record]) -> Iterator[tuple[Record, bytes]]:
    query = "SELECT id, premium, holder, start FROM deed WHERE id = ANY(%s)"
    for number, premium, holder, start in sql.fetch(connection, query, ([subject for subject, _ in wanted],)):
        yield (number, 1), record_bytes("deed", number, {"premium": premium, "holder": holder, "start": start})


def unlogged(connection: sql.Connection) -> Iterable[Record]:
    query = "SELECT id FROM deed WHERE NOT EXISTS (SELECT FROM leaf WHERE kind = 'deed' AND subject = deed.id)"
    return [(row[0], 1) for row in sql.fetch(connection, query)]


SOURCES = {"deed": Source(records, unlogged)}


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return open_signer(tmp_path / "book.pem", ORIGIN)


@pytest.fixture
def book(store: Store, signer: Signer) -> Store:
    """Nine thousand deeds, logged from columns in two blocks, a head after each."""
    with store.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE deed (id bigint, premium bigint, holder text, start date)")
        open_log(connection, ORIGIN)
        for block in (FRAME[:4000], FRAME[4000:]):
            connection.execute(
                sqlalchemy.text("INSERT INTO deed VALUES (:id, :premium, :holder, :start)"), block.to_dicts()
            )
            append(connection, "deed", block["id"].to_list(), column_leaves(Rule(), block, "deed"), at=AT, txn=1)
            publish_head(connection, signer, AT)
    return store


def found(store: Store, signer: Signer) -> list[Discrepancy]:
    with store.begin() as connection:
        notes = [one.note() for one in heads(connection)]
        return verify(entries(connection, SOURCES), notes, [read_key(signer.public_key())])


def tamper(connection: Connection, *statements: str) -> None:
    """Change what must not be changed, as one who has the server in hand can."""
    for table in ("leaf", "tile", "head"):
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        connection.exec_driver_sql(statement)


def test_columns_logged_are_rows_verified(book: Store, signer: Signer) -> None:
    assert found(book, signer) == []


def test_altered_missing_and_added_rows_are_named(book: Store, signer: Signer) -> None:
    with book.begin() as connection:
        tamper(
            connection,
            "UPDATE deed SET premium = premium - 1 WHERE id = 4321",
            "UPDATE deed SET holder = holder || ' ' WHERE id = 8999",
            "DELETE FROM deed WHERE id = 17",
            "INSERT INTO deed VALUES (9000, 1, '', '2026-01-01')",
        )
    assert [(one.what, one.kind, one.subject, one.txn, one.signed) for one in found(book, signer)] == [
        (What.MISSING, "deed", 17, 1, True),
        (What.ALTERED, "deed", 4321, 1, True),
        (What.ALTERED, "deed", 8999, 1, True),
        (What.ADDED, "deed", 9000, 1, False),
    ]


def test_a_row_altered_with_its_leaf_is_named(book: Store, signer: Signer) -> None:
    forged = record_bytes("deed", 77, {"premium": 0, "holder": "投保人 77", "start": date(2026, 1, 1)})
    with book.begin() as connection:
        tamper(
            connection,
            "UPDATE deed SET premium = 0 WHERE id = 77",
            f"UPDATE leaf SET hash = '\\x{Rule().leaf(forged).hex()}' WHERE seq = 77",
        )
    assert [(one.what, one.subject) for one in found(book, signer)] == [(What.ALTERED, 77), (What.LEAF, 77)]


def test_a_leaf_turned_to_another_record_is_named(book: Store, signer: Signer) -> None:
    with book.begin() as connection:
        tamper(connection, "UPDATE leaf SET subject = 100000 WHERE seq = 5")
    assert [(one.what, one.subject) for one in found(book, signer)] == [(What.MISSING, 100000), (What.ADDED, 5)]


def test_a_leaf_that_is_gone_is_named(book: Store, signer: Signer) -> None:
    with book.begin() as connection:
        tamper(connection, "DELETE FROM leaf WHERE seq = 300")
    assert [(one.what, one.seq, one.subject) for one in found(book, signer)] == [
        (What.LEAF, 300, None),
        (What.ADDED, None, 300),
    ]


def test_a_log_cut_with_its_heads_is_found_by_a_head_kept_elsewhere(book: Store, signer: Signer) -> None:
    with book.begin() as connection:
        kept = heads(connection)[-1].note()
        tamper(
            connection,
            "DELETE FROM head WHERE size > 4000",
            "DELETE FROM leaf WHERE seq >= 4000",
            "DELETE FROM tile WHERE (index + 1) * 256 > 4000",
            "DELETE FROM deed WHERE id >= 4000",
        )
    assert found(book, signer) == []
    with book.begin() as connection:
        known = [one.note() for one in heads(connection)]
        told = verify(entries(connection, SOURCES), [*known, kept], [read_key(signer.public_key())])
    assert [(one.what, one.size) for one in told] == [(What.CUT, COUNT)]


def test_an_altered_head_is_found(book: Store, signer: Signer) -> None:
    with book.begin() as connection:
        tamper(connection, "UPDATE head SET root = sha256('x') WHERE size = 4000")
    assert [(one.what, one.size) for one in found(book, signer)] == [(What.SIGNATURE, 4000)]
