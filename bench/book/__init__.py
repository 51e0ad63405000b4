"""Benchmarks of the book: each measures on a fresh database of our own server, beside PostgreSQL itself.

A module here has `lines(size, rounds)`, which yields one result a subject, and is named in `TASKS`.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

__all__ = ["TASKS", "lines"]

TASKS = {
    "issue": "issue 401,261 policies of mixed programmes from a table in one act, beside a bare COPY of the same bytes",
    "statement": "statements of an insurer, a city and a holder over 1,000,000 policies, under row-level security",
}
"""The name of a task, which is that of its module, and what it measures."""


def lines(task: str, *, size: int | None, rounds: int | None) -> Iterator[dict[str, Any]]:
    """The result lines of a task. size, rounds: its own where None."""
    run: Callable[[int | None, int | None], Iterator[dict[str, Any]]] = import_module(
        f"bench.book.{task.replace('-', '_')}"
    ).lines
    yield from run(size, rounds)
