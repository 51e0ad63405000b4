"""Schema → its newest version, in one transaction that only one process at a time can be in."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["migrate"]

_LOCK = 0x5155414E  # the advisory lock of this schema: "QUAN"


def migrate(engine: "Engine") -> str:
    """Brings the schema to its newest version, all of it or nothing, and says which version that is.

    A second process waits for the first, then finds nothing to do. The statement timeout does not hold here.
    """
    # Alembic and SQLAlchemy load when there is a schema to bring forward.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import text

    config = Config()
    config.set_main_option("script_location", "quanyu.store:migrations")
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return ScriptDirectory.from_config(config).get_current_head() or ""
