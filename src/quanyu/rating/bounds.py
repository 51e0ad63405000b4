"""Numbers, yes-or-nos and texts in columns, with a proven bound of the error of each number.

The exact value of a number column is the shortest decimal that reads as its float64, as on a single row. With u = 2⁻⁵³
every operation adds at most u·|result| to the errors it inherits (Higham, Accuracy and Stability of Numerical
Algorithms, ch. 3); what a bound cannot decide (a comparison, a rounding, a zero divisor) marks its row as unsure.
"""

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import Column, SeriesColumn, TextColumn

__all__ = [
    "MOST_PARTS",
    "WIDER",
    "Flags",
    "Mask",
    "Near",
    "Quantity",
    "Texts",
    "U",
    "Unbounded",
    "added",
    "column",
    "divided",
    "either",
    "extreme",
    "joint_parts",
    "near_half",
    "number",
    "numeric",
    "reads_as",
    "times",
]

Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = "NDArray[np.bool_] | bool"
U = 2.0**-53
WIDER = 1 + 2.0**-20  # covers the rounding of the bounds themselves
_LARGEST = 2.0**53
MOST_PARTS = 10**15


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


def numeric(quantity: Quantity) -> Near:
    """The quantity as numbers. Raises Unbounded."""
    if not isinstance(quantity, Near):
        raise Unbounded("no number")
    return quantity


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


def either(a: Mask, b: Mask) -> Mask:
    """The rows in one of two masks."""
    if isinstance(a, bool) and not a:
        return b
    return a if isinstance(b, bool) and not b else np.logical_or(a, b)


def joint_parts(function: Callable[[int, int], int], a: Near, b: Near) -> int | None:
    """The parts of a result by those of its operands, where both have any."""
    found = None if a.parts is None or b.parts is None else function(a.parts, b.parts)
    return found if found is not None and found < MOST_PARTS else None


def added(a: Near, b: Near) -> Near:
    """The sum."""
    value = a.value + b.value
    error = (a.error + b.error + U * np.abs(value)) * WIDER
    return Near(value, error, either(a.unsure, b.unsure), parts=joint_parts(math.lcm, a, b))


def times(a: Near, b: Near) -> Near:
    """The product."""
    value = a.value * b.value
    inherited = np.abs(a.value) * b.error + (np.abs(b.value) + b.error) * a.error
    return Near(
        value,
        (inherited + U * np.abs(value)) * WIDER,
        either(a.unsure, b.unsure),
        parts=joint_parts(operator.mul, a, b),
    )


def divided(a: Near, b: Near) -> Near:
    """The quotient; a divisor that may be zero makes its row unsure."""
    value = a.value / b.value
    room = np.abs(b.value) - b.error * WIDER
    error = ((a.error + np.abs(value) * b.error) / room + U * np.abs(value)) * WIDER
    return Near(value, error, either(either(a.unsure, b.unsure), np.logical_not(room > 0)))


def extreme(function: Callable[[Any, Any], Any], parts: Sequence[Quantity]) -> Near:
    """The least (np.minimum) or the greatest (np.maximum) of several."""
    if len(parts) == 1:
        raise Unbounded("the elements of a series")
    total = numeric(parts[0])
    for each in parts[1:]:
        part = numeric(each)
        error = np.maximum(total.error, part.error)
        joint = joint_parts(math.lcm, total, part)
        total = Near(function(total.value, part.value), error, either(total.unsure, part.unsure), parts=joint)
    return total


def near_half(ratio: Near) -> Mask:
    """The rows whose exact value may lie on the other side of the half between two whole numbers, or on it."""
    size = np.abs(ratio.value) + 0.5
    return np.asarray(np.logical_not(np.abs(size - np.rint(size)) > (ratio.error + U * size) * WIDER))
