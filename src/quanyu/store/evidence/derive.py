"""Records read again from the rows of the book, in the order of the log: what the verifier is given."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from quanyu.store.evidence.rule import WIDTH
from quanyu.store.evidence.sql import Connection, fetch
from quanyu.store.evidence.tree import TILE
from quanyu.store.evidence.verify import Entry

__all__ = ["Record", "Source", "entries"]

_TILES_AT_ONCE = 32  # 8,192 leaves in memory


Record = tuple[int, int]  # a subject, and the transaction that wrote what the record holds of it


@dataclass(frozen=True, slots=True)
class Source:
    """Where the records of a kind are.

    records: the canonical bytes of those records that have rows; the rows are read again, nothing is kept for it.
    unlogged: the records that have rows and no leaf.
    """

    records: Callable[[Connection, Sequence[Record]], Iterable[tuple[Record, bytes]]]
    unlogged: Callable[[Connection], Iterable[Record]]


def entries(connection: Connection, sources: Mapping[str, Source]) -> Iterator[Entry]:
    """All leaves with their records, then the records without leaves. A kind without a source has no records.

    Reads in steps: a repeatable-read transaction sees one state of the book throughout.
    """
    ((end,),) = fetch(
        connection,
        "SELECT greatest((SELECT coalesce(max(seq) + 1, 0) FROM leaf),"
        ' (SELECT coalesce(max("index") + 1, 0) * 256 FROM tile WHERE level = 0))',
    )
    for start in range(0, end, TILE * _TILES_AT_ONCE):
        yield from _block(connection, sources, start)
    for kind, source in sources.items():
        for subject, txn in source.unlogged(connection):
            yield Entry(None, kind, subject, None, None, txn=txn)


def _block(connection: Connection, sources: Mapping[str, Source], start: int) -> Iterator[Entry]:
    stop = start + TILE * _TILES_AT_ONCE
    leaves = fetch(
        connection,
        "SELECT seq, kind, subject, txn_id, hash FROM leaf WHERE seq >= %s AND seq < %s ORDER BY seq",
        (start, stop),
    )
    tiles = fetch(
        connection,
        'SELECT "index", hashes FROM tile WHERE level = 0 AND "index" >= %s AND "index" < %s',
        (start // TILE, stop // TILE),
    )
    copies = {
        index * TILE + place: hashes[place * WIDTH : (place + 1) * WIDTH]
        for index, hashes in tiles
        for place in range(TILE)
    }
    wanted: dict[str, list[Record]] = {}
    for _, kind, subject, txn, _ in leaves:
        wanted.setdefault(kind, []).append((subject, txn))
    found = {
        (kind, record): written
        for kind, those in wanted.items()
        if kind in sources
        for record, written in sources[kind].records(connection, those)
    }
    by_seq = {row[0]: row for row in leaves}
    for seq in sorted(by_seq.keys() | copies.keys()):
        _, kind, subject, txn, leaf = by_seq.get(seq, (seq, "", None, 0, None))
        yield Entry(seq, kind, subject, found.get((kind, (subject, txn))), leaf, copies.get(seq), txn)
