"""Intervals laid on a line: where none stands, and where two do."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from quanyu.terms import Bound, Interval

__all__ = ["Line", "gaps", "overlaps"]


@dataclass(frozen=True, slots=True)
class Line:
    """The points a table must answer for: those of `whole`, only the whole numbers among them where `steps`."""

    whole: Interval
    steps: bool = False

    def empty(self, part: Interval) -> bool:
        """Whether no point of the line lies in `part`."""
        return self.steps and _no_whole_number(part)


def _number(bound: Bound) -> Fraction | float:
    assert not isinstance(bound, str)
    return bound


def _no_whole_number(part: Interval) -> bool:
    low, high = _number(part.low), _number(part.high)
    if math.isinf(low) or math.isinf(high):
        return False
    first = math.ceil(low)
    first += int(first == low and not part.closed_low)
    return first > high or (first == high and not part.closed_high)


def _between(low: Bound, high: Bound, *, closed_low: bool, closed_high: bool) -> Interval | None:
    if low > high or (low == high and not (closed_low and closed_high)):  # type: ignore[operator]
        return None
    return Interval(low, high, closed_low, closed_high)


def gaps(parts: Sequence[Interval], line: Line) -> list[Interval]:
    """The pieces of the line that no interval holds, in order."""
    out: list[Interval | None] = []
    edge, inside = line.whole.low, not line.whole.closed_low
    for part in sorted(parts, key=lambda p: (p.low, not p.closed_low)):
        out.append(_between(edge, part.low, closed_low=not inside, closed_high=not part.closed_low))
        edge, inside = max((edge, inside), (part.high, part.closed_high))
    out.append(_between(edge, line.whole.high, closed_low=not inside, closed_high=line.whole.closed_high))
    clipped = [c for piece in out if piece is not None and (c := _inside(piece, line.whole)) is not None]
    return [piece for piece in clipped if not line.empty(piece)]


def _inside(piece: Interval, whole: Interval) -> Interval | None:
    low, closed_low = max((piece.low, not piece.closed_low), (whole.low, not whole.closed_low))
    high, closed_high = min((piece.high, piece.closed_high), (whole.high, whole.closed_high))
    return _between(low, high, closed_low=not closed_low, closed_high=closed_high)


def overlaps(parts: Sequence[Interval], *, steps: bool = False) -> list[tuple[int, int, Interval]]:
    """Pairs of intervals (by index) that share a point, with what they share; neighbours in order only."""
    order = sorted(range(len(parts)), key=lambda n: (parts[n].low, not parts[n].closed_low))
    out = []
    for one, other in pairwise(order):
        shared = _inside(parts[one], parts[other])
        if shared is not None and not (steps and _no_whole_number(shared)):
            out.append((one, other, shared))
    return out
