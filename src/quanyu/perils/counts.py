"""Laws of a number of occurrences in a year."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.discrete import Empirical
from quanyu.perils.errors import positive, require
from quanyu.perils.loaders import special

__all__ = ["Binomial", "CountLaw", "EmpiricalCount", "NegativeBinomial", "Poisson", "fixed_count"]

Complexes = NDArray[np.complex128]
_SMALLEST = 2.0**-60


class CountLaw(ABC):
    """A law on 0, 1, 2, ..."""

    @property
    def mean(self) -> float:
        """E[N]."""
        return self._moments()[0]

    @property
    def variance(self) -> float:
        """Var[N]."""
        return self._moments()[1]

    def cdf(self, k: ArrayLike) -> Floats:
        """P(N <= k) for whole k."""
        k = as_floats(k)
        return np.where(k < 0.0, 0.0, self._cdf(np.maximum(k, 0.0)))

    def survival(self, k: ArrayLike) -> Floats:
        """P(N > k) for whole k, exact far into the tail."""
        k = as_floats(k)
        return np.where(k < 0.0, 1.0, self._survival(np.maximum(k, 0.0)))

    def log_mass(self, k: ArrayLike) -> Floats:
        """log P(N = k) for whole k >= 0."""
        return self._log_mass(as_floats(k))

    @abstractmethod
    def generate(self, z: Complexes) -> Complexes:
        """E[z**N] for |z| <= 1."""

    @abstractmethod
    def _moments(self) -> tuple[float, float]: ...

    @abstractmethod
    def _cdf(self, k: Floats) -> Floats: ...

    @abstractmethod
    def _survival(self, k: Floats) -> Floats: ...

    @abstractmethod
    def _log_mass(self, k: Floats) -> Floats: ...

    def range(self) -> tuple[int, int]:
        """The smallest and largest count with a probability worth keeping: 2**-60 lies outside at either end."""
        reach = 12.0 * np.sqrt(self.variance + 1.0) + 60.0
        low, high = max(int(self.mean - reach), 0), int(self.mean + reach) + 1
        while self.survival(high) > _SMALLEST:
            high *= 2
        steps = np.arange(low, high + 1)
        inside = (self.cdf(steps) > _SMALLEST) & (self.survival(steps - 1.0) > _SMALLEST)
        return int(steps[inside][0]), int(steps[inside][-1])

    def mass(self) -> tuple[int, Floats]:
        """The smallest count kept and the probabilities from it on, summing to 1."""
        low, high = self.range()
        p = np.exp(self.log_mass(np.arange(low, high + 1)))
        return low, p / p.sum()


@dataclass(frozen=True)
class Poisson(CountLaw):
    """Independent occurrences at a steady rate: variance = mean."""

    rate: float

    def __post_init__(self) -> None:
        positive(self.rate, "mean")

    def _moments(self) -> tuple[float, float]:
        return self.rate, self.rate

    def _cdf(self, k: Floats) -> Floats:
        return special("pdtr", k, self.rate)

    def _survival(self, k: Floats) -> Floats:
        return special("pdtrc", k, self.rate)

    def _log_mass(self, k: Floats) -> Floats:
        return np.asarray(k * np.log(self.rate) - self.rate - special("gammaln", k + 1.0))

    def generate(self, z: Complexes) -> Complexes:
        """E[z**N] for |z| <= 1."""
        return np.exp(self.rate * (z - 1.0))


@dataclass(frozen=True)
class NegativeBinomial(CountLaw):
    """Poisson with a gamma-mixed mean: variance = mean + dispersion * mean**2 (Lawless 1987)."""

    average: float
    dispersion: float

    def __post_init__(self) -> None:
        positive(self.average, "mean")
        positive(self.dispersion, "dispersion")

    @classmethod
    def by_variance(cls, mean: float, variance: float) -> "NegativeBinomial":
        """From mean and variance."""
        positive(mean, "mean")
        require(
            variance > mean,
            "variance",
            f"方差须大于均值 {mean:g}；相等时用 poisson。",
            f"The variance must exceed the mean {mean:g}; where they are equal use poisson.",
        )
        return cls(mean, (variance - mean) / mean**2)

    def _moments(self) -> tuple[float, float]:
        return self.average, self.average + self.dispersion * self.average**2

    @property
    def _size(self) -> float:
        return 1.0 / self.dispersion

    @property
    def _chance(self) -> float:
        return 1.0 / (1.0 + self.average * self.dispersion)

    def _cdf(self, k: Floats) -> Floats:
        return special("betainc", self._size, k + 1.0, self._chance)

    def _survival(self, k: Floats) -> Floats:
        rest = self._chance * self.average * self.dispersion
        return special("betainc", k + 1.0, self._size, rest)

    def _log_mass(self, k: Floats) -> Floats:
        size = self._size
        ways = special("gammaln", k + size) - special("gammaln", size) - special("gammaln", k + 1.0)
        excess = self.average * self.dispersion
        return np.asarray(ways - size * np.log1p(excess) + k * (np.log(excess) - np.log1p(excess)))

    def generate(self, z: Complexes) -> Complexes:
        """E[z**N] for |z| <= 1."""
        return np.exp(-self._size * np.log(1.0 + self.average * self.dispersion * (1.0 - z)))


@dataclass(frozen=True)
class Binomial(CountLaw):
    """`n` independent chances of `p`."""

    n: int
    p: float

    def __post_init__(self) -> None:
        require(self.n >= 1, "n", "须为正整数。", "Must be a positive whole number.")
        require(0.0 < self.p < 1.0, "p", "须在 0 与 1 之间。", "Must lie between 0 and 1.")

    def _moments(self) -> tuple[float, float]:
        return self.n * self.p, self.n * self.p * (1.0 - self.p)

    def _cdf(self, k: Floats) -> Floats:
        inside = special("betainc", np.maximum(self.n - k, 1.0), k + 1.0, 1.0 - self.p)
        return np.where(k >= self.n, 1.0, inside)

    def _survival(self, k: Floats) -> Floats:
        inside = special("betainc", k + 1.0, np.maximum(self.n - k, 1.0), self.p)
        return np.where(k >= self.n, 0.0, inside)

    def _log_mass(self, k: Floats) -> Floats:
        inside = np.minimum(k, self.n)
        ways = special("gammaln", self.n + 1.0) - special("gammaln", inside + 1.0)
        ways = ways - special("gammaln", self.n - inside + 1.0)
        mass = ways + inside * np.log(self.p) + (self.n - inside) * np.log1p(-self.p)
        return np.where(k > self.n, -np.inf, mass)

    def generate(self, z: Complexes) -> Complexes:
        """E[z**N] for |z| <= 1."""
        return np.asarray((1.0 - self.p + self.p * z) ** self.n)


@dataclass(frozen=True)
class EmpiricalCount(CountLaw):
    """The given counts, each as likely as its weight."""

    counts: tuple[int, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        whole = all(float(k) >= 0.0 and float(k).is_integer() for k in self.counts)
        require(whole, "values", "次数须为非负整数。", "Counts must be whole and not negative.")
        law = Empirical(tuple(float(k) for k in self.counts), self.weights)
        object.__setattr__(self, "counts", tuple(int(v) for v in law.values))
        object.__setattr__(self, "weights", law.weights)

    @property
    def _law(self) -> Empirical:
        return Empirical(tuple(float(k) for k in self.counts), self.weights)

    def _moments(self) -> tuple[float, float]:
        return self._law.mean, max(self._law.variance, 0.0)

    def _cdf(self, k: Floats) -> Floats:
        return self._law.cdf(k)

    def _survival(self, k: Floats) -> Floats:
        return self._law.survival(k)

    def _log_mass(self, k: Floats) -> Floats:
        return self._law.log_density(k)

    def range(self) -> tuple[int, int]:
        """The smallest and the largest count."""
        return self.counts[0], self.counts[-1]

    def generate(self, z: Complexes) -> Complexes:
        """E[z**N] for |z| <= 1."""
        total = np.zeros_like(z)
        for count, weight in zip(self.counts, self.weights, strict=True):
            total += weight * z**count
        return total


def fixed_count(n: int) -> EmpiricalCount:
    """Always `n`."""
    return EmpiricalCount((n,))
