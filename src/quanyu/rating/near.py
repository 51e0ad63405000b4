"""Expressions in columns: the bounded value of each, or the word that there is none."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from quanyu.formula import Column, Expression, Node
from quanyu.formula.tree import (
    Both,
    Call,
    Comparison,
    Either,
    Infinity,
    Literal,
    Membership,
    Name,
    Negative,
    Not,
    Number,
    Product,
    Sum,
    Truth,
)
from quanyu.rating.bounds import (
    WIDER,
    Flags,
    Near,
    Quantity,
    Texts,
    Unbounded,
    added,
    column,
    divided,
    either,
    extreme,
    joint_parts,
    near_half,
    number,
    numeric,
    times,
)

__all__ = ["near"]

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def near(expression: Expression, table: Mapping[str, Column], length: int) -> Quantity:
    """The value of an expression on every row, with its bound. Raises Unbounded."""
    with np.errstate(all="ignore"):
        return _of(expression.root, table, length)


def _of(node: Node, table: Mapping[str, Column], length: int) -> Quantity:
    def of(child: Node) -> Quantity:
        return _of(child, table, length)

    match node:
        case Number(value):
            return number(value)
        case Truth(held):
            return Flags(held)
        case Literal(text):
            return Texts(None, (text,))
        case Infinity():
            return Near(math.inf)
        case Name(name):
            if name not in table:
                raise Unbounded(name)
            return column(table[name])
        case Negative(operand):
            inner = numeric(of(operand))
            return replace(inner, value=-inner.value)
        case Sum(operands, operators) | Product(operands, operators):
            total = numeric(of(operands[0]))
            for symbol, operand in zip(operators, operands[1:], strict=True):
                total = _ARITHMETIC[symbol](total, numeric(of(operand)))
            return total
        case Comparison(operands, operators):
            values = [of(operand) for operand in operands]
            links = [_compared(symbol, values[i], values[i + 1]) for i, symbol in enumerate(operators)]
            return _joined(links, np.logical_and)
        case Membership(item, choices, negated):
            found = _joined([_compared("==", of(item), of(choice)) for choice in choices], np.logical_or)
            return replace(found, value=np.logical_not(found.value)) if negated else found
        case Not(operand):
            flags = _flags(of(operand))
            return replace(flags, value=np.logical_not(flags.value))
        case Both(operands):
            return _joined([_flags(of(operand)) for operand in operands], np.logical_and)
        case Either(operands):
            return _joined([_flags(of(operand)) for operand in operands], np.logical_or)
        case Call(function, arguments) if function in _FUNCTIONS:
            return _FUNCTIONS[function](*(of(argument) for argument in arguments))
        case _:
            raise Unbounded(type(node).__name__)


_ARITHMETIC: dict[str, Callable[[Near, Near], Near]] = {
    "+": added,
    "-": lambda a, b: added(a, replace(b, value=-b.value)),
    "*": times,
    "/": divided,
}


def _flags(quantity: Quantity) -> Flags:
    if not isinstance(quantity, Flags):
        raise Unbounded("no yes-or-no")
    return quantity


def _joined(parts: list[Flags], function: Callable[[Any, Any], Any]) -> Flags:
    total = parts[0]
    for part in parts[1:]:
        total = Flags(function(total.value, part.value), either(total.unsure, part.unsure))
    return total


def _compared(symbol: str, a: Quantity, b: Quantity) -> Flags:
    if isinstance(a, Near) and isinstance(b, Near):
        unsure = either(a.unsure, b.unsure)
        if not (a.given and b.given):
            unsure = either(unsure, np.logical_not(np.abs(a.value - b.value) > (a.error + b.error) * WIDER))
        return Flags(_COMPARE[symbol](a.value, b.value), unsure)
    if isinstance(a, Flags) and isinstance(b, Flags) and symbol in ("==", "!="):
        return Flags(_COMPARE[symbol](a.value, b.value), either(a.unsure, b.unsure))
    if isinstance(a, Texts) and a.codes is None and symbol in ("==", "!="):
        a, b = b, a
    if isinstance(a, Texts) and isinstance(b, Texts) and b.codes is None:
        held = np.array([_COMPARE[symbol](text, b.values[0]) for text in (*a.values, "")])
        return Flags(bool(held[0])) if a.codes is None else Flags(held[a.codes], a.missing)
    raise Unbounded("a comparison of these types")


def _least(*parts: Quantity) -> Near:
    return extreme(np.minimum, parts)


def _most(*parts: Quantity) -> Near:
    return extreme(np.maximum, parts)


def _chosen(condition: Quantity, then: Quantity, otherwise: Quantity) -> Near:
    held, a, b = _flags(condition), numeric(then), numeric(otherwise)
    unsure = either(held.unsure, np.where(held.value, a.unsure, b.unsure))
    error = np.where(held.value, a.error, b.error)
    return Near(np.where(held.value, a.value, b.value), error, unsure, parts=joint_parts(math.lcm, a, b))


def _size(quantity: Quantity) -> Near:
    inner = numeric(quantity)
    return replace(inner, value=np.abs(inner.value))


def _rounded(quantity: Quantity, step: Quantity | None = None) -> Near:
    width = number(Fraction(1)) if step is None else numeric(step)
    ratio = divided(numeric(quantity), width)
    whole = np.floor(np.abs(ratio.value) + 0.5)
    counted = Near(np.copysign(whole, ratio.value), 0.0, either(ratio.unsure, near_half(ratio)), parts=1)
    product = times(counted, width)
    return replace(product, unsure=either(product.unsure, np.logical_not(width.value > 0)))


_FUNCTIONS: Mapping[str, Callable[..., Quantity]] = {
    "if": _chosen,
    "min": _least,
    "max": _most,
    "abs": _size,
    "clip": lambda x, low, high: _least(_most(x, low), high),
    "round": _rounded,
}
