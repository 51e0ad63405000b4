"""Continuous laws. Moments and limited values: Klugman, Panjer, Willmot, Loss Models (2012), appendix A."""

from dataclasses import dataclass

import numpy as np

from quanyu.perils.columns import Floats
from quanyu.perils.errors import finite, positive, require
from quanyu.perils.law import Law
from quanyu.perils.loaders import special

__all__ = ["Beta", "Gamma", "Lognormal", "Lomax", "Normal", "Pareto", "Uniform", "Weibull"]

_ROOT_TWO_PI = float(np.sqrt(2.0 * np.pi))


@dataclass(frozen=True)
class Lognormal(Law):
    """log X is normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        finite(self.mu, "mu")
        positive(self.sigma, "sigma")

    @classmethod
    def by_mean(cls, mean: float, cv: float) -> "Lognormal":
        """From the mean and the coefficient of variation."""
        positive(mean, "mean")
        positive(cv, "cv")
        square = float(np.log1p(cv * cv))
        return cls(float(np.log(mean)) - 0.5 * square, float(np.sqrt(square)))

    def _z(self, x: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray((np.log(np.maximum(x, 0.0)) - self.mu) / self.sigma)

    def _cdf(self, x: Floats) -> Floats:
        return special("ndtr", self._z(x))

    def _survival(self, x: Floats) -> Floats:
        return special("ndtr", -self._z(x))

    def _quantile(self, p: Floats) -> Floats:
        return np.exp(self.mu + self.sigma * special("ndtri", p))

    def _upper_quantile(self, s: Floats) -> Floats:
        return np.exp(self.mu - self.sigma * special("ndtri", s))

    def _partial(self, x: Floats, order: int) -> Floats:
        whole = np.exp(order * self.mu + 0.5 * (order * self.sigma) ** 2)
        return np.asarray(whole * special("ndtr", self._z(x) - order * self.sigma))

    def _log_density(self, x: Floats) -> Floats:
        z = self._z(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(x > 0.0, -0.5 * z * z - np.log(x * self.sigma * _ROOT_TWO_PI), -np.inf)


@dataclass(frozen=True)
class Gamma(Law):
    """Mean `shape` * `scale`."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        positive(self.shape, "shape")
        positive(self.scale, "scale")

    @classmethod
    def by_mean(cls, mean: float, cv: float) -> "Gamma":
        """From the mean and the coefficient of variation."""
        positive(mean, "mean")
        positive(cv, "cv")
        return cls(1.0 / cv**2, mean * cv**2)

    def _z(self, x: Floats) -> Floats:
        return np.asarray(np.maximum(x, 0.0) / self.scale)

    def _cdf(self, x: Floats) -> Floats:
        return special("gammainc", self.shape, self._z(x))

    def _survival(self, x: Floats) -> Floats:
        return special("gammaincc", self.shape, self._z(x))

    def _quantile(self, p: Floats) -> Floats:
        return np.asarray(self.scale * special("gammaincinv", self.shape, p))

    def _upper_quantile(self, s: Floats) -> Floats:
        return np.asarray(self.scale * special("gammainccinv", self.shape, s))

    def _partial(self, x: Floats, order: int) -> Floats:
        whole = self.scale**order * self.shape * (self.shape + 1.0) ** (order - 1)
        return np.asarray(whole * special("gammainc", self.shape + order, self._z(x)))

    def _log_density(self, x: Floats) -> Floats:
        z = x / self.scale
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = (self.shape - 1.0) * np.log(z) - z - special("gammaln", self.shape) - np.log(self.scale)
        return np.where(z > 0.0, inside, -np.inf)


@dataclass(frozen=True)
class Pareto(Law):
    """P(X > x) = (minimum / x) ** alpha for x >= minimum: the one-parameter Pareto of European reinsurance."""

    alpha: float
    minimum: float

    def __post_init__(self) -> None:
        positive(self.alpha, "alpha")
        positive(self.minimum, "minimum")

    def _cdf(self, x: Floats) -> Floats:
        ratio = np.maximum(x / self.minimum, 1.0)
        return np.asarray(-np.expm1(-self.alpha * np.log(ratio)))

    def _survival(self, x: Floats) -> Floats:
        return np.asarray(np.maximum(x / self.minimum, 1.0) ** -self.alpha)

    def _quantile(self, p: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.minimum * np.exp(-np.log1p(-p) / self.alpha))

    def _upper_quantile(self, s: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.minimum * s ** (-1.0 / self.alpha))

    def _partial(self, x: Floats, order: int) -> Floats:
        ratio, power = np.maximum(x / self.minimum, 1.0), order - self.alpha
        with np.errstate(over="ignore"):
            area = np.log(ratio) if power == 0.0 else np.expm1(power * np.log(ratio)) / power
        return np.asarray(self.alpha * self.minimum**order * area)

    def _log_density(self, x: Floats) -> Floats:
        inside = np.log(self.alpha / self.minimum) - (self.alpha + 1.0) * np.log(np.maximum(x / self.minimum, 1e-300))
        return np.where(x >= self.minimum, inside, -np.inf)


