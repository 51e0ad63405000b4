"""A version by what a person writes: a programme file, a code, or a code with the date of its version."""

from pathlib import Path

from sqlalchemy import Connection

from quanyu.book.versions import Library, Version, versions_of
from quanyu.desk.open import Opened, open_programme
from quanyu.settlement.binding import basis_of
from quanyu.terms import Finding, Text

__all__ = ["drafted", "published_version", "version_of"]


def version_of(connection: Connection, library: Library, written: str) -> Version | list[Finding]:
    """A published version (`ningbo.shrimp` for its newest, `ningbo.shrimp@2018-06-01`), or a file as a draft of one."""
    path = Path(written)
    if path.suffix in (".yaml", ".yml"):
        opened = open_programme(path)
        return opened if isinstance(opened, list) else drafted(opened)
    code, _, day = written.partition("@")
    known = [library.version(connection, number) for number in versions_of(connection, code)]
    wanted = [one for one in known if not day or one.version.isoformat() == day]
    return wanted[-1] if wanted else [_unpublished(written)]


def drafted(opened: Opened) -> Version:
    """A programme that is not published, as a version without an id and without parties of the book."""
    programme = opened.programme
    return Version(
        id=0,
        programme_id=0,
        code=programme.programme,
        version=programme.version,
        valid_from=programme.period.since or programme.version,
        valid_to=None,
        basis=basis_of(programme),
        digest=b"",
        compiled=opened.compiled,
        roles={},
    )


def published_version(connection: Connection, library: Library, draft: Version) -> Version | list[Finding]:
    """The version of the book that has the programme and date of a draft; itself where it is published."""
    if draft.id:
        return draft
    return version_of(connection, library, f"{draft.code}@{draft.version}")


def _unpublished(written: str) -> Finding:
    return Finding(
        "no-version-published",
        None,
        Text(f"账簿里没有 {written}", f"{written} is not published in the book"),
        Text("写文件、方案名或 方案名@版本日期", "write a file, a programme's name, or name@date-of-version"),
    )
