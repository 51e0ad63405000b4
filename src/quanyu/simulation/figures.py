"""Figures of one yearly amount: mean, deviation, tails, return periods, each with its error."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quanyu.simulation.tails import TailFigures, tail_figures

__all__ = ["LEVELS", "RETURN_PERIODS", "CurvePoint", "Figures", "curve", "figures"]

Floats = NDArray[np.float64]
LEVELS = (0.95, 0.99, 0.995)
RETURN_PERIODS = (
    20.0,
    25.0,
    30.0,
    40.0,
    50.0,
    75.0,
    100.0,
    150.0,
    200.0,
    250.0,
    500.0,
    750.0,
    1000.0,
    2500.0,
    5000.0,
    10000.0,
)


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
    tails: tuple[TailFigures, ...]
    curve: tuple[CurvePoint, ...]

    def scaled(self, factor: float, shift: float = 0.0) -> "Figures":
        """The figures of `factor` × amount + `shift`, for a factor ≥ 0."""
        return Figures(
            self.years,
            self.mean * factor + shift,
            self.mean_error * factor,
            self.sd * factor,
            tuple(
                TailFigures(
                    t.level,
                    t.var * factor + shift,
                    t.var_error * factor,
                    t.tvar * factor + shift,
                    t.tvar_error * factor,
                )
                for t in self.tails
            ),
            tuple(
                CurvePoint(p.years, p.amount * factor + shift, p.low * factor + shift, p.high * factor + shift)
                for p in self.curve
            ),
        )


def needed(years: int, level: float) -> int:
    """How many of the largest values the figures down to `level` read, a standard error beyond the level included."""
    spread = math.ceil(math.sqrt(years * level * (1.0 - level)))
    return min(years, years - math.ceil(level * years - 1e-9) + 2 + spread)


def figures(mean: float, sd: float, tail: Floats, years: int, levels: tuple[float, ...] = LEVELS) -> Figures:
    """The figures of one column. tail: its largest values, ascending, `needed(years, min(levels))` of them."""
    return Figures(
        years,
        mean,
        sd / math.sqrt(years),
        sd,
        tuple(tail_figures(tail, years, level) for level in levels),
        curve(tail, years),
    )


def curve(tail: Floats, years: int) -> tuple[CurvePoint, ...]:
    """The return-period curve as far as ten simulated years support a point. tail: the largest values, ascending."""
    points = []
    for period in RETURN_PERIODS:
        rank = years / period
        if rank < 10 or rank > tail.size - 1:
            continue
        spread = math.sqrt(rank * (1.0 - 1.0 / period))
        place = tail.size - max(round(rank), 1)
        low = tail[max(tail.size - round(rank + spread), 0)]
        high = tail[min(tail.size - max(round(rank - spread), 1), tail.size - 1)]
        points.append(CurvePoint(period, float(tail[place]), float(low), float(high)))
    return tuple(points)
