"""Yearly amounts as sums over columns of a program's result; proportional ones are summed up once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Asked", "Column", "Term", "asked"]

Term: TypeAlias = tuple[int, float]
Column: TypeAlias = tuple[Term, ...]
"""A yearly amount as Σ coefficient × column of the program's result."""

_SAME = 12
"""Decimals to which two ratios of coefficients are taken as equal."""


@dataclass(frozen=True)
class Asked:
    """Columns to be summed up, and how the columns asked for follow from them.

    starts, places, factors: the terms of each, as the compiled loops read them. each: for every column asked for, which
    of them it is a multiple of, and how many times.
    """

    starts: NDArray[np.int64]
    places: NDArray[np.int64]
    factors: NDArray[np.float64]
    each: tuple[tuple[int, float], ...]

    @property
    def size(self) -> int:
        """How many columns are summed up."""
        return self.starts.size - 1

    @property
    def arrays(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """The columns as the compiled loops read them."""
        return self.starts, self.places, self.factors


def asked(columns: Sequence[Column]) -> Asked:
    """The distinct columns among those asked for, up to a factor above zero."""
    known: dict[object, tuple[int, float]] = {}
    distinct: list[Column] = []
    each = []
    for column in columns:
        unit = next((abs(factor) for _, factor in column if factor), 1.0)
        key = tuple((place, round(factor / unit, _SAME)) for place, factor in column)
        if key not in known:
            known[key] = (len(distinct), unit)
            distinct.append(column)
        place, whole = known[key]
        each.append((place, unit / whole))
    lengths = [0, *(len(column) for column in distinct)]
    terms = [term for column in distinct for term in column]
    return Asked(
        np.cumsum(lengths, dtype=np.int64),
        np.array([place for place, _ in terms], np.int64),
        np.array([factor for _, factor in terms], np.float64),
        tuple(each),
    )
