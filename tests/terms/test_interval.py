"""Intervals whose ends say whether they belong."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.terms import Interval, read_interval


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("(20, 50]", ["20.01", "50"], ["20", "50.01"]),
        ("[0, inf)", ["0", "1000000"], ["-0.01"]),
        ("(-inf, 0.5]", ["-99", "0.5"], ["0.51"]),
        ("[5万, 20万)", ["50000", "199999.99"], ["49999", "200000"]),
        ("（20，50］".replace("］", "]"), ["21"], ["20"]),
    ],
)
def test_ends(text: str, inside: list[str], outside: list[str]) -> None:
    interval = read_interval(text)
    assert interval is not None
    assert all(Fraction(x) in interval for x in inside)
    assert not any(Fraction(x) in interval for x in outside)


def test_month_days_are_compared_as_days_of_the_calendar() -> None:
    interval = read_interval("[02-19, 03-10]")
    assert interval is not None
    assert "02-28" in interval
    assert "03-11" not in interval


@pytest.mark.parametrize("text", ["(50, 20]", "(5, 5]", "[1, 2, 3]", "20-50", "[a, b]", "[02-19, 5]", "(1, 2", "[, 2]"])
def test_refused(text: str) -> None:
    assert read_interval(text) is None


@given(st.integers(-100, 100), st.integers(1, 50), st.booleans(), st.booleans())
def test_written_and_read_again_is_the_same(low: int, width: int, left: bool, right: bool) -> None:
    interval = Interval(Fraction(low), Fraction(low + width), left, right)
    assert read_interval(str(interval)) == interval
