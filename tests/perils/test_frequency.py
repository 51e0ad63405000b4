from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats

from quanyu.perils import (
    Categorical,
    Dependence,
    Empirical,
    FrequencySeverity,
    Gamma,
    LawError,
    Lognormal,
    NegativeBinomial,
    Occurrences,
    Poisson,
    fixed_count,
    season,
)

FLOOD = FrequencySeverity(
    "flood",
    NegativeBinomial(6.0, 0.3),
    Lognormal(9.0, 1.2),
    season("11-01", "03-31"),
    facts={"depth": Gamma(2.0, 30.0), "roof": Categorical(("tile", "sheet"), (0.7, 0.3)), "rain": Gamma(3.0, 40.0)},
    dependence=Dependence({("severity", "depth"): 0.6, ("depth", "rain"): 0.5}, measure="spearman"),
)
SHOCKED = FrequencySeverity("wind", Poisson(40.0), Lognormal(9.0, 1.2), factor=Gamma.by_mean(1.0, 0.5))


def columns(o: Occurrences) -> dict[str, np.ndarray]:
    assert o.severity is not None
    assert o.time is not None
    return {"years": o.years, "severity": o.severity, "time": o.time, **o.facts}


def equal(a: Occurrences, b: Occurrences) -> None:
    for name, column in columns(a).items():
        np.testing.assert_array_equal(column, columns(b)[name], err_msg=name)


@pytest.mark.parametrize("peril", [FLOOD, SHOCKED], ids=lambda p: p.name)
@pytest.mark.parametrize("block", [1, 97, 1000])
def test_blocks_threads_and_compiling_change_nothing(peril: FrequencySeverity, block: int) -> None:
    whole = peril.draw(9, range(500, 2500), ordered=True)
    blocks = [range(a, min(a + block, 2500)) for a in range(500, 2500, block)]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda years: peril.draw(9, years, ordered=True, small=years.start % 2 == 0), blocks))
    for name, column in columns(whole).items():
        np.testing.assert_array_equal(column, np.concatenate([columns(p)[name] for p in parts]), err_msg=name)


def test_one_year_replays_alone() -> None:
    whole, one = FLOOD.draw(5, range(100), timed=True), FLOOD.draw(5, range(63, 64), timed=True, small=True)
    rows = whole.years == 63
    for name, column in columns(whole).items():
        np.testing.assert_array_equal(column[rows], columns(one)[name])


def test_the_law_of_one_column_leaves_the_others_alone() -> None:
    other = FrequencySeverity("flood", FLOOD.frequency, Gamma(1.0, 5e4), FLOOD.time, facts={"new": Gamma(1.0, 1.0)})
    plain = FrequencySeverity("flood", FLOOD.frequency, Lognormal(9.0, 1.2), FLOOD.time)
    a, b = plain.draw(1, range(200), timed=True), other.draw(1, range(200), timed=True)
    np.testing.assert_array_equal(a.ptr, b.ptr)
    assert a.time is not None
    np.testing.assert_array_equal(a.time, b.time)
    assert a.severity is not None
    assert b.severity is not None
    np.testing.assert_array_equal(np.argsort(a.severity), np.argsort(b.severity))


def test_rows_in_order_of_time() -> None:
    busy = FrequencySeverity("busy", Poisson(80.0), Lognormal(9.0, 1.2))
    drawn, ordered = busy.draw(1, range(300), timed=True), busy.draw(1, range(300), ordered=True)
    assert ordered.time is not None
    for a, b in zip(ordered.ptr[:-1], ordered.ptr[1:], strict=True):
        assert (np.diff(ordered.time[a:b]) >= 0.0).all()
    np.testing.assert_allclose(drawn.totals(), ordered.totals())
    assert busy.draw(1, range(3)).time is None
    equal(ordered, busy.draw(1, range(300), ordered=True, small=True))


def test_rows_at_one_time_stay_as_drawn() -> None:
    peril = FrequencySeverity("daily", Poisson(30.0), Lognormal(9.0, 1.2), season("07-01", "07-01"))
    still = FrequencySeverity("daily", Poisson(30.0), Lognormal(9.0, 1.2), type(peril.time)((0.5,), (0.0,), (1.0,)))
    np.testing.assert_array_equal(still.draw(1, range(50)).severity, still.draw(1, range(50), ordered=True).severity)


