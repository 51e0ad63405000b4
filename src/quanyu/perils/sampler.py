"""One way to draw from any law: tables of the quantile function.

A continuous law is a piecewise cubic of its quantile function. Cells are geometric in the distance from the nearer end
of [0, 1]: 64 to each halving, 53 halvings, on both sides, so a relative error of the order of (1/64)**4 holds far into
either tail. A law on finitely many values is looked up through a guide (Chen and Asau 1974), exactly.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from quanyu.perils.columns import Floats, Ints, Words
from quanyu.perils.counts import CountLaw
from quanyu.perils.discrete import Categorical, Empirical
from quanyu.perils.generator import EXPONENT_BITS, FIRST_CELL, MANTISSA, PLACE_BITS, SIDE, balanced, counters, signed
from quanyu.perils.law import Law
from quanyu.perils.loaders import kernels

__all__ = ["CountTable", "Lookup", "Table", "count_table", "sampler"]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A continuous law; `cells` has four coefficients a cell, the lower half of the law first, then the upper."""

    cells: Floats

    def fill(self, base: np.uint64, first: int, ptr: Ints, out: Floats) -> None:
        """Write one draw for each of the `ptr[-1]` rows, compiled."""
        kernels().fill_table(base, first, ptr, self.cells, out.view(np.uint64))

    def draw(self, base: np.uint64, first: int, ptr: Ints) -> Floats:
        """The same draws without compiling."""
        return self.at(signed(counters(base, first, ptr)))

    def at(self, uniform: Floats) -> Floats:
        """The quantile at signed uniforms."""
        bits = np.abs(uniform).view(np.uint64)
        cell = (bits >> np.uint64(52 - PLACE_BITS)).astype(np.int64) - FIRST_CELL + np.where(uniform < 0.0, SIDE, 0)
        place = (((bits << np.uint64(PLACE_BITS)) & np.uint64(MANTISSA)) | np.uint64(EXPONENT_BITS)).view(np.float64)
        t, c = place - 1.0, self.cells[cell]
        return np.asarray(c[:, 0] + t * (c[:, 1] + t * (c[:, 2] + t * c[:, 3])))


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A law on finitely many ascending values; `cdf` in parts of 2**64, `guide` the first candidate of a stretch."""

    cdf: Words
    guide: Ints
    shift: np.uint64
    values: Floats

    def fill(self, base: np.uint64, first: int, ptr: Ints, out: Floats) -> None:
        """Write one draw for each of the `ptr[-1]` rows, compiled."""
        kernels().fill_lookup(base, first, ptr, (self.cdf, self.guide, self.shift, self.values), out)

    def draw(self, base: np.uint64, first: int, ptr: Ints) -> Floats:
        """The same draws without compiling."""
        return self.values[np.searchsorted(self.cdf, balanced(counters(base, first, ptr)), side="left")]

    def at(self, uniform: Floats) -> Floats:
        """The quantile at signed uniforms."""
        v = (np.abs(uniform) * 2.0**64).astype(np.uint64)
        return self.values[np.searchsorted(self.cdf, np.where(uniform < 0.0, ~v + np.uint64(1), v), side="left")]


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """A law of counts: place k in `cdf` is the count `offset` + k."""

    cdf: Words
    guide: Ints
    shift: np.uint64
    offset: int

    def fill(self, base: np.uint64, first: int, ptr: Ints) -> int:
        """Write the running totals of the years' counts into `ptr`, compiled; the total."""
        return int(kernels().fill_counts(base, first, (self.cdf, self.guide, self.shift, self.offset), ptr))

    def draw(self, base: np.uint64, first: int, ptr: Ints) -> int:
        """The same without compiling."""
        alone = np.arange(len(ptr), dtype=np.int64)
        return self._total(np.searchsorted(self.cdf, balanced(counters(base, first, alone)), side="left"), ptr)

    def at(self, uniform: Floats, ptr: Ints) -> int:
        """The same at signed uniforms, one a year."""
        v = (np.abs(uniform) * 2.0**64).astype(np.uint64)
        return self._total(np.searchsorted(self.cdf, np.where(uniform < 0.0, ~v + np.uint64(1), v), side="left"), ptr)

    def _total(self, places: Ints, ptr: Ints) -> int:
        ptr[0] = 0
        np.cumsum(places + self.offset, out=ptr[1:])
        return int(ptr[-1])


def _half(quantile: Callable[[Floats], Floats]) -> Floats:
    """Cubics through four even places of each cell, shape (SIDE, 4)."""
    edges = ((np.arange(SIDE + 1, dtype=np.int64) + FIRST_CELL) << (52 - PLACE_BITS)).view(np.float64)
    width = np.diff(edges)
    f0, f1, f2, f3 = (quantile(np.minimum(edges[:-1] + t / 3.0 * width, 0.5)) for t in range(4))
    c1 = (-11.0 * f0 + 18.0 * f1 - 9.0 * f2 + 2.0 * f3) / 2.0
    c2 = (18.0 * f0 - 45.0 * f1 + 36.0 * f2 - 9.0 * f3) / 2.0
    c3 = (-9.0 * f0 + 27.0 * f1 - 27.0 * f2 + 9.0 * f3) / 2.0
    return np.stack([f0, c1, c2, c3], axis=1)


def _guided(mass: Floats) -> tuple[Words, Ints, np.uint64]:
    """The cdf as words, and a guide with at least as many stretches as values."""
    below = np.cumsum(mass)
    cdf = np.minimum(below / below[-1] * 2.0**64, 2.0**64 - 2048.0).astype(np.uint64)
    cdf[-1] = np.uint64((1 << 64) - 1)
    power = max(10, (len(mass) - 1).bit_length())
    starts = np.arange(1 << power, dtype=np.uint64) << np.uint64(64 - power)
    return cdf, np.searchsorted(cdf, starts, side="left").astype(np.int64), np.uint64(64 - power)


def sampler(law: Law | Categorical) -> Table | Lookup:
    """The sampler of a law; building one takes 1 to 100 ms."""
    if isinstance(law, Categorical):
        law = law.codes()
    if isinstance(law, Empirical):
        return Lookup(*_guided(np.asarray(law.weights)), np.asarray(law.values))
    return Table(np.ascontiguousarray(np.concatenate([_half(law.quantile), _half(law.upper_quantile)])))


def count_table(law: CountLaw) -> CountTable:
    """The table of a law of counts."""
    low, mass = law.mass()
    return CountTable(*_guided(mass), low)
