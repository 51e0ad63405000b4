"""Loans in default under one common factor (Vasicek 1987; 2002, Loan portfolio value, Risk 15)."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from quanyu.perils.columns import Floats, Ints, Occurrences
from quanyu.perils.counts import EmpiricalCount
from quanyu.perils.discrete import fixed
from quanyu.perils.errors import require
from quanyu.perils.generator import base_of, counters, signed
from quanyu.perils.law import Law
from quanyu.perils.loaders import special
from quanyu.perils.mixed import binomial_quantile, scores
from quanyu.perils.sampler import Lookup, Table, sampler
from quanyu.perils.times import TimeLaw, through_the_year
from quanyu.perils.timing import by_time, draw_times

__all__ = ["Default", "bivariate_normal"]

_NODES = 4096


def bivariate_normal(h: float, rho: float) -> float:
    """P(X <= h, Y <= h) of standard normals with correlation `rho`, by Sheppard's integral over the correlation.

    Phi(h)**2 + (1 / 2 pi) * integral from 0 to asin(rho) of exp(-h**2 / (1 + sin t)) dt (Sheppard 1900; Plackett 1954).
    """
    nodes, weights = np.polynomial.legendre.leggauss(64)
    t = 0.5 * np.arcsin(rho) * (nodes + 1.0)
    area = 0.5 * np.arcsin(rho) * np.sum(weights * np.exp(-h * h / (1.0 + np.sin(t))))
    return float(special("ndtr", h) ** 2 + area / (2.0 * np.pi))


@dataclass(frozen=True)
class Default:
    """`units` alike loans, each defaulting within the year with probability `pd`.

    correlation: of the loans' asset values, in [0, 1). lgd: law on [0, 1] of the share lost. exposure: amount at
    default, a number or a law. A default's loss is exposure times loss given default, both drawn anew for each.
    """

    name: str
    units: int
    pd: float
    correlation: float
    lgd: Law
    exposure: Law | float = 1.0
    time: TimeLaw = field(default_factory=through_the_year)

    def __post_init__(self) -> None:
        fine = bool(self.name) and "/" not in self.name
        require(fine, "name", "名称不可为空，也不可含“/”。", "A name is not empty and holds no `/`.")
        require(self.units >= 1, "units", "须为正整数。", "Must be a positive whole number.")
        require(0.0 < self.pd < 1.0, "pd", "违约率须在 0 与 1 之间。", "Must lie between 0 and 1.")
        require(0.0 <= self.correlation < 1.0, "correlation", "须不小于 0、小于 1。", "Must be at least 0 and below 1.")
        inside = float(self.lgd.quantile(0.0)) >= 0.0 and float(self.lgd.upper_quantile(0.0)) <= 1.0
        require(inside, "lgd", "违约损失率须在 0 与 1 之间。", "A loss given default lies between 0 and 1.")

    @property
    def exposure_law(self) -> Law:
        """The exposure as a law."""
        return self.exposure if isinstance(self.exposure, Law) else fixed(self.exposure)

    @property
    def mean_count(self) -> float:
        """units * pd."""
        return self.units * self.pd

    @property
    def variance_count(self) -> float:
        """n pd (1 - pd) + n (n - 1) (Phi2(c, c; rho) - pd**2), c the normal quantile of pd."""
        both = bivariate_normal(float(special("ndtri", self.pd)), self.correlation)
        n, p = self.units, self.pd
        return n * p * (1.0 - p) + n * (n - 1.0) * (both - p * p)

    @property
    def mean(self) -> float:
        """Expected loss of a year: units * pd * E[exposure] * E[lgd]."""
        return self.mean_count * self.exposure_law.mean * self.lgd.mean

    @property
    def variance(self) -> float:
        """Variance of a year's loss: E[N] Var[X] + Var[N] E[X]**2 with X = exposure * lgd."""
        single = self.exposure_law.mean * self.lgd.mean
        square = float(self.exposure_law.partial(np.inf, 2) * self.lgd.partial(np.inf, 2))
        return self.mean_count * (square - single**2) + self.variance_count * single**2

    def conditional(self, driver: Floats) -> Floats:
        """Default probability of each year given its driver; a high driver is a bad year."""
        root, rest = np.sqrt(self.correlation), np.sqrt(1.0 - self.correlation)
        return special("ndtr", (special("ndtri", self.pd) + root * scores(driver)) / rest)

    def counts(self) -> EmpiricalCount:
        """The exact law of the number of defaults: binomials mixed over the factor on an even grid of normal scores."""
        z = np.linspace(-9.0, 9.0, _NODES)
        weight = np.exp(-0.5 * z * z)
        root, rest = np.sqrt(self.correlation), np.sqrt(1.0 - self.correlation)
        score = (special("ndtri", self.pd) + root * z) / rest
        log_p, log_q = special("log_ndtr", score), special("log_ndtr", -score)
        k = np.arange(self.units + 1.0)
        ways = special("gammaln", self.units + 1.0) - special("gammaln", k + 1.0)
        ways = ways - special("gammaln", self.units - k + 1.0)
        mass = np.zeros(self.units + 1)
        for w, a, b in zip(weight, log_p, log_q, strict=True):
            mass += w * np.exp(ways + k * a + (self.units - k) * b)
        return EmpiricalCount(tuple(range(self.units + 1)), tuple((mass / mass.sum()).tolist()))

    @cached_property
    def _samplers(self) -> tuple[Table | Lookup, Table | Lookup]:
        return sampler(self.exposure_law), sampler(self.lgd)

    def driver(self, seed: int, years: range) -> Floats:
        """The signed uniform behind the common factor of each year."""
        return self._signed(seed, "factor", years)

    def draw(
        self,
        seed: int,
        years: range,
        *,
        driver: Floats | None = None,
        ordered: bool = False,
        timed: bool = False,
        small: bool = False,
    ) -> Occurrences:
        """The defaults of the `years`; the facts are `exposure` and `lgd`. Arguments as of FrequencySeverity.draw."""
        chance = self.conditional(self.driver(seed, years) if driver is None else driver)
        ptr = np.zeros(len(years) + 1, np.int64)
        np.cumsum(binomial_quantile(self._signed(seed, "count", years), self.units, chance), out=ptr[1:])
        facts = {name: self._column(seed, years, ptr, name=name, small=small) for name in ("exposure", "lgd")}
        loss = facts["exposure"] * facts["lgd"]
        if not (timed or ordered):
            return Occurrences(years.start, ptr, loss, None, facts)
        time = draw_times(self.time, base_of(seed, f"{self.name}/time"), years.start, ptr=ptr, small=small)
        if ordered:
            order = by_time(ptr, time, small=small)
            time, loss, facts = time[order], loss[order], {name: column[order] for name, column in facts.items()}
        return Occurrences(years.start, ptr, loss, time, facts)

    def _signed(self, seed: int, column: str, years: range) -> Floats:
        if years.step != 1:
            raise ValueError("years are a range of step 1")
        alone = np.arange(len(years) + 1, dtype=np.int64)
        return signed(counters(base_of(seed, f"{self.name}/{column}"), years.start, alone))

    def _column(self, seed: int, years: range, ptr: Ints, *, name: str, small: bool) -> Floats:
        base, table = base_of(seed, f"{self.name}/{name}"), self._samplers[name == "lgd"]
        if small:
            return table.draw(base, years.start, ptr)
        out = np.empty(int(ptr[-1]))
        table.fill(base, years.start, ptr, out)
        return out
