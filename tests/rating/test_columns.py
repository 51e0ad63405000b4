"""Tables of risks: equal to single quotes to the fen, and refused by the row."""

from collections.abc import Mapping

import numpy as np
import pytest

from quanyu.formula import Column, TextColumn
from quanyu.rating import CompiledRating, Quotes, explain_row, quote_columns
from rating.programmes import rated

ZONES = ("A", "B", "C")
WHOLE = """
  base: sum * rate + min(mu * 3.3, 1000)
  factors:
    age: {by: age, table: {"[0, 18)": 0.8, "[18, inf)": 1.9}, within: [0.7, 1.5]}
    zone: {by: zone, table: {A: 1.03, B: 0.97, else: 1.1}}
    use: {by: [occupied, zone], table: {"true": {A: 1, B: 1.2}, "false": {A: 1.5, else: mu / 100}}, else: 1}
    size: {by: mu * 0.1, table: {"(-inf, 0.3]": 0.9, "(0.3, 1]": 1.01, "(1, inf)": "round(mu / 7, 0.01)"}}
    place: {value: "if(mu > 3.1 and zone == 'A' or zone in ('C', 'X'), 1.1, 0.9)", within: [0.95, inf]}
  plus: {fee: 10, by_mu: 0.5 * mu}
  loadings: {expenses: 20%, tax: 6%}
  min: 60
  max: max(50000, sum * 1%)
"""


def risks(length: int) -> dict[str, Column]:
    random = np.random.default_rng(20_260_101)
    return {
        "sum": random.integers(1, 500, length) * 1000.0,
        "rate": random.integers(1, 50, length) / 1000,
        "mu": random.integers(0, 150, length) / 10,
        "age": random.integers(0, 40, length),
        "zone": TextColumn(random.integers(0, 3, length).astype(np.uint8), ZONES),
        "occupied": random.random(length) < 0.5,
    }


def quoted(rating: CompiledRating, table: Mapping[str, Column], length: int) -> Quotes:
    quotes = quote_columns(rating, table, length)
    assert isinstance(quotes, Quotes), [str(finding.reason) for finding in quotes]
    return quotes


@pytest.mark.parametrize("ending", ["", "  round: 0.01", "  round: 1", "  round: 0.005", "  round: 0.3", "  round: 50"])
def test_every_premium_equals_the_single_quote(ending: str) -> None:
    quotes = quoted(rated(WHOLE + ending), risks(400), 400)
    assert quotes.fen.tolist() == [explain_row(quotes, row).fen for row in range(400)]
    # Edges of `mu * 0.1` and ties of `round` are decided exactly, the rest is not.
    assert 0 < quotes.exact < 40


def test_ties_of_decimals_need_no_single_quotes() -> None:
    # 3 per mille of whole yuan: every tenth premium ends in half a fen.
    sums = np.arange(1, 100_001, dtype=np.float64)
    quotes = quoted(rated("{base: sum * 3‰, factors: {a: 0.9}, round: 0.01}"), {"sum": sums}, len(sums))
    expected = (np.arange(1, 100_001) * 27 * 2 + 100) // 200
    assert quotes.exact == 0
    np.testing.assert_array_equal(quotes.fen, expected)


def test_an_edge_is_met_as_the_decimal_it_is_written_as() -> None:
    rating = rated('{base: 100, factors: {f: {by: mu, table: {"[0, 0.1)": 1, "[0.1, 0.3]": 2, "(0.3, 1]": 3}}}}')
    values = np.array([0.1, np.nextafter(0.1, 0), 0.3, np.nextafter(0.3, 1), 0.30000000000000004, 1.0, 0.0])
    quotes = quoted(rating, {"mu": values}, 7)
    assert quotes.fen.tolist() == [20_000, 10_000, 20_000, 30_000, 30_000, 30_000, 10_000]
    assert quotes.exact == 0


def test_an_edge_no_float_reads_as_is_decided_exactly() -> None:
    edge = "0.1000000000000000000001"
    rating = rated(f'{{base: 100, factors: {{f: {{by: mu, table: {{"[0, {edge})": 1, "[{edge}, 1]": 2}}}}}}}}')
    quotes = quoted(rating, {"mu": np.array([0.1, 0.05, 0.2])}, 3)
    assert quotes.fen.tolist() == [10_000, 10_000, 20_000]
    assert quotes.exact == 1


def test_one_value_may_stand_for_all_rows() -> None:
    table: dict[str, Column] = {"sum": 1000, "zone": "B", "mu": np.array([1.0, 2.0])}
    rating = rated("{base: sum * mu, factors: {zone: {by: zone, table: {A: 1, B: 2}}}}")
    assert quoted(rating, table, 2).fen.tolist() == [200_000, 400_000]


def test_states_start_where_the_table_has_none() -> None:
    states = "{ncd: {start: 0, next: ncd - 1}}"
    rating = rated("{base: 100, factors: {ncd: {by: ncd, table: {'-1': 0.8, '0': 1}}}}", states=states)
    assert quoted(rating, {}, 2).fen.tolist() == [10_000, 10_000]
    assert quoted(rating, {"ncd": np.array([-1, 0])}, 2).fen.tolist() == [8_000, 10_000]


