"""Wind fields: which profile, fitted to what, and the largest winds of tracks at points."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quanyu.perils.columns import Floats, Ints, as_floats
from quanyu.perils.cyclone.loaders import cyclone_kernels
from quanyu.perils.cyclone.nodes import First, Nodes, Preparation
from quanyu.perils.cyclone.profiles import GRADIENT_TO_SURFACE, Profile, coriolis, exponent, h08_b, h10_peak, h80_b
from quanyu.perils.cyclone.track import KNOT
from quanyu.perils.errors import require

__all__ = ["Behind", "Footprints", "Outer", "Peak", "Points", "WindField", "footprints", "wind_behind"]

_CODES = {Profile.H80: 0, Profile.H08: 1, Profile.H10: 2, Profile.ER11: 3}
# Holland 2010 without radii: a wind of 17 m/s at 300 km.
_AFAR, _AFAR_WIND = 300e3, 17.0
Place = tuple[Floats, Floats, Ints]
"""Latitudes in order, longitudes, and where each goes."""


class Peak(StrEnum):
    """Whence Holland 2010 has its largest wind: from the pressure drop, or the one that was reported."""

    PRESSURE = "pressure"
    REPORTED = "reported"


class Outer(StrEnum):
    """Whence Holland 2010 has its outer wind: 17 m/s at 300 km, or radii that were reported, where they were."""

    DEFAULT = "default"
    REPORTED = "reported"


class Behind(StrEnum):
    """Which wind stands behind R7, R10 and R12, m/s; R30 to R64 are always knots.

    BEAUFORT: where the forces begin, 13.9, 24.5, 32.7. STORM: 17.2 behind R7, as exchanged by many. KNOTS: 30, 50 and
    64 kt, as the circles of CMA's bulletins are labelled.
    """

    BEAUFORT = "beaufort"
    STORM = "17.2"
    KNOTS = "knots"


_FORCES = {
    Behind.BEAUFORT: {"R7": 13.9, "R10": 24.5, "R12": 32.7},
    Behind.STORM: {"R7": 17.2, "R10": 24.5, "R12": 32.7},
    Behind.KNOTS: {"R7": 30.0 * KNOT, "R10": 50.0 * KNOT, "R12": 64.0 * KNOT},
}


def wind_behind(label: str, behind: Behind) -> float:
    """The wind at the edge of a reported radius, m/s. Raises LawError for a label that is not known."""
    knots = label[1:].isdigit() and label not in ("R7", "R10", "R12")
    known = label[:1] == "R" and (knots or label in _FORCES[behind])
    require(known, "radii", f"不认识风圈 {label}。", f"The radius {label} is not known.")
    return int(label[1:]) * KNOT if knots else _FORCES[behind][label]


@dataclass(frozen=True, slots=True)
class WindField:
    """How wind lies about a centre; goes with every result. The defaults are those for losses: Holland 2008.

    peak and outer matter to Holland 2010 only; behind, where radii are fitted. Nodes with fitted radii have no motion
    added, for what was reported by quadrant holds it already. inflow: whether the wind turns in. floor: m/s below which
    a wind counts as none; lower than any trigger. reach: km from the centre beyond which there is none. reversing: the
    motion taken off a weak rotation turns it round, as CLIMADA has it, so that a storm without depth blows with twice
    its motion; without it a rotation ends at 0, and a storm without depth has no wind.
    """

    profile: Profile = Profile.H08
    peak: Peak = Peak.PRESSURE
    outer: Outer = Outer.DEFAULT
    behind: Behind = Behind.BEAUFORT
    inflow: bool = False
    floor: float = 10.8
    reach: float = 300.0
    reversing: bool = False

    def __post_init__(self) -> None:
        fitted = self.outer is Outer.DEFAULT or self.profile is Profile.H10
        require(fitted, "outer", "只有 Holland 2010 能拟合风圈。", "Only Holland 2010 is fitted to radii.")
        require(0.0 <= self.floor < 100.0, "floor", "下限须在 0 与 100 之间。", "The floor lies between 0 and 100 m/s.")
        fine = 50.0 <= self.reach <= 1500.0
        require(fine, "reach", "范围须在 50 与 1500 公里之间。", "The reach lies between 50 and 1500 km.")

    @classmethod
    def for_warnings(cls, behind: Behind, floor: float = 10.8) -> "WindField":
        """Holland 2010 through reported winds and radii, as far as radii go; its default where none are reported.

        Which wind stands behind a radius has no default here: it decides who is inside.
        """
        return cls(Profile.H10, Peak.REPORTED, Outer.REPORTED, behind, floor=floor, reach=800.0)

    @property
    def from_pressure(self) -> bool:
        """Whether winds come from pressures alone, and so are 1-minute means whatever the agency reports."""
        by_pressure = self.profile is Profile.H10 and self.peak is Peak.PRESSURE
        return self.profile is Profile.H08 or by_pressure


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Places in degrees, one array each."""

    lat: Floats
    lon: Floats

    @classmethod
    def of(cls, lat: ArrayLike, lon: ArrayLike) -> "Points":
        """From anything like arrays. Raises LawError where they differ in length or hold no places."""
        y, x = as_floats(lat).ravel(), as_floats(lon).ravel()
        require(y.size == x.size, "points", "经纬度个数不同。", "There are more latitudes or more longitudes.")
        fine = bool(np.isfinite(y).all() and np.isfinite(x).all() and (np.abs(y) <= 90.0).all())
        require(fine, "points", "有经纬度不存在。", "A latitude or longitude does not exist.")
        return cls(y, x)

    def __len__(self) -> int:
        return int(self.lat.size)


