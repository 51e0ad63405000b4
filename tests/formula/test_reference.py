"""Every example of the reference of expressions does what the page says."""

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from quanyu.formula import (
    FUNCTIONS,
    RESERVED,
    Column,
    Expression,
    Given,
    Kind,
    Series,
    SeriesColumn,
    Type,
    Value,
    check,
    columns,
    evaluate,
    parse,
)
from quanyu.terms import Finding

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "expressions.md"
DATES = ("06-06", "06-07", "06-08", "06-09", "07-06")
ROW: Mapping[str, Given] = {
    "premium": 20000, "losses.coinsurers": 5000, "assessed": 12000, "sum": 100000, "kind": "firm", "aided": True,
    "year": 1, "depth": 75, "signed": "2021-06-09", "hog": [12, 15], "maize": [2, 3],
    "rain": Series(tuple(Fraction(n) for n in (1, 12, 15, 0, 11)), DATES),
}  # fmt: skip
MONEY = Type(Kind.MONEY)
KNOWN = {
    "premium": MONEY, "losses.coinsurers": MONEY, "assessed": MONEY, "sum": MONEY, "aided": Type(Kind.BOOL),
    "kind": Type(Kind.TEXT, values=("firm", "person")), "year": Type(Kind.NUMBER), "depth": Type(Kind.NUMBER, "cm"),
    "signed": Type(Kind.DATE), "rain": Type(Kind.NUMBER, "mm", series=True), "bank_share": Type(Kind.SHARE),
    "hog": Type(Kind.NUMBER, "CNY/kg", series=True), "maize": Type(Kind.NUMBER, "CNY/kg", series=True),
}  # fmt: skip
CODES = ("type-mismatch", "unknown-name", "unknown-function", "argument-count", "expression-syntax")


def cells() -> list[list[str]]:
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def coded(cell: str) -> str | None:
    m = re.fullmatch(r"`([^`]*)`", cell)
    return m[1] if m else None


def pairs() -> list[tuple[str, str]]:
    """Neighbouring cells that are code and nothing else, the last two of a row first."""
    found = []
    for row in cells():
        code = [c for c in map(coded, row) if c is not None]
        if len(code) >= 2 and code[-2] not in KNOWN:
            found.append((code[-2], code[-1]))
    return found


EXAMPLES = [(text, result) for text, result in pairs() if result not in CODES]
FINDINGS = [(text, result) for text, result in pairs() if result in CODES]
REFUSED = [text for row in cells() for text in re.findall(r"^✗ `([^`]*)`", row[0])]


def column(given: Given) -> Column:
    if isinstance(given, Series):
        return SeriesColumn(np.array([[float(v) for v in given.values]]), given.dates)
    if isinstance(given, list):
        return np.array([given], dtype=float)
    return np.array([given], dtype=object if isinstance(given, str) else None)


def written(text: str) -> Value | list[Fraction]:
    if text in ("true", "false"):
        return text == "true"
    if text.startswith("["):
        return [Fraction(part) for part in text.strip("[]").split(",")]
    return float("inf") if text == "inf" else Fraction(text)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) > 35
    assert len(FINDINGS) == 10
    assert len(REFUSED) == 5


@pytest.mark.parametrize(("text", "result"), EXAMPLES)
def test_examples(text: str, result: str) -> None:
    expr = parse(text)
    assert isinstance(expr, Expression), expr
    assert check(expr, KNOWN)[1] == []
    found, expected = evaluate(expr, ROW), written(result)
    assert (list(found.values) if isinstance(found, Series) else found) == expected
    table = {name: column(given) for name, given in ROW.items()}
    held = columns(expr, table, 1)[0]
    np.testing.assert_allclose(held, np.array(expected, dtype=float), rtol=1e-12)


@pytest.mark.parametrize(("text", "code"), FINDINGS)
def test_findings(text: str, code: str) -> None:
    expr = parse(text)
    findings = [expr] if isinstance(expr, Finding) else check(expr, KNOWN)[1]
    assert [f.code for f in findings] == [code]


@pytest.mark.parametrize("text", REFUSED)
def test_refused(text: str) -> None:
    assert isinstance(parse(text), Finding)


def test_every_function_and_reserved_word_is_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    assert [name for name in FUNCTIONS if not re.search(rf"`{name}[`(]", page)] == []
    assert [word for word in RESERVED if f"`{word}`" not in page] == []
