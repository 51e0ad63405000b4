"""A version after another: published with what it changes, each change ranked; what is refused is not published."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.changes import Change, classified, refused_changes
from quanyu.book.journal import Journal
from quanyu.book.live import live_from
from quanyu.book.versions import Library, Version, flat_source, publish, versions_of
from quanyu.checks import check_versions
from quanyu.language.load import Document, read_programme
from quanyu.language.programme import Programme
from quanyu.terms import Finding, refusals

__all__ = ["Succession", "publish_version", "succession"]

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
    return Succession(before, tuple(changes), (*overlaps, *refused_changes(programme.programme, changes)))


def publish_version(journal: Journal, library: Library, programme: Programme) -> int:
    """Publishes a version with what it changes, and gives its id; the same text again gives the id it has.

    Raises Refused: `change-refused` and `version-overlap`, all of them; `version-published`.
    """
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


def _document(programme: Programme) -> Document[Programme]:
    document, findings = read_programme(flat_source(programme), f"{programme.programme}/{programme.version}")
    if document is None:
        raise AssertionError(f"a programme does not read what it writes: {findings}")
    return document
