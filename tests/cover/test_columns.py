"""What covers pay on many rows at once."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.cover import Combination, amount, amounts, combined
from quanyu.formula import Column, Given, MissingName, SeriesColumn, TextColumn, WrongType
from quanyu.formula.lookup import NoRow

from .specs import FROST, RUNS, cover

NAN = np.nan


def test_when_keeps_the_cover_from_reading_rows_it_does_not_concern() -> None:
    flooded = cover({"by": "depth", "table": {"(20, inf)": "sum"}}, when="occupied")
    data: dict[str, Column] = {
        "occupied": np.array([True, False, True]),
        "depth": np.array([30.0, NAN, 40.0]),
        "sum": np.array([5.0, NAN, 6.0]),
    }
    assert amounts(flooded, data, 3).tolist() == [5, 0, 6]
    assert amounts(flooded, {**data, "occupied": np.array([False] * 3)}, 3).tolist() == [0, 0, 0]
    with pytest.raises(MissingName):
        amounts(flooded, {**data, "occupied": np.array([True] * 3)}, 3)


def test_runs_of_rows_of_unequal_length() -> None:
    rain = np.array([[12, 15, 0, 10, 10, 10], [0, 0, 0, NAN, NAN, NAN], [10, 10, 10, 10, NAN, NAN]])
    data: dict[str, Column] = {"rain": SeriesColumn(rain), "mu": np.array([1.0, 2.0, 3.0])}
    assert amounts(cover(RUNS), data, 3).tolist() == [1200, 0, 1400]
    assert amounts(cover({**RUNS, "max": 1000, "times": "mu"}), data, 3).tolist() == [1000, 0, 3000]
    dry: dict[str, Column] = {"rain": SeriesColumn(np.zeros((2, 3)))}
    assert amounts(cover(RUNS), dry, 2).tolist() == [0, 0]


DATES = ("2018-03-05", "2018-03-06", "2018-03-12", "2018-03-21")


def test_windows_over_daily_columns() -> None:
    lows = SeriesColumn(np.array([[0.0, -2, 0, -9], [9, 9, 9, 9], [0, 0, -5, NAN]]), DATES)
    for within, expected in (("max", [2300, 0, 1700]), ("sum", [2500, 0, 1900]), ("first", [1700, 0, 1700])):
        assert amounts(cover({**FROST, "within": within}), {"lows": lows}, 3).tolist() == expected


def test_days_without_a_record_are_passed_over() -> None:
    lows = SeriesColumn(np.array([[0.0, NAN, NAN, NAN], [NAN, NAN, NAN, NAN]]), DATES)
    bare = {k: v for k, v in FROST.items() if k != "else"}
    assert amounts(cover(bare), {"lows": lows}, 2).tolist() == [200, 0]


def test_a_key_of_the_row_stands_beside_those_of_the_day() -> None:
    graded = {**FROST, "by": ["date", "tmin", "grade"], "windows": ["[03-01, 03-10]"]}
    graded["table"] = {"[03-01, 03-10]": {"(-inf, 0]": {"A": "100 * mu", "B": 50}, "else": {"else": 0}}}
    lows = SeriesColumn(np.array([[0.0, 3.0], [0.0, 0.0]]), DATES[:2])
    data: dict[str, Column] = {"lows": lows, "grade": TextColumn(np.array([0, 1]), ("A", "B")), "mu": 2.0}
    assert amounts(cover(graded), data, 2).tolist() == [200, 50]
    for grade, days, expected in (("A", (0, 3), 200), ("B", (0, 0), 50)):
        records: Any = [{"date": d, "tmin": t} for d, t in zip(DATES, days, strict=False)]
        assert amount(cover(graded), {"lows": records, "grade": grade, "mu": 2}) == expected


def test_windows_need_dates() -> None:
    with pytest.raises(WrongType, match="lows is no series with dates"):
        amounts(cover(FROST), {"lows": SeriesColumn(np.zeros((1, 2)))}, 1)
    with pytest.raises(WrongType):
        amounts(cover(FROST), {"rain": SeriesColumn(np.zeros((1, 2)), DATES[:2])}, 1)


def test_a_point_in_no_row_is_an_error_here_too() -> None:
    with pytest.raises(NoRow, match="depth = 10"):
        amounts(cover({"by": "depth", "table": {"(20, 50]": 500}}), {"depth": np.array([30.0, 10.0])}, 2)


def test_of_combined_covers_the_largest_is_paid_and_of_equals_the_first() -> None:
    paid = {"a": np.array([5.0, 1, 4, 0]), "b": np.array([3.0, 2, 4, 0]), "c": np.array([9.0, 9, 9, 9])}
    found = combined(Combination("max", ("a", "b")), paid)
    assert {k: v.tolist() for k, v in found.items()} == {"a": [5, 0, 4, 0], "b": [0, 2, 0, 0], "c": [9, 9, 9, 9]}
    first = combined(Combination("max", ("b", "a")), paid)
    assert (first["a"][2], first["b"][2]) == (0, 4)
    assert combined(Combination("sum", ("a", "b")), paid) is paid
    assert combined(Combination("max", ("x", "y")), paid) is paid


# ------------------------------------------------------------------------------------------------ law: columns are rows

TENTHS = st.integers(-40, 400).map(lambda n: Fraction(n, 10))
BOUNDS: st.SearchStrategy[dict[str, str]] = st.fixed_dictionaries(
    {},
    optional={
        "min": st.sampled_from(["0", "100", "mu"]),
        "max": st.sampled_from(["1500", "10 * mu", "inf"]),
        "times": st.sampled_from(["mu", "2", "if(kind == 'firm', mu, 1)"]),
    },
)
TABLE = {"[0, 10)": "10 * mu", "[10, 20)": 0.3, "(20, 39.9]": 800}
PAYS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        {"by": "x", "table": {**TABLE, "else": "mu / 3"}},
        {"by": "x + 0.1", "table": TABLE, "else": 0},
        {"by": ["kind", "x"], "table": {"firm": {**TABLE, "else": 5}, "person": {"else": "x"}}},
        {"by": "x > mu", "table": {"true": "x - mu", "false": 1}},
        {"each": "rain", "table": TABLE, "else": 1},
        {"each": "runs(rain >= 10)", "table": {"1": 5, "2": 7, "else": "it * 10"}},
        {"each": "rolling(rain, 2)", "table": {"[0, 20.3)": 1, "(20.3, inf)": 2}, "else": 3},
        {**FROST, "days": "rain", "by": ["date", "tmin"], "within": "max"},
        {**FROST, "days": "rain", "by": ["date", "tmin - 1"], "within": "sum"},
        {**FROST, "days": "rain", "by": ["date", "tmin"], "within": "first"},
    ]
)
DAYS = ("03-01", "03-02", "03-10", "03-11", "03-20", "03-21")
ROWS = st.fixed_dictionaries(
    {
        "x": TENTHS,
        "mu": TENTHS,
        "kind": st.sampled_from(["firm", "person"]),
        "rain": st.lists(TENTHS, min_size=2, max_size=len(DAYS)),
    }
)
CONDITIONS = st.sampled_from([None, "x > 0", "kind == 'firm' and mu >= 1"])


def row_of(row: dict[str, Any], *, records: bool) -> dict[str, Given]:
    if not records:
        return row
    return {**row, "rain": [{"date": d, "tmin": v} for d, v in zip(DAYS, row["rain"], strict=False)]}


def columns_of(rows: list[dict[str, Any]]) -> dict[str, Column]:
    rain = np.full((len(rows), len(DAYS)), NAN)
    for i, row in enumerate(rows):
        rain[i, : len(row["rain"])] = [float(v) for v in row["rain"]]
    kinds = ("firm", "person")
    return {
        "x": np.array([float(r["x"]) for r in rows]),
        "mu": np.array([float(r["mu"]) for r in rows]),
        "kind": TextColumn(np.array([kinds.index(r["kind"]) for r in rows]), kinds),
        "rain": SeriesColumn(rain, DAYS),
    }


@settings(max_examples=300, deadline=None)
@given(PAYS, BOUNDS, CONDITIONS, st.lists(ROWS, min_size=1, max_size=6))
def test_columns_are_rows(
    pays: dict[str, Any], bounds: dict[str, str], when: str | None, rows: list[dict[str, Any]]
) -> None:
    made = cover({**pays, **bounds}, **({"when": when} if when else {}))
    exact = [amount(made, row_of(row, records="days" in pays)) for row in rows]
    found = amounts(made, columns_of(rows), len(rows))
    assert found.dtype == np.float64
    assert found == pytest.approx([float(value) for value in exact], rel=1e-12, abs=1e-9)