def test_days_of_cover_as_texts_and_as_dates() -> None:
    rating = rated("{base: 365, day_count: actual/365}")
    texts = TextColumn(np.array([0, 1, -1]), ("2026-01-01", "2026-03-01"))
    ends = TextColumn(np.array([0, 0, -1]), ("2026-03-31",))
    assert quoted(rating, {"start": texts, "end": ends}, 3).fen.tolist() == [9_000, 3_100, 36_500]
    dates = np.array(["2026-01-01", "2026-03-01", "NaT"], dtype="datetime64[D]")
    last = np.array(["2026-03-31", "2026-03-31", "NaT"], dtype="datetime64[D]")
    assert quoted(rating, {"start": dates, "end": last}, 3).fen.tolist() == [9_000, 3_100, 36_500]
    assert quoted(rating, {}, 2).fen.tolist() == [36_500, 36_500]


def test_rows_that_cannot_be_rated_are_named() -> None:
    table = risks(50)
    mu = np.asarray(table["mu"]).copy()
    mu[3] = np.nan
    age = np.asarray(table["age"]).copy()
    age[7] = -1
    table |= {"mu": mu, "age": age}
    findings = quote_columns(rated(WHOLE), table, 50)
    assert isinstance(findings, list)
    assert [(finding.code, str(finding.reason)) for finding in findings] == [
        ("missing-value", "row 4: mu has no value"),
        ("outside-table", "row 8: age is -1, which is in no row of its table"),
    ]


UNRATED: list[tuple[Column, str]] = [
    (TextColumn(np.array([0, 2]), ("A", "B", "Z")), "outside-table"),
    (TextColumn(np.array([0, -1]), ("A", "B")), "missing-value"),
    (np.array(["A", "Z"], dtype=object), "outside-table"),
    (np.array(["A", None], dtype=object), "missing-value"),
    (np.array([1.0, 2.0]), "outside-table"),
]


@pytest.mark.parametrize(("column", "code"), UNRATED)
def test_unknown_and_missing_codes_are_refused(column: Column, code: str) -> None:
    rating = rated("{base: 100, factors: {zone: {by: zone, table: {A: 1, B: 2}}}}")
    findings = quote_columns(rating, {"zone": column}, 2)
    assert isinstance(findings, list)
    assert findings[-1].code == code


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -1.0, 100.0])
def test_numbers_outside_a_table_are_refused(value: float) -> None:
    rating = rated("{base: 100, factors: {mu: {by: mu, table: {'[0, 50)': 1, '[50, 100)': 2}}}}")
    findings = quote_columns(rating, {"mu": np.array([1.0, value])}, 2)
    assert isinstance(findings, list)
    assert len(findings) == 1
    assert "row 2" in str(findings[0].reason)


KEYED = [
    "{by: mu * 0.1, table: {'(-inf, 5)': 1, '[5, inf)': 2}}",
    "{by: [zone, mu], table: {A: {'(-inf, 5)': 1, '[5, inf)': 2}, B: {'(-inf, inf)': 1}}}",
    "{by: mu, table: {'(-inf, 5)': 1, '[5, inf)': sum / 100}}",
    "{value: 'if(mu > 5, 1, 2)'}",
    "{value: 'if(not (mu > 5) or mu <= 7, 1, 2)'}",
    "{value: 'max(1, mu)', within: [0.5, 2]}",
]


@pytest.mark.parametrize("factor", KEYED)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_no_gap_slips_through_a_key_or_a_condition(factor: str, value: float) -> None:
    rating = rated(f"{{base: 100, factors: {{f: {factor}}}}}")
    table: dict[str, Column] = {"mu": np.array([1.0, value]), "zone": "A", "sum": np.array([100.0, 100.0])}
    quotes = quote_columns(rating, table, 2)
    if np.isnan(value):
        assert isinstance(quotes, list)
        assert [(finding.code, str(finding.reason)) for finding in quotes] == [
            ("missing-value", "row 2: mu has no value")
        ]
    elif isinstance(quotes, Quotes):
        assert quotes.fen[1] == explain_row(quotes, 1).fen


def test_ties_that_only_a_quotient_hides_are_decided_exactly() -> None:
    sums = np.arange(1, 2001, dtype=np.float64)
    quotes = quoted(rated("{base: sum / 3 * 3 * 0.001, round: 0.01}"), {"sum": sums}, 2000)
    np.testing.assert_array_equal(quotes.fen, (np.arange(1, 2001) + 5) // 10)
    assert 200 <= quotes.exact < 400


@pytest.mark.parametrize(("value", "code"), [(np.nan, "missing-value"), (np.inf, "outside-table")])
def test_a_table_open_at_both_ends_takes_no_gap(value: float, code: str) -> None:
    rating = rated("{base: 100, factors: {mu: {by: mu, table: {'(-inf, 5)': 1, '[5, inf)': 2}}}}")
    findings = quote_columns(rating, {"mu": np.array([1.0, value])}, 2)
    assert isinstance(findings, list)
    assert [finding.code for finding in findings] == [code]


def test_a_missing_column_is_one_finding_and_many_rows_at_most_a_hundred() -> None:
    table = risks(500)
    del table["mu"]
    findings = quote_columns(rated(WHOLE), table, 500)
    assert isinstance(findings, list)
    assert [finding.code for finding in findings] == ["missing-column"]
    many = quote_columns(rated("{base: mu}"), {"mu": np.full(500, np.nan)}, 500)
    assert isinstance(many, list)
    assert len(many) == 100


def test_a_premium_beyond_whole_numbers_is_refused() -> None:
    findings = quote_columns(rated("{base: sum * 1_000_000_000_000}"), {"sum": np.array([1e10])}, 1)
    assert isinstance(findings, list)
    assert findings[0].code == "premium-too-large"


def test_no_rows_are_no_premiums() -> None:
    assert quoted(rated(WHOLE), risks(0), 0).fen.shape == (0,)
