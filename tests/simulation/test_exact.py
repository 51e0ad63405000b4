"""Simulated figures against answers that need no simulation, each within its stated error."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from perils.laws import WithAtom
from quanyu.engine.annual import Annual
from quanyu.perils import Default, Exact, Gamma, Layer, Lognormal, Poisson, compound
from quanyu.simulation import Figures, Plan, ledger, simulate_columns, step_entries
from quanyu.simulation.columns import Column
from quanyu.simulation.exact import exact_steps
from quanyu.simulation.mixture import Mixture
from quanyu.waterfall.kernel_program import Output
from simulation.replay import annual_at, annual_from

ROOT = Path(__file__).resolve().parents[2]
YEARS = 200_000

HEAD = """
programme: test.exact
version: 2026-01-01
name: {zh: 检验, en: test}
family: test
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
parties: {a: {kind: insurer, name: {zh: 甲, en: A}}, b: {kind: insurer, name: {zh: 乙, en: B}}}
insured: {unit: house, enrolment: none, fields: {gust_limit: {type: money}}}
facts: {hit: {type: money}, gust: {unit: m/s}}
covers: {fire: {name: {zh: 火, en: fire}, pays: hit}, wind: {name: {zh: 风, en: wind}, pays: "if(gust > 25, 300, 0)"}}
examples: [{name: {zh: 例, en: example}, cover: fire, env: {hit: 5}, expect: 5}]
"""


def term(annual: Annual, path: str, measure: str = "take") -> Column:
    place = annual.program.outputs[Output("losses", "from", path, measure)]  # type: ignore[arg-type]
    return ((place.column, place.scale),)


def near(found: float, error: float, expected: float, slack: float = 0.0) -> None:
    assert abs(found - expected) <= 4.0 * error + slack + 1e-9 * abs(expected)


def test_the_steps_of_the_collective_agree_with_their_transforms() -> None:
    annual = annual_at(ROOT / "bench" / "programmes" / "collective.yaml")
    exact = exact_steps(annual)
    paths = ["", "quota-share", "net", "net/L1", "net/L2", "net/L3", "net/L4"]
    columns = [term(annual, path, "amount" if not path else "take") for path in paths]
    run = simulate_columns(annual, Plan(YEARS, seed=5), columns)
    for path, figures in zip(paths, run.figures, strict=True):
        known = exact[path]
        assert known is not None, path
        near(figures.mean, figures.mean_error, known.mean.value, known.mean.high - known.mean.low)
        assert figures.sd == pytest.approx(known.sd.value, rel=0.05)
        for tail, (level, var, tvar) in zip(figures.tails, known.tails, strict=True):
            assert tail.level == level
            assert var.low <= var.value <= var.high
            assert tvar.low <= tvar.value <= tvar.high
            near(tail.var, tail.var_error, var.value, var.high - var.low)
            near(tail.tvar, tail.tvar_error, tvar.value, tvar.high - tvar.low)


def test_brackets_narrow_with_the_grid_and_keep_the_answer() -> None:
    annual = annual_at(ROOT / "bench" / "programmes" / "collective.yaml")
    coarse, fine = exact_steps(annual, points=1 << 12), exact_steps(annual, points=1 << 16)
    for path in ("", "net/L1", "net/L4"):
        one, other = coarse[path], fine[path]
        assert one is not None
        assert other is not None
        for (_, *wide), (_, *narrow) in zip(one.tails, other.tails, strict=True):
            for w, n in zip(wide, narrow, strict=True):
                assert w.low <= n.high
                assert n.low <= w.high
                assert n.high - n.low <= w.high - w.low + 1e-9


@pytest.mark.parametrize(
    ("steps", "known"),
    [
        ("[{as: x, party: a, limit: {claim: 50, period: 80}}, {as: last, party: b}]", {"x"}),
        (
            "[{as: x, party: a, share: 40%}, {as: y, party: b, attachment: 20, share: 50%}, {as: last, party: a}]",
            {"x", "y"},
        ),
        ("[{as: x, party: a, cap: {claim: 50}}, {as: last, party: b}]", {"x"}),
        ("[{as: x, party: a, limit: {period: 80}, cap: {claim: 5}}, {as: last, party: b}]", set()),
        ("[{as: x, party: a, bands: {'(0, 5]': 80%, '(5, inf)': 0}}, {as: last, party: b}]", set()),
        ("[{as: x, party: a, share: 50%, cap: {period: 40}}, {as: last, party: b}]", {"x"}),
        ("[{as: x, party: a, when: hit > 5}, {as: last, party: b}]", set()),
    ],
)
def test_only_what_has_an_exact_answer_gets_one(steps: str, known: set[str]) -> None:
    """And what gets one agrees with the simulation."""
    model = "assumptions: {perils: {p: {frequency: {poisson: 2}, amounts: {fire: {gamma: {mean: 30, cv: 1}}}}}}"
    text = f"{HEAD}\nlosses: {{from: {steps}, to: [{{as: paid, party: insured}}]}}\n{model}"
    if "hit > 5" in steps:
        text = text.replace(
            "amounts: {fire: {gamma: {mean: 30, cv: 1}}}", "facts: {hit: {gamma: {mean: 30, cv: 1}}}, covers: [fire]"
        )
    annual = annual_from(text)
    exact = exact_steps(annual, points=1 << 14)
    assert {path for path, figures in exact.items() if figures is not None and path} == known
    run = simulate_columns(annual, Plan(50_000, seed=3), [term(annual, path) for path in sorted(known)])
    for path, figures in zip(sorted(known), run.figures, strict=True):
        found = exact[path]
        assert found is not None
        near(figures.mean, figures.mean_error, found.mean.value, found.mean.high - found.mean.low)
        for tail, (_, _, tvar) in zip(figures.tails, found.tails, strict=True):
            near(tail.tvar, tail.tvar_error, tvar.value, tvar.high - tvar.low)


@pytest.mark.parametrize(
    ("path", "answered"),
    [
        ("ningbo/public-catastrophe/2021-01-01", {"persons", "households", "public-safety", "public-health"}),
        ("ningbo/hospital-bill/2021-08-10", {"class-b-own"}),
        ("shanghai/clinical-trial/2022-01-01", {"deductible"}),
        ("national/first-set/2019-05-01", {""}),
        ("ningbo/cixi-export-credit/2015-01-01", {""}),
        ("shanghai/ic-pool/2021-10-01", set()),
    ],
)
def test_steps_of_the_programmes_that_see_claims_of_one_law(path: str, answered: set[str]) -> None:
    """A step of some covers has an answer though other covers have none; perils of Poisson numbers count as one."""
    annual = annual_at(ROOT / "programmes" / f"{path}.yaml")
    exact = exact_steps(annual, points=1 << 15)
    assert {name for name, figures in exact.items() if figures is not None} == answered
    columns = [term(annual, name, "take" if name else "amount") for name in sorted(answered)]
    run = simulate_columns(annual, Plan(30_000, seed=11), columns) if columns else None
    for name, figures in zip(sorted(answered), run.figures if run is not None else (), strict=True):
        found = exact[name]
        assert found is not None
        near(figures.mean, figures.mean_error, found.mean.value, found.mean.high - found.mean.low)
        for tail, (_, var, tvar) in zip(figures.tails, found.tails, strict=True):
            near(tail.var, tail.var_error, var.value, var.high - var.low)
            near(tail.tvar, tail.tvar_error, tvar.value, tvar.high - tvar.low)


TWO = (
    "covers: {fire: {pays: hit}, wind: {pays: hit}}",
    "[{as: x, party: a, covers: [fire], cap: {period: 90}}, {as: y, party: a, covers: [wind], share: 60%},"
    " {as: last, party: b}]",
)


@pytest.mark.parametrize(
    ("perils", "extra", "known"),
    [
        ("p: {frequency: {poisson: 2}, amounts: {fire: LAW, wind: LAW}}", "", {"x", "y"}),
        ("p: {frequency: {poisson: 2}, amounts: {fire: LAW}}, q: {frequency: {poisson: 1}, amounts: {fire: WIDE}}", "",
         {"", "x"}),
        ("p: {frequency: {poisson: 2}, amounts: {fire: LAW}}, q: {frequency: {poisson: 1}, amounts: {wind: WIDE}}", "",
         {"", "x", "y"}),
        ("p: {frequency: {poisson: 2}, amounts: {fire: LAW}}, q: {frequency: {poisson: 1}, amounts: {fire: WIDE}}",
         "dependence: [{between: [p, q], correlation: 0.5}]", set()),
        ("p: {frequency: {fixed: 2}, amounts: {fire: LAW}}, q: {frequency: {poisson: 1}, amounts: {fire: WIDE}}", "",
         set()),
        ("p: {frequency: {fixed: 2}, amounts: {fire: LAW}}, q: {frequency: {poisson: 1}, amounts: {wind: WIDE}}", "",
         {"x", "y"}),
        ("p: {frequency: {poisson: 2}, claims: {poisson: 3}, amounts: {fire: LAW}},"
         " q: {frequency: {poisson: 1}, amounts: {wind: WIDE}}", "", {"y"}),
        ("p: {frequency: {poisson: 2}, facts: {hit: LAW}, covers: [fire]},"
         " q: {frequency: {poisson: 1}, amounts: {wind: WIDE}}", "", {"y"}),
    ],
)  # fmt: skip
def test_each_step_has_the_answer_of_the_claims_it_sees(perils: str, extra: str, known: set[str]) -> None:
    made = perils.replace("LAW", "{gamma: {mean: 30, cv: 1}}").replace("WIDE", "{lognormal: {mean: 50, cv: 2}}")
    covers, steps = TWO
    head = "\n".join(covers if line.startswith("covers:") else line for line in HEAD.splitlines())
    to = "[{as: paid, party: insured}]"
    text = f"{head}\nlosses: {{from: {steps}, to: {to}}}\nassumptions: {{perils: {{{made}}}, {extra}}}"
    annual = annual_from(text)
    exact = exact_steps(annual, points=1 << 14)
    assert {path for path, figures in exact.items() if figures is not None} == known
    columns = [term(annual, name, "take" if name else "amount") for name in sorted(known)]
    run = simulate_columns(annual, Plan(40_000, seed=4), columns) if columns else None
    for name, figures in zip(sorted(known), run.figures if run is not None else (), strict=True):
        found = exact[name]
        assert found is not None
        near(figures.mean, figures.mean_error, found.mean.value, found.mean.high - found.mean.low)
        near(figures.sd, figures.sd_error, found.sd.value, found.sd.high - found.sd.low)
        for tail, (_, var, _) in zip(figures.tails, found.tails, strict=True):
            near(tail.var, tail.var_error, var.value, var.high - var.low)


def test_what_lies_behind_an_account_or_in_a_group_has_no_exact_answer() -> None:
    head = HEAD.replace("insured: {unit", "accounts: {pot: {owner: a, opening: 40}}\ninsured: {unit")
    model = "assumptions: {perils: {p: {frequency: {poisson: 2}, amounts: {fire: {gamma: {mean: 30, cv: 1}}}}}}"
    steps = (
        "[{as: g, limit: {period: 500}, steps: [{as: part, party: a, share: 50%}]},"
        " {as: pot, party: pot, share: 50%}, {as: y, party: a}, {as: last, party: b}]"
    )
    annual = annual_from(f"{head}\nlosses: {{from: {steps}, to: [{{as: paid, party: insured}}]}}\n{model}")
    assert {path for path, figures in exact_steps(annual).items() if figures is not None} == {""}


def test_a_mixture_is_between_its_laws() -> None:
    first, second = Gamma(2.0, 15.0), Lognormal.by_mean(500.0, 2.0)
    mixed = Mixture((0.75, 0.25), (first, second))
    p = np.array([1e-6, 0.2, 0.75, 0.999, 1 - 1e-9])
    assert mixed.cdf(mixed.quantile(p)) == pytest.approx(p, abs=1e-12)
    s = np.array([0.9, 0.1, 1e-6, 1e-12])
    assert mixed.survival(mixed.upper_quantile(s)) == pytest.approx(s, rel=1e-9)
    assert mixed.mean == pytest.approx(0.75 * 30.0 + 0.25 * 500.0)
    second_moment = 0.75 * (450.0 + 900.0) + 0.25 * (1000.0**2 + 500.0**2)
    assert mixed.variance == pytest.approx(second_moment - mixed.mean**2)
    x, h = 80.0, 1e-4
    slope = (mixed.cdf(x + h) - mixed.cdf(x - h)) / (2 * h)
    assert np.exp(mixed.log_density(x)) == pytest.approx(slope, rel=1e-6)


def test_a_deductible_and_a_limit_make_atoms() -> None:
    """Of an exponential claim above 20, at most 50: nothing and 50 have probabilities of their own."""
    model = "assumptions: {perils: {p: {frequency: {poisson: 1.5}, amounts: {fire: {gamma: {mean: 30, cv: 1}}}}}}"
    steps = "[{as: x, party: a, attachment: 20, limit: {claim: 50}}, {as: last, party: b}]"
    annual = annual_from(f"{HEAD}\nlosses: {{from: {steps}, to: [{{as: paid, party: insured}}]}}\n{model}")
    known = exact_steps(annual)["x"]
    assert known is not None
    levels = (0.2, 0.5, 0.9, 0.995)
    run = simulate_columns(annual, Plan(YEARS, seed=6, levels=levels), [term(annual, "x")])
    agree(run.figures[0], compound(Poisson(1.5), Gamma(1.0, 30.0), Layer(20.0, 50.0)))
    hit = 1.5 * math.exp(-20 / 30)
    nothing = math.exp(-hit)
    assert abs(1.0 - run.above_zero[0] - nothing) < 4 * math.sqrt(nothing * (1 - nothing) / YEARS)
    assert run.figures[0].tails[0].var == 0.0
    # A year of one claim above 70 pays 50 exactly: no other way has a probability of its own.
    exact = compound(Poisson(1.5), Gamma(1.0, 30.0), Layer(20.0, 50.0), points=1 << 17)
    low, _, high = exact.cdf([50.0 - 1e-3, 50.0])
    assert low[1] - high[0] <= hit * nothing * math.exp(-50 / 30) <= high[1] - low[0]
    near(run.figures[0].sd, run.figures[0].sd_error, known.sd.value, known.sd.high - known.sd.low)


@pytest.mark.parametrize(
    ("terms", "layer"),
    [("", Layer()), ("attachment: 20, limit: {claim: 60}, ", Layer(20, 60)), ("limit: {claim: 50}, ", Layer(0, 50))],
)
def test_a_fixed_amount_beside_a_continuous_one(terms: str, layer: Layer) -> None:
    """Two perils of one cover, one always 50: together they are one Poisson number of a law that jumps at 50."""
    model = (
        "assumptions: {perils: {p: {frequency: {poisson: 0.9}, amounts: {fire: {fixed: 50}}},"
        " q: {frequency: {poisson: 2.1}, amounts: {fire: {lognormal: {mu: 3, sigma: 1}}}}}}"
    )
    steps = f"[{{as: x, party: a, {terms}share: 100%}}, {{as: last, party: b}}]"
    annual = annual_from(f"{HEAD}\nlosses: {{from: {steps}, to: [{{as: paid, party: insured}}]}}\n{model}")
    run = simulate_columns(annual, Plan(YEARS, seed=9), [term(annual, "x")])
    agree(run.figures[0], compound(Poisson(3.0), WithAtom(Lognormal(3.0, 1.0), 50.0, 0.3), layer))


def agree(figures: Figures, exact: Exact) -> None:
    """Mean, deviation and every tail within four errors of the transform and its bracket."""
    near(figures.mean, figures.mean_error, exact.mean.value)
    near(figures.sd, figures.sd_error, exact.sd.value)
    for tail in figures.tails:
        var, tvar = exact.var(tail.level), exact.tvar(tail.level)
        near(tail.var, tail.var_error, var.value, var.high - var.low)
        near(tail.tvar, tail.tvar_error, tvar.value, tvar.high - tvar.low)


def test_defaults_have_the_mean_and_variance_of_one_common_factor() -> None:
    annual = annual_at(ROOT / "programmes/ningbo/small-loan-guarantee/2009-08-01.yaml")
    peril = annual.drawn.strands[0].peril
    assert isinstance(peril, Default)
    run = simulate_columns(annual, Plan(YEARS, seed=8), [term(annual, "", "amount")])
    gross = run.figures[0]
    near(gross.mean, gross.mean_error, peril.mean)
    near(gross.sd, gross.sd_error, math.sqrt(peril.variance))


def test_an_index_cover_pays_as_often_as_its_law_says() -> None:
    """Lognormal gusts of mean 19 and cv 0.3, twice a year: P(gust > 25) × 300 a storm."""
    gusts = "{frequency: {poisson: 2}, facts: {gust: {lognormal: {mean: 19, cv: 0.3}}}, covers: [wind]}"
    model = f"assumptions: {{perils: {{p: {gusts}}}}}"
    steps = "[{as: x, party: a, limit: {period: 300}}, {as: last, party: b}]"
    annual = annual_from(f"{HEAD}\nlosses: {{from: {steps}, to: [{{as: paid, party: insured}}]}}\n{model}")
    run = simulate_columns(annual, Plan(YEARS, seed=1), [term(annual, "", "amount"), term(annual, "x")])
    s = math.sqrt(math.log(1 + 0.3**2))
    chance = float(stats.norm.sf((math.log(25) - math.log(19) + s * s / 2) / s))
    gross, first = run.figures
    near(gross.mean, gross.mean_error, 2 * chance * 300)
    near(gross.sd, gross.sd_error, math.sqrt(2 * chance) * 300)
    hit = 1 - math.exp(-2 * chance)
    near(first.mean, first.mean_error, 300 * hit)
    assert abs(run.above_zero[1] - hit) < 4 * math.sqrt(hit * (1 - hit) / YEARS)


def test_a_series_cover_pays_the_expectation_of_its_law() -> None:
    """Two days of a lognormal price without reversion, against a simulation by NumPy alone."""
    text = HEAD.replace("gust: {unit: m/s}", "gust: {unit: m/s}, close: {series: day, unit: CNY}").replace(
        'pays: "if(gust > 25, 300, 0)"', 'pays: "max(0, 100 - mean(close))"'
    )
    reverting = "{mean_reversion: {mean: 100, kappa: 0.000001, sigma: 40%, start: 100}, steps: 2, log: true}"
    model = f"assumptions: {{perils: {{p: {{series: {{close: {reverting}}}, covers: [wind]}}}}}}"
    annual = annual_from(
        f"{text}\nlosses: {{from: [{{as: x, party: a}}], to: [{{as: paid, party: insured}}]}}\n{model}"
    )
    run = simulate_columns(annual, Plan(YEARS, seed=1), [term(annual, "x")])
    figures = run.figures[0]
    z = np.random.default_rng(1).standard_normal((2_000_000, 2)) * 0.4 / math.sqrt(365)
    paid = np.maximum(0.0, 100 - 100 * np.exp(np.cumsum(z, axis=1)).mean(axis=1))
    error = math.hypot(figures.mean_error, float(paid.std()) / math.sqrt(paid.size))
    near(figures.mean, error, float(paid.mean()))
    assert figures.sd == pytest.approx(float(paid.std()), rel=0.02)


def test_dependent_perils_keep_their_laws_and_move_together() -> None:
    model = (
        "assumptions: {perils: {p: {frequency: {poisson: 4}, amounts: {fire: {fixed: 10}}},"
        " q: {frequency: {poisson: 4}, amounts: {wind: {fixed: 10}}}},"
        " dependence: [{between: [p, q], correlation: 0.8}]}"
    )
    steps = "[{as: x, party: a, covers: [fire]}, {as: y, party: b}]"
    annual = annual_from(f"{HEAD}\nlosses: {{from: {steps}, to: [{{as: paid, party: insured}}]}}\n{model}")
    columns = [term(annual, "x"), term(annual, "y"), term(annual, "", "amount")]
    x, y, both = simulate_columns(annual, Plan(YEARS, seed=2), columns).figures
    for one in (x, y):
        near(one.mean, one.mean_error, 40.0)
        assert one.sd == pytest.approx(20.0, rel=0.01)
    correlation = (both.sd**2 - x.sd**2 - y.sd**2) / (2 * x.sd * y.sd)
    assert 0.72 < correlation < 0.8


def test_the_accounts_of_the_report_are_finite_and_ordered() -> None:
    annual = annual_at(ROOT / "programmes/ningbo/public-catastrophe/2021-01-01.yaml", details=True)
    columns = [e.terms for e in ledger(annual)] + [(s.take,) for s in step_entries(annual)]
    for figures in simulate_columns(annual, Plan(20_000, seed=1), columns).figures:
        assert isinstance(figures, Figures)
        levels = [t.var for t in figures.tails]
        assert levels == sorted(levels)
        assert all(t.tvar >= t.var - 1e-6 for t in figures.tails)
        assert all(p.low <= p.amount <= p.high for p in figures.curve)
