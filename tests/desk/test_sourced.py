"""Which numbers are called illustrative: those that are marked so and those without a source, no others."""

from pathlib import Path

import pytest

from quanyu.desk.cautions import cautions_of, few_years, rests_on
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.pages.beliefs import assumption_grids
from quanyu.desk.pages.price import price_of
from quanyu.desk.simulate import Simulated, prepare, simulate_programme
from quanyu.desk.sourced import sourcing_of
from quanyu.simulation import LEVELS, Plan

TEXT = """
programme: tests.sourced
version: 2026-01-01
name: sourced
family: property
HEAD
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
parties: {first: {kind: insurer}}
insured: {unit: home, enrolment: none, fields: {sum: money}}
facts: {assessed: {type: money}}
covers: {fire: {pays: assessed}, storm: {pays: assessed}}
losses: [{as: bears, party: first}]
premium: {amount: 1000, each: period, source: A}
examples: [{flow: losses, rows: [{amount: 8}], expect: {first: 8}}]
assumptions:
  exposure: [{count: 7, fields: {sum: 20}, source: A}]
  perils:
    fire: {frequency: {poisson: 4}, amounts: {fire: {fixed: 100}}, source: B}
    storm: {frequency: {poisson: 2}, amounts: {storm: {fixed: 50}}, STORM}
  dependence: [{between: [fire, storm], correlation: 0.4, source: D}]
  pricing: {expenses: {administration: 10%}, tax: 6%, risk_load: {standard_deviation: 10%}, party: first, PRICING}
"""


def opened_with(folder: Path, *, head: str = "", storm: str = "source: C", pricing: str = "source: E") -> Opened:
    path = folder / "2026-01-01.yaml"
    path.write_text(TEXT.replace("HEAD", head).replace("STORM", storm).replace("PRICING", pricing), "utf-8")
    opened = open_programme(path)
    assert isinstance(opened, Opened), opened
    return opened


def priced(opened: Opened) -> dict[str, bool]:
    annual = prepare(opened)
    assert not isinstance(annual, list), annual
    done = simulate_programme(annual, Plan(2000, seed=1), clock=lambda: 0.0)
    assert isinstance(done, Simulated)
    price = price_of(done, opened)
    assert price is not None
    return {line.label.en: line.illustrative for line in price.lines}


def test_nothing_is_called_illustrative_where_every_number_has_a_source(tmp_path: Path) -> None:
    opened = opened_with(tmp_path)
    assert not any(grid.illustrative for grid in assumption_grids(opened))
    assert priced(opened) == {"Expected loss": False, "Risk load": False, "Administration": False, "Tax": False}
    assert list(rests_on(opened)) == []


def test_a_number_without_a_source_is_illustrative_in_its_part_alone(tmp_path: Path) -> None:
    opened = opened_with(tmp_path, storm="fields: {sum: {fixed: 3}}")
    assert {g.title.en: g.illustrative for g in assumption_grids(opened) if g.title is not None} == {
        "Perils": True,
        "Exposure": False,
        "Stated dependence": False,
    }
    assert not any(priced(opened).values())
    assert [text.en for text in rests_on(opened)] == [
        "Simulation and price rest in part on illustrative assumptions (storm); they forecast nothing."
    ]


def test_the_rates_of_the_price_have_the_source_that_stands_above_them(tmp_path: Path) -> None:
    assert priced(opened_with(tmp_path, pricing="")) == {
        "Expected loss": False,
        "Risk load": True,
        "Administration": True,
        "Tax": True,
    }


def test_the_source_of_the_file_stands_for_all_and_a_mark_outweighs_it(tmp_path: Path) -> None:
    bare = {"storm": "fields: {sum: {fixed: 3}}", "pricing": ""}
    assert list(rests_on(opened_with(tmp_path, head="source: A", **bare))) == []
    marked = sourcing_of(opened_with(tmp_path, head="source: A\nillustrative: [assumptions.pricing.tax]"))
    assert marked.illustrative("assumptions", "pricing", "tax")
    assert marked.illustrative("assumptions", "pricing")
    assert not marked.illustrative("assumptions", "pricing", "risk_load")
    opened = opened_with(tmp_path, storm="illustrative: true")
    assert sourcing_of(opened).illustrative("assumptions", "perils", "storm", "frequency")
    assert not sourcing_of(opened).illustrative("assumptions", "perils", "fire")
    whole = opened_with(tmp_path, head="illustrative: [all]")
    assert [text.en for text in rests_on(whole)] == [
        "Simulation and price rest on illustrative assumptions throughout; they forecast nothing."
    ]


@pytest.mark.parametrize(("years", "level"), [(500, "95.0%"), (1000, "99.0%"), (5000, "99.5%")])
def test_too_few_years_are_said_with_the_first_level_that_lacks_them(years: int, level: str) -> None:
    (said,) = few_years(years, LEVELS)
    assert f"lie above {level}" in said.en
    assert f"高于 {level}" in said.zh


def test_enough_years_need_no_word(tmp_path: Path) -> None:
    assert list(few_years(6000, LEVELS)) == []
    assert list(cautions_of(opened_with(tmp_path))) == []
