"""Bulk rectification: a supervisor's change applied to many programmes as new versions from a day on."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from quanyu.book.versions import Version, version_on
from quanyu.checks import check_programme, check_versions
from quanyu.desk.booking import Book
from quanyu.desk.check import run_examples
from quanyu.desk.impact import Impact, impact_of
from quanyu.desk.open import Opened, files_of
from quanyu.desk.policies import Doing
from quanyu.desk.publishing import publish_opened
from quanyu.desk.supervisor import SupervisorsChange, read_change
from quanyu.desk.versioned import drafted
from quanyu.documents import Rectification, Rectified, RectifiedTerm, write_rectification
from quanyu.engine import compile_programme
from quanyu.language.change import with_terms
from quanyu.language.load import Document, load_programme, read_programme
from quanyu.language.programme import Programme
from quanyu.language.write import write_node
from quanyu.terms import Finding, Text, refusals

__all__ = ["Order", "Rectifying", "rectify"]

Read = Document[Programme]
_PROGRAMME = re.compile(rb"^(\xef\xbb\xbf)?[\"']?programme[\"']?\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Order:
    """What is to be done: the change, from which day, why, where files go, and whether versions are published."""

    by: dt.date
    out: Path
    reason: str = ""
    publish: bool = False


@dataclass(frozen=True)
class Rectifying:
    """What was done. files: the report and the new versions. skipped: files in the folders that are no programmes.

    failed: whether anything meant could not be applied.
    """

    report: Rectification
    files: tuple[Path, ...]
    skipped: tuple[Path, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a programme that was meant was not changed, or the book refused."""
        return bool(self.report.refused) or self.report.count("not applied") > 0


@dataclass(frozen=True)
class _Done:
    """A programme with its new version, where there is one."""

    line: Rectified
    opened: Opened | None = None
    text: str = ""


def rectify(book: Book, change: Path, programmes: Sequence[Path], order: Order) -> Rectifying | list[Finding]:
    """Applies a change. With `publish`, all that are meant are published in one act, or none is.

    New versions are written under `out` only where nothing is refused; the report always is.
    """
    asked = read_change(change)
    if isinstance(asked, list):
        return asked
    paths, skipped = _programmes_in(programmes)
    families = _families(paths)
    if isinstance(families, list):
        return families
    done = [_apply(asked, versions, order) for versions in families.values()]
    done = book.read(lambda connection: [_with_impact(connection, book, one, order) for one in done])
    applied = [one.opened for one in done if one.opened is not None]
    missed = any(one.line.status == "not applied" for one in done)
    refused: list[Finding] = []
    if order.publish and applied and not missed:
        told = publish_opened(book, applied, Doing(order.reason or asked.name.zh))
        refused = [one for one in told if isinstance(one, Finding)]
    published = order.publish and bool(applied) and not missed and not refused
    report = _report(asked, order, done, published=published, refused=refused, made=book.now())
    written = [] if refused or (order.publish and missed) else list(_written(done, order))
    return Rectifying(report, (*write_rectification(report, order.out), *written), skipped)


def _programmes_in(paths: Sequence[Path]) -> tuple[list[Path], tuple[Path, ...]]:
    """The files named and those in the folders named that state a programme; and the others in the folders."""
    found: list[Path] = []
    other: list[Path] = []
    for path in files_of(paths, (".yaml", ".yml")):
        named = path in paths or _PROGRAMME.search(path.read_bytes()) is not None
        (found if named else other).append(path)
    return found, tuple(other)


def _families(paths: Sequence[Path]) -> dict[str, list[Read]] | list[Finding]:
    """The files by programme."""
    found: dict[str, list[Read]] = defaultdict(list)
    wrong: list[Finding] = []
    for path in paths:
        document, findings = load_programme(path)
        if document is None:
            wrong += findings
        else:
            found[document.value.programme].append(document)
    return wrong or dict(sorted(found.items()))


def _first(document: Read) -> dt.date:
    return document.value.period.since or document.value.version


def _apply(asked: SupervisorsChange, versions: Sequence[Read], order: Order) -> _Done:
    """The change to the version that is in force on the day before."""
    earlier = [one for one in versions if _first(one) < order.by]
    base = max(earlier or versions, key=_first)
    programme = base.value
    line = Rectified(
        programme=programme.programme, name=programme.name, version=str(programme.version), status="not applied"
    )
    if (why := asked.unmet(base)) is not None:
        return _Done(replace(line, status="not meant", reasons=(why,)))
    if (wrong := _not_on(versions, base, order.by)) is not None:
        return _Done(replace(line, reasons=(wrong,)))
    changed = with_terms(base, asked.terms)
    if isinstance(changed, list):
        return _Done(replace(line, reasons=tuple(finding.reason for finding in changed)))
    return _checked(asked, _dated(changed.value, asked, order.by), versions, line)


