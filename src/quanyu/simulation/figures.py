"""Figures of one yearly amount: mean, deviation, tails, return periods, each with its error."""

import math
from dataclasses import dataclass, replace

from quanyu.simulation.sums import Moments
from quanyu.simulation.tails import Tail, TailFigures, spread_of, tail_figures

__all__ = ["LEVELS", "RETURN_PERIODS", "CurvePoint", "Figures", "curve", "figures", "needed"]

LEVELS = (0.95, 0.99, 0.995)
RETURN_PERIODS = (
    20.0, 25.0, 30.0, 40.0, 50.0, 75.0, 100.0, 150.0, 200.0, 250.0, 500.0, 750.0, 1000.0, 2500.0, 5000.0, 10000.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The amount that is exceeded once in `years` on average, between two bounds one standard error away."""

    years: float
    amount: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """A yearly amount over `years` simulated years, with the standard error of every figure."""

    years: int
    mean: float
    mean_error: float
    sd: float
    sd_error: float
    tails: tuple[TailFigures, ...]
    curve: tuple[CurvePoint, ...]

    def scaled(self, factor: float, shift: float = 0.0) -> "Figures":
        """The figures of `factor` × amount + `shift`, for a factor ≥ 0."""
        if factor == 1.0 and shift == 0.0:
            return self
        return Figures(
            self.years,
            self.mean * factor + shift,
            self.mean_error * factor,
            self.sd * factor,
            self.sd_error * factor,
            tuple(
                replace(
                    t,
                    var=t.var * factor + shift,
                    var_error=t.var_error * factor,
                    tvar=t.tvar * factor + shift,
                    tvar_error=t.tvar_error * factor,
                )
                for t in self.tails
            ),
            tuple(
                CurvePoint(p.years, p.amount * factor + shift, p.low * factor + shift, p.high * factor + shift)
                for p in self.curve
            ),
        )


def needed(years: int, level: float, horizon: int = 1) -> int:
    """How many of the largest values the figures down to `level` read, a standard error beyond the level included."""
    spread = math.ceil(math.sqrt(years * level * (1.0 - level) * horizon))
    return min(years, years - math.ceil(level * years - 1e-9) + 2 + spread)


def figures(moments: Moments, tail: Tail, years: int, levels: tuple[float, ...] = LEVELS) -> Figures:
    """The figures of one column. tail: `needed(years, min(levels))` values."""
    tails = tuple(tail_figures(tail, years, level) for level in levels)
    return Figures(years, *moments, tails, curve(tail, years))


def curve(tail: Tail, years: int) -> tuple[CurvePoint, ...]:
    """The return-period curve as far as ten simulated years support a point."""
    points, size = [], tail.values.size
    for period in RETURN_PERIODS:
        rank = years / period
        if rank < 10 or rank > size - 1:
            continue
        above = max(round(rank), 1)
        spread = spread_of(tail, years, above)
        low = tail.values[max(size - round(rank + spread), 0)]
        high = tail.values[min(size - max(round(rank - spread), 1), size - 1)]
        points.append(CurvePoint(period, float(tail.values[size - above]), float(low), float(high)))
    return tuple(points)
