"""CMA best tracks (CHyyyyBST.txt), 6-hourly, 3-hourly near land since 2017; winds are 2-minute means.

Ying et al. (2014, doi 10.1175/JTECH-D-12-00119.1), Lu et al. (2021, doi 10.1007/s00376-020-0211-7); the format is that
of tcdata.typhoon.org.cn. The sequence number of a header repeats where a storm has sub-centres, so it names no storm.
"""

import re
from collections import Counter
from datetime import UTC
from functools import partial

from quanyu.perils.cyclone.reading.blocks import Block, blocks
from quanyu.perils.cyclone.reading.storms import Gathering, Storm, TrackReading, UnreadableError, clock, gather, whole
from quanyu.perils.cyclone.track import Fix, Grade, Kind
from quanyu.terms import Text

__all__ = ["read_cma"]

ATTRIBUTION = "CMA Tropical Cyclone Data Center, tcdata.typhoon.org.cn (Ying et al. 2014; Lu et al. 2021)"
_YEAR = re.compile(r"CH(\d{4})BST")
_GRADES = {
    "0": Grade.UNKNOWN,
    "1": Grade.DEPRESSION,
    "2": Grade.STORM,
    "3": Grade.SEVERE_STORM,
    "4": Grade.TYPHOON,
    "5": Grade.SEVERE_TYPHOON,
    "6": Grade.SUPER_TYPHOON,
    "9": Grade.EXTRATROPICAL,
}


def read_cma(text: str, file: str) -> TrackReading:
    """The storms of a file, named YEAR-SEQUENCE, with a letter where the sequence number repeats.

    The year is that of the file's name, for a season's first storm may begin in the December before; else that of the
    first fix.

    A wind of 0 stands for one that is not known. The seventh column, winds seen at the coast, is not read.
    """
    made = gather(file, "cma", 2, kind=Kind.BEST, attribution=ATTRIBUTION)
    named = _YEAR.search(file)
    seen: Counter[str] = Counter()
    for block in blocks(text, made):
        storm = _header(made, block, seen, year=named[1] if named else "")
        made.storms.append(storm)
        for at, line in block.body:
            made.take(storm, at, line, read=partial(_fix, line.split()))
    return made.done()


def _header(made: Gathering, block: Block, seen: Counter[str], *, year: str) -> Storm:
    cells = block.header.split()
    if len(cells) < 8 or not cells[2].isdigit():
        storm = Storm(f"line {block.line}", block.line)
        reason = Text("表头读不出。", "The header cannot be read.")
        made.say("track-line", storm.storm, line=block.line, reason=reason, excerpt=block.header)
        return storm
    began = block.body[0][1][:4] if block.body else "0000"
    name, key = " ".join(cells[7:-1]), f"{year or began}-{cells[3]}"
    seen[key] += 1
    letter = chr(ord("a") + seen[key] - 1) if seen[key] > 1 else ""
    return Storm(f"{key}{letter}", block.line, "" if name == "(nameless)" else name, int(cells[2]))


def _fix(cells: list[str]) -> Fix:
    if len(cells) not in (6, 7) or cells[1] not in _GRADES:
        raise UnreadableError(Text("这里要 6 或 7 列及强度标记。", "Six or seven columns with a grade are needed."))
    when = clock(cells[0], "%Y%m%d%H").replace(tzinfo=UTC)
    lat, lon = whole(cells[2], "lat") / 10, whole(cells[3], "lon") / 10
    wind, pressure = whole(cells[5], "wind"), whole(cells[4], "pressure")
    return Fix(when, lat, lon, float(wind) or None, float(pressure), _GRADES[cells[1]])
