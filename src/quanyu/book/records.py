"""What the evidence log holds of an act: one record for each subject it wrote rows of.

A record is all rows that a transaction wrote for a subject, with the head of the transaction. It is read back from the
tables, by whoever writes and whoever verifies, so an altered, missing or added row changes its digest.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from quanyu.book import tables as t
from quanyu.store.evidence.log import append, header
from quanyu.store.evidence.rule import Rule, record_bytes

__all__ = ["KINDS", "Part", "append_leaves", "leaves_of", "record_of", "written"]


@dataclass(frozen=True)
class Part:
    """Rows of one table that belong to a subject: by this column, under this condition; order: its key."""

    table: Table
    by: str
    order: tuple[str, ...]
    only: ColumnElement[bool] | None = None


KINDS: Mapping[str, tuple[Part, ...]] = {
    "programme": (Part(t.programme, "id", ("id",)),),
    "version": (Part(t.programme_version, "id", ("id",)), Part(t.party_role, "version_id", ("name",))),
    "party": (Part(t.party, "id", ("id",)),),
    "quote": (Part(t.quote, "id", ("id",)), Part(t.quote_event, "quote_id", ("seq",))),
    "policy": (
        Part(t.policy, "id", ("id",)),
        Part(t.policy_party, "policy_id", ("party_id",)),
        Part(t.segment, "policy_id", ("seq",)),
        Part(t.transfer, "policy_id", ("id",), t.transfer.c.claim_id.is_(None)),
    ),
    "occurrence": (Part(t.occurrence, "id", ("id",)),),
    "determination": (Part(t.determination, "id", ("id",)),),
    "claim": (
        Part(t.claim, "id", ("id",)),
        Part(t.fact, "claim_id", ("seq",)),
        Part(t.claim_event, "claim_id", ("seq",)),
        Part(t.transfer, "claim_id", ("id",)),
    ),
    "txn": (
        Part(t.batch, "txn_id", ("txn_id",)),
        Part(t.closing, "txn_id", ("through",)),
        Part(t.evidence_file, "txn_id", ("hash",)),
        Part(t.transfer, "txn_id", ("id",), t.transfer.c.policy_id.is_(None) & t.transfer.c.claim_id.is_(None)),
    ),
}
"""Every kind of subject with the tables that hold its rows."""


def written(value: Any) -> Any:
    """A value of a row as records write it: days and times as text, bytes as hexadecimal."""
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case dt.date():
            return value.isoformat()
        case bytes() | memoryview():
            return bytes(value).hex()
        case list():
            return [written(one) for one in value]
    return value


def record_of(connection: Connection, txn: int, kind: str, subject: int) -> bytes:
    """The record of a subject in a transaction, read from the tables."""
    head = connection.execute(select(t.txn).where(t.txn.c.id == txn)).mappings().one()
    rows = {part.table.name: _rows(connection, txn, part, subject) for part in KINDS[kind]}
    act = {name: written(value) for name, value in head.items()}
    return record_bytes(kind, subject, {"act": act, "rows": {name: found for name, found in rows.items() if found}})


def _rows(connection: Connection, txn: int, part: Part, subject: int) -> list[dict[str, Any]]:
    columns = [c for c in part.table.columns if c.name != "txn_id"]
    query = select(*columns).where(part.table.c[part.by] == subject, part.table.c.txn_id == txn)
    if part.only is not None:
        query = query.where(part.only)
    found = connection.execute(query.order_by(*(part.table.c[name] for name in part.order))).mappings()
    return [{name: written(value) for name, value in row.items()} for row in found]


def leaves_of(connection: Connection, txn: int, subjects: Sequence[tuple[str, int]]) -> list[bytes]:
    """The hashes of the records of a transaction, by kind and subject."""
    rule = Rule(header(connection).algorithm)
    return [rule.leaf(record_of(connection, txn, kind, subject)) for kind, subject in subjects]


def append_leaves(
    connection: Connection, txn: int, leaves: Sequence[tuple[str, int, bytes]], *, at: dt.datetime
) -> None:
    """Appends the hashes of records to the evidence log, which is locked from then on: kind, subject, hash."""
    for kind, group in groupby(leaves, key=lambda one: one[0]):
        alike = list(group)
        hashes = b"".join(leaf for _, _, leaf in alike)
        append(connection, kind, [subject for _, subject, _ in alike], hashes, at=at, txn=txn)
