"""How wind falls with distance from the centre: four profiles, written plainly. The compiled loops do the same.

Distances in metres, pressures in Pa, winds in m/s, angles in degrees.
"""

from enum import StrEnum
from math import e

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats

__all__ = [
    "AIR",
    "GRADIENT_TO_SURFACE",
    "Profile",
    "coriolis",
    "er11",
    "exponent",
    "h08_b",
    "h10",
    "h10_peak",
    "h80",
    "h80_b",
    "holland",
    "inflow_angle",
]

AIR = 1.15
"""Density of air, kg/m3, as in Holland (1980)."""
GRADIENT_TO_SURFACE = 0.9
"""Surface wind over gradient wind, Franklin et al. (2003, doi 10.1175/1520-0434(2003)018<0032:GDWPIH>2.0.CO;2)."""
_TURNING = 7.29e-5


class Profile(StrEnum):
    """Which profile: Holland 1980, 2008, Holland, Belanger and Fritz 2010, or Emanuel and Rotunno 2011."""

    H80 = "holland-1980"
    H08 = "holland-2008"
    H10 = "holland-2010"
    ER11 = "emanuel-rotunno-2011"


def coriolis(lat: ArrayLike) -> Floats:
    """The Coriolis parameter, 1/s, without sign."""
    return 2.0 * _TURNING * np.sin(np.radians(np.abs(as_floats(lat))))


def h80_b(peak: ArrayLike, depth: ArrayLike) -> Floats:
    """Holland's B of a gradient wind and the pressure drop, held to [1, 2.5].

    Holland (1980, doi 10.1175/1520-0493(1980)108<1212:AAMOTW>2.0.CO;2).
    """
    return np.clip(as_floats(peak) ** 2 * e * AIR / as_floats(depth), 1.0, 2.5)


def h08_b(depth: ArrayLike, trend: ArrayLike, lat: ArrayLike, speed: ArrayLike) -> Floats:
    """Holland's b of the surface wind by the pressure drop (Pa), its trend (Pa/s), latitude and the storm's speed.

    Holland (2008, doi 10.1175/2008MWR2395.1, eq. 11), held to [1, 2.5] times the square of 0.9.
    """
    dp = as_floats(depth) / 100.0
    x = 0.6 * (1.0 - dp / 215.0)
    fall = as_floats(trend) * 36.0
    b = -4.4e-5 * dp**2 + 0.01 * dp + 0.03 * fall - 0.014 * np.abs(as_floats(lat)) + 0.15 * as_floats(speed) ** x + 1.0
    low, high = GRADIENT_TO_SURFACE**2, 2.5 * GRADIENT_TO_SURFACE**2
    return np.clip(b, low, high)


def holland(r: ArrayLike, rmw: ArrayLike, b: ArrayLike, *, depth: ArrayLike, f: ArrayLike = 0.0) -> Floats:
    """Wind in balance with Holland's pressure profile; f 0 leaves the earth's turning out."""
    d = as_floats(r)
    ratio = (as_floats(rmw) / d) ** as_floats(b)
    half = 0.5 * as_floats(f) * d
    return np.sqrt(np.maximum(0.0, as_floats(b) / AIR * ratio * as_floats(depth) * np.exp(-ratio) + half**2)) - half


def h80(r: ArrayLike, rmw: ArrayLike, b: ArrayLike, *, depth: ArrayLike, f: ArrayLike = 0.0) -> Floats:
    """Holland 1980, brought from gradient height to the surface."""
    return GRADIENT_TO_SURFACE * holland(r, rmw, b, depth=depth, f=f)


def h10_peak(depth: ArrayLike, b: ArrayLike) -> Floats:
    """The largest wind of a pressure drop, Holland et al. (2010, doi 10.1175/2010MWR3317.1, eq. 8)."""
    return np.sqrt(as_floats(b) * as_floats(depth) / (AIR * e))


def exponent(rmw: ArrayLike, b: ArrayLike, peak: ArrayLike, *, wind: ArrayLike = 17.0, at: ArrayLike = 300e3) -> Floats:
    """The exponent with which the profile has `wind` at the distance `at`; Holland et al. (2010), eq. 10."""
    ratio = (as_floats(rmw) / as_floats(at)) ** as_floats(b)
    return np.log(as_floats(wind) / as_floats(peak)) / (np.log(ratio) + 1.0 - ratio)


def h10(
    r: ArrayLike, rmw: ArrayLike, b: ArrayLike, *, peak: ArrayLike, outer: ArrayLike, at: ArrayLike = 300e3
) -> Floats:
    """Holland et al. (2010, eqs 6 and 10): outer is the exponent at the distance `at`; never below 0.4."""
    d, radius = as_floats(r), as_floats(rmw)
    x = 0.5 + np.maximum(0.0, d - radius) * (as_floats(outer) - 0.5) / (as_floats(at) - radius)
    ratio = (radius / d) ** as_floats(b)
    return as_floats(peak) * (ratio * np.exp(1.0 - ratio)) ** np.maximum(0.4, x)


def er11(r: ArrayLike, rmw: ArrayLike, peak: ArrayLike, *, f: ArrayLike) -> Floats:
    """Emanuel and Rotunno (2011, doi 10.1175/JAS-D-10-05024.1, eq. 36 with Ck = Cd)."""
    d, radius = as_floats(r), as_floats(rmw)
    most = radius * as_floats(peak) + 0.5 * as_floats(f) * radius**2
    square = (d / radius) ** 2
    return np.maximum(0.0, most * 2.0 * square / (1.0 + square) / d)


def inflow_angle(r: ArrayLike, rmw: ArrayLike) -> Floats:
    """How far the wind turns in towards the centre, degrees; Graham and Nunn (1959), Bretschneider (1972)."""
    q = as_floats(r) / as_floats(rmw)
    return np.where(q < 1.0, 10.0 * (1.0 + q), np.where(q < 1.2, 20.0 + 25.0 * (q - 1.0), 25.0))
