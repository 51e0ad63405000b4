"""Laws: columns give what rows give; canonical text is read back as the same tree; no text breaks the room."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanyu.formula import (
    FUNCTIONS,
    Column,
    EvaluationError,
    Expression,
    Given,
    Kind,
    Series,
    SeriesColumn,
    Type,
    check,
    columns,
    constant,
    divisions,
    evaluate,
    names,
    parse,
    render,
)
from quanyu.formula.tree import walk
from quanyu.terms import Finding, Place

Text = st.SearchStrategy[str]
KNOWN = {
    "x": Type(Kind.NUMBER),
    "y": Type(Kind.NUMBER),
    "loss.gross": Type(Kind.MONEY),
    "ok": Type(Kind.BOOL),
    "kind": Type(Kind.TEXT, values=("firm", "person")),
    "rain": Type(Kind.NUMBER, series=True),
    "wind": Type(Kind.NUMBER, series=True),
}
DATES = ("06-07", "06-08", "07-05", "07-06")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def joined(form: str, *parts: Text) -> Text:
    return st.tuples(*parts).map(lambda found: form.format(*found))


LITERALS = st.one_of(
    st.integers(0, 200).map(lambda n: f"{n / 100:.2f}".removesuffix(".00")),
    st.sampled_from(["0", "1", "2", "10", "20%", "3‰", "1千", "0.1", "0.3"]),
)
NUMBERS, FLAGS, SERIES, MARKS = (st.deferred(d) for d in (
    lambda: numbers_, lambda: flags_, lambda: series_, lambda: marks_,
))  # fmt: skip
ATOMS: Text = st.one_of(LITERALS, st.sampled_from(["x", "y", "loss.gross"]))


def arithmetic(part: Text, other: Text) -> Text:
    return st.one_of(*(joined("({} %s {})" % symbol, part, other) for symbol in "+-*/"))


numbers_: Text = st.one_of(
    ATOMS,
    ATOMS,
    arithmetic(NUMBERS, NUMBERS),
    joined("-{}", ATOMS),
    joined("min({}, {})", NUMBERS, NUMBERS),
    joined("max({}, {}, {})", NUMBERS, NUMBERS, NUMBERS),
    joined("clip({}, {}, {})", NUMBERS, NUMBERS, NUMBERS),
    joined("abs({})", NUMBERS),
    joined("round({})", NUMBERS),
    joined("round({}, 0.1)", NUMBERS),
    joined("if({}, {}, {})", FLAGS, NUMBERS, NUMBERS),
    joined("{}({})", st.sampled_from(["sum", "mean", "min", "max", "first", "last", "length"]), SERIES),
    joined("{}({})", st.sampled_from(["count", "longest_run"]), MARKS),
)
flags_: Text = st.one_of(
    st.sampled_from(["ok", "true", "false", "kind == 'firm'", "kind not in ('person', 'farm')", "(kind != 'person')"]),
    joined("({} {} {})", NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS),
    joined("({} < {} <= {})", NUMBERS, NUMBERS, NUMBERS),
    joined("({} in ({}, {}))", NUMBERS, NUMBERS, NUMBERS),
    joined("({} and {})", FLAGS, FLAGS),
    joined("({} or {})", FLAGS, FLAGS),
    joined("(not {})", FLAGS),
)
series_: Text = st.one_of(
    st.sampled_from(["rain", "wind"]),
    arithmetic(SERIES, SERIES),
    arithmetic(SERIES, NUMBERS),
    arithmetic(NUMBERS, SERIES),
    joined("runs({})", MARKS),
    joined("rolling({}, 2)", SERIES),
    joined("during({}, '[06-08, 07-05]')", st.sampled_from(["rain", "rain * 2", "rain - wind"])),
    joined("clip({}, {}, {})", SERIES, NUMBERS, NUMBERS),
    joined("if({}, {}, {})", FLAGS, SERIES, SERIES),
)
marks_: Text = st.one_of(
    joined("({} {} {})", SERIES, st.sampled_from(["<", ">=", "=="]), NUMBERS),
    joined("(not {})", MARKS),
    joined("({} and {})", MARKS, MARKS),
)
EXPRESSIONS = st.one_of(numbers_, flags_, series_, marks_)

DECIMALS = st.integers(-500, 500).map(lambda n: Fraction(n, 10))
ROWS = st.fixed_dictionaries({
    "x": DECIMALS, "y": DECIMALS, "loss.gross": DECIMALS, "ok": st.booleans(), "kind": st.sampled_from(["firm", "person"]),
    "rain": st.lists(DECIMALS, min_size=4, max_size=4), "wind": st.lists(DECIMALS, min_size=4, max_size=4),
})  # fmt: skip


def row_of(found: Mapping[str, Any]) -> dict[str, Given]:
    return {**found, "rain": Series(tuple(found["rain"]), DATES)}


def table_of(rows: list[dict[str, Any]]) -> dict[str, Column]:
    def column(name: str) -> Column:
        values = [row[name] for row in rows]
        if name in ("rain", "wind"):
            array = np.array([[float(v) for v in each] for each in values])
            return SeriesColumn(array, DATES) if name == "rain" else array
        if name == "kind":
            return np.array(values, dtype=object)
        return np.array(values) if name == "ok" else np.array([float(v) for v in values])

    return {name: column(name) for name in KNOWN}


def read(text: str) -> Expression:
    expr = parse(text)
    assert isinstance(expr, Expression), (text, expr)
    return expr


def largest(expr: Expression, row: Mapping[str, Given]) -> float:
    """The largest number met anywhere in an evaluation: what float errors are measured against."""
    met = [1.0]
    for node, _ in walk(expr.root):
        try:
            value = evaluate(Expression("", node), row)
        except EvaluationError:
            continue
        inner = value.values if isinstance(value, Series) else (value,)
        met += [abs(float(v)) for v in inner if not isinstance(v, bool | str)]
    return max(met)


def agree(exact: Any, found: Any, scale: float) -> None:
    if isinstance(exact, Series):
        held = found[~np.isnan(found)] if found.dtype.kind == "f" else found[: len(exact)]
        assert len(held) == len(exact)
        for a, b in zip(exact, held, strict=True):
            agree(a, b, scale)
    elif isinstance(exact, bool | str):
        assert found == exact
    else:
        assert float(found) == pytest.approx(float(exact), rel=1e-9, abs=1e-9 * scale)


@settings(max_examples=200, deadline=None, suppress_health_check=SLOW)
@given(EXPRESSIONS, st.lists(ROWS, min_size=1, max_size=5))
def test_columns_are_rows(text: str, rows: list[dict[str, Any]]) -> None:
    expr = read(text)
    given_rows = [row_of(row) for row in rows]
    exact: list[Any] = []
    try:
        exact = [evaluate(expr, row) for row in given_rows]
    except EvaluationError:
        with pytest.raises(EvaluationError):
            columns(expr, table_of(rows), len(rows))
        return
    found = columns(expr, table_of(rows), len(rows))
    assert len(found) == len(rows)
    for i, row in enumerate(given_rows):
        agree(exact[i], found[i], largest(expr, row))


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(EXPRESSIONS)
def test_canonical_text_is_the_same_tree(text: str) -> None:
    expr = read(text)
    again = read(render(expr))
    assert again.root == expr.root
    assert render(again) == render(expr)
    assert names(again) == names(expr) <= KNOWN.keys()


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(EXPRESSIONS, ROWS)
def test_a_checked_expression_never_meets_a_wrong_type(text: str, row: dict[str, Any]) -> None:
    expr = read(text)
    found, findings = check(expr, KNOWN)
    if findings:
        assert {f.code for f in findings} == {"type-mismatch"}
        return
    try:
        value = evaluate(expr, row_of(row))
    except EvaluationError as error:
        assert type(error).__name__ in ("DivisionByZero", "Undefined")
        return
    assert isinstance(value, Series) is found.series
    if not isinstance(value, Series):
        assert isinstance(value, bool) is (found.kind is Kind.BOOL)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(numbers_, ROWS)
def test_without_reported_divisors_nothing_divides_by_zero(text: str, row: dict[str, Any]) -> None:
    expr = read(text)
    if divisions(expr):
        return
    try:
        evaluate(expr, row_of(row))
    except EvaluationError as error:
        assert type(error).__name__ == "Undefined"


WORDS = st.sampled_from(
    [*FUNCTIONS, "and", "or", "not", "in", "true", "inf", "x", "rain", "ok", "kind", "premium.to.a-b", "'firm'",
     "'[06-08, 07-05]'", "3", "20%", "300万", "1.5", "(", ")", "（", "）", ",", "，", "+", "-", "*", "/", "<", "<=", "==",
     "!=", "≥", "=", ".", "'", "\n", "\t", "%", "万", "0", "٣"]
)  # fmt: skip
NOISE = st.one_of(
    st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS, max_size=25).map("".join)
)


@settings(max_examples=500, deadline=None)
@given(NOISE)
def test_no_text_breaks_the_room(text: str) -> None:
    place = Place("programme.yaml", 1, 1)
    expr = parse(text, place)
    if isinstance(expr, Finding):
        assert expr.code == "expression-syntax"
        assert expr.place is not None
        assert 1 <= expr.place.column < expr.place.end
        return
    assert read(render(expr)).root == expr.root
    _, findings = check(expr, KNOWN)
    assert {f.code for f in findings} <= {"unknown-name", "unknown-function", "type-mismatch", "argument-count"}
    assert all(f.place and f.place.end <= len(text) + 1 for f in findings)
    divisions(expr)
    constant(expr)
    row: dict[str, Given] = {"x": 2, "rain": [1, 2], "ok": True, "kind": "firm"}
    table: dict[str, Column] = {
        "x": np.array([2.0]), "rain": np.array([[1.0, 2.0]]), "ok": np.array([True]), "kind": np.array(["firm"]),
    }  # fmt: skip
    attempts: list[Callable[[], object]] = [lambda: evaluate(expr, row), lambda: columns(expr, table, 1)]
    for attempt in attempts:
        try:
            attempt()
        except EvaluationError:
            continue
