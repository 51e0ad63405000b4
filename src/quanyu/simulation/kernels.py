"""Compiled loops of the statistics; imported only through `loaders.kernels`.

Sums run over leaves of 64 years and then as a binary tree over the place of a leaf, so that they come out the same to
the last bit for any block that is a power of two of leaves, and for any number of threads.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAF", "combine", "digest", "tree"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Loop = TypeVar("Loop", bound=Callable[..., object])

LEAF = 64
HALF_FEN = 0.005


def _loop(function: Loop) -> Loop:
    compiled: Any = numba.njit(cache=True, nogil=True, error_model="numpy")
    return cast(Loop, compiled(function))


@_loop
def combine(out: Floats, columns: tuple[Ints, Ints, Floats], values: Floats) -> None:
    """values[c, y] := Σ factor × out[place, y] over the terms of column c, in their order.

    columns: where the terms of each column start, their places, their factors.
    """
    starts, places, factors = columns
    for c in range(values.shape[0]):
        for y in range(values.shape[1]):
            values[c, y] = 0.0
        for t in range(starts[c], starts[c + 1]):
            k, f = places[t], factors[t]
            for y in range(values.shape[1]):
                values[c, y] += f * out[k, y]


@_loop
def tree(values: Floats, size: int) -> float:
    """The sum of `size` values, a power of two, as a binary tree; destroys them."""
    while size > 1:
        size //= 2
        for i in range(size):
            values[i] = values[2 * i] + values[2 * i + 1]
    return float(values[0])


@_loop
def digest(
    values: Floats, limits: Floats, leaves: int, found: tuple[Floats, Ints, Floats, Ints], whole: Floats
) -> None:
    """What is kept of the columns of one block and period.

    limits: shape (columns, 2), a value near the mean, and the threshold of the tail. leaves: of a full block.
    found: sums of the first four powers about the first limit, shape (columns, 4); how many are above half a fen (less
    is no money), equal the threshold and exceed it, shape (columns, 3); the values that exceed it and their places,
    shape (columns, years).
    whole: sums by path of the first two powers, added up over the periods, shape (2, columns, years); empty where a
    path is one year. Where it is not, the third and fourth powers of single years are not summed up.
    """
    sums, counts, kept, places = found
    years = values.shape[1]
    powers, totals = np.empty((4, LEAF)), np.empty((4, leaves))
    first, second = powers[0], powers[1]
    summed = 2 if whole.size > 0 else 4
    for c in range(values.shape[0]):
        shift, threshold = limits[c, 0], limits[c, 1]
        positive = ties = above = 0
        for leaf in range(leaves):
            start = leaf * LEAF
            size = min(max(years - start, 0), LEAF)
            exceeding = 0
            for i in range(size):
                x = values[c, start + i]
                first[i] = x - shift
                positive += x > HALF_FEN
                ties += x == threshold
                exceeding += x > threshold
            for i in range(size, LEAF):
                first[i] = 0.0
            if exceeding > 0:
                for i in range(size):
                    x = values[c, start + i]
                    if x > threshold:
                        kept[c, above] = x
                        places[c, above] = start + i
                        above += 1
            for i in range(LEAF):
                second[i] = first[i] * first[i]
            if whole.size > 0:
                for i in range(size):
                    whole[0, c, start + i] += first[i]
                    whole[1, c, start + i] += second[i]
            else:
                for i in range(LEAF):
                    powers[2, i] = first[i] * second[i]
                    powers[3, i] = second[i] * second[i]
            for p in range(summed):
                totals[p, leaf] = tree(powers[p], LEAF)
        for p in range(summed):
            sums[c, p] = tree(totals[p], leaves)
        counts[c, 0], counts[c, 1], counts[c, 2] = positive, ties, above
