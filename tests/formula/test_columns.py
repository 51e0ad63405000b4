"""Values on all rows of a table at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from quanyu.formula import (
    Column,
    DivisionByZero,
    Expression,
    MissingName,
    SeriesColumn,
    TextColumn,
    Undefined,
    WrongType,
    columns,
    parse,
)

NAN = np.nan
DATES = ("06-06", "06-07", "06-08", "06-09")
TABLE: Mapping[str, Column] = {
    "x": np.array([1.0, 2.0, 3.0]),
    "n": np.array([1, 2, 3]),
    "ok": np.array([True, False, True]),
    "kind": np.array(["firm", "person", "firm"], dtype=object),
    "coded": TextColumn(np.array([0, 1, 0]), ("firm", "person")),
    "sparse": np.array([NAN, 5.0, NAN]),
    "rain": SeriesColumn(np.array([[1.0, 12, 15, 0], [10, 10, 10, 10], [0, 0, 0, 0]]), DATES),
    "ragged": np.array([[1.0, 2, 3], [4, NAN, NAN], [5, 6, NAN]]),
    "top": 7,
    "firm": "firm",
}


def value(text: str, length: int = 3, table: Mapping[str, Column] = TABLE) -> NDArray[Any]:
    expr = parse(text)
    assert isinstance(expr, Expression), expr
    return columns(expr, table, length)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2", [2, 2, 2]),
        ("x + n", [2, 4, 6]),
        ("top - x", [6, 5, 4]),
        ("x / 2", [0.5, 1, 1.5]),
        ("-x", [-1, -2, -3]),
        ("clip(x, 1.5, 2.5)", [1.5, 2, 2.5]),
        ("max(x, 2, n)", [2, 2, 3]),
        ("round(x / 2)", [1, 1, 2]),
        ("round(0.05 * x, 0.1)", [0.1, 0.1, 0.2]),
        ("if(ok, x, 10)", [1, 10, 3]),
        ("if(sparse_ok, 1, x)", [1, 2, 3]),
        ("if(x == 2, sparse, 0)", [0, 5, 0]),
        ("if(x == 1, 0, 1 / (x - 1))", [0, 1, 0.5]),
        ("if(x > 0, x, absent)", [1, 2, 3]),
        ("sum(rain)", [28, 40, 0]),
        ("mean(rain)", [7, 10, 0]),
        ("count(rain >= 10)", [2, 4, 0]),
        ("longest_run(rain >= 10)", [2, 4, 0]),
        ("first(rain) + last(rain)", [1, 20, 0]),
        ("sum(during(rain, '[06-07, 06-08]'))", [27, 20, 0]),
        ("max(rolling(rain, 2))", [27, 20, 0]),
        ("sum(during(rolling(rain, 2), '[06-08, 06-08]'))", [27, 20, 0]),
        ("first(during(rolling(rain, 3), '[06-09, 06-30]'))", [27, 30, 0]),
        ("sum(clip(rain - x, 0, inf))", [25, 32, 0]),
        ("length(ragged)", [3, 1, 2]),
        ("sum(ragged)", [6, 4, 11]),
        ("mean(ragged * 2)", [4, 8, 11]),
        ("min(ragged) + max(ragged)", [4, 8, 11]),
        ("last(ragged)", [3, 4, 6]),
        ("length(rolling(ragged, 2))", [2, 0, 1]),
        ("sum(runs(rain >= 10))", [2, 4, 0]),
        ("length(runs(rain >= 10))", [1, 1, 0]),
        ("count(ragged > 1)", [2, 1, 2]),
        ("sum(6 / ragged)", [11, 1.5, 2.2]),
    ],
)
def test_numbers(text: str, expected: list[float]) -> None:
    found = value(text, table={**TABLE, "sparse_ok": False})
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", [True, True, True]),
        ("x > 1", [False, True, True]),
        ("1 < x <= 2", [False, True, False]),
        ("not ok", [False, True, False]),
        ("ok and x > 1", [False, False, True]),
        ("ok or x > 1", [True, True, True]),
        ("x != 2 or sparse > 4", [True, True, True]),
        ("x == 2 and sparse > 4", [False, True, False]),
        ("kind == 'firm'", [True, False, True]),
        ("coded == 'firm'", [True, False, True]),
        ("'person' != coded", [True, False, True]),
        ("coded == kind", [True, True, True]),
        ("kind in ('person', 'farm')", [False, True, False]),
        ("coded not in ('person', 'farm')", [True, False, True]),
        ("firm == kind", [True, False, True]),
        ("x in (1, 3)", [True, False, True]),
        ("ok == (x != 2)", [True, True, True]),
        ("0.1 * x + 0.2 == 0.3 + 0 * x", [True, False, False]),
        ("0.1 + 0.2 - 0.3 + 0 * x > 0", [False, False, False]),
        ("x <= inf", [True, True, True]),
    ],
)
def test_truths(text: str, expected: list[bool]) -> None:
    found = value(text)
    assert found.dtype == np.bool_
    assert found.tolist() == expected


def test_texts() -> None:
    assert value("if(ok, kind, 'none')").tolist() == ["firm", "none", "firm"]
    assert value("if(ok, 'none', coded)").tolist() == ["none", "person", "none"]
    assert value("coded").tolist() == ["firm", "person", "firm"]
    assert value("'a'").tolist() == ["a", "a", "a"]


def test_series_are_rows_by_elements_and_shorter_ones_end_in_nan() -> None:
    np.testing.assert_array_equal(value("rolling(rain, 3)"), [[28, 27], [30, 30], [0, 0]])
    np.testing.assert_array_equal(value("runs(rain == 10 or rain == 12)"), [[1], [4], [NAN]])
    np.testing.assert_array_equal(value("if(ok, ragged, rain)")[1], [10, 10, 10, 10])
    np.testing.assert_array_equal(value("if(ok, ragged, rain)")[2], [5, 6, NAN, NAN])


def test_no_rows() -> None:
    table: dict[str, Column] = {"x": np.empty(0), "r": np.empty((0, 3))}
    for text in ("x + 1", "if(x > 1, x, 2)", "sum(r)", "last(r)", "longest_run(r > 1)", "3"):
        assert value(text, 0, table).shape == (0,)


@pytest.mark.parametrize(
    ("text", "name"), [("absent", "absent"), ("sparse + 1", "sparse"), ("if(x > 2, sparse, 0)", "sparse"),
     ("if(x > 2, absent, 0)", "absent")]
)  # fmt: skip
def test_a_missing_name_is_named(text: str, name: str) -> None:
    with pytest.raises(MissingName) as caught:
        value(text)
    assert caught.value.name == name


def test_missing_values_of_other_kinds() -> None:
    table: dict[str, Column] = {
        "text": np.array(["a", None], dtype=object),
        "coded": TextColumn(np.array([0, -1]), ("a",)),
        "hole": np.array([[1.0, NAN, 2], [1, 2, 3]]),
    }
    for text in ("text == 'a'", "coded == 'a'", "sum(hole)"):
        with pytest.raises(MissingName):
            value(text, 2, table)


@pytest.mark.parametrize("text", ["1 / (x - 2)", "x / 0", "1 / rain", "1 / (0.1 + 0.2 - 0.3 + 0 * x)", "round(x, 0)"])
def test_division_by_zero(text: str) -> None:
    with pytest.raises(DivisionByZero):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["inf - inf + x", "x * inf * 0", "mean(runs(rain > 99))", "first(rolling(rain, 9))", "rain + ragged",
     "during(ragged, '[06-01, 06-30]')", "rolling(rain, 1.5)", "round(x, -1)"],
)  # fmt: skip
def test_undefined(text: str) -> None:
    with pytest.raises(Undefined):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["kind + 1", "ok + 1", "kind > 1", "ok < true", "not x", "x and ok", "ok and x", "if(x, 1, 2)", "sum(x)",
     "count(rain)", "min(x)", "max(rain, 3)", "nothing(x)", "clip(x)", "if(ok, x, kind)", "if(ok, rain, x)"],
)  # fmt: skip
def test_wrong_types(text: str) -> None:
    with pytest.raises(WrongType):
        value(text)


def test_the_table_is_left_as_it_was() -> None:
    x = np.array([1.0, 2.0])
    value("if(x > 1, x * 2, -x)", 2, {"x": x})
    assert x.tolist() == [1.0, 2.0]
