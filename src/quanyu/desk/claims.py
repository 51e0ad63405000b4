"""The verbs of claims: each one act on an open book, whole or refused with findings."""

import datetime as dt
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from quanyu.book import Journal
from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.claims import Notice, notify
from quanyu.book.clocks import Clock, clocks
from quanyu.book.deciding import Decision, decide
from quanyu.book.determining import Determination, Determined, determine
from quanyu.book.dossier import Dossier, Summary, cautioned, dossier_of, summaries
from quanyu.book.facts import Paper, Statement, state_facts
from quanyu.book.occurrences import Happened, ensure_occurrence
from quanyu.book.paying import Payment, advance, pay
from quanyu.book.recovering import Return, close, recover, reopen
from quanyu.book.reserving import reserve_claim
from quanyu.book.showing import party_named
from quanyu.book.standing import AsKnown
from quanyu.book.versions import versions_of
from quanyu.desk.booking import Book
from quanyu.desk.policies import NOTHING, Doing
from quanyu.tables import read_rows
from quanyu.terms import Finding, Place, Text

__all__ = [
    "Paid",
    "Told",
    "clocks_of",
    "close_claim",
    "decide_claim",
    "determine_units",
    "list_claims",
    "notify_claim",
    "pay_claim",
    "recover_claim",
    "reopen_claim",
    "reserve_for",
    "show_claim",
    "state_of_claim",
]

Findings: TypeAlias = list[Finding]
Given = TypeVar("Given")
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Told:
    """Facts as they come in: values by name, of which line, from whom, known when, with which files."""

    values: Mapping[str, str]
    reported_by: str
    known_on: dt.date
    line: str | None = None
    files: Sequence[Path] = field(default=())


@dataclass(frozen=True, slots=True)
class Paid:
    """What is paid: an amount or all, by whom and to whom or everybody, in advance of the decision or on it."""

    amount: str | None = None
    payer: str | None = None
    receiver: str | None = None
    advance: bool = False


def notify_claim(
    book: Book, notice: Notice, happened: Happened | None = None, doing: Doing = NOTHING
) -> Dossier | Findings:
    """A claim noticed, with its occurrence where that is new; with a caution where it is outside its policy's cover."""

    def work(journal: Journal) -> str:
        if happened is not None:
            ensure_occurrence(journal, happened)
        return notify(journal, book.library, notice).number

    given = doing.do(book, "notify", work)
    if isinstance(given, list):
        return [_undated(one, Text("写明保单：--policy", "name the policy: --policy")) for one in given]
    return _read(book, lambda connection: cautioned(connection, dossier_of(connection, given)))


def state_of_claim(book: Book, number: str, told: Told, doing: Doing = NOTHING) -> Dossier | Findings:
    """Facts of a claim, with the files that prove them; refused (`nothing-stated`) where there is neither."""
    if not told.values and not told.files:
        return [_nothing(number)]
    papers: list[Paper] = []
    for path in told.files:
        found = paper_of(path)
        if isinstance(found, Finding):
            return [found]
        papers.append(found)
    statement = Statement(told.values, told.reported_by, told.known_on, told.line, tuple(papers))
    return _did(book, number, doing.do(book, "fact", lambda j: state_facts(j, book.library, number, statement)))


def reserve_for(
    book: Book, number: str, amount: str, line: str | None = None, doing: Doing = NOTHING
) -> Dossier | Findings:
    """The reserve of a claim set."""
    return _did(book, number, doing.do(book, "reserve", lambda j: reserve_claim(j, book.library, number, amount, line)))


def decide_claim(book: Book, number: str, decision: Decision, doing: Doing = NOTHING) -> Dossier | Findings:
    """A claim accepted or declined."""
    return _did(book, number, doing.do(book, "decide", lambda j: decide(j, book.library, number, decision)))


def pay_claim(book: Book, number: str, paid: Paid, doing: Doing = NOTHING) -> Dossier | Findings:
    """What is due paid, or an advance."""

    def work(journal: Journal) -> int:
        parties = [None if n is None else party_named(journal.connection, n) for n in (paid.payer, paid.receiver)]
        payment = Payment(paid.amount, *parties)
        if paid.advance:
            return advance(journal, book.library, number, payment)
        return pay(journal, number, payment)

    return _did(book, number, doing.do(book, "advance" if paid.advance else "pay", work))


