"""What every severity law can say about itself, and laws shifted or truncated."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.errors import require

__all__ = ["Law", "Shifted", "Truncated"]


class Law(ABC):
    """A law of one amount.

    Arguments may be numbers or arrays and answers have their shape. Moments that do not exist are infinite.
    """

    def cdf(self, x: ArrayLike) -> Floats:
        """P(X <= x)."""
        return self._cdf(as_floats(x))

    def survival(self, x: ArrayLike) -> Floats:
        """P(X > x), exact far into the tail."""
        return self._survival(as_floats(x))

    def quantile(self, p: ArrayLike) -> Floats:
        """The smallest x with P(X <= x) >= p."""
        return self._quantile(as_floats(p))

    def upper_quantile(self, s: ArrayLike) -> Floats:
        """The smallest x with P(X > x) <= s: the quantile at 1 - s, exact for tiny s."""
        return self._upper_quantile(as_floats(s))

    def partial(self, x: ArrayLike, order: int = 1) -> Floats:
        """E[X**order; X <= x] for order 1 or 2; the moment itself at infinity."""
        return self._partial(as_floats(x), order)

    def log_density(self, x: ArrayLike) -> Floats:
        """Natural logarithm of the density, or of the probability where the law is discrete."""
        return self._log_density(as_floats(x))

    @abstractmethod
    def _cdf(self, x: Floats) -> Floats: ...

    @abstractmethod
    def _survival(self, x: Floats) -> Floats: ...

    @abstractmethod
    def _quantile(self, p: Floats) -> Floats: ...

    @abstractmethod
    def _upper_quantile(self, s: Floats) -> Floats: ...

    @abstractmethod
    def _partial(self, x: Floats, order: int) -> Floats: ...

    @abstractmethod
    def _log_density(self, x: Floats) -> Floats: ...

    @property
    def mean(self) -> float:
        """E[X]."""
        return float(self.partial(np.inf, 1))

    @property
    def variance(self) -> float:
        """Var[X]."""
        mean, square = self.mean, float(self.partial(np.inf, 2))
        return square - mean * mean if np.isfinite(square) else float("inf")

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return float(np.sqrt(self.variance))

    def limited(self, x: ArrayLike, order: int = 1) -> Floats:
        """E[min(X, x)**order], the limited expected value (Klugman, Panjer, Willmot 2012, section 3.1)."""
        return self._limited(as_floats(x), order)

    def _limited(self, x: Floats, order: int) -> Floats:
        with np.errstate(invalid="ignore"):
            rest = np.where(np.isinf(x), 0.0, x**order * self._survival(x))
        return np.asarray(self._partial(x, order) + rest)

    def shifted(self, by: float) -> "Law":
        """The law of X + by."""
        return Shifted(self, by)

    def truncated(self, minimum: float, maximum: float) -> "Law":
        """The law of X given minimum <= X <= maximum."""
        return Truncated(self, minimum, maximum)


@dataclass(frozen=True)
class Shifted(Law):
    """X + by."""

    law: Law
    by: float

    def _cdf(self, x: Floats) -> Floats:
        return self.law.cdf(x - self.by)

    def _survival(self, x: Floats) -> Floats:
        return self.law.survival(x - self.by)

    def _quantile(self, p: Floats) -> Floats:
        return self.by + self.law.quantile(p)

    def _upper_quantile(self, s: Floats) -> Floats:
        return self.by + self.law.upper_quantile(s)

    def _partial(self, x: Floats, order: int) -> Floats:
        y, d = x - self.by, self.by
        first = self.law.partial(y, 1) + d * self.law.cdf(y)
        return first if order == 1 else self.law.partial(y, 2) + 2.0 * d * first - d * d * self.law.cdf(y)

    def _log_density(self, x: Floats) -> Floats:
        return self.law.log_density(x - self.by)


@dataclass(frozen=True)
class Truncated(Law):
    """X given minimum < X <= maximum, of a continuous law."""

    law: Law
    minimum: float
    maximum: float

    def __post_init__(self) -> None:
        require(self.minimum < self.maximum, "maximum", "上限须大于下限。", "The maximum must exceed the minimum.")
        require(self._mass > 0.0, "maximum", "上下限之间没有概率。", "No probability lies between minimum and maximum.")

    @property
    def _above(self) -> bool:
        # Differences of survivals keep their digits when the interval lies in the upper half.
        return bool(self.law.cdf(self.minimum) > 0.5)

    @property
    def _mass(self) -> float:
        return float(self._between(self.minimum, self.maximum))

    def _between(self, a: ArrayLike, b: ArrayLike) -> Floats:
        if self._above:
            return np.asarray(self.law.survival(a) - self.law.survival(b))
        return np.asarray(self.law.cdf(b) - self.law.cdf(a))

    def _inside(self, x: ArrayLike) -> Floats:
        return np.asarray(np.clip(x, self.minimum, self.maximum))

    def _cdf(self, x: Floats) -> Floats:
        return np.asarray(self._between(self.minimum, self._inside(x)) / self._mass)

    def _survival(self, x: Floats) -> Floats:
        return np.asarray((self.law.survival(self._inside(x)) - self.law.survival(self.maximum)) / self._mass)

    def _quantile(self, p: Floats) -> Floats:
        part = p * self._mass
        if self._above:
            return self._inside(self.law.upper_quantile(self.law.survival(self.minimum) - part))
        return self._inside(self.law.quantile(self.law.cdf(self.minimum) + part))

    def _upper_quantile(self, s: Floats) -> Floats:
        part = s * self._mass
        return self._inside(self.law.upper_quantile(self.law.survival(self.maximum) + part))

    def _partial(self, x: Floats, order: int) -> Floats:
        below = self.law.partial(self.minimum, order)
        return np.asarray((self.law.partial(self._inside(x), order) - below) / self._mass)

    def _log_density(self, x: Floats) -> Floats:
        inside = (x >= self.minimum) & (x <= self.maximum)
        return np.where(inside, self.law.log_density(x) - np.log(self._mass), -np.inf)
