"""The book as the terminal opens it: the clock, the user's login name, and a database that may not be there."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from quanyu.desk.booking import Book
    from quanyu.terms import Text

__all__ = ["opened_book"]


@contextmanager
def opened_book(language: str, actor: str | None = None) -> "Iterator[Book]":
    """The book for one command; its end with reason and remedy where there is no database, or it goes away.

    An act that was done before under its reference ends the command too, in order.
    """
    from quanyu.book import Repeated
    from quanyu.desk.booking import open_book
    from quanyu.store import StoreError

    def told(text: "Text") -> None:
        if sys.stderr.isatty():
            typer.echo(text.inside(language), err=True)

    try:
        with open_book(actor=actor or _login(), now=partial(datetime.now, UTC), progress=told) as book:
            yield book
    except Repeated as before:
        zh, en = f"已办过，见第 {before.txn} 笔", f"done before, in transaction {before.txn}"
        typer.echo(zh if language == "zh" else en)
        raise typer.Exit(0) from None
    except StoreError as error:
        typer.echo(f"{error.reason.inside(language)}\n  → {error.remedy.inside(language)}", err=True)
        raise typer.Exit(1) from None


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user of the system without a name
        return "nobody"
