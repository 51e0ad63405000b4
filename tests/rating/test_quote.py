"""One premium and its sheet, against numbers worked out by hand."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from quanyu.formula import EvaluationError, Given, MissingName, Undefined, WrongType
from quanyu.formula.lookup import NoRow
from quanyu.language.load import load_programme
from quanyu.rating import CompiledRating, compile_rating, quote_row
from quanyu.terms import Finding
from rating.programmes import rated, read

FULL = """
  base: sum * 2‰
  factors:
    age: {by: age, table: {"[0, 18)": 0.8, "[18, inf)": 1.9}, within: [0.7, 1.5]}
    discount: 95%
  plus: {fee: 10}
  loadings: {expenses: 20%, tax: 6%}
  min: 60
  max: 5万
  round: 0.01
  day_count: actual/365
"""


def test_every_part_of_a_premium_in_its_order() -> None:
    # 1,000,000 × 2 ‰ = 2000; × min(1.9, 1.5) = 3000; × 0.95 = 2850; + 10 = 2860; / 0.74; × 184/365; to the fen.
    row: dict[str, Given] = {"sum": 1_000_000, "age": 30, "start": "2026-07-01", "end": "2026-12-31"}
    sheet = quote_row(rated(FULL), row)
    gross = Fraction(2860 * 100, 74)
    assert [(line.kind, line.name) for line in sheet.lines] == [
        ("base", "base"),
        ("factor", "age"),
        ("factor", "discount"),
        ("plus", "fee"),
        ("loading", "expenses"),
        ("loading", "tax"),
        ("minimum", "min"),
        ("maximum", "max"),
        ("time", "actual/365"),
        ("rounding", "round"),
    ]
    assert [line.running for line in sheet.lines] == [
        2000,
        3000,
        2850,
        2860,
        2860 + gross / 5,
        gross,
        gross,
        gross,
        gross * 184 / 365,
        Fraction("1948.32"),
    ]
    age = sheet.lines[1]
    assert (age.source, age.key, age.row, age.raw, age.held) == (
        "age",
        "30",
        "[18, inf)",
        Fraction("1.9"),
        Fraction(3, 2),
    )
    assert age.bounded
    assert not sheet.lines[2].bounded
    assert sheet.premium == Fraction("1948.32")
    assert sheet.fen == 194_832


@pytest.mark.parametrize(
    ("total", "premium"),
    [
        (1000, "60"),  # 2 × 0.8 × 0.95 = 1.52; + 10 = 11.52; / 0.74 = 15.57, under 60
        (40_000, "95.68"),  # 80 × 0.76 = 60.8; 70.8 / 0.74 = 95.675…
        (30_000_000, "50000"),  # 60,000 × 0.76 = 45,600; 45,610 / 0.74 = 61,635.14, above 50,000
    ],
)
def test_minimum_and_maximum(total: int, premium: str) -> None:
    assert quote_row(rated(FULL), {"sum": total, "age": 17}).premium == Fraction(premium)


def test_without_rounding_the_premium_stays_exact() -> None:
    assert quote_row(rated("{base: sum / 3}"), {"sum": 100}).premium == Fraction(100, 3)
    assert quote_row(rated("{base: sum / 3}"), {"sum": 100}).fen == 3333


@pytest.mark.parametrize(("step", "expected"), [("0.01", "0.13"), ("0.1", "0.1"), ("1", "0"), ("0.25", "0.25")])
def test_rounding_is_half_up(step: str, expected: str) -> None:
    assert quote_row(rated(f"{{amount: 0.125, round: {step}}}"), {}).premium == Fraction(expected)


def test_an_amount_that_is_given_takes_factors_too() -> None:
    assert quote_row(rated("{amount: quoted, factors: {group: 90%}}"), {"quoted": 1000}).premium == 900


def test_a_table_of_two_keys_names_both_and_the_rows_they_hit() -> None:
    text = """
  base: 100
  factors: {use: {by: [zone, age], table: {A: {"[0, 18)": 1.1, "[18, inf)": 1.2}, else: {"[0, inf)": 2}}, else: 3}}