def test_into_the_caller_s_columns() -> None:
    ptr, severity = np.empty(201, np.int64), np.full(5000, -1.0)
    plain = FrequencySeverity("flood", FLOOD.frequency, Lognormal(9.0, 1.2))
    total = plain.fill(3, range(50, 250), ptr=ptr, severity=severity)
    drawn = plain.draw(3, range(50, 250), small=True)
    np.testing.assert_array_equal(ptr, drawn.ptr)
    np.testing.assert_array_equal(severity[:total], drawn.severity)
    assert (severity[total:] == -1.0).all()
    short = np.full(10, -1.0)
    assert plain.fill(3, range(50, 250), ptr=ptr, severity=short) == total
    assert (short == -1.0).all()


def test_a_coupled_severity_is_the_same_in_the_caller_s_columns() -> None:
    ptr, severity = np.empty(101, np.int64), np.empty(5000)
    total = FLOOD.fill(3, range(100), ptr=ptr, severity=severity)
    np.testing.assert_array_equal(severity[:total], FLOOD.draw(3, range(100)).severity)


def test_moments() -> None:
    years = 100_000
    o = FrequencySeverity("fire", Poisson(5.0), Gamma(2.0, 5e4)).draw(12, range(years))
    assert abs(o.counts.mean() - 5.0) < 4.0 * np.sqrt(5.0 / years)
    total = o.totals()
    variance = 5.0 * (1e5**2 + 2.0 * 5e4**2)
    assert abs(total.mean() - 5e5) < 4.0 * np.sqrt(variance / years)
    assert total.var() == pytest.approx(variance, rel=0.03)


def test_a_gamma_factor_makes_a_negative_binomial() -> None:
    years = 50_000
    n = SHOCKED.draw(2, range(years)).counts
    mixed = NegativeBinomial(40.0, 0.25)
    assert SHOCKED.mean_count == pytest.approx(mixed.mean)
    assert SHOCKED.variance_count == pytest.approx(mixed.variance)
    edges = np.array([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 100])
    expected = np.diff(np.concatenate(([0.0], mixed.cdf(edges), [1.0]))) * years
    observed = np.bincount(np.searchsorted(edges, n, side="left"), minlength=len(expected))
    assert stats.chisquare(observed, expected).pvalue > 1e-4


def test_rank_correlation_between_facts_and_their_own_laws() -> None:
    o = FLOOD.draw(21, range(20_000))
    assert o.severity is not None
    count = len(o.severity)
    for a, b, rho in (
        (o.severity, o.facts["depth"], 0.6),
        (o.facts["depth"], o.facts["rain"], 0.5),
        (o.severity, o.facts["rain"], 0.0),
    ):
        assert abs(stats.spearmanr(a, b).statistic - rho) < 4.0 / np.sqrt(count)
    assert stats.kstest(o.facts["rain"], Gamma(3.0, 40.0).cdf).pvalue > 1e-4
    assert stats.kstest(o.severity, Lognormal(9.0, 1.2).cdf).pvalue > 1e-4


def test_no_severity_and_fixed_counts() -> None:
    o = FrequencySeverity("inspection", fixed_count(2), facts={"grade": Empirical((1.0, 2.0))}).draw(1, range(5))
    assert o.severity is None
    assert o.counts.tolist() == [2] * 5
    assert o.totals().tolist() == [0.0] * 5
    assert len(o.facts["grade"]) == 10


def test_no_years_and_no_losses() -> None:
    empty = FLOOD.draw(1, range(7, 7), ordered=True)
    assert empty.ptr.tolist() == [0]
    rare = FrequencySeverity(
        "rare",
        Poisson(1e-9),
        Lognormal(0.0, 1.0),
        facts={"depth": Gamma(1.0, 1.0)},
        dependence=Dependence({("severity", "depth"): 0.5}),
    )
    for small in (True, False):
        assert rare.draw(1, range(20), ordered=True, small=small).counts.sum() == 0


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: FrequencySeverity("a/b", Poisson(1.0)), "name"),
        (lambda: FrequencySeverity("a", NegativeBinomial(1.0, 1.0), factor=Gamma(1.0, 1.0)), "factor"),
        (
            lambda: FrequencySeverity("a", Poisson(1.0), dependence=Dependence({("severity", "x"): 0.1})),
            "dependence.severity",
        ),
        (lambda: FrequencySeverity("a", Poisson(1.0), facts={"severity": Gamma(1.0, 1.0)}), "facts"),
    ],
)
def test_what_is_refused(make: object, field: str) -> None:
    with pytest.raises(LawError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.field == field


def test_years_come_one_by_one() -> None:
    with pytest.raises(ValueError, match="step 1"):
        FLOOD.draw(1, range(0, 10, 2))
