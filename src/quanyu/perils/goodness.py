"""How well a law fits a table of losses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.errors import LawError
from quanyu.perils.fitting import Fit, fit
from quanyu.perils.generator import base_of, counters, signed
from quanyu.perils.law import Law
from quanyu.perils.loaders import special

__all__ = [
    "Compared",
    "Goodness",
    "anderson_darling",
    "compare",
    "goodness",
    "kolmogorov_smirnov",
    "mean_excess",
    "pp_points",
    "qq_points",
]

Method = Literal["bootstrap", "asymptotic"]


@dataclass(frozen=True, slots=True)
class Goodness:
    """Two statistics with their p-values.

    method: `bootstrap` refits the law to data drawn from it (Stute, Gonzalez Manteiga, Presedo Quindimil 1993), right
    for a fitted law; `asymptotic` is right only for a law not fitted to these data, and too large for a fitted one.
    replicates: those whose refit was found.
    """

    ks: float
    ks_p: float
    ad: float
    ad_p: float
    method: Method
    replicates: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Fits of several laws to the same losses, the best AIC first; `failed` says why a law is not among them."""

    fits: tuple[Fit, ...]
    failed: tuple[tuple[str, LawError], ...]


def kolmogorov_smirnov(law: Law, values: ArrayLike) -> float:
    """The largest distance between the law's cdf and that of the losses."""
    u = np.sort(law.cdf(as_floats(values).ravel()))
    n = len(u)
    place = np.arange(n)
    return float(max((u - place / n).max(), ((place + 1) / n - u).max()))


def anderson_darling(law: Law, values: ArrayLike) -> float:
    """A**2 = -n - sum (2 i - 1) (log F(x_i) + log S(x_{n + 1 - i})) / n (Anderson and Darling 1954)."""
    x = np.sort(as_floats(values).ravel())
    n = len(x)
    with np.errstate(divide="ignore"):
        terms = np.log(law.cdf(x)) + np.log(law.survival(x[::-1]))
    return float(-n - (2.0 * np.arange(1, n + 1) - 1.0) @ terms / n)


def anderson_darling_tail(a: float) -> float:
    """P(A**2 > a) in the limit, by the approximation of Marsaglia and Marsaglia (2004), within 5e-5."""
    if a <= 0.0:
        return 1.0
    if a < 2.0:
        poly = 2.00012 + (0.247105 - (0.0649821 - (0.0347962 - (0.011672 - 0.00168691 * a) * a) * a) * a) * a
        return float(1.0 - np.exp(-1.2337141 / a) / np.sqrt(a) * poly)
    poly = 1.0776 - (2.30695 - (0.43424 - (0.082433 - (0.008056 - 0.0003146 * a) * a) * a) * a) * a
    return float(-np.expm1(-np.exp(poly))) if a < 10.0 else float(np.exp(-a))


def goodness(
    fitted: Fit, values: ArrayLike, *, method: Method = "bootstrap", replicates: int = 199, seed: int = 1
) -> Goodness:
    """The statistics of a fit on its losses, above the truncation where there is one; weights are not regarded."""
    x = as_floats(values).ravel()
    x = x if fitted.truncation is None else x[x > fitted.truncation]
    ks, ad = kolmogorov_smirnov(fitted.seen, x), anderson_darling(fitted.seen, x)
    if method == "asymptotic":
        ks_p = float(special("kolmogorov", np.sqrt(len(x)) * ks))
        return Goodness(ks, ks_p, ad, anderson_darling_tail(ad), method, 0)
    tried = (_replicate(fitted, len(x), base_of(seed, "goodness"), i) for i in range(replicates))
    drawn = np.array([pair for pair in tried if pair is not None]).reshape(-1, 2)
    # The data count as one more replicate (Davison and Hinkley 1997, section 4.2), so a p-value is never 0.
    ks_p, ad_p = (((drawn >= (ks, ad)).sum(axis=0) + 1) / (len(drawn) + 1)).tolist()
    return Goodness(ks, ks_p, ad, ad_p, method, len(drawn))


def _replicate(fitted: Fit, size: int, base: np.uint64, number: int) -> tuple[float, float] | None:
    u = signed(counters(base, number, np.array([0, size])))
    x = np.where(u > 0.0, fitted.seen.quantile(np.abs(u)), fitted.seen.upper_quantile(np.abs(u)))
    try:
        again = fit(x, fitted.name, truncation=fitted.truncation).seen
    except LawError:
        return None
    return kolmogorov_smirnov(again, x), anderson_darling(again, x)


def mean_excess(values: ArrayLike, thresholds: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """For each threshold: mean of (loss - threshold) of the losses above, its standard error, their number."""
    x = as_floats(values).ravel()
    rows = []
    for threshold in as_floats(thresholds).ravel():
        excess = x[x > threshold] - threshold
        count = len(excess)
        error = excess.std(ddof=1) / np.sqrt(count) if count > 1 else np.nan
        rows.append((excess.mean() if count else np.nan, error, float(count)))
    table = np.array(rows, np.float64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def pp_points(law: Law, values: ArrayLike) -> tuple[Floats, Floats]:
    """(i - 1/2) / n and the law's cdf at the i-th smallest loss."""
    x = np.sort(as_floats(values).ravel())
    return as_floats((np.arange(len(x)) + 0.5) / len(x)), law.cdf(x)


def qq_points(law: Law, values: ArrayLike) -> tuple[Floats, Floats]:
    """The law's quantiles at (i - 1/2) / n and the losses in order."""
    x = np.sort(as_floats(values).ravel())
    return law.quantile((np.arange(len(x)) + 0.5) / len(x)), x


def compare(values: ArrayLike, names: Sequence[str], *, truncation: float | None = None) -> Compared:
    """Fit each law of `names` to the same losses."""
    fits: list[Fit] = []
    failed: list[tuple[str, LawError]] = []
    for name in names:
        try:
            fits.append(fit(values, name, truncation=truncation))
        except LawError as error:
            failed.append((name, error))
    return Compared(tuple(sorted(fits, key=lambda f: f.aic)), tuple(failed))
