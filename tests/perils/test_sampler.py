import numpy as np
import pytest
from scipy import stats

from perils.laws import CONTINUOUS
from quanyu.perils import (
    Binomial,
    CountLaw,
    Empirical,
    Law,
    NegativeBinomial,
    Poisson,
    count_table,
    fixed,
    fixed_count,
    sampler,
)
from quanyu.perils.generator import base_of

COUNTS = [Poisson(0.3), Poisson(5.0), Poisson(50_000.0), NegativeBinomial(5.0, 0.4), Binomial(40, 0.15), fixed_count(3)]
PTR = np.array([0, 0, 70_000, 70_001, 100_000], np.int64)


@pytest.mark.parametrize("law", CONTINUOUS.values(), ids=CONTINUOUS)
def test_the_table_is_the_quantile_function(law: Law) -> None:
    v = np.exp(np.random.default_rng(1).uniform(np.log(2.0**-53), np.log(0.5), 20_000))
    table = sampler(law)
    # Relative to the value, but to the standard deviation where values cross zero.
    size = law.sd if float(law.quantile(2.0**-54)) < 0.0 else 0.0
    for side, exact in ((v, law.quantile(v)), (-v, law.upper_quantile(v))):
        error = np.abs(table.at(side) - exact) / np.maximum(np.abs(exact), size)
        assert error.max() < 1e-8


@pytest.mark.parametrize("law", CONTINUOUS.values(), ids=CONTINUOUS)
def test_draws_follow_the_law(law: Law) -> None:
    x = sampler(law).draw(base_of(1, "test/law"), 0, PTR)
    assert stats.kstest(x, law.cdf).pvalue > 1e-4


@pytest.mark.parametrize(
    "law",
    [
        CONTINUOUS["lognormal"],
        CONTINUOUS["gamma-small"],
        fixed(3.0),
        Empirical(tuple(float(i) ** 2 for i in range(3000))),
    ],
)
def test_compiled_draws_have_the_same_bits(law: Law) -> None:
    table, base = sampler(law), base_of(7, "test/bits")
    out = np.empty(PTR[-1])
    table.fill(base, 12, PTR, out)
    np.testing.assert_array_equal(out, table.draw(base, 12, PTR))


def test_finitely_many_values_are_exact() -> None:
    law = Empirical((1.0, 2.0, 5.0), (0.2, 0.5, 0.3))
    x = sampler(law).draw(base_of(1, "test/three"), 0, PTR)
    assert set(x.tolist()) == {1.0, 2.0, 5.0}
    counts = [(x == v).sum() for v in law.values]
    assert stats.chisquare(counts, np.array(law.weights) * len(x)).pvalue > 1e-4
    assert (sampler(fixed(3.0)).draw(base_of(1, "test/one"), 0, PTR) == 3.0).all()


@pytest.mark.parametrize("law", COUNTS)
def test_counts_follow_the_law(law: CountLaw) -> None:
    years = 40_000
    table, ptr = count_table(law), np.empty(years + 1, np.int64)
    assert table.draw(base_of(3, "test/count"), 0, ptr) == ptr[-1]
    again = np.empty_like(ptr)
    assert table.fill(base_of(3, "test/count"), 0, again) == ptr[-1]
    np.testing.assert_array_equal(ptr, again)
    n = np.diff(ptr)
    if law.variance == 0.0:
        assert (n == 3).all()
        return
    low, mass = law.mass()
    edges = np.unique(np.searchsorted(np.cumsum(mass), np.linspace(0.02, 0.98, 25))) + low
    group = np.searchsorted(edges, n, side="left")
    expected = np.diff(np.concatenate(([0.0], law.cdf(edges), [1.0]))) * years
    assert stats.chisquare(np.bincount(group, minlength=len(expected)), expected).pvalue > 1e-4


def test_a_change_of_law_keeps_the_order_of_the_draws() -> None:
    """Common random numbers: the same uniform lies behind a row whatever the law, a finite one too."""
    base = base_of(4, "test/common")
    one, two = (sampler(CONTINUOUS[name]).draw(base, 0, PTR) for name in ("lognormal", "gamma"))
    steps = sampler(Empirical(tuple(float(i) for i in range(50)))).draw(base, 0, PTR)
    order = np.argsort(one)
    assert (np.diff(two[order]) >= 0.0).all()
    assert (np.diff(steps[order]) >= 0.0).all()
