"""What is insured in a simulated year, and the premium of it."""

from fractions import Fraction

import numpy as np
import pytest

from quanyu.engine.compiled import compile_programme
from quanyu.engine.exposure import Exposure, build_exposure, column_of
from quanyu.engine.premium_flow import PremiumSplit, split_premium
from quanyu.formula import TextColumn
from quanyu.language.load import read_programme
from quanyu.terms import Finding
from simulation.test_exact import HEAD

LOSSES = "losses: {from: [{as: x, party: a}], to: [{as: paid, party: insured}]}\n"


def exposure(more: str, *, enrolment: str = "policies") -> Exposure | list[Finding]:
    head = HEAD.replace("enrolment: none", f"enrolment: {enrolment}").replace(
        "gust_limit: {type: money}", "sum: {type: money}, kind: [x, y]"
    )
    document, findings = read_programme(head + LOSSES + more)
    assert document is not None, findings
    compiled = compile_programme(document.value)
    assert not isinstance(compiled, list), compiled
    return build_exposure(compiled)


def test_points_as_columns_with_premium_and_what_follows() -> None:
    made = exposure(
        "values: {double: {value: 2 * sum}}\npremium: {base: sum * 10%, each: policy}\n"
        "assumptions: {exposure: [{count: 3, fields: {sum: 100, kind: x}}, {count: 2, fields: {sum: 50, kind: y}}],"
        " perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 1}}}}}"
    )
    assert isinstance(made, Exposure)
    assert made.units == 5
    assert made.premium == (Fraction(10), Fraction(5))
    assert made.total_premium == 40
    assert made.each == "policy"
    assert made.stated == {"sum", "kind"}
    np.testing.assert_array_equal(np.asarray(made.columns["double"]), [200.0, 100.0])
    kind = made.columns["kind"]
    assert isinstance(kind, TextColumn)
    assert [kind.values[c] for c in kind.codes] == ["x", "y"]


def test_a_model_point_stands_at_its_level() -> None:
    """Of 100 each: at the start level, at four claim-free years, at two claims."""
    made = exposure(
        'states: {ncd: {start: 0, next: "if(claims == 0, max(-4, ncd - 1), min(5, ncd + claims))"}}\n'
        "premium: {base: sum, each: policy, factors: {ncd: {by: ncd, table: {-4: 0.5, 0: 1}, else: 1.5}}}\n"
        "assumptions: {exposure: [{count: 2, fields: {sum: 100}}, {count: 1, fields: {sum: 100, ncd: -4}},"
        " {count: 1, fields: {sum: 100, ncd: 2}}], perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 1}}}}}"
    )
    assert isinstance(made, Exposure)
    assert made.premium == (Fraction(100), Fraction(50), Fraction(150))
    assert made.total_premium == 400


def test_nothing_said_is_one_unit_and_one_premium_a_period() -> None:
    made = exposure("premium: {amount: 70, each: period}", enrolment="none")
    assert isinstance(made, Exposure)
    assert (made.units, made.each) == (1, "period")
    assert made.total_premium == 70


def test_a_field_that_the_premium_reads_is_missed() -> None:
    made = exposure(
        "premium: {base: sum * 10%, each: policy}\n"
        "assumptions: {exposure: [{count: 3}], perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 1}}}}}"
    )
    assert isinstance(made, list)
    assert made[0].code == "exposure-lacks-field"


def test_columns_of_exact_values() -> None:
    assert np.asarray(column_of([True, False])).dtype == bool
    np.testing.assert_array_equal(np.asarray(column_of([Fraction(1, 2), None, 3])), [0.5, np.nan, 3.0])
    texts = column_of(["b", None, "a", "b"])
    assert isinstance(texts, TextColumn)
    assert texts.codes.tolist() == [0, -1, 1, 0]


def premium(flow: str, points: str) -> object:
    head = HEAD.replace("enrolment: none", "enrolment: policies").replace(
        "gust_limit: {type: money}", "sum: {type: money}"
    )
    text = (
        f"{head}{LOSSES}premium: {{base: sum, each: policy, {flow}}}\nassumptions: {{exposure: {points}, perils: {{}}}}"
    )
    document, findings = read_programme(text)
    assert document is not None, findings
    compiled = compile_programme(document.value)
    assert not isinstance(compiled, list), compiled
    made = build_exposure(compiled)
    assert isinstance(made, Exposure)
    return split_premium(compiled, made)


def test_premium_is_split_unit_by_unit() -> None:
    """Of 100, 100 and 300: a pays half of each up to 60; b gets the first 10 of each."""
    found = premium(
        "from: [{as: adds, party: a, share: 50%, cap: {policy: 60}}, {as: own, party: insured}],"
        " to: [{as: fee, party: b, limit: {policy: 10}}, {as: risk, party: a}]",
        "[{count: 2, fields: {sum: 100}}, {count: 1, fields: {sum: 300}}]",
    )
    assert isinstance(found, PremiumSplit)
    assert found.total == 500
    assert found.paid == {"a": 160, "insured": 340}
    assert found.received == {"b": 30, "a": 470}
    assert found.steps["to", "fee"] == 30


def test_a_budget_of_the_year_counts_across_units() -> None:
    found = premium(
        "from: [{as: adds, party: a, share: 50%, cap: {period: 120}}, {as: own, party: insured}]",
        "[{count: 2, fields: {sum: 100}}, {count: 1, fields: {sum: 300}}]",
    )
    assert isinstance(found, PremiumSplit)
    assert found.paid == {"a": 120, "insured": 380}


def test_too_many_units_under_one_budget_is_said() -> None:
    found = premium(
        "from: [{as: adds, party: a, share: 50%, cap: {period: 120}}, {as: own, party: insured}]",
        "[{count: 20001, fields: {sum: 100}}]",
    )
    assert isinstance(found, list)
    assert found[0].code == "premium-too-many-units"


@pytest.mark.parametrize("count", [0, 1])
def test_counts_of_nothing_and_one(count: int) -> None:
    made = exposure(
        f"premium: {{base: sum, each: policy}}\nassumptions: {{exposure: [{{count: {count}, fields: {{sum: 5}}}}],"
        " perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 1}}}}}"
    )
    assert isinstance(made, Exposure)
    assert made.total_premium == 5 * count
