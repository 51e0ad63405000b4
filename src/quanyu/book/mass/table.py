"""A table of policies of any programmes, issued in one act: everything or nothing."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy.exc import IntegrityError

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.days import DAY, by_years
from quanyu.book.excluding import covered_elsewhere
from quanyu.book.issuing import Issue, write_policy
from quanyu.book.journal import Journal
from quanyu.book.mass.issue import Written, numbered, written_block
from quanyu.book.mass.leaves import Spool
from quanyu.book.mass.loaded import copy_frame
from quanyu.book.mass.people import People, holders
from quanyu.book.mass.register import MOST, RESERVED, Published, by_version, published, registered
from quanyu.book.mass.risks import Risks, read_risks
from quanyu.book.mass.tally import Tally
from quanyu.book.mass.underwritten import unaccepted
from quanyu.book.queueing import lock_programme, stand_apart
from quanyu.book.stopping import closed
from quanyu.book.versions import Library, Version
from quanyu.store.evidence.log import header
from quanyu.store.evidence.rule import Rule
from quanyu.store.schema import metadata
from quanyu.tables import Rows
from quanyu.terms import Finding

__all__ = ["BLOCK", "File", "Issued", "issue_table"]

BLOCK = 20_000
"""Rows of a block: enough for columns to pay, few enough for memory."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class File:
    """The file a table came from. digest: of its bytes, which are issued once. programmes: the codes in it."""

    name: str
    digest: bytes
    rows: int
    programmes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued. premium: in fen, one number only where all programmes count in one currency."""

    policies: int
    premium: int
    transfers: int
    tally: Tally


def issue_table(
    journal: Journal, library: Library, blocks: Iterable[Rows], *, file: File, progress: Progress | None = None
) -> Issued:
    """Issues every row of a table. Raises Refused with everything that is wrong in it, of findings `MOST` at most.

    A block is read and priced, and another one made into rows, while the one before them is written. Policies that
    share totals have them in the order of the table; those whose terms read what all policies pay go one by one.
    """
    known = published(journal.connection, library, file.programmes)
    for version in sorted((one for versions in known.values() for one in versions[:1]), key=lambda v: v.programme_id):
        lock_programme(journal, version)
    batch = {"purpose": "policies", "digest": file.digest, "file": file.name, "row_count": file.rows}
    journal.write(t.batch, [batch])
    journal.touch("txn", journal.txn)
    rule = Rule(header(journal.connection).algorithm)
    with ThreadPoolExecutor(2) as workers, Spool() as spool:
        done = _Loading(journal, rule, known, workers=workers, spool=spool).run(blocks, progress or (lambda _: None))
        _must_not_be_elsewhere(journal, library, known)
        for leaves in spool:
            journal.record(leaves.kind, leaves.subjects, leaves.hashes)
    return done


def _must_not_be_elsewhere(journal: Journal, library: Library, known: Published) -> None:
    """Raises Refused for what another programme covers, of this table or of the book."""
    mine = t.policy.c.txn_id == journal.txn
    versions = [version for versions in known.values() for version in versions]
    found = [one for v in versions for one in covered_elsewhere(journal, library, v, mine, most=MOST)]
    if found:
        raise Refused(*found[:MOST])


class _Loading:
    """One table on its way into the book."""

    def __init__(
        self, journal: Journal, rule: Rule, known: Published, *, workers: ThreadPoolExecutor, spool: Spool
    ) -> None:
        self.journal, self.rule, self.known, self.workers, self.spool = journal, rule, known, workers, spool
        self.tally = Tally()
        every = (version for versions in known.values() for version in versions if version.programme.stop)
        self.closed = {one.id: closed(journal.connection, one, journal.booked_on) for one in every}

    def run(self, blocks: Iterable[Rows], progress: Progress) -> Issued:
        findings: list[Finding] = []
        made: Future[Written] | None = None
        for read in _ahead(self.workers, self._read, blocks):
            for risks in read:
                if isinstance(risks, Finding):
                    findings.append(risks)
                elif not findings:
                    made = self._next(risks, made)
                    progress(risks.rows.frame.height)
            if len(findings) >= MOST:
                break
        if findings:
            raise Refused(*findings[:MOST])
        self._write(made)
        whole = self.tally
        return Issued(sum(whole.policies.values()), sum(whole.premium.values()), whole.transfers, whole)

    def _read(self, rows: Rows) -> list[Risks | Finding]:
        """A block as risks by version, or what is wrong with it. It needs no connection."""
        typed, unread = registered(rows, issued=self.journal.booked_on)
        parts, unbound = by_version(typed, self.known)
        found: list[Risks | Finding] = [*unread, *unbound]
        for version, part in parts:
            if shut := self._shut(version, part):
                found += shut
                continue
            risks = read_risks(version, part, RESERVED)
            refused = risks if isinstance(risks, list) else unaccepted(risks)
            if not refused and isinstance(risks, Risks):
                risks.evaluate()
                found.append(risks)
            found += refused
        return found

    def _shut(self, version: Version, part: Rows) -> list[Finding]:
        """Why a version takes no new business, at the first row that is under it; what is for more than a year at once
        where its premium is due each year."""
        found = [replace(one, place=part.place(0, "programme")) for one in self.closed.get(version.id, ())]
        if version.programme.period.years is None:
            return found
        starts, longer = part.frame["start"], part.frame["end"] >= part.frame["start"].dt.offset_by("1y")
        rows = longer.arg_true()[:MOST].to_list()
        return found + [replace(by_years(version.programme, starts[n]), place=part.place(n, "end")) for n in rows]

    def _next(self, risks: Risks, before: Future[Written] | None) -> Future[Written] | None:
        """Numbers a block, has its rows made meanwhile, and writes the block before it."""
        if not stand_apart(risks.version):
            self._write(before)
            before = None
        block = numbered(self.journal, risks)
        while block is not None and not self._introduced(block.people):
            block = numbered(self.journal, risks)
        if block is None:
            self._write(before)
            self._one_by_one(risks)
            return None
        made = self.workers.submit(written_block, block, self.rule, act=self.journal.head)
        self._write(before)
        self.tally.add(risks.version, risks.premium, block.people.ids, block.transfers)
        return made

    def _introduced(self, people: People) -> bool:
        """Writes the parties that are new; False where another has written one of them meanwhile."""
        if not people.new.height:
            return True
        own = people.new.with_columns(txn_id=pl.lit(self.journal.txn, pl.Int64))
        try:
            with self.journal.connection.begin_nested():
                copy_frame(self.journal.connection, t.party, own)
        except IntegrityError as error:
            if getattr(getattr(error.orig, "diag", None), "constraint_name", None) != "party_code_key":
                raise
            return False
        return True

    def _write(self, made: Future[Written] | None) -> None:
        written = Written({}, ()) if made is None else made.result()
        for name, frame in written.frames.items():
            if frame.height and name != "party":
                copy_frame(self.journal.connection, metadata.tables[name], frame)
        self.spool.add(*written.leaves)

    def _one_by_one(self, risks: Risks) -> None:
        frame = risks.rows.frame
        people = holders(self.journal, frame.select("holder", "holder_id"))
        while not self._introduced(people):
            people = holders(self.journal, frame.select("holder", "holder_id"))
        for party in people.new["id"].to_list():
            self.journal.touch("party", party)
        rows = zip(frame.iter_rows(named=True), risks.kept.iter_rows(named=True), strict=True)
        written: list[int] = []
        for n, (row, kept) in enumerate(rows):
            fields = {name: text for name, text in kept.items() if text is not None}
            made = Issue(
                risks.version,
                int(people.ids[n]),
                row["start"],
                row["end"] + DAY,
                fields,
                int(risks.premium[n]),
                number=row["policy"],
                issued_on=row["issued"],
            )
            written.append(write_policy(self.journal, made).id)
            self.journal.settle()  # the next policy reads what this one has of the budget
        self.tally.add_written(self.journal.connection, risks.version, premium=risks.premium, policies=written)


def _ahead(
    workers: ThreadPoolExecutor, work: Callable[[Rows], list[Risks | Finding]], blocks: Iterable[Rows]
) -> Iterator[list[Risks | Finding]]:
    """The results of `work` on every block, the next one under way while one is used."""
    waiting: Future[list[Risks | Finding]] | None = None
    for block in blocks:
        following = workers.submit(work, block)
        if waiting is not None:
            yield waiting.result()
        waiting = following
    if waiting is not None:
        yield waiting.result()
