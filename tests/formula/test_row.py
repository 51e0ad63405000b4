"""Exact values on one row."""

import math
import pickle
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction as F  # noqa: N817 - a table of them

import numpy as np
import pytest

from quanyu.formula import (
    DivisionByZero,
    Expression,
    Given,
    MissingName,
    Series,
    Undefined,
    Value,
    WrongType,
    constant,
    evaluate,
    parse,
)

RAIN = Series((F(1), F(12), F(15), F(0), F(11)), ("06-06", "06-07", "06-08", "06-09", "07-06"))
ROW: Mapping[str, Given] = {
    "x": 3, "y": 0.1, "z": F(1, 3), "kind": "firm", "ok": True, "rain": RAIN, "hog": [12, 15], "maize": [2, 3],
    "none": Series(()), "flags": [True, True, False, True], "day": "2021-06-09", "missing": None,
}  # fmt: skip


def value(text: str, row: Mapping[str, Given] = ROW) -> Value:
    expr = parse(text)
    assert isinstance(expr, Expression), expr
    return evaluate(expr, row)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1 + 0.2", F(3, 10)),
        ("x / 7 * 7", 3),
        ("y * 3", F(3, 10)),
        ("2 - 3 - 4", -5),
        ("12 / 2 / 3", 2),
        ("-x + 1", -2),
        ("150% * 200", 300),
        ("10万 * x", 300_000),
        ("min(3, 1, 2)", 1),
        ("max(500, 10% * 12000)", 1200),
        ("abs(-2.5)", F(5, 2)),
        ("clip(7, 0, 5)", 5),
        ("clip(-7, 0, 5)", 0),
        ("clip(3, 0, inf)", 3),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(2.4)", 2),
        ("round(1.005, 0.01)", F(101, 100)),
        ("round(1234, 100)", 1200),
        ("sum(rain)", 39),
        ("mean(rain)", F(39, 5)),
        ("min(rain)", 0),
        ("max(rain)", 15),
        ("first(rain)", 1),
        ("last(rain)", 11),
        ("length(rain)", 5),
        ("count(rain >= 10)", 3),
        ("count(10 <= rain < 13)", 2),
        ("longest_run(rain >= 10)", 2),
        ("longest_run(rain > 99)", 0),
        ("sum(none)", 0),
        ("length(none)", 0),
        ("count(not flags)", 1),
        ("sum(during(rain, '[06-08, 07-05]'))", 15),
        ("sum(during(rain, '(06-08, 07-06]'))", 11),
        ("length(during(rain, '[07-01, 06-06]'))", 2),
        ("max(rolling(rain, 3))", 28),
        ("length(rolling(rain, 6))", 0),
        ("sum(clip(10 - rain, 0, inf))", 19),
        ("mean(hog / maize)", F(11, 2)),
        ("if(kind == 'firm', 300万, 50万)", 3_000_000),
    ],
)
def test_numbers(text: str, expected: F) -> None:
    found = value(text)
    assert isinstance(found, F)
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 < x <= 3", True),
        ("0 < x < 3", False),
        ("0.1 + 0.2 == 0.3", True),
        ("kind == 'firm' and not (x > 5)", True),
        ("kind in ('firm', 'farm')", True),
        ("kind not in ('firm', 'farm')", False),
        ("x in (1, 2, 6 / 2)", True),
        ("day >= '2021-06-08'", True),
        ("ok == true", True),
        ("x < inf", True),
        ("-inf < x", True),
        ("1 / inf == 0", True),
        ("false or ok", True),
    ],
)
def test_truths(text: str, expected: bool) -> None:
    assert value(text) is expected


def test_series_results_keep_their_dates() -> None:
    assert value("during(rain, '[06-08, 07-05]')") == Series((F(15), F(0)), ("06-08", "06-09"))
    assert value("rain >= 12") == Series((False, True, True, False, False), RAIN.dates)
    assert value("rolling(rain, 4)") == Series((F(28), F(38)), ("06-09", "07-06"))
    assert value("runs(rain >= 10)") == Series((F(2), F(1)))
    assert value("runs(flags)") == Series((F(2), F(1)))


