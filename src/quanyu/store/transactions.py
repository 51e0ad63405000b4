"""Work on the store that is done wholly or not at all, and again where others were in its way."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeVar

from quanyu.store.trouble import ConflictError

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Connection, Engine

__all__ = ["Isolation", "driver", "transact"]

Isolation = Literal["SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED"]
Result = TypeVar("Result")

_RETRIED = {"40001", "40P01"}  # serialization_failure, deadlock_detected: PostgreSQL manual, appendix A
_FIRST_PAUSE = 0.01


def transact(
    engine: "Engine",
    work: Callable[["Connection"], Result],
    *,
    isolation: Isolation = "SERIALIZABLE",
    attempts: int = 8,
    pause: Callable[[float], None] = time.sleep,
) -> Result:
    """Runs `work` in one transaction and gives what it gives; again after a serialization failure or a deadlock.

    `work` must have no effect outside its connection, as it may run up to `attempts` times. Pauses, in seconds, double
    from 0.01. Raises ConflictError when the last attempt fails so too; any other error at once.
    """
    # SQLAlchemy loads when there is something to do.
    from sqlalchemy.exc import DBAPIError

    state = ""
    for attempt in range(attempts):
        if attempt:
            pause(_FIRST_PAUSE * 2 ** (attempt - 1))
        try:
            with engine.connect().execution_options(isolation_level=isolation) as connection, connection.begin():
                return work(connection)
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None) or ""
            if state not in _RETRIED:
                raise
    raise ConflictError(state, attempts)


def driver(connection: "Connection") -> "psycopg.Connection[tuple[object, ...]]":
    """The psycopg connection under an SQLAlchemy one, in the same transaction: for COPY."""
    import psycopg

    below = connection.connection.driver_connection
    if not isinstance(below, psycopg.Connection):
        raise TypeError(f"a psycopg connection was expected, not {type(below).__name__}")
    return below
