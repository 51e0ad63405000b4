"""Series of prices and weather through the year: mean reversion, exactly discretised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from quanyu.perils.columns import Floats, Ints, Paths
from quanyu.perils.dependence import Dependence, correlation_root
from quanyu.perils.errors import finite, positive, require
from quanyu.perils.families import Normal
from quanyu.perils.generator import base_of
from quanyu.perils.sampler import Lookup, Table, sampler

__all__ = ["MeanReversion", "Reverting", "steps_of"]

Step = Literal["day", "week"]


def steps_of(step: Step) -> Ints:
    """Days of the year on which steps fall: 0 to 364 by day, 0, 7, ..., 357 by week."""
    return np.arange(365) if step == "day" else np.arange(52) * 7


@dataclass(frozen=True)
class Reverting:
    """One series: the distance from its seasonal mean is pulled back at speed `kappa` a year.

    d(x - m) = -kappa (x - m) dt + sigma dW (Uhlenbeck and Ornstein 1930; seasonal mean: Lucia and Schwartz 2002).
    mean: one value, twelve by month, or one a step; sigma: per root of a year. start: the value before the first step;
    None starts at rest, in the law the series has in the long run. log: all of these are of the logarithm.
    """

    mean: tuple[float, ...]
    kappa: float
    sigma: float
    start: float | None = None
    log: bool = False

    def __post_init__(self) -> None:
        require(
            len(self.mean) in (1, 12, 52, 365),
            "mean",
            "写一个、十二个或每步一个均值。",
            "Write one mean, twelve, or one a step.",
        )
        for value in self.mean:
            finite(value, "mean")
        positive(self.sigma, "sigma")
        require(self.kappa >= 0.0 and np.isfinite(self.kappa), "kappa", "不可为负。", "Must not be negative.")
        rests = self.kappa > 0.0 or self.start is not None
        require(rests, "start", "kappa 为零时须写起点。", "Without kappa a start is needed.")

    def means(self, days: Ints) -> Floats:
        """The seasonal mean on the `days` of the year."""
        if len(self.mean) == 12:
            return np.asarray(self.mean)[np.searchsorted(np.cumsum(_MONTHS), days, side="right")]
        fits = len(self.mean) in (1, len(days))
        require(fits, "mean", "均值的个数与步数不符。", "There are not as many means as steps.")
        return np.broadcast_to(np.asarray(self.mean), days.shape).copy()


_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _gathered_time(kappa: float, dt: float) -> float:
    """(1 - exp(-kappa dt)) / kappa, dt where kappa is 0."""
    return dt if kappa == 0.0 else float(-np.expm1(-kappa * dt)) / kappa


@dataclass(frozen=True)
class MeanReversion:
    """Correlated reverting series; `dependence` holds the correlations of their Brownian motions, by series name.

    The step is exact: x' - m' = exp(-kappa dt) (x - m) + e, with Cov(e_i, e_j) =
    rho sigma_i sigma_j (1 - exp(-(kappa_i + kappa_j) dt)) / (kappa_i + kappa_j) (Gillespie 1996 for one series).
    """

    name: str
    series: Mapping[str, Reverting]
    step: Step = "week"
    dependence: Dependence | None = field(default=None)

    def __post_init__(self) -> None:
        require(bool(self.series), "series", "至少要有一个序列。", "At least one series is needed.")
        for name in self.dependence.names if self.dependence else ():
            require(name in self.series, f"dependence.{name}", "没有这个序列。", "There is no such series.")
        plain = self.dependence is None or self.dependence.df is None
        require(plain, "dependence.df", "均值回复只用高斯相依。", "Mean reversion takes Gaussian dependence only.")
        for name, one in self.series.items():
            one.means(self.days)
            require("/" not in name, "series", "名称不可含“/”。", "A name holds no `/`.")

    @cached_property
    def days(self) -> Ints:
        """Days of the year on which the steps fall."""
        return steps_of(self.step)

    @property
    def dt(self) -> float:
        """Length of a step in years."""
        return 1.0 / len(self.days)

    @cached_property
    def correlation(self) -> Floats:
        """Correlations of the Brownian motions, in the order of `series`."""
        names = list(self.series)
        matrix = np.eye(len(names))
        if self.dependence:
            place = [names.index(name) for name in self.dependence.names]
            matrix[np.ix_(place, place)] = self.dependence.matrix
        return matrix

    def _covariance(self, over: float) -> Floats:
        """Covariance of the series gathered over a time; infinite time gives the law at rest."""
        kappa, sigma = (np.array([getattr(s, key) for s in self.series.values()]) for key in ("kappa", "sigma"))
        both = np.add.outer(kappa, kappa)
        if np.isinf(over):
            with np.errstate(divide="ignore"):
                return np.asarray(self.correlation * np.outer(sigma, sigma) / both)
        gathered = np.array([[_gathered_time(k, over) for k in row] for row in both])
        return np.asarray(self.correlation * np.outer(sigma, sigma) * gathered)

    def moments(self) -> tuple[Floats, Floats]:
        """Exact mean and variance of each series (of the logarithm where `log`), each of shape (steps, series)."""
        count = np.arange(1, len(self.days) + 1) * self.dt
        means, variances = [], []
        for one in self.series.values():
            m = one.means(self.days)
            fade = np.exp(-one.kappa * count)
            gap = 0.0 if one.start is None else one.start - m[-1]
            means.append(m + gap * fade)
            rest = one.sigma**2 / (2.0 * one.kappa) if one.start is None else 0.0
            gathered = np.array([_gathered_time(2.0 * one.kappa, t) for t in count])
            variances.append(rest * fade**2 + one.sigma**2 * gathered)
        return np.stack(means, axis=1), np.stack(variances, axis=1)

    def draw(self, seed: int, years: range, steps: int | None = None) -> Paths:
        """The series of the `years`, a range of step 1; each year starts anew. steps: the first of each year."""
        days = self.days[:steps]
        z = self._noise(seed, years, len(days) + 1)
        fade = np.exp(-np.array([s.kappa for s in self.series.values()]) * self.dt)
        root = correlation_root(self._covariance(self.dt))
        gap = self._starts(z[:, 0])
        values = np.empty((len(years), len(days), len(self.series)))
        for i in range(len(days)):
            gap = gap * fade + _combined(root, z[:, i + 1])
            values[:, i] = gap
        for j, one in enumerate(self.series.values()):
            values[:, :, j] += one.means(self.days)[:steps]
            if one.log:
                np.exp(values[:, :, j], out=values[:, :, j])
        return Paths(years.start, tuple(self.series), days, values)

    @cached_property
    def _normal(self) -> Table | Lookup:
        return sampler(Normal(0.0, 1.0))

    def _noise(self, seed: int, years: range, count: int) -> Floats:
        """Standard normals, shape (years, count, series); the first of a year is for the start."""
        ptr = np.arange(len(years) + 1, dtype=np.int64) * count
        noise = np.empty((len(self.series), len(years), count))
        for name, column in zip(self.series, noise, strict=True):
            self._normal.fill(base_of(seed, f"{self.name}/series/{name}"), years.start, ptr, column.reshape(-1))
        return np.moveaxis(noise, 0, 2)

    def _starts(self, z: Floats) -> Floats:
        """Distance from the mean before the first step; the mean there is that of the year's last step."""
        begun = [one.start is not None for one in self.series.values()]
        rest = self._covariance(np.inf)
        rest[begun] = rest[:, begun] = 0.0
        gap = _combined(correlation_root(rest), z)
        for j, one in enumerate(self.series.values()):
            if one.start is not None:
                gap[:, j] = one.start - one.means(self.days)[-1]
        return gap


def _combined(root: Floats, z: Floats) -> Floats:
    """`z` by rows times the transposed root, summed in a fixed order so that a year's bits do not depend on others."""
    out = np.zeros_like(z)
    for i in range(z.shape[1]):
        for j in range(i + 1):
            out[:, i] += root[i, j] * z[:, j]
    return out
