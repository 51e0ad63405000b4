"""Members that change by date: a simulated year replayed through settlement gives each member the same."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
import pytest

from quanyu.engine.annual import PERIOD_BITS, Annual, build_annual
from quanyu.engine.assumed import assume
from quanyu.engine.compiled import Compiled, compile_programme
from quanyu.engine.exposure import build_exposure
from quanyu.engine.premium_flow import PremiumSplit, split_premium
from quanyu.language.load import read_programme
from quanyu.simulation import Plan, Stored, flow_entries, ledger, simulate_columns
from quanyu.terms import Finding
from quanyu.waterfall.columns import Block, State, run
from simulation.replay import annual_from, replay
from simulation.test_sameness import check

HEAD = """
programme: test.dated
version: 2026-01-01
name: {zh: 中途入会, en: members change}
family: test
illustrative: [all]
parties: {a: {kind: insurer}, b: {kind: insurer}, c: {kind: insurer}, city: {kind: government}}
insured: {unit: home, enrolment: policies, fields: {rank: {type: number}}}
facts: {assessed: {type: money}}
covers: {fire: {pays: assessed}}
examples: [{cover: fire, env: {assessed: 8}, expect: 8}]
"""
MEMBERS = (
    "[{from: 2026-01-01, shares: {a: 100%}}, {from: 2026-04-01, shares: {a: 75%, b: 25%}},"
    " {from: 2026-10-01, shares: {b: 1/3, c: 2/3}}]"
)
YEAR = "period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}\n"
POOL = f"pools: {{pool: {{leader: a, basis: occurred, members: {MEMBERS}}}}}\n"
LOSSES = (
    "losses: [{as: own, party: insured, limit: {claim: 10}},"
    " {as: layer, party: pool, limit: {event: 150, period: 400}}, {as: last, party: city}]\n"
)
PERIL = (
    "assumptions: {perils: {p: {frequency: {poisson: 5}, claims: {poisson: 2}, delay: {determined: {fixed: 100}},"
    " amounts: {fire: {gamma: {mean: 80, cv: 1}}}}}}\n"
)
DATED = {
    "occurred": YEAR + POOL + LOSSES + PERIL,
    "by the day of occurrence, whatever the clock": "queue: {by: determined}\n" + YEAR + POOL + LOSSES + PERIL,
    "a year from July to June": YEAR.replace("2026-01-01", "2026-03-01").replace("2026-12-31", "2027-02-28")
    + POOL
    + LOSSES
    + PERIL,
    "two years of a path": YEAR.replace("2026-12-31", "2027-12-31")
    + POOL.replace("2026-10-01", "2027-05-01")
    + LOSSES
    + PERIL.replace("{perils", "{horizon: 2, perils"),
    "a pool inside a pool": YEAR
    + POOL[:-2].replace("pools: {", "pools: {outer: {leader: city, shares: {city: 40%, pool: 50%, b: 10%}}, ")
    + "}\n"
    + LOSSES.replace("party: pool", "party: outer")
    + PERIL,
    "shares of the risk": YEAR
    + POOL.replace("a: 75%, b: 25%", "a: rank / 10, b: 1 - rank / 10")
    + LOSSES
    + PERIL.replace("amounts:", "fields: {rank: {uniform: {low: 2, high: 8}}}, amounts:"),
    "attached": YEAR
    + POOL.replace("basis: occurred", "basis: attached")
    + LOSSES
    + PERIL.replace(
        "{perils",
        "{exposure: [{count: 2, fields: {attached: 2026-01-15}}, {count: 1, fields: {attached: 2026-04-01}},"
        " {count: 3, fields: {attached: 2026-11-30}}], perils",
    ).replace("{poisson: 5}", "{poisson: 3}"),
    "what comes back": YEAR
    + POOL
    + LOSSES.replace(", limit: {event: 150, period: 400}", ", limit: {period: 400}")
    + "recoveries: {basis: borne, restores: false, above: city, to: [{as: rest, party: borne}]}\n"
    + PERIL.replace("claims: {poisson: 2}, ", "").replace(
        "amounts:", "recovery: {uniform: {low: 0, high: 1}}, amounts:"
    ),
}


@pytest.mark.parametrize("name", DATED)
def test_members_get_what_settlement_gives_them(name: str) -> None:
    annual = annual_from(HEAD + DATED[name], details=True)
    paths, seen = 12, defaultdict[str, float](float)
    for path in range(paths):
        exact = replay(annual, 5, path)
        simulated = accounts(annual, 5, path)
        for period in range(annual.horizon):
            told: dict[str, Fraction] = defaultdict(Fraction)
            for (flow, side, party), amount in exact.parties[period].items():
                if (flow, side) == ("losses", "from"):
                    told[party] += amount
                if flow == "recoveries" and side == "to":
                    told[f"back to {party}"] += amount
            for party, amount in told.items():
                seen[party] += float(amount)
                found = simulated[period].get(party, 0.0)
                assert found == pytest.approx(float(amount), rel=1e-9, abs=1e-6), f"{name}: {party} in {path}/{period}"
    assert all(seen[party] > 0.0 for party in ("a", "b", "c"))


def accounts(annual: Annual, seed: int, path: int) -> list[dict[str, float]]:
    """What the ledger says of one path alone, period by period: losses borne, and what comes back to whom."""
    state, out = State.opening(annual.program, 1), np.empty((annual.program.width, 1))
    found = []
    for period in range(annual.horizon):
        first = (period << PERIOD_BITS) + path
        rows = annual.draw(seed, range(first, first + 1))
        keys = dict.fromkeys(annual.program.layout.keys, 1)
        keys |= {scope: int(key.max(initial=0)) + 1 for scope, key in rows.keys.items()}
        block = Block(annual.program, 1, int(rows.ptr[-1]) + 1, keys)
        annual.fill(block, rows, 1)
        run(annual.program, block, state, out)
        own: dict[str, float] = {}
        for entry in flow_entries(annual):
            name = {("losses", "from"): entry.party, ("recoveries", "to"): f"back to {entry.party}"}
            if (entry.flow, entry.side) in name:
                own[name[entry.flow, entry.side]] = sum(float(out[c, 0]) * f for c, f in entry.terms)
        found.append(own)
    return found


@pytest.mark.parametrize("name", DATED)
def test_steps_and_occurrences_are_the_same_too(name: str) -> None:
    """The greatest occurrence of every member among them."""
    check(annual_from(HEAD + DATED[name], details=True), 11, 6)


def test_means_by_the_part_of_the_year() -> None:
    """One claim a year of 120 on any day: a has all of it for 90 days, three quarters for 183; b, c the rest."""
    losses = "losses: [{as: all, party: pool}]\n"
    peril = "assumptions: {perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 120}}}}}\n"
    annual = annual_from(HEAD + YEAR + POOL + losses + peril)
    entries = [e for e in ledger(annual) if e.kind == "losses" and e.party in "abc"]
    figures = simulate_columns(annual, Plan(100_000, seed=2), [e.terms for e in entries]).figures
    a, b, c = 120 * (90 + 183 * 0.75) / 365, 120 * (183 * 0.25 + 92 / 3) / 365, 120 * 92 * 2 / 3 / 365
    for entry, found in zip(entries, figures, strict=True):
        expected = {"a": a, "b": b, "c": c}[entry.party]
        assert abs(found.mean - expected) < 4 * found.mean_error


def test_premium_is_spread_over_the_days() -> None:
    found = split("premium: {amount: 365, each: period}\n" + YEAR + POOL + LOSSES + PERIL)
    assert isinstance(found, PremiumSplit)
    assert found.received == {
        "a": 90 + Fraction(183 * 3, 4),
        "b": Fraction(183, 4) + Fraction(92, 3),
        "c": Fraction(184, 3),
    }


def test_premium_beside_a_fund_is_spread_too() -> None:
    """A fund that fills up takes 65 of 365, and the members have the rest by the day."""
    annual = annual_from(
        HEAD
        + "accounts: {fund: {owner: a, opening: 35, ceiling: 100}}\n"
        + "premium: {amount: 365, each: period, to: [{as: saved, party: fund}, {as: risk, party: pool}]}\n"
        + YEAR
        + POOL
        + LOSSES
        + PERIL
    )
    entries = [e for e in flow_entries(annual) if (e.flow, e.side) == ("premium", "to")]
    figures = simulate_columns(annual, Plan(500), [e.terms for e in entries]).figures
    found = {e.party: e.fixed + f.mean for e, f in zip(entries, figures, strict=True)}
    days = {"a": 90 + 183 * 0.75, "b": 183 * 0.25 + 92 / 3, "c": 92 * 2 / 3}
    assert found == pytest.approx({"fund": 65.0, **{party: 300 * n / 365 for party, n in days.items()}})


@pytest.mark.parametrize("name", ["two years of a path", "attached"])
def test_neither_blocks_threads_nor_stored_claims_change_a_bit(name: str) -> None:
    annual = annual_from(HEAD + DATED[name])
    columns = [entry.terms for entry in ledger(annual)]
    stored = Stored()
    first = simulate_columns(annual, Plan(3000, seed=3, block=64), columns)
    assert simulate_columns(annual, Plan(3000, seed=3, threads=3, block=1024), columns, store=stored) == first
    assert simulate_columns(annual, Plan(3000, seed=3, block=1024), columns, replay=stored) == first


def test_premium_goes_by_the_date_of_each_unit() -> None:
    """One policy of January, two of November, 30 each."""
    points = "[{count: 1, fields: {attached: 2026-01-15}}, {count: 2, fields: {attached: 2026-11-30}}]"
    found = split(
        "premium: {amount: 30, each: policy}\n"
        + YEAR
        + POOL.replace("basis: occurred", "basis: attached")
        + LOSSES
        + PERIL.replace("{perils", f"{{exposure: {points}, perils")
    )
    assert isinstance(found, PremiumSplit)
    assert found.received == {"a": 30, "b": 20, "c": 40}


def test_members_of_one_group_need_no_date() -> None:
    """What changes before or after the simulated year changes nothing in it."""
    members = "[{from: 2020-01-01, shares: {a: 100%}}, {from: 2025-07-01, shares: {a: 60%, b: 40%}}]"
    text = YEAR + POOL.replace(MEMBERS, members).replace("basis: occurred", "basis: issued") + LOSSES + PERIL
    annual = annual_from(HEAD + text)
    shares = {e.party: e.terms for e in ledger(annual) if e.kind == "losses" and e.party in ("a", "b")}
    ((column, part),), ((same, other),) = shares["a"], shares["b"]
    assert column == same
    assert part / other == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("members-undated", YEAR + POOL.replace("basis: occurred", "basis: attached") + LOSSES + PERIL),
        (
            "not-simulated",
            YEAR + POOL + "losses: [{as: layer, party: pool, attachment: {event: 50}, limit: {event: 150, period: 150},"
            " reinstatement: {as: again, per: period, limit: 150, rates: [100%], premium: 20, from: city}},"
            " {as: last, party: city}]\n" + PERIL,
        ),
        (
            "not-simulated",
            YEAR + POOL + LOSSES + "surplus: {amount: 0.5 * losses.last, at: end, from: [{as: gives, party: city}],"
            " to: [{as: takes, party: pool}]}\n" + PERIL,
        ),
        (
            "not-simulated",
            "premium: {amount: 365, each: period}\n"
            + YEAR.replace("2026-12-31", "2027-12-31")
            + POOL
            + LOSSES
            + PERIL.replace("{perils", "{horizon: 2, perils"),
        ),
        ("not-simulated", YEAR + POOL.replace("2026-01-01", "2026-02-01") + LOSSES + PERIL),
    ],
)
def test_what_cannot_be_done_is_refused(code: str, text: str) -> None:
    found = split(text)
    if isinstance(found, PremiumSplit):
        compiled = compiled_of(text)
        drawn = assume(compiled)
        assert not isinstance(drawn, list)
        found = build_annual(compiled, drawn, found)  # type: ignore[assignment]
    assert isinstance(found, list)
    assert [finding.code for finding in found] == [code]


def compiled_of(text: str) -> Compiled:
    document, findings = read_programme(HEAD + text)
    assert document is not None, findings
    compiled = compile_programme(document.value)
    assert not isinstance(compiled, list), compiled
    return compiled


def split(text: str) -> PremiumSplit | list[Finding]:
    compiled = compiled_of(text)
    exposure = build_exposure(compiled)
    assert not isinstance(exposure, list)
    return split_premium(compiled, exposure)
