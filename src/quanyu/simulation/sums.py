"""What is kept of simulated years: sums by block, and tails. Blocks and threads change no bit of the answer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quanyu.simulation.loaders import kernels
from quanyu.simulation.tails import Tails

__all__ = ["LEAF", "Sums"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAF = 64
"""Paths summed together first; a block is a power of two of them."""


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
        self._whole = np.zeros((columns, self.block if self.horizon > 1 else 0))
        self._found = (
            np.zeros((columns, 2)),
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
        """The squares of what each path comes to."""
        size = self.block
        squares = np.zeros((len(self.limits), 2))
        for c, row in enumerate(self._whole):
            squared = np.zeros(size)
            squared[:paths] = row[:paths] ** 2
            squares[c, 1] = kernels().tree(squared, size)
        self.parts[start // self.block, self.horizon] = squares

    def absorb(self, other: "Sums") -> None:
        """Takes over what another thread has summed."""
        self.parts.update(other.parts)
        self.positive += other.positive
        self.tails.absorb(other.tails)

    def moments(self, years: int) -> list[tuple[float, float, float]]:
        """Mean, its standard error and deviation of each column; the deviation is that of the years themselves (1/n).

        Years of one path are not independent: the error is that of the means of paths.
        """
        by_period = [_tree({b: s for (b, p), s in self.parts.items() if p == period}) for period in range(self.horizon)]
        total = by_period[0]
        for more in by_period[1:]:
            total = total + more
        offset = total[:, 0] / years
        sd = np.sqrt(np.maximum(total[:, 1] / years - offset**2, 0.0))
        error = sd / math.sqrt(years)
        if self.horizon > 1:
            whole = _tree({b: s for (b, p), s in self.parts.items() if p == self.horizon})
            error = np.sqrt(np.maximum(whole[:, 1] / years**2 - offset**2 * self.horizon / years, 0.0))
        rows = zip((self.limits[:, 0] + offset).tolist(), error.tolist(), sd.tolist(), strict=True)
        return list(rows)


def _tree(blocks: Mapping[int, Floats]) -> Floats:
    """The sum over blocks as a binary tree over their places, the upper part of the one over years."""
    level = [blocks[b] for b in range(len(blocks))]
    while len(level) > 1:
        if len(level) % 2:
            level.append(np.zeros_like(level[0]))
        level = [a + b for a, b in zip(level[::2], level[1::2], strict=True)]
    return level[0]
