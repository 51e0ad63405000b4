"""Counts whose mean changes from year to year, by the quantile of one signed uniform a year."""

from collections.abc import Callable

import numpy as np

from quanyu.perils.columns import Floats, Ints
from quanyu.perils.loaders import special

__all__ = ["binomial_quantile", "poisson_quantile", "scores"]

Tail = Callable[[Floats, Ints], Floats]


def scores(uniform: Floats) -> Floats:
    """Standard normal quantiles of signed uniforms, exact in both tails."""
    z = special("ndtri", np.abs(uniform))
    return np.where(uniform > 0.0, z, -z)


def _settle(k: Floats, rows: Ints, short: Callable[[Floats, Ints], np.ndarray]) -> None:
    """Move `k[rows]` to the smallest count that is not short; `short(k, rows)` says which are too small."""
    up = rows
    while up.size:
        up = up[short(k[up], up)]
        k[up] += 1.0
    down = rows[k[rows] > 0.0]
    while down.size:
        down = down[~short(k[down] - 1.0, down)]
        k[down] -= 1.0
        down = down[k[down] > 0.0]


def _quantile(uniform: Floats, guess: Floats, cdf: Tail, survival: Tail) -> Ints:
    """The smallest count k with P(N <= k) at least the uniform; each half is measured from its own end."""
    k, v = np.floor(np.maximum(guess, 0.0)), np.abs(uniform)
    _settle(k, np.flatnonzero(uniform > 0.0), lambda at, rows: cdf(at, rows) < v[rows])
    _settle(k, np.flatnonzero(uniform < 0.0), lambda at, rows: survival(at, rows) > v[rows])
    return k.astype(np.int64)


def poisson_quantile(uniform: Floats, mean: Floats) -> Ints:
    """Poisson counts with one mean a year; the start is the normal quantile with its first correction for skewness."""
    z = scores(uniform)
    guess = mean + np.sqrt(mean) * z + (z * z - 1.0) / 6.0

    def cdf(k: Floats, rows: Ints) -> Floats:
        return special("pdtr", k, mean[rows])

    def survival(k: Floats, rows: Ints) -> Floats:
        return special("pdtrc", k, mean[rows])

    return _quantile(uniform, guess, cdf, survival)


def binomial_quantile(uniform: Floats, n: int, p: Floats) -> Ints:
    """Binomial counts out of `n` with one chance a year."""
    z, spread = scores(uniform), np.sqrt(n * p * (1.0 - p))
    guess = np.minimum(n * p + spread * z + (1.0 - 2.0 * p) * (z * z - 1.0) / 6.0, n - 1.0)

    def survival(k: Floats, rows: Ints) -> Floats:
        inside = special("betainc", k + 1.0, np.maximum(n - k, 1.0), p[rows])
        return np.where(k >= n, 0.0, inside)

    def cdf(k: Floats, rows: Ints) -> Floats:
        inside = special("betainc", np.maximum(n - k, 1.0), k + 1.0, 1.0 - p[rows])
        return np.where(k >= n, 1.0, inside)

    return _quantile(uniform, guess, cdf, survival)
