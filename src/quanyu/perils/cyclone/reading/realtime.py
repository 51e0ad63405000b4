"""Real-time tracks as provincial typhoon networks exchange them: CSV, Beijing time, 2-minute winds, R7, R10 and R12.

Both spellings of the columns are read: radius7, radius7_quad.ne and r7, r7Quad.ne. Where the quadrants are missing or
all 0 the one radius stands for all of them. These are operational values, not best tracks.
"""

from datetime import UTC, timedelta, timezone
from functools import partial

from quanyu.perils.cyclone.reading.rows import rows
from quanyu.perils.cyclone.reading.storms import Storm, TrackReading, clock, finding, gather, number
from quanyu.perils.cyclone.track import Fix, Grade, Kind, Radii
from quanyu.terms import Place, Text

__all__ = ["BEIJING", "grade_of", "read_realtime"]

BEIJING = timezone(timedelta(hours=8))
ATTRIBUTION = "real-time track by CMA as exchanged, operational values"
_NEEDED = ("time", "lng", "lat")
_GRADES = (
    ("super", Grade.SUPER_TYPHOON),
    ("超强", Grade.SUPER_TYPHOON),
    ("sty", Grade.SEVERE_TYPHOON),
    ("强台风", Grade.SEVERE_TYPHOON),
    ("sts", Grade.SEVERE_STORM),
    ("强热带风暴", Grade.SEVERE_STORM),
    ("ts", Grade.STORM),
    ("热带风暴", Grade.STORM),
    ("td", Grade.DEPRESSION),
    ("热带低压", Grade.DEPRESSION),
    ("ty", Grade.TYPHOON),
    ("台风", Grade.TYPHOON),
)


def read_realtime(text: str, file: str, *, storm: str = "", zone: timezone = BEIJING) -> TrackReading:
    """The storms of a file by its column `tfid`; where it has none, the one storm named `storm`."""
    made = gather(file, "cma", 2, kind=Kind.OBSERVED, attribution=ATTRIBUTION)
    headings, table = rows(text)
    missing = [c for c in (*_NEEDED, *(() if storm else ("tfid",))) if c not in headings]
    if missing:
        named = ", ".join(missing)
        reason = Text(f"缺少列：{named}。", f"Columns are missing: {named}.")
        return TrackReading((), (finding("track-columns", Place(file, 1, 1), reason),))
    storms: dict[str, Storm] = {}
    for at, row in table:
        key = row.get("tfid") or storm
        if key not in storms:
            storms[key] = Storm(key, at)
            made.storms.append(storms[key])
        made.take(storms[key], at, ",".join(row.values()), read=partial(_fix, row, zone))
    return made.done()


def grade_of(text: str) -> Grade:
    """The grade in a text such as 强热带风暴(STS) or Super TY."""
    low = text.lower().strip()
    return next((grade for word, grade in _GRADES if word in low), Grade.UNKNOWN)


def _fix(row: dict[str, str], zone: timezone) -> Fix:
    when = clock(row.get("time", "").replace(" ", "T"), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=zone).astimezone(UTC)
    wind, pressure = row.get("speed", ""), row.get("pressure", "")
    return Fix(
        when,
        number(row.get("lat", ""), "lat"),
        number(row.get("lng", ""), "lng"),
        (number(wind, "speed") or None) if wind else None,
        (number(pressure, "pressure") or None) if pressure else None,
        grade_of(row.get("strong", "")),
        tuple(r for r in (_radii(row, f) for f in (12, 10, 7)) if r),
    )


def _radii(row: dict[str, str], force: int) -> Radii | None:
    one = row.get(f"radius{force}") or row.get(f"r{force}") or ""
    cells = [row.get(f"radius{force}_quad.{q}") or row.get(f"r{force}Quad.{q}") or "" for q in ("ne", "se", "sw", "nw")]
    ne, se, sw, nw = (number(c, f"R{force}") if c else 0.0 for c in cells)
    mean = number(one, f"R{force}") if one else 0.0
    if ne or se or sw or nw:
        return Radii(f"R{force}", (ne, se, sw, nw))
    return Radii(f"R{force}", (mean,) * 4) if mean else None