@dataclass(frozen=True, slots=True, eq=False)
class Footprints:
    """The largest winds of tracks at points, m/s, 0 below the floor; only tracks that come near have a row.

    near: places in `nodes.tracks` of the rows. peak: shape (rows, points). arrival: hours since 1970 of the first node
    at or above each threshold, not a number where there is none; lasting: hours at or above it, in steps of the nodes;
    both of shape (rows, points, thresholds). minutes: averaging period of the winds. field, basis: all that was chosen.
    """

    storms: tuple[str, ...]
    near: Ints
    peak: Floats
    arrival: Floats
    lasting: Floats
    thresholds: tuple[float, ...]
    field: WindField
    basis: Preparation
    minutes: int

    def of(self, storm: str) -> Floats:
        """The largest winds of a storm at the points. Raises LawError for a storm that was not asked about."""
        require(storm in self.storms, "storm", f"没有 {storm}。", f"There is no {storm}.")
        rows = np.flatnonzero(self.near == self.storms.index(storm))
        return self.peak[rows[0]] if rows.size else np.zeros(self.peak.shape[1])


def footprints(
    nodes: Nodes, points: Points, field: WindField, *, thresholds: Sequence[float] = (), threads: int = 1
) -> Footprints:
    """Winds of all tracks at all points. thresholds: m/s, none below the floor; threads change no bit."""
    low = min(thresholds, default=field.floor)
    require(low >= field.floor, "thresholds", "阈值低于下限。", "A threshold lies below the floor.")
    run = cyclone_kernels()
    columns = columns_of(nodes, field)
    which = nearby(nodes, columns, points, field.reach)
    levels = as_floats(thresholds)
    shape = (which.size, len(points))
    peak = np.zeros(shape)
    arrival, lasting = np.full((*shape, levels.size), np.nan), np.zeros((*shape, levels.size))
    switches = (field.inflow, field.reversing, nodes.basis.first is First.FORWARD)
    how = (_CODES[field.profile], switches, field.reach, field.floor, nodes.basis.step)
    tracks = (which, nodes.ptr, columns)

    def part(place: Place) -> None:
        run.blow(how, tracks, place, levels, (peak, arrival, lasting))

    in_parts(part, points, threads)
    arrival += nodes.hours[nodes.ptr[which]][:, None, None]
    storms = tuple(track.storm for track in nodes.tracks)
    minutes = 1 if field.from_pressure else nodes.basis.minutes
    return Footprints(storms, which, peak, arrival, lasting, tuple(map(float, thresholds)), field, nodes.basis, minutes)


