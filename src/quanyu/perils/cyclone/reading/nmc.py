"""Advisories as the typhoon site of CMA's National Meteorological Centre serves them: JSON, also wrapped as JSONP.

{"typhoon": [id, name, Chinese name, number, number, null, meaning, state, [points...]]}; a point is [id, "YYYYMMDDHHMM"
in UTC, milliseconds, grade, lon, lat, hPa, m/s, direction, km/h, [["30KTS", NE, SE, SW, NW, id]...], {"BABJ": [[lead
hours, time, lon, lat, hPa, m/s, office, grade]...]}]. The radii are of 30, 50 and 64 kt, in km; the winds are CMA's
2-minute means. The form is not documented by its office: it is read as it has been seen, and whatever differs is said.
"""

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Any

from quanyu.perils.cyclone.reading.advisory import AdvisoryReading, Issue, assembled, not_json
from quanyu.perils.cyclone.reading.realtime import grade_of
from quanyu.perils.cyclone.reading.storms import UnreadableError, clock, finding
from quanyu.perils.cyclone.track import Fix, Radii, Source, possible
from quanyu.perils.errors import LawError
from quanyu.terms import Finding, Place, Text

__all__ = ["read_nmc"]

OFFICE = "BABJ"
_LABELS = {"30KTS": "R30", "50KTS": "R50", "64KTS": "R64"}


def read_nmc(text: str, file: str) -> AdvisoryReading:
    """The advisory with all its points; the forecast is the one that stands at the last of them."""
    inner = text[text.find("{") : text.rfind("}") + 1]
    try:
        raw = json.loads(inner)
    except ValueError as error:
        return not_json(file, error)
    storm = raw.get("typhoon") if isinstance(raw, dict) else None
    if not isinstance(storm, list) or len(storm) < 9 or not isinstance(storm[8], list) or not storm[8]:
        reason = Text("缺少 typhoon 及其路径点。", "typhoon with its points is missing.")
        return AdvisoryReading(None, (finding("advisory-form", Place(file, 1, 1), reason),))
    findings: list[Finding] = []
    known: list[Fix] = []
    for k, point in enumerate(storm[8]):
        _try(lambda point=point: _point(point), known, f"typhoon[8][{k}]", findings=findings, file=file)
    forecast: list[Fix] = []
    for k, entry in enumerate(_expected(storm[8][-1])):
        make = lambda entry=entry: _ahead(entry, known)  # noqa: E731 - the same shape as above
        _try(make, forecast, f"{OFFICE}[{k}]", findings=findings, file=file)
    if findings:
        return AdvisoryReading(None, tuple(findings))
    issue = Issue(
        str(storm[3] or storm[0]), str(storm[1] or ""), "cma", 2, Source(file, 1, "NMC / CMA, typhoon.nmc.cn")
    )
    return assembled(issue, known, forecast)


def _expected(point: Any) -> list[Any]:
    offices = point[11] if isinstance(point, list) and len(point) > 11 else None
    found = offices.get(OFFICE) if isinstance(offices, dict) else None
    return found if isinstance(found, list) else []


def _try(make: Any, into: list[Fix], where: str, *, findings: list[Finding], file: str) -> None:
    try:
        into.append(make())
    except (UnreadableError, LawError) as error:
        code = "track-line" if isinstance(error, UnreadableError) else "track-value"
        reason = Text(f"{where}：{error.reason.zh}", f"{where}: {error.reason.en}")
        findings.append(finding(code, Place(file, 1, 1), reason))


def _numbers(cells: Sequence[Any]) -> list[float | None]:
    if any(cell is not None and (isinstance(cell, bool) or not isinstance(cell, int | float)) for cell in cells):
        raise UnreadableError(Text("经纬度、气压或风速不是数。", "Position, pressure or wind is not a number."))
    return [None if cell is None else float(cell) for cell in cells]


def _point(point: Any) -> Fix:
    if not isinstance(point, list) or len(point) < 11:
        raise UnreadableError(Text("路径点列数不足。", "The point has too few entries."))
    lon, lat, pressure, wind = _numbers(point[4:8])
    if lon is None or lat is None:
        raise UnreadableError(Text("没有位置。", "There is no position."))
    when = clock(str(point[1]), "%Y%m%d%H%M").replace(tzinfo=UTC)
    radii = tuple(_radii(entry) for entry in point[10] or ())
    fix = Fix(when, lat, lon, wind or None, pressure or None, grade_of(str(point[3])), radii)
    possible(fix)
    return fix


def _radii(entry: Any) -> Radii:
    if not isinstance(entry, list) or len(entry) < 5 or entry[0] not in _LABELS:
        raise UnreadableError(Text(f"风圈读不出：{entry!r}。", f"Radii that cannot be read: {entry!r}."))
    ne, se, sw, nw = (r or 0.0 for r in _numbers(entry[1:5]))
    return Radii(_LABELS[entry[0]], (ne, se, sw, nw))


def _ahead(entry: Any, known: Sequence[Fix]) -> Fix:
    if not isinstance(entry, list) or len(entry) < 6 or not isinstance(entry[0], int | float) or not known:
        raise UnreadableError(Text("预报点读不出。", "The forecast point cannot be read."))
    lon, lat, pressure, wind = _numbers(entry[2:6])
    if lon is None or lat is None:
        raise UnreadableError(Text("没有位置。", "There is no position."))
    grade = grade_of(str(entry[7])) if len(entry) > 7 else grade_of("")
    fix = Fix(known[-1].time + timedelta(hours=float(entry[0])), lat, lon, wind or None, pressure or None, grade)
    possible(fix)
    return fix
