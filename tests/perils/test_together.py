import numpy as np
import pytest
from scipy import stats

from quanyu.perils import (
    Beta,
    Default,
    Dependence,
    FrequencySeverity,
    Gamma,
    LawError,
    Lognormal,
    NegativeBinomial,
    Perils,
    Poisson,
)

WIND = FrequencySeverity("wind", Poisson(200.0), Lognormal(9.0, 1.0), factor=Gamma.by_mean(1.0, 0.4))
FLOOD = FrequencySeverity("flood", NegativeBinomial(300.0, 0.1), Lognormal(8.0, 1.0))
LOANS = Default("loans", 2000, 0.05, 0.3, Beta(2.0, 2.0))
ALONE = Perils((WIND, FLOOD, LOANS))
JOINED = Perils((WIND, FLOOD, LOANS), Dependence({("wind", "flood"): 0.7, ("flood", "loans"): 0.4}))
YEARS = range(5000)


def test_bad_years_come_together() -> None:
    """Counts are large, so their ranks follow the drivers up to the noise of a count given its driver."""
    counts = {name: o.counts for name, o in JOINED.draw(1, YEARS).items()}
    spearman = 6.0 / np.pi * np.arcsin(0.35)
    assert stats.spearmanr(counts["wind"], counts["flood"]).statistic == pytest.approx(spearman, abs=0.06)
    assert stats.spearmanr(counts["flood"], counts["loans"]).statistic == pytest.approx(0.385, abs=0.06)
    assert abs(stats.spearmanr(counts["wind"], counts["loans"]).statistic) < 0.06


def test_each_keeps_its_own_law() -> None:
    joined = JOINED.draw(1, YEARS)
    assert joined["flood"].counts.mean() == pytest.approx(300.0, rel=0.02)
    assert joined["flood"].counts.var() == pytest.approx(FLOOD.variance_count, rel=0.1)
    assert joined["wind"].counts.var() == pytest.approx(WIND.variance_count, rel=0.1)
    assert joined["loans"].counts.var() == pytest.approx(LOANS.variance_count, rel=0.12)


def test_a_peril_more_changes_no_other() -> None:
    more = Perils((*ALONE.members, FrequencySeverity("hail", Poisson(3.0), Lognormal(0.0, 1.0))))
    for name, o in ALONE.draw(1, range(50)).items():
        np.testing.assert_array_equal(o.severity, more.draw(1, range(50))[name].severity)


@pytest.mark.parametrize("perils", [ALONE, JOINED])
def test_blocks_change_nothing(perils: Perils) -> None:
    whole = perils.draw(6, range(100), ordered=True)
    one = perils.draw(6, range(40, 41), ordered=True, small=True)
    for name, o in whole.items():
        assert o.severity is not None
        np.testing.assert_array_equal(o.severity[o.years == 40], one[name].severity)


def test_names() -> None:
    with pytest.raises(LawError, match="one name"):
        Perils((WIND, WIND))
    with pytest.raises(LawError, match="no such peril"):
        Perils((WIND, FLOOD), Dependence({("wind", "quake"): 0.1}))
