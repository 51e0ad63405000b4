"""The functions of the language on exact values."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from quanyu.formula.exact import Number, divide, nearest, plus
from quanyu.formula.functions import FUNCTIONS
from quanyu.formula.tree import Call
from quanyu.formula.values import Scalar, Series, Undefined, Value, WrongType
from quanyu.formula.window import inside, read_window

__all__ = ["FUNCTIONS_OF_A_ROW", "aligned", "counted", "flag", "quantity"]


def counted(node: Call) -> None:
    """Refuses an unknown function and a wrong number of arguments with WrongType."""
    function = FUNCTIONS.get(node.function)
    given = len(node.arguments)
    if function is None or given < function.least or (function.most is not None and given > function.most):
        raise WrongType(f"{node.function} with {given} arguments")


def quantity(value: Value) -> Number:
    """The number a value is; WrongType for others."""
    if isinstance(value, bool | str | Series):
        raise WrongType(f"{value!r} is no number")
    return value


def flag(value: Value) -> bool:
    """The yes-or-no a value is; WrongType for others."""
    if not isinstance(value, bool):
        raise WrongType(f"{value!r} is no yes-or-no")
    return value


def _series(value: Value) -> Series:
    if not isinstance(value, Series):
        raise WrongType(f"{value!r} is no series")
    return value


def aligned(a: Value, b: Value) -> tuple[Sequence[Scalar], Sequence[Scalar], tuple[str, ...] | None]:
    """The elements of two values side by side, a single value repeated, with the dates that either has."""
    if isinstance(a, Series) and isinstance(b, Series):
        if len(a) != len(b) or (a.dates and b.dates and a.dates != b.dates):
            raise Undefined("two series that do not go together element by element")
        return a.values, b.values, a.dates if a.dates is not None else b.dates
    if isinstance(a, Series):
        return a.values, (b,) * len(a), a.dates  # type: ignore[return-value]  # b is no series here
    if isinstance(b, Series):
        return (a,) * len(b), b.values, b.dates
    return (a,), (b,), None


def _each(function: Callable[[Number], Number], x: Value) -> Value:
    if isinstance(x, Series):
        return Series(tuple(function(quantity(v)) for v in x), x.dates)
    return function(quantity(x))


def _numbers(values: Sequence[Value]) -> list[Number]:
    if len(values) != 1:
        return [quantity(value) for value in values]
    found = [quantity(value) for value in _series(values[0])]
    if not found:
        raise Undefined("the least or greatest of no elements")
    return found


def _clip(x: Value, low: Value, high: Value) -> Value:
    least, most = quantity(low), quantity(high)
    return _each(lambda v: min(max(v, least), most), x)


def _size(x: Number) -> Number:
    return x if x >= 0 else -x


def _round(x: Value, step: Value = Fraction(1)) -> Value:
    width = quantity(step)
    return _each(lambda v: nearest(v, width), x)


def _sum(x: Value) -> Value:
    total: Number = Fraction(0)
    for value in _series(x):
        total = plus(total, quantity(value))
    return total


def _mean(x: Value) -> Value:
    series = _series(x)
    if not series.values:
        raise Undefined("the mean of no elements")
    return divide(quantity(_sum(series)), Fraction(len(series)))


def _lengths(x: Value) -> list[int]:
    found, now = [], 0
    for value in (*_series(x), False):
        if flag(value):
            now += 1
        elif now:
            found.append(now)
            now = 0
    return found


def _end(x: Value, position: int) -> Value:
    series = _series(x)
    if not series.values:
        raise Undefined("the first or last of no elements")
    return series.values[position]


def _during(x: Value, window: Value) -> Value:
    series, limits = _series(x), read_window(window) if isinstance(window, str) else None
    if limits is None:
        raise WrongType(f"{window!r} is no window of dates")
    if series.dates is None:
        raise Undefined("a window over a series without dates")
    held = [inside(day, limits) for day in series.dates]
    if None in held:
        raise Undefined("a window of years over a series of month-days")
    kept = [i for i, yes in enumerate(held) if yes]
    return Series(tuple(series.values[i] for i in kept), tuple(series.dates[i] for i in kept))


def _rolling(x: Value, n: Value) -> Value:
    series, width = _series(x), quantity(n)
    if not isinstance(width, Fraction) or width.denominator != 1 or width < 1:
        raise Undefined("rolling needs a whole number above zero")
    size = int(width)
    values = [quantity(value) for value in series]
    sums = tuple(quantity(_sum(Series(tuple(values[i : i + size])))) for i in range(len(values) - size + 1))
    dates = series.dates[size - 1 :] if series.dates is not None and sums else None
    return Series(sums, dates if sums else (() if series.dates is not None else None))


FUNCTIONS_OF_A_ROW: Mapping[str, Callable[..., Value]] = MappingProxyType(
    {
        "min": lambda *values: min(_numbers(values)),
        "max": lambda *values: max(_numbers(values)),
        "abs": lambda x: _each(_size, x),
        "clip": _clip,
        "round": _round,
        "sum": _sum,
        "mean": _mean,
        "count": lambda x: Fraction(sum(flag(v) for v in _series(x))),
        "longest_run": lambda x: Fraction(max(_lengths(x), default=0)),
        "runs": lambda x: Series(tuple(Fraction(n) for n in _lengths(x))),
        "first": lambda x: _end(x, 0),
        "last": lambda x: _end(x, -1),
        "length": lambda x: Fraction(len(_series(x))),
        "during": _during,
        "rolling": _rolling,
    }
)
"""Every function but `if` by its name; the number of arguments is checked before."""
