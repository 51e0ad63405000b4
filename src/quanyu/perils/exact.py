"""The law of a year's total without simulation, by Fourier transform, with a bracket around each answer.

Severities are put on a grid three times (Gerber 1982; Klugman, Panjer, Willmot 2012, section 9.6): so that the limited
expected values agree at all grid points (the answer), rounded down and rounded up. Rounded down and up, every year's
total lies below and above the true one, so their cdfs, quantiles and tail means enclose the true ones; what exceeds the
grid counts as its last point below and as infinite above. The transform is exponentially tilted against wrapping round
(Gruebel and Hermesmeier 1999); what floating point adds is estimated (`numerical`), not proven.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.counts import CountLaw
from quanyu.perils.errors import require
from quanyu.perils.law import Law
from quanyu.perils.layer import Annual, Layer

__all__ = ["Bracket", "Exact", "compound"]

_TILT = 16.0
_OVERFLOW = 1e-7


@dataclass(frozen=True, slots=True)
class Bracket:
    """A value between a lower and an upper bound."""

    low: float
    value: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Probabilities on ascending values; what is missing from 1 lies at the top, `beyond`."""

    values: Floats
    running: Floats
    beyond: float

    def cdf(self, x: Floats) -> Floats:
        place = np.searchsorted(self.values, x, side="right")
        return as_floats(np.concatenate(([0.0], self.running))[place])

    def quantile(self, p: float) -> float:
        place = int(np.searchsorted(self.running, p, side="left"))
        return float(self.values[place]) if place < len(self.values) else self.beyond

    def up_to(self, p: float) -> float:
        """The integral of the quantile from 0 to p."""
        parts = np.diff(np.minimum(self.running, p), prepend=0.0)
        missing = p - min(float(self.running[-1]), p)
        return float(parts @ self.values) + (missing * self.beyond if missing > 0.0 else 0.0)

    def moment(self, order: int) -> float:
        parts, missing = np.diff(self.running, prepend=0.0), max(1.0 - float(self.running[-1]), 0.0)
        return float(parts @ self.values**order) + (missing * self.beyond**order if missing > 1e-15 else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """The law of a year's total.

    values, probabilities: the answer's grid, ascending. mean and sd are exact numbers (equal ends of the bracket) where
    there are no annual terms; sd is infinite where it does not exist. step: of the grid. numerical: the estimated
    error of a cdf by floating point, already inside the brackets. unlimited: whether there is no annual limit.
    """

    values: Floats
    probabilities: Floats
    mean: Bracket
    sd: Bracket
    step: float
    numerical: float
    unlimited: bool
    _middle: _Grid
    _lower: _Grid
    _upper: _Grid

    def cdf(self, x: ArrayLike) -> tuple[Floats, Floats, Floats]:
        """Lower bound, value and upper bound of P(total <= x)."""
        at = as_floats(x)
        low = np.clip(self._upper.cdf(at) - self.numerical, 0.0, 1.0)
        high = np.clip(self._lower.cdf(at) + self.numerical, 0.0, 1.0)
        return low, np.clip(self._middle.cdf(at), low, high), high

    def var(self, p: float) -> Bracket:
        """The p-quantile of the total, 0 < p < 1."""
        low = self._lower.quantile(max(p - self.numerical, 0.0))
        high = self._upper.quantile(p + self.numerical)
        return Bracket(low, min(max(self._middle.quantile(p), low), high), high)

    def tvar(self, p: float) -> Bracket:
        """The mean of the worst share 1 - p of the years (the mean of the quantiles above p)."""
        low = max(self._tail(self._lower, p, self._lower.moment(1)), self._tail(self._upper, p, self.mean.low))
        high = min(self._tail(self._upper, p, self._upper.moment(1)), self._tail(self._lower, p, self.mean.high))
        value = self._tail(self._middle, p, self.mean.value)
        # The answer's grid spreads each severity about its mean, so it is larger in convex order; a limit breaks this.
        high = min(high, value) if self.unlimited else high
        slack = self.numerical * self._upper.quantile(p) / (1.0 - p)
        slack = slack if np.isfinite(slack) else 0.0
        return Bracket(low - slack, min(max(value, low), high), high + slack)

    @staticmethod
    def _tail(grid: _Grid, p: float, mean: float) -> float:
        body = grid.up_to(p)
        if np.isinf(body):
            return float("-inf")
        return (mean - body) / (1.0 - p)


def compound(
    frequency: CountLaw,
    severity: Law,
    layer: Layer | None = None,
    *,
    annual: Annual | None = None,
    points: int = 1 << 16,
    step: float | None = None,
) -> Exact:
    """The law of a year's total of `severity` losses in `layer`, then under `annual`.

    severity: not negative. points: of the grid, a power of two. step: of the grid; without it, chosen so that the grid
    holds what a year may reach, and divides the limit of the layer.
    """
    layer, annual = layer or Layer(), annual or Annual()
    require(float(severity.quantile(0.0)) >= 0.0, "severity", "损失不可为负。", "Losses must not be negative.")
    if points < 16 or points & (points - 1):
        raise ValueError("points is a power of two from 16 on")
    h = step if step is not None else _chosen_step(frequency, severity, layer, points)
    grid = as_floats(h * np.arange(points))
    masses = (_moment_mass(severity, layer, grid), _down_mass(severity, layer, grid), _up_mass(severity, layer, grid))
    totals = [_convolved(frequency, mass, _TILT / points) for mass in masses]
    mean, sd = _plain_moments(frequency, severity, layer)
    end = float(annual.of(grid[-1:])[0])
    # A total rounded down that leaves the grid is at least its end; rounded up it is unbounded.
    grids = [_grid(t, grid, annual, top) for t, top in zip(totals, (end, end, annual.limit), strict=True)]
    first, second = Bracket(mean, mean, mean), Bracket(sd, sd, sd)
    if not annual.plain:
        bounded = bool(np.isfinite(annual.limit))
        first = _annual_mean(mean, grids) if bounded else _excess_mean(mean, annual, totals, grid)
        second = _annual_sd(first, grids)
    numerical = float(np.exp(_TILT) * np.finfo(np.float64).eps * np.log2(points))
    p = np.diff(grids[0].running, prepend=0.0)
    return Exact(grids[0].values, p, first, second, float(h), numerical, bool(np.isinf(annual.limit)), *grids)


def _chosen_step(frequency: CountLaw, severity: Law, layer: Layer, points: int) -> float:
    """Reach: twelve deviations of the total limited to what a single loss exceeds once in ten million years."""
    rare = _OVERFLOW / max(frequency.mean, 1.0)
    largest = min(float(severity.upper_quantile(rare)), layer.exit) - layer.attachment
    single = Layer(layer.attachment, max(largest, 1e-300), layer.share)
    mean, square = single.mean(severity), single.square(severity)
    spread = np.sqrt(frequency.mean * max(square - mean * mean, 0.0) + frequency.variance * mean * mean)
    reach = frequency.mean * mean + 12.0 * spread + layer.share * largest
    h = max(reach, 1e-300) / (points - 1)
    if np.isinf(layer.limit):
        return float(h)
    top = layer.share * layer.limit
    return float(top / max(np.floor(top / h), 1.0))


def _moment_mass(law: Law, layer: Layer, grid: Floats) -> Floats:
    """Masses that keep E[min(payment, y)] at all grid points; what lies beyond the grid is at its last point."""
    h = grid[1]
    limited = layer.limited(law, np.append(grid, grid[-1] + h))
    slope = np.diff(limited) / h
    slope[-1] = 0.0
    return as_floats(np.maximum(-np.diff(slope, prepend=1.0), 0.0))


def _down_mass(law: Law, layer: Layer, grid: Floats) -> Floats:
    """Payments rounded down to the grid; what lies beyond it is at its last point."""
    return np.diff(np.append(layer.below(law, grid[1:]), 1.0), prepend=0.0)


def _up_mass(law: Law, layer: Layer, grid: Floats) -> Floats:
    """Payments rounded up to the grid; what lies beyond it is left out."""
    return np.diff(layer.chance(law, grid), prepend=0.0)


def _convolved(frequency: CountLaw, mass: Floats, tilt: float) -> Floats:
    """Probabilities of the total on the grid."""
    damping = np.exp(-tilt * np.arange(len(mass)))
    transform = frequency.generate(np.fft.rfft(mass * damping))
    return as_floats(np.maximum(np.fft.irfft(transform, len(mass)) / damping, 0.0))


def _grid(total: Floats, grid: Floats, annual: Annual, beyond: float) -> _Grid:
    values = annual.of(grid)
    first = max(int(np.searchsorted(values, 0.0, side="right")) - 1, 0)
    last = int(np.searchsorted(values, values[-1], side="left"))
    running = np.minimum(np.cumsum(total), 1.0)
    return _Grid(values[first : last + 1], np.append(running[first:last], running[-1]), beyond)


def _plain_moments(frequency: CountLaw, severity: Law, layer: Layer) -> tuple[float, float]:
    """Mean and standard deviation before annual terms."""
    one, square = layer.mean(severity), layer.square(severity)
    variance = frequency.mean * (square - one * one) + frequency.variance * one * one
    return frequency.mean * one, float(np.sqrt(variance))


def _annual_mean(mean: float, grids: Sequence[_Grid]) -> Bracket:
    middle, lower, upper = grids
    low, high = lower.moment(1), min(upper.moment(1), mean)
    return Bracket(low, min(max(middle.moment(1), low), high), high)


def _excess_mean(mean: float, annual: Annual, totals: Sequence[Floats], grid: Floats) -> Bracket:
    """E[total] - E[min(total, attachment)], exact in the first term."""
    kept = np.minimum(grid, annual.attachment)
    middle, lower, upper = (mean - float(t @ kept) - max(1.0 - float(t.sum()), 0.0) * annual.attachment for t in totals)
    return Bracket(upper, middle, lower)


def _annual_sd(mean: Bracket, grids: Sequence[_Grid]) -> Bracket:
    middle, lower, upper = (grid.moment(2) for grid in grids)
    least, most = max(lower - mean.high**2, 0.0), max(upper - mean.low**2, 0.0)
    value = min(max(middle - mean.value**2, least), most)
    return Bracket(float(np.sqrt(least)), float(np.sqrt(value)), float(np.sqrt(most)))
