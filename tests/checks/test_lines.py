"""Gaps and overlaps of intervals, held against asking point by point."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quanyu.checks.lines import Line, gaps, overlaps
from quanyu.terms import Interval

POINTS = [Fraction(n, 4) for n in range(-20, 60)]
WHOLE = Interval(Fraction(0), Fraction(10), closed_low=True, closed_high=False)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, width = draw(st.integers(-3, 12)), draw(st.integers(0, 6))
    ends = (True, True) if width == 0 else (draw(st.booleans()), draw(st.booleans()))
    return Interval(Fraction(low), Fraction(low + width), closed_low=ends[0], closed_high=ends[1])


@given(st.lists(intervals(), max_size=5))
def test_every_point_is_in_a_gap_or_in_a_part(parts: list[Interval]) -> None:
    left = gaps(parts, Line(WHOLE))
    for point in POINTS:
        held = any(point in part for part in parts)
        assert any(point in gap for gap in left) == (point in WHOLE and not held)


@given(st.lists(intervals(), max_size=5))
def test_only_whole_numbers_count_on_a_line_of_steps(parts: list[Interval]) -> None:
    left = gaps(parts, Line(WHOLE, steps=True))
    missing = [n for n in range(10) if not any(n in part for part in parts)]
    assert bool(left) == bool(missing)
    assert all(any(n in gap for gap in left) for n in missing)


@given(st.lists(intervals(), max_size=5))
def test_parts_share_a_point_where_an_overlap_is_found(parts: list[Interval]) -> None:
    found = overlaps(parts)
    shared = any(
        one[0] < other[0] and _meet(one[1], other[1]) for one in enumerate(parts) for other in enumerate(parts)
    )
    assert bool(found) == shared
    for one, other, piece in found:
        middle = (piece.low + piece.high) / 2  # type: ignore[operator]
        assert middle in parts[one]
        assert middle in parts[other]


def _meet(one: Interval, other: Interval) -> bool:
    return any(Fraction(n, 4) in one and Fraction(n, 4) in other for n in range(-20, 80))


def test_a_line_without_end() -> None:
    whole = Interval(Fraction(0), math.inf, closed_low=False, closed_high=False)
    part = Interval(Fraction(0), Fraction(5), closed_low=True, closed_high=True)
    assert [str(gap) for gap in gaps([part], Line(whole))] == ["(5, inf)"]
