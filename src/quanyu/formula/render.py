"""Tree to canonical text."""

from fractions import Fraction
from math import prod

from quanyu.formula.tree import (
    Both,
    Call,
    Comparison,
    Either,
    Expression,
    Infinity,
    Literal,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Product,
    Sum,
    Truth,
)
from quanyu.terms import UNITS, write_number

__all__ = ["render", "render_node"]

_STRENGTH: dict[type[Node], int] = {
    Either: 1,
    Both: 2,
    Not: 3,
    Comparison: 4,
    Membership: 4,
    Sum: 5,
    Product: 6,
    Negative: 7,
}
_ATOM = 8


def _strength(node: Node) -> int:
    return _STRENGTH.get(type(node), _ATOM)


def _inside(node: Node, least: int) -> str:
    text = render_node(node)
    return text if _strength(node) >= least else f"({text})"


def _chain(operands: tuple[Node, ...], operators: tuple[str, ...], least: int) -> str:
    parts = [_inside(operands[0], least)]
    for operator, operand in zip(operators, operands[1:], strict=True):
        parts += [operator, _inside(operand, least)]
    return " ".join(parts)


def render_node(node: Node) -> str:
    """One node as canonical text."""
    match node:
        case Number(value, unit):
            return write_number(value / prod((UNITS[u] for u in unit), start=Fraction(1))) + unit
        case Infinity():
            return "inf"
        case Truth(value):
            return "true" if value else "false"
        case Literal(text):
            return f"'{text}'"
        case Name(name):
            return name
        case Negative(operand):
            return f"-{_inside(operand, _ATOM)}"
        case Not(operand):
            return f"not {_inside(operand, 4)}"
        case Sum(operands, operators) | Product(operands, operators) | Comparison(operands, operators):
            return _chain(operands, operators, _strength(node) + 1)
        case Both(operands):
            return _chain(operands, ("and",) * (len(operands) - 1), 3)
        case Either(operands):
            return _chain(operands, ("or",) * (len(operands) - 1), 2)
        case Membership(item, choices, negated):
            listed = ", ".join(render_node(choice) for choice in choices)
            return f"{_inside(item, 5)} {'not in' if negated else 'in'} ({listed})"
        case Call(function, arguments):
            return f"{function}({', '.join(render_node(argument) for argument in arguments)})"
        case _:
            raise TypeError(f"no node of an expression: {node!r}")


def render(expr: Expression) -> str:
    """The canonical text of an expression; parsing it gives the same tree."""
    return render_node(expr.root)
