"""Distributions, price, chances: every figure of a page is that of the simulation, with its error and sign."""

import math
from dataclasses import replace

import pytest

from desk.pages_of import YEARS, page, simulated
from quanyu.desk.price import technical_price
from quanyu.desk.whatif import figures_table
from quanyu.documents import AccountResult, ProgrammePage
from quanyu.simulation import Figures
from simulation.replay import annual_from
from simulation.test_exact import HEAD

CATASTROPHE = "ningbo/public-catastrophe/2016-01-01"
NEWER = "ningbo/public-catastrophe/2021-01-01"
POOL = "shanghai/ic-pool/2021-10-01"
MUTUAL = "ningbo/fulong-rural-mutual/2011-09-01"
FIGURES = Figures(years=1000, mean=100.0, mean_error=5.0, sd=0.0, sd_error=0.0, tails=(), curve=())
PRICED = HEAD + (
    "losses: {from: [{as: x, party: a}], to: [{as: paid, party: insured}]}\n"
    "assumptions: {perils: {p: {frequency: {poisson: 1}, amounts: {fire: {fixed: 100}}}},"
    " pricing: {party: a, expenses: {e: 15%}, tax: 6%, risk_load: {standard_deviation: 15%}}}"
)


def results(one: ProgrammePage, party: str) -> list[AccountResult]:
    return [r for r in one.results if r.party == party]


def test_a_pool_stands_for_its_members() -> None:
    """The members' means, each from its own column, add up to the pool's."""
    one, sim = page(POOL), simulated(POOL)
    borne = next(r for r in results(one, "members") if r.of is not None and r.of.en == "losses borne")
    own = [f.mean for e, f in zip(sim.entries, sim.figures, strict=True) if e.kind == "losses" and e.party[0] == "m"]
    assert len(own) == 21
    assert math.isclose(borne.mean.value, sum(own), rel_tol=1e-9)
    assert borne.note is not None
    assert "Member 19, Member 20 each 3.5 %" in borne.note.en
    assert not any(r.party.startswith("m0") for r in one.results)


def test_the_net_result_is_what_comes_in_less_what_goes_out() -> None:
    one = page(CATASTROPHE)
    for party in ("coinsurers", "reserve"):
        by_what = {r.of.en: r for r in results(one, party) if r.of is not None}
        paid = by_what.get("out, over all flows") or by_what["losses borne"]
        received = next(r for r in results(one, party) if r.sign == "received")
        net = next(r for r in results(one, party) if r.sign == "net")
        assert math.isclose(net.mean.value, received.mean.value - paid.mean.value, rel_tol=1e-9, abs_tol=1.0)
        bounds = [t.var.value for t in net.tails]
        assert bounds == sorted(bounds, reverse=True)
        assert all(t.tvar.value <= t.var.value for t in net.tails)


def test_no_tail_stands_without_its_error() -> None:
    for name in (CATASTROPHE, POOL, MUTUAL):
        for r in page(name).results:
            assert [t.level for t in r.tails] in ([], [0.95, 0.99, 0.995])
            assert all(t.var.error is not None and t.tvar.error is not None for t in r.tails)


def test_every_deviation_carries_its_error() -> None:
    for name in (CATASTROPHE, POOL, MUTUAL):
        for r in page(name).results:
            assert (r.sd.value == 0.0) == (r.sd.error is None)
    sim = simulated(POOL)
    table = figures_table(sim)
    assert table["sd error"][: len(sim.figures)] == [f.sd_error for f in sim.figures]


def test_the_technical_price_counts_the_error_of_its_load() -> None:
    """15 % of the deviation, 15 % expenses and 6 % tax."""
    from_deviation = replace(FIGURES, sd=300.0, sd_error=8.0)
    price = technical_price(annual_from(PRICED), from_deviation, "a")
    assert price.risk_load.amount == pytest.approx(45.0)
    assert price.load_error == pytest.approx(1.2)
    assert price.technical == pytest.approx((100.0 + 45.0) / 0.79)
    assert price.error == pytest.approx((5.0 + 1.2) / 0.79)


def test_what_is_the_same_every_year_says_so() -> None:
    received = next(r for r in results(page(POOL), "members") if r.sign == "received")
    assert received.mean.error is None
    assert received.tails == ()
    assert received.curves == ()
    assert received.of is not None
    assert "the same every year" in received.of.en


def test_sums_of_floating_point_near_nothing_are_nothing() -> None:
    one = page(MUTUAL)
    for r in one.results:
        assert r.sd.value == 0 or r.sd.value > 0.005
    losses = next(f for f in one.flows if f.name == "losses.from")
    assert all(s.amount == 0 or float(s.amount or 0) > 0.005 for s in losses.steps)


