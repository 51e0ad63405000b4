"""Laws fitted to a table of losses by maximum likelihood."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.errors import LawError, require
from quanyu.perils.families import Beta, Gamma, Lognormal, Lomax, Normal, Pareto, Uniform, Weibull
from quanyu.perils.law import Law
from quanyu.perils.loaders import optimise
from quanyu.terms import Text

__all__ = ["FITTED", "Fit", "fit"]

Parameters = tuple[float, float]
FITTED = ("lognormal", "gamma", "pareto", "lomax", "weibull", "beta", "normal", "uniform")
_LAWS: Mapping[str, Callable[[float, float], Law]] = {
    "lognormal": Lognormal,
    "gamma": Gamma,
    "pareto": Pareto,
    "lomax": Lomax,
    "weibull": Weibull,
    "beta": Beta,
    "normal": Normal,
    "uniform": Uniform,
}
_NAMES = {
    "lognormal": ("mu", "sigma"),
    "gamma": ("shape", "scale"),
    "pareto": ("alpha", "minimum"),
    "lomax": ("alpha", "scale"),
    "weibull": ("shape", "scale"),
    "beta": ("a", "b"),
    "normal": ("mean", "sd"),
    "uniform": ("low", "high"),
}
# The exponential and the one-parameter Pareto are limits of the Lomax law: a search may rightly run there and stops.
_FLAT = 20.0
_ANY_SIGN = {("lognormal", 0), ("normal", 0)}


@dataclass(frozen=True)
class Fit:
    """A fitted law. truncation: losses at or below it never reached the table; None where all did.

    free: number of fitted parameters; size: the sum of the weights; `log_likelihood` is of losses given that they
    exceed the truncation.
    """

    name: str
    law: Law
    parameters: Mapping[str, float]
    truncation: float | None
    log_likelihood: float
    free: int
    size: float

    @property
    def aic(self) -> float:
        """Akaike's criterion, smaller is better (Akaike 1974)."""
        return 2.0 * self.free - 2.0 * self.log_likelihood

    @property
    def bic(self) -> float:
        """Schwarz's criterion, smaller is better (Schwarz 1978)."""
        return self.free * float(np.log(self.size)) - 2.0 * self.log_likelihood

    @property
    def seen(self) -> Law:
        """The law of the losses in the table: above the truncation."""
        return self.law if self.truncation is None else self.law.truncated(self.truncation, float("inf"))


def fit(values: ArrayLike, name: str, *, truncation: float | None = None, weights: ArrayLike | None = None) -> Fit:
    """Fit the law `name` of FITTED to losses; with a truncation, to those above it, as the law above it.

    weights: how often each loss counts. Pareto and uniform take their ends from the data: the smallest loss (or the
    truncation), the smallest and largest. Raises LawError where the losses cannot come from such a law.
    """
    x, w = _sample(values, name, truncation, weights)
    if name in ("pareto", "uniform"):
        ends, free = _ends(x, w, name, truncation)
    elif truncation is None and name in ("lognormal", "normal"):
        ends, free = _normal(np.log(x) if name == "lognormal" else x, w), 2
    else:
        ends, free = _searched(x, w, name, truncation), 2
    law = _LAWS[name](*ends)
    likelihood = float(w @ _log_likelihoods(law, x, truncation))
    named = dict(zip(_NAMES[name], ends, strict=True))
    return Fit(name, law, named, truncation, likelihood, free, float(w.sum()))


