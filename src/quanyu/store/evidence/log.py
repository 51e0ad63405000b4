"""The log in PostgreSQL, within the caller's transaction: what is rolled back was never in the log.

Functions take a connection of psycopg or of SQLAlchemy that is in a transaction (RuntimeError otherwise). Whoever
appends holds the log's lock until commit, so append last; it takes about a microsecond a leaf. Under repeatable-read or
serializable, one of two that append at once fails with SQLSTATE 40001, as its view of the log is old: do it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from quanyu.store.evidence import tree
from quanyu.store.evidence.head import SignedHead, Signer, check_origin
from quanyu.store.evidence.rule import WIDTH, Head, Rule
from quanyu.store.evidence.sql import Connection, cursor_of, fetch

__all__ = [
    "Header",
    "Inclusion",
    "append",
    "consistency",
    "edge",
    "header",
    "heads",
    "open_log",
    "prove",
    "publish_head",
]

_LOCK = int.from_bytes(b"evidence")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # of PostgreSQL's binary timestamps
_COPY_HEAD, _COPY_END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Header:
    """What a log is: its name in the world, and its digest."""

    origin: str
    algorithm: str


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That leaf `seq`, whose hash is `leaf`, is in the log of `size` leaves."""

    seq: int
    size: int
    leaf: bytes
    proof: tuple[bytes, ...]


def open_log(connection: Connection, origin: str, algorithm: str = "sha256") -> Header:
    """The log of this database, founded where there is none. ValueError where it has another name or digest."""
    check_origin(origin)
    wanted = Header(origin, Rule(algorithm).algorithm)
    fetch(
        connection,
        "INSERT INTO log (id, origin, algorithm) VALUES (1, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (origin, algorithm),
    )
    if (there := header(connection)) != wanted:
        raise ValueError(f"this database keeps {there.origin} by {there.algorithm}, not {origin} by {algorithm}")
    return there


def header(connection: Connection) -> Header:
    """Name and digest of the log. LookupError where none was founded."""
    found = fetch(connection, "SELECT origin, algorithm FROM log")
    if not found:
        raise LookupError("no log was founded in this database")
    return Header(*found[0])


