"""Which places of a file are marked illustrative, and where each step of a flow stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from quanyu.checks.steps import Path, PlacedStep, lists
from quanyu.desk.open import Opened
from quanyu.desk.sourced import marked_paths

__all__ = ["Marks", "marks_of"]


@dataclass(frozen=True)
class Marks:
    """marked: paths in the file under which every number is illustrative. placed: steps by flow, side and labels."""

    marked: tuple[Path, ...]
    placed: Mapping[tuple[str, str, str], PlacedStep]
    everything: bool = False

    def at(self, *path: str | int) -> bool:
        """Whether the number at a path is marked, there or above."""
        return self.everything or any(path[: len(mark)] == mark for mark in self.marked)

    def inside(self, *path: str | int) -> bool:
        """Whether it is, or anything below it."""
        return self.at(*path) or any(mark[: len(path)] == path for mark in self.marked)


def marks_of(opened: Opened) -> Marks:
    """The marks of a programme."""
    tree, programme = opened.document.tree, opened.programme
    placed = {(one.flow, one.side, _labels(one)): one for here in lists(programme, tree) for one in here.steps}
    everything = "all" in programme.illustrative
    return Marks(marked_paths(opened), MappingProxyType(placed), everything)


def _labels(placed: PlacedStep) -> str:
    own = placed.step.label or str(placed.path[-1])
    return own if placed.outer is None else f"{_labels(placed.outer)}/{own}"
