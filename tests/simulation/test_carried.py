"""Funds carried from year to year, against paths worked by hand; and who is in the accounts."""

from pathlib import Path

import numpy as np
import pytest

from quanyu.engine.annual import Annual, Rows, build_annual
from quanyu.engine.assumed import assume
from quanyu.engine.compiled import compile_programme
from quanyu.engine.premium_flow import split_premium
from quanyu.language.load import read_programme
from quanyu.simulation import Plan, ledger, simulate_columns, step_entries
from quanyu.waterfall.columns import Block, State, run
from quanyu.waterfall.kernel_program import Output
from simulation.replay import annual_at, annual_from
from simulation.test_exact import HEAD

ROOT = Path(__file__).resolve().parents[2] / "programmes"
WAN = 10_000.0


def walked(annual: Annual, losses: list[float], cover: str) -> list[dict[str, float]]:
    """One path with one claim a year: what every party pays and receives, and what funds hold at the year's end."""
    state = State.opening(annual.program, 1)
    out = np.empty((annual.program.width, 1))
    code = list(annual.compiled.programme.covers).index(cover)
    found = []
    for loss in losses:
        one = int(loss > 0)
        rows = Rows(
            ptr=np.array([0, one]),
            amount=np.full(one, loss),
            needs=annual.needs,
            instant=np.full(one, 0.5),
            cover=np.full(one, code, np.int32),
            keys={scope: np.zeros(one, np.int32) for scope in annual.scopes},
        )
        block = Block(annual.program, 1, 4, dict.fromkeys(annual.program.layout.keys, 4))
        annual.fill(block, rows, 1)
        run(annual.program, block, state, out)
        year = {f"{e.party} {e.kind}": e.fixed + sum(f * out[c, 0] for c, f in e.terms) for e in ledger(annual)}
        found.append(year | {name: float(state[name][0]) for name in state.names})
    return found


def test_ningbo_2021_reserve_pays_what_exceeds_the_premium_as_far_as_it_has_grown() -> None:
    """41 million a year: 8.2 into the reserve, 32.8 premium. Losses 40, 10 and 50 million in three years."""
    annual = annual_at(ROOT / "ningbo/public-catastrophe/2021-01-01.yaml")
    years = walked(annual, [4000 * WAN, 1000 * WAN, 5000 * WAN], "household")
    # 820; 720 above the premium leave 100. 920 after the second year. 1740, and 1720 above the premium leave 20.
    assert [y["reserve"] / WAN for y in years] == pytest.approx([100, 920, 20])
    assert [y["reserve received"] / WAN for y in years] == pytest.approx([820, 820, 820])
    assert [y["reserve paid"] / WAN for y in years] == pytest.approx([720, 0, 1720])
    # Half of what the co-insurers take is the leader's: premium 3280 and the additional premium, less the losses.
    assert [y["picc deficit"] / WAN for y in years] == pytest.approx([0, -1140, 0], abs=1e-6)
    assert [y["city deficit"] / WAN for y in years] == pytest.approx([4100, 4100, 4100])
    assert [y["fund"] / WAN for y in years] == pytest.approx([500, 500, 500])


def test_fulong_dues_reserve_excess_call_and_cut() -> None:
    """Dues of 1,500 × 72 = 108,000 a year, an opening reserve of 200,000; five years of losses."""
    annual = annual_at(ROOT / "ningbo/fulong-rural-mutual/2011-09-01.yaml")
    years = walked(annual, [150_000, 30_000, 600_000, 0, 1_900_000], "home")
    # 150,000: dues 108,000, reserve 42,000. 30,000: dues; 78,000 are left over. 600,000: of the first 500,000 dues
    # 108,000, reserve 236,000; the other 156,000 and the 100,000 above go to the excess. Nothing: 108,000 saved.
    # 1,900,000: dues 108,000, reserve 108,000, excess 1,000,000, call 2 × 108,000, and 468,000 are cut.
    assert [y["reserve"] for y in years] == pytest.approx([158_000, 236_000, 0, 108_000, 0])
    assert [y["dues"] for y in years] == pytest.approx([0, 0, 0, 0, 0], abs=1e-6)
    assert [y["excess losses"] for y in years] == pytest.approx([0, 0, 256_000, 0, 1_000_000])
    assert [y["members losses"] for y in years] == pytest.approx([0, 0, 0, 0, 216_000])
    assert [y["insured losses"] for y in years] == pytest.approx([0, 0, 0, 0, 468_000])
    assert [y["dues paid"] for y in years] == pytest.approx([108_000, 108_000, 108_000, 108_000, 108_000])


