"""What an agency says of a storm: where its centre was, how deep, how strong, and how far its winds reached."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from quanyu.perils.errors import require

__all__ = ["KNOT", "MINUTES", "NAUTICAL_MILE", "Fix", "Grade", "Kind", "Radii", "Source", "Track"]

KNOT = 1852.0 / 3600.0
"""Metres a second in a knot."""
NAUTICAL_MILE = 1.852
"""Kilometres in a nautical mile."""
MINUTES = (1, 2, 10)
"""Averaging periods of a sustained wind: JTWC 1, CMA 2, JMA 10 minutes."""


class Kind(StrEnum):
    """Where fixes come from. Best tracks are made after the storm; forecasts and synthetic ones have not happened."""

    BEST = "best"
    OBSERVED = "observed"
    FORECAST = "forecast"
    SYNTHETIC = "synthetic"


class Grade(StrEnum):
    """Grades of GB/T 19201-2006, and two states that are none."""

    UNKNOWN = "unknown"
    DEPRESSION = "TD"
    STORM = "TS"
    SEVERE_STORM = "STS"
    TYPHOON = "TY"
    SEVERE_TYPHOON = "STY"
    SUPER_TYPHOON = "SuperTY"
    EXTRATROPICAL = "EX"


@dataclass(frozen=True, slots=True)
class Radii:
    """How far a wind reached to the north-east, south-east, south-west and north-west, km; 0 where it was not reached.

    label: the radius as the agency calls it, such as R7 (Beaufort 7) or R30 (30 kt). Which wind stands behind R7 is
    not the same everywhere, so it is an option of what is made of it, not a part of the report.
    """

    label: str
    km: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        require(all(0.0 <= r < 3000.0 for r in self.km), "radii", "风圈半径不合理。", "A radius is not possible.")


@dataclass(frozen=True, slots=True)
class Fix:
    """The storm at one time (UTC). Degrees, m/s in the averaging period of its track, hPa, km; None: not reported.

    rmw: radius of maximum wind. outermost: pressure of the outermost closed isobar. circle: radius around a forecast
    position within which the agency puts 70 % of its forecasts.
    """

    time: datetime
    lat: float
    lon: float
    wind: float | None = None
    pressure: float | None = None
    grade: Grade = Grade.UNKNOWN
    radii: tuple[Radii, ...] = ()
    rmw: float | None = None
    outermost: float | None = None
    circle: float | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a track stands: file, line of its beginning, and whom to name."""

    file: str
    line: int = 0
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Track:
    """The fixes of one storm by one agency, in order of time.

    storm: the identifier of its file, unique within it. minutes: averaging period of the winds. issued: when a
    forecast was made, None for what is no forecast. Raises LawError where times go back, or a value cannot be.
    """

    storm: str
    agency: str
    minutes: int
    kind: Kind
    fixes: tuple[Fix, ...]
    name: str = ""
    source: Source = Source("")
    issued: datetime | None = None

    def __post_init__(self) -> None:
        require(bool(self.fixes), "fixes", "没有定位点。", "There is no fix.")
        fine = self.minutes in MINUTES
        require(fine, "minutes", "平均时段须为 1、2 或 10 分钟。", "The averaging period is 1, 2 or 10 minutes.")
        for fix in self.fixes:
            possible(fix)
        ordered = all(a.time < b.time for a, b in zip(self.fixes, self.fixes[1:], strict=False))
        require(ordered, "fixes", "时间须递增。", "Times must go forward.")

    @property
    def span(self) -> timedelta:
        """From the first fix to the last."""
        return self.fixes[-1].time - self.fixes[0].time


def possible(fix: Fix) -> None:
    """Raise LawError where a value of a fix cannot be."""
    utc = fix.time.tzinfo is not None and fix.time.utcoffset() == timedelta(0)
    require(utc, "time", "时间须为协调世界时。", "The time must be UTC.")
    require(abs(fix.lat) <= 90.0, "lat", f"纬度 {fix.lat:g} 不存在。", f"There is no latitude {fix.lat:g}.")
    require(-180.0 <= fix.lon <= 360.0, "lon", f"经度 {fix.lon:g} 不存在。", f"There is no longitude {fix.lon:g}.")
    bounds = {
        "wind": (fix.wind, 0.0, 120.0, "m/s"),
        "pressure": (fix.pressure, 800.0, 1050.0, "hPa"),
        "rmw": (fix.rmw, 0.0, 1000.0, "km"),
        "outermost": (fix.outermost, 800.0, 1050.0, "hPa"),
        "circle": (fix.circle, 0.0, 3000.0, "km"),
    }
    for field, (value, low, high, unit) in bounds.items():
        fine = value is None or low <= value <= high
        zh, en = f"{value} {unit} 不可能。", f"{value} {unit} is not possible."
        require(fine, field, zh, en)
