"""Tables of expressions: which row holds a key, on a row and in columns."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from quanyu.formula import Column, Expression, Given, MissingName, SeriesColumn, TextColumn, WrongType, parse
from quanyu.formula.lookup import Lookup, NoRow, compile_lookup, look_up
from quanyu.formula.lookup_columns import look_up_columns, rows_of
from quanyu.language.scalars import Source, Table, TableText

TABLES: TypeAdapter[Table] = TypeAdapter(TableText)
NAN = np.nan


def table(rows: Mapping[str, Any], *by: str, otherwise: str | None = None) -> Lookup:
    keys = [parse(text) for text in by]
    found = compile_lookup(
        [k for k in keys if isinstance(k, Expression)],
        TABLES.validate_python(rows),
        None if otherwise is None else Source(otherwise),
    )
    assert isinstance(found, Lookup), found
    return found


DEPTH = table({"(20, 50]": 500, "(50, 100]": "1000", "(100, inf)": 2000, "else": 0}, "depth")


@pytest.mark.parametrize(
    ("depth", "paid"), [(20, 0), (Fraction("20.01"), 500), (50, 500), (51, 1000), (100, 1000), (101, 2000), (-5, 0)]
)
def test_ends_belong_where_the_bracket_says(depth: Fraction, paid: int) -> None:
    assert look_up(DEPTH, {"depth": depth}) == paid
    assert look_up_columns(DEPTH, {"depth": np.array([float(depth)])}, 1) == [paid]


def test_else_comes_last_wherever_it_is_written() -> None:
    first = table({"else": 9, "[0, 1]": 1, "2": 2}, "x")
    assert [look_up(first, {"x": x}) for x in (0, 1, 2, 3)] == [1, 1, 2, 9]
    assert look_up_columns(first, {"x": np.array([0.0, 1, 2, 3])}, 4).tolist() == [1, 1, 2, 9]


def test_a_key_in_no_row_is_named() -> None:
    gap = table({"[0, 1)": 1}, "x + 1")
    with pytest.raises(NoRow, match=r"x \+ 1 = 3 is in no row") as row:
        look_up(gap, {"x": 2})
    with pytest.raises(NoRow) as column:
        look_up_columns(gap, {"x": np.array([-1.0, 2.0])}, 2)
    assert (row.value.key, row.value.value) == ("x + 1", 3)
    assert (column.value.key, column.value.value) == ("x + 1", 3.0)


KINDS: list[tuple[Lookup, Given, Column, int]] = [
    (table({"firm": 1, "else": 2}, "k"), "firm", "firm", 1),
    (table({"firm": 1, "else": 2}, "k"), "person", np.array(["person"], dtype=object), 2),
    (table({"firm": 1, "else": 2}, "k"), "firm", TextColumn(np.array([1]), ("person", "firm")), 1),
    (table({"true": 1, "false": 2}, "k"), True, np.array([True]), 1),
    (table({"true": 1, "false": 2}, "k"), False, False, 2),
    (table({"1": 1, "[0, 5)": 2, "else": 3}, "k"), True, np.array([True]), 3),
    (table({"1": 1, "else": 2}, "k"), Fraction(1), np.array([1.0]), 1),
    (table({"-2": 1, "else": 2}, "k"), Fraction(-2), -2, 1),
    (table({"0.1": 1, "else": 2}, "k"), Fraction("0.1"), np.array([0.1]), 1),
    (table({"1": 1, "[0, 5)": 2, "else": 3}, "k"), "1", np.array(["1"], dtype=object), 3),
    (table({"true": 1, "[03-01, 03-10]": 2, "else": 3}, "k"), Fraction(1), np.array([1.0]), 3),
    (table({"[03-01, 03-10]": 1, "(03-10, 03-20)": 2, "else": 3}, "k"), "03-10", "03-10", 1),
    (table({"[03-01, 03-10]": 1, "(03-10, 03-20)": 2, "else": 3}, "k"), "2018-03-11", "2018-03-11", 2),
    (table({"[03-01, 03-10]": 1, "(03-10, 03-20)": 2, "else": 3}, "k"), "03-20", np.array(["03-20"], dtype=object), 3),
]


@pytest.mark.parametrize(("lookup", "value", "column", "found"), KINDS)
def test_keys_of_every_kind(lookup: Lookup, value: Given, column: Column, found: int) -> None:
    assert look_up(lookup, {"k": value}) == found
    assert look_up_columns(lookup, {"k": column}, 1).tolist() == [found]


NESTED = table(
    {"[03-01, 03-10]": {"(-inf, -1]": 800, "(-1, 0.5]": 200}, "[03-11, 03-20]": {"(-inf, 0.5]": "5 * step"}},
    "date",
    "tmin",
    otherwise="0",
)


def test_two_keys_and_the_else_of_the_whole_table() -> None:
    days = ["03-05", "03-05", "03-05", "03-12", "04-01"]
    degrees = [Fraction(-2), Fraction(0), Fraction(3), Fraction(0), Fraction(-9)]
    expected = [800, 200, 0, 50, 0]
    assert [look_up(NESTED, {"date": d, "tmin": t, "step": 10}) for d, t in zip(days, degrees, strict=True)] == expected
    data: dict[str, Column] = {
        "date": np.array(days, dtype=object),
        "tmin": np.array([float(t) for t in degrees]),
        "step": np.array([NAN, NAN, NAN, 10, NAN]),
    }
    assert look_up_columns(NESTED, data, 5).tolist() == expected


def test_a_value_is_read_only_on_the_rows_that_come_to_it() -> None:
    relief = table({"death": "10万", "disability": "10万 * degree"}, "injury")
    injury = TextColumn(np.array([0, 1, 0]), ("death", "disability"))
    data: dict[str, Column] = {"injury": injury, "degree": np.array([NAN, 0.3, NAN])}
    assert look_up(relief, {"injury": "death"}) == 100000
    assert look_up_columns(relief, data, 3).tolist() == [100000, 30000, 100000]
    with pytest.raises(MissingName):
        look_up_columns(relief, {"injury": injury, "degree": np.array([0.1, NAN, 0.1])}, 3)


def test_a_second_key_is_read_only_where_the_first_leads_to_it() -> None:
    two = table({"firm": {"[0, 10]": 1, "else": 2}, "else": {"else": 0}}, "kind", "if(kind == 'firm', size, 0)")
    data: dict[str, Column] = {"kind": np.array(["firm", "person"], dtype=object), "size": np.array([11.0, NAN])}
    assert look_up(two, {"kind": "person"}) == 0
    assert look_up_columns(two, data, 2).tolist() == [2, 0]


def test_computed_keys_meet_their_bounds_as_exact_numbers_do() -> None:
    beyond = table({"(0.3, 1]": 1, "[0, 0.3]": 2}, "a + b")
    assert look_up(beyond, {"a": Fraction("0.1"), "b": Fraction("0.2")}) == 2
    assert look_up_columns(beyond, {"a": np.array([0.1]), "b": np.array([0.2])}, 1) == [2]
    named = table({"(0.3, 1]": 1, "0.3": 2}, "it")
    assert look_up_columns(named, {"it": np.array([0.1 + 0.2])}, 1) == [2]
    level = table({"0.3": 1, "else": 2}, "a + b")
    assert look_up_columns(level, {"a": np.array([0.1]), "b": np.array([0.2])}, 1) == [1]
    open_ended = table({"(-inf, 0]": 1, "(0, inf)": 2}, "a - b")
    assert look_up_columns(open_ended, {"a": np.array([0.3, 1e9]), "b": 0.1 + 0.2}, 2).tolist() == [1, 2]


def test_values_may_be_texts_or_flags_but_of_one_kind() -> None:
    zones = table({"[0, 10)": "'low'", "[10, inf)": "name"}, "x")
    assert look_up(zones, {"x": 3}) == "low"
    data: dict[str, Column] = {"x": np.array([3.0, 30.0]), "name": "high"}
    assert look_up_columns(zones, data, 2).tolist() == ["low", "high"]
    flags = table({"[0, 10)": "true", "[10, inf)": "x > 20"}, "x")
    found = look_up_columns(flags, {"x": np.array([3.0, 15.0, 30.0])}, 3)
    assert (found.dtype.kind, found.tolist()) == ("b", [True, False, True])
    with pytest.raises(WrongType):
        look_up_columns(table({"[0, 10)": "'low'", "else": 1}, "x"), {"x": np.array([3.0, 15.0])}, 2)


def test_a_series_is_no_key() -> None:
    with pytest.raises(WrongType, match="rain is a series"):
        look_up(table({"else": 1}, "rain"), {"rain": [1, 2]})
    with pytest.raises(WrongType, match="rain is a series"):
        look_up_columns(table({"else": 1}, "rain"), {"rain": SeriesColumn(np.ones((2, 2)))}, 2)


def test_no_rows_at_all_are_no_error() -> None:
    assert look_up_columns(DEPTH, {"depth": np.array([])}, 0).tolist() == []


def test_every_unreadable_value_is_a_finding() -> None:
    findings = compile_lookup([], TABLES.validate_python({"1": "2 +", "2": {"3": "4 *"}}), Source("5 -"))
    assert isinstance(findings, list)
    assert [f.code for f in findings] == ["expression-syntax"] * 3


def test_rows_of_a_column() -> None:
    places = np.array([2, 0])
    series = rows_of(SeriesColumn(np.arange(6.0).reshape(3, 2), ("03-01", "03-02")), places)
    assert isinstance(series, SeriesColumn)
    assert series.values.tolist() == [[4, 5], [0, 1]]
    assert series.dates == ("03-01", "03-02")
    texts = rows_of(TextColumn(np.array([0, 1, 1]), ("a", "b")), places)
    assert isinstance(texts, TextColumn)
    assert texts.codes.tolist() == [1, 0]
    assert rows_of("all", places) == "all"
    assert rows_of(3, places) == 3


# ------------------------------------------------------------------------------------------------ laws

TENTHS = st.integers(-60, 60).map(lambda n: Fraction(n, 10))


@st.composite
def ladders(draw: st.DrawFn) -> list[tuple[Fraction, Fraction, bool, bool, int]]:
    """Intervals apart from each other: low, high, whether the ends belong, and the value."""
    ends = sorted(draw(st.sets(TENTHS, min_size=2, max_size=8)))
    rows: list[tuple[Fraction, Fraction, bool, bool, int]] = []
    for n, (low, high) in enumerate(pairwise(ends)):
        if draw(st.booleans()):
            taken = bool(rows) and rows[-1][1] == low and rows[-1][3]
            rows.append((low, high, draw(st.booleans()) and not taken, draw(st.booleans()), n + 1))
    return rows


def written(rows: list[tuple[Fraction, Fraction, bool, bool, int]]) -> dict[str, int]:
    return {
        f"{'[' if left else '('}{float(low)}, {float(high)}{']' if right else ')'}": value
        for low, high, left, right, value in rows
    }


def by_hand(rows: list[tuple[Fraction, Fraction, bool, bool, int]], x: Fraction) -> int:
    for low, high, left, right, value in rows:
        if low < x < high or (left and x == low) or (right and x == high):
            return value
    return 0


@settings(max_examples=200, deadline=None)
@given(ladders(), st.lists(st.tuples(TENTHS, TENTHS), min_size=1, max_size=20))
def test_columns_are_rows_and_both_are_right(
    rows: list[tuple[Fraction, Fraction, bool, bool, int]], pairs: list[tuple[Fraction, Fraction]]
) -> None:
    """Also where the key is a sum of decimals that binary numbers miss."""
    for key, values in (("x", [x for x, _ in pairs]), ("x + y", [x + y for x, y in pairs])):
        lookup = table({**written(rows), "else": 0}, key)
        expected = [by_hand(rows, value) for value in values]
        assert [look_up(lookup, {"x": x, "y": y}) for x, y in pairs] == expected
        data: dict[str, Column] = {
            "x": np.array([float(x) for x, _ in pairs]),
            "y": np.array([float(y) for _, y in pairs]),
        }
        assert look_up_columns(lookup, data, len(pairs)).tolist() == expected
