"""Bands are marginal: they begin at zero, follow each other and go on without end."""

import math
from collections.abc import Iterator
from fractions import Fraction

from quanyu.checks.inspection import Inspection
from quanyu.checks.lines import Line, gaps, overlaps
from quanyu.checks.rule import Rule
from quanyu.checks.written import PlacedTable
from quanyu.language.scalars import Key, Source
from quanyu.terms import Finding, Interval, Text

__all__ = ["RULE"]

_HALF_LINE = Interval(Fraction(0), math.inf, closed_low=False, closed_high=False)


def _search(inspection: Inspection) -> Iterator[Finding]:
    for placed in inspection.tables:
        if placed.bands:
            yield from _bands(inspection, placed)


def _bands(inspection: Inspection, placed: PlacedTable) -> Iterator[Finding]:
    keys: list[tuple[Key, Interval]] = []
    for key, value in placed.table.rows:
        match = key.match
        if not isinstance(match, Interval) or isinstance(match.low, str) or not isinstance(value, Source):
            yield inspection.finding(
                "bands-form",
                key.place or placed.path,
                Text("bands 的左边是金额的区间，右边是比例", "a band is an interval of amounts with a share"),
                Text('写作 {"(0, 5万]": 80%, "(5万, inf)": 90%}', 'write {"(0, 50000]": 80%, "(50000, inf)": 90%}'),
            )
            return
        keys.append((key, match))
    first = min(keys, key=lambda k: k[1].low)
    if first[1].low != 0:
        yield inspection.finding(
            "bands-start",
            first[0].place or placed.path,
            Text(f"第一档从 {first[1].low} 起，不从 0 起", f"the first band begins at {first[1].low}, not at 0"),
            Text(
                "档从起赔点以上的 0 数起：补一档，或改用 attachment",
                "bands count from 0 above the attachment: add a band, or use an attachment",
            ),
        )
        return
    left = [g for g in gaps([match for _, match in keys], Line(_HALF_LINE)) if g.low != g.high]
    if left:
        yield inspection.finding(
            "table-gap",
            first[0].place or placed.path,
            Text(f"{left[0]} 不在任何一档", f"no band holds {left[0]}"),
            Text("补上这一档；不赔便写 0", "add the band; write 0 where nothing is paid"),
        )
    for one, other, shared in overlaps([match for _, match in keys]):
        if shared.low != shared.high:
            yield inspection.finding(
                "table-overlap",
                keys[max(one, other)][0].place or placed.path,
                Text(f"两档都含 {shared}", f"two bands both hold {shared}"),
                Text("每一段金额只属于一档", "let each part belong to one band"),
            )


RULE = Rule(("bands-form", "bands-start", "table-gap", "table-overlap"), _search)