"""
    sheet = quote_row(rated(text), {"zone": "A", "age": 18})
    assert (sheet.lines[1].key, sheet.lines[1].row) == ("A, 18", "A, [18, inf)")
    assert sheet.premium == 120
    assert quote_row(rated(text), {"zone": "B", "age": 18}).premium == 200
    missed = quote_row(rated(text), {"zone": "B", "age": -1})
    assert missed.premium == 300
    assert missed.lines[1].row == "else"


def test_a_true_or_false_enters_a_table() -> None:
    text = '{base: 100, factors: {lived_in: {by: occupied, table: {"true": 1, "false": 1.5}}}}'
    assert quote_row(rated(text), {"occupied": False}).premium == 150


ERRORS: list[tuple[str, Mapping[str, Given], type[EvaluationError]]] = [
    ("{base: sum}", {}, MissingName),
    ("{base: sum}", {"sum": float("nan")}, MissingName),
    ("{base: sum}", {"sum": "much"}, WrongType),
    ("{base: 1, factors: {zone: {by: zone, table: {A: 1, B: 2}}}}", {"zone": "X"}, NoRow),
    ('{base: 1, factors: {age: {by: age, table: {"[0, 18)": 1}}}}', {"age": 18}, NoRow),
    ("{base: 1, loadings: {a: 60%, b: 40%}}", {}, Undefined),
    ("{base: 1, factors: {f: {value: 2, within: [3, 1]}}}", {}, Undefined),
    ("{base: 1, round: 0}", {}, Undefined),
    ("{base: 1, day_count: days}", {}, MissingName),
    ("{base: 1, day_count: months}", {"start": "2026-01-01"}, MissingName),
    ("{base: 1, day_count: months}", {"start": "2026-02-30", "end": "2026-03-01"}, WrongType),
]


@pytest.mark.parametrize(("text", "row", "error"), ERRORS)
def test_what_cannot_be_rated_is_refused(text: str, row: Mapping[str, Given], error: type[EvaluationError]) -> None:
    with pytest.raises(error):
        quote_row(rated(text), row)


def test_a_price_per_day() -> None:
    row: dict[str, Given] = {"start": "2026-03-01", "end": "2026-03-03"}
    assert quote_row(rated("{amount: 2.5, day_count: days}"), row).premium == Fraction("7.5")


def test_a_season_is_the_period_of_its_premium() -> None:
    period = "{from: 2026-06-01, to: 2026-09-30, each: season}"
    rating = rated("{amount: 122, day_count: actual/actual}", period=period)
    assert quote_row(rating, {"start": "2026-09-01", "end": "2026-09-30"}).premium == 30
    assert quote_row(rating, {}).premium == 122
    own: dict[str, Given] = {"period_start": "2026-09-01", "period_end": "2026-09-30"}
    assert quote_row(rating, {"start": "2026-09-16", "end": "2026-09-30", **own}).premium == 61


def test_no_premium_and_no_base_are_no_rating() -> None:
    assert compile_rating(read(None)) is None
    assert compile_rating(read("{from: [{as: own, party: insured}]}")) is None


FAULTS = [
    ("{base: 1, amount: 2}", "premium-form"),
    ("{factors: {a: 2}}", "premium-form"),
    ("{base: 1, factors: {a: {within: [1, 2]}}}", "value-form"),
    ('{base: 1, factors: {a: {table: {"1": 2}}}}', "value-form"),
    ("{base: 1, day_count: short-period}", "premium-short-period"),
    ("{base: 1 +}", "expression-syntax"),
    ('{base: 1, factors: {a: {by: age, table: {"1": 2 +}}}}', "expression-syntax"),
    ('{base: 1, factors: {a: {by: age +, table: {"1": 2}}}}', "expression-syntax"),
]


@pytest.mark.parametrize(("text", "code"), FAULTS)
def test_faults_of_a_premium_are_findings_with_their_place(text: str, code: str) -> None:
    found = compile_rating(read(text))
    assert isinstance(found, list)
    assert [(type(each), each.code) for each in found] == [(Finding, code)]
    assert found[0].place is not None


def test_what_a_rating_reads() -> None:
    text = "{base: sum, factors: {a: {by: age, table: {'1': mu * 2, '2': 1}}}, plus: {p: part}, day_count: months}"
    assert rated(text).reads == {"sum", "age", "mu", "part", "start", "end"}


GOLDEN: list[tuple[str, Mapping[str, Given], str]] = [
    # 荣昌 hog price: 100 kg × 2.4 yuan/kg of maize × 6 = 1440; 6 % = 86.40.
    ("{base: 100 * 2.4 * 6 * 6%}", {}, "86.40"),
    # 北京 2013 hog price: 1200 a head, premium 12.
    ("{amount: 12}", {}, "12"),
    # 鄞州 shrimp: 4000 × 8 % a mu; 350 mu.
    ("{base: 4000 * mu * 8%}", {"mu": 350}, "112000"),
    # 鄞州 tea: 200 a mu, 2104 mu.
    ("{base: 200 * mu}", {"mu": 2104}, "420800"),
    # 慈溪 mutual society: 20,000 × 3 per mille.
    ("{base: sum * 3‰}", {"sum": 20_000}, "60"),
    # First set of equipment: 10,000,000 at 5 % and at 2 %.
    ("{base: sum * rate}", {"sum": 10_000_000, "rate": Fraction("0.05")}, "500000"),
    ("{base: sum * rate}", {"sum": 10_000_000, "rate": Fraction("0.02")}, "200000"),
]


@pytest.mark.parametrize(("text", "row", "premium"), GOLDEN)
def test_published_premiums(text: str, row: Mapping[str, Given], premium: str) -> None:
    assert quote_row(rated(text), row).premium == Fraction(premium)


def test_the_farmers_part_of_the_hog_premium() -> None:
    # 荣昌: the farmer pays 30 % of 86.40, 25.92; the subsidy is 60.48.
    premium = quote_row(rated("{base: 100 * 2.4 * 6 * 6%}"), {}).premium
    assert (premium * 30 / 100, premium * 70 / 100) == (Fraction("25.92"), Fraction("60.48"))


def test_every_programme_that_is_shipped_is_rated(root: Path) -> None:
    for path in sorted((root / "programmes").glob("*/*/*.yaml")):
        document, _ = load_programme(path)
        assert document is not None, path
        assert isinstance(compile_rating(document.value), CompiledRating | None), path
