"""The tables of the log. Rows are added and never changed; the migration refuses UPDATE, DELETE and TRUNCATE.

A leaf holds the hash alone: the record itself is the rows that the transaction wrote for
the `subject` of its `kind`, and they are read again to verify.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from quanyu.store.schema import metadata

__all__ = ["head", "leaf", "log", "tile"]

log = Table(
    "log",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False, server_default="1"),
    Column("origin", Text, nullable=False),
    Column("algorithm", Text, nullable=False),
    CheckConstraint("id = 1", name="alone"),
)
"""The log's own name and digest: one row."""

leaf = Table(
    "leaf",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text(collation="C"), nullable=False),
    Column("subject", BigInteger, nullable=False),
    Column("txn_id", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("seq >= 0 and octet_length(hash) = 32", name="whole"),
    UniqueConstraint("kind", "subject", "txn_id"),
)
"""One leaf for each record, numbered from 0 without gaps: what one transaction wrote for one subject."""

tile = Table(
    "tile",
    metadata,
    Column("level", SmallInteger, nullable=False),
    Column("index", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
    Column("root", LargeBinary, nullable=False),
    PrimaryKeyConstraint("level", "index"),
    CheckConstraint("octet_length(hashes) = 8192 and octet_length(root) = 32", name="full"),
)
"""Full tiles of 256 hashes, and the node above each. Level 0 repeats the leaves' hashes: a second copy."""

head = Table(
    "head",
    metadata,
    Column("size", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("key_id", Text(collation="C"), nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    PrimaryKeyConstraint("size", "at", "key_id"),
    CheckConstraint("size >= 0 and octet_length(root) = 32 and octet_length(signature) = 64", name="whole"),
)
"""Signed heads as published."""