@dataclass(frozen=True)
class Lomax(Law):
    """P(X > x) = (1 + x / scale) ** -alpha: the two-parameter Pareto; generalised Pareto of shape 1 / alpha."""

    alpha: float
    scale: float

    def __post_init__(self) -> None:
        positive(self.alpha, "alpha")
        positive(self.scale, "scale")

    def _log(self, x: Floats) -> Floats:
        return np.asarray(np.log1p(np.maximum(x, 0.0) / self.scale))

    def _cdf(self, x: Floats) -> Floats:
        return np.asarray(-np.expm1(-self.alpha * self._log(x)))

    def _survival(self, x: Floats) -> Floats:
        return np.asarray(np.exp(-self.alpha * self._log(x)))

    def _quantile(self, p: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.scale * np.expm1(-np.log1p(-p) / self.alpha))

    def _upper_quantile(self, s: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.scale * np.expm1(-np.log(s) / self.alpha))

    def _area(self, x: Floats, order: int) -> Floats:
        """The integral of (1 + y / scale) ** (order - 1 - alpha) from 0 to x, over the scale."""
        power = order - self.alpha
        with np.errstate(over="ignore"):
            return np.asarray(self._log(x) if power == 0.0 else np.expm1(power * self._log(x)) / power)

    def _limited(self, x: Floats, order: int) -> Floats:
        first = self._area(x, 1)
        if order == 1:
            return np.asarray(self.scale * first)
        return np.asarray(2.0 * self.scale**2 * (self._area(x, 2) - first))

    def _partial(self, x: Floats, order: int) -> Floats:
        with np.errstate(invalid="ignore"):
            rest = np.where(np.isinf(x), 0.0, np.maximum(x, 0.0) ** order * self.survival(x))
        return np.asarray(self._limited(x, order) - rest)

    def _log_density(self, x: Floats) -> Floats:
        inside = np.log(self.alpha / self.scale) - (self.alpha + 1.0) * self._log(x)
        return np.where(x >= 0.0, inside, -np.inf)


@dataclass(frozen=True)
class Weibull(Law):
    """P(X > x) = exp(-(x / scale) ** shape)."""

    shape: float
    scale: float

    def __post_init__(self) -> None:
        positive(self.shape, "shape")
        positive(self.scale, "scale")

    def _z(self, x: Floats) -> Floats:
        return np.asarray((np.maximum(x, 0.0) / self.scale) ** self.shape)

    def _cdf(self, x: Floats) -> Floats:
        return np.asarray(-np.expm1(-self._z(x)))

    def _survival(self, x: Floats) -> Floats:
        return np.asarray(np.exp(-self._z(x)))

    def _quantile(self, p: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.scale * (-np.log1p(-p)) ** (1.0 / self.shape))

    def _upper_quantile(self, s: Floats) -> Floats:
        with np.errstate(divide="ignore"):
            return np.asarray(self.scale * (-np.log(s)) ** (1.0 / self.shape))

    def _partial(self, x: Floats, order: int) -> Floats:
        power = 1.0 + order / self.shape
        return np.asarray(self.scale**order * special("gamma", power) * special("gammainc", power, self._z(x)))

    def _log_density(self, x: Floats) -> Floats:
        z = x / self.scale
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = np.log(self.shape / self.scale) + (self.shape - 1.0) * np.log(z) - z**self.shape
        return np.where(z > 0.0, inside, -np.inf)


