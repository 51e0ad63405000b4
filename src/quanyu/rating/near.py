"""Expressions in columns of float64 that carry a proven bound of their error.

The exact value of a number column is the shortest decimal that reads as its float64, as on a single row. With u = 2⁻⁵³
every operation adds at most u·|result| to the errors it inherits (Higham, Accuracy and Stability of Numerical
Algorithms, ch. 3); what a bound cannot decide (a comparison, a rounding, a zero divisor) marks its row as unsure.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import Column, Expression, Node, SeriesColumn, TextColumn
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

__all__ = [
    "MOST_PARTS",
    "Flags",
    "Near",
    "Texts",
    "U",
    "Unbounded",
    "added",
    "column",
    "divided",
    "extreme",
    "near",
    "near_half",
    "number",
    "numeric",
    "reads_as",
    "times",
]

Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = "NDArray[np.bool_] | bool"
U = 2.0**-53
_WIDER = 1 + 2.0**-20  # covers the rounding of the bounds themselves
_LARGEST = 2.0**53
MOST_PARTS = 10**15
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Unbounded(Exception):  # noqa: N818 - an expression that has no bound here is evaluated row by row
    """An expression, or a column, for which no bound is known: series, mixed types, a missing column."""


@dataclass(frozen=True, slots=True)
class Near:
    """Numbers: the exact value lies within `error` of `value`, save on rows that are `unsure`.

    given: the exact value is the shortest decimal of `value`. parts: the exact value is a multiple of 1/parts.
    """

    value: Any
    error: Any = 0.0
    unsure: Mask = False
    given: bool = False
    parts: int | None = None


@dataclass(frozen=True, slots=True)
class Flags:
    """Yes-or-no, exact but on rows that are `unsure`."""

    value: Any
    unsure: Mask = False


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as codes into `values`; a negative code is a missing text. One text has no codes."""

    codes: Array | None
    values: tuple[str, ...]

    @property
    def missing(self) -> Mask:
        """The rows without a text."""
        return False if self.codes is None or self.codes.dtype.kind == "u" else np.asarray(self.codes < 0)


Quantity: TypeAlias = Near | Flags | Texts


def number(exact: Fraction) -> Near:
    """An exact number as the nearest float64."""
    try:
        value = float(exact)
    except OverflowError:
        raise Unbounded(str(exact)) from None
    parts = exact.denominator if exact.denominator < MOST_PARTS else None
    return Near(value, abs(value) * U if Fraction(value) != exact else 0.0, given=reads_as(exact), parts=parts)


def reads_as(exact: Fraction) -> bool:
    """Whether the float64 nearest to an exact number has that number as its shortest decimal."""
    return Fraction(repr(float(exact))) == exact


def near(expression: Expression, table: Mapping[str, Column], length: int) -> Quantity:
    """The value of an expression on every row, with its bound. Raises Unbounded."""
    with np.errstate(all="ignore"):
        return _of(expression.root, table, length)


def numeric(quantity: Quantity) -> Near:
    """The quantity as numbers. Raises Unbounded."""
    if not isinstance(quantity, Near):
        raise Unbounded("no number")
    return quantity


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


def column(given: Column) -> Quantity:
    """A column of a table. Raises Unbounded for series and mixed columns."""
    if isinstance(given, TextColumn):
        return Texts(given.codes, given.values)
    if isinstance(given, bool | np.bool_):
        return Flags(bool(given))
    if isinstance(given, str):
        return Texts(None, (given,))
    if isinstance(given, Fraction):
        return number(given)
    if isinstance(given, int | float):
        return _numbers(np.asarray(given))
    if isinstance(given, SeriesColumn) or given.ndim > 1:
        raise Unbounded("a series")
    if given.dtype.kind == "b":
        return Flags(given)
    return _numbers(given) if given.dtype.kind in "iuf" else _texts(given)


def _numbers(given: Array) -> Near:
    value = given.astype(np.float64, copy=False)
    unsure: Mask = ~np.isfinite(value)
    if given.dtype.kind in "iu" and given.dtype.itemsize == 8:
        unsure = unsure | (np.abs(value) >= _LARGEST)
    return Near(value, np.abs(value) * U, unsure if np.any(unsure) else False, True, _decimals(value))


def _decimals(value: Array) -> int | None:
    """The least power of ten up to a million of which all values are whole parts.

    A float64 that a decimal of at most 15 digits reads as has that decimal as its shortest.
    """
    largest = np.max(np.abs(value), initial=0.0)
    for scale in (1, 10, 100, 1000, 10_000, 100_000, 1_000_000):
        if not largest * scale < MOST_PARTS:
            return None
        if np.all(np.rint(value * scale) / scale == value):
            return scale
    return None


