"""Records as whoever verifies writes them are, to the byte, those logged; and neither side needs the other."""

import ast
from pathlib import Path

import pytest

import quanyu.book
from book.evidence.everything import everything
from quanyu.book.evidence.sources import records, unlogged
from quanyu.book.evidence.stated import ACT, STATED
from quanyu.book.evidence.written import plain_json
from quanyu.book.records import KINDS, record_of
from quanyu.store import Store
from quanyu.store.evidence.rule import Rule
from quanyu.store.evidence.sql import fetch
from quanyu.store.schema import metadata

BOOK = Path(quanyu.book.__file__).parent
SHARED = {
    "quanyu.store.evidence.derive", "quanyu.store.evidence.sql", "quanyu.store.evidence.discrepancy", "quanyu.terms",
    "quanyu.store.evidence.rule",
}  # fmt: skip


def imported(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    names = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.startswith("quanyu")}


@pytest.mark.parametrize("module", ["stated", "written", "sources", "named"])
def test_whoever_verifies_needs_nothing_of_what_writes(module: str) -> None:
    found = imported(BOOK / "evidence" / f"{module}.py")
    assert {name for name in found if not name.startswith("quanyu.book.evidence")} <= SHARED


def test_what_writes_needs_nothing_of_whoever_verifies() -> None:
    writers = [path for path in BOOK.rglob("*.py") if path.parent.name != "evidence"]
    assert [path.name for path in writers if any("book.evidence" in name for name in imported(path))] == []


def test_every_record_is_written_by_both_to_the_byte(store: Store) -> None:
    everything(store)
    with store.begin() as connection:
        leaves = fetch(connection, "select kind, subject, txn_id, hash from leaf order by seq")
        assert {kind for kind, *_ in leaves} == set(STATED)
        for kind in STATED:
            wanted = [(subject, txn) for own, subject, txn, _ in leaves if own == kind]
            found = dict(records(connection, kind, wanted))
            assert found == {(s, txn): record_of(connection, txn, kind, s) for s, txn in wanted}
            assert {Rule().leaf(record) for record in found.values()} == {h for own, _, _, h in leaves if own == kind}
            assert list(unlogged(connection, kind)) == []


def test_both_sides_state_the_same_tables_and_columns() -> None:
    stated = {kind: {rows.table: set(rows.columns) for rows in tables} for kind, tables in STATED.items()}
    assert stated == {
        kind: {part.table.name: {c.name for c in part.table.columns} - {"txn_id"} for part in parts}
        for kind, parts in KINDS.items()
    }
    assert set(ACT) == {column.name for column in metadata.tables["txn"].columns}


def test_every_table_of_the_book_is_in_some_record() -> None:
    held = {rows.table for tables in STATED.values() for rows in tables} | {"txn"}
    assert held == set(metadata.tables) - {"log", "leaf", "tile", "head"}


PINNED = {
    "batch": "digest file purpose row_count",
    "claim": "claimant_id id keys number occurred occurrence_id policy_id reported version_id",
    "claim_event": "body claim_id kind seq",
    "closing": "through",
    "determination": "code id known_on occurrence_id readings revision source version_id",
    "evidence_file": "hash media_type name size",
    "fact": "body claim_id evidence known_on reported_by seq",
    "occurrence": "began body code ended id name_en name_zh place",
    "party": "code id kind name_en name_zh owner_id",
    "party_role": "name party_id sees version_id",
    "policy": "holder_id id issued_on kind leader_id master_id number parties predecessor_id quote_id version_id",
    "programme": "code id",
    "programme_version": "basis changes digest id name_en name_zh programme_id source valid_from valid_to version",
    "quote": "currency expires_on fields holder_id id number premium sheet valid_from valid_to version_id",
    "quote_event": "body kind quote_id seq",
    "policy_party": "party_id policy_id",
    "segment": "fields kind policy_id premium seq state valid_from valid_to",
    "transfer": "amount booked_on claim_id currency flow id label payer_id policy_id receiver_id stage version_id",
    "txn": "actor booked_on id kind reason recorded_at reference",
}


@pytest.mark.parametrize("table", sorted(PINNED))
def test_the_columns_of_a_record_never_change(table: str) -> None:
    now = {column.name for column in metadata.tables[table].columns} - {"txn_id"}
    before = set(PINNED[table].split())
    assert now == before, (
        f"{table} has other columns: {sorted(now ^ before)}. The hashes of all records with rows of it are in the log"
        " for good, and every book would now fail to verify. Put the new columns into a table and a kind of record of"
        " their own (book/records.py, book/evidence/stated.py), and leave this table as it is."
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('{"b": 1, "a": [1.50, null, true]}', '{"a":[1.5,null,true],"b":1}'),
        ("1e999", "Infinity"),
        ("9" * 5000, "9" * 5000),
        ("[" * 100_000 + "]" * 100_000, "[" * 100_000 + "]" * 100_000),
        (None, "null"),
    ],
    ids=["sorted", "no number", "too long", "too deep", "none"],
)
def test_json_that_no_record_holds_is_no_fault_of_ours(text: str | None, written: str) -> None:
    assert plain_json(text) == written
