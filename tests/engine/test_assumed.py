"""The model of a programme's assumptions, and what is refused with its path."""

import numpy as np
import pytest

from quanyu.engine.assumed import assume
from quanyu.engine.compiled import Compiled, compile_programme
from quanyu.engine.happenings import Drawn
from quanyu.language.load import read_programme
from quanyu.perils import Default, FrequencySeverity
from simulation.test_exact import HEAD

LOSSES = "losses: {from: [{as: x, party: a}], to: [{as: paid, party: insured}]}\n"


def compiled(assumptions: str) -> Compiled:
    document, findings = read_programme(f"{HEAD}{LOSSES}{assumptions}")
    assert document is not None, findings
    made = compile_programme(document.value)
    assert not isinstance(made, list), made
    return made


def test_perils_with_their_expected_rows() -> None:
    drawn = assume(
        compiled(
            "assumptions: {perils: {p: {frequency: {poisson: 3}, claims: {poisson: 4},"
            " amounts: {fire: {lognormal: {mean: 5, cv: 1}}, wind: {fixed: 2}}},"
            " q: {default: {units: 100, pd: 2%, lgd: {fixed: 0.5}, exposure: {fixed: 10}, correlation: 10%},"
            " covers: [fire]}}}"
        )
    )
    assert isinstance(drawn, Drawn)
    first, second = drawn.strands
    assert isinstance(first.peril, FrequencySeverity)
    assert isinstance(second.peril, Default)
    assert first.rows == pytest.approx(3 * 4 * 2)
    assert second.rows == pytest.approx(2)
    assert drawn.rows == pytest.approx(26)
    assert first.laws["fire"].mean == pytest.approx(5)


@pytest.mark.parametrize(
    ("peril", "path"),
    [
        ("{frequency: {poisson: -1}, amounts: {fire: {fixed: 1}}}", "assumptions.perils.p.frequency"),
        (
            "{frequency: {poisson: 1}, amounts: {fire: {lognormal: {mean: 0, cv: 1}}}}",
            "assumptions.perils.p.amounts.fire",
        ),
        ("{frequency: {poisson: x}, amounts: {fire: {fixed: 1}}}", "assumptions.perils.p.frequency"),
        ("{amounts: {fire: {fixed: 1}}}", "assumptions.perils.p"),
        (
            "{frequency: {poisson: 1}, amounts: {fire: {fixed: 1}}, keys: {buyer: {fixed: 3}}}",
            "assumptions.perils.p.keys.buyer",
        ),
        (
            "{frequency: {poisson: 1}, amounts: {fire: {fixed: 1}},"
            " dependence: [{between: [fire, wind], correlation: 1}]}",
            "assumptions.perils.p.dependence",
        ),
        (
            "{frequency: {poisson: 1}, time: {months: [1, 2, 3]}, amounts: {fire: {fixed: 1}}}",
            "assumptions.perils.p.time",
        ),
        ("{series: {gust: {bootstrap: moving, history: none.csv}}, covers: [wind]}", "p.gust"),
    ],
)
def test_refusals_name_their_place(peril: str, path: str) -> None:
    found = assume(compiled(f"assumptions: {{perils: {{p: {peril}}}}}"))
    assert isinstance(found, list)
    assert found[0].code == "assumption-refused"
    assert found[0].reason.en.startswith(path)


def test_every_peril_is_looked_at() -> None:
    found = assume(
        compiled(
            "assumptions: {perils: {p: {amounts: {fire: {fixed: 1}}}, q: {amounts: {fire: {fixed: 1}}}},"
            " dependence: [{between: [p, q], correlation: 2}]}"
        )
    )
    assert isinstance(found, list)
    assert len(found) == 3


def test_no_assumptions_is_a_finding() -> None:
    found = assume(compiled(""))
    assert isinstance(found, list)
    assert found[0].code == "no-assumptions"


def test_the_number_of_claims_of_an_occurrence_follows_its_law() -> None:
    drawn = assume(
        compiled(
            "assumptions: {perils: {p: {frequency: {fixed: 1}, claims: {poisson: 4}, amounts: {fire: {fixed: 1}}}}}"
        )
    )
    assert isinstance(drawn, Drawn)
    sampler = drawn.strands[0].claims
    assert sampler is not None
    u = np.random.default_rng(1).uniform(-0.5, 0.5, 100_000)
    counts = sampler.at(np.where(u == 0.0, 0.1, u))
    assert counts.mean() == pytest.approx(4, rel=0.02)
    assert counts.var() == pytest.approx(4, rel=0.03)


@pytest.mark.parametrize(("said", "steps"), [("", {}), (", steps: 1", {"gust": 1}), (", steps: 40", {"gust": 40})])
def test_one_step_of_a_series_is_one_and_none_said_is_the_whole_year(said: str, steps: dict[str, int]) -> None:
    reverting = f"{{mean_reversion: {{mean: 100, kappa: 1, sigma: 20%, start: 100}}{said}}}"
    drawn = assume(compiled(f"assumptions: {{perils: {{p: {{series: {{gust: {reverting}}}, covers: [wind]}}}}}}"))
    assert isinstance(drawn, Drawn)
    assert drawn.series[0].steps == steps


def test_no_step_of_a_series_is_refused() -> None:
    reverting = "{mean_reversion: {mean: 100, kappa: 1, sigma: 20%, start: 100}, steps: 0}"
    model = f"assumptions: {{perils: {{p: {{series: {{gust: {reverting}}}, covers: [wind]}}}}}}"
    document, findings = read_programme(f"{HEAD}{LOSSES}{model}")
    assert document is None
    (finding,) = findings
    assert finding.code == "wrong-type"
    assert "steps" in finding.reason.zh
