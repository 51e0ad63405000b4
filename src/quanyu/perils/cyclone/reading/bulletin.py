"""Advisory bulletins of RSMC Tokyo as text (WTPQ.. RJTD): winds in knots, 10-minute means, radii in nautical miles.

The bulletin names days and hours only, so the reader is told about when it came. A line of radii names one or two
sides: `30KT 270NM EAST 180NM WEST`, as the long and the short axis of a best track.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from quanyu.perils.cyclone.reading.advisory import AdvisoryReading, Issue, assembled
from quanyu.perils.cyclone.reading.jma import axes
from quanyu.perils.cyclone.reading.realtime import grade_of
from quanyu.perils.cyclone.reading.storms import UnreadableError, finding
from quanyu.perils.cyclone.track import KNOT, NAUTICAL_MILE, Fix, Radii, Source, possible
from quanyu.perils.errors import LawError
from quanyu.terms import Finding, Place, Text

__all__ = ["read_bulletin"]

_HEAD = re.compile(r"^WT\w{4} RJTD \d{6}")
_NAME = re.compile(r"^NAME\s+(?P<grade>\S+)\s+(?P<number>\d{4})\s*(?P<name>[A-Z-]*)")
_PLACE = re.compile(
    r"(?P<day>\d\d)(?P<hour>\d\d)(?P<minute>\d\d)UTC\s+(?P<lat>[\d.]+)(?P<ns>[NS])\s+(?P<lon>[\d.]+)(?P<ew>[EW])"
)
_CIRCLE = re.compile(r"\s(?P<nm>\d+)NM\s+70%")
_LEAD = re.compile(r"^\d+HF\s")
_VALUE = re.compile(r"^(?P<key>PRES|MXWD)\s+(?P<value>\d+)(?:HPA|KT)")
_RADII = re.compile(r"^(?P<kt>30|50)KT\s+(?P<rest>\d+NM.*)")
_SIDE = re.compile(r"(?P<nm>\d+)NM\s*(?P<side>[A-Z]*)")
_BEARINGS = {
    "NORTH": 0.0,
    "NORTHEAST": 45.0,
    "EAST": 90.0,
    "SOUTHEAST": 135.0,
    "SOUTH": 180.0,
    "SOUTHWEST": 225.0,
    "WEST": 270.0,
    "NORTHWEST": 315.0,
}


def read_bulletin(text: str, file: str, *, received: datetime) -> AdvisoryReading:
    """The advisory in a bulletin that came at about `received` (UTC), from which day and hour get month and year."""
    lines = [(k, line.strip()) for k, line in enumerate(text.splitlines(), start=1) if line.strip()]
    named = next((m for _, line in lines if (m := _NAME.match(line))), None)
    if named is None or not any(_HEAD.match(line) for _, line in lines):
        reason = Text("不是 RJTD 的热带气旋通报。", "This is no tropical cyclone advisory of RJTD.")
        return AdvisoryReading(None, (finding("advisory-form", Place(file, 1, 1), reason),))
    findings: list[Finding] = []
    fixes: list[tuple[bool, Fix]] = []
    for at, line in lines:
        try:
            _take(line, fixes, received)
        except (UnreadableError, LawError) as error:
            code = "track-line" if isinstance(error, UnreadableError) else "track-value"
            findings.append(finding(code, Place(file, at, 1), error.reason, line))
    if findings:
        return AdvisoryReading(None, tuple(findings))
    first = [replace(fix, grade=grade_of(named["grade"])) for ahead, fix in fixes if not ahead]
    source = Source(file, 1, "RSMC Tokyo - Typhoon Center (JMA) advisory")
    issue = Issue(named["number"], named["name"], "tokyo", 10, source)
    return assembled(issue, first, [fix for ahead, fix in fixes if ahead])


def _take(line: str, fixes: list[tuple[bool, Fix]], received: datetime) -> None:
    """A line begins a fix, says more of the last one, or is none of ours."""
    ahead = bool(_LEAD.match(line))
    if ahead or line.startswith("PSTN"):
        fixes.append((ahead, _placed(line, received)))
        return
    if not fixes:
        return
    kind, fix = fixes[-1]
    if value := _VALUE.match(line):
        number = float(value["value"])
        fix = replace(fix, pressure=number) if value["key"] == "PRES" else replace(fix, wind=number * KNOT)
    elif radii := _RADII.match(line):
        fix = replace(fix, radii=(*fix.radii, _radii(f"R{radii['kt']}", radii["rest"])))
    possible(fix)
    fixes[-1] = (kind, fix)


def _placed(line: str, received: datetime) -> Fix:
    found, circle = _PLACE.search(line), _CIRCLE.search(line)
    if not found:
        raise UnreadableError(Text("位置读不出。", "The position cannot be read."))
    lat = float(found["lat"]) * (1 if found["ns"] == "N" else -1)
    lon = float(found["lon"]) * (1 if found["ew"] == "E" else -1)
    when = _near(int(found["day"]), int(found["hour"]), int(found["minute"]), received=received)
    fix = Fix(when, lat, lon, circle=int(circle["nm"]) * NAUTICAL_MILE if circle else None)
    possible(fix)
    return fix


def _near(day: int, hour: int, minute: int, *, received: datetime) -> datetime:
    """The time with that day of the month that lies nearest to when the bulletin came."""
    start = received.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [start + timedelta(days=k) for k in range(-15, 16)]
    found = [d for d in days if d.day == day and hour < 24 and minute < 60]
    if not found:
        raise UnreadableError(Text(f"没有这一天：{day}。", f"There is no such day: {day}."))
    nearest = min(found, key=lambda d: abs(d - start))
    return nearest + timedelta(hours=hour, minutes=minute)


def _radii(label: str, text: str) -> Radii:
    sides = [(float(m["nm"]) * NAUTICAL_MILE, m["side"]) for m in _SIDE.finditer(text)]
    long = sides[0]
    if len(sides) == 1 and not long[1]:
        return Radii(label, (long[0],) * 4)
    if len(sides) != 2 or long[1] not in _BEARINGS:
        raise UnreadableError(Text(f"风圈读不出：{text}", f"Radii that cannot be read: {text}"))
    return axes(label, _BEARINGS[long[1]], long[0], sides[1][0])
