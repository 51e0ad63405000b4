"""Tracks made ready for a wind field: gaps filled and counted, one averaging period, hourly nodes, motion, depth.

Positions lie on a not-a-knot cubic through all fixes (a parabola through three, a line through two), everything else on
straight lines between them. Motion and the trend of pressure at a node are those since the node before; at the first
they are those to the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

import numpy as np

from quanyu.perils.columns import Floats, Ints, as_floats
from quanyu.perils.cyclone.averaging import Averaging, converted
from quanyu.perils.cyclone.filling import pressure_of, radius_of_maximum_wind, wind_of
from quanyu.perils.cyclone.loaders import cyclone_kernels
from quanyu.perils.cyclone.track import KNOT, MINUTES, Fix, Track
from quanyu.perils.errors import require
from quanyu.terms import Text

__all__ = ["First", "LeftOut", "Nodes", "Preparation", "prepare"]

KM_A_DEGREE = 111.12
FASTEST = 30.0 * KNOT
_TINY = float(np.spacing(1.0))
# Below this a central pressure is none; its trend is taken as nothing, as for a storm that begins.
_LOWEST = 85_000.0


class First(StrEnum):
    """Whether the first node of a track blows: by the motion to the second, or not at all (as CLIMADA has it)."""

    FORWARD = "forward"
    LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class Preparation:
    """How tracks are made ready; goes with every result.

    averaging: the rule between averaging periods, chosen on purpose. minutes: the period winds are brought to. step:
    hours between nodes, below 1 for points so close that a fast storm would step over them. environment: pressure
    around a storm whose outermost isobar is not reported, hPa; 5 hPa more are some 6 % more wind at a depth of 40 hPa.
    """

    averaging: Averaging
    minutes: int = 1
    step: float = 1.0
    environment: float = 1010.0
    first: First = First.FORWARD

    def __post_init__(self) -> None:
        require(self.minutes in MINUTES, "minutes", "平均时段须为 1、2 或 10 分钟。", "The period is 1, 2 or 10.")
        require(0.05 <= self.step <= 6.0, "step", "步长须在 0.05 与 6 小时之间。", "A step is 0.05 to 6 hours.")
        fine = 950.0 <= self.environment <= 1050.0
        require(fine, "environment", "环境气压须在 950 与 1050 之间。", "The environment has 950 to 1050 hPa.")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A track without nodes, and why."""

    storm: str
    reason: Text


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """Nodes of tracks; track k owns the rows `ptr[k]` to `ptr[k + 1] - 1`. Metres, m/s, Pa, degrees.

    hours: since 1970 UTC. depth: environment less central pressure. trend: Pa/s. motion: north and east, held to 30 kt.
    radii: km by label, shape (nodes, 4), not a number where it was not reported on both sides. estimated: how many
    fixes had a value filled, by name. left_out: tracks that are not here.
    """

    tracks: tuple[Track, ...]
    ptr: Ints
    hours: Floats
    lat: Floats
    lon: Floats
    pressure: Floats
    depth: Floats
    trend: Floats
    wind: Floats
    rmw: Floats
    motion: Floats
    radii: Mapping[str, Floats]
    basis: Preparation
    estimated: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()

    @property
    def speed(self) -> Floats:
        """How fast the storm moves, m/s."""
        return np.asarray(np.hypot(self.motion[:, 0], self.motion[:, 1]))


_NO_FIXES = Text("少于两个有强度的定位点。", "Fewer than two fixes have a wind or a pressure.")
_SHORT = Text("历时不足一步。", "It is shorter than one step.")


def prepare(tracks: Sequence[Track], basis: Preparation) -> Nodes:
    """The nodes of tracks. Every track is in or left out with a reason.

    A track begins at its first and ends at its last fix with a wind or a pressure; one between that has neither lies on
    the line between its neighbours. A pressure above that of the environment counts as the environment's.
    """
    kept: list[Track] = []
    columns: list[_Columns] = []
    left: list[LeftOut] = []
    for track in tracks:
        made = _columns(track, basis)
        if isinstance(made, Text):
            left.append(LeftOut(track.storm, made))
        else:
            kept.append(track)
            columns.append(made)
    if not kept:
        return _empty(basis, tuple(left))
    counts: dict[str, int] = {}
    for column in columns:
        for name, count in column.estimated.items():
            counts[name] = counts.get(name, 0) + count
    return _nodes(tuple(kept), columns, basis=basis, estimated=counts, left=tuple(left))


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """The fixes of one track as columns, every value there."""

    hours: Floats
    lat: Floats
    lon: Floats
    values: Floats
    radii: Mapping[str, Floats]
    estimated: Mapping[str, int]


def _columns(track: Track, basis: Preparation) -> _Columns | Text:
    told = [k for k, f in enumerate(track.fixes) if f.wind is not None or f.pressure is not None]
    if len(told) < 2:
        return _NO_FIXES
    fixes = track.fixes[told[0] : told[-1] + 1]
    hours = as_floats([f.time.timestamp() / 3600.0 for f in fixes])
    if hours[-1] - hours[0] < basis.step:
        return _SHORT
    lat, lon = as_floats([f.lat for f in fixes]), _unrolled(as_floats([f.lon for f in fixes]))
    values, estimated = _filled(track, fixes, np.stack((hours, lat, lon)), basis)
    labels = sorted({r.label for f in fixes for r in f.radii})
    return _Columns(hours, lat, lon, values, {label: _radii(fixes, label) for label in labels}, estimated)


def _unrolled(lon: Floats) -> Floats:
    """Longitudes without a jump at the date line, so that a spline runs through it."""
    return np.asarray(np.unwrap(lon, period=360.0))


