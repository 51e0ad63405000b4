"""Rows as written → the history of a flow."""

import datetime as dt
from fractions import Fraction
from typing import Any

import pytest

from quanyu.engine import Compiled
from quanyu.engine.claims import history_of, rounded
from quanyu.waterfall.history import History, Row

from .written_programme import compiled, written

PROGRAMME = compiled()
DAY = dt.date(2026, 5, 1)


def history(*rows: Any, programme: Compiled = PROGRAMME, flow: str = "losses", **more: Any) -> History:
    found = history_of(programme, flow, [written(r) for r in rows], **{k: more[k] for k in more})
    assert isinstance(found, History), found
    return found


def only(*rows: Any, **more: Any) -> Row:
    (row,) = history(*rows, **more).rows
    return row


def codes(*rows: Any, **more: Any) -> list[str]:
    found = history_of(PROGRAMME, "losses", [written(r) for r in rows], **more)
    assert not isinstance(found, History)
    return [f.code for f in found]


# ------------------------------------------------------------------------------------------------ keys and fields


def test_a_row_that_says_only_its_amount_stands_alone() -> None:
    first, second = history({"amount": 5}, {"amount": 7}).rows
    assert (first.claim, second.claim) == ("c0", "c1")
    assert dict(first.keys) == {"claim": "c0", "insured": "i1", "event": "e1", "policy": "i1", "period": "1"}
    assert (first.amount, first.instant, first.cover) == (5, 1, None)


def test_texts_are_keys_and_numbers_are_not() -> None:
    row = only({"claim": "a", "insured": "x", "client": "12", "grade": "2", "amount": "1"})
    assert row.keys["client"] == "12"
    assert "grade" not in row.keys
    assert row.keys["policy"] == "x"
    assert row.fields["grade"] == 2


def test_the_period_is_the_year_in_which_it_happened() -> None:
    assert only({"amount": 1, "occurred": "2025-12-31", "determined": "2026-02-01"}).keys["period"] == "2025"
    assert only({"amount": 1, "at": "2025-12-31", "period": "2009"}).keys["period"] == "2009"


def test_values_and_the_terms_of_the_plan_become_fields() -> None:
    row = only({"amount": 1, "grade": 2, "plan": "basic", "sum": 700})
    assert {n: row.fields[n] for n in ("level", "twice", "limit", "top")} == {
        "level": 20, "twice": 40, "limit": 50, "top": 70,
    }  # fmt: skip
    stated = only({"amount": 1, "grade": 2, "level": 3, "plan": "plus", "limit": 9})
    assert (stated.fields["level"], stated.fields["twice"], stated.fields["limit"]) == (3, 6, 9)
    assert "top" not in only({"amount": 1, "plan": "basic"}).fields


def test_count_is_so_many_claims_of_as_many_insured() -> None:
    rows = history({"claim": "a", "insured": "x", "amount": 5, "count": 3, "event": "e"}).rows
    assert [r.claim for r in rows] == ["a.1", "a.2", "a.3"]
    assert [r.keys["insured"] for r in rows] == ["x.1", "x.2", "x.3"]
    assert {r.keys["event"] for r in rows} == {"e"}
    assert [r.amount for r in rows] == [5, 5, 5]
    assert history({"amount": 5, "count": 0}).rows == ()
    assert only({"claim": "a", "amount": 5, "count": 1}).claim == "a.1"


# ------------------------------------------------------------------------------------------------ clocks


def test_one_time_sets_every_clock_that_the_row_does_not_state() -> None:
    row = only({"amount": 1, "at": "2026-05-01", "occurred": "2026-04-01"})
    assert {c: row.fields[c] for c in ("occurred", "reported", "determined", "applied")} == {
        "occurred": dt.date(2026, 4, 1), "reported": DAY, "determined": DAY, "applied": DAY,
    }  # fmt: skip
    assert row.instant == DAY


def test_the_queue_goes_by_its_clock_and_by_the_one_before_where_that_is_missing() -> None:
    dates = {"occurred": "2026-01-01", "reported": "2026-02-01", "determined": "2026-03-01", "applied": "2026-04-01"}
    for by, month in (("occurred", 1), ("reported", 2), ("determined", 3), ("applied", 4)):
        programme = compiled("by: determined", f"by: {by}")
        assert only({"amount": 1, **dates}, programme=programme).instant == dt.date(2026, month, 1)
    early = {k: dates[k] for k in ("occurred", "reported")}
    assert only({"amount": 1, **early}).instant == dt.date(2026, 2, 1)
    assert only({"amount": 1, "occurred": "2026-01-01"}).instant == dt.date(2026, 1, 1)


def test_a_flow_may_have_a_clock_of_its_own() -> None:
    programme = compiled("  to: [{as: paid, party: insured}]", "  to: [{as: paid, party: insured}]\n  queue: reported")
    row = {"amount": 1, "occurred": "2026-01-01", "reported": "2026-02-01", "determined": "2026-03-01"}
    assert only(row, programme=programme).instant == dt.date(2026, 2, 1)
    assert only(row, programme=programme, flow="premium").instant == dt.date(2026, 3, 1)


