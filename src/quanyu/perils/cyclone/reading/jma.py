"""Best tracks of RSMC Tokyo (JMA); winds in knots, 10-minute means; circles of 50 and 30 kt by a long and a short axis.

Format: jma.go.jp, "Format of RSMC Best Track Data". The axes lie opposite each other, so the circle is moved off the
centre by half their difference; the radii of the quadrants are those of that circle at 45, 135, 225 and 315 degrees.
"""

from datetime import UTC, datetime
from functools import partial
from math import cos, radians, sin, sqrt

from quanyu.perils.cyclone.reading.blocks import Block, blocks
from quanyu.perils.cyclone.reading.storms import Gathering, Storm, TrackReading, UnreadableError, gather, whole
from quanyu.perils.cyclone.track import KNOT, NAUTICAL_MILE, Fix, Grade, Kind, Radii
from quanyu.perils.errors import LawError
from quanyu.terms import Text

__all__ = ["axes", "read_jma"]

ATTRIBUTION = "RSMC Tokyo - Typhoon Center (JMA) best track"
_GRADES = {
    "2": Grade.DEPRESSION,
    "3": Grade.STORM,
    "4": Grade.SEVERE_STORM,
    "5": Grade.TYPHOON,
    "6": Grade.EXTRATROPICAL,
    "7": Grade.UNKNOWN,
    "9": Grade.UNKNOWN,
}
# Codes of the long axis: 1 north-east ... 8 north, 9 a circle about the centre.
_SYMMETRIC = 9
_CENTURY = 50


def read_jma(text: str, file: str) -> TrackReading:
    """The storms of a file, named by year and international number. Wind 0 of a depression is one not reported."""
    made = gather(file, "tokyo", 10, kind=Kind.BEST, attribution=ATTRIBUTION)
    for block in blocks(text, made):
        storm = _header(made, block)
        made.storms.append(storm)
        for at, line in block.body:
            made.take(storm, at, line, read=partial(_fix, line))
    return made.done()


def _header(made: Gathering, block: Block) -> Storm:
    cells = block.header.split()
    if len(cells) < 6 or not cells[2].isdigit() or not cells[1].isdigit():
        reason = Text("表头读不出。", "The header cannot be read.")
        made.say("track-line", f"line {block.line}", line=block.line, reason=reason, excerpt=block.header)
        return Storm(f"line {block.line}", block.line)
    number = cells[1]
    # Field 2 is the year of the century and the number within it; the date of revision at the end may be missing.
    words = cells[7:-1] if cells[-1].isdigit() and len(cells[-1]) == 8 else cells[7:]
    century = 1900 if int(number[:2]) > _CENTURY else 2000
    return Storm(f"{century + int(number[:2])}-{number[2:]}", block.line, " ".join(words), int(cells[2]))


def _fix(line: str) -> Fix:
    cells = line.replace("#", " ").split()
    if len(cells) < 6 or cells[1] != "002" or cells[2] not in _GRADES:
        raise UnreadableError(Text("不是 RSMC 数据行。", "This is no data line of RSMC Tokyo."))
    wind = whole(cells[6], "wind") if len(cells) > 6 else 0
    radii: tuple[Radii, ...] = ()
    if len(cells) > 8:
        radii = tuple(r for r in (_radii("R50", cells[7:9]), _radii("R30", cells[9:11])) if r)
    return Fix(
        _time(cells[0]),
        whole(cells[3], "lat") / 10,
        whole(cells[4], "lon") / 10,
        wind * KNOT if wind else None,
        float(whole(cells[5], "pressure")),
        _GRADES[cells[2]],
        radii,
    )


def _time(cell: str) -> datetime:
    if len(cell) != 8 or not cell.isdigit():
        raise UnreadableError(Text(f"时间读不出：{cell!r}。", f"The time cannot be read: {cell!r}."))
    year, month, day, hour = (int(cell[k : k + 2]) for k in (0, 2, 4, 6))
    try:
        return datetime(year + (1900 if year > _CENTURY else 2000), month, day, hour, tzinfo=UTC)
    except ValueError:
        raise UnreadableError(Text(f"没有这个时刻：{cell!r}。", f"There is no such time: {cell!r}.")) from None


def _radii(label: str, cells: list[str]) -> Radii | None:
    if len(cells) != 2 or len(cells[0]) != 5:
        raise UnreadableError(Text(f"{label} 写得不全。", f"{label} is not complete."))
    code, long, short = whole(cells[0][:1], label), whole(cells[0][1:], label), whole(cells[1], label)
    if code == 0 or long == 0:
        return None
    return axes(label, 45.0 * code, long * NAUTICAL_MILE, (long if code == _SYMMETRIC else short) * NAUTICAL_MILE)


def axes(label: str, bearing: float, long: float, short: float) -> Radii:
    """Quadrants of a circle that reaches `long` km towards `bearing`, degrees from north, and `short` the other way."""
    radius, off = (long + short) / 2, (long - short) / 2

    def towards(angle: float) -> float:
        turn = radians(angle - bearing)
        return off * cos(turn) + sqrt(max(0.0, radius**2 - (off * sin(turn)) ** 2))

    try:
        return Radii(label, (towards(45.0), towards(135.0), towards(225.0), towards(315.0)))
    except LawError as error:
        raise UnreadableError(error.reason) from None
