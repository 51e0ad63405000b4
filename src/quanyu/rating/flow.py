"""A premium in columns: base × factors + plus, over loadings, bounds, time, and whole fen at the end."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import Column, EvaluationError, Expression, TextColumn, constant
from quanyu.formula.lookup import Lookup
from quanyu.formula.tree import Name
from quanyu.rating.bounds import (
    MOST_PARTS,
    WIDER,
    Near,
    U,
    Unbounded,
    added,
    divided,
    extreme,
    near_half,
    number,
    numeric,
    times,
)
from quanyu.rating.cells import NONE, bands, looked_up, rows_of_texts
from quanyu.rating.compiled import CompiledFactor, CompiledRating
from quanyu.rating.near import near
from quanyu.rating.quote import share_of_time

__all__ = ["Chain", "exact_steps", "premiums"]

_BLOCK = 1 << 15  # a block of float64 and its slots stay in the second-level cache
_TINY = 1e-250  # above all that underflow can lose
_ROOM = 2.0**52
_WIDEST = 2**62


def premiums(
    rating: CompiledRating, data: Mapping[str, Column], length: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Premiums in fen, and the rows whose premium the bound leaves open (also those that have none)."""
    try:
        with np.errstate(all="ignore"):
            return _rounded(_premium(rating, data, length), _step(rating), length)
    except Unbounded:
        return np.zeros(length, np.int64), np.ones(length, np.bool_)


def _step(rating: CompiledRating) -> Fraction | None:
    if rating.step is None:
        return None
    step = constant(rating.step)
    if step is None or step <= 0:
        raise Unbounded("a rounding step that is no constant above zero")
    return step


def _premium(rating: CompiledRating, data: Mapping[str, Column], length: int) -> Near:
    def of(expression: Expression) -> Near:
        return numeric(near(expression, data, length))

    chain = Chain(length)
    total = of(rating.base)
    for factor in rating.factors:
        if not chain.take(factor, data):
            total = times(total, _factor(factor, data, length))
    total = times(total, chain.product())
    for _, expression in rating.plus:
        total = added(total, of(expression))
    if rating.loadings:
        total = _loaded(total, [of(expression) for _, expression in rating.loadings], rating)
    if rating.least is not None:
        total = extreme(np.maximum, (total, of(rating.least)))
    if rating.most is not None:
        total = extreme(np.minimum, (total, of(rating.most)))
    share = None if rating.day_count is None else _shares(rating, data, length)
    return total if share is None else times(total, share)


def _loaded(total: Near, rates: list[Near], rating: CompiledRating) -> Near:
    constants = [constant(expression) for _, expression in rating.loadings]
    known = [rate for rate in constants if rate is not None]
    if len(known) == len(constants) and sum(known) < 1:
        return times(total, number(1 / (1 - sum(known, Fraction(0)))))
    rest = number(Fraction(1))
    for rate in rates:
        rest = added(rest, Near(-rate.value, rate.error, rate.unsure, parts=rate.parts))
    loaded = divided(total, rest)
    return Near(loaded.value, loaded.error, np.logical_or(loaded.unsure, np.logical_not(rest.value > rest.error)))


def _factor(factor: CompiledFactor, data: Mapping[str, Column], length: int) -> Near:
    if isinstance(factor.quantity, Lookup):
        raw = looked_up(factor.quantity, data, length)
    else:
        raw = numeric(near(factor.quantity, data, length))
    if factor.within is None:
        return raw
    low, high = (numeric(near(bound, data, length)) for bound in factor.within)
    held = extreme(np.minimum, (extreme(np.maximum, (raw, low)), high))
    apart = high.value - low.value >= high.error + low.error
    return Near(held.value, held.error, np.logical_or(held.unsure, np.logical_not(apart)), parts=held.parts)


class Chain:
    """The product of the factors that are tables of constants by one field: one cell a risk and table.

    With n cells the product's relative error is at most γ₂ₙ = 2nu / (1 − 2nu), u = 2⁻⁵³.
    """

    def __init__(self, length: int) -> None:
        self.length, self.cells, self.parts = length, 0, 1
        self.value: Any = None

    def take(self, factor: CompiledFactor, data: Mapping[str, Column]) -> bool:
        """Multiplies the factor in, where it is such a table; a risk in none of its rows becomes NaN."""
        leaves = _constants(factor)
        if leaves is None or not isinstance(factor.quantity, Lookup):
            return False
        name = factor.quantity.by[0].root
        column = data[name.name] if isinstance(name, Name) and name.name in data else None
        rows, cells, otherwise = factor.quantity.rows, [*map(float, leaves), np.nan], len(leaves) - 1
        none = otherwise if factor.quantity.otherwise is not None else len(leaves)
        values = np.array(cells)
        if isinstance(column, TextColumn):
            hit = rows_of_texts(rows, column.values)
            by_code = values[np.where(hit < 0, none, hit)]
            by_code[-1] = np.nan
            self._multiply(by_code, lambda part: column.codes[part])
        elif isinstance(column, np.ndarray) and column.ndim == 1 and column.dtype.kind in "iuf":
            found = bands(rows)
            if len(found.doubtful) or (column.dtype.kind in "iu" and np.abs(column).max(initial=0) >= 2**53):
                return False
            by_slot = values[np.where(found.of_slots < 0, none, found.of_slots)]
            numbers = column.astype(np.float64, copy=False)
            self._multiply(by_slot, lambda part: found.slots(numbers[part]))
            self._exclude(numbers)
        else:
            return False
        self.cells += 1
        self.parts = min(self.parts * math.lcm(*(leaf.denominator for leaf in leaves)), MOST_PARTS)
        return True

    def _multiply(self, cells: NDArray[np.float64], slots: Any) -> None:
        if self.value is None:
            self.value = np.ones(self.length)
        for start in range(0, self.length, _BLOCK):
            part = slice(start, min(start + _BLOCK, self.length))
            self.value[part] *= cells.take(slots(part))

    def _exclude(self, numbers: NDArray[np.float64]) -> None:
        if not np.isfinite(numbers.min(initial=0.0) + numbers.max(initial=0.0)):
            self.value[~np.isfinite(numbers)] = np.nan

    def product(self) -> Near:
        """The product so far with its bound."""
        if self.value is None:
            return number(Fraction(1))
        error = np.abs(self.value) * (2.0 * U * self.cells * WIDER) + _TINY
        return Near(self.value, error, parts=self.parts if self.parts < MOST_PARTS else None)