def test_chances_carry_binomial_errors() -> None:
    one, sim = page(CATASTROPHE), simulated(CATASTROPHE)
    assert [c.label for c in one.chances] == [s.path for s in sim.steps]
    for chance, part in zip(one.chances, sim.attached, strict=True):
        assert chance.attachment.value == part
        if 0 < part < 1:
            assert chance.attachment.error == pytest.approx(math.sqrt(part * (1 - part) / sim.years))
    never = [c.exhaustion for c in one.chances if c.exhaustion is not None and c.exhaustion.value == 0]
    assert never
    assert all(e.error is not None and 2 / YEARS > e.error > 0 for e in never)


def test_gross_is_ceded_and_net() -> None:
    for name in (CATASTROPHE, POOL):
        rows = page(name).gross_ceded_net
        assert rows
        for row in rows:
            assert math.isclose(row.gross.value, row.ceded.value + row.net.value, rel_tol=1e-9, abs_tol=0.01)
            assert row.net.error is not None


def test_occurrences_stand_beside_years() -> None:
    one = page(POOL)
    kinds = {(r.of.en if r.of else ""): [c.kind for c in r.curves] for r in one.results}
    assert kinds["step pool, before what it cedes"] == ["annual", "occurrence"]
    assert kinds["step pool/layers/first-layer"] == ["annual", "occurrence"]


def test_everyone_who_bears_losses_has_the_largest_occurrence() -> None:
    """All losses, and accounts of one step, of several, of pools and funds; no occurrence is above its year's total."""
    shown = []
    for name in (CATASTROPHE, POOL, MUTUAL):
        for r in page(name).results:
            if r.of is None or r.of.en not in ("every loss, in all", "losses borne") or not r.curves:
                continue
            shown.append(r.party)
            annual, occurrence = r.curves
            assert (annual.kind, occurrence.kind) == ("annual", "occurrence")
            pairs = zip(annual.points, occurrence.points, strict=True)
            assert all(o.amount <= a.amount * (1 + 1e-9) + 0.005 for a, o in pairs)
    of_pool = ["gross", "members", "treaty", "cat", "insured"]
    assert shown == ["gross", "coinsurers", *of_pool, "gross", "excess", "dues", "reserve"]


def test_one_occurrence_may_fill_all_layers_of_a_reinsurer() -> None:
    """The first layer ends at 2 hundred million and the second at 5 above it: 7 in one occurrence, and no more."""
    cat = next(r for r in results(page(POOL), "cat") if r.of is not None and r.of.en == "losses borne")
    largest = [p.amount for p in next(c for c in cat.curves if c.kind == "occurrence").points]
    assert largest[-1] == pytest.approx(700_000_000)
    assert max(largest) < 700_000_001


def test_the_largest_occurrence_of_a_pool_is_its_members_together() -> None:
    borne = next(r for r in results(page(POOL), "members") if r.of is not None and r.of.en == "losses borne")
    sim = simulated(POOL)
    own = [sim.party_occurrence[e.party] for e in sim.entries if e.kind == "losses" and e.party[0] == "m"]
    assert len(own) == 21
    for n, point in enumerate(next(c for c in borne.curves if c.kind == "occurrence").points):
        assert point.amount == pytest.approx(sum(f.curve[n].amount for f in own))


def test_the_technical_price_is_the_sum_of_its_lines() -> None:
    price = page(POOL).price
    assert price is not None
    assert price.technical.value == pytest.approx(sum(line.amount.value for line in price.lines))
    assert price.technical.error is not None
    assert price.charged is not None
    assert price.loss_ratio is not None
    assert price.loss_ratio.value == pytest.approx(price.lines[0].amount.value / float(price.charged))
    assert page(POOL).period_premium == 891_296_000


def test_versions_differ_term_by_term() -> None:
    (comparison,) = page(NEWER, CATASTROPHE).comparisons
    assert (comparison.old, comparison.new) == ("2016-01-01", "2021-01-01")
    terms = {t.where: (t.old, t.new) for t in comparison.terms}
    assert terms["premium.amount"] == ("5700万", "4100万")
    assert terms["premium.to.reserve-share"] == ("", "{as: reserve-share, party: reserve, share: 20%}")
    assert terms["losses.reserve"] == ("{as: reserve, party: reserve}", "")
    assert terms["period.to"] == ("2016-12-31", "2023-12-31")
    assert not any(w.startswith(("losses.persons", "covers.household", "sources", "examples")) for w in terms)
    results = {r.measure.en: r for r in comparison.results}
    assert results["premium of a period"].old.value == 57_000_000
    assert results["step reserve: mean a year"].new.value == 0


def test_a_version_beside_itself_does_not_differ() -> None:
    (comparison,) = page(CATASTROPHE, CATASTROPHE).comparisons
    assert comparison.terms == ()
    assert all(r.old == r.new for r in comparison.results)
