"""One law of each kind, for the tests of this room."""

from dataclasses import dataclass

import numpy as np

from quanyu.perils import Beta, Gamma, Law, Lognormal, Lomax, Normal, Pareto, Uniform, Weibull
from quanyu.perils.columns import Floats

CONTINUOUS: dict[str, Law] = {
    "lognormal": Lognormal(10.0, 1.5),
    "lognormal-narrow": Lognormal.by_mean(1e5, 0.1),
    "gamma": Gamma(2.5, 4e4),
    "gamma-small": Gamma(0.2, 1e5),
    "pareto": Pareto(2.5, 1e5),
    "lomax": Lomax(2.2, 3e4),
    "weibull": Weibull(0.7, 1e4),
    "uniform": Uniform(2.0, 5.0),
    "beta": Beta(2.0, 5.0),
    "beta-mean": Beta.by_mean(0.45, 0.2),
    "normal": Normal(18.0, 6.0),
    "shifted": Gamma(2.0, 10.0).shifted(100.0),
    "between": Lognormal(10.0, 1.5).truncated(1e4, 1e6),
    "tail": Lognormal(10.0, 1.0).truncated(1e6, float("inf")),
    "normal-between": Normal(18.0, 6.0).truncated(-10.0, 40.0),
}


@dataclass(frozen=True)
class WithAtom(Law):
    """`atom` with probability `weight`, else the continuous law: the cdf jumps inside its support."""

    law: Law
    atom: float
    weight: float

    def _jump(self, x: Floats) -> Floats:
        return np.where(x >= self.atom, self.weight, 0.0)

    def _cdf(self, x: Floats) -> Floats:
        return np.asarray((1.0 - self.weight) * self.law.cdf(x) + self._jump(x))

    def _survival(self, x: Floats) -> Floats:
        return np.asarray((1.0 - self.weight) * self.law.survival(x) + self.weight - self._jump(x))

    def _quantile(self, p: Floats) -> Floats:
        low = (1.0 - self.weight) * self.law.cdf(self.atom)
        below = self.law.quantile(np.minimum(p, low) / (1.0 - self.weight))
        above = self.law.quantile(np.clip(p - self.weight, 0.0, 1.0 - self.weight) / (1.0 - self.weight))
        return np.where(p <= low, below, np.where(p <= low + self.weight, self.atom, above))

    def _upper_quantile(self, s: Floats) -> Floats:
        rest = (1.0 - self.weight) * self.law.survival(self.atom)
        above = self.law.upper_quantile(np.minimum(s, rest) / (1.0 - self.weight))
        return np.where(s <= rest, above, self._quantile(1.0 - s))

    def _partial(self, x: Floats, order: int) -> Floats:
        return np.asarray((1.0 - self.weight) * self.law.partial(x, order) + self._jump(x) * self.atom**order)

    def _log_density(self, x: Floats) -> Floats:
        raise NotImplementedError("it has none: a part is discrete")
