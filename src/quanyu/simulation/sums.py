"""What is kept of simulated years: sums by block, and tails. Blocks and threads change no bit of the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quanyu.simulation.loaders import kernels
from quanyu.simulation.tails import Tails

__all__ = ["LEAF", "Moments", "Sums"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAF = 64
"""Paths summed together first; a block is a power of two of them."""


class Moments(NamedTuple):
    """Mean and deviation of a column, each with its standard error."""

    mean: float
    mean_error: float
    sd: float
    sd_error: float


@dataclass
class Sums:
    """Sums of columns of yearly amounts, one thread's.

    limits: shape (columns, 2), a value near each mean (a median is within one deviation of it), about which squares are
    taken, and the threshold of the tail.
    block, horizon: paths of a block, years of a path.
    """

    limits: Floats
    block: int
    horizon: int
    parts: dict[tuple[int, int], Floats] = field(default_factory=dict)
    positive: Ints = field(init=False)
    tails: Tails = field(init=False)

    def __post_init__(self) -> None:
        columns = len(self.limits)
        self.positive = np.zeros(columns, np.int64)
        self.tails = Tails(self.limits[:, 1], self.horizon)
        self._whole = np.zeros((2, columns, self.block if self.horizon > 1 else 0))
        self._found = (
            np.zeros((columns, 4)),
            np.zeros((columns, 3), np.int64),
            np.zeros((columns, self.block)),
            np.zeros((columns, self.block), np.int64),
        )

    def add(self, start: int, period: int, values: Floats) -> None:
        """Takes the years of a block and period, shape (columns, paths); periods of a block come one after another."""
        sums, counts, kept, places = self._found
        if period == 0:
            self._whole[:] = 0.0
        kernels().digest(values, self.limits, self.block // LEAF, self._found, self._whole)
        self.parts[start // self.block, period] = sums.copy()
        self.positive += counts[:, 0]
        self.tails.ties += counts[:, 1]
        for c, above in enumerate(counts[:, 2]):
            if above:
                paths = places[c, :above] + start if self.horizon > 1 else None
                self.tails.add(c, kept[c, :above].copy(), paths)
        if self.horizon > 1 and period == self.horizon - 1:
            self._close(start, values.shape[1])

    def _close(self, start: int, paths: int) -> None:
        """The products of what each path and the squares of its years come to, in pairs."""
        products = np.zeros((len(self.limits), 3))
        for c, (sums, squares) in enumerate(zip(*self._whole[:, :, :paths], strict=True)):
            for n, product in enumerate((sums * sums, sums * squares, squares * squares)):
                padded = np.zeros(self.block)
                padded[:paths] = product
                products[c, n] = kernels().tree(padded, self.block)
        self.parts[start // self.block, self.horizon] = products

    def absorb(self, other: "Sums") -> None:
        """Takes over what another thread has summed."""
        self.parts.update(other.parts)
        self.positive += other.positive
        self.tails.absorb(other.tails)

    def moments(self, years: int) -> list[Moments]:
        """The moments of each column; the deviation is that of the years themselves (1/n).

        The errors are those of the delta method: years x count in the mean by x − mean, in the variance v by
        h = (x − mean)² − v, so that the error of v is √Σh² / n, which for independent years is √((m₄ − v²) / n)
        (Cramér 1946, Mathematical Methods of Statistics, 27.4), and that of the deviation the same over 2√v. Years of
        one path are not independent: both add up by path first. Raises OverflowError where a power has no float.
        """
        periods = [_tree({b: s for (b, p), s in self.parts.items() if p == period}) for period in range(self.horizon)]
        total = periods[0]
        for more in periods[1:]:
            total = total + more
        by_path = total[:, 1:]
        if self.horizon > 1:
            by_path = _tree({b: s for (b, p), s in self.parts.items() if p == self.horizon})
        offset, square = total[:, 0] / years, total[:, 1] / years
        with np.errstate(over="ignore", invalid="ignore"):
            sd = np.sqrt(np.maximum(square - offset**2, 0.0))
            error = np.sqrt(np.maximum(by_path[:, 0] / years**2 - offset**2 * self.horizon / years, 0.0))
            spread = _spread(by_path, offset, square - 2.0 * offset**2, years * self.horizon) / years
        if not np.isfinite(spread).all():
            raise OverflowError("the fourth power of an amount")
        sd_error = np.divide(spread, 2.0 * sd, out=np.zeros_like(sd), where=sd > 0.0)
        rows = zip(*(a.tolist() for a in (self.limits[:, 0] + offset, error, sd, sd_error)), strict=True)
        return [Moments(*row) for row in rows]


def _spread(products: Floats, offset: Floats, rest: Floats, weight: float) -> Floats:
    """√Σh² over paths, where h sums (x − mean)² − v over the years of a path.

    products: Σs², Σs·q and Σq² of the sums s and the sums of squares q of each path, about a value that the mean lies
    `offset` above. With them h = q − 2·offset·s − `rest` for one year, `rest` being v − offset² or Σq / years −
    2·offset²; weight: years × years of a path.
    """
    left = products[:, 2] - 4.0 * offset * products[:, 1] + 4.0 * offset**2 * products[:, 0]
    return np.asarray(np.sqrt(np.maximum(left - weight * rest**2, 0.0)))


def _tree(blocks: Mapping[int, Floats]) -> Floats:
    """The sum over blocks as a binary tree over their places, the upper part of the one over years."""
    level = [blocks[b] for b in range(len(blocks))]
    while len(level) > 1:
        if len(level) % 2:
            level.append(np.zeros_like(level[0]))
        level = [a + b for a, b in zip(level[::2], level[1::2], strict=True)]
    return level[0]
