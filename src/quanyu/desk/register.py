"""The verb `import policies`: a table of policies of any programmes, issued whole or not at all, and once only."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from quanyu.book import Journal, Repeated
from quanyu.book import tables as t
from quanyu.book.mass.table import BLOCK, File, Issued, issue_table
from quanyu.book.mass.taken import numbers_taken
from quanyu.desk.booking import Book
from quanyu.tables import Blocks, open_blocks
from quanyu.terms import Finding, Place, Text

__all__ = ["Before", "issue_file"]

Progress = Callable[[int, int], None]
"""Told rows done and rows in all."""


@dataclass(frozen=True, slots=True)
class Before:
    """The same file was issued before, in this transaction."""

    txn: int


def issue_file(
    book: Book,
    path: Path,
    *,
    names: Mapping[str, str] | None = None,
    sheet: str | None = None,
    reason: str = "",
    progress: Progress | None = None,
) -> Issued | Before | list[Finding]:
    """Issues every row of a file in one transaction. names: field → heading where they differ.

    Findings name every bad row; then nothing is written.
    """
    with open_blocks(path, sheet) as opened:
        if isinstance(opened, list):
            return opened
        blocks = _mapped(opened, names or {})
        if isinstance(blocks, list):
            return blocks
        file = File(path.name, _digest(path), blocks.height, _programmes(blocks))

        def work(journal: Journal) -> Issued:
            if (done := _done(journal.connection, file.digest)) is not None:
                raise Repeated(done)
            count = 0

            def told(rows: int) -> None:
                nonlocal count
                count += rows
                if progress is not None:
                    progress(count, file.rows)

            try:
                return issue_table(journal, book.library, blocks.blocks(BLOCK), file=file, progress=told)
            except IntegrityError as error:
                if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != "policy_number_key":
                    raise
                raise _Taken from error

        try:
            return book.act("issue", work, reason=reason or path.name)
        except Repeated as before:
            return Before(before.txn)
        except _Taken as taken:
            found = book.read(lambda connection: numbers_taken(connection, blocks.blocks(BLOCK)))
            if not found:
                raise taken.__cause__ or taken from None
            return found


class _Taken(Exception):  # noqa: N818 - takes the transaction back
    """A number of the table is another policy's."""


def _done(connection: Connection, digest: bytes) -> int | None:
    query = select(t.batch.c.txn_id).where(t.batch.c.purpose == "policies", t.batch.c.digest == digest)
    return connection.execute(query).scalar()


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _programmes(blocks: Blocks) -> tuple[str, ...]:
    if "programme" not in blocks.frame.collect_schema():
        return ()
    codes = blocks.frame.select(pl.col("programme").cast(pl.String).str.strip_chars().unique()).collect().to_series()
    return tuple(codes.drop_nulls().sort().to_list())


def _mapped(blocks: Blocks, names: Mapping[str, str]) -> Blocks | list[Finding]:
    """The table under the names of fields. A heading that is not there is a finding."""
    shown = blocks.frame.collect_schema().names()
    place = Place(blocks.file, max(blocks.first - 1, 1), 1, sheet=blocks.sheet)
    absent = [heading for heading in names.values() if heading not in shown]
    if absent:
        return [
            Finding(
                "missing-column",
                place,
                Text(f"缺少列“{heading}”", f"there is no column `{heading}`"),
                Text(f"表中的列：{'、'.join(shown[:20])}", f"the table has {', '.join(shown[:20])}"),
            )
            for heading in absent
        ]
    return replace(blocks, frame=blocks.frame.rename({heading: name for name, heading in names.items()}))
