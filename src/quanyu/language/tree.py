"""The tree of a YAML file: texts, lists and mappings that know their places. Nothing is interpreted yet."""

from collections.abc import Iterator
from typing import Any

from quanyu.terms import Place

__all__ = ["Map", "Scalar", "Seq", "Tree", "find", "steps_of"]


class Scalar(str):
    """A scalar as written, quoted or plain; its meaning comes from the field that reads it."""

    __slots__ = ("place", "quoted")
    place: Place
    quoted: bool

    @classmethod
    def make(cls, text: str, place: Place, *, quoted: bool = False) -> "Scalar":
        """A scalar with its place."""
        self = cls(text)
        self.place, self.quoted = place, quoted
        return self


class Seq(list[Any]):
    """A list that knows where it begins."""

    __slots__ = ("flow", "place")
    place: Place
    flow: bool


class Map(dict[Scalar, Any]):
    """A mapping that knows where it begins; its keys are scalars with places."""

    __slots__ = ("flow", "place")
    place: Place
    flow: bool


Tree = Scalar | Seq | Map


def steps_of(tree: Tree) -> Iterator[tuple[str | int, Tree]]:
    """The children of a node with the key or index that leads to each."""
    if isinstance(tree, Map):
        yield from tree.items()
    elif isinstance(tree, Seq):
        yield from enumerate(tree)


def find(tree: Tree, path: tuple[str | int, ...]) -> Place:
    """The place of the deepest node on `path` that exists; the place of a key where its value is the last step."""
    place = tree.place
    node: Any = tree
    for step in path:
        if isinstance(node, Map) and step in node:
            key = next(k for k in node if k == step)
            place, node = key.place, node[key]
        elif isinstance(node, Seq) and isinstance(step, int) and step < len(node):
            node = node[step]
            place = node.place
    return node.place if isinstance(node, Scalar) and node else place
