"""Schema → its newest version, in one transaction that only one process at a time can be in.

The digests of the statements that made a schema stand with it, as the comment of the table of its version: a database
that other statements made under the same number is refused before anything fails on it.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from quanyu.store.trouble import StoreError
from quanyu.terms import Text

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory
    from psycopg import Error
    from sqlalchemy import Connection, Engine

__all__ = ["migrate"]

_LOCK = 0x5155414E  # the advisory lock of this schema: "QUAN"


def migrate(engine: "Engine") -> str:
    """Brings the schema to its newest version, all of it or nothing, and says which version that is.

    A second process waits for the first, then finds nothing to do. The statement timeout does not hold here. Raises
    StoreError where the login may not do what the schema needs, such as making roles, and where the schema was made by
    other statements than those of this version of the program.
    """
    # Alembic and SQLAlchemy load when there is a schema to bring forward.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from psycopg.errors import InsufficientPrivilege
    from sqlalchemy import text

    config = Config()
    config.set_main_option("script_location", "quanyu.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    ours = _digests(scripts)
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            kept = _kept(connection)
            if kept is not None and not kept.items() <= ours.items():
                raise _otherwise(kept, ours)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if kept != ours:
                said = " ".join(f"{revision}:{digest}" for revision, digest in sorted(ours.items()))
                connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{said}'"))
    except InsufficientPrivilege as error:
        raise _forbidden(error) from error
    return scripts.get_current_head() or ""


def _digests(scripts: "ScriptDirectory") -> dict[str, str]:
    """The digest of the statements of every version; comments on lines of their own are none of them."""
    found = {}
    for script in scripts.walk_revisions():
        lines = Path(script.path).with_suffix(".sql").read_text("utf-8").splitlines()
        said = "\n".join(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("--"))
        found[script.revision] = hashlib.sha256(said.encode()).hexdigest()
    return found


def _kept(connection: "Connection") -> dict[str, str] | None:
    """The digests that stand with the schema; None where there is no schema. A version without one has none: ''."""
    from sqlalchemy import text

    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar() is None:
        return None
    said = connection.execute(text("SELECT obj_description('alembic_version'::regclass, 'pg_class')")).scalar()
    known = dict(one.split(":", 1) for one in str(said or "").split() if ":" in one)
    versions = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return {**dict.fromkeys(versions, ""), **known}


def _otherwise(kept: Mapping[str, str], ours: Mapping[str, str]) -> StoreError:
    other = ", ".join(sorted(revision for revision, digest in kept.items() if ours.get(revision) != digest))
    return StoreError(
        Text(
            en=f"the database was made by another build of the program: its schema {other} is not the one known here",
            zh=f"数据库由另一个构建的程序建立：其结构 {other} 与本程序所知的不同",
        ),
        Text(
            en="work on it with the program that made it, export it there, or name another folder or database",
            zh="用建立它的程序打开并导出，或另指定文件夹或数据库",
        ),
    )


def _forbidden(error: "Error") -> StoreError:
    said, hint = error.diag.message_primary or str(error), error.diag.message_hint
    return StoreError(
        Text(en=f"the login may not bring up the schema: {said}", zh=f"登录用户无权建立数据库结构：{said}"),
        Text(
            en=hint or "let the owner of the database do it, or give the login the rights",
            zh=f"请管理员执行：{hint}" if hint else "请由数据库所有者执行，或授予相应权限",
        ),
    )
