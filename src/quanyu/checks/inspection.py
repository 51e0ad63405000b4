"""A programme laid out for the rules: its steps, expressions and tables, each with its place."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from quanyu.checks.steps import Path, PlacedStep, StepList, lists
from quanyu.checks.vocabulary import Vocabulary, vocabulary
from quanyu.checks.written import PlacedTable, Written, collect
from quanyu.language.load import Document
from quanyu.language.programme import Programme
from quanyu.language.tree import Map, Seq
from quanyu.terms import Finding, Place, Severity, Text

__all__ = ["Inspection", "inspect"]


@dataclass(frozen=True, eq=False)
class Inspection:
    """What every rule reads. Paths are keys and indices from the root of the file."""

    document: Document[Programme]
    lists: tuple[StepList, ...]
    words: Vocabulary
    written: tuple[Written, ...]
    tables: tuple[PlacedTable, ...]

    @property
    def programme(self) -> Programme:
        """The programme under inspection."""
        return self.document.value

    @cached_property
    def steps(self) -> tuple[PlacedStep, ...]:
        """Every step, outer before inner."""
        return tuple(placed for here in self.lists for placed in here.steps)

    def place(self, path: Path) -> Place:
        """The place of what stands at `path`, or of the nearest thing above it."""
        return self.document.place(path)

    def key(self, path: Path) -> Place:
        """The place of the last key of `path` itself, not of its value."""
        node: Any = self.document.tree
        for step in path[:-1]:
            node = _inside(node, step)
        if isinstance(node, Map):
            return next((key.place for key in node if key == path[-1]), self.place(path))
        return self.place(path)

    def has(self, path: Path) -> bool:
        """Whether the file writes something at `path`."""
        node: Any = self.document.tree
        for step in path:
            node = _inside(node, step)
        return node is not None

    def name_place(self, placed: PlacedStep) -> Place:
        """Where a step says what it is called."""
        for key in ("as", "party"):
            if self.has((*placed.path, key)):
                return self.place((*placed.path, key))
        return self.place(placed.path)

    def finding(
        self, code: str, where: Path | Place, reason: Text, remedy: Text, *, severity: Severity = Severity.ERROR
    ) -> Finding:
        """A finding at a place of the file, with its line."""
        place = where if isinstance(where, Place) else self.place(where)
        return Finding(code, place, reason, remedy, severity, self.document.excerpt(place))

    def quoted(self, finding: Finding) -> Finding:
        """A finding of an expression, with its line."""
        return replace(finding, excerpt=self.document.excerpt(finding.place)) if finding.place else finding


def _inside(node: Any, step: str | int) -> Any:
    if isinstance(node, Map):
        return next((value for key, value in node.items() if key == step), None)
    if isinstance(node, Seq) and isinstance(step, int) and step < len(node):
        return node[step]
    return None


def inspect(document: Document[Programme]) -> Inspection:
    """Lays a programme out. Never raises for what a user wrote."""
    placed = lists(document.value, document.tree)
    words = vocabulary(document.value, placed)
    written, tables = collect(document.value, words, placed)
    return Inspection(document, placed, words, written, tables)
