"""Schema → its newest version, in one transaction that only one process at a time can be in."""

from typing import TYPE_CHECKING

from quanyu.store.trouble import StoreError
from quanyu.terms import Text

if TYPE_CHECKING:
    from psycopg import Error
    from sqlalchemy import Engine

__all__ = ["migrate"]

_LOCK = 0x5155414E  # the advisory lock of this schema: "QUAN"


def migrate(engine: "Engine") -> str:
    """Brings the schema to its newest version, all of it or nothing, and says which version that is.

    A second process waits for the first, then finds nothing to do. The statement timeout does not hold here. Raises
    StoreError where the login may not do what the schema needs, such as making roles.
    """
    # Alembic and SQLAlchemy load when there is a schema to bring forward.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from psycopg.errors import InsufficientPrivilege
    from sqlalchemy import text

    config = Config()
    config.set_main_option("script_location", "quanyu.store:migrations")
    try:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except InsufficientPrivilege as error:
        raise _forbidden(error) from error
    return ScriptDirectory.from_config(config).get_current_head() or ""


def _forbidden(error: "Error") -> StoreError:
    said, hint = error.diag.message_primary or str(error), error.diag.message_hint
    return StoreError(
        Text(en=f"the login may not bring up the schema: {said}", zh=f"登录用户无权建立数据库结构：{said}"),
        Text(
            en=hint or "let the owner of the database do it, or give the login the rights",
            zh=f"请管理员执行：{hint}" if hint else "请由数据库所有者执行，或授予相应权限",
        ),
    )