def test_times_are_dates_everywhere_or_numbers_everywhere() -> None:
    assert codes({"amount": 1, "t": 1}, {"amount": 1, "at": "2026-05-01"}) == ["instants-mixed"]
    assert codes({"amount": 1, "t": 1}, {"amount": 1, "at": "2026-13-01"}) == ["wrong-value"]
    deposit = written({"at": "2026-05-01", "account": "fund", "amount": 1})
    assert codes({"amount": 1, "t": 1}, deposits=[deposit]) == ["instants-mixed"]


# ------------------------------------------------------------------------------------------------ amounts


def test_an_amount_is_stated_or_paid_by_the_cover_on_its_facts() -> None:
    assert only({"cover": "water", "depth": 30}).amount == 500
    assert only({"cover": "water", "depth": 30, "amount": 7}).amount == 7


def test_a_cover_pays_whole_fen_or_whole_yuan_half_up() -> None:
    assert only({"cover": "third", "depth": 1}).amount == Fraction("0.33")
    assert only({"cover": "third", "depth": 2}).amount == Fraction("0.67")
    assert only({"cover": "yuan", "depth": "4.5"}).amount == 2
    assert only({"cover": "yuan", "depth": "4.4"}).amount == 1
    assert rounded(Fraction("0.005"), "fen") == Fraction("0.01")
    assert rounded(Fraction("-0.005"), "fen") == 0


def test_settlement_counts_fen_and_examples_do_not_round() -> None:
    assert only({"amount": "1.25"}, scale=100).amount == 125
    assert only({"amount": "1 / 3"}).amount == Fraction(1, 3)
    assert only({"cover": "third", "depth": 1}, scale=100).amount == 33
    assert codes({"amount": "1.255"}, scale=100) == ["not-whole-fen"]


def test_of_combined_covers_a_claim_keeps_the_one_that_pays_most_in_all() -> None:
    rows = [
        {"claim": "a", "cover": "water", "amount": 50, "t": 1},
        {"claim": "a", "cover": "third", "amount": 60, "t": 1},
        {"claim": "a", "cover": "water", "amount": 30, "t": 2},
        {"claim": "a", "cover": "yuan", "amount": 1, "t": 2},
        {"claim": "b", "cover": "third", "amount": 5, "t": 2},
        {"claim": "c", "cover": "third", "amount": 4, "t": 2},
        {"claim": "c", "cover": "water", "amount": 4, "t": 2},
    ]
    kept = [(r.claim, r.cover, r.amount) for r in history(*rows).rows]
    assert kept == [("a", "water", 50), ("a", "water", 30), ("a", "yuan", 1), ("b", "third", 5), ("c", "water", 4)]


# ------------------------------------------------------------------------------------------------ premium, deposits


def test_premium_has_the_keys_of_a_row_and_its_parts() -> None:
    row = written({"insured": "i1", "period": 2009, "amount": "100.005", "premium.city": 40, "client": "k"})
    (premium,) = history(premium=[row], scale=100).premium
    assert premium.amount == 10001
    assert dict(premium.keys) == {"insured": "i1", "policy": "i1", "period": "2009", "client": "k"}
    assert dict(premium.parts) == {"city": 4000}


def test_members_of_a_call_are_the_insured_of_the_premium_rows() -> None:
    rows = [{"insured": "m1", "amount": 1, "sum": 30}, {"insured": "m2", "amount": 1, "sum": 10, "head": 2}]
    rows.append({"insured": "m1", "amount": 1, "sum": 5})
    assert history(premium=[written(r) for r in rows]).members == {"m1": {"sum": 35}, "m2": {"sum": 10, "head": 2}}


def test_money_without_a_time_stands_before_all_claims() -> None:
    deposits = [written({"account": "fund", "amount": 7}), written({"account": "fund", "amount": 2, "t": 3})]
    assert [d.instant for d in history({"amount": 1, "t": 2}, deposits=deposits).deposits] == [2, 3]
    assert [d.instant for d in history({"amount": 1}, deposits=deposits[:1]).deposits] == [1]
    assert [d.instant for d in history(deposits=deposits).deposits] == [3, 3]
    dated = history({"amount": 1, "at": "2026-05-01"}, deposits=deposits[:1])
    assert [d.instant for d in dated.deposits] == [DAY]


# ------------------------------------------------------------------------------------------------ findings


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"amount": 1, "ok": "yes"}, "wrong-value"),
        ({"amount": 1, "count": "2.5"}, "wrong-value"),
        ({"amount": 1, "count": "-1"}, "wrong-value"),
        ({"cover": "fire", "depth": 1}, "unknown-cover"),
        ({"depth": 1}, "unknown-cover"),
        ({"cover": "water"}, "cover-without-facts"),
    ],
)
def test_what_is_wrong_with_a_row_is_a_finding(row: Any, code: str) -> None:
    assert codes(row) == [code]


def test_all_findings_come_at_once() -> None:
    bad = written({"account": "fund", "amount": "much"})
    found = codes({"cover": "fire"}, {"cover": "water"}, {"amount": 1}, deposits=[bad], premium=[written({})])
    assert found == ["unknown-cover", "cover-without-facts", "wrong-value", "wrong-value"]


def test_the_reason_of_missing_facts_names_the_fact() -> None:
    found = history_of(PROGRAMME, "losses", [written({"cover": "water"})])
    assert isinstance(found, list)
    assert "depth has no value" in found[0].reason.en
