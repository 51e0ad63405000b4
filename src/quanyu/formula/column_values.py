"""What columns hold, and how they come into an expression."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula.values import MissingName, Undefined, WrongType

__all__ = ["Column", "Many", "SeriesColumn", "Single", "TextColumn", "Vector", "decoded", "many", "taken"]

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class SeriesColumn:
    """A series a row: `values` of shape rows × elements, and the date of each element where known.

    Shorter rows end in NaN.
    """

    values: Array
    dates: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or (self.dates is not None and len(self.dates) != self.values.shape[1]):
            raise ValueError("a series column is rows × elements with one date an element")


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """Texts as integer codes into `values`; a negative code is a missing text."""

    codes: NDArray[np.integer[Any]]
    values: tuple[str, ...]


Column: TypeAlias = Array | SeriesColumn | TextColumn | Fraction | float | int | bool | str
"""One value a row: an array (1-D; 2-D for series), coded texts, or one value for all rows."""


@dataclass(frozen=True, slots=True, eq=False)
class Many:
    """Series inside an evaluation; `present` tells the elements of shorter rows, whose padding is 1.0 or False."""

    values: Array
    present: NDArray[np.bool_] | None = None
    dates: tuple[str, ...] | None = None

    @property
    def counts(self) -> NDArray[np.int64]:
        """How many elements each row has, shape rows."""
        rows, elements = self.values.shape
        if self.present is None:
            return np.full(rows, elements, dtype=np.int64)
        counts: NDArray[np.int64] = self.present.sum(axis=1)
        return counts


Single: TypeAlias = np.float64 | bool | str
"""One value that holds for all rows."""
Vector: TypeAlias = Single | Array | TextColumn | Many
"""A value inside an evaluation."""


def many(values: Array, present: NDArray[np.bool_] | None, dates: tuple[str, ...] | None) -> Many:
    """A series with its padding restored."""
    if present is None or present.all():
        return Many(values, None, dates)
    padding = {"f": 1.0, "b": False}.get(values.dtype.kind, "")
    return Many(np.where(present, values, padding), present, dates)


def decoded(column: TextColumn) -> Array:
    """The texts of a coded column as objects."""
    texts: Array = np.array([*column.values, None], dtype=object)[column.codes]
    return texts


def _typed(name: str, array: Array) -> Array:
    """An array as float64, bool or texts."""
    kind = array.dtype.kind
    if kind in "iu":
        return array.astype(np.float64)
    if kind in "fbUT":
        return array.astype(np.float64) if kind == "f" and array.dtype != np.float64 else array
    if kind != "O":
        raise WrongType(f"{name} has the array type {array.dtype}")
    held: Iterable[Any] = array.ravel().tolist()
    kinds = {type(value) for value in held}
    if type(None) in kinds:
        raise MissingName(name)
    if kinds <= {str}:
        return array
    if kinds <= {bool}:
        return array.astype(bool)
    if str in kinds or bool in kinds:
        raise WrongType(f"{name} mixes numbers with others")
    return array.astype(np.float64)


def _series(name: str, column: Array, dates: tuple[str, ...] | None) -> Many:
    values = _typed(name, column)
    if values.dtype.kind != "f":
        return Many(values, None, dates)
    absent = np.isnan(values)
    if not absent.any():
        return Many(values, None, dates)
    if (absent[:, :-1] & ~absent[:, 1:]).any():
        raise MissingName(name)
    return many(values, ~absent, dates)


def taken(name: str, column: Column, rows: NDArray[np.intp] | None) -> Vector:
    """A column of a table inside an evaluation over all its rows, or over some.

    Raises MissingName where a taken row has no value, WrongType for other things than columns.
    """
    if isinstance(column, bool | np.bool_ | str):
        return bool(column) if not isinstance(column, str) else str(column)
    if isinstance(column, TextColumn):
        codes = column.codes if rows is None else column.codes[rows]
        if (codes < 0).any():
            raise MissingName(name)
        return TextColumn(codes, column.values)
    if isinstance(column, SeriesColumn):
        return _series(name, column.values if rows is None else column.values[rows], column.dates)
    if isinstance(column, np.ndarray) and column.ndim:
        chosen = column if rows is None else column[rows]
        if chosen.ndim == 2:
            return _series(name, chosen, None)
        values = _typed(name, chosen)
        if values.dtype.kind == "f" and np.isnan(values).any():
            raise MissingName(name)
        return values
    return _number(name, column)


def _number(name: str, given: Any) -> np.float64:
    try:
        value = np.float64(float(given))
    except OverflowError:
        raise Undefined(f"{name} is too large for a column") from None
    except (TypeError, ValueError):
        raise MissingName(name) if given is None else WrongType(f"{name} is {type(given).__name__}") from None
    if np.isnan(value):
        raise MissingName(name)
    return value
