"""Tracks made up for the tests, and the points around Ningbo."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from quanyu.perils.cyclone import Fix, Kind, Points, Radii, Track

START = datetime(2019, 8, 9, tzinfo=UTC)


def fixes(
    places: Sequence[tuple[float, float]],
    *,
    hours: float = 6.0,
    wind: float | None = 40.0,
    pressure: float | None = 955.0,
    radii: tuple[Radii, ...] = (),
) -> tuple[Fix, ...]:
    return tuple(
        Fix(START + timedelta(hours=k * hours), lat, lon, wind, pressure, radii=radii)
        for k, (lat, lon) in enumerate(places)
    )


def track(
    places: Sequence[tuple[float, float]],
    *,
    kind: Kind = Kind.BEST,
    minutes: int = 1,
    wind: float | None = 40.0,
    pressure: float | None = 955.0,
    radii: tuple[Radii, ...] = (),
) -> Track:
    made = fixes(places, wind=wind, pressure=pressure, radii=radii)
    return Track("test", {1: "usa", 2: "cma", 10: "tokyo"}[minutes], minutes, kind, made)


def ningbo(side: int = 20) -> Points:
    """A grid over Ningbo, 28.6 to 30.6 N, 120.6 to 122.6 E."""
    lat, lon = np.meshgrid(np.linspace(28.6, 30.6, side), np.linspace(120.6, 122.6, side), indexing="ij")
    return Points.of(lat, lon)