def recover_claim(book: Book, number: str, back: Return, doing: Doing = NOTHING) -> Dossier | Findings:
    """What came back shared by the recovery waterfall."""
    return _did(book, number, doing.do(book, "recover", lambda j: recover(j, book.library, number, back)))


def close_claim(book: Book, number: str, doing: Doing = NOTHING) -> Dossier | Findings:
    """A claim closed."""
    return _did(book, number, doing.do(book, "close", lambda j: close(j, number)))


def reopen_claim(book: Book, number: str, doing: Doing = NOTHING) -> Dossier | Findings:
    """A claim reopened."""
    return _did(book, number, doing.do(book, "reopen", lambda j: reopen(j, number)))


def determine_units(
    book: Book, what: Determination, units: Path | None = None, readings: Path | None = None, doing: Doing = NOTHING
) -> Determined | Findings:
    """Claims of all units that a determination is about, from a table of them or from the policies in force.

    Raises Repeated where the same was determined before.
    """
    rows = None
    if units is not None:
        found, paper = read_rows(units), paper_of(units)
        if isinstance(found, list):
            return found
        if isinstance(paper, Finding):
            return [paper]
        rows = found
        what = replace(what, paper=paper)
    if readings is not None:
        read = read_rows(readings)
        if isinstance(read, list):
            return read
        frame = read.frame
        said = [{n: str(v).strip() for n, v in row.items() if v is not None} for row in frame.iter_rows(named=True)]
        what = replace(what, readings=said)
    given = doing.do(book, "determine", lambda j: determine(j, book.library, what, rows))
    if not isinstance(given, list):
        return given
    return [_undated(one, Text("写明依哪一版：--version 日期", "say which version: --version DATE")) for one in given]


def show_claim(book: Book, number: str, seen: AsKnown | None = None) -> Dossier | Findings:
    """All of a claim, as it was known."""
    return _read(book, lambda connection: dossier_of(connection, number, seen))


def list_claims(
    book: Book, programme: str | None = None, limit: int = 50, seen: AsKnown | None = None
) -> list[Summary] | Findings:
    """The newest claims, as they were known."""
    return _read(book, lambda connection: summaries(connection, programme, limit, seen))


def clocks_of(
    book: Book, programme: str | None = None, on: dt.date | None = None, *, overdue: bool = False
) -> list[Clock] | Findings:
    """Days to decision and payment of claims, on a day, against the promises."""
    day = on or book.now().astimezone(SHANGHAI).date()

    def work(connection: Connection) -> list[Clock]:
        ids = None if programme is None else versions_of(connection, programme)
        where = [] if ids is None else [t.claim.c.version_id.in_(ids)]
        return clocks(connection, book.library, day, *where, overdue=overdue)

    return _read(book, work)


def paper_of(path: Path) -> Paper | Finding:
    """A file as evidence."""
    if not path.is_file():
        reason = Text(f"没有这个文件：{path}", f"there is no such file: {path}")
        return Finding("cannot-read", Place(str(path), 1, 1), reason, Text("检查路径", "look at the path"))
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Paper(path.name, kind, path.read_bytes())


def _nothing(number: str) -> Finding:
    return Finding(
        "nothing-stated",
        None,
        Text(f"没有写赔案 {number} 的任何事实或证据", f"nothing is stated of claim {number}, and no evidence is given"),
        Text("写 --field 名称=值，或 --evidence 文件", "state --field NAME=VALUE, or give --evidence FILE"),
    )


def _undated(finding: Finding, remedy: Text) -> Finding:
    """That no version binds, as it is with claims: they are no rows of a case, where a date could be added."""
    if finding.code != "version-undated":
        return finding
    reason = Text(
        "这一方案的版本由保单的起保日决定，而没有写明保单",
        "the first day of the policy chooses the version of this programme, and no policy is named",
    )
    return replace(finding, reason=reason, remedy=remedy)


def _did(book: Book, number: str, given: object) -> Dossier | Findings:
    """The claim after an act, or the findings of the act."""
    return given if isinstance(given, list) else show_claim(book, number)


def _read(book: Book, work: Callable[[Connection], Given]) -> Given | Findings:
    try:
        return book.read(work)
    except Refused as refused:
        return refused.findings