def in_parts(part: Callable[[Place], None], points: Points, threads: int) -> None:
    """Call `part` with the points in order of latitude, in as many parts as threads."""
    require(threads >= 1, "threads", "线程数须至少为 1。", "At least one thread is needed.")
    order = np.argsort(points.lat, kind="stable").astype(np.int64)
    places = [(points.lat[k].copy(), points.lon[k].copy(), k) for k in np.array_split(order, threads) if k.size]
    if len(places) == 1:
        part(places[0])
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, places))


def nearby(nodes: Nodes, columns: Floats, points: Points, reach: float) -> Ints:
    """The tracks that come within reach (km) of the points' box."""
    if not len(points) or not nodes.tracks:
        return np.empty(0, np.int64)
    box = as_floats([points.lat.min(), points.lat.max(), points.lon.min(), points.lon.max()])
    found: Ints = cyclone_kernels().near(nodes.ptr, columns, box, reach)
    return found


def columns_of(nodes: Nodes, field: WindField) -> Floats:
    """What the compiled loop wants of each node, in its order: LAT, LON, RMW, B, DEPTH, F, NORTH, EAST, SPEED, PEAK,
    MOVES, then exponent and distance for each quadrant."""
    speed = nodes.speed
    b, peak = _shape(nodes, field, speed)
    afar = np.full((nodes.lat.size, 4), _AFAR)
    outer = np.repeat(np.full((nodes.lat.size, 1), 0.5), 4, axis=1)
    moves = np.ones(nodes.lat.size)
    if field.profile is Profile.H10:
        outer, afar, fitted = _outer(nodes, field, b, peak=peak)
        moves = np.where(fitted, 0.0, 1.0)
    quadrants = np.stack((outer, afar), axis=2).reshape(-1, 8)
    plain = np.column_stack(
        (nodes.lat, nodes.lon, nodes.rmw, b, nodes.depth, coriolis(nodes.lat), nodes.motion, speed, peak, moves)
    )
    return np.ascontiguousarray(np.concatenate((plain, quadrants), axis=1))


def _shape(nodes: Nodes, field: WindField, speed: Floats) -> tuple[Floats, Floats]:
    """Holland's b and the largest wind, by profile."""
    if field.profile is Profile.H80:
        gradient = np.maximum(0.0, nodes.wind - speed) / GRADIENT_TO_SURFACE
        return h80_b(gradient, nodes.depth), nodes.wind
    b = h08_b(nodes.depth, nodes.trend, nodes.lat, speed)
    if field.profile is not Profile.H10:
        return b, nodes.wind
    if field.peak is Peak.PRESSURE:
        return b, h10_peak(nodes.depth, b)
    low, high = GRADIENT_TO_SURFACE**2, 2.5 * GRADIENT_TO_SURFACE**2
    return np.clip(nodes.wind**2 * np.e * 1.15 / nodes.depth, low, high), nodes.wind


def _outer(nodes: Nodes, field: WindField, b: Floats, *, peak: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Exponents and their distances by quadrant, and whether all that were reported could be fitted."""
    size = nodes.lat.size
    at, wind = np.full((size, 4), _AFAR), np.full((size, 4), _AFAR_WIND)
    fitted = np.zeros(size, np.bool_)
    if field.outer is Outer.REPORTED:
        best = np.zeros((size, 4))
        for label, km in nodes.radii.items():
            level = wind_behind(label, field.behind)
            # A radius says something about the profile only where the storm is stronger and the edge outside the eye.
            usable = (km > best) & (km * 1e3 > 1.05 * nodes.rmw[:, None]) & (peak[:, None] > 1.02 * level)
            best = np.where(usable, km, best)
            at, wind = np.where(usable, km * 1e3, at), np.where(usable, level, wind)
        fitted = np.asarray((best > 0.0).all(axis=1))
        at, wind = np.where(fitted[:, None], at, _AFAR), np.where(fitted[:, None], wind, _AFAR_WIND)
    strong = peak > 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        outer = exponent(nodes.rmw[:, None], b[:, None], peak[:, None], wind=wind, at=at)
    return np.where(strong[:, None], outer, 0.5), at, fitted