def _sample(values: ArrayLike, name: str, truncation: float | None, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    require(name in FITTED, "name", f"可拟合：{'、'.join(FITTED)}。", f"Laws that can be fitted: {', '.join(FITTED)}.")
    x = as_floats(values).ravel()
    w = np.ones(len(x)) if weights is None else as_floats(weights).ravel()
    require(len(w) == len(x), "weights", "权重与损失的个数须相同。", "There must be one weight a loss.")
    fair = bool(np.isfinite(w).all() and (w >= 0.0).all())
    require(fair, "weights", "权重须为非负的数。", "Weights must be numbers and not negative.")
    require(bool(np.isfinite(x).all()), "values", "损失须为有限的数。", "Losses must be finite numbers.")
    kept = w > 0.0 if truncation is None else (w > 0.0) & (x > truncation)
    x, w = x[kept], w[kept]
    enough = len(np.unique(x)) >= 2
    require(enough, "values", "至少要有两个不同的损失。", "At least two different losses are needed.")
    positive = name in ("normal", "uniform") or bool((x > 0.0).all())
    require(positive, "values", "这种分布只取正数。", "This law takes positive losses only.")
    share = name != "beta" or bool((x < 1.0).all())
    require(share, "values", "beta 只取 0 与 1 之间的数。", "A beta law takes values between 0 and 1 only.")
    return x, w


def _log_likelihoods(law: Law, x: Floats, truncation: float | None) -> Floats:
    density = law.log_density(x)
    if truncation is None:
        return density
    with np.errstate(divide="ignore"):
        return np.asarray(density - np.log(law.survival(truncation)))


def _ends(x: Floats, w: Floats, name: str, truncation: float | None) -> tuple[Parameters, int]:
    if name == "uniform":
        plain = truncation is None
        require(plain, "truncation", "均匀分布没有截断的拟合。", "A uniform law is not fitted above a truncation.")
        return (float(x.min()), float(x.max())), 2
    # Hill (1975): the ratio to the minimum has an exponential logarithm.
    minimum = float(x.min()) if truncation is None else truncation
    require(minimum > 0.0, "truncation", "pareto 的起点须为正。", "A Pareto law starts above zero.")
    alpha = float(w.sum() / (w @ np.log(x / minimum)))
    return (alpha, minimum), 2 if truncation is None else 1


def _normal(x: Floats, w: Floats) -> Parameters:
    mean = float(w @ x / w.sum())
    return mean, float(np.sqrt(w @ (x - mean) ** 2 / w.sum()))


def _first_guess(x: Floats, w: Floats, name: str) -> Parameters:
    mean, sd = _normal(x, w)
    if name in ("lognormal", "normal"):
        return _normal(np.log(x) if name == "lognormal" else x, w)
    if name == "gamma":
        return (mean / sd) ** 2, sd * sd / mean
    if name == "weibull":
        # The logarithm of a Weibull variable has standard deviation pi / (sqrt 6 shape) and mean log scale - g / shape.
        log_mean, log_sd = _normal(np.log(x), w)
        shape = float(np.pi / np.sqrt(6.0) / log_sd)
        return shape, float(np.exp(log_mean + 0.5772156649015329 / shape))
    if name == "beta":
        size = max(mean * (1.0 - mean) / sd**2 - 1.0, 0.1)
        return mean * size, (1.0 - mean) * size
    return 2.0, float(np.median(x))


def _searched(x: Floats, w: Floats, name: str, truncation: float | None) -> Parameters:
    """The best parameters by Nelder and Mead (1965) on data scaled by their median, positive ones as logarithms."""
    unit = 1.0 if name in ("beta", "normal") else float(np.median(x))
    scaled, cut = x / unit, None if truncation is None else truncation / unit
    sign = tuple((name, i) in _ANY_SIGN for i in range(2))

    def parameters(free: Floats) -> Parameters:
        if name == "lomax":
            free = np.clip(free, -_FLAT, _FLAT)
        a, b = (float(v) if any_sign else float(np.exp(v)) for v, any_sign in zip(free, sign, strict=True))
        return a, b

    def cost(free: Floats) -> float:
        try:
            with np.errstate(all="ignore"):
                value = -float(w @ _log_likelihoods(_LAWS[name](*parameters(free)), scaled, cut))
        except LawError:
            return float("inf")
        return value if np.isfinite(value) else float("inf")

    guess = _first_guess(scaled, w, name)
    start = [v if any_sign else np.log(v) for v, any_sign in zip(guess, sign, strict=True)]
    options = {"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000, "maxfev": 8000}
    found = optimise().minimize(cost, start, method="Nelder-Mead", options=options)
    lost = name != "lomax" and max(abs(found.x)) > 30.0
    if lost or not found.success or not np.isfinite(found.fun):
        zh = "似然没有有限的最大点，这种分布不合这些损失。"
        raise LawError("values", Text(zh, "The likelihood has no finite maximum: this law does not fit."))
    a, b = parameters(found.x)
    if name == "lognormal":
        return a + float(np.log(unit)), b
    return (a, b) if name in ("beta", "normal") else (a, b * unit)
