"""Programmes that may not cover the same item: whether a policy of one is in force where another is issued."""

import datetime as dt

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.orm import aliased

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.journal import Journal
from quanyu.book.standing import Segment, painted, segments_of
from quanyu.book.versions import Library, Version
from quanyu.terms import Finding, Text

__all__ = ["covered_elsewhere", "must_not_be_elsewhere"]

_KINDS = ("policy", "certificate", "declaration")
"""Kinds of policies that cover an item themselves."""

Segments = tuple[Segment, ...]


def must_not_be_elsewhere(journal: Journal, library: Library, version: Version, policy: int) -> None:
    """Raises Refused (`covered-elsewhere`) for a policy just written whose item another programme covers."""
    if found := covered_elsewhere(journal, library, version, t.policy.c.id == policy):
        raise Refused(*found)


def covered_elsewhere(
    journal: Journal, library: Library, version: Version, which: ColumnElement[bool], *, most: int = 100
) -> list[Finding]:
    """A finding for every policy of a version, just written, that shares days, holder and item with one in force under
    a programme that excludes it or that it excludes. which: those policies, a condition on the table `policy`.

    The same item: what both have as fields of the type `key` under the same names reads the same; where they have none
    in common, the holder alone says it. Nobody else issues among such programmes before this transaction ends.
    """
    rivals = _rivals(journal.connection, library, version)
    if not rivals:
        return []
    journal.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("excludes", 0))))
    new, other = t.policy, aliased(t.policy)
    pairs = (
        select(new.c.id, new.c.number, other.c.id, other.c.number, other.c.version_id)
        .join(other, (other.c.holder_id == new.c.holder_id) & other.c.version_id.in_(rivals))
        .where(which, new.c.version_id == version.id, new.c.kind.in_(_KINDS), other.c.kind.in_(_KINDS))
        .order_by(new.c.id, other.c.id)
    )
    found = journal.connection.execute(pairs).all()
    segments = segments_of(journal.connection, sorted({one for pair in found for one in (pair[0], pair[2])}))
    findings: list[Finding] = []
    for mine, number, theirs, elsewhere, under in found:
        rival = library.version(journal.connection, under)
        day = _together(segments.get(mine, ()), segments.get(theirs, ()), _keys(version) & _keys(rival))
        if day is not None and len(findings) < most:
            findings.append(_covered((version.code, number), (rival.code, elsewhere), day))
    return findings


def _rivals(connection: Connection, library: Library, version: Version) -> list[int]:
    """The versions of other programmes that exclude this one's, or that this one's excludes."""
    v = t.programme_version.c
    # The canonical text of a version begins a line with each of its keys; the few that have this one are read.
    query = select(v.id, t.programme.c.code, v.source.like("%\nexcludes:%").label("excludes")).join(t.programme)
    others = connection.execute(query.where(v.programme_id != version.programme_id).order_by(v.id)).all()
    return [
        int(one.id)
        for one in others
        if one.code in version.programme.excludes
        or (one.excludes and version.code in library.version(connection, one.id).programme.excludes)
    ]


def _keys(version: Version) -> set[str]:
    return {name for name, spec in version.programme.insured.fields.items() if spec.type.kind == "key"}


def _together(mine: Segments, theirs: Segments, keys: set[str]) -> dt.date | None:
    """The first day on which both are in force on the same item."""
    days = [
        max(one.valid_from, other.valid_from)
        for one in painted(mine)
        for other in painted(theirs)
        if one.in_force and other.in_force
        and one.valid_from < other.valid_to and other.valid_from < one.valid_to
        and all(one.segment.fields.get(key) == other.segment.fields.get(key) for key in keys)
    ]  # fmt: skip
    return min(days, default=None)


def _covered(mine: tuple[str, str], theirs: tuple[str, str], day: dt.date) -> Finding:
    return Finding(
        "covered-elsewhere",
        None,
        Text(
            f"{day} 起，同一投保人的同一标的已有 {theirs[0]} 的保单 {theirs[1]}，与 {mine[0]}（{mine[1]}）不得同保",
            f"from {day} on policy {theirs[1]} of {theirs[0]} covers the same item of the same holder, which "
            f"{mine[0]} ({mine[1]}) may not cover as well",
        ),
        Text(
            f"先办 {theirs[1]} 的退保，或在其止期之后起保",
            f"cancel {theirs[1]} first, or begin after its last day",
        ),
    )
