"""Exact tails in bounded memory: the largest values of each column, kept above a threshold set by the first years."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tail", "TailFigures", "TailTooThinError", "Tails", "tail_figures", "threshold"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class TailTooThinError(Exception):
    """The first years misjudged a threshold: fewer values than needed lie above it. Run again with a lower one."""

    def __init__(self, columns: Sequence[int]) -> None:
        super().__init__(f"columns {list(columns)}")
        self.columns = tuple(columns)


def threshold(pilot: Floats, part: float) -> float:
    """A value that more than `part` of all years exceed, surely enough, judged by the first years `pilot`.

    Five standard errors of the pilot's own quantile are left as a margin. -inf where the pilot is too small to judge.
    """
    size = pilot.size
    wanted = part + 5.0 * math.sqrt(part * (1.0 - part) / size) + 2.0 / size if part < 1.0 else 1.0
    if wanted >= 1.0:
        return -math.inf
    place = size - 1 - math.ceil(wanted * size)
    return float(np.partition(pilot, place)[place])


@dataclass(frozen=True)
class Tail:
    """The largest values of a column, ascending. paths: the path of each, empty where every year is a path."""

    values: Floats
    paths: Ints
    horizon: int = 1


@dataclass
class Tails:
    """The values above one threshold a column with their paths, and how many equal it."""

    thresholds: Floats
    horizon: int = 1
    kept: list[list[Floats]] = field(default_factory=list)
    paths: list[list[Ints]] = field(default_factory=list)
    ties: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def __post_init__(self) -> None:
        if not self.kept:
            self.kept, self.paths = [[] for _ in self.thresholds], [[] for _ in self.thresholds]
            self.ties = np.zeros(self.thresholds.size, np.int64)

    def add(self, column: int, values: Floats, paths: Ints | None) -> None:
        """Keeps values that exceed the column's threshold."""
        self.kept[column].append(values)
        if paths is not None:
            self.paths[column].append(paths)

    def absorb(self, other: "Tails") -> None:
        """Takes over what another thread has kept; the order does not matter, a tail is sorted."""
        for c in range(self.thresholds.size):
            self.kept[c].extend(other.kept[c])
            self.paths[c].extend(other.paths[c])
        self.ties += other.ties

    def thin(self, number: int) -> tuple[int, ...]:
        """The columns of which fewer than `number` values are known."""
        sizes = [sum(part.size for part in parts) + int(n) for parts, n in zip(self.kept, self.ties, strict=True)]
        return tuple(c for c, size in enumerate(sizes) if size < number)

    def largest(self, column: int, number: int) -> Tail:
        """The `number` largest values of a column, where as many are known; those at the threshold have no path."""
        values = np.concatenate([*self.kept[column], np.empty(0)])
        paths = np.concatenate([*self.paths[column], np.empty(0, np.int64)])
        if paths.size:
            order = np.lexsort((paths, values))
            values, paths = values[order], paths[order]
        else:
            values = np.sort(values)
        missing = number - values.size
        if missing <= 0:
            return Tail(values[-missing:], paths[-missing:] if paths.size else paths, self.horizon)
        told = np.full(missing, self.thresholds[column])
        alone = -1 - np.arange(missing, dtype=np.int64) if paths.size else paths
        return Tail(np.concatenate([told, values]), np.concatenate([alone, paths]), self.horizon)


@dataclass(frozen=True, slots=True)
class TailFigures:
    """Value at risk and tail value at risk at one level, each with its standard error, in money."""

    level: float
    var: float
    var_error: float
    tvar: float
    tvar_error: float


def tail_figures(tail: Tail, years: int, level: float) -> TailFigures:
    """VaR: the ⌈level·n⌉-th smallest of n years. TVaR: the mean of that value and all above it.

    tail: at least ⌈(1 − level)·n⌉ + 1 values where there are as many years. VaR's error is half the distance between
    the order statistics one standard deviation of the number of years above it away on either side. TVaR's is that of
    the mean of (X − VaR)⁺ over 1 − level, which is the formula of Manistre and Hancock (2005, North American Actuarial
    Journal 9(2)). Years of one path are not independent: both count by path.
    """
    rank = math.ceil(level * years - 1e-9)
    place = tail.values.size - (years - rank) - 1
    above = tail.values[place:]
    var, tvar = float(tail.values[place]), float(above.mean())
    spread = math.ceil(spread_of(tail, years, years - rank))
    low, high = tail.values[max(place - spread, 0)], tail.values[min(place + spread, tail.values.size - 1)]
    excess = above - var
    squares = _by_path(tail.paths[place:], excess) if tail.paths.size else float(excess @ excess)
    number = max(years - rank + 1, 1)
    variance = squares - float(excess.sum()) ** 2 * tail.horizon / years
    return TailFigures(level, var, float(high - low) / 2.0, tvar, math.sqrt(max(variance, 0.0)) / number)


def spread_of(tail: Tail, years: int, above: int) -> float:
    """The standard deviation of how many years exceed the value that `above` years exceed."""
    part = above / years
    plain = years * part * (1.0 - part)
    if not tail.paths.size or above <= 0:
        return math.sqrt(plain)
    together = _by_path(tail.paths[-above:], np.ones(min(above, tail.paths.size)))
    return math.sqrt(max(together - above * part * tail.horizon, 0.0))


def _by_path(paths: Ints, values: Floats) -> float:
    """The sum over paths of the square of what they add up to."""
    _, place = np.unique(paths, return_inverse=True)
    sums = np.bincount(place, weights=values)
    return float(sums @ sums)
