"""Work on the store that is done wholly or not at all, and again where others were in its way."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeVar

from quanyu.store.trouble import ConflictError, trouble_of

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import Connection, Engine

__all__ = ["Isolation", "driver", "driving", "transact"]

Isolation = Literal["SERIALIZABLE", "REPEATABLE READ", "READ COMMITTED"]
Result = TypeVar("Result")

_RETRIED = {"40001", "40P01"}  # serialization_failure, deadlock_detected: PostgreSQL manual, appendix A
_TWICE = "23505"  # unique_violation: one of two who write the same key at once, of which the second finds it written
_KEYS = 3
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

    Also again, three times in all, where a key that it writes is there already: it then finds what another wrote.
    `work` must have no effect outside its connection, as it may run up to `attempts` times. Pauses, in seconds, double
    from 0.01. Raises ConflictError when the last attempt fails so too; StoreError where the connection is lost during
    the commit; any other error at once.
    """
    # SQLAlchemy loads when there is something to do.
    from sqlalchemy.exc import DBAPIError

    state, keys = "", 0
    for attempt in range(attempts):
        if attempt:
            pause(_FIRST_PAUSE * 2 ** (attempt - 1))
        worked = False
        try:
            with engine.connect().execution_options(isolation_level=isolation) as connection, connection.begin():
                result = work(connection)
                worked = True
            return result
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None) or ""
            keys += state == _TWICE
            if state in _RETRIED or (state == _TWICE and keys < _KEYS):
                continue
            trouble = trouble_of(error.orig, doubtful=True) if worked else None
            if trouble is None:
                raise
            raise trouble from error
    raise ConflictError(state, attempts)


@contextmanager
def driving(connection: "Connection") -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
    """The connection of `driver`, whose errors are those of SQLAlchemy: whoever does the work again sees them."""
    import psycopg
    from sqlalchemy.exc import DBAPIError

    try:
        yield driver(connection)
    except psycopg.Error as error:
        raise DBAPIError.instance("", None, error, psycopg.Error) from error


def driver(connection: "Connection") -> "psycopg.Connection[tuple[object, ...]]":
    """The psycopg connection under an SQLAlchemy one, in the same transaction: for COPY."""
    import psycopg

    below = connection.connection.driver_connection
    if not isinstance(below, psycopg.Connection):
        raise TypeError(f"a psycopg connection was expected, not {type(below).__name__}")
    return below