@dataclass(frozen=True)
class Uniform(Law):
    """Every value between `low` and `high` alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        finite(self.low, "low")
        finite(self.high, "high")
        require(self.low < self.high, "high", "上端须大于下端。", "The high end must exceed the low end.")

    def _part(self, x: Floats) -> Floats:
        return np.asarray((np.clip(x, self.low, self.high) - self.low) / (self.high - self.low))

    def _cdf(self, x: Floats) -> Floats:
        return self._part(x)

    def _survival(self, x: Floats) -> Floats:
        return np.asarray((self.high - np.clip(x, self.low, self.high)) / (self.high - self.low))

    def _quantile(self, p: Floats) -> Floats:
        return np.asarray(self.low + (self.high - self.low) * p)

    def _upper_quantile(self, s: Floats) -> Floats:
        return np.asarray(self.high - (self.high - self.low) * s)

    def _partial(self, x: Floats, order: int) -> Floats:
        x, power = np.clip(x, self.low, self.high), order + 1
        return np.asarray((x**power - self.low**power) / (power * (self.high - self.low)))

    def _log_density(self, x: Floats) -> Floats:
        return np.where((x >= self.low) & (x <= self.high), -np.log(self.high - self.low), -np.inf)


@dataclass(frozen=True)
class Beta(Law):
    """On [0, 1], mean a / (a + b)."""

    a: float
    b: float

    def __post_init__(self) -> None:
        positive(self.a, "a")
        positive(self.b, "b")

    @classmethod
    def by_mean(cls, mean: float, sd: float) -> "Beta":
        """From mean and standard deviation."""
        require(0.0 < mean < 1.0, "mean", "均值须在 0 与 1 之间。", "The mean must lie between 0 and 1.")
        fits = sd > 0.0 and sd * sd < mean * (1.0 - mean)
        bound = float(np.sqrt(mean * (1.0 - mean)))
        require(
            fits,
            "sd",
            f"标准差须为正且小于 {bound:.6g}。",
            f"The standard deviation must be positive and below {bound:.6g}.",
        )
        size = mean * (1.0 - mean) / (sd * sd) - 1.0
        return cls(mean * size, (1.0 - mean) * size)

    def _cdf(self, x: Floats) -> Floats:
        return special("betainc", self.a, self.b, np.clip(x, 0.0, 1.0))

    def _survival(self, x: Floats) -> Floats:
        return special("betainc", self.b, self.a, 1.0 - np.clip(x, 0.0, 1.0))

    def _quantile(self, p: Floats) -> Floats:
        return special("betaincinv", self.a, self.b, p)

    def _upper_quantile(self, s: Floats) -> Floats:
        return np.asarray(1.0 - special("betaincinv", self.b, self.a, s))

    def _partial(self, x: Floats, order: int) -> Floats:
        size = self.a + self.b
        whole = self.a / size * ((self.a + 1.0) / (size + 1.0)) ** (order - 1)
        return np.asarray(whole * special("betainc", self.a + order, self.b, np.clip(x, 0.0, 1.0)))

    def _log_density(self, x: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = (self.a - 1.0) * np.log(x) + (self.b - 1.0) * np.log1p(-x) - special("betaln", self.a, self.b)
        return np.where((x > 0.0) & (x < 1.0), inside, -np.inf)


@dataclass(frozen=True)
class Normal(Law):
    """Mean `mu`, standard deviation `sigma`: temperatures, indices; takes negative values."""

    mu: float
    sigma: float

    def __post_init__(self) -> None:
        finite(self.mu, "mean")
        positive(self.sigma, "sd")

    def _z(self, x: Floats) -> Floats:
        return np.asarray((x - self.mu) / self.sigma)

    def _cdf(self, x: Floats) -> Floats:
        return special("ndtr", self._z(x))

    def _survival(self, x: Floats) -> Floats:
        return special("ndtr", -self._z(x))

    def _quantile(self, p: Floats) -> Floats:
        return np.asarray(self.mu + self.sigma * special("ndtri", p))

    def _upper_quantile(self, s: Floats) -> Floats:
        return np.asarray(self.mu - self.sigma * special("ndtri", s))

    def _partial(self, x: Floats, order: int) -> Floats:
        z = self._z(x)
        density = np.exp(-0.5 * z * z) / _ROOT_TWO_PI
        if order == 1:
            return np.asarray(self.mu * special("ndtr", z) - self.sigma * density)
        edge = np.where(np.isinf(x), 0.0, (self.mu + np.where(np.isinf(x), 0.0, x)) * density)
        return np.asarray((self.mu**2 + self.sigma**2) * special("ndtr", z) - self.sigma * edge)

    def _log_density(self, x: Floats) -> Floats:
        z = self._z(x)
        return np.asarray(-0.5 * z * z - np.log(self.sigma * _ROOT_TWO_PI))
