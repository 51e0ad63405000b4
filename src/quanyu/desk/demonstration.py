"""A book to look around in: made anew for every demonstration, in a folder of its own beside the user's."""

import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from psycopg import connect

from quanyu.desk.booking import Book, open_book
from quanyu.store import Server, open_server
from quanyu.store.account import data_folder
from quanyu.store.cluster import DATABASE
from quanyu.terms import Text

__all__ = ["demonstration_book", "demonstration_folder"]


def demonstration_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the book of demonstrations lies: `demo` in the folder of the user's data. The user's own is not touched."""
    return data_folder(environment) / "demo"


@contextmanager
def demonstration_book(
    *, actor: str, now: Callable[[], dt.datetime], progress: Callable[[Text], None] | None = None
) -> Iterator[Book]:
    """An empty book on a server of its own; the one of the last demonstration is gone."""
    with open_server(demonstration_folder(), progress=progress) as server:
        _emptied(server)
        with open_book(actor=actor, now=now, url=server.url()) as book:
            yield book


def _emptied(server: Server) -> None:
    with connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {DATABASE}".encode())