def _texts(given: Array) -> Texts:
    texts = given.tolist()
    if not all(isinstance(text, str) or text is None for text in texts):
        raise Unbounded("mixed values")
    values = tuple(dict.fromkeys(text for text in texts if text is not None))
    places = {text: code for code, text in enumerate(values)}
    return Texts(np.array([places.get(text, -1) for text in texts], dtype=np.int64), values)


def _either(a: Mask, b: Mask) -> Mask:
    if isinstance(a, bool) and not a:
        return b
    return a if isinstance(b, bool) and not b else np.logical_or(a, b)


def _parts(function: Callable[[int, int], int], a: Near, b: Near) -> int | None:
    found = None if a.parts is None or b.parts is None else function(a.parts, b.parts)
    return found if found is not None and found < MOST_PARTS else None


def added(a: Near, b: Near) -> Near:
    """The sum."""
    value = a.value + b.value
    error = (a.error + b.error + U * np.abs(value)) * _WIDER
    return Near(value, error, _either(a.unsure, b.unsure), parts=_parts(math.lcm, a, b))


def times(a: Near, b: Near) -> Near:
    """The product."""
    value = a.value * b.value
    inherited = np.abs(a.value) * b.error + (np.abs(b.value) + b.error) * a.error
    return Near(
        value, (inherited + U * np.abs(value)) * _WIDER, _either(a.unsure, b.unsure), parts=_parts(operator.mul, a, b)
    )


def divided(a: Near, b: Near) -> Near:
    """The quotient; a divisor that may be zero makes its row unsure."""
    value = a.value / b.value
    room = np.abs(b.value) - b.error * _WIDER
    error = ((a.error + np.abs(value) * b.error) / room + U * np.abs(value)) * _WIDER
    return Near(value, error, _either(_either(a.unsure, b.unsure), np.logical_not(room > 0)))


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
        total = Flags(function(total.value, part.value), _either(total.unsure, part.unsure))
    return total


def _compared(symbol: str, a: Quantity, b: Quantity) -> Flags:
    if isinstance(a, Near) and isinstance(b, Near):
        unsure = _either(a.unsure, b.unsure)
        if not (a.given and b.given):
            unsure = _either(unsure, np.logical_not(np.abs(a.value - b.value) > (a.error + b.error) * _WIDER))
        return Flags(_COMPARE[symbol](a.value, b.value), unsure)
    if isinstance(a, Flags) and isinstance(b, Flags) and symbol in ("==", "!="):
        return Flags(_COMPARE[symbol](a.value, b.value), _either(a.unsure, b.unsure))
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


def extreme(function: Callable[[Any, Any], Any], parts: Sequence[Quantity]) -> Near:
    """The least (np.minimum) or the greatest (np.maximum) of several."""
    if len(parts) == 1:
        raise Unbounded("the elements of a series")
    total = numeric(parts[0])
    for each in parts[1:]:
        part = numeric(each)
        error = np.maximum(total.error, part.error)
        joint = _parts(math.lcm, total, part)
        total = Near(function(total.value, part.value), error, _either(total.unsure, part.unsure), parts=joint)
    return total


def _chosen(condition: Quantity, then: Quantity, otherwise: Quantity) -> Near:
    held, a, b = _flags(condition), numeric(then), numeric(otherwise)
    unsure = _either(held.unsure, np.where(held.value, a.unsure, b.unsure))
    error = np.where(held.value, a.error, b.error)
    return Near(np.where(held.value, a.value, b.value), error, unsure, parts=_parts(math.lcm, a, b))


def _size(quantity: Quantity) -> Near:
    inner = numeric(quantity)
    return replace(inner, value=np.abs(inner.value))


def _rounded(quantity: Quantity, step: Quantity | None = None) -> Near:
    width = number(Fraction(1)) if step is None else numeric(step)
    ratio = divided(numeric(quantity), width)
    whole = np.floor(np.abs(ratio.value) + 0.5)
    counted = Near(np.copysign(whole, ratio.value), 0.0, _either(ratio.unsure, near_half(ratio)), parts=1)
    product = times(counted, width)
    return replace(product, unsure=_either(product.unsure, np.logical_not(width.value > 0)))


def near_half(ratio: Near) -> Mask:
    """The rows whose exact value may lie on the other side of the half between two whole numbers, or on it."""
    size = np.abs(ratio.value) + 0.5
    return np.asarray(np.logical_not(np.abs(size - np.rint(size)) > (ratio.error + U * size) * _WIDER))


_FUNCTIONS: Mapping[str, Callable[..., Quantity]] = {
    "if": _chosen,
    "min": _least,
    "max": _most,
    "abs": _size,
    "clip": lambda x, low, high: _least(_most(x, low), high),
    "round": _rounded,
}
