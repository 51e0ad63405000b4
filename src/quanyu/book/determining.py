"""Determinations: a reading or a table of them settles all the claims that follow, and so do its revisions."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from quanyu.book import tables as t
from quanyu.book.act import Refused, Repeated
from quanyu.book.claims import Notice, bound_version
from quanyu.book.deciding import open_period
from quanyu.book.facts import Paper, keep_papers
from quanyu.book.journal import Journal, reserve
from quanyu.book.mass.claimed import Noticed
from quanyu.book.mass.determined import Determined, book_claims
from quanyu.book.mass.found import Found
from quanyu.book.mass.units import Units, policy_units, table_units, with_readings
from quanyu.book.occurrences import occurrence_id
from quanyu.book.settling import lock_settling
from quanyu.book.versions import Library, Version
from quanyu.store.evidence.rule import canonical
from quanyu.tables import Rows
from quanyu.terms import Finding, Text

__all__ = ["Determination", "Determined", "determine"]


@dataclass(frozen=True)
class Determination:
    """What was read and holds for many units. code: what it is known by within its version.

    readings: as written, each with the columns that say where it is of; none where the units' table holds them.
    cover: the cover that it settles, the programme's only one where not said. determined: the day by which its claims
    stand in the queue, the day it was known on where not said. keys: what else is said of every claim, `period` above
    all. paper: the file of the units. pay: whether what becomes due to the claimants is paid at once.
    """

    programme: str
    code: str
    occurred: dt.date
    known_on: dt.date
    source: str
    readings: Sequence[Mapping[str, Any]] = ()
    cover: str | None = None
    occurrence: str | None = None
    determined: dt.date | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    version: dt.date | None = None
    paper: Paper | None = None
    pay: bool = False


def determine(journal: Journal, library: Library, what: Determination, table: Rows | None = None) -> Determined:
    """Settles every unit of which something follows: claims, facts, decisions, dues, payments, in one transaction.

    table: the units; the policies in force on the day where there is none. Once more with other readings under the same
    code it is a revision: facts are revised, closed claims reopened, and the difference is booked, upwards and
    downwards. Raises Repeated where the same was determined before; Refused: `cover-not-said`, what units, covers and
    settlement find.
    """
    notice = Notice(what.programme, what.occurred, what.known_on, keys=what.keys, version=what.version)
    version = bound_version(journal.connection, library, notice)
    cover = _cover(version, what)
    units = (
        table_units(version, table) if table is not None else policy_units(journal.connection, version, what.occurred)
    )
    units = with_readings(version, units, what.readings)
    lock_settling(journal.connection, version)
    digest = _once(journal, version, what, units)
    first, revision = _revision(journal, version, what)
    occurrence = None if what.occurrence is None else occurrence_id(journal.connection, what.occurrence)
    number = _write(journal, version, what, digest=digest, found=(units, revision, occurrence))
    event = what.occurrence or what.code
    keys = {"event": event, **what.keys, "cover": cover}
    found = Found(units, keys, occurrence, f"D{first or number}", _noticed(journal, version, what))
    return book_claims(journal, version, found, pay=what.pay)


def _cover(version: Version, what: Determination) -> str:
    covers = list(version.programme.covers)
    cover = what.cover or (covers[0] if len(covers) == 1 else None)
    if cover in covers:
        return str(cover)
    reason = Text(
        f"没有写明结算哪一项责任（{what.cover or ''}）", f"which cover is settled is not said ({what.cover or ''})"
    )
    raise Refused(Finding("cover-not-said", None, reason, Text(f"写其一：{covers}", f"write one of {covers}")))


def _noticed(journal: Journal, version: Version, what: Determination) -> Noticed:
    closes = version.programme.closes is not None
    period = str(what.keys.get("period", what.occurred.year))
    return Noticed(
        occurred=what.occurred,
        reported=what.known_on,
        known_on=what.known_on,
        determined=what.determined or what.known_on,
        source=what.source,
        evidence=() if what.paper is None else (what.paper.hash,),
        period=open_period(version.programme, period, journal.booked_on) if closes else None,
    )


def _once(journal: Journal, version: Version, what: Determination, units: Units) -> bytes:
    """The digest of what is determined. Raises Repeated where the book has it."""
    said = {"cover": what.cover, "readings": list(what.readings), "keys": dict(what.keys)}
    rows = units.frame.drop("policy_id", "holder_id", strict=False).write_csv().encode()
    digest = hashlib.sha256(canonical(said) + rows).digest()
    b = t.batch.c
    done = journal.connection.execute(
        select(b.txn_id).where(b.purpose == _purpose(version, what), b.digest == digest)
    ).scalar()
    if done is not None:
        raise Repeated(int(done))
    return digest


def _purpose(version: Version, what: Determination) -> str:
    return f"determination {version.id} {what.code}"


def _revision(journal: Journal, version: Version, what: Determination) -> tuple[int | None, int]:
    d = t.determination.c
    query = select(func.min(d.id), func.count()).where(d.version_id == version.id, d.code == what.code)
    first, count = journal.connection.execute(query).one()
    return first, count + 1


def _write(
    journal: Journal,
    version: Version,
    what: Determination,
    *,
    digest: bytes,
    found: tuple[Units, int, int | None],
) -> int:
    units, revision, occurrence = found
    number = reserve(journal.connection, "determination_id")
    file = what.paper.name if what.paper is not None else ""
    batch = {"purpose": _purpose(version, what), "digest": digest, "file": file, "row_count": units.frame.height}
    row = {
        "id": number,
        "version_id": version.id,
        "occurrence_id": occurrence,
        "code": what.code,
        "revision": revision,
        "known_on": what.known_on,
        "source": what.source,
        "readings": {"units": digest.hex(), "readings": list(what.readings)},
    }
    journal.write(t.batch, [batch])
    journal.write(t.determination, [row])
    keep_papers(journal, [] if what.paper is None else [what.paper])
    journal.touch("txn", journal.txn)
    journal.touch("determination", number)
    return number
