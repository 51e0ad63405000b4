"""Laws of counts fitted to the numbers of occurrences of past years."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.counts import CountLaw, NegativeBinomial, Poisson
from quanyu.perils.errors import require
from quanyu.perils.loaders import optimise, special

__all__ = ["FrequencyFit", "fit_frequency"]


@dataclass(frozen=True, slots=True)
class FrequencyFit:
    """Poisson and, where the counts vary more than Poisson, negative binomial, both for an exposure of 1.

    index: Fisher's dispersion statistic, sum (n - m)**2 / m; index_p: P(chi-square of years - 1 degrees > index)
    (Fisher 1950). ratio: twice the gain in log-likelihood of the negative binomial; ratio_p: its p-value, half a
    chi-square of one degree since no dispersion is the edge of the range (Lawless 1987).
    """

    poisson: Poisson
    negative_binomial: NegativeBinomial | None
    poisson_likelihood: float
    negative_binomial_likelihood: float
    index: float
    index_p: float
    ratio: float
    ratio_p: float

    @property
    def best(self) -> CountLaw:
        """The law of the smaller AIC."""
        if self.negative_binomial is None or self.ratio <= 2.0:
            return self.poisson
        return self.negative_binomial


def fit_frequency(counts: ArrayLike, *, exposure: ArrayLike | None = None) -> FrequencyFit:
    """By maximum likelihood; exposure: how large the portfolio was in each year beside the one to be modelled."""
    n = as_floats(counts).ravel()
    e = np.ones(len(n)) if exposure is None else as_floats(exposure).ravel()
    whole = bool(len(n) > 1 and (n >= 0.0).all() and (n == np.floor(n)).all())
    require(whole, "counts", "要两年以上的非负整数。", "Whole numbers of two or more years are needed, none negative.")
    fair = len(e) == len(n) and bool((e > 0.0).all())
    require(fair, "exposure", "每年要一个正的暴露量。", "Each year needs a positive exposure.")
    require(n.sum() > 0.0, "counts", "没有一次发生，无法拟合。", "Nothing ever occurred: there is nothing to fit.")
    rate = float(n.sum() / e.sum())
    plain = float(np.sum(n * np.log(rate * e) - rate * e - special("gammaln", n + 1.0)))
    mixed, best = _negative_binomial(n, e, rate)
    ratio = 2.0 * max(best - plain, 0.0) if mixed else 0.0
    index = float(np.sum((n - rate * e) ** 2 / (rate * e)))
    index_p = float(special("chdtrc", len(n) - 1.0, index))
    ratio_p = 0.5 * float(special("chdtrc", 1.0, ratio)) if ratio > 0.0 else 1.0
    return FrequencyFit(Poisson(rate), mixed, plain, best if mixed else plain, index, index_p, ratio, ratio_p)


def _log_likelihood(n: Floats, mean: Floats, dispersion: float) -> float:
    size = 1.0 / dispersion
    ways = special("gammaln", n + size) - special("gammaln", size) - special("gammaln", n + 1.0)
    rest = n * np.log(mean * dispersion) - (n + size) * np.log1p(mean * dispersion)
    return float(np.sum(ways + rest))


def _negative_binomial(n: Floats, e: Floats, rate: float) -> tuple[NegativeBinomial | None, float]:
    """The best law and its likelihood; none where the likelihood falls from dispersion 0 on."""
    # Slope at dispersion 0: half the sum of (n - m)**2 - n.
    if np.sum((n - rate * e) ** 2 - n) <= 0.0:
        return None, float("-inf")

    def cost(free: Floats) -> float:
        return -_log_likelihood(n, np.exp(free[0]) * e, float(np.exp(free[1])))

    moment = float(np.mean((n - rate * e) ** 2 - n) / np.mean((rate * e) ** 2))
    start = [np.log(rate), np.log(max(moment, 1e-3))]
    options = {"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000}
    found = optimise().minimize(cost, start, method="Nelder-Mead", options=options)
    mean, dispersion = np.exp(found.x)
    return NegativeBinomial(float(mean), float(dispersion)), -float(found.fun)