def test_full_dates_lie_in_windows_of_month_days_and_of_years() -> None:
    row: dict[str, Given] = {"t": Series((F(1), F(2), F(4)), ("2021-12-31", "2022-01-05", "2022-06-01"))}
    assert value("sum(during(t, '[12-01, 02-28]'))", row) == 3
    assert value("sum(during(t, '[2022-01-01, 2022-12-31]'))", row) == 6
    with pytest.raises(Undefined):
        value("during(rain, '[2022-01-01, 2022-12-31]')")
    with pytest.raises(Undefined):
        value("during(hog, '[06-08, 07-05]')")


def test_what_is_not_needed_is_not_read() -> None:
    assert value("if(x == 3, 1, absent)") == 1
    assert value("if(x != 3, 1 / 0, 2)") == 2
    assert value("x == 3 or absent > 1") is True
    assert value("x != 3 and absent > 1") is False


@pytest.mark.parametrize(("text", "name"), [("absent + 1", "absent"), ("missing", "missing"), ("a.b-c", "a.b-c")])
def test_a_missing_name_is_named(text: str, name: str) -> None:
    with pytest.raises(MissingName) as caught:
        value(text)
    assert caught.value.name == name
    assert str(pickle.loads(pickle.dumps(caught.value))) == f"{name} has no value"


def test_not_a_number_is_missing() -> None:
    with pytest.raises(MissingName):
        value("x", {"x": math.nan})
    with pytest.raises(MissingName):
        value("sum(x)", {"x": [1, None]})


@pytest.mark.parametrize("text", ["1 / 0", "x / (x - 3)", "rain / 0", "1 / rain", "inf / 0", "round(1, 0)"])
def test_division_by_zero(text: str) -> None:
    with pytest.raises(DivisionByZero):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["inf - inf", "0 * inf", "inf / inf", "mean(none)", "min(none)", "first(none)", "round(1, -1)", "rolling(rain, 0)",
     "rolling(rain, 1.5)", "hog + rain"],
)  # fmt: skip
def test_undefined(text: str) -> None:
    with pytest.raises(Undefined):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["kind + 1", "ok + 1", "kind > 1", "ok < true", "not x", "x and ok", "if(x, 1, 2)", "if(flags, 1, 2)", "sum(x)",
     "count(rain)", "min(x)", "max(rain, 3)", "nothing(x)", "clip(1)", "flags and ok", "ok and flags",
     "during(rain, 'June')"],
)  # fmt: skip
def test_wrong_types(text: str) -> None:
    with pytest.raises(WrongType):
        value(text)


def test_infinity_is_the_only_float() -> None:
    assert value("inf") == math.inf
    assert value("-2 * inf") == -math.inf
    assert value("max(x, -inf)") == 3
    assert value("sum(t)", {"t": [1, math.inf]}) == math.inf


def test_numbers_come_in_by_their_shortest_decimal() -> None:
    given: dict[str, Given] = {"a": 0.1, "b": Decimal("0.10"), "c": 7, "d": np.float64(0.1)}
    assert value("a", given) == value("b", given) == value("d", given) == F(1, 10)
    assert value("c", given) == 7
    assert value("n", {"n": int(np.int64(4))}) == 4


def test_a_series_has_a_date_for_each_value() -> None:
    with pytest.raises(ValueError, match="dates"):
        Series((F(1), F(2)), ("06-08",))
    with pytest.raises(ValueError, match="date"):
        Series((F(1),), ("13-08",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("2 * 150%", F(3)), ("if(1 < 2, 5, x)", F(5)), ("x", None), ("inf", None), ("1 / 0", None), ("true", None),
     ("'a'", None)],
)  # fmt: skip
def test_constants(text: str, expected: F | None) -> None:
    expr = parse(text)
    assert isinstance(expr, Expression)
    assert constant(expr) == expected
