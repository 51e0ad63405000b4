import numpy as np
import pytest
from scipy import stats

from quanyu.perils import Beta, Default, Gamma, LawError, Uniform, compound
from quanyu.perils.default import bivariate_normal

LOANS = Default("loans", 400, 0.03, 0.15, Beta.by_mean(0.45, 0.2), Gamma.by_mean(2e5, 0.5))


@pytest.mark.parametrize("h", [-2.0, 0.0, 1.3])
@pytest.mark.parametrize("rho", [0.0, 0.15, 0.9])
def test_bivariate_normal(h: float, rho: float) -> None:
    peer = stats.multivariate_normal([0.0, 0.0], [[1.0, rho], [rho, 1.0]]).cdf([h, h])
    assert bivariate_normal(h, rho) == pytest.approx(peer, rel=1e-6)


def test_median_orthant() -> None:
    """P(X < 0, Y < 0) = 1/4 + asin(rho) / (2 pi) (Sheppard 1899)."""
    assert bivariate_normal(0.0, 0.5) == pytest.approx(1.0 / 3.0, rel=1e-12)


def test_moments_of_counts_and_losses() -> None:
    years = 60_000
    o = LOANS.draw(4, range(years))
    n, total = o.counts.astype(float), o.totals()
    assert abs(n.mean() - LOANS.mean_count) < 4.0 * np.sqrt(LOANS.variance_count / years)
    assert n.var() == pytest.approx(LOANS.variance_count, rel=0.06)
    assert abs(total.mean() - LOANS.mean) < 4.0 * np.sqrt(LOANS.variance / years)
    assert total.var() == pytest.approx(LOANS.variance, rel=0.08)
    assert o.severity is not None
    np.testing.assert_array_equal(o.severity, o.facts["exposure"] * o.facts["lgd"])


def test_the_exact_law_of_the_number_of_defaults() -> None:
    law = LOANS.counts()
    assert law.mean == pytest.approx(LOANS.mean_count, rel=1e-9)
    assert law.variance == pytest.approx(LOANS.variance_count, rel=1e-9)
    years = 40_000
    n = LOANS.draw(8, range(years)).counts
    edges = np.array([0, 1, 2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 60])
    expected = np.diff(np.concatenate(([0.0], law.cdf(edges), [1.0]))) * years
    observed = np.bincount(np.searchsorted(edges, n, side="left"), minlength=len(expected))
    assert stats.chisquare(observed, expected).pvalue > 1e-4


def test_the_exact_total_has_the_exact_moments() -> None:
    plain = Default("loans", 100, 0.03, 0.15, Uniform(0.2, 0.6), 1e5)
    exact = compound(plain.counts(), Uniform(2e4, 6e4), points=1 << 14)
    assert exact.mean.value == pytest.approx(plain.mean, rel=1e-9)
    assert exact.sd.value == pytest.approx(plain.variance**0.5, rel=1e-8)


def test_no_correlation_is_binomial() -> None:
    plain = Default("loans", 50, 0.1, 0.0, Uniform(0.0, 1.0))
    assert plain.variance_count == pytest.approx(50 * 0.1 * 0.9)
    np.testing.assert_allclose(plain.conditional(np.array([0.01, -0.01])), 0.1)


def test_the_large_portfolio_limit() -> None:
    """The share of defaults of very many loans has the Vasicek (2002) cdf."""
    loans = Default("loans", 100_000, 0.02, 0.12, Uniform(0.0, 1.0))
    p = loans.conditional(loans.driver(1, range(20_000)))

    def cdf(x: object) -> object:
        return stats.norm.cdf((np.sqrt(0.88) * stats.norm.ppf(x) - stats.norm.ppf(0.02)) / np.sqrt(0.12))

    assert stats.kstest(p, cdf).pvalue > 1e-4


def test_blocks_and_compiling_change_nothing() -> None:
    whole = LOANS.draw(3, range(300), ordered=True)
    parts = [LOANS.draw(3, range(a, min(a + 71, 300)), ordered=True, small=True) for a in range(0, 300, 71)]
    for name in ("severity", "time", "years"):
        parted = np.concatenate([getattr(p, name) for p in parts])
        np.testing.assert_array_equal(getattr(whole, name), parted)
    assert whole.time is not None
    assert ((whole.time >= 0.0) & (whole.time < 1.0)).all()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"units": 0}, "units"),
        ({"pd": 0.0}, "pd"),
        ({"correlation": 1.0}, "correlation"),
        ({"lgd": Gamma(1.0, 1.0)}, "lgd"),
        ({"name": ""}, "name"),
    ],
)
def test_what_is_refused(change: dict[str, object], field: str) -> None:
    good: dict[str, object] = {"name": "x", "units": 3, "pd": 0.1, "correlation": 0.1, "lgd": Uniform(0.0, 1.0)}
    with pytest.raises(LawError) as caught:
        Default(**(good | change))  # type: ignore[arg-type]
    assert caught.value.field == field
