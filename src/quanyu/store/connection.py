"""Connections: an address, or nothing, becomes a store that can be worked with."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quanyu.store.server import open_server
from quanyu.store.transactions import Isolation, Result, transact
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import URL, Connection, Engine

__all__ = ["Store", "open_store"]

_APPLICATION = "quanyu"
_SECRETS = ("password", "sslpassword", "oauth_client_secret", "scram_client_key")
"""What an address may have among its options and no message shows: PostgreSQL manual, 34.1.2."""


@dataclass(frozen=True)
class Store:
    """An open store. engine: SQLAlchemy's, on psycopg 3; its pool ends with the store."""

    engine: "Engine"

    def begin(self) -> "AbstractContextManager[Connection]":
        """One transaction: committed at the end of the block, rolled back by an exception."""
        return self.engine.begin()

    def transact(self, work: Callable[["Connection"], Result], *, isolation: Isolation = "SERIALIZABLE") -> Result:
        """One transaction, done again after a serialization failure or a deadlock, as `transactions.transact` says."""
        return transact(self.engine, work, isolation=isolation)


@contextmanager
def open_store(
    url: str | None = None,
    *,
    data: Path | None = None,
    statement_timeout: float | None = 600,
    environment: Mapping[str, str] = os.environ,
    progress: Callable[[Text], None] | None = None,
) -> Iterator[Store]:
    """Opens the store at `url`, else at QUANYU_DATABASE_URL, else that of our own server.

    data: the folder of our own server (else QUANYU_DATA, else the user's data folder). statement_timeout: seconds, None
    for no end. progress: told what is waited for. Raises StoreError where there is no store to be had.
    """
    address = url or environment.get("QUANYU_DATABASE_URL")
    if address:
        with _store(address, statement_timeout) as store:
            yield store
        return
    with (
        open_server(data, environment=environment, progress=progress) as server,
        _store(server.url(), statement_timeout) as store,
    ):
        yield store


@contextmanager
def _store(address: str, statement_timeout: float | None) -> Iterator[Store]:
    from sqlalchemy import create_engine

    engine = create_engine(
        _dialect(address),
        pool_pre_ping=True,
        hide_parameters=True,  # they are of people, and errors end up in logs
        connect_args={"application_name": _APPLICATION, "options": _options(address, statement_timeout)},
    )
    try:
        _reach(engine)
        yield Store(engine)
    finally:
        engine.dispose()


def _reach(engine: "Engine") -> None:
    from sqlalchemy.exc import OperationalError

    try:
        engine.connect().close()
    except OperationalError as error:
        hidden, said = _shown(engine.url), str(error.orig).strip()
        raise StoreError(
            Text(en=f"{hidden} does not answer: {said}", zh=f"{hidden} 没有应答：{said}"),
            Text(
                en="check QUANYU_DATABASE_URL and that its server runs",
                zh="请检查 QUANYU_DATABASE_URL 及其服务器是否运行",
            ),
        ) from error


def _shown(url: "URL") -> str:
    return url.difference_update_query(_SECRETS).render_as_string(hide_password=True)


def _dialect(address: str) -> "URL":
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    if url is None or url.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise StoreError(
            Text(en="the address of the database is not one of PostgreSQL", zh="数据库地址不是 PostgreSQL 地址"),
            Text(
                en="write QUANYU_DATABASE_URL as postgresql://user@host:5432/name",
                zh="QUANYU_DATABASE_URL 应写作 postgresql://user@host:5432/name",
            ),
        )
    return url.set(drivername="postgresql+psycopg")


def _options(address: str, statement_timeout: float | None) -> str:
    given = _dialect(address).query.get("options", "")
    milliseconds = 0 if statement_timeout is None else max(1, round(statement_timeout * 1000))
    # The planner's just-in-time compilation costs more than it saves on short statements.
    own = f"-c statement_timeout={milliseconds} -c timezone=Asia/Shanghai -c jit=off"
    # Who stops in the middle of an act, with what others wait for, does not hold them up for longer than a statement.
    own += f" -c idle_in_transaction_session_timeout={milliseconds}"
    return f"{own} {given if isinstance(given, str) else ' '.join(given)}".strip()
