"""A database for tests: one server a test process, and for each test a fresh copy of a schema that is brought up once.

Fixtures: `store` (an open store), `database_url` (its address), `empty_url` (a database without a schema),
`store_server` (the server), `reachable` (a folder that the server's user can reach, for servers of a test's own),
`seeded` (such a folder with a database in it that nobody has used).
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest

from quanyu.store import Server, Store, migrate, open_server, open_store
from quanyu.store.server import wait_until_stopped

__all__ = ["database_url", "empty_url", "reachable", "seeded", "store", "store_seed", "store_server", "store_template"]

_NUMBERS = count(1)


@contextmanager
def folder_within_reach() -> Iterator[Path]:
    """A folder that is gone afterwards; pytest's own folders are closed to the user as whom root's server runs."""
    folder = Path(tempfile.mkdtemp(prefix="quanyu-tests-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server: Server, template: str) -> Iterator[str]:
    """The address of a copy of the database `template`."""
    name = f"test_{next(_NUMBERS)}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield server.url(name)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder for a server of the test's own."""
    with folder_within_reach() as folder:
        yield folder


@pytest.fixture(scope="session")
def store_seed() -> Iterator[Path]:
    """A folder with a new database in it, to be copied."""
    with folder_within_reach() as folder:
        with open_server(folder, linger=0.1):
            pass
        assert wait_until_stopped(folder)
        yield folder


@pytest.fixture
def seeded(store_seed: Path, reachable: Path) -> Path:
    """A folder for a server of the test's own, with a new database in it: faster than to make one."""
    subprocess.run(["cp", "-a", str(store_seed / "store"), str(reachable)], check=True)
    return reachable


@pytest.fixture(scope="session")
def store_server() -> Iterator[Server]:
    """A server without a care for the machine's crash: nothing is flushed to disk."""
    with folder_within_reach() as folder:
        with open_server(folder, durable=False, linger=0.2) as server:
            yield server
        assert wait_until_stopped(folder)


@pytest.fixture(scope="session")
def store_template(store_server: Server) -> str:
    """A database with the newest schema, which nobody is connected to."""
    with open_store(store_server.url()) as opened:
        migrate(opened.engine)
    return "quanyu"


@pytest.fixture
def database_url(store_server: Server, store_template: str) -> Iterator[str]:
    """The address of a database of the test's own with the newest schema."""
    with fresh_database(store_server, store_template) as url:
        yield url


@pytest.fixture
def empty_url(store_server: Server) -> Iterator[str]:
    """The address of a database of the test's own without a schema."""
    with fresh_database(store_server, "template0") as url:
        yield url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store of the test's own with the newest schema."""
    with open_store(database_url) as opened:
        yield opened


def _administer(server: Server, command: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(command.encode())
