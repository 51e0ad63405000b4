"""Databases that live for one measurement, on one server of our own with stock settings that keeps its promises."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from quanyu.store import Server, open_server

__all__ = ["Fresh", "fresh_server"]


class Fresh:
    """A server, and new databases on it."""

    def __init__(self, server: Server) -> None:
        self.server, self._numbers = server, itertools.count()

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of an empty database, dropped afterwards."""
        name = f"bench_{next(self._numbers)}"
        self._command(f"CREATE DATABASE {name}")
        try:
            yield self.server.url(name)
        finally:
            self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def _command(self, statement: str) -> None:
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def fresh_server() -> Iterator[Fresh]:
    """A server in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="quanyu-bench-") as folder:
        Path(folder).chmod(0o755)
        with open_server(Path(folder) / "data") as server:
            yield Fresh(server)
