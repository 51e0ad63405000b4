"""Columns the other modules pass around, and the value one draw gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Floats", "Ints", "Occurrences", "Paths", "Words", "as_floats"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]


def as_floats(x: ArrayLike) -> Floats:
    """`x` as an array of float64."""
    return np.asarray(x, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Occurrences:
    """What happens in the years `first` to `first + len(ptr) - 2`; year i owns the rows `ptr[i]` to `ptr[i + 1] - 1`.

    severity: one amount a row, None where the peril has no severity. time: fraction of the year in [0, 1), None where
    not asked for. facts: further columns by name, one value a row; a categorical column holds codes (whole numbers).
    """

    first: int
    ptr: Ints
    severity: Floats | None
    time: Floats | None = None
    facts: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def counts(self) -> Ints:
        """Number of occurrences a year, shape (years,)."""
        return np.diff(self.ptr)

    @property
    def years(self) -> Ints:
        """The year of each row, shape (rows,)."""
        return np.repeat(np.arange(self.first, self.first + len(self.ptr) - 1, dtype=np.int64), self.counts)

    def totals(self) -> Floats:
        """Sum of the severities by year, shape (years,); added in the order of the rows."""
        if self.severity is None:
            return np.zeros(len(self.ptr) - 1)
        place = self.years - self.first
        return np.bincount(place, weights=self.severity, minlength=len(self.ptr) - 1).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Series through the years from `first`: `values` has the shape (years, steps, series), `names` its last axis.

    days: the day of the year of each step, 0 for the first of January in a year of 365 days, shape (steps,).
    """

    first: int
    names: tuple[str, ...]
    days: Ints
    values: Floats

    def of(self, name: str) -> Floats:
        """One series, shape (years, steps)."""
        return np.ascontiguousarray(self.values[:, :, self.names.index(name)])
