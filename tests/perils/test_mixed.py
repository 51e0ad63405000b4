import numpy as np
from scipy import stats

from quanyu.perils.generator import base_of, counters, signed
from quanyu.perils.mixed import binomial_quantile, poisson_quantile

V = np.concatenate((np.exp(np.linspace(np.log(2.0**-54), np.log(0.499), 300)), [0.499]))


def test_poisson_quantiles_of_either_half() -> None:
    for mean in (0.0, 1e-6, 0.3, 5.0, 80.0, 3e4):
        means = np.full(len(V), mean)
        low, high = poisson_quantile(V, means), poisson_quantile(-V, means)
        peer = stats.poisson(mean)
        assert ((peer.cdf(low) >= V * (1 - 1e-12)) & (peer.cdf(low - 1) < V * (1 + 1e-12))).all()
        assert ((peer.sf(high) <= V * (1 + 1e-9)) & ((high == 0) | (peer.sf(high - 1) > V * (1 - 1e-9)))).all()


def test_binomial_quantiles_of_either_half() -> None:
    for n, p in ((1, 0.3), (40, 0.0), (40, 1.0), (40, 1e-9), (5000, 0.03), (5000, 0.97)):
        chances = np.full(len(V), p)
        low, high = binomial_quantile(V, n, chances), binomial_quantile(-V, n, chances)
        peer = stats.binom(n, p)
        assert ((peer.cdf(low) >= V * (1 - 1e-12)) & (peer.cdf(low - 1) < V * (1 + 1e-12))).all()
        assert ((peer.sf(high) <= V * (1 + 1e-9)) & ((high == 0) | (peer.sf(high - 1) > V * (1 - 1e-9)))).all()


def test_a_year_does_not_depend_on_its_neighbours() -> None:
    u = signed(counters(base_of(1, "x"), 0, np.arange(1001, dtype=np.int64)))
    mean = np.linspace(0.1, 400.0, 1000)
    whole = poisson_quantile(u, mean)
    alone = [int(poisson_quantile(u[i : i + 1], mean[i : i + 1])[0]) for i in range(0, 1000, 37)]
    assert whole[::37].tolist() == alone
