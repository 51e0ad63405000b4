"""Forecast advisories: what is known of a storm and where it is expected, kept apart.

The JSON form of our own, times with an offset, winds in m/s, radii in km as [NE, SE, SW, NW]:

    {"form": "quanyu-advisory-1", "storm": "1909", "name": "LEKIMA", "agency": "cma", "minutes": 2,
     "issued": "2019-08-09T06:00:00Z", "attribution": "...",
     "known":    [{"time": "2019-08-09T06:00:00Z", "lat": 27.1, "lon": 122.5, "wind": 50, "pressure": 935,
                   "grade": "STY", "radii": {"R7": [400, 400, 350, 320]}}],
     "forecast": [{"time": "2019-08-09T18:00:00Z", "lat": 28.4, "lon": 121.4, "wind": 48, "circle": 90}]}

A fix needs time, lat and lon; wind, pressure, grade, radii, rmw, outermost and circle may stand beside them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from quanyu.perils.cyclone.reading.storms import UnreadableError, finding
from quanyu.perils.cyclone.track import Fix, Grade, Kind, Radii, Source, Track, possible
from quanyu.perils.errors import LawError, require
from quanyu.terms import Finding, Place, Text

__all__ = ["Advisory", "AdvisoryReading", "Issue", "assembled", "line_of", "not_json", "read_advisory"]

FORM = "quanyu-advisory-1"
_LISTS = ("known", "forecast")
_VALUES = ("wind", "pressure", "rmw", "outermost", "circle")


@dataclass(frozen=True, slots=True)
class Advisory:
    """One bulletin: fixes that were observed, and fixes that are expected, which are no track yet."""

    known: Track
    forecast: tuple[Fix, ...]
    issued: datetime

    def ahead(self, *, hold_radii: bool = False) -> Track:
        """The way before the storm: its last known fix and those expected. Raises LawError where none is.

        hold_radii: expected fixes without radii have those of the last known one, as if the storm kept its size. That
        is persistence, not a forecast by the agency; without it such fixes have none.
        """
        require(bool(self.forecast), "forecast", "通报里没有预报。", "The bulletin has no forecast.")
        last, known = self.known.fixes[-1], self.known
        held = last.radii if hold_radii else ()
        fixes = (last, *(fix if fix.radii else replace(fix, radii=held) for fix in self.forecast))
        return Track(
            known.storm, known.agency, known.minutes, Kind.FORECAST, fixes, known.name, known.source, self.issued
        )


@dataclass(frozen=True, slots=True)
class AdvisoryReading:
    """An advisory that is whole, or what is wrong with it."""

    advisory: Advisory | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Issue:
    """What a bulletin says of itself; issued: None for the time of the last known fix."""

    storm: str
    name: str
    agency: str
    minutes: int
    source: Source
    issued: datetime | None = None


def read_advisory(text: str, file: str) -> AdvisoryReading:
    """The advisory in our own JSON form; every bad fix is a finding, and one of them refuses the whole."""
    try:
        raw = json.loads(text)
    except ValueError as error:
        return not_json(file, error)
    if not isinstance(raw, dict) or raw.get("form") != FORM:
        reason = Text(f"缺少 form: {FORM}。", f"form: {FORM} is missing.")
        return AdvisoryReading(None, (finding("advisory-form", Place(file, 1, 1), reason),))
    findings: list[Finding] = []
    lists: dict[str, list[Fix]] = {name: [] for name in _LISTS}
    for name in _LISTS:
        entries = raw.get(name, [])
        if not isinstance(entries, list):
            entries = [entries]
        for k, entry in enumerate(entries):
            try:
                lists[name].append(_fix(entry))
            except (UnreadableError, LawError) as error:
                found = _of_entry(error, f"{name}[{k}]")
                findings.append(finding(found[0], Place(file, line_of(text, entry), 1), found[1]))
    issue = _issue(raw, file, findings)
    if findings or issue is None:
        return AdvisoryReading(None, tuple(findings))
    return assembled(issue, lists["known"], lists["forecast"])


def assembled(issue: Issue, known: Sequence[Fix], forecast: Sequence[Fix]) -> AdvisoryReading:
    """The advisory of fixes that were read; times that go back are findings."""
    file = issue.source.file
    try:
        track = Track(issue.storm, issue.agency, issue.minutes, Kind.OBSERVED, tuple(known), issue.name, issue.source)
        made = Advisory(track, tuple(forecast), issue.issued or known[-1].time)
        if forecast:
            made.ahead()
    except LawError as error:
        order = error.field == "fixes" and bool(known)
        code = "track-order" if order else "advisory-form"
        return AdvisoryReading(None, (finding(code, Place(file, 1, 1), error.reason),))
    return AdvisoryReading(made, ())


def not_json(file: str, error: ValueError) -> AdvisoryReading:
    """The finding of a text that is no JSON."""
    line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
    reason = Text(f"不是 JSON：{error}", f"This is not JSON: {error}")
    return AdvisoryReading(None, (finding("advisory-form", Place(file, line, 1), reason),))


def line_of(text: str, entry: object) -> int:
    """The line of an entry, found by its time; 1 where that does not stand in the text."""
    when = entry.get("time") if isinstance(entry, Mapping) else None
    at = text.find(f'"{when}"') if isinstance(when, str) else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else 1


def _of_entry(error: UnreadableError | LawError, where: str) -> tuple[str, Text]:
    code = "track-line" if isinstance(error, UnreadableError) else "track-value"
    return code, Text(f"{where}：{error.reason.zh}", f"{where}: {error.reason.en}")


def _issue(raw: Mapping[str, Any], file: str, findings: list[Finding]) -> Issue | None:
    texts = {key: raw.get(key) for key in ("storm", "agency", "issued")}
    missing = [key for key, value in texts.items() if not isinstance(value, str) or not value]
    if not isinstance(raw.get("minutes"), int):
        missing.append("minutes")
    issued = None if "issued" in missing else _instant(raw["issued"])
    if issued is None and "issued" not in missing:
        missing.append("issued")
    if missing:
        named = ", ".join(missing)
        reason = Text(f"缺少或读不出：{named}。", f"Missing, or not readable: {named}.")
        findings.append(finding("advisory-form", Place(file, 1, 1), reason))
        return None
    source = Source(file, 1, str(raw.get("attribution", "")))
    return Issue(raw["storm"], str(raw.get("name", "")), raw["agency"], raw["minutes"], source, issued)


def _instant(value: object) -> datetime | None:
    """A time with an offset, as UTC."""
    try:
        when = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return None if when.tzinfo is None else when.astimezone(UTC)


def _fix(entry: object) -> Fix:
    if not isinstance(entry, Mapping):
        raise UnreadableError(Text("这里要一个定位点。", "A fix is needed here."))
    when = _instant(entry.get("time"))
    if when is None:
        raise UnreadableError(Text("时间须带时差，如 +08:00。", "The time needs an offset, such as +08:00."))
    lat, lon = _number(entry, "lat"), _number(entry, "lon")
    if lat is None or lon is None:
        raise UnreadableError(Text("缺少 lat 或 lon。", "lat or lon is missing."))
    grade = str(entry.get("grade", Grade.UNKNOWN))
    if grade not in tuple(Grade):
        raise UnreadableError(Text(f"没有等级 {grade}。", f"There is no grade {grade}."))
    values = {key: _number(entry, key) for key in _VALUES}
    fix = Fix(when, lat, lon, grade=Grade(grade), radii=_radii(entry.get("radii", {})), **values)
    possible(fix)
    return fix


def _number(entry: Mapping[str, Any], key: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError(Text(f"{key} 不是数：{value!r}。", f"{key} is not a number: {value!r}."))
    return float(value)


def _radii(raw: object) -> tuple[Radii, ...]:
    if not isinstance(raw, Mapping):
        raise UnreadableError(Text("radii 须为名称与四个半径。", "radii holds labels with four radii each."))
    made = []
    for label, km in raw.items():
        four = isinstance(km, list) and len(km) == 4 and all(isinstance(r, int | float) for r in km)
        if not four:
            raise UnreadableError(Text(f"{label} 要四个半径。", f"{label} needs four radii."))
        made.append(Radii(str(label), (float(km[0]), float(km[1]), float(km[2]), float(km[3]))))
    return tuple(made)
