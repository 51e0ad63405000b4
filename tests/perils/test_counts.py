import numpy as np
import pytest
from scipy import stats

from quanyu.perils import Binomial, CountLaw, EmpiricalCount, LawError, NegativeBinomial, Poisson, fixed_count

PEERS = [
    (Poisson(0.3), stats.poisson(0.3)),
    (Poisson(5000.0), stats.poisson(5000.0)),
    (NegativeBinomial(5.0, 0.4), stats.nbinom(2.5, 2.5 / 7.5)),
    (Binomial(40, 0.15), stats.binom(40, 0.15)),
]


@pytest.mark.parametrize(("law", "peer"), PEERS)
def test_agrees_with_scipy(law: CountLaw, peer: stats.rv_discrete) -> None:
    k = np.arange(0, int(law.mean + 8.0 * law.variance**0.5) + 3)
    np.testing.assert_allclose(law.cdf(k), peer.cdf(k), rtol=1e-10)
    np.testing.assert_allclose(law.survival(k), peer.sf(k), rtol=1e-7, atol=1e-300)
    np.testing.assert_allclose(np.exp(law.log_mass(k)), peer.pmf(k), rtol=1e-8, atol=1e-300)
    assert law.mean == pytest.approx(peer.mean())
    assert law.variance == pytest.approx(peer.var())


@pytest.mark.parametrize("law", [p[0] for p in PEERS] + [EmpiricalCount((0, 3, 3, 7)), fixed_count(4)])
def test_mass_and_generating_function(law: CountLaw) -> None:
    low, mass = law.mass()
    k = low + np.arange(len(mass))
    assert mass.sum() == pytest.approx(1.0, abs=1e-12)
    assert mass @ k == pytest.approx(law.mean, rel=1e-9)
    z = np.array([0.3 + 0.2j, 0.999 + 0.0j, np.exp(0.001j)])
    np.testing.assert_allclose(law.generate(z), [(mass * w**k).sum() for w in z], rtol=1e-9)
    np.testing.assert_allclose(law.cdf([-1.0]), [0.0])
    np.testing.assert_allclose(law.survival([-1.0]), [1.0])


def test_negative_binomial_by_variance() -> None:
    law = NegativeBinomial.by_variance(5.0, 15.0)
    assert law.variance == pytest.approx(15.0)
    with pytest.raises(LawError, match="poisson") as caught:
        NegativeBinomial.by_variance(5.0, 5.0)
    assert caught.value.field == "variance"


def test_bad_counts() -> None:
    for make, field in (
        (lambda: Poisson(0.0), "mean"),
        (lambda: Binomial(0, 0.1), "n"),
        (lambda: Binomial(3, 1.0), "p"),
        (lambda: EmpiricalCount((-1,)), "values"),
    ):
        with pytest.raises(LawError) as caught:
            make()
        assert caught.value.field == field
