"""Sums over simulated years that come out the same to the last bit for any block size and number of threads."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHUNK", "Moments"]

Floats = NDArray[np.float64]
CHUNK = 1024
"""Years summed together first. Blocks are whole chunks, so the order of every addition is fixed by the years alone."""


@dataclass
class Moments:
    """Mean and variance of columns of yearly amounts, from sums by chunk.

    `shift`, shape (columns,), is any value near each mean: squares are taken about it, so that nothing cancels.
    """

    shift: Floats
    parts: dict[int, tuple[Floats, Floats]] = field(default_factory=dict)
    count: int = 0

    def add(self, first: int, values: Floats) -> None:
        """Takes years `first`… of all columns, shape (columns, years); `first` is a multiple of the chunk."""
        columns, years = values.shape
        whole = years - years % CHUNK
        centred = values - self.shift[:, None]
        sums = [centred[:, :whole].reshape(columns, -1, CHUNK).sum(axis=2)]
        squares = [np.einsum("cky,cky->ck", *(centred[:, :whole].reshape(columns, -1, CHUNK),) * 2)]
        if whole < years:
            sums.append(centred[:, whole:].sum(axis=1)[:, None])
            squares.append(np.einsum("cy,cy->c", centred[:, whole:], centred[:, whole:])[:, None])
        self.parts[first] = (np.concatenate(sums, axis=1), np.concatenate(squares, axis=1))
        self.count += years

    def absorb(self, other: "Moments") -> None:
        """Takes over what another thread has summed."""
        self.parts.update(other.parts)
        self.count += other.count

    def result(self) -> tuple[Floats, Floats]:
        """(mean, standard deviation), each of shape (columns,); the deviation is that of the years themselves (1/n)."""
        order = sorted(self.parts)
        total = np.cumsum(np.concatenate([self.parts[a][0] for a in order], axis=1), axis=1)[:, -1]
        square = np.cumsum(np.concatenate([self.parts[a][1] for a in order], axis=1), axis=1)[:, -1]
        offset = total / self.count
        return self.shift + offset, np.sqrt(np.maximum(square / self.count - offset**2, 0.0))
