import numpy as np
import pytest
from scipy import integrate, stats

from perils.laws import CONTINUOUS
from quanyu.perils import Beta, Gamma, Law, LawError, Lognormal, Lomax, Normal, Pareto, Uniform, Weibull

PEERS = [
    (Lognormal(1.0, 0.8), stats.lognorm(0.8, scale=np.exp(1.0))),
    (Gamma(2.5, 4.0), stats.gamma(2.5, scale=4.0)),
    (Pareto(2.5, 3.0), stats.pareto(2.5, scale=3.0)),
    (Lomax(2.5, 3.0), stats.lomax(2.5, scale=3.0)),
    (Weibull(0.7, 2.0), stats.weibull_min(0.7, scale=2.0)),
    (Uniform(2.0, 5.0), stats.uniform(2.0, 3.0)),
    (Beta(2.0, 5.0), stats.beta(2.0, 5.0)),
    (Normal(18.0, 6.0), stats.norm(18.0, 6.0)),
]


@pytest.mark.parametrize(("law", "peer"), PEERS, ids=lambda v: type(v).__name__)
def test_agrees_with_scipy(law: Law, peer: stats.rv_continuous) -> None:
    x = peer.ppf(np.linspace(0.001, 0.999, 97))
    np.testing.assert_allclose(law.cdf(x), peer.cdf(x), rtol=1e-12)
    np.testing.assert_allclose(law.survival(x), peer.sf(x), rtol=1e-10)
    np.testing.assert_allclose(law.log_density(x), peer.logpdf(x), rtol=1e-10, atol=1e-12)
    assert law.mean == pytest.approx(peer.mean(), rel=1e-12)
    assert law.variance == pytest.approx(peer.var(), rel=1e-10)


@pytest.mark.parametrize("law", CONTINUOUS.values(), ids=CONTINUOUS)
def test_quantiles_invert_the_cdf_in_both_tails(law: Law) -> None:
    p = np.array([1e-9, 1e-4, 0.1, 0.5, 0.9])
    np.testing.assert_allclose(law.cdf(law.quantile(p)), p, rtol=1e-7, atol=1e-14)
    s = np.array([1e-12, 1e-6, 0.01, 0.5, 0.9])
    # A bounded law cannot show so small a survival just below its end, where neighbouring floats lie too far apart.
    end = float(law.upper_quantile(0.0))
    rtol = 1e-7 if np.isinf(end) else 1e-3
    np.testing.assert_allclose(law.survival(law.upper_quantile(s)), s, rtol=rtol, atol=1e-15)
    np.testing.assert_allclose(law.quantile(0.3), law.upper_quantile(0.7), rtol=1e-12)


@pytest.mark.parametrize("law", CONTINUOUS.values(), ids=CONTINUOUS)
def test_partial_and_limited_moments_are_their_integrals(law: Law) -> None:
    low, x = float(law.quantile(0.0)), float(law.quantile(0.8))
    for order in (1, 2):
        area, _ = integrate.quad(lambda p, k=order: float(law.quantile(p)) ** k, 0.0, 0.8, epsrel=1e-9, limit=200)
        assert float(law.partial(x, order)) == pytest.approx(area, rel=1e-6)
        assert float(law.limited(x, order)) == pytest.approx(area + 0.2 * x**order, rel=1e-6)
    if np.isfinite(low):
        assert float(law.limited(low)) == pytest.approx(low, rel=1e-9, abs=1e-9)
    assert float(law.limited(np.inf)) == pytest.approx(law.mean, rel=1e-12)


def test_moments_that_do_not_exist_are_infinite() -> None:
    assert Pareto(0.9, 1.0).mean == np.inf
    assert Pareto(1.5, 1.0).mean == pytest.approx(3.0)
    assert Pareto(1.5, 1.0).variance == np.inf
    assert Lomax(2.0, 1.0).variance == np.inf
    assert np.isfinite(Pareto(0.9, 1.0).truncated(1.0, 100.0).variance)


def test_by_mean() -> None:
    for law in (Lognormal.by_mean(5e4, 1.2), Gamma.by_mean(5e4, 1.2)):
        assert law.mean == pytest.approx(5e4)
        assert law.sd == pytest.approx(6e4)
    beta = Beta.by_mean(0.45, 0.2)
    assert beta.mean == pytest.approx(0.45)
    assert beta.sd == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Lognormal(0.0, 0.0), "sigma"),
        (lambda: Lognormal(float("nan"), 1.0), "mu"),
        (lambda: Gamma(-1.0, 1.0), "shape"),
        (lambda: Pareto(2.0, 0.0), "minimum"),
        (lambda: Uniform(2.0, 2.0), "high"),
        (lambda: Beta.by_mean(0.5, 0.5), "sd"),
        (lambda: Beta.by_mean(1.5, 0.1), "mean"),
        (lambda: Normal(0.0, -1.0), "sd"),
        (lambda: Uniform(0.0, 1.0).truncated(2.0, 3.0), "maximum"),
        (lambda: Uniform(0.0, 1.0).truncated(0.5, 0.5), "maximum"),
    ],
)
def test_bad_parameters_name_their_field(make: object, field: str) -> None:
    with pytest.raises(LawError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.field == field
    assert caught.value.reason.zh != caught.value.reason.en