def _not_on(versions: Sequence[Read], base: Read, day: dt.date) -> Text | None:
    if any(_first(one) == day for one in versions):
        return Text(f"{day} 已有一版", f"there is a version from {day} on")
    if _first(base) > day:
        return Text(f"{day} 尚未施行", f"it is not in force on {day}")
    until = base.value.period.until
    if until is not None and until < day:
        return Text(f"已于 {until} 终止", f"it ended on {until}")
    return None


def _dated(programme: Programme, asked: SupervisorsChange, day: dt.date) -> Programme:
    """The same as a version from a day on, which states where its change comes from."""
    sources = (*programme.sources, *([asked.source] if asked.source is not None else []))
    period = programme.period.model_copy(update={"since": day})
    return programme.model_copy(update={"version": day, "period": period, "sources": sources, "extends": None})


def _checked(asked: SupervisorsChange, programme: Programme, versions: Sequence[Read], line: Rectified) -> _Done:
    """Read again from its text, checked, compiled, held against its examples and the other versions."""
    file = f"{programme.programme}/{programme.version}.yaml"
    opened = _opened(programme, file)
    if isinstance(opened, list):
        return _Done(replace(line, reasons=tuple(finding.reason for finding in opened)))
    ran = run_examples(opened)
    kept = tuple(one.example for one in ran if not one.findings and one.holds)
    dropped = len(ran) - len(kept)
    if dropped and not (asked.drop and kept):
        names = ", ".join(one.differences() for one in ran if one.findings or not one.holds)
        return _Done(replace(line, reasons=(Text(f"算例不再成立：{names}", f"examples no longer hold: {names}"),)))
    if dropped:
        again = _opened(programme.model_copy(update={"examples": kept}), file)
        if isinstance(again, list):
            return _Done(replace(line, reasons=tuple(finding.reason for finding in again)))
        opened = again
    overlaps = refusals(check_versions([*versions, opened.document]))
    if overlaps:
        return _Done(replace(line, reasons=tuple(finding.reason for finding in overlaps)))
    text = write_node(opened.programme)
    return _Done(replace(line, status="applied", dropped=dropped), opened, text)


def _opened(programme: Programme, file: str) -> Opened | list[Finding]:
    document, findings = read_programme(write_node(programme), file)
    if document is None:
        return findings
    if wrong := refusals(check_programme(document)):
        return wrong
    compiled = compile_programme(document.value)
    return compiled if isinstance(compiled, list) else Opened(Path(file), document, compiled, ())


def _with_impact(connection: Connection, book: Book, one: _Done, order: Order) -> _Done:
    """The same with what the book says: how each change ranks, what it does to the portfolio."""
    if one.opened is None:
        return one
    old = version_on(connection, one.line.programme, order.by - dt.timedelta(days=1))
    if old is None:
        return one
    before: Version = book.library.version(connection, old)
    found = impact_of(connection, book, before, drafted(one.opened), by=(), day=order.by)
    if not isinstance(found, Impact):
        return one
    total = found.total
    terms = tuple(
        RectifiedTerm(path=c.path, before=c.before, after=c.after, rank=c.rank, reason=c.reason) for c in found.changes
    )
    line = replace(
        one.line, terms=terms, policies=total.policies, before=total.before, after=total.after, declined=total.declined
    )
    if found.refused:
        reasons = tuple(finding.reason for finding in found.refused)
        return _Done(replace(line, status="not applied", reasons=reasons))
    return replace(one, line=line)


def _report(
    asked: SupervisorsChange,
    order: Order,
    done: Sequence[_Done],
    *,
    published: bool,
    refused: Sequence[Finding],
    made: dt.datetime,
) -> Rectification:
    return Rectification(
        title=asked.name,
        source=asked.source,
        by=order.by,
        reason=order.reason,
        asked=tuple(asked.terms.items()),
        lines=tuple(one.line for one in done),
        published=published,
        made=made,
        refused=tuple(finding.reason for finding in refused),
    )


def _written(done: Sequence[_Done], order: Order) -> Iterator[Path]:
    for one in done:
        if one.opened is not None:
            path = order.out / one.opened.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(one.text, "utf-8")
            yield path
