"""The log in PostgreSQL: within the caller's transaction, the same tree, and nothing lost between two at once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from psycopg.rows import dict_row
from sqlalchemy.exc import DBAPIError

from quanyu.store import Store
from quanyu.store.evidence import proof, tables, tree
from quanyu.store.evidence.head import Signer, open_signer
from quanyu.store.evidence.log import (
    Header,
    append,
    consistency,
    edge,
    header,
    heads,
    open_log,
    prove,
    publish_head,
)
from quanyu.store.evidence.note import read_key, read_note
from quanyu.store.evidence.rule import WIDTH, Rule
from quanyu.store.schema import metadata
from store.evidence import recursion
from store.evidence.trees import hashes, single

ORIGIN = "example.com/book"
AT = datetime(2026, 6, 30, 8, 0, 0, 1, tzinfo=UTC)
ALL = hashes(2000)


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return open_signer(tmp_path / "book.pem", ORIGIN)


@pytest.fixture
def plain(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of psycopg alone, with rows of a form that the log does not expect."""
    address = sqlalchemy.make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, row_factory=dict_row) as connection:
        open_log(connection, ORIGIN)
        yield connection
        connection.rollback()


def add(connection: Any, count: int, *, kind: str = "policy", first: int = 0) -> range:
    return append(connection, kind, range(first, first + count), ALL[first * WIDTH : (first + count) * WIDTH], at=AT)


def test_batches_grow_one_tree(plain: psycopg.Connection[Any]) -> None:
    first, rule = 0, Rule()
    for count in (1, 0, 254, 1, 1, 700, 3, 1040):
        assert add(plain, count, first=first) == range(first, first + count)
        first += count
        whole, _ = tree.grow(rule, tree.EMPTY, ALL[: first * WIDTH])
        assert edge(plain) == whole
    rows = plain.execute("SELECT * FROM leaf ORDER BY seq").fetchall()
    assert [row["seq"] for row in rows] == [row["subject"] for row in rows] == list(range(2000))
    assert b"".join(row["hash"] for row in rows) == ALL
    assert {(row["kind"], row["txn_id"], row["recorded_at"]) for row in rows} == {("policy", 0, AT)}
    (tiles,) = plain.execute("SELECT count(*), max(level) FROM tile").fetchall()
    assert tuple(tiles.values()) == (7, 0)


def test_a_row_is_what_was_given(plain: psycopg.Connection[Any]) -> None:
    shanghai = datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=8)))
    append(plain, "保单", [-(2**63)], ALL[:WIDTH], at=shanghai, txn=2**62)
    row = plain.execute("SELECT * FROM leaf").fetchone()
    expected = {"seq": 0, "kind": "保单", "subject": -(2**63), "txn_id": 2**62, "hash": ALL[:WIDTH]}
    assert row == expected | {"recorded_at": shanghai}


def test_proofs_hold_against_published_heads(plain: psycopg.Connection[Any], signer: Signer) -> None:
    rule, leaves, sizes = Rule(), single(ALL), (1, 256, 700, 2000)
    before = 0
    for size in sizes:
        add(plain, size - before, first=before)
        publish_head(plain, signer, AT + timedelta(hours=size))
        before = size
    notes = [read_note(one.note()) for one in heads(plain)]
    assert [note.head.size for note in notes] == list(sizes)
    assert all(note.signed_by([read_key(signer.public_key())]) for note in notes)
    assert [note.head.root for note in notes] == [recursion.mth(leaves[:size]) for size in sizes]
    for seq in (0, 255, 256, 1999):
        given = prove(plain, seq)
        assert (given.seq, given.size, given.leaf) == (seq, 2000, leaves[seq])
        assert list(given.proof) == recursion.path(seq, leaves)
        assert proof.included(rule, given.leaf, given.proof, seq=seq, size=2000, root=notes[-1].head.root)
    assert list(prove(plain, 300, size=700).proof) == recursion.path(300, leaves[:700])
    for old, new in ((1, 256), (256, 700), (700, 2000), (2000, 2000)):
        assert consistency(plain, old, new) == recursion.proof(old, leaves[:new])


def test_a_leaf_without_a_head_cannot_be_proven_yet(plain: psycopg.Connection[Any], signer: Signer) -> None:
    add(plain, 5)
    with pytest.raises(LookupError):
        prove(plain, 0)
    publish_head(plain, signer, AT)
    add(plain, 1, first=5)
    assert prove(plain, 4).size == 5
    for seq in (5, 6, -1):
        with pytest.raises(LookupError, match="not among the 5"):
            prove(plain, seq)


def test_the_same_head_twice_is_one(plain: psycopg.Connection[Any], signer: Signer) -> None:
    assert publish_head(plain, signer, AT) == publish_head(plain, signer, AT)
    assert [one.head.size for one in heads(plain)] == [0]
    assert heads(plain)[0].head.root == Rule().empty()


def test_what_is_rolled_back_was_never_in_the_log(store: Store, signer: Signer) -> None:
    with store.begin() as connection:
        open_log(connection, ORIGIN)
        add(connection, 300)
    with store.engine.connect() as connection, connection.begin() as given_up:
        add(connection, 300, first=300)
        publish_head(connection, signer, AT)
        given_up.rollback()
    with store.begin() as connection:
        assert heads(connection) == []
        assert add(connection, 1, first=300) == range(300, 301)


def test_no_transaction_no_evidence(store: Store, plain: psycopg.Connection[Any]) -> None:
    plain.commit()
    plain.autocommit = True
    with pytest.raises(RuntimeError, match="transaction"):
        add(plain, 1)
    with plain.transaction():
        add(plain, 1)
    plain.autocommit = False
    with store.engine.connect() as connection, pytest.raises(RuntimeError, match="transaction"):
        header(connection)


