"""Amounts in another currency: converted once, on entry, at a named rate; limits never (B11)."""

import datetime as dt
from fractions import Fraction

import pytest

from quanyu.engine.claims import history_of
from quanyu.waterfall import Exact, Outcome, fold
from quanyu.waterfall.history import History

from .cases_written import by_claim, case, codes, compiled, settled, yuan

LIMIT = "losses: [{as: cover, party: a, limit: 50万}, {as: rest, party: city}]\n"
RATE = "exchange: {rate: 6.5, source: 中国外汇交易中心 2015-07-01 中间价, date: 2015-07-01}"


def test_b11_an_amount_is_converted_on_entry_and_meets_the_limit_as_that() -> None:
    """100,000 USD at 6.5 are 650,000, of which the limit pays 500,000, not 76,923 dollars' worth or 100,000."""
    rows = f"rows: [{{claim: x, t: 1, amount: 10万, currency: USD, {RATE}}}, {{claim: y, t: 2, amount: 7万}}]\n"
    done = settled(LIMIT, rows)
    assert by_claim(done) == {("x", "a"): 500_000, ("x", "city"): 150_000, ("y", "a"): 70_000}
    (one,) = done.conversions
    assert (one.claim, one.name, one.currency) == ("x", "amount", "USD")
    assert (one.amount, one.converted) == (Fraction(100_000), Fraction(650_000))
    assert (one.rate, one.date) == (Fraction("6.5"), dt.date(2015, 7, 1))
    assert "中间价" in one.source


def test_b11_the_same_in_exact_fractions() -> None:
    made, written = compiled(LIMIT), case(f"rows: [{{t: 1, amount: 10万, currency: USD, {RATE}}}]\n")
    history = history_of(made, "losses", written.rows)
    assert isinstance(history, History)
    outcome = fold(made.plans["losses", "from"], history, Exact())
    assert isinstance(outcome, Outcome)
    assert outcome.by_party() == {"a": 500_000, "city": 150_000}


def test_every_row_has_the_rate_of_its_own_day_and_a_reduction_the_one_it_states() -> None:
    other = RATE.replace("6.5", "7")
    rows = f"""
rows:
  - {{claim: x, t: 1, amount: 100, currency: USD, {RATE}}}
  - {{claim: y, t: 2, amount: 100, currency: USD, {other}}}
  - {{claim: x, t: 3, amount: -10, currency: USD, {RATE}}}
"""
    assert by_claim(settled(LIMIT, rows)) == {("x", "a"): 585, ("y", "a"): 700}


def test_facts_in_money_are_converted_and_sums_insured_are_not() -> None:
    rows = f"rows: [{{claim: x, cover: c, t: 1, assessed: 100, sum: 600, currency: USD, {RATE}}}]\n"
    assert yuan(settled(LIMIT, rows)) == {"a": 600}


def test_premium_deposits_and_recoveries_are_converted_too() -> None:
    body = "accounts: {fund: {opening: 0}}\nlosses: [{as: fund, party: fund, cap: {period: 2 * premium}}, "
    body += "{as: rest, party: city}]\nrecoveries: {basis: borne, restores: false, above: maker}\n"
    text = f"""
premium: [{{insured: i1, amount: 10, currency: USD, {RATE}}}]
deposits: [{{account: fund, t: 1, amount: 100, currency: USD, {RATE}}}]
rows: [{{claim: x, t: 1, amount: 200}}]
recovered: [{{claim: x, t: 2, amount: 10, currency: USD, {RATE}}}]
"""
    done = settled(body, text)
    assert by_claim(done) == {("x", "fund"): 130, ("x", "city"): 70}
    assert done.recovered is not None
    assert sum(done.recovered.by_party().values()) == 6500


def test_a_converted_amount_is_rounded_half_up_to_the_hundredth() -> None:
    rows = f"rows: [{{t: 1, amount: 0.01, currency: USD, {RATE}}}, {{t: 2, amount: 0.03, currency: USD, {RATE}}}]\n"
    assert [row.amount for row in settled(LIMIT, rows).history.rows] == [7, 20]


def test_the_programmes_own_currency_needs_no_rate() -> None:
    assert yuan(settled(LIMIT, "rows: [{t: 1, amount: 5, currency: CNY}]\n")) == {"a": 5}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("currency: USD", "currency-without-exchange"),
        ("currency: USD, exchange: {rate: 6.5}", "currency-without-exchange"),
        ("currency: USD, exchange: {rate: 0, source: x, date: 2015-07-01}", "exchange-form"),
        ("currency: USD, exchange: {rate: lots, source: x, date: 2015-07-01}", "exchange-form"),
        ("currency: USD, exchange: {rate: 6.5, source: x, date: someday}", "exchange-form"),
        ("exchange: {rate: 6.5, source: x, date: 2015-07-01}", "exchange-form"),
    ],
)
def test_a_rate_names_its_source_and_date(row: str, code: str) -> None:
    assert codes(LIMIT, f"rows: [{{t: 1, amount: 5, {row}}}]\n") == [code]


def test_one_rate_may_stand_for_all_rows() -> None:
    done = settled(LIMIT, f"defaults: {{currency: USD, {RATE}}}\nrows: [{{t: 1, amount: 1}}, {{t: 2, amount: 2}}]\n")
    assert yuan(done) == {"a": Fraction("19.5")}
