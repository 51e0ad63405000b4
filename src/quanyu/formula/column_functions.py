"""The functions of the language on columns."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from quanyu.formula.column_values import Many, Vector, many
from quanyu.formula.values import DivisionByZero, Undefined, WrongType
from quanyu.formula.window import inside, read_window

__all__ = ["FUNCTIONS_OF_COLUMNS", "TIE", "numbers", "paired", "truths"]

TIE = 1e-12
"""Two computed numbers closer than this part of what they were computed from are equal: decimals are not exact here."""
Numbers = np.float64 | NDArray[Any]


def numbers(value: Vector) -> Numbers:
    """The numbers of a single value or a column; WrongType for others."""
    if isinstance(value, np.float64) or (isinstance(value, np.ndarray) and value.dtype.kind == "f"):
        return value
    raise WrongType("no number")


def truths(value: Vector) -> bool | NDArray[np.bool_]:
    """The yes-or-no of a single value or a column; WrongType for others."""
    if isinstance(value, bool) or (isinstance(value, np.ndarray) and value.dtype.kind == "b"):
        return value
    raise WrongType("no yes-or-no")


def _series(value: Vector, kinds: str = "fbOUT") -> Many:
    if not isinstance(value, Many) or value.values.dtype.kind not in kinds:
        raise WrongType("no series of what is needed")
    return value


def paired(a: Vector, b: Vector) -> tuple[Any, Any, Many | None]:
    """Two values in shapes that go together element by element, and the series that gives the result its shape."""
    if isinstance(a, Many) and isinstance(b, Many):
        fit = a.values.shape == b.values.shape and np.array_equal(a.counts, b.counts)
        if not fit or (a.dates and b.dates and a.dates != b.dates):
            raise Undefined("two series that do not go together element by element")
        return a.values, b.values, Many(a.values, a.present, a.dates if a.dates is not None else b.dates)
    if isinstance(a, Many):
        return a.values, b[:, None] if isinstance(b, np.ndarray) else b, a
    if isinstance(b, Many):
        return a[:, None] if isinstance(a, np.ndarray) else a, b.values, b
    return a, b, None


def _each(function: Callable[..., Any], x: Vector, *others: Vector) -> Vector:
    """A function of numbers, for each element where the first is a series."""
    beside = [numbers(other) for other in others]
    if not isinstance(x, Many):
        result: Vector = function(numbers(x), *beside)
        return result
    column = [other[:, None] if isinstance(other, np.ndarray) else other for other in beside]
    return many(function(_series(x, "f").values, *column), x.present, x.dates)


def _nearest(x: Numbers, step: Numbers) -> Any:
    if np.any(np.asarray(step) == 0):
        raise DivisionByZero("round to multiples of 0")
    if np.any(np.asarray(step) < 0) or np.any(np.isinf(step)):
        raise Undefined("a step of round is above zero and finite")
    quotient = np.abs(x) / step
    # Beyond 2^52 every float is whole, and half of it would be rounded off.
    slack = np.minimum(TIE * np.maximum(quotient, 1.0), 1e-3)
    return np.copysign(np.where(quotient < 2.0**52, np.floor(quotient + 0.5 + slack), quotient) * step, x)


def _clip(x: Numbers, low: Numbers, high: Numbers) -> Any:
    return np.minimum(np.maximum(x, low), high)


def _extreme(pick: Any, start: float) -> Callable[..., Vector]:
    def reduced(*values: Vector) -> Vector:
        if len(values) == 1:
            series = _series(values[0], "f")
            _filled(series)
            where = True if series.present is None else series.present
            least: Vector = pick.reduce(series.values, axis=1, where=where, initial=start)
            return least
        result = numbers(values[0])
        for value in values[1:]:
            result = pick(result, numbers(value))
        return result

    return reduced


def _filled(series: Many) -> NDArray[np.int64]:
    counts = series.counts
    if not counts.all():
        raise Undefined("a measure of no elements")
    return counts


def _total(series: Many) -> NDArray[np.float64]:
    where = True if series.present is None else series.present
    total: NDArray[np.float64] = series.values.sum(axis=1, where=where)
    return total


def _mean(x: Vector) -> Vector:
    series = _series(x, "f")
    counts = _filled(series)
    return _total(series) / counts


def _held(x: Vector) -> NDArray[np.bool_]:
    series = _series(x, "b")
    held: NDArray[np.bool_] = series.values if series.present is None else series.values & series.present
    return held


def _runs(x: Vector) -> Many:
    held = _held(x)
    edges = np.diff(np.pad(held.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, start = np.nonzero(edges == 1)
    stop = np.nonzero(edges == -1)[1]
    counts = np.bincount(row, minlength=len(held))
    present = np.arange(counts.max(initial=0)) < counts[:, None]
    lengths = np.ones(present.shape)
    lengths[present] = stop - start
    return many(lengths, present, None)


def _longest(x: Vector) -> Vector:
    runs = _runs(x)
    longest: Vector = np.max(runs.values, axis=1, initial=0.0, where=True if runs.present is None else runs.present)
    return longest


def _first(x: Vector) -> Vector:
    series = _series(x)
    _filled(series)
    return series.values[:, 0] if series.values.shape[1] else series.values.reshape(-1)


def _last(x: Vector) -> Vector:
    series = _series(x)
    counts = _filled(series)
    return series.values[np.arange(len(counts)), counts - 1] if len(counts) else series.values.reshape(-1)


def _during(x: Vector, window: Vector) -> Vector:
    series, limits = _series(x), read_window(window) if isinstance(window, str) else None
    if limits is None:
        raise WrongType("no window of dates")
    if series.dates is None:
        raise Undefined("a window over a series without dates")
    held = [inside(day, limits) for day in series.dates]
    if None in held:
        raise Undefined("a window of years over a series of month-days")
    kept = [i for i, yes in enumerate(held) if yes]
    present = None if series.present is None else series.present[:, kept]
    return many(series.values[:, kept], present, tuple(series.dates[i] for i in kept))


def _rolling(x: Vector, n: Vector) -> Vector:
    series, widths = _series(x, "f"), np.unique(np.asarray(numbers(n)))
    if len(widths) != 1 or widths[0] != np.floor(widths[0]) or not 1 <= widths[0] < np.inf:
        raise Undefined("rolling needs one whole number above zero")
    rows, elements = series.values.shape
    size = int(widths[0])
    dates = None if series.dates is None else series.dates[size - 1 :]
    if size > elements:
        return Many(np.empty((rows, 0)), None, dates)
    present = None if series.present is None else series.present[:, size - 1 :]
    return many(sliding_window_view(series.values, size, axis=1).sum(axis=-1), present, dates)


FUNCTIONS_OF_COLUMNS: Mapping[str, Callable[..., Vector]] = MappingProxyType(
    {
        "min": _extreme(np.minimum, np.inf),
        "max": _extreme(np.maximum, -np.inf),
        "abs": lambda x: _each(np.abs, x),
        "clip": lambda x, low, high: _each(_clip, x, low, high),
        "round": lambda x, *step: _each(_nearest, x, *(step or (np.float64(1.0),))),
        "sum": lambda x: _total(_series(x, "f")),
        "mean": _mean,
        "count": lambda x: _held(x).sum(axis=1).astype(np.float64),
        "longest_run": _longest,
        "runs": _runs,
        "first": _first,
        "last": _last,
        "length": lambda x: _series(x).counts.astype(np.float64),
        "during": _during,
        "rolling": _rolling,
    }
)
"""Every function but `if` by its name; the number of arguments is checked before."""
