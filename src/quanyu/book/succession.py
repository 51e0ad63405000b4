"""A version after another: published with what it changes, each change ranked; what is refused is not published."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.changes import Change, classified, refused_changes
from quanyu.book.charging import OWN
from quanyu.book.journal import Journal
from quanyu.book.live import live_from
from quanyu.book.versions import Library, Version, flat_source, publish, versions_of
from quanyu.checks import check_versions
from quanyu.language.load import Document, read_programme
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Severity, Text, refusals

__all__ = ["Succession", "budgets_apart", "publish_version", "succession"]

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Succession:
    """What a new version follows (None: nothing), what it changes, and what of it is refused."""

    before: Version | None
    changes: tuple[Change, ...]
    refused: tuple[Finding, ...]


def succession(connection: Connection, library: Library, programme: Programme) -> Succession:
    """A programme held against the versions of it that the book has, and what lives under them."""
    known = [library.version(connection, number) for number in versions_of(connection, programme.programme)]
    known = [one for one in known if one.version != programme.version]
    first, until = programme.period.since or programme.version, programme.period.until
    earlier = [one for one in known if (one.valid_from, one.version) < (first, programme.version)]
    overlaps = refusals(check_versions([_document(p) for p in (*(one.programme for one in known), programme)]))
    if not earlier:
        return Succession(None, (), tuple(overlaps))
    before = max(earlier, key=lambda one: (one.valid_from, one.version))
    live = live_from(connection, programme.programme, first, None if until is None else until + _DAY)
    changes = classified(before.programme, programme, live)
    refused = (*overlaps, *refused_changes(programme.programme, changes))
    return Succession(before, tuple(changes), refused)


def budgets_apart(connection: Connection, library: Library, programme: Programme) -> Iterator[Finding]:
    """A note for every budget of the premium that the version before has as well: each version has its own."""
    known = [library.version(connection, number) for number in versions_of(connection, programme.programme)]
    first = (programme.period.since or programme.version, programme.version)
    before = max((one for one in known if _began(one) < first), key=_began, default=None)
    now = next((one for one in known if one.version == programme.version), None)
    if before is None or now is None:
        return
    for label in sorted(_budgets(before) & _budgets(now)):
        yield Finding(
            "budget-of-its-own",
            None,
            Text(
                f"{programme.programme} 的“{label}”在版本 {before.version} 与 {programme.version} 下各有各的限额，"
                "前一版已用的不计入后一版",
                f"`{label}` of {programme.programme} has a limit of its own under each of the versions "
                f"{before.version} and {programme.version}; what the one used does not count in the other",
            ),
            Text(
                "同一年内换版的，新版写余下的额度；或用账户，账户跨版本",
                "where versions change within a year, state what is left in the new one, or use an account, which goes "
                "on from version to version",
            ),
            Severity.INFO,
        )


def _began(version: Version) -> tuple[dt.date, dt.date]:
    return version.valid_from, version.version


def _budgets(version: Version) -> set[str]:
    """The labels of steps with a limit or a cap that policies share."""
    plan = version.compiled.plans.get(("premium", "from"))
    steps = () if plan is None else plan.steps
    capped = {step.label for step in steps if any(cap.scope not in OWN for cap in step.caps)}
    return capped | {step.label for step in steps if any(stage.scope not in OWN for stage in step.stages)}


def publish_version(journal: Journal, library: Library, programme: Programme) -> int:
    """Publishes a version with what it changes, and gives its id; the same text again gives the id it has.

    Raises Refused: `change-refused` and `version-overlap`, all of them; `version-published`; `premium-at-end`.
    """
    premium = programme.premium
    if premium is not None and premium.at == "end" and programme.insured.enrolment != "none":
        raise Refused(_at_end(programme))
    if _stands(journal.connection, programme):
        return publish(journal, programme)
    found = succession(journal.connection, library, programme)
    if found.refused:
        raise Refused(*found.refused)
    return publish(journal, programme, [change.record() for change in found.changes])


def _stands(connection: Connection, programme: Programme) -> bool:
    v = t.programme_version.c
    query = select(v.id).join(t.programme).where(t.programme.c.code == programme.programme)
    return connection.execute(query.where(v.version == programme.version)).first() is not None


def _at_end(programme: Programme) -> Finding:
    return Finding(
        "premium-at-end",
        None,
        Text(
            f"{programme.programme} 的保费在期末收取，账簿只对没有保单的方案如此记账",
            f"the premium of {programme.programme} is due at the end; the book does so only without policies",
        ),
        Text("写 at: start", "write `at: start`"),
    )


def _document(programme: Programme) -> Document[Programme]:
    document, findings = read_programme(flat_source(programme), f"{programme.programme}/{programme.version}")
    if document is None:
        raise AssertionError(f"a programme does not read what it writes: {findings}")
    return document
