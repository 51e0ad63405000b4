"""Puts fixes together into storms; a storm with a line that cannot be read is not given at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import isfinite
from typing import TypeVar

from quanyu.perils.cyclone.track import Fix, Kind, Source, Track, possible
from quanyu.perils.errors import LawError
from quanyu.terms import Finding, Place, Text

__all__ = ["Storm", "TrackReading", "UnreadableError", "finding", "gather", "number", "whole"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TrackReading:
    """The storms of a file that are whole, in its order, and what is wrong with the others.

    left_out: the storms that are not given, each with a finding.
    """

    tracks: tuple[Track, ...]
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...] = ()


class UnreadableError(ValueError):
    """A cell that cannot be read; `column` counts from 1, 0 where the whole line is meant."""

    def __init__(self, reason: Text, column: int = 0) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.column = column


@dataclass(slots=True)
class Storm:
    """A storm while its lines are read. expected: how many fixes its header promises, None where none does."""

    storm: str
    line: int
    name: str = ""
    expected: int | None = None
    fixes: list[tuple[int, Fix]] = field(default_factory=list)
    lines: int = 0


_REMEDIES = {
    "track-line": Text("按该格式的说明改正这一行，或换用原始文件。", "Correct the line, or take the original file."),
    "track-value": Text("核对原始资料中的数值与单位。", "Compare the value and its unit with the source."),
    "track-count": Text("取完整的文件。", "Take the whole file."),
    "track-order": Text("每一时刻写一次，按时间先后。", "Write every time once, in order."),
    "track-columns": Text("补上所缺的列，或选择相应的读法。", "Add the columns, or choose the reader for this file."),
    "advisory-form": Text("按文档所载的格式写。", "Write it as the documented form says."),
}


def finding(code: str, place: Place, reason: Text, excerpt: str = "") -> Finding:
    """A finding about a track file with the remedy of its kind."""
    return Finding(code, place, reason, _REMEDIES[code], excerpt=excerpt[:120])


def number(cell: str, what: str) -> float:
    """The finite number in a cell; `what` names the column in the reason. Raises UnreadableError."""
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise UnreadableError(Text(f"{what} 不是数：{cell!r}。", f"{what} is not a number: {cell!r}."))
    return value


def whole(cell: str, what: str) -> int:
    """The whole number in a cell. Raises UnreadableError."""
    if not cell.strip().lstrip("-").isdigit():
        raise UnreadableError(Text(f"{what} 不是整数：{cell!r}。", f"{what} is not a whole number: {cell!r}."))
    return int(cell)


def clock(cell: str, form: str) -> datetime:
    """The time in a cell by a form of strptime, without a zone. Raises UnreadableError."""
    try:
        return datetime.strptime(cell, form)
    except ValueError:
        raise UnreadableError(Text(f"时间读不出：{cell!r}。", f"The time cannot be read: {cell!r}.")) from None


@dataclass(slots=True)
class Gathering:
    """What a reader collects: storms with their lines, and findings."""

    file: str
    agency: str
    minutes: int
    kind: Kind
    attribution: str = ""
    storms: list[Storm] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    bad: set[str] = field(default_factory=set)

    def say(self, code: str, storm: str, *, line: int, reason: Text, excerpt: str = "") -> None:
        """Note what is wrong with a storm."""
        self.bad.add(storm)
        self.findings.append(finding(code, Place(self.file, line, 1), reason, excerpt))

    def take(self, storm: Storm, line: int, text: str, *, read: Callable[[], Fix | None]) -> None:
        """One line of a storm: its fix, or what is wrong with it. A fix that is None is a line without a position."""
        storm.lines += 1
        try:
            fix = read()
            if fix is None:
                return
            possible(fix)
        except UnreadableError as error:
            self.say("track-line", storm.storm, line=line, reason=error.reason, excerpt=text)
        except LawError as error:
            self.say("track-value", storm.storm, line=line, reason=error.reason, excerpt=text)
        else:
            storm.fixes.append((line, fix))

    def done(self) -> TrackReading:
        """The storms that are whole."""
        for storm in self.storms:
            self._complete(storm)
        tracks = tuple(self._track(s) for s in self.storms if s.storm not in self.bad and s.fixes)
        left = tuple(dict.fromkeys(s.storm for s in self.storms if s.storm in self.bad))
        return TrackReading(tracks, tuple(sorted(self.findings, key=_line)), left)

    def _complete(self, storm: Storm) -> None:
        if storm.expected is not None and storm.expected != storm.lines:
            zh = f"表头写 {storm.expected} 行，实有 {storm.lines} 行。"
            en = f"The header promises {storm.expected} lines; {storm.lines} follow."
            self.say("track-count", storm.storm, line=storm.line, reason=Text(zh, en))
        for (_, before), (line, fix) in zip(storm.fixes, storm.fixes[1:], strict=False):
            if fix.time <= before.time:
                zh = f"{fix.time:%Y-%m-%d %H:%M} 不晚于上一行。"
                en = f"{fix.time:%Y-%m-%d %H:%M} is not after the line before."
                self.say("track-order", storm.storm, line=line, reason=Text(zh, en))

    def _track(self, storm: Storm) -> Track:
        source = Source(self.file, storm.line, self.attribution)
        fixes = tuple(fix for _, fix in storm.fixes)
        return Track(storm.storm, self.agency, self.minutes, self.kind, fixes, storm.name, source)


def gather(file: str, agency: str, minutes: int, *, kind: Kind = Kind.BEST, attribution: str = "") -> Gathering:
    """Begin to read a file."""
    return Gathering(file, agency, minutes, kind, attribution)


def _line(found: Finding) -> tuple[int, str]:
    return (found.place.line if found.place else 0, found.code)