RECOVERED = (
    HEAD
    + """
accounts: {fund: {name: {zh: 基金, en: fund}, opening: 100, ceiling: 100}}
losses: {from: [{as: own, party: insured, share: 20%}, {as: x, party: fund}, {as: last, party: a}],
  to: [{as: paid, party: insured}]}
recoveries: {basis: BASIS, restores: RESTORES, above: insured, to: [{as: back, party: borne}]}
assumptions: {horizon: 3, perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 100}}, recovery: {fixed: 0.5}}}}
"""
)


def means(annual: Annual) -> dict[str, float]:
    entries = ledger(annual)
    run_ = simulate_columns(annual, Plan(300), [e.terms for e in entries])
    return {f"{e.party} {e.kind}": f.mean + e.fixed for e, f in zip(entries, run_.figures, strict=True)}


def test_half_of_every_loss_comes_back_to_who_bore_it() -> None:
    """Of 100: 20 own, 80 the fund's; half comes back to it, so it has 60 in the second year and 30 in the third."""
    annual = annual_from(RECOVERED.replace("BASIS", "borne").replace("RESTORES", "false"))
    found = means(annual)
    # Years: fund 80, 60, 30; back 40, 30, 15. The insurer: 0, 20, 50; back 0, 10, 25.
    assert found["fund paid"] == pytest.approx((80 + 60 + 30) / 3)
    assert found["fund received"] == pytest.approx((40 + 30 + 15) / 3)
    assert found["a paid"] == pytest.approx((0 + 20 + 50) / 3)
    assert found["a deficit"] == pytest.approx((0 + 10 + 25) / 3)
    assert found["insured losses"] == pytest.approx(20)


def test_as_if_the_losses_had_been_half() -> None:
    """Of 50: 10 own, 40 the fund's, which holds 100: 40, 40, 20."""
    annual = annual_from(RECOVERED.replace("BASIS", "loss-reduction").replace("RESTORES", "true"))
    found = means(annual)
    assert found["fund paid"] == pytest.approx(100 / 3)
    assert found["insured losses"] == pytest.approx(10)
    assert found["a paid"] == pytest.approx(20 / 3)


def test_a_reinstatement_is_paid_by_whom_it_is_charged_to() -> None:
    text = HEAD + (
        "losses: {from: [{as: layer, party: b, attachment: 50, limit: {claim: 100, period: 200},"
        " reinstatement: {as: again, per: period, limit: 100, rates: [100%], premium: 30, from: a}},"
        " {as: last, party: a}], to: [{as: paid, party: insured}]}\n"
        "assumptions: {perils: {p: {frequency: {fixed: 2}, amounts: {fire: {fixed: 120}}}}}"
    )
    found = means(annual_from(text))
    # Each loss of 120 uses 70: 140 of 200, and 100 of it at 30 per 100.
    assert found["b losses"] == pytest.approx(140)
    assert found["b received"] == pytest.approx(30)
    assert found["a paid"] == pytest.approx(100 + 30)


