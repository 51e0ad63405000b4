"""Worked examples run as they stand."""

from fractions import Fraction
from typing import Any

import pytest

from quanyu.engine.examples import Ran, run_example, side_named

from .written_programme import FILE, compiled, example

PROGRAMME = compiled()


def ran(**parts: Any) -> Ran:
    return run_example(PROGRAMME, example(**parts))


def test_of_a_cover_exactly() -> None:
    assert ran(cover="third", env={"depth": 1}, expect="1 / 3").holds
    wrong = ran(cover="third", env={"depth": 1}, expect="0.33")
    assert not wrong.holds
    assert wrong.differences() == "amount: 1 / 3 ≠ 0.33"
    assert ran(cover="third", env={"depth": 1}, expect="0.33", about="0.01").holds


def test_of_the_rating() -> None:
    assert ran(rate={"sum": "1000万", "rate": "0.05"}, expect="50万").holds
    assert ran(rate={"sum": 100, "rate": "5%"}, expect=4).differences() == "premium: 5 ≠ 4"


def test_values_and_plans_are_known_to_covers_and_rating() -> None:
    priced = compiled("base: sum * rate", "base: twice + limit")
    assert run_example(priced, example(rate={"grade": 3, "plan": "plus"}, expect=140)).holds


def test_of_a_flow_by_party() -> None:
    rows = [{"t": 1, "claim": "a", "amount": 81}, {"t": 2, "claim": "b", "amount": 41}]
    expect = {"insured:i1": 2, "p": 54, "q": 36, "fund": 10, "city": 20}
    found = ran(flow="losses", rows=rows, expect=expect)
    assert found.holds, found.differences()
    assert sum(found.got.values()) == 122


def test_what_nobody_is_said_to_bear_is_expected_to_be_nothing() -> None:
    found = ran(flow="losses", rows=[{"amount": 11}], expect={"insured:i1": 1, "p": 6})
    assert not found.holds
    assert found.differences() == "q: 4 ≠ 0"


def test_money_into_an_account() -> None:
    rows, deposits = [{"amount": 101}], [{"account": "fund", "amount": 35}]
    found = ran(flow="losses", rows=rows, deposits=deposits, expect={"insured:i1": 1, "p": 33, "q": 22, "fund": 45})
    assert found.holds, found.differences()


def test_both_sides_of_a_flow() -> None:
    assert ran(flow="premium.from", rows=[{"amount": 10}], expect={"city": 5, "insured:i1": 5}).holds
    assert ran(flow="premium.to", rows=[{"amount": 10}], expect={"p": 6, "q": 4}).holds
    assert ran(flow="losses.to", rows=[{"amount": 10, "insured": "x"}], expect={"insured:x": 10}).holds


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("losses", ("losses", "from")),
        ("losses.to", ("losses", "to")),
        ("premium.from", ("premium", "from")),
        ("recoveries", ("recoveries", "to")),
        ("recoveries.from", ("recoveries", "from")),
    ],
)
def test_a_flow_is_named_with_its_side(name: str, side: tuple[str, str]) -> None:
    assert side_named(name) == side


def test_caused_amounts_alone_or_beside_the_parties() -> None:
    layer = compiled(
        "steps: [{as: fund, party: fund, attachment: {event: 50}}]",
        "steps: [{as: xl, party: q, limit: {event: 20}, reinstatement: "
        "{as: again, per: event, limit: 20, rates: [100%], premium: 8, from: both}}]",
    )
    alone = run_example(layer, example(flow="losses", rows=[{"amount": 11}], caused={"again": 4}))
    assert alone.holds, alone.differences()
    both = run_example(
        layer, example(flow="losses", rows=[{"amount": 11}], expect={"insured:i1": 1, "q": 10}, caused={"again": 3})
    )
    assert both.differences() == "caused again: 4 ≠ 3"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"cover": "fire", "expect": 1}, "example-cannot-run"),
        ({"cover": "third", "env": {}, "expect": 1}, "example-cannot-run"),
        ({"cover": "third", "env": {"depth": 1}}, "example-cannot-run"),
        ({"cover": "third", "env": {"depth": "deep"}, "expect": 1}, "wrong-value"),
        ({"cover": "third", "env": {"depth": 1}, "expect": "much"}, "wrong-value"),
        ({"rate": {"sum": 1}, "expect": 1}, "example-cannot-run"),
        ({"flow": "surplus", "rows": [{"amount": 1}], "expect": {"p": 1}}, "example-cannot-run"),
        ({"flow": "losses", "rows": [{"cover": "fire"}], "expect": {"p": 1}}, "unknown-cover"),
        ({"flow": "losses", "rows": [{"amount": -1}], "expect": {"p": 1}}, "claim-below-zero"),
        ({"flow": "losses", "rows": [{"amount": 1, "kind": "frm"}], "expect": {"p": 1}}, "wrong-value"),
    ],
)
def test_an_example_that_cannot_run_says_why_and_does_not_hold(parts: dict[str, Any], code: str) -> None:
    found = ran(**parts)
    assert not found.holds
    assert [f.code for f in found.findings] == [code]


def test_a_rating_is_asked_of_a_programme_that_has_none() -> None:
    bare = compiled(FILE[FILE.index("premium:\n  base") : FILE.index("examples:")], "")
    found = run_example(bare, example(rate={"sum": 1}, expect=1))
    assert [f.reason.en for f in found.findings] == ["the programme has no premium"]


def test_differences_are_read_in_plain_numbers() -> None:
    found = Ran(example(), {"a": Fraction(1, 2)}, {"a": Fraction(1, 3), "b": Fraction(-5)}, about=Fraction(1))
    assert found.differences() == "b: -5 ≠ 0"
