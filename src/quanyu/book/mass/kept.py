"""Frames of claims → rows by COPY, and the hashes of their records, block by block, one beside the other."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import polars as pl
from sqlalchemy import Table

from quanyu.book import tables as t
from quanyu.book.journal import Journal
from quanyu.book.mass.loaded import copy_frame
from quanyu.book.mass.recorded import json_rows, record_leaves
from quanyu.store.evidence.log import header
from quanyu.store.evidence.rule import Rule

__all__ = ["Copier", "copying", "keep_claims", "keep_parties"]

_CLAIMS = 10_000
_AHEAD = 4  # frames that may wait for the database at once
_RAW = {"claim": ("keys",), "fact": ("body", "evidence"), "claim_event": ("body",), "transfer": ()}
_TABLES: Mapping[str, Table] = {
    "claim": t.claim, "fact": t.fact, "claim_event": t.claim_event, "transfer": t.transfer, "party": t.party,
}  # fmt: skip

Copier = Callable[[str, pl.DataFrame], None]


@contextmanager
def copying(journal: Journal) -> Iterator[Copier]:
    """Rows go to the database in a thread while others are made; all are there at the end of the block.

    Nothing else may use the connection within it.
    """
    journal.begin()
    waiting: list[Future[int]] = []
    with ThreadPoolExecutor(1) as worker:

        def copy(name: str, frame: pl.DataFrame) -> None:
            if frame.height:
                whole = frame.with_columns(txn_id=pl.lit(journal.txn, pl.Int64))
                if len(waiting) >= _AHEAD:
                    waiting[-_AHEAD].result()
                waiting.append(worker.submit(copy_frame, journal.connection, _TABLES[name], whole))

        yield copy
        for one in waiting:
            one.result()


def keep_parties(journal: Journal, people: pl.DataFrame, rule: Rule) -> bytes:
    """The hashes of the records of new parties."""
    texts = json_rows(people)
    return record_leaves(rule, "party", people["id"], act=journal.head, rows={"party": (people["id"], texts)})


def keep_claims(
    journal: Journal,
    subjects: pl.Series,
    made: Callable[[pl.Series], Mapping[str, pl.DataFrame]],
    *,
    rule: Rule,
    copy: Copier,
) -> bytes:
    """Copies the rows of claims and gives the hashes of their records, in the order of `subjects`, which is ascending.

    made: the rows of some claims by table, those of one claim in the order of their keys; they are asked for block by
    block, so that no more of them live at once.
    """
    leaves = []
    for start in range(0, subjects.len(), _CLAIMS):
        block = subjects.slice(start, _CLAIMS)
        rows: dict[str, tuple[pl.Series, pl.Series]] = {}
        for name, part in made(block).items():
            copy(name, part)
            if part.height:
                by = "id" if name == "claim" else "claim_id"
                rows[name] = (part[by], json_rows(_recorded(part), _RAW[name]))
        leaves.append(record_leaves(rule, "claim", block, act=journal.head, rows=rows))
    return b"".join(leaves)


def _recorded(frame: pl.DataFrame) -> pl.DataFrame:
    """Bytes as records write them: lists of hexadecimal texts, as JSON."""
    if "evidence" not in frame.columns:
        return frame
    hexed = pl.col("evidence").list.eval(pl.concat_str([pl.lit('"'), pl.element().bin.encode("hex"), pl.lit('"')]))
    return frame.with_columns(pl.concat_str([pl.lit("["), hexed.list.join(","), pl.lit("]")]).alias("evidence"))


def rule_of(journal: Journal) -> Rule:
    """The digest rule of the book's log."""
    return Rule(header(journal.connection).algorithm)
