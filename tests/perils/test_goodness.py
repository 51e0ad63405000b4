import numpy as np
import pytest
from scipy import integrate, stats

from quanyu.perils import (
    Law,
    Lognormal,
    Lomax,
    compare,
    fit,
    goodness,
    mean_excess,
    pp_points,
    qq_points,
    sampler,
)
from quanyu.perils.columns import Floats
from quanyu.perils.generator import base_of
from quanyu.perils.goodness import anderson_darling, anderson_darling_tail, kolmogorov_smirnov

LAW = Lognormal(9.0, 1.3)


def drawn(law: Law, size: int, number: int = 0) -> Floats:
    return sampler(law).draw(base_of(3, "test/goodness"), number, np.array([0, size]))


def test_statistics_agree_with_scipy() -> None:
    x = drawn(LAW, 400)
    assert kolmogorov_smirnov(LAW, x) == pytest.approx(stats.kstest(x, LAW.cdf).statistic)
    z = (np.log(x) - np.log(x).mean()) / np.log(x).std(ddof=1)
    fitted = Lognormal(float(np.log(x).mean()), float(np.log(x).std(ddof=1)))
    assert len(z) == 400
    theirs = stats.anderson(np.log(x), "norm", method="interpolate").statistic
    assert anderson_darling(fitted, x) == pytest.approx(theirs)


def limit_tail(x: float) -> float:
    """P(A**2 > x) in the limit: chi-squares over j (j + 1) (Anderson and Darling 1952), inverted by Imhof (1961)."""
    weights = 1.0 / (np.arange(1, 20_001) * np.arange(2.0, 20_002))
    # The weights left out sum to 1 / 20,001 and vary next to nothing.
    x -= 1.0 / 20_001

    def wave(u: float) -> float:
        angle = 0.5 * np.arctan(weights * u).sum() - 0.5 * x * u
        return float(np.sin(angle) / (u * np.exp(0.25 * np.log1p((weights * u) ** 2).sum())))

    return float(0.5 + integrate.quad(wave, 1e-12, 400.0, limit=2000, epsabs=1e-9)[0] / np.pi)


def test_the_limit_law_of_anderson_darling() -> None:
    for point in (0.5, 1.0, 1.933, 2.492, 3.857, 6.0):
        assert anderson_darling_tail(point) == pytest.approx(limit_tail(point), abs=5e-5)
    # Stephens (1974, table 1A, case 0): 10 and 5 %.
    assert anderson_darling_tail(1.933) == pytest.approx(0.10, abs=1e-4)
    assert anderson_darling_tail(2.492) == pytest.approx(0.05, abs=1e-4)
    assert anderson_darling_tail(0.0) == 1.0


def test_p_values_of_a_right_law_are_even() -> None:
    """Sixty samples of the law: bootstrap p-values of the fitted law must look uniform."""
    p = [
        goodness(fit(x, "lognormal"), x, replicates=99, seed=7 + i).ad_p
        for i, x in enumerate(drawn(LAW, 60, number) for number in range(60))
    ]
    assert stats.kstest(p, "uniform").pvalue > 1e-3


def test_a_wrong_law_is_seen() -> None:
    x = drawn(Lomax(1.5, 1e4), 500)
    found = goodness(fit(x, "gamma"), x, replicates=99)
    assert found.method == "bootstrap"
    assert found.ad_p == found.ks_p == 0.01
    assert goodness(fit(x, "lomax"), x, replicates=99).ad_p > 0.05


def test_asymptotic() -> None:
    x = drawn(LAW, 300)
    found = goodness(fit(x, "lognormal"), x, method="asymptotic")
    assert found.replicates == 0
    assert found.ks_p == pytest.approx(stats.kstwobign.sf(np.sqrt(300) * found.ks), rel=1e-9)


def test_above_a_truncation() -> None:
    x = drawn(LAW, 2000)
    found = goodness(fit(x, "lognormal", truncation=8000.0), x, replicates=20)
    assert found.ks_p > 0.02
    assert found.ks < 0.05


def test_the_best_law_comes_first() -> None:
    x = drawn(LAW, 3000)
    compared = compare(x, ["lognormal", "gamma", "weibull", "beta"])
    assert compared.fits[0].name == "lognormal"
    assert [f.aic for f in compared.fits] == sorted(f.aic for f in compared.fits)
    assert [name for name, _ in compared.failed] == ["beta"]


def test_mean_excess_of_a_lomax_law_rises_in_a_line() -> None:
    """E[X - u | X > u] = (scale + u) / (alpha - 1)."""
    x = drawn(Lomax(3.0, 100.0), 200_000)
    u = np.array([0.0, 50.0, 100.0])
    mean, error, count = mean_excess(x, u)
    assert (np.abs(mean - (100.0 + u) / 2.0) < 5.0 * error).all()
    assert count[0] == 200_000
    empty = mean_excess([1.0, 2.0], [5.0])
    assert np.isnan(empty[0][0])
    assert empty[2][0] == 0.0


def test_points_of_the_plots() -> None:
    x = drawn(LAW, 5000)
    even, cdf = pp_points(LAW, x)
    assert np.abs(even - cdf).max() < 2.0 / np.sqrt(5000)
    model, data = qq_points(LAW, x)
    assert (np.diff(data) >= 0.0).all()
    np.testing.assert_allclose(model[1000:4000], data[1000:4000], rtol=0.15)
