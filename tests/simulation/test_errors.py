"""Errors are honest: over many seeds the truth lies within one stated error about 68 % of the time."""

import math
from pathlib import Path

import numpy as np
import pytest

from quanyu.simulation import Figures, Plan, simulate_columns
from quanyu.simulation.exact import exact_steps
from quanyu.simulation.tails import Tail, Tails, TailTooThinError, tail_figures, threshold
from quanyu.waterfall.kernel_program import Output
from simulation.replay import annual_at, annual_from
from simulation.test_exact import HEAD, term

ROOT = Path(__file__).resolve().parents[2]
SEEDS, YEARS = 200, 4000
# Four standard errors of a share of 200 are 13 %.
LOW, HIGH = 0.683 - 0.13, 0.683 + 0.13


def within(found: list[tuple[float, float]], truth: float) -> float:
    return sum(abs(value - truth) <= error for value, error in found) / len(found)


def pairs(figures: Figures) -> list[tuple[float, float]]:
    return [(figures.mean, figures.mean_error), (figures.sd, figures.sd_error)] + [
        pair for t in figures.tails for pair in ((t.var, t.var_error), (t.tvar, t.tvar_error))
    ]


def test_of_independent_years() -> None:
    annual = annual_at(ROOT / "bench" / "programmes" / "collective.yaml")
    paths = ["quota-share", "net/L1", "net/L2"]
    exact = exact_steps(annual)
    columns = [term(annual, path) for path in paths]
    runs = [simulate_columns(annual, Plan(YEARS, seed=seed), columns).figures for seed in range(SEEDS)]
    for n, path in enumerate(paths):
        known = exact[path]
        assert known is not None
        truths = [known.mean.value, known.sd.value] + [b.value for _, var, tvar in known.tails for b in (var, tvar)]
        for k, truth in enumerate(truths):
            share = within([pairs(run[n])[k] for run in runs], truth)
            if path == "quota-share" and k == 1:
                # Fourth powers of an unbounded heavy tail: few samples hold the years that make the error.
                assert 0.4 <= share <= HIGH
                continue
            # A layer's year has atoms, at which a VaR is found nearly always.
            high = HIGH if path == "quota-share" or k < 2 else 1.0
            assert LOW <= share <= high, f"{path}, figure {k}: {share:.0%}"


def test_of_years_that_a_fund_ties_together() -> None:
    """What a fund gives in five years on end: the same path's years are dependent, and the errors know it."""
    text = HEAD + (
        "accounts: {fund: {name: {zh: 基金, en: fund}, opening: 600}}\n"
        "losses: {from: [{as: x, party: fund}, {as: last, party: a}], to: [{as: paid, party: insured}]}\n"
        "assumptions: {horizon: 5, perils: {p: {frequency: {poisson: 1.5},"
        " amounts: {fire: {lognormal: {mean: 100, cv: 2}}}}}}"
    )
    annual = annual_from(text)
    columns = [term(annual, "x"), term(annual, "last")]
    many = simulate_columns(annual, Plan(2_000_000, seed=999), columns).figures
    runs = [simulate_columns(annual, Plan(YEARS, seed=seed), columns).figures for seed in range(SEEDS)]
    for n, reference in enumerate(many):
        for k, (truth, _) in enumerate(pairs(reference)):
            share = within([pairs(run[n])[k] for run in runs], truth)
            # What a fund gives has an atom at all it holds.
            assert LOW <= share <= (HIGH if n == 1 or k < 2 else 1.0), f"column {n}, figure {k}: {share:.0%}"
    naive = [run[1].sd / math.sqrt(YEARS) for run in runs]
    stated = [run[1].mean_error for run in runs]
    assert np.mean(stated) > 1.05 * np.mean(naive)


