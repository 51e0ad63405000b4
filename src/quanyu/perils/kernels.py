"""Compiled loops of the draws; imported only through `loaders.kernels`, for importing this compiles nothing yet.

Each loop gives the same bits as its twin in `draws`: whole-number arithmetic modulo 2**64 and IEEE additions and
multiplications in the same order, no library function, no fused multiply-add (hence no fastmath).
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from quanyu.perils.columns import Floats, Ints, Words
from quanyu.perils.generator import EXPONENT_BITS, FIRST_CELL, GAMMA, MANTISSA, MIX_1, MIX_2, PLACE_BITS, SIDE

__all__ = ["fill_counts", "fill_lookup", "fill_table", "fill_uniforms", "order_short"]

Finite = tuple[Words, Ints, np.uint64, Floats]
Loop = TypeVar("Loop", bound=Callable[..., object])
# A tile of cells and places stays in the first-level cache between the two passes.
_TILE = 1024
_S11, _S12, _S27, _S30, _S31 = (np.uint64(k) for k in (11, 12, 27, 30, 31))
_ONE, _TWO_10 = np.uint64(1), np.uint64(1 << 10)
_CELL_SHIFT, _PLACE_SHIFT = np.uint64(52 - PLACE_BITS), np.uint64(PLACE_BITS)
_G, _M1, _M2, _MANT, _EXP = (np.uint64(k) for k in (GAMMA, MIX_1, MIX_2, MANTISSA, EXPONENT_BITS))
_FIRST, _SIDE = np.int32(FIRST_CELL), np.int32(SIDE)


def _loop(function: Loop) -> Loop:
    return cast(Loop, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def _inline(function: Loop) -> Loop:
    return cast(Loop, numba.njit(inline="always")(function))


def _bitcast(source: types.Type, target: types.Type, width: ir.Type) -> Any:
    def build(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], width)

    return target(source), build


def _bits_of(_typing: Any, _value: Any) -> Any:
    return _bitcast(types.float64, types.uint64, ir.IntType(64))


def _float_of(_typing: Any, _value: Any) -> Any:
    return _bitcast(types.uint64, types.float64, ir.DoubleType())


# A float64 read as its 64 bits, and back.
_bits = cast(Callable[[float], np.uint64], intrinsic(_bits_of))
_float = cast(Callable[[np.uint64], float], intrinsic(_float_of))


@_inline
def _mix(z: np.uint64) -> np.uint64:
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@_inline
def _balanced(r: np.uint64) -> np.uint64:
    x = ((r >> _S12) << _S11) | _TWO_10
    return x if (r & _ONE) == np.uint64(0) else ~x + _ONE


@_loop
def fill_counts(base: np.uint64, first: int, law: tuple[Words, Ints, np.uint64, int], ptr: Ints) -> int:
    """Running totals of the counts of the years from `first`; the total."""
    cdf, guide, shift, offset = law
    total = 0
    ptr[0] = 0
    for i in range(ptr.shape[0] - 1):
        u = _balanced(_mix(_mix(base + _G * np.uint64(first + i + 1)) + _G))
        k = guide[u >> shift]
        while u > cdf[k]:
            k += 1
        total += k + offset
        ptr[i + 1] = total
    return total


@_inline
def _counters(base: np.uint64, first: int, ptr: Ints, out: Words) -> None:
    for i in range(ptr.shape[0] - 1):
        key = _mix(base + _G * np.uint64(first + i + 1))
        for j in range(ptr[i], ptr[i + 1]):
            key += _G
            out[j] = key


@_loop
def fill_table(base: np.uint64, first: int, ptr: Ints, cells: Floats, out: Words) -> None:
    """One draw a row by the table `cells`; `out` takes the bits of the float64."""
    _counters(base, first, ptr, out)
    cell, place = np.empty(_TILE, np.int32), np.empty(_TILE, np.float64)
    rows = ptr[ptr.shape[0] - 1]
    for start in range(0, rows, _TILE):
        size = min(_TILE, rows - start)
        for j in range(size):
            r = _mix(out[start + j])
            b = _bits((_float((r >> _S12) | _EXP) - 1.0) * 0.5 + 2.0**-54)
            cell[j] = np.int32(b >> _CELL_SHIFT) - _FIRST + np.int32(r & _ONE) * _SIDE
            place[j] = _float(((b << _PLACE_SHIFT) & _MANT) | _EXP) - 1.0
        for j in range(size):
            c, t = cell[j], place[j]
            out[start + j] = _bits(cells[c, 0] + t * (cells[c, 1] + t * (cells[c, 2] + t * cells[c, 3])))


@_loop
def fill_lookup(base: np.uint64, first: int, ptr: Ints, law: Finite, out: Floats) -> None:
    """One draw a row from finitely many values."""
    cdf, guide, shift, values = law
    for i in range(ptr.shape[0] - 1):
        key = _mix(base + _G * np.uint64(first + i + 1))
        for j in range(ptr[i], ptr[i + 1]):
            key += _G
            u = _balanced(_mix(key))
            k = guide[u >> shift]
            while u > cdf[k]:
                k += 1
            out[j] = values[k]


@_loop
def fill_uniforms(base: np.uint64, first: int, ptr: Ints, out: Floats) -> None:
    """One uniform in [0, 1) a row."""
    for i in range(ptr.shape[0] - 1):
        key = _mix(base + _G * np.uint64(first + i + 1))
        for j in range(ptr[i], ptr[i + 1]):
            key += _G
            out[j] = np.float64(np.int64(_mix(key) >> _S11)) * 2.0**-53


@_loop
def order_short(ptr: Ints, time: Floats, longest: int, order: Ints) -> None:
    """Rows of each year of at most `longest` rows by time, equal times as drawn; longer years are left alone."""
    for i in range(ptr.shape[0] - 1):
        if ptr[i + 1] - ptr[i] > longest:
            continue
        for j in range(ptr[i], ptr[i + 1]):
            k = j
            while k > ptr[i] and time[order[k - 1]] > time[j]:
                order[k] = order[k - 1]
                k -= 1
            order[k] = j
