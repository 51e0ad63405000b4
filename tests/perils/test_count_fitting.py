import numpy as np
import pytest
from scipy import optimize, stats

from quanyu.perils import CountLaw, LawError, NegativeBinomial, Poisson, count_table, fit_frequency
from quanyu.perils.columns import Ints
from quanyu.perils.generator import base_of


def drawn(law: CountLaw, years: int, number: int = 0) -> Ints:
    ptr = np.empty(years + 1, np.int64)
    count_table(law).draw(base_of(number, "test/counts"), 0, ptr)
    return np.diff(ptr)


def test_parameters_are_recovered() -> None:
    found = fit_frequency(drawn(NegativeBinomial(6.0, 0.5), 5000))
    assert found.negative_binomial is not None
    assert found.negative_binomial.mean == pytest.approx(6.0, rel=0.04)
    assert found.negative_binomial.dispersion == pytest.approx(0.5, rel=0.08)
    assert found.best is found.negative_binomial
    assert found.index_p < 1e-6
    assert found.ratio_p < 1e-6


def test_scipy_finds_no_better() -> None:
    n = drawn(NegativeBinomial(6.0, 0.5), 200)
    theirs = optimize.minimize(
        lambda v: -stats.nbinom(np.exp(v[0]), 1.0 / (1.0 + np.exp(v[1] - v[0]))).logpmf(n).sum(),
        [0.0, 1.0],
        method="BFGS",
    )
    found = fit_frequency(n)
    assert found.negative_binomial_likelihood >= -theirs.fun - 1e-5
    assert found.negative_binomial is not None
    assert found.negative_binomial.mean == pytest.approx(n.mean(), rel=1e-5)
    assert found.poisson_likelihood == pytest.approx(stats.poisson(n.mean()).logpmf(n).sum())


def test_the_index_is_fair_under_poisson() -> None:
    fits = [fit_frequency(drawn(Poisson(8.0), 30, number)) for number in range(400)]
    assert stats.kstest([f.index_p for f in fits], "uniform").pvalue > 1e-3
    rejected = sum(f.ratio_p < 0.05 for f in fits)
    # In small samples the half chi-square is a little too cautious.
    assert 2 <= rejected <= 35


def test_less_varied_than_poisson() -> None:
    found = fit_frequency([3, 3, 4, 3, 3])
    assert found.negative_binomial is None
    assert found.best == Poisson(3.2)
    assert found.ratio_p == 1.0


def test_exposure() -> None:
    exposure = np.array([0.5, 1.0, 1.5, 2.0])
    found = fit_frequency([2, 5, 7, 12], exposure=exposure)
    assert found.poisson.mean == pytest.approx(26.0 / 5.0)


@pytest.mark.parametrize(
    ("counts", "exposure", "field"),
    [
        ([1.5, 2.0], None, "counts"),
        ([1], None, "counts"),
        ([0, 0], None, "counts"),
        ([1, 2], [1.0], "exposure"),
        ([1, 2], [1.0, 0.0], "exposure"),
    ],
)
def test_what_is_refused(counts: list[float], exposure: list[float] | None, field: str) -> None:
    with pytest.raises(LawError) as caught:
        fit_frequency(counts, exposure=exposure)
    assert caught.value.field == field
