"""The tree of an expression."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from quanyu.terms import Place

__all__ = [
    "Both",
    "Call",
    "Comparison",
    "Either",
    "Expression",
    "Infinity",
    "Literal",
    "Membership",
    "Name",
    "Negative",
    "Node",
    "Not",
    "Number",
    "Product",
    "Sum",
    "Truth",
    "children",
    "names",
    "walk",
]


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression, from character `start` to `stop` of its text; equal nodes may stand anywhere."""

    start: int = field(default=0, compare=False, kw_only=True)
    stop: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written: its exact value, and the units (`万`, `%`) it was written in."""

    value: Fraction
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Infinity(Node):
    """`inf`, the absence of a bound."""


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A text in single quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A declared name, whole with its dots."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """`-x`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """Terms from left to right; `operators` (`+`, `-`) stand between them."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product(Node):
    """Factors from left to right; `operators` (`*`, `/`) stand between them."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """A chain of comparisons (`0 < x <= 5`); `operators` stand between the operands."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`item in (a, b)`, or `not in` where negated."""

    item: Node
    choices: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`not x`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Both(Node):
    """`a and b and c`, read from the left and only as far as needed."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either(Node):
    """`a or b or c`, read from the left and only as far as needed."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments; `if` is one of them."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: its text, its tree, and where it stands."""

    text: str
    root: Node
    place: Place | None = None

    def place_of(self, node: Node) -> Place | None:
        """Where a node of this expression stands in the file."""
        return self.place.within(node.start, node.stop) if self.place else None

    def text_of(self, node: Node) -> str:
        """A node of this expression as it was written."""
        return self.text[node.start : node.stop]


def children(node: Node) -> tuple[Node, ...]:
    """The parts a node is made of, from left to right."""
    match node:
        case Negative(operand) | Not(operand):
            return (operand,)
        case Sum(operands) | Product(operands) | Comparison(operands) | Both(operands) | Either(operands):
            return operands
        case Membership(item, choices):
            return (item, *choices)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node below and including `node`, with its depth (1 for `node`)."""
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting.extend((child, depth + 1) for child in children(current))


def names(expr: Expression) -> frozenset[str]:
    """The names an expression uses, dotted ones whole; function names are none of them."""
    return frozenset(node.name for node, _ in walk(expr.root) if isinstance(node, Name))
