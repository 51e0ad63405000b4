"""Compound Poisson amounts on a lattice by FFT: the exact side of tasks t1 and t3.

A severity put on a lattice three ways gives a value and proven limits on both sides of it: rounded down and rounded
up (stochastically below and above the true law, so mean, VaR and TVaR are bracketed) and with local moments (the
mean kept). The rounding of the transforms themselves is not in the limits.
"""

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, rfft
from scipy.special import ndtr

from bench.collective import LEVEL, Layer, Terms

Array = npt.NDArray[np.float64]
Law = tuple[Array, Array]
WAYS = ("local", "down", "up")


def lognormal_cdf(amount: Array, *, log_mean: float, log_sd: float) -> Array:
    """P(X <= amount), 0 at and below 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(ndtr((np.log(np.maximum(amount, 0.0)) - log_mean) / log_sd))


def limited_mean(amount: Array, *, log_mean: float, log_sd: float) -> Array:
    """E[min(X, amount)] of a lognormal; Klugman, Panjer and Willmot, Loss Models, appendix A."""
    safe = np.maximum(amount, 1e-300)
    z = (np.log(safe) - log_mean) / log_sd
    mean = math.exp(log_mean + log_sd**2 / 2)
    return np.asarray(mean * ndtr(z - log_sd) + safe * ndtr(-z))


def severity(way: str, *, start: float, step: float, points: int, log_mean: float, log_sd: float) -> Array:
    """Masses at 0, step, ..., (points - 1) x step of min(max(X - start, 0), (points - 1) x step), set by `way`."""
    nodes = start + step * steps(points)
    if way == "local":
        slope = np.diff(limited_mean(nodes, log_mean=log_mean, log_sd=log_sd)) / step
        return np.concatenate([[1 - slope[0]], slope[:-1] - slope[1:], slope[-1:]])
    survival = 1 - lognormal_cdf(nodes, log_mean=log_mean, log_sd=log_sd)
    if way == "down":
        return np.concatenate([[1 - survival[1]], survival[1:-1] - survival[2:], survival[-1:]])
    return np.concatenate([[1 - survival[0]], survival[:-2] - survival[1:-1], survival[-2:-1]])


def steps(points: int) -> Array:
    """0, 1, ..., points - 1 as floats."""
    return np.arange(points, dtype=np.float64)


def compound(masses: Array, rate: float, *, points: int) -> Array:
    """Masses of the year's amount for Poisson(`rate`) claims; what passes the last point wraps round to the first.

    Masses of rounding size keep their sign: cut at 0 they would all add to the tail.
    """
    transformed = rfft(masses, points)
    return np.asarray(irfft(np.exp(rate * (transformed - 1)), points))


def year_of_layer(layer: Layer, terms: Terms, *, way: str, per_limit: int, points: int) -> Law:
    """Law of what `layer` pays in a year: (amounts, masses), with `per_limit` lattice steps to one limit."""
    step = layer.limit / per_limit
    masses = severity(
        way,
        start=layer.attachment,
        step=step,
        points=per_limit + 1,
        log_mean=terms.retained_log_mean,
        log_sd=terms.log_sd,
    )
    year = compound(masses, terms.rate, points=points)
    paid = np.clip(steps(points) * step - layer.year_deductible, 0.0, layer.year_limit)
    slots = np.rint(paid / step).astype(np.int64)
    merged = np.bincount(slots, year).astype(np.float64, copy=False)
    return steps(merged.size) * step, merged


def year_of_gross(terms: Terms, *, way: str, top: float, points: int) -> Law:
    """Law of the gross year on `points` steps up to `top`."""
    step = top / points
    masses = severity(way, start=0.0, step=step, points=points, log_mean=terms.log_mean, log_sd=terms.log_sd)
    return steps(points) * step, compound(masses, terms.rate, points=points)


def statistics(law: Law) -> dict[str, float]:
    """Mean, sd, VaR (the least amount reached with the level's probability) and TVaR (an atom at VaR shared)."""
    amounts, masses = law
    masses = masses / masses.sum()
    reached = np.cumsum(masses)
    mean = float(amounts @ masses)
    at = int(np.searchsorted(reached, LEVEL - 1e-13))
    var = float(amounts[at])
    beyond = float(amounts[at + 1 :] @ masses[at + 1 :]) + var * (float(reached[at]) - LEVEL)
    return {
        "mean": mean,
        "sd": math.sqrt(max(float(amounts**2 @ masses) - mean**2, 0.0)),
        "var": var,
        "tvar": beyond / (1 - LEVEL),
    }


def mapped(law: Law, payment: Callable[[Array], Array]) -> Law:
    """The law of a rising function of the amount."""
    return payment(law[0]), law[1]


def reinstatement_premium(layer: Layer) -> Callable[[Array], Array]:
    """The year's premium for reinstating `layer`, pro rata as to amount, from what the layer paid."""

    def paid(recovered: Array) -> Array:
        due = np.zeros_like(recovered)
        for number, rate in enumerate(layer.reinstatement_rates):
            due += rate * np.clip(recovered / layer.limit - number, 0.0, 1.0)
        return np.asarray(layer.premium * due)

    return paid
