"""Times of occurrence, and rows put in the order of time."""

import numpy as np

from quanyu.perils.columns import Floats, Ints
from quanyu.perils.generator import counters, uniforms
from quanyu.perils.loaders import kernels
from quanyu.perils.times import TimeLaw

__all__ = ["by_time", "draw_times"]

# Insertion wins below; a longer year is worth a call of the library's sort.
_LONGEST = 64


def draw_times(law: TimeLaw, base: np.uint64, first: int, *, ptr: Ints, small: bool) -> Floats:
    """One time a row, as a fraction of the year."""
    if small:
        u = uniforms(counters(base, first, ptr))
    else:
        u = np.empty(int(ptr[-1]))
        kernels().fill_uniforms(base, first, ptr, u)
    return u if law.even else law.quantile(u)


def by_time(ptr: Ints, time: Floats, *, small: bool) -> Ints:
    """The rows in the order of year, then time, then as drawn."""
    if small:
        return np.lexsort((time, np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))))
    order = np.arange(len(time), dtype=np.int64)
    kernels().order_short(ptr, time, _LONGEST, order)
    for i in np.flatnonzero(np.diff(ptr) > _LONGEST):
        rows = slice(ptr[i], ptr[i + 1])
        order[rows] = ptr[i] + np.argsort(time[rows], kind="stable")
    return order
