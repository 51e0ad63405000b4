"""Published versions of programmes: immutable, several in force at once, compiled once a process."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.journal import Journal, reserve
from quanyu.book.parties import ensure_parties, programme_parties, roles_of
from quanyu.engine import Compiled, compile_programme
from quanyu.language.load import read_programme
from quanyu.language.programme import Programme
from quanyu.language.write import write_node
from quanyu.settlement.binding import basis_of
from quanyu.terms import Finding, Text

__all__ = ["Library", "Version", "flat_source", "publish", "version_on", "versions_of"]


@dataclass(frozen=True)
class Version:
    """A published version, compiled. roles: parties of the book by its names. valid_to: the day after its last."""

    id: int
    programme_id: int
    code: str
    version: dt.date
    valid_from: dt.date
    valid_to: dt.date | None
    basis: str
    digest: bytes
    compiled: Compiled
    roles: Mapping[str, int]

    @property
    def programme(self) -> Programme:
        """The programme as published."""
        return self.compiled.programme

    @property
    def leader_id(self) -> int | None:
        """Who leads: the leader of the first pool with losses or premium, else the first insurer."""
        programme = self.programme
        steps = (*programme.losses.from_, *(programme.premium.to if programme.premium is not None else ()))
        named = [step.party for step in steps if step.party is not None]
        led = [pool.leader for name in named if (pool := programme.pools.get(name)) is not None and pool.leader]
        alone = [name for name in named if name in programme.parties and programme.parties[name].kind == "insurer"]
        return self.roles[(led + alone)[0]] if led or alone else None

    @property
    def currency(self) -> str:
        """What its amounts are counted in."""
        return self.programme.counted_in


@dataclass
class Library:
    """Versions compiled so far, by id; a version never changes, so one library serves a process."""

    _held: dict[int, Version] = field(default_factory=dict)

    def version(self, connection: Connection, version: int) -> Version:
        """A published version. Raises KeyError where there is none of this id."""
        if version not in self._held:
            query = select(t.programme_version, t.programme.c.code).join(t.programme)
            row = connection.execute(query.where(t.programme_version.c.id == version)).mappings().first()
            if row is None:
                raise KeyError(version)
            self._held[version] = _opened(row, roles_of(connection, version))
        return self._held[version]


def _opened(row: Mapping[Any, Any], roles: Mapping[str, int]) -> Version:
    document, findings = read_programme(row["source"], f"{row['code']}/{row['version']}")
    compiled = compile_programme(document.value) if document is not None else findings
    if isinstance(compiled, list):
        raise AssertionError(f"a published version no longer compiles: {compiled}")
    return Version(
        id=row["id"],
        programme_id=row["programme_id"],
        code=row["code"],
        version=row["version"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        basis=row["basis"],
        digest=bytes(row["digest"]),
        compiled=compiled,
        roles=roles,
    )


def flat_source(programme: Programme) -> str:
    """The text of a version, with all that it extends: what is published, and what its digest is of."""
    return write_node(programme.model_copy(update={"extends": None}))


def publish(journal: Journal, programme: Programme, changes: Sequence[Mapping[str, Any]] = ()) -> int:
    """Publishes a version and gives its id; the same text again gives the id it has.

    changes: what it changes in the version before, classified. Raises Refused (`version-published`) where another text
    stands in the book under the same programme and version.
    """
    source = flat_source(programme)
    digest = hashlib.sha256(source.encode()).digest()
    parent = _programme_id(journal, programme.programme)
    held = select(t.programme_version.c.id, t.programme_version.c.digest).where(
        t.programme_version.c.programme_id == parent, t.programme_version.c.version == programme.version
    )
    if (known := journal.connection.execute(held).first()) is not None:
        if bytes(known.digest) != digest:
            raise Refused(_published(programme))
        return int(known.id)
    number = reserve(journal.connection, "programme_version_id")
    until = programme.period.until
    row = {
        "id": number,
        "programme_id": parent,
        "version": programme.version,
        "valid_from": programme.period.since or programme.version,
        "valid_to": None if until is None else until + dt.timedelta(days=1),
        "basis": basis_of(programme),
        "name_zh": programme.name.zh,
        "name_en": programme.name.en,
        "digest": digest,
        "source": source,
        "changes": list(changes),
    }
    journal.write(t.programme_version, [row])
    people = programme_parties(programme)
    ids = ensure_parties(journal, people.values())
    sees = programme.sees
    journal.write(
        t.party_role,
        (
            {"version_id": number, "name": name, "party_id": ids[p.code], "sees": list(sees.get(name, ()))}
            for name, p in people.items()
        ),
    )
    journal.touch("version", number)
    return number


def _programme_id(journal: Journal, code: str) -> int:
    # Locked: whoever publishes another version of it waits, and then finds what the accounts began with.
    held = select(t.programme.c.id).where(t.programme.c.code == code).with_for_update()
    known = journal.connection.execute(held).scalar()
    if known is None:
        known = reserve(journal.connection, "programme_id")
        journal.write(t.programme, [{"id": known, "code": code}])
        journal.touch("programme", int(known))
    return int(known)


def versions_of(connection: Connection, code: str) -> list[int]:
    """The ids of a programme's versions, the earliest first."""
    query = select(t.programme_version.c.id).join(t.programme).where(t.programme.c.code == code)
    return [int(n) for n in connection.execute(query.order_by(t.programme_version.c.valid_from)).scalars()]


def version_on(connection: Connection, code: str, day: dt.date) -> int | None:
    """The version of a programme that is in force on a day, the latest of several; None where there is none."""
    v = t.programme_version.c
    query = select(v.id).join(t.programme).where(t.programme.c.code == code, v.valid_from <= day)
    query = query.where((v.valid_to.is_(None)) | (v.valid_to > day)).order_by(v.valid_from.desc(), v.version.desc())
    found = connection.execute(query.limit(1)).scalar()
    return None if found is None else int(found)


def _published(programme: Programme) -> Finding:
    return Finding(
        "version-published",
        None,
        Text(
            f"{programme.programme} 的版本 {programme.version} 已发布，内容不能再改",
            f"the version {programme.version} of {programme.programme} is published and cannot change",
        ),
        Text("以新的 version 日期发布改动", "publish the change as a new `version`"),
    )
