"""What a layer pays for one loss, and what annual terms leave of a year's total."""

from dataclasses import dataclass

import numpy as np

from quanyu.perils.columns import Floats
from quanyu.perils.errors import require
from quanyu.perils.law import Law

__all__ = ["Annual", "Layer"]


@dataclass(frozen=True, slots=True)
class Layer:
    """Of one loss: share * min(max(loss - attachment, 0), limit)."""

    attachment: float = 0.0
    limit: float = float("inf")
    share: float = 1.0

    def __post_init__(self) -> None:
        fine = self.attachment >= 0.0 and bool(np.isfinite(self.attachment))
        require(fine, "attachment", "不可为负。", "Must not be negative.")
        require(self.limit > 0.0, "limit", "须为正数。", "Must be positive.")
        require(0.0 < self.share <= 1.0, "share", "须大于 0、不大于 1。", "Must be above 0 and at most 1.")

    @property
    def exit(self) -> float:
        """The loss at which the layer is exhausted."""
        return self.attachment + self.limit

    def mean(self, law: Law) -> float:
        """Expected payment for one loss."""
        return float(self.share * (law.limited(self.exit) - law.limited(self.attachment)))

    def square(self, law: Law) -> float:
        """Expected squared payment for one loss; infinite where it does not exist."""
        a, b = self.attachment, self.exit
        if not np.isfinite(law.limited(b, 2)):
            return float("inf")
        second = law.limited(b, 2) - law.limited(a, 2) - 2.0 * a * (law.limited(b) - law.limited(a))
        return float(self.share**2 * second)

    def chance(self, law: Law, y: Floats) -> Floats:
        """P(payment <= y) for y >= 0."""
        below = law.cdf(self.attachment + y / self.share)
        return np.where(y >= self.share * self.limit * (1.0 - 1e-12), 1.0, below)

    def below(self, law: Law, y: Floats) -> Floats:
        """P(payment < y) for y > 0."""
        less = law.cdf(np.nextafter(self.attachment + y / self.share, 0.0))
        return np.where(y > self.share * self.limit * (1.0 + 1e-12), 1.0, less)

    def limited(self, law: Law, y: Floats) -> Floats:
        """E[min(payment, y)] for y >= 0."""
        top = np.minimum(self.attachment + y / self.share, self.exit)
        return np.asarray(self.share * (law.limited(top) - law.limited(self.attachment)))


@dataclass(frozen=True, slots=True)
class Annual:
    """Of a year's total: min(max(total - attachment, 0), limit)."""

    attachment: float = 0.0
    limit: float = float("inf")

    def __post_init__(self) -> None:
        fine = self.attachment >= 0.0 and bool(np.isfinite(self.attachment))
        require(fine, "attachment", "不可为负。", "Must not be negative.")
        require(self.limit > 0.0, "limit", "须为正数。", "Must be positive.")

    @property
    def plain(self) -> bool:
        """Whether it leaves every total as it is."""
        return self.attachment == 0.0 and np.isinf(self.limit)

    def of(self, total: Floats) -> Floats:
        """The part of each total that falls to it."""
        return np.asarray(np.clip(total - self.attachment, 0.0, self.limit))
