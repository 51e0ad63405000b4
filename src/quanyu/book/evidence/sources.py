"""The records of the book, read again from its rows a block at a time, and the rows that no leaf speaks of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from quanyu.book.evidence.stated import ACT, STATED, Rows
from quanyu.book.evidence.written import act_select, joined, rows_select, unlogged_select
from quanyu.store.evidence.derive import Record, Source
from quanyu.store.evidence.sql import Connection, fetch

__all__ = ["SOURCES", "records", "unlogged"]


def records(connection: Connection, kind: str, wanted: Sequence[Record]) -> Iterator[tuple[Record, bytes]]:
    """The canonical bytes of the records (subject, transaction) of one kind that have rows.

    Some queries for all of them; what is in memory grows with `wanted` alone.
    """
    found: dict[Record, list[str]] = defaultdict(list)
    for rows in sorted(STATED[kind], key=lambda rows: rows.table):
        for record, listed in _listed(connection, rows, wanted):
            found[record].append(f'"{rows.table}":[{",".join(listed)}]')
    acts = _acts(connection, {txn for _, txn in found})
    for (subject, txn), tables in found.items():
        text = f'{{"act":{acts.get(txn, "null")},"id":{subject},"kind":"{kind}","rows":{{{",".join(tables)}}}}}'
        yield (subject, txn), text.encode("utf-8", "surrogatepass")


def _listed(connection: Connection, rows: Rows, wanted: Sequence[Record]) -> Iterator[tuple[Record, list[str]]]:
    arrays = [f"{{{','.join(map(str, ids))}}}" for ids in zip(*wanted, strict=True)]
    of: Record | None = None
    listed: list[str] = []
    for subject, txn, *pieces in fetch(connection, rows_select(rows), arrays):
        if of != (subject, txn):
            if of is not None:
                yield of, listed
            of, listed = (subject, txn), []
        listed.append(joined(pieces))
    if of is not None:
        yield of, listed


def _acts(connection: Connection, txns: Iterable[int]) -> dict[int, str]:
    return dict(fetch(connection, act_select(ACT), (list(txns),)))


def unlogged(connection: Connection, kind: str) -> Iterator[Record]:
    """The records of one kind that have rows and no leaf."""
    yield from fetch(connection, unlogged_select(kind, STATED[kind]))


def _source(kind: str) -> Source:
    return Source(
        records=lambda connection, wanted: records(connection, kind, wanted),
        unlogged=lambda connection: unlogged(connection, kind),
    )


SOURCES: Mapping[str, Source] = {kind: _source(kind) for kind in STATED}
"""Where the records of each kind are, for `store.evidence.derive.entries`."""
