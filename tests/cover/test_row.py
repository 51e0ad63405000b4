"""What a cover pays on one row, exactly."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest

from quanyu.cover import amount
from quanyu.formula import MissingName, WrongType
from quanyu.formula.lookup import NoRow

from .specs import FROST, RUNS, cover

WATER = {"by": "depth", "table": {"(20, 50]": 500, "(50, 100]": 1000, "(100, inf)": 2000}}


def test_an_expression_is_the_amount() -> None:
    assert amount(cover("min(assessed, sum)"), {"assessed": 12, "sum": 10}) == 10
    assert amount(cover("assessed / 3"), {"assessed": 1}) == Fraction(1, 3)
    assert amount(cover("50万"), {}) == 500000


def test_nothing_is_paid_and_nothing_read_where_when_does_not_hold() -> None:
    flooded = cover({**WATER, "else": 0}, when="occupied and depth > 0")
    assert amount(flooded, {"occupied": False}) == 0
    assert amount(flooded, {"occupied": True, "depth": 75}) == 1000
    with pytest.raises(MissingName, match="occupied"):
        amount(flooded, {"depth": 75})


def test_a_point_in_no_row_is_an_error_never_a_silent_zero() -> None:
    with pytest.raises(NoRow, match="depth = 10 is in no row"):
        amount(cover(WATER), {"depth": 10})
    assert amount(cover({**WATER, "else": 7}), {"depth": 10}) == 7


@pytest.mark.parametrize(
    ("bounds", "paid"),
    [
        ({}, 6000),
        ({"times": "mu"}, 30000),
        ({"max": 2000, "times": "mu"}, 10000),
        ({"min": 7000, "times": "mu"}, 35000),
        ({"min": 7000, "max": 2000, "times": "mu"}, 10000),
        ({"max": "10 * mu"}, 50),
        ({"max": "inf"}, 6000),
    ],
)
def test_the_table_then_min_then_max_then_times(bounds: Mapping[str, Any], paid: int) -> None:
    assert amount(cover({"by": "x", "table": {"1": 6000}, **bounds}), {"x": 1, "mu": 5}) == paid


def test_every_run_goes_through_the_table_and_they_add_up() -> None:
    rain = [0, 12, 15, 0, 10, 11, 30, 9, 20, 0, 10, 10]
    assert amount(cover(RUNS), {"rain": rain}) == 400 + 800 + 0 + 400
    assert amount(cover({**RUNS, "max": 1000, "times": "mu"}), {"rain": rain, "mu": 3}) == 3000
    assert amount(cover(RUNS), {"rain": [0, 0]}) == 0
    with pytest.raises(NoRow, match="it = 1"):
        amount(cover({k: v for k, v in RUNS.items() if k != "else"}), {"rain": rain})


LOWS: list[Any] = [
    {"date": "2018-03-06", "tmin": Fraction(-2)},
    {"date": "2018-03-05", "tmin": Fraction(0)},
    {"date": "2018-03-10", "tmin": Fraction(0)},
    {"date": "2018-03-11", "tmin": Fraction("0.5")},
    {"date": "2018-03-21", "tmin": Fraction(-9)},
]


@pytest.mark.parametrize(("within", "paid"), [("max", 800 + 1500), ("sum", 1200 + 1500), ("first", 200 + 1500)])
def test_one_value_a_window_and_windows_add_up(within: str, paid: int) -> None:
    frost = cover({**FROST, "within": within})
    assert amount(frost, {"lows": LOWS}) == paid
    month_days: list[Any] = [{**r, "date": r["date"][5:]} for r in LOWS]
    assert amount(frost, {"lows": month_days}) == paid
    assert amount(frost, {"lows": []}) == 0


def test_the_first_day_that_pays_is_not_the_first_day() -> None:
    days: list[Any] = [{"date": "03-02", "tmin": 5}, {"date": "03-03", "tmin": -2}, {"date": "03-04", "tmin": 0}]
    assert amount(cover({**FROST, "within": "first"}), {"lows": days}) == 800


def test_windows_then_max_then_times() -> None:
    assert amount(cover({**FROST, "max": 2000, "times": "mu"}), {"lows": LOWS, "mu": 10}) == 20000


def test_what_is_no_amount_is_refused() -> None:
    with pytest.raises(WrongType):
        amount(cover("kind"), {"kind": "firm"})
    with pytest.raises(WrongType):
        amount(cover("inf"), {})
    with pytest.raises(WrongType, match="lows is no list of daily records"):
        amount(cover(FROST), {"lows": [1, 2]})
    with pytest.raises(WrongType):
        amount(cover({**RUNS, "each": "rain"}), {"rain": 3})
