"""Laws: columns give what rows give; canonical text is read back as the same tree; no text breaks the room."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quanyu.formula import (
    FUNCTIONS,
    Column,
    DivisionByZero,
    EvaluationError,
    Expression,
    Given,
    Kind,
    Series,
    SeriesColumn,
    Type,
    Undefined,
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
ATOMS: Text = st.one_of(LITERALS, st.sampled_from(["x", "y", "loss.gross"]))
BARE_FLAGS: Text = st.sampled_from(["ok", "true", "false", "kind == 'firm'", "kind not in ('person', 'farm')"])
ORDER = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


def arithmetic(part: Text, other: Text) -> Text:
    return joined("({} {} {})", part, st.sampled_from("+-*/"), other)


@dataclass(frozen=True)
class Layer:
    """Expressions of one depth: numbers, yes-or-no, series of numbers, series of yes-or-no."""

    numbers: Text
    flags: Text
    series: Text
    marks: Text

    def any(self) -> Text:
        return st.one_of(self.numbers, self.flags, self.series, self.marks)


def above(low: Layer) -> Layer:
    """Expressions one deeper; each has a part of the layer below."""
    n, f, s, m = low.numbers, low.flags, low.series, low.marks
    numbers = st.one_of(
        arithmetic(n, n),
        arithmetic(n, ATOMS),
        joined("-{}", ATOMS),
        joined("min({}, {})", n, n),
        joined("max({}, {}, {})", n, ATOMS, n),
        joined("clip({}, {}, {})", n, ATOMS, n),
        joined("abs({})", n),
        joined("round({})", n),
        joined("round({}, 0.1)", n),
        joined("if({}, {}, {})", f, n, n),
        joined("{}({})", st.sampled_from(["sum", "mean", "min", "max", "first", "last", "length"]), s),
        joined("{}({})", st.sampled_from(["count", "longest_run"]), m),
    )
    flags = st.one_of(
        joined("({} {} {})", n, ORDER, n),
        joined("({} < {} <= {})", n, ATOMS, n),
        joined("({} in ({}, {}))", n, n, ATOMS),
        joined("(({}) {} {})", f, st.sampled_from(["and", "or", "=="]), st.one_of(f, BARE_FLAGS).map("({})".format)),
        joined("(not ({}))", f),
    )
    series = st.one_of(
        arithmetic(s, s),
        arithmetic(s, n),
        arithmetic(n, s),
        joined("runs({})", m),
        joined("rolling({}, 2)", s),
        joined("during({}, '[06-08, 07-05]')", s),
        joined("clip({}, {}, {})", s, ATOMS, n),
        joined("if({}, {}, {})", f, s, s),
    )
    marks = st.one_of(
        joined("({} {} {})", s, ORDER, n),
        joined("(not {})", m),
        joined("({} and {})", m, m),
        joined("({} or {})", m, m),
    )
    # Deferred, a strategy is not written out in full whenever it is named.
    return Layer(
        st.deferred(lambda: numbers),
        st.deferred(lambda: flags),
        st.deferred(lambda: series),
        st.deferred(lambda: marks),
    )


RAIN = st.sampled_from(["rain", "wind"])
LAYERS = [Layer(ATOMS, BARE_FLAGS, RAIN, joined("({} {} {})", RAIN, ORDER, ATOMS))]
for _ in range(3):
    LAYERS.append(above(LAYERS[-1]))
EXPRESSIONS = st.one_of(*(layer.any() for layer in LAYERS[1:]))

DECIMALS = st.integers(-500, 500).map(lambda n: Fraction(n, 10))
ROWS = st.fixed_dictionaries({
    "x": DECIMALS, "y": DECIMALS, "loss.gross": DECIMALS,
    "ok": st.booleans(), "kind": st.sampled_from(["firm", "person"]),
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


@settings(max_examples=300, deadline=None, suppress_health_check=SLOW)
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
    except (DivisionByZero, Undefined):
        return
    assert isinstance(value, Series) is found.series
    if not isinstance(value, Series):
        assert isinstance(value, bool) is (found.kind is Kind.BOOL)


@settings(max_examples=100, deadline=None, suppress_health_check=SLOW)
@given(st.one_of(*(layer.numbers for layer in LAYERS)), ROWS)
def test_without_reported_divisors_nothing_divides_by_zero(text: str, row: dict[str, Any]) -> None:
    expr = read(text)
    if divisions(expr):
        return
    with suppress(Undefined):
        evaluate(expr, row_of(row))


WORDS = st.sampled_from(
    [*FUNCTIONS, "and", "or", "not", "in", "true", "inf", "x", "rain", "ok", "kind", "premium.to.a-b",
     "'firm'",
     "'[06-08, 07-05]'", "3", "20%", "300万", "1.5", "(", ")", "（", "）", ",", "，", "+", "-", "*", "/", "<", "<=",
     "==", "!=", "≥", "=", ".", "'", "\n", "\t", "%", "万", "0", "٣"]
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
