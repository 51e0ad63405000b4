"""Compiled loops that put claims in order; imported only through `loaders.kernels`, for Numba takes half a second.

Every loop works path by path and sees nothing of other paths, so that blocks and threads change no bit.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["number_keys", "order_claims", "spread_rows"]

Ints = NDArray[np.int64]
Keys = NDArray[np.int32]
Floats = NDArray[np.float64]
Loop = TypeVar("Loop", bound=Callable[..., object])

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_THIRTY_TWO = np.uint64(32)


def _loop(function: Loop) -> Loop:
    compiled: Any = numba.njit(cache=True, nogil=True, error_model="numpy")
    return cast(Loop, compiled(function))


@_loop
def order_claims(ptrs: Ints, firsts: Ints, clock: Floats, ptr: Ints, order: Ints) -> None:
    """The claims of several perils by path, and within a path by `clock` where it has a size; equal clocks as drawn.

    ptrs: shape (perils, paths + 1), where each path starts among the claims of a peril; firsts: where each peril starts
    in `clock`. ptr: where each path starts in `order`. A path is put into buckets by its clock and these in order by
    insertion: time is linear for clocks that spread.
    """
    perils, paths = ptrs.shape[0], ptrs.shape[1] - 1
    place = np.empty(16, np.int64)
    start = np.empty(17, np.int64)
    at = 0
    for p in range(paths):
        begin = at
        for s in range(perils):
            for j in range(ptrs[s, p], ptrs[s, p + 1]):
                order[at] = firsts[s] + j
                at += 1
        ptr[p + 1] = at
        size = at - begin
        if clock.size == 0 or size < 2:
            continue
        if size > 16:
            if size > place.size:
                place = np.empty(2 * size, np.int64)
                start = np.empty(2 * size + 1, np.int64)
            low = high = clock[order[begin]]
            for q in range(begin, at):
                low, high = min(low, clock[order[q]]), max(high, clock[order[q]])
            scale = (size - 1) / (high - low) if high > low else 0.0
            for k in range(size + 1):
                start[k] = 0
            for q in range(begin, at):
                start[int((clock[order[q]] - low) * scale) + 1] += 1
            for k in range(size):
                start[k + 1] += start[k]
            for q in range(begin, at):
                k = int((clock[order[q]] - low) * scale)
                place[start[k]] = order[q]
                start[k] += 1
            for k in range(size):
                order[begin + k] = place[k]
        for q in range(begin + 1, at):
            claim = order[q]
            t = clock[claim]
            k = q
            while k > begin and clock[order[k - 1]] > t:
                order[k] = order[k - 1]
                k -= 1
            order[k] = claim


@_loop
def spread_rows(amounts: Floats, order: Ints, claim_ptr: Ints, ptr: Ints, rows: tuple[Floats, Keys, Ints]) -> int:
    """One row for each claim in its order and each cover with an amount above zero; how many there are.

    amounts: shape (covers, claims). rows: amount, place of the cover, and claim of each row.
    """
    amount, cover, source = rows
    at = 0
    for p in range(claim_ptr.size - 1):
        for q in range(claim_ptr[p], claim_ptr[p + 1]):
            claim = order[q]
            for c in range(amounts.shape[0]):
                x = amounts[c, claim]
                if x > 0.0:
                    amount[at] = x
                    cover[at] = c
                    source[at] = claim
                    at += 1
        ptr[p + 1] = at
    return at


@_loop
def number_keys(ptr: Ints, before: Keys, column: Ints, out: Keys) -> int:
    """Numbers from 0 within each path for the pairs of (before, column), in the order they appear; how many at most."""
    longest = 1
    for p in range(ptr.size - 1):
        longest = max(longest, ptr[p + 1] - ptr[p])
    bits = 1
    while (1 << bits) < 2 * longest:
        bits += 1
    first = np.empty(1 << bits, np.int64)
    stamp = np.full(1 << bits, -1, np.int64)
    shift, mask = np.uint64(64 - bits), np.int64((1 << bits) - 1)
    most = 0
    for p in range(ptr.size - 1):
        count = 0
        for q in range(ptr[p], ptr[p + 1]):
            word = (np.uint64(column[q]) ^ (np.uint64(before[q]) << _THIRTY_TWO)) * _MULTIPLIER
            slot = np.int64(((word ^ (word >> _THIRTY_TWO)) * _MULTIPLIER) >> shift)
            while stamp[slot] == p and (column[first[slot]] != column[q] or before[first[slot]] != before[q]):
                slot = (slot + 1) & mask
            if stamp[slot] == p:
                out[q] = out[first[slot]]
            else:
                stamp[slot] = p
                first[slot] = q
                out[q] = count
                count += 1
        most = max(most, count)
    return most
