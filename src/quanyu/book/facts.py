"""Facts of a claim: values as written, who reported them, when they were known, on what evidence; all revisions."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, func, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.claims import Claim, check_values, locked, standing_of
from quanyu.book.journal import Journal
from quanyu.book.versions import Library
from quanyu.terms import Finding, Text

__all__ = ["Lines", "Paper", "Statement", "check_open", "keep_papers", "line_of", "lines_after", "state_facts"]

Lines = Mapping[str, Mapping[str, Any]]
"""The values of a claim by its lines: a line is one amount of one cover, and bears the cover's name if no other."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that proves something. The book keeps its digest, not the file."""

    name: str
    media_type: str
    data: bytes

    @property
    def hash(self) -> bytes:
        """SHA-256 of its bytes."""
        return hashlib.sha256(self.data).digest()


@dataclass(frozen=True)
class Statement:
    """What somebody states of a claim. values: by name as written; None takes a value back.

    line: which line of the claim it is of, if not that of its cover. reported_by: who says so.
    """

    values: Mapping[str, Any]
    reported_by: str
    known_on: dt.date
    line: str | None = None
    papers: tuple[Paper, ...] = field(default=())


def state_facts(journal: Journal, library: Library, number: str, statement: Statement) -> int:
    """Writes what is stated of a claim as its next fact; gives the fact's number within the claim.

    Raises Refused: `unknown-claim`, `claim-closed`, `known-before-occurred`, what `check_values` finds.
    """
    claim = locked(journal.connection, number)
    check_open(claim, closed=standing_of(journal.connection, claim).closed)
    version = library.version(journal.connection, claim.version_id)
    check_values(version, {name: value for name, value in statement.values.items() if value is not None})
    if statement.known_on < claim.occurred:
        raise Refused(_too_early(claim, statement))
    f = t.fact.c
    last = journal.connection.execute(select(func.max(f.seq)).where(f.claim_id == claim.id)).scalar() or 0
    row = {
        "claim_id": claim.id,
        "seq": last + 1,
        "body": {"line": statement.line or line_of(claim, statement.values), "values": dict(statement.values)},
        "reported_by": statement.reported_by,
        "known_on": statement.known_on,
        "evidence": [paper.hash for paper in statement.papers],
    }
    keep_papers(journal, statement.papers)
    journal.write(t.fact, [row])
    journal.touch("claim", claim.id)
    return int(last) + 1


def line_of(claim: Claim, values: Mapping[str, Any]) -> str:
    """The line that values are of where it is not said: the cover's."""
    return str(values.get("cover") or claim.keys.get("cover") or "")


def lines_after(rows: Iterable[tuple[int, Mapping[str, Any]]], last: int | None = None) -> Lines:
    """The values of the lines after the facts up to number `last` (None: all). rows: numbers and bodies, in order."""
    lines: dict[str, dict[str, Any]] = defaultdict(dict)
    for seq, body in rows:
        if last is None or seq <= last:
            lines[body["line"]] |= body["values"]
    return {line: {n: v for n, v in values.items() if v is not None} for line, values in lines.items()}


def check_open(claim: Claim, *, closed: bool) -> None:
    """Raises Refused (`claim-closed`) for a claim that is closed."""
    if closed:
        reason = Text(f"赔案 {claim.number} 已结案", f"claim {claim.number} is closed")
        raise Refused(Finding("claim-closed", None, reason, Text("先重开赔案", "reopen it first")))


def keep_papers(journal: Journal, papers: Iterable[Paper]) -> None:
    """Writes the files that the book does not have yet."""
    given = {paper.hash: paper for paper in papers}
    known = _known(journal.connection, given)
    rows = [
        {"hash": one, "name": paper.name, "media_type": paper.media_type, "size": len(paper.data)}
        for one, paper in given.items()
        if one not in known
    ]
    if rows:
        journal.write(t.evidence_file, rows)
        journal.touch("txn", journal.txn)


def _known(connection: Connection, hashes: Iterable[bytes]) -> set[bytes]:
    c = t.evidence_file.c
    return {bytes(one) for one in connection.execute(select(c.hash).where(c.hash.in_(list(hashes)))).scalars()}


def _too_early(claim: Claim, statement: Statement) -> Finding:
    return Finding(
        "known-before-occurred",
        None,
        Text(
            f"{statement.known_on} 还没有出险（{claim.occurred}）",
            f"known on {statement.known_on}, before the loss of {claim.occurred}",
        ),
        Text("改正日期", "correct the date"),
    )
