"""A pool whose members change while the version is in force: by each claim's date, settled and simulated."""

from pathlib import Path

import pytest

from quanyu.desk.cautions import cautions_of
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.settle import SettledCase, settle_file
from quanyu.desk.simulate import Simulated, prepare, simulate_programme
from quanyu.simulation import Plan

TEXT = """
programme: tests.dated
version: 2026-01-01
name: {zh: 中途入会, en: A member joins in July}
family: property
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
parties: {first: {kind: insurer}, second: {kind: insurer}}
pools:
  pool:
    leader: first
    basis: BASIS
    members: [{from: 2026-01-01, shares: {first: 100%}}, {from: 2026-07-01, shares: {first: 75%, second: 25%}}]
insured: {unit: home, enrolment: none}
facts: {assessed: {type: money}}
covers: {fire: {pays: assessed}}
losses: [{as: bears, party: pool}]
premium: {amount: 1000, each: EACH}
examples: [{flow: losses, rows: [{amount: 8, BASIS: 2026-08-01}], expect: {first: 6, second: 2}}]
assumptions:
POINTS  perils: {fire: {frequency: {poisson: 4}, amounts: {fire: {fixed: 100}}}}
  pricing: {expenses: {administration: 10%}, risk_load: {standard_deviation: 10%}, party: pool}
"""


POINTS = "  exposure: [{count: 1, fields: {BASIS: 2026-01-01}}, {count: 1, fields: {BASIS: 2026-07-01}}]\n"


def opened_with(basis: str, folder: Path, points: str = "") -> Opened:
    """With two policies of 500 where model points are given, else one premium of 1,000."""
    text = TEXT.replace("POINTS", points).replace("BASIS", basis)
    text = text.replace(
        "amount: 1000, each: EACH", "amount: 500, each: policy" if points else "amount: 1000, each: period"
    )
    path = folder / "2026-01-01.yaml"
    path.write_text(text, "utf-8")
    opened = open_programme(path)
    assert isinstance(opened, Opened), opened
    return opened


@pytest.mark.parametrize("basis", ["occurred", "attached", "issued"])
def test_simulated_claims_have_the_members_of_their_date(basis: str, tmp_path: Path) -> None:
    """Half of the policies attach in July; of the occurrences 184 days in 365 are from July on, and of the premium."""
    opened = opened_with(basis, tmp_path, POINTS.replace("BASIS", basis) if basis != "occurred" else "")
    annual = prepare(opened)
    assert not isinstance(annual, list), [str(finding.reason) for finding in annual]
    done = simulate_programme(annual, Plan(40_000, seed=1), clock=lambda: 0.0)
    assert isinstance(done, Simulated)
    figures = {e.party: f for e, f in zip(done.entries, done.figures, strict=True) if e.kind == "losses"}
    later = 184 / 365 if basis == "occurred" else 0.5
    assert abs(figures["second"].mean - 400 * later / 4) < 4 * figures["second"].mean_error
    received = {e.party: e.fixed for e in done.flows if (e.flow, e.side) == ("premium", "to")}
    assert received == pytest.approx({"first": 1000 * (1 - later / 4), "second": 250 * later})
    assert done.price is not None
    assert done.price.charged == pytest.approx(1000.0)
    assert done.price.expected_loss.amount == pytest.approx(done.gross.mean)


def test_policies_without_a_date_are_a_finding(tmp_path: Path) -> None:
    found = prepare(opened_with("attached", tmp_path))
    assert isinstance(found, list)
    assert [(f.code, f.place.line if f.place else 0) for f in found] == [("members-undated", 1)]
    assert "attached: 2026-03-01" in found[0].remedy.en


def test_the_report_says_which_members(tmp_path: Path) -> None:
    said = " ".join(text.en for text in cautions_of(opened_with("occurred", tmp_path)))
    assert "simulated years run from 2026-01-01 to 2026-12-31" in said
    assert "each claim has the members of its own date (occurred)" in said


def test_a_claim_has_the_members_of_its_own_date(tmp_path: Path) -> None:
    opened_with("occurred", tmp_path)
    case = tmp_path / "fires.case"
    days = {"a": "2026-06-30", "b": "2026-07-01"}
    rows = [f"{{claim: {claim}, at: {day}, cover: fire, amount: 400}}" for claim, day in days.items()]
    expect = "{claims: {a: {first: 400}, b: {first: 300, second: 100}}}"
    case.write_text(
        f"case: fires\nprogramme: 2026-01-01.yaml\nnote: worked\nrows: [{', '.join(rows)}]\nexpect: {expect}\n",
        "utf-8",
    )
    settled = settle_file(case)
    assert isinstance(settled, SettledCase), settled
    assert settled.holds
