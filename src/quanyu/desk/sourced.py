"""Which numbers of a file have a source and which are illustrative."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from quanyu.checks.rules.illustrative import resolve
from quanyu.desk.open import Opened
from quanyu.language.tree import Map, Scalar, Seq

__all__ = ["Path", "Sourcing", "marked_paths", "sourcing_of"]

Path = tuple[str | int, ...]
_WORDS = frozenset({"as", "column", "covers", "history", "name", "party", "source", "station", "time", "unit"})
"""Keys whose values are words, names or days: digits in them are no numbers of the terms."""


def marked_paths(opened: Opened) -> tuple[Path, ...]:
    """The places that the file marks illustrative, by its list or on a part itself; () is all of it."""
    tree = opened.document.tree
    listed = opened.programme.illustrative
    found = ((() if dotted == "all" else resolve(tree, dotted)) for dotted in listed)
    return (*(path for path in found if path is not None), *_flagged(tree, ()))


def _flagged(node: Any, path: Path) -> Iterator[Path]:
    if isinstance(node, Map):
        if path and _under(node, "illustrative") == "true":
            yield path
        for key, inner in node.items():
            yield from _flagged(inner, (*path, str(key)))
    elif isinstance(node, Seq):
        for n, inner in enumerate(node):
            yield from _flagged(inner, (*path, n))


@dataclass(frozen=True)
class Sourcing:
    """What a file says of where its numbers come from. marked: what it marks illustrative. sourced: the file as a whole
    names a source."""

    tree: Map
    marked: tuple[Path, ...]
    sourced: bool

    def illustrative(self, *path: str | int) -> bool:
        """Whether a number at a path or below it is illustrative: marked so, or without a source.

        A source stands at the number's node, above it, or for the file. A path that leads nowhere has no numbers.
        """
        if any(path[: len(mark)] == mark or mark[: len(path)] == path for mark in self.marked):
            return _at(self.tree, path) is not None
        node: Any = self.tree
        for step in path:
            node = _at(node, (step,))
            if self.sourced or node is None or _has_source(node):
                return False
        return _unsourced(node)


def sourcing_of(opened: Opened) -> Sourcing:
    """The sourcing of a programme."""
    return Sourcing(opened.document.tree, marked_paths(opened), opened.programme.source is not None)


def _at(node: Any, path: Path) -> Any:
    for step in path:
        if isinstance(node, Map):
            node = _under(node, str(step))
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            node = node[step]
        else:
            return None
    return node


def _under(node: Map, key: str) -> Any:
    return next((value for k, value in node.items() if k == key), None)


def _has_source(node: Any) -> bool:
    return isinstance(node, Map) and bool(_under(node, "source"))


def _unsourced(node: Any) -> bool:
    if isinstance(node, Scalar):
        return any(character.isdigit() for character in node)
    if _has_source(node):
        return False
    inner = [v for k, v in node.items() if k not in _WORDS] if isinstance(node, Map) else node
    return any(_unsourced(value) for value in inner)