def test_mean_and_deviation_are_those_of_the_years() -> None:
    annual = annual_at(ROOT / "bench" / "programmes" / "collective.yaml")
    rows = annual.draw(4, range(3001))
    totals = np.add.reduceat(np.append(rows.amount, 0.0), rows.ptr[:-1]) * (np.diff(rows.ptr) > 0)
    place = annual.program.outputs[Output("losses", "from", "", "amount")]
    figures = simulate_columns(annual, Plan(3001, seed=4), [((place.column, place.scale),)]).figures[0]
    ordered = np.sort(totals)
    assert figures.mean == pytest.approx(totals.mean(), rel=1e-12)
    assert figures.sd == pytest.approx(totals.std(), rel=1e-12)
    fourth = float(((totals - totals.mean()) ** 4).mean())
    variance_error = math.sqrt((fourth - totals.var() ** 2) / 3001)
    assert figures.sd_error == pytest.approx(variance_error / (2 * totals.std()), rel=1e-9)
    for tail in figures.tails:
        rank = math.ceil(tail.level * 3001)
        assert tail.var == pytest.approx(ordered[rank - 1], rel=1e-12)
        assert tail.tvar == pytest.approx(ordered[rank - 1 :].mean(), rel=1e-12)


def test_the_errors_of_a_known_tail() -> None:
    """Of 1 … 1000 at 99 %: VaR 990, TVaR the mean of 990 … 1000, error by the formula written out."""
    values = np.arange(1.0, 1001.0)
    found = tail_figures(Tail(values[-40:], np.empty(0, np.int64)), 1000, 0.99)
    assert (found.var, found.tvar) == (990.0, 995.0)
    assert found.var_error == 4.0
    excess = values[989:] - 990.0
    assert found.tvar_error == pytest.approx(math.sqrt(excess @ excess - excess.sum() ** 2 / 1000) / 11)


def test_years_of_one_path_count_together() -> None:
    """The same values, once as single years and once as paths of two equal years: the variance doubles."""
    values = np.repeat(np.arange(1.0, 501.0), 2)
    alone = tail_figures(Tail(values[-100:], np.empty(0, np.int64)), 1000, 0.98)
    paths = np.repeat(np.arange(450, 500), 2)
    tied = tail_figures(Tail(values[-100:], paths, 2), 1000, 0.98)
    assert (tied.var, tied.tvar) == (alone.var, alone.tvar)
    assert tied.tvar_error == pytest.approx(alone.tvar_error * math.sqrt(2), rel=0.03)
    assert tied.var_error > alone.var_error


def test_a_threshold_leaves_enough_above_it() -> None:
    values = np.random.default_rng(1).pareto(2.0, 4096)
    limit = threshold(values, 0.01)
    assert 0.01 < (values > limit).mean() < 0.03
    assert threshold(values[:10], 0.3) == -math.inf
    assert threshold(values, 1.0) == -math.inf


def test_a_tail_with_too_few_values_is_said() -> None:
    tails = Tails(np.array([5.0, 5.0]))
    tails.add(0, np.array([7.0, 6.0, 9.0]), None)
    tails.ties += np.array([2, 0])
    assert tails.thin(5) == (1,)
    assert tails.largest(0, 5).values.tolist() == [5.0, 5.0, 6.0, 7.0, 9.0]
    assert tails.largest(0, 2).values.tolist() == [7.0, 9.0]
    assert TailTooThinError([1]).columns == (1,)


def test_a_column_that_changes_after_the_first_years_is_run_again() -> None:
    """A fund that hardly ever gives: the largest values are found whatever the first years said."""
    text = HEAD + (
        "accounts: {fund: {name: {zh: 基金, en: fund}, opening: 0}}\n"
        "premium: {amount: 100, each: period, from: [{as: own, party: insured}], to: [{as: saved, party: fund}]}\n"
        "losses: {from: [{as: x, party: fund}, {as: last, party: a}], to: [{as: paid, party: insured}]}\n"
        "assumptions: {horizon: 4, perils: {p: {frequency: {poisson: 0.05}, amounts: {fire: {fixed: 1000}}}}}"
    )
    annual = annual_from(text)
    columns = [term(annual, "x")]
    one = simulate_columns(annual, Plan(40_000, seed=1, block=64), columns)
    assert simulate_columns(annual, Plan(40_000, seed=1, threads=2), columns) == one
    assert max(t.var for t in one.figures[0].tails) <= 400.0