def _constants(factor: CompiledFactor) -> list[Fraction] | None:
    """The cells of a table by one name, held within the factor's bounds, its `else` last; None for other factors."""
    table = factor.quantity
    if not isinstance(table, Lookup) or len(table.by) != 1 or not isinstance(table.by[0].root, Name):
        return None
    leaves = [leaf for _, leaf in table.rows] + ([] if table.otherwise is None else [table.otherwise])
    values = [constant(leaf) if isinstance(leaf, Expression) else None for leaf in leaves]
    bounds = [constant(bound) for bound in factor.within or ()]
    known = [value for value in values if value is not None]
    limits = [bound for bound in bounds if bound is not None]
    if len(known) < len(values) or len(limits) < len(bounds) or (limits and limits[0] > limits[1]):
        return None
    return [min(max(value, limits[0]), limits[1]) for value in known] if limits else known


def _shares(rating: CompiledRating, data: Mapping[str, Column], length: int) -> Near | None:
    """The share of time of every row, worked out once for each set of days."""
    names = [name for name in ("start", "end", "period_start", "period_end") if name in data]
    if not {"start", "end"} & set(names) and rating.day_count != "days":
        return None
    coded = [days_of(data[name], length) for name in names]
    joint = np.zeros(length, np.int64)
    for codes, values in coded:
        joint = joint * (len(values) + 1) + codes + 1
    first, inverse = np.unique(joint, return_index=True, return_inverse=True)[1:]
    found, errors = np.full(len(first), np.nan), np.zeros(len(first))
    for place, row in enumerate(first.tolist()):
        days = {name: values[codes[row]] for name, (codes, values) in zip(names, coded, strict=True) if codes[row] >= 0}
        try:
            share = share_of_time(rating, days)
        except EvaluationError:
            continue
        exact = number(Fraction(1) if share is None else share)
        found[place], errors[place] = exact.value, exact.error
    return Near(found[inverse], errors[inverse])


def days_of(column: Column, length: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A column of dates as codes into their texts; missing ones are negative."""
    if isinstance(column, TextColumn):
        return column.codes.astype(np.int64), column.values
    if isinstance(column, str):
        return np.zeros(length, np.int64), (column,)
    if not isinstance(column, np.ndarray) or column.ndim != 1:
        raise Unbounded("a column of dates")
    days = column.astype("datetime64[D]").astype(str) if column.dtype.kind == "M" else column
    texts = [None if day in (None, "NaT") else str(day) for day in days.tolist()]
    values = tuple(dict.fromkeys(text for text in texts if text is not None))
    places = {text: code for code, text in enumerate(values)}
    return np.array([NONE if text is None else places[text] for text in texts], np.int64), values


def _rounded(total: Near, step: Fraction | None, length: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Half-up to the step, then half-up to the fen."""
    width = step if step is not None else Fraction(1, 100)
    value = np.broadcast_to(np.asarray(total.value, np.float64), length)
    error = np.broadcast_to(np.asarray(total.error, np.float64), length)
    unsure = np.broadcast_to(np.asarray(total.unsure), length) | ~np.isfinite(value) | ~np.isfinite(error)
    ratio = divided(Near(value, error), number(width))
    counted = np.floor(ratio.value + 0.5)
    open_, whole = near_half(ratio), np.where(np.abs(counted) < _ROOM, counted, 0.0).astype(np.int64)
    open_ |= np.abs(counted) >= _ROOM
    if total.parts is not None:
        known, exact = exact_steps(value, error, parts=total.parts, width=width)
        whole, open_ = np.where(known, exact, whole), open_ & ~known
    fen = width * 100
    if fen.denominator == 1 and fen.numerator < 2**10:
        return whole * fen.numerator, unsure | open_
    fits = np.abs(whole) < _WIDEST // (4 * max(fen.numerator, fen.denominator))
    kept = np.where(fits, whole, 0)
    return (2 * kept * fen.numerator + fen.denominator) // (2 * fen.denominator), unsure | open_ | ~fits


def exact_steps(
    value: NDArray[np.float64], error: NDArray[np.float64], *, parts: int, width: Fraction
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Whole steps in whole-number arithmetic, for rows with only one multiple of 1/parts in reach of the bound."""
    scaled = value * parts
    known = (error * parts + np.abs(scaled) * (2 * U) < 0.49) & (np.abs(scaled) < _ROOM)
    top, bottom = 2 * width.denominator, parts * width.numerator
    if 2 * bottom >= _WIDEST:
        return np.zeros(value.shape, np.bool_), np.zeros(value.shape, np.int64)
    known &= np.abs(scaled) < (_WIDEST - bottom) // top
    count = np.where(known, np.rint(scaled), 0.0).astype(np.int64)
    return known, (count * top + bottom) // (2 * bottom)
