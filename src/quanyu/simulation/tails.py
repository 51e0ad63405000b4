"""Exact tails in bounded memory: the largest values of each column, kept above a threshold set by the first years."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TailFigures", "TailTooThinError", "Tails", "tail_figures", "threshold"]

Floats = NDArray[np.float64]


class TailTooThinError(Exception):
    """The first years misjudged the threshold: fewer values than needed lie above it. Run again with a lower one."""


def threshold(pilot: Floats, part: float) -> float:
    """A value that more than `part` of all years exceed, surely enough, judged by the first years `pilot`.

    Five standard errors of the pilot's own quantile are left as a margin. -inf where the pilot is too small to judge.
    """
    size = pilot.size
    wanted = part + 5.0 * math.sqrt(part * (1.0 - part) / size) + 2.0 / size
    if wanted >= 1.0:
        return -math.inf
    place = size - 1 - math.ceil(wanted * size)
    return float(np.partition(pilot, place)[place])


@dataclass
class Tails:
    """The values above one threshold a column, and how many equal it; shape of what is added: (columns, years)."""

    thresholds: Floats
    kept: list[list[Floats]]
    ties: NDArray[np.int64]

    @classmethod
    def above(cls, thresholds: Floats) -> "Tails":
        """Nothing kept yet."""
        return cls(thresholds, [[] for _ in thresholds], np.zeros(thresholds.size, np.int64))

    def add(self, values: Floats) -> None:
        """Keeps what exceeds the threshold, and counts what equals it."""
        for c, limit in enumerate(self.thresholds):
            row = values[c]
            self.kept[c].append(row[row > limit])
            self.ties[c] += np.count_nonzero(row == limit)

    def absorb(self, other: "Tails") -> None:
        """Takes over what another thread has kept; the order does not matter, a tail is sorted."""
        for mine, theirs in zip(self.kept, other.kept, strict=True):
            mine.extend(theirs)
        self.ties += other.ties

    def largest(self, column: int, number: int) -> Floats:
        """The `number` largest values of a column, ascending."""
        values = np.sort(np.concatenate(self.kept[column])) if self.kept[column] else np.empty(0)
        if values.size >= number:
            return values[values.size - number :]
        missing = number - values.size
        if self.ties[column] < missing:
            raise TailTooThinError(f"column {column}: {values.size} of {number} values lie above the threshold")
        return np.concatenate([np.full(missing, self.thresholds[column]), values])


@dataclass(frozen=True, slots=True)
class TailFigures:
    """Value at risk and tail value at risk at one level, each with its standard error, in money."""

    level: float
    var: float
    var_error: float
    tvar: float
    tvar_error: float


def tail_figures(tail: Floats, years: int, level: float) -> TailFigures:
    """VaR: the ⌈level·n⌉-th smallest of n years. TVaR: the mean of that value and all above it.

    tail: the largest values, ascending, at least ⌈(1 − level)·n⌉ + 1 of them where there are as many years.
    VaR's error is half the distance between the order statistics one binomial standard deviation away on either side.
    TVaR's is sqrt((Var(X | tail) + level·(TVaR − VaR)²) / (n·(1 − level))) (Manistre and Hancock 2005, North American
    Actuarial Journal 9(2)).
    """
    rank = math.ceil(level * years - 1e-9)
    place = tail.size - (years - rank) - 1
    above = tail[place:]
    var, tvar = float(tail[place]), float(above.mean())
    spread = math.ceil(math.sqrt(years * level * (1.0 - level)))
    low, high = tail[max(place - spread, 0)], tail[min(place + spread, tail.size - 1)]
    error = math.sqrt((float(above.var()) + level * (tvar - var) ** 2) / max(years - rank + 1, 1))
    return TailFigures(level, var, float(high - low) / 2.0, tvar, error)
