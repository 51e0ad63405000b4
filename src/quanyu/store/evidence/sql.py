"""SQL on the connection that the caller gives, of psycopg or of SQLAlchemy, within the caller's transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy
from psycopg.pq import TransactionStatus
from psycopg.rows import tuple_row
from sqlalchemy.exc import DBAPIError

from quanyu.store.transactions import driver

__all__ = ["Connection", "cursor_of", "fetch", "raw_connection"]

Connection = sqlalchemy.Connection | psycopg.Connection[Any]

_KEYS = {"leaf_pk", "leaf_pkey", "tile_pk", "tile_pkey"}  # what an old view of the log runs into


def raw_connection(connection: Connection) -> psycopg.Connection[Any]:
    """The psycopg connection, which must be in a transaction of the caller's."""
    if isinstance(connection, sqlalchemy.Connection):
        raw, begun = driver(connection), connection.in_transaction()
    else:
        raw, begun = connection, not connection.autocommit
    if not begun and raw.info.transaction_status == TransactionStatus.IDLE:
        raise RuntimeError("evidence is written and read within a transaction: begin one")
    return raw


@contextmanager
def cursor_of(connection: Connection) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A cursor whose errors are those of the connection that was given: whoever retries a transaction sees them."""
    try:
        with raw_connection(connection).cursor(row_factory=tuple_row) as cursor:
            yield cursor
    except psycopg.Error as error:
        late = isinstance(error, psycopg.errors.UniqueViolation) and error.diag.constraint_name in _KEYS
        told = psycopg.errors.SerializationFailure("another transaction was first to append") if late else error
        if isinstance(connection, sqlalchemy.Connection):
            raise DBAPIError("evidence", None, told) from error
        if late:
            raise told from error
        raise


def fetch(connection: Connection, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with cursor_of(connection) as cursor:
        return cursor.execute(query.encode(), parameters or None).fetchall()