def test_premium_of_single_policies_before_a_fund() -> None:
    """Two policies of 100 and one of 300; the city adds half of each up to 60; a fund gets 20 % of what comes in."""
    text = HEAD.replace("enrolment: none", "enrolment: policies").replace(
        "fields: {gust_limit: {type: money}}", "fields: {sum: {type: money}}"
    )
    text = text.replace("parties: {a:", "parties: {city: {kind: government, name: {zh: 市, en: City}}, a:") + (
        "accounts: {fund: {name: {zh: 基金, en: fund}, opening: 0}}\n"
        "premium: {base: sum, each: policy, from: [{as: city-adds, party: city, share: 50%, cap: {policy: 60}},"
        " {as: own, party: insured}], to: [{as: fee, party: b, limit: {policy: 10}},"
        " {as: saved, party: fund, share: 20%}, {as: risk, party: a}]}\n"
        "losses: {from: [{as: last, party: a}], to: [{as: paid, party: insured}]}\n"
        "assumptions: {horizon: 2, exposure: [{count: 2, fields: {sum: 100}}, {count: 1, fields: {sum: 300}}],"
        " perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 1}}}}}"
    )
    found = means(annual_from(text))
    assert found["city paid"] == pytest.approx(50 + 50 + 60)
    assert found["b received"] == pytest.approx(30)
    assert found["fund received"] == pytest.approx((500 - 30) * 0.2)
    assert found["a received"] == pytest.approx((500 - 30) * 0.8)


def test_a_pool_in_a_pool_and_a_fund_by_its_owner() -> None:
    text = HEAD.replace("parties: {a:", "parties: {c: {kind: insurer, name: {zh: 丙, en: C}}, a:") + (
        "pools: {inner: {name: {zh: 内, en: inner}, leader: a, basis: occurred, shares: {a: 75%, b: 25%}},"
        " outer: {name: {zh: 外, en: outer}, leader: c, basis: occurred, shares: {inner: 40%, c: 60%}}}\n"
        "losses: {from: [{as: all, party: outer}], to: [{as: paid, party: insured}]}\n"
        "assumptions: {perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 100}}}}}"
    )
    found = means(annual_from(text))
    assert (found["a losses"], found["b losses"], found["c losses"]) == pytest.approx((30, 10, 60))


def test_steps_tell_what_reaches_them_and_when_they_are_exhausted() -> None:
    text = HEAD + (
        "losses: {from: [{as: x, party: a, limit: {period: 150}}, {as: last, party: b}],"
        " to: [{as: paid, party: insured}]}\n"
        "assumptions: {perils: {p: {frequency: {fixed: 2}, claims: {fixed: 2}, amounts: {fire: {fixed: 50}},"
        " delay: {determined: {uniform: {low: 1, high: 50}}}}}}"
    )
    annual = annual_from(text, details=True)
    first, last = step_entries(annual)
    assert first.reached is not None
    assert first.exhausted is not None
    assert first.occurrence is not None
    columns = [(first.reached,), (first.take,), (first.exhausted,), (first.occurrence,), (last.take,)]
    run_ = simulate_columns(annual, Plan(100), columns)
    # Two occurrences of two claims of 50 each: 200 reach the step, 150 fit, one occurrence has its 100 whole.
    assert [f.mean for f in run_.figures][:3] == pytest.approx([200, 150, 1])
    assert run_.figures[4].mean == pytest.approx(50)
    assert max(t.var for t in run_.figures[3].tails) == pytest.approx(100)
    assert run_.above_zero[2] == 1.0


def test_what_blocks_cannot_do_is_a_finding() -> None:
    document, findings = read_programme(RECOVERED.replace("BASIS", "borne").replace("RESTORES", "true"))
    assert document is not None, findings
    compiled = compile_programme(document.value)
    assert not isinstance(compiled, list)
    drawn = assume(compiled)
    assert not isinstance(drawn, list)
    premium = split_premium(compiled, drawn.exposure)
    assert not isinstance(premium, list)
    refused = build_annual(compiled, drawn, premium)
    assert isinstance(refused, list)
    assert refused[0].code == "not-simulated"
    assert "limits given back" in refused[0].reason.en


def test_the_gross_of_the_program_is_what_is_drawn() -> None:
    annual = annual_at(ROOT / "shanghai/ic-pool/2021-10-01.yaml")
    rows = annual.draw(3, range(500))
    place = annual.program.outputs[Output("losses", "from", "", "amount")]
    figures = simulate_columns(annual, Plan(500, seed=3), [((place.column, place.scale),)]).figures[0]
    assert figures.mean == pytest.approx(rows.amount.sum() / 500, rel=1e-12)