def test_two_at_once_wait_for_one_another(store: Store) -> None:
    with store.begin() as connection:
        open_log(connection, ORIGIN)

    def work(place: int) -> None:
        for turn in range(5):
            with store.begin() as connection:
                add(connection, 40, first=(place * 5 + turn) * 40)

    with ThreadPoolExecutor(4) as clerks:
        list(clerks.map(work, range(4)))
    with store.begin() as connection:
        assert edge(connection).size == 800
        leaves = connection.execute(sqlalchemy.select(tables.leaf.c.hash).order_by(tables.leaf.c.seq)).scalars().all()
        assert sorted(leaves) == sorted(single(ALL)[:800])
        assert tree.root(Rule(), edge(connection)) == recursion.mth(leaves)


def test_an_old_view_of_the_log_is_done_again(store: Store) -> None:
    with store.begin() as connection:
        open_log(connection, ORIGIN)
    with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as late, late.begin():
        assert header(late) == Header(ORIGIN, "sha256")
        with store.begin() as early:
            add(early, 3)
        with pytest.raises(DBAPIError) as failed:
            add(late, 3, first=3)
        assert getattr(failed.value.orig, "sqlstate", None) == "40001"

    def work(place: int) -> None:
        store.transact(lambda connection: add(connection, 2, first=100 + 2 * place))

    with ThreadPoolExecutor(3) as clerks:
        list(clerks.map(work, range(3)))
    with store.begin() as connection:
        assert edge(connection).size == 9


def test_a_record_has_one_leaf_in_a_transaction(plain: psycopg.Connection[Any]) -> None:
    add(plain, 1)
    with pytest.raises(psycopg.errors.UniqueViolation):
        add(plain, 1)


def test_a_database_keeps_one_log(plain: psycopg.Connection[Any]) -> None:
    assert open_log(plain, ORIGIN) == Header(ORIGIN, "sha256")
    for origin, algorithm in (("example.com/other", "sha256"), (ORIGIN, "sm3")):
        with pytest.raises(ValueError, match="this database keeps"):
            open_log(plain, origin, algorithm)
    with pytest.raises(ValueError, match="no digest"):
        open_log(plain, ORIGIN, "md5")


def test_a_log_must_be_founded(store: Store) -> None:
    with store.begin() as connection, pytest.raises(LookupError, match="founded"):
        add(connection, 1)


def test_a_log_by_sm3(store: Store, signer: Signer) -> None:
    rule = Rule("sm3")
    joined = hashes(300, rule)
    with store.begin() as connection:
        open_log(connection, ORIGIN, "sm3")
        append(connection, "policy", range(300), joined, at=AT)
        signed = publish_head(connection, signer, AT)
        given = prove(connection, 270)
    note = read_note(signed.note())
    assert (note.head.algorithm, note.signed_by([read_key(signer.public_key())]) is None) == ("sm3", False)
    assert proof.included(rule, given.leaf, given.proof, seq=270, size=300, root=note.head.root)


def test_what_does_not_belong_together_is_refused(plain: psycopg.Connection[Any]) -> None:
    with pytest.raises(ValueError, match="32 bytes each"):
        append(plain, "policy", [1, 2], ALL[:WIDTH], at=AT)
    with pytest.raises(ValueError, match="zone"):
        append(plain, "policy", [1], ALL[:WIDTH], at=AT.replace(tzinfo=None))
    with pytest.raises(ValueError, match="kind"):
        append(plain, "", [1], ALL[:WIDTH], at=AT)


def test_a_damaged_log_does_not_grow(plain: psycopg.Connection[Any], signer: Signer) -> None:
    add(plain, 600)
    publish_head(plain, signer, AT)
    plain.execute("ALTER TABLE leaf DISABLE TRIGGER USER")
    plain.execute("ALTER TABLE tile DISABLE TRIGGER USER")
    for damage, told in (
        ("DELETE FROM leaf WHERE seq >= 590", "promised 600"),
        ("DELETE FROM leaf WHERE seq = 590", "has 87 hashes"),
        ("DELETE FROM tile WHERE index = 1", "has 1 hashes"),
    ):
        plain.execute("SAVEPOINT whole")
        plain.execute(damage.encode())
        with pytest.raises(RuntimeError, match=told):
            add(plain, 1, first=600)
        plain.execute("ROLLBACK TO whole")


def test_rows_are_never_changed(store: Store, signer: Signer) -> None:
    with store.begin() as connection:
        open_log(connection, ORIGIN)
        add(connection, 300)
        publish_head(connection, signer, AT)
    for table in ("log", "leaf", "tile", "head"):
        for change in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises(DBAPIError), store.begin() as connection:
                connection.exec_driver_sql(change)
    with pytest.raises(DBAPIError), store.begin() as connection:
        connection.exec_driver_sql("UPDATE leaf SET subject = 1 WHERE seq = 0")


@pytest.mark.parametrize("name", ["log", "leaf", "tile", "head"])
def test_the_tables_are_those_of_the_migration(store: Store, name: str) -> None:
    there, ours = sqlalchemy.inspect(store.engine), metadata.tables[name]
    columns = [(c["name"], c["nullable"], c["type"].compile(store.engine.dialect)) for c in there.get_columns(name)]
    assert columns == [(c.name, c.nullable, c.type.compile(store.engine.dialect)) for c in ours.columns]
    assert there.get_pk_constraint(name)["constrained_columns"] == [c.name for c in ours.primary_key.columns]
