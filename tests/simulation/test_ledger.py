"""The greatest occurrence of everyone's account, against years worked by hand."""

import pytest

from quanyu.simulation import Plan, ledger, party_occurrences, simulate_columns
from simulation.replay import annual_from
from simulation.test_exact import HEAD

POOLED = HEAD.replace("parties: {a:", "parties: {c: {kind: insurer, name: {zh: 丙, en: C}}, a:") + (
    "pools: {inner: {name: {zh: 内, en: inner}, leader: a, basis: occurred, shares: {a: 75%, b: 25%}},"
    " outer: {name: {zh: 外, en: outer}, leader: c, basis: occurred, shares: {inner: 40%, c: 60%}}}\n"
    "losses: {from: [{as: all, party: outer, limit: {period: 150}}, {as: rest, party: c}],"
    " to: [{as: paid, party: insured}]}\n"
    "assumptions: {perils: {p: {frequency: {fixed: 2}, claims: {fixed: 2}, amounts: {fire: {fixed: 50}}}}}"
)


def test_what_a_party_bears_in_several_steps_and_by_its_pools_is_one_occurrence() -> None:
    """Two occurrences of 100 a year: the pools take the first whole and half of the second, C the other half."""
    annual = annual_from(POOLED, details=True)
    found = party_occurrences(annual)
    assert set(found) == {"", "a", "b", "c"}
    run = simulate_columns(annual, Plan(100), [(term,) for term in found.values()])
    greatest = dict(zip(found, run.figures, strict=True))
    assert {who: f.mean for who, f in greatest.items()} == pytest.approx({"": 100, "a": 30, "b": 10, "c": 30 + 50})
    assert all(f.sd == pytest.approx(0, abs=1e-6) for f in greatest.values())


def test_everyone_who_bears_losses_has_one() -> None:
    annual = annual_from(POOLED, details=True)
    assert {e.party for e in ledger(annual) if e.kind == "losses" and e.terms} | {""} == set(party_occurrences(annual))


def test_years_without_details_have_none() -> None:
    assert party_occurrences(annual_from(POOLED)) == {}