def append(
    connection: Connection, kind: str, ids: Sequence[int], hashes: bytes, *, at: datetime, txn: int = 0
) -> range:
    """Add leaves for the records `ids` of one kind, their hashes one after another; gives their numbers.

    txn: the transaction that wrote the rows of these records; a subject has one record in each. at: kept beside the
    leaves, and no part of what is proven. One leaf or a block of tens of thousands.
    """
    if at.tzinfo is None or not kind:
        raise ValueError("a leaf needs a kind, and an instant with its zone")
    subjects = np.asarray(ids, dtype=np.int64)
    if len(hashes) != WIDTH * len(subjects):
        raise ValueError(f"{len(subjects)} records need {WIDTH} bytes each, not {len(hashes)} in all")
    rule = Rule(header(connection).algorithm)
    _lock(connection)
    before = edge(connection)
    after, tiles = tree.grow(rule, before, hashes)
    with (
        cursor_of(connection) as cursor,
        cursor.copy("COPY leaf (seq, kind, subject, txn_id, hash, recorded_at) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_leaf_rows(before.size, kind, subjects, hashes, at=at, txn=txn))
    if tiles:
        with (
            cursor_of(connection) as cursor,
            cursor.copy('COPY tile (level, "index", hashes, root) FROM STDIN (FORMAT BINARY)') as copy,
        ):
            copy.set_types(["int2", "int8", "bytea", "bytea"])
            for tile in tiles:
                copy.write_row((tile.level, tile.index, tile.hashes, tile.root))
    return range(before.size, after.size)


def publish_head(connection: Connection, signer: Signer, at: datetime) -> SignedHead:
    """Sign the log as it is, and keep the head. It promises only once the transaction is committed."""
    known = header(connection)
    _lock(connection)
    now = edge(connection)
    root = tree.root(Rule(known.algorithm), now)
    signed = signer.sign(Head(known.origin, known.algorithm, now.size, root, at.astimezone(UTC)))
    fetch(
        connection,
        'INSERT INTO head (size, "at", key_id, root, signature) VALUES (%s, %s, %s, %s, %s)'
        " ON CONFLICT DO NOTHING RETURNING size",
        (now.size, signed.head.at, signed.key_id, root, signed.signature),
    )
    return signed


def heads(connection: Connection) -> list[SignedHead]:
    """All heads that were published, the smallest first."""
    known = header(connection)
    found = fetch(connection, 'SELECT size, root, "at", key_id, signature FROM head ORDER BY size, "at", key_id')
    return [
        SignedHead(Head(known.origin, known.algorithm, size, root, at), key_id, signature)
        for size, root, at, key_id, signature in found
    ]


def prove(connection: Connection, seq: int, *, size: int | None = None) -> Inclusion:
    """The proof that a leaf is in the log of `size` leaves: where not said, that of the newest head.

    LookupError for a leaf that is under no such size yet.
    """
    if size is None:
        ((size,),) = fetch(connection, "SELECT coalesce(max(size), 0) FROM head")
    found = fetch(connection, "SELECT hash FROM leaf WHERE seq = %s", (seq,))
    if not found or not 0 <= seq < size:
        raise LookupError(f"leaf {seq} is not among the {size} leaves of that head")
    rule = Rule(header(connection).algorithm)
    proof = tree.inclusion(rule, _tiles(connection), seq=seq, size=size)
    return Inclusion(seq, size, found[0][0], tuple(proof))


def consistency(connection: Connection, old: int, new: int) -> list[bytes]:
    """The proof that the log of `old` leaves is the beginning of that of `new`."""
    return tree.consistency(Rule(header(connection).algorithm), _tiles(connection), old=old, new=new)


def edge(connection: Connection) -> tree.Edge:
    """Where the log grows on: the hashes of its unfinished tiles. RuntimeError where rows of the log are missing."""
    query = "SELECT (SELECT coalesce(max(seq) + 1, 0) FROM leaf), (SELECT coalesce(max(size), 0) FROM head)"
    ((size, promised),) = fetch(connection, query)
    if size < promised:
        raise RuntimeError(f"the log has {size} leaves, and its newest head promised {promised}")
    partial, level = list[bytes](), 0
    while size >> tree.HEIGHT * level:
        partial.append(_partial(connection, level, size >> tree.HEIGHT * level))
        level += 1
    return tree.Edge(size, tuple(partial))


def _lock(connection: Connection) -> None:
    fetch(connection, "SELECT pg_advisory_xact_lock(%s)::text", (_LOCK,))


def _partial(connection: Connection, level: int, count: int) -> bytes:
    """The unfinished tile of a level that has `count` hashes in all."""
    start = count - count % tree.TILE
    # Bounded above: under READ COMMITTED others may have appended since the log's size was read.
    if level:
        query = 'SELECT root FROM tile WHERE level = %s AND "index" >= %s AND "index" < %s ORDER BY "index"'
        found = fetch(connection, query, (level - 1, start, count))
    else:
        found = fetch(connection, "SELECT hash FROM leaf WHERE seq >= %s AND seq < %s ORDER BY seq", (start, count))
    if len(found) != count - start:
        raise RuntimeError(f"level {level} of the log has {len(found)} hashes from {start} on, not {count - start}")
    return b"".join(row[0] for row in found)


def _tiles(connection: Connection) -> tree.Tiles:
    """Tiles as they are asked for, each read once."""
    now, read = edge(connection), dict[tuple[int, int], bytes]()

    def tile(level: int, index: int) -> bytes:
        if index == (now.size >> tree.HEIGHT * level) // tree.TILE and level < len(now.partial):
            return now.partial[level]
        if (level, index) not in read:
            found = fetch(connection, 'SELECT hashes FROM tile WHERE level = %s AND "index" = %s', (level, index))
            read[level, index] = found[0][0] if found else b""
        return read[level, index]

    return tile


def _leaf_rows(
    first: int, kind: str, subjects: np.typing.NDArray[np.int64], hashes: bytes, *, at: datetime, txn: int
) -> bytes:
    """Rows of PostgreSQL's binary COPY. Within a batch every row is equally long, so they are laid out as columns."""
    name, count = kind.encode(), len(subjects)
    layout = np.dtype(
        [("fields", ">i2"), ("l1", ">i4"), ("seq", ">i8"), ("l2", ">i4"), ("kind", f"V{len(name)}"), ("l3", ">i4"),
         ("subject", ">i8"), ("lt", ">i4"), ("txn", ">i8"), ("l4", ">i4"), ("hash", f"V{WIDTH}"), ("l5", ">i4"),
         ("at", ">i8")]
    )  # fmt: skip
    rows = np.zeros(count, dtype=layout)
    rows["fields"], rows["l1"], rows["l2"], rows["l3"], rows["l4"], rows["l5"] = 6, 8, len(name), 8, WIDTH, 8
    rows["lt"], rows["txn"] = 8, txn
    rows["seq"] = np.arange(first, first + count)
    rows["kind"] = np.frombuffer(name, dtype=f"V{len(name)}")[0]
    rows["subject"] = subjects
    rows["hash"] = np.frombuffer(hashes, dtype=f"V{WIDTH}")
    since = at.astimezone(UTC) - _EPOCH
    rows["at"] = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return _COPY_HEAD + rows.tobytes() + _COPY_END