def _filled(track: Track, fixes: Sequence[Fix], where: Floats, basis: Preparation) -> tuple[Floats, Mapping[str, int]]:
    """Wind in the averaging period of the basis, pressure, environment and RMW by fix, and how many were estimated."""
    hours, lat, lon = where
    reported = _reported(f.wind for f in fixes)
    into, rule = basis.minutes, basis.averaging
    told = partial(converted, reported, agency=track.agency, minutes=track.minutes, rule=rule)
    wind = told(into=into)
    pressure = _reported(f.pressure for f in fixes)
    no_wind, no_pressure = np.isnan(wind), np.isnan(pressure)
    # The regressions are of 1-minute winds.
    pressure = np.where(no_pressure, pressure_of(told(into=1), lat, lon), pressure)
    filled = converted(wind_of(pressure, lat, lon), agency="usa", minutes=1, into=into, rule=rule)
    wind = np.where(no_wind, filled, wind)
    neither = np.isnan(pressure)
    for column in (wind, pressure):
        column[neither] = np.interp(hours[neither], hours[~neither], column[~neither])
    around = _reported(f.outermost for f in fixes)
    around = np.where(np.isnan(around), basis.environment, around)
    rmw = _reported(f.rmw for f in fixes)
    no_rmw = np.isnan(rmw) | (rmw <= 0.0)
    rmw = np.where(no_rmw, radius_of_maximum_wind(pressure), rmw)
    estimated = {"wind": int(no_wind.sum()), "pressure": int(no_pressure.sum()), "rmw": int(no_rmw.sum())}
    # A radius that was estimated belongs to the pressure of its node, so it is estimated again there.
    return np.column_stack((wind, pressure, around, np.where(no_rmw, np.nan, rmw))), estimated


def _reported(values: Iterable[float | None]) -> Floats:
    return as_floats([np.nan if v is None else v for v in values])


def _radii(fixes: Sequence[Fix], label: str) -> Floats:
    missing = (np.nan,) * 4
    return as_floats([next((r.km for r in f.radii if r.label == label), missing) for f in fixes])


def _nodes(
    tracks: tuple[Track, ...],
    columns: Sequence[_Columns],
    *,
    basis: Preparation,
    estimated: Mapping[str, int],
    left: tuple[LeftOut, ...],
) -> Nodes:
    run = cyclone_kernels()
    ptr = _pointers([len(c.hours) for c in columns])
    t = np.concatenate([c.hours for c in columns])
    nptr = _pointers([int((c.hours[-1] - c.hours[0]) / basis.step + 1e-9) + 1 for c in columns])
    size, step = int(nptr[-1]), basis.step
    place = {"lat": np.empty(size), "lon": np.empty(size)}
    for name, out in place.items():
        run.splines(ptr, t, np.concatenate([getattr(c, name) for c in columns]), nptr=nptr, step=step, out=out)
    labels = sorted({label for c in columns for label in c.radii})
    nothing = {len(c.hours): np.full((len(c.hours), 4), np.nan) for c in columns}
    stacked = [np.concatenate([c.values for c in columns])]
    stacked += [np.concatenate([c.radii.get(label, nothing[len(c.hours)]) for c in columns]) for label in labels]
    values = np.empty((size, 4 + 4 * len(labels)))
    run.lines(ptr, t, np.concatenate(stacked, axis=1), nptr=nptr, step=step, out=values)
    wind, pressure, around, rmw = values[:, :4].T
    rmw = np.where(np.isnan(rmw), radius_of_maximum_wind(pressure), rmw) * 1e3
    radii = {label: values[:, 4 + 4 * k : 8 + 4 * k] for k, label in enumerate(labels)}
    start = np.repeat(t[ptr[:-1]], np.diff(nptr))
    hours = start + (np.arange(size) - np.repeat(nptr[:-1], np.diff(nptr))) * step
    outside = around * 100.0
    inside = np.minimum(pressure, around) * 100.0
    motion, trend = _changes(nptr, place, inside, step=step)
    depth = np.maximum(_TINY, outside - inside)
    return Nodes(
        tracks, nptr, hours, place["lat"], place["lon"], inside, depth, trend, wind.copy(), rmw, motion, radii,
        basis, estimated, left,
    )  # fmt: skip


def _changes(ptr: Ints, place: Mapping[str, Floats], pressure: Floats, *, step: float) -> tuple[Floats, Floats]:
    """Motion and trend of pressure since the node before; at a first node those of the second."""
    lat, lon = place["lat"], place["lon"]
    seconds = step * 3600.0
    north, east, trend = np.zeros(lat.size), np.zeros(lat.size), np.zeros(lat.size)
    north[1:] = np.diff(lat) * (KM_A_DEGREE * 1e3) / seconds
    east[1:] = np.diff(lon) * np.cos(np.radians(lat[:-1])) * (KM_A_DEGREE * 1e3) / seconds
    before = np.where(pressure[:-1] < _LOWEST, pressure[1:], pressure[:-1])
    trend[1:] = (pressure[1:] - before) / seconds
    first = ptr[:-1]
    second = np.minimum(first + 1, ptr[1:] - 1)
    for column in (north, east, trend):
        column[first] = column[second]
    speed = np.hypot(north, east)
    slower = np.where(speed > FASTEST, FASTEST / np.where(speed > 0.0, speed, 1.0), 1.0)
    return np.column_stack((north * slower, east * slower)), trend


def _pointers(counts: Sequence[int]) -> Ints:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _empty(basis: Preparation, left: tuple[LeftOut, ...]) -> Nodes:
    none = np.empty(0)
    return Nodes(
        (), np.zeros(1, np.int64), none, none, none, none, none, none, none, none, np.empty((0, 2)), {}, basis, {}, left
    )
