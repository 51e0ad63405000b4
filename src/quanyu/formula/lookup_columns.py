"""Tables of expressions in columns: the values that rows give, on all rows at once."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula.column_functions import TIE
from quanyu.formula.column_values import Column, SeriesColumn, TextColumn
from quanyu.formula.columns import columns
from quanyu.formula.lookup import Leaf, Lookup, NoRow, in_order, matches
from quanyu.formula.tree import Comparison, Expression, Infinity, Name, Negative, Node, Number, names
from quanyu.formula.values import WrongType
from quanyu.language.scalars import Key
from quanyu.terms import Bound, Interval

__all__ = ["look_up_columns", "rows_of"]

Places: TypeAlias = NDArray[np.intp]


def rows_of(column: Column, places: Places) -> Column:
    """The rows of a column at `places`; one value for all rows stays one."""
    if isinstance(column, SeriesColumn):
        return SeriesColumn(column.values[places], column.dates)
    if isinstance(column, TextColumn):
        return TextColumn(column.codes[places], column.values)
    return column[places] if isinstance(column, np.ndarray) and column.ndim else column


def look_up_columns(table: Lookup, data: Mapping[str, Column], length: int) -> NDArray[Any]:
    """The values of a table on `length` rows: float64, bool or texts, as its values are.

    Keys and values are read only on the rows that come to them, so that a row's value is that of `look_up`.
    """
    found: list[tuple[Places, NDArray[Any]]] = []
    _descend(table, table.rows, np.arange(length), (data, found, 0))
    values = [value for _, value in found]
    kinds = {value.dtype.kind for value in values}
    if len(kinds) > 1:
        raise WrongType("a table mixes numbers with others")
    out: NDArray[Any] = np.empty(length, values[0].dtype if values else np.float64)
    for places, value in found:
        out[places] = value
    return out


def _descend(
    table: Lookup,
    rows: tuple[tuple[Key, Leaf], ...],
    places: Places,
    at: tuple[Mapping[str, Column], list[tuple[Places, NDArray[Any]]], int],
) -> None:
    """Puts what the rows of one level give into `found`, for the rows of the data at `places`."""
    data, found, depth = at
    by = table.by[depth]
    given = _given(by, data, places)
    key = _key(by, given, len(places))
    left = np.ones(len(places), dtype=bool)
    for match, leaf in in_order(rows):
        hit = left.copy() if match.otherwise else left & _hits(match, by, key, given)
        if hit.any():
            left &= ~hit
            if isinstance(leaf, Expression):
                found.append((places[hit], _valued(leaf, data, places[hit])))
            else:
                _descend(table, leaf, places[hit], (data, found, depth + 1))
    if left.any():
        if table.otherwise is None:
            raise NoRow(by.text, _first(key, left))
        found.append((places[left], _valued(table.otherwise, data, places[left])))


def _given(expr: Expression, data: Mapping[str, Column], places: Places) -> dict[str, Column]:
    return {name: rows_of(data[name], places) for name in names(expr) if name in data}


def _valued(expr: Expression, data: Mapping[str, Column], places: Places) -> NDArray[Any]:
    return _single(expr, columns(expr, _given(expr, data, places), len(places)))


def _single(expr: Expression, values: NDArray[Any]) -> NDArray[Any]:
    if values.ndim != 1:
        raise WrongType(f"{expr.text} is a series")
    return values.astype(object) if values.dtype.kind in "UT" else values


def _key(by: Expression, given: Mapping[str, Column], length: int) -> NDArray[Any] | TextColumn:
    column = given.get(by.root.name) if isinstance(by.root, Name) else None
    if isinstance(column, TextColumn) and not (column.codes < 0).any():
        return column
    values = _single(by, columns(by, given, length))
    if values.dtype.kind != "O":
        return values
    texts, codes = np.unique(values.astype(str), return_inverse=True)
    return TextColumn(codes, tuple(str(text) for text in texts))


def _first(key: NDArray[Any] | TextColumn, left: NDArray[np.bool_]) -> object:
    return key.values[key.codes[left][0]] if isinstance(key, TextColumn) else key[left][0].item()


def _hits(
    key: Key, by: Expression, values: NDArray[Any] | TextColumn, given: Mapping[str, Column]
) -> NDArray[np.bool_]:
    if isinstance(values, TextColumn):
        held = np.array([matches(key, text) for text in values.values], dtype=bool)
        return np.asarray(held[values.codes])
    if values.dtype.kind == "b":
        return np.where(values, matches(key, True), matches(key, False))
    match = key.match
    if isinstance(match, str) or (isinstance(match, Interval) and isinstance(match.low, str)):
        return np.zeros(len(values), dtype=bool)
    if not isinstance(by.root, Name):
        return columns(_comparison(match, by), given, len(values)).astype(bool)
    if isinstance(match, Fraction):
        return _tied(values, float(match))
    low, high = float(match.low), float(match.high)
    at_low, at_high = _tied(values, low), _tied(values, high)
    above = ((values > low) & ~at_low) | (at_low & match.closed_low)
    below = ((values < high) & ~at_high) | (at_high & match.closed_high)
    return np.asarray(above & below)


def _tied(values: NDArray[Any], bound: float) -> NDArray[np.bool_]:
    """Equal but for float error: the column may have been computed before it came here."""
    if math.isinf(bound):
        return np.asarray(values == bound)
    return np.asarray(np.abs(values - bound) <= TIE * (np.abs(values) + abs(bound)))


def _comparison(match: Interval | Fraction, by: Expression) -> Expression:
    """Whether a computed key is in a row, as a comparison: what differs by float error alone is equal."""
    if isinstance(match, Fraction):
        return Expression(by.text, Comparison((by.root, Number(match)), ("==",)))
    operands: tuple[Node, ...] = (_bound(match.low), by.root, _bound(match.high))
    symbols = ("<=" if match.closed_low else "<", "<=" if match.closed_high else "<")
    return Expression(by.text, Comparison(operands, symbols))


def _bound(bound: Bound) -> Node:
    if isinstance(bound, Fraction):
        return Number(bound)
    return Negative(Infinity()) if bound == -math.inf else Infinity()
