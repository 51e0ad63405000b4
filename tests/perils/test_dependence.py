import numpy as np
import pytest
from scipy import stats

from quanyu.perils import Dependence, LawError
from quanyu.perils.columns import Floats
from quanyu.perils.dependence import correlation_root
from quanyu.perils.generator import base_of, counters, signed
from quanyu.perils.mixed import scores

ROWS = 100_000
NAMES = ("a", "b", "c")


def columns(seed: int = 1) -> dict[str, Floats]:
    ptr = np.array([0, ROWS], np.int64)
    return {name: signed(counters(base_of(seed, name), 0, ptr)) for name in (*NAMES, "mixing")}


def uniform(u: Floats) -> Floats:
    return np.where(u > 0.0, u, 1.0 + u)


def test_scores_resolve_both_tails() -> None:
    np.testing.assert_allclose(scores(np.array([2.0**-54, -(2.0**-54)])), stats.norm.ppf(2.0**-54) * np.array([1, -1]))


@pytest.mark.parametrize("df", [None, 4.0])
@pytest.mark.parametrize("measure", ["normal", "kendall"])
def test_the_stated_correlation_is_recovered(df: float | None, measure: str) -> None:
    pairs = {("a", "b"): 0.6, ("b", "c"): -0.3}
    dependence = Dependence(pairs, measure=measure, df=df)  # type: ignore[arg-type]
    drawn = columns()
    coupled = dependence.couple(drawn, drawn["mixing"])
    for (a, b), rho in {**pairs, ("a", "c"): 0.0}.items():
        tau = rho if measure == "kendall" else 2.0 / np.pi * np.arcsin(rho)
        found = _tau(coupled, a, b)
        # The standard error of tau is at most sqrt(2 (1 - tau**2) / n) (Kendall 1970).
        assert abs(found - tau) < 4.0 * np.sqrt(2.0 / ROWS)
    for name in NAMES:
        assert stats.kstest(uniform(coupled[name]), "uniform").pvalue > 1e-4


def _tau(coupled: dict[str, Floats], a: str, b: str) -> float:
    return float(stats.kendalltau(uniform(coupled[a]), uniform(coupled[b])).statistic)


def test_spearman() -> None:
    drawn = columns(2)
    coupled = Dependence({("a", "b"): 0.5}, measure="spearman").couple(drawn, drawn["mixing"])
    found = stats.spearmanr(uniform(coupled["a"]), uniform(coupled["b"])).statistic
    assert abs(found - 0.5) < 4.0 / np.sqrt(ROWS)


def test_a_t_copula_ties_the_extremes() -> None:
    """Joint exceedance of the 99.9 % quantile: lambda = 2 t_{df+1}(-sqrt((df+1)(1-rho)/(1+rho))) in the limit."""
    drawn = columns(3)
    joint = []
    for df in (None, 3.0):
        coupled = Dependence({("a", "b"): 0.5}, df=df).couple(drawn, drawn["mixing"])
        high = [uniform(coupled[name]) > 0.999 for name in ("a", "b")]
        joint.append((high[0] & high[1]).sum() / high[0].sum())
    limit = 2.0 * stats.t.sf(np.sqrt(4.0 * 0.5 / 1.5), 4)
    assert joint[0] < 0.15
    assert joint[1] == pytest.approx(limit, abs=0.15)


def test_full_dependence() -> None:
    drawn = columns()
    coupled = Dependence({("a", "b"): 1.0, ("a", "c"): -1.0, ("b", "c"): -1.0}).couple(drawn, drawn["mixing"])
    np.testing.assert_allclose(uniform(coupled["a"]), uniform(coupled["b"]), atol=1e-12)
    np.testing.assert_allclose(uniform(coupled["a"]), 1.0 - uniform(coupled["c"]), atol=1e-12)


def test_the_first_name_keeps_its_numbers() -> None:
    drawn = columns()
    coupled = Dependence({("a", "b"): 0.7}).couple(drawn, drawn["mixing"])
    np.testing.assert_allclose(coupled["a"], drawn["a"], rtol=1e-9)


def test_the_root_of_a_singular_matrix() -> None:
    matrix = np.array([[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]])
    root = correlation_root(matrix)
    np.testing.assert_allclose(root @ root.T, matrix, atol=1e-12)


def test_impossible_correlations_name_their_pairs() -> None:
    pairs = {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9, ("c", "d"): 0.1}
    with pytest.raises(LawError) as caught:
        Dependence(pairs)
    assert caught.value.field == "pairs"
    assert all(f"{x}, {y}" in caught.value.reason.en for x, y in list(pairs)[:3])
    assert "c, d" not in caught.value.reason.en


@pytest.mark.parametrize(
    ("pairs", "options", "field"),
    [
        ({("a", "a"): 0.5}, {}, "a, a"),
        ({("a", "b"): 0.5, ("b", "a"): 0.5}, {}, "b, a"),
        ({("a", "b"): 1.5}, {}, "a, b"),
        ({("a", "b"): 0.5}, {"df": 0.0}, "df"),
        ({("a", "b"): 0.5}, {"df": 3.0, "measure": "spearman"}, "measure"),
    ],
)
def test_bad_pairs(pairs: dict[tuple[str, str], float], options: dict[str, object], field: str) -> None:
    with pytest.raises(LawError) as caught:
        Dependence(pairs, **options)  # type: ignore[arg-type]
    assert caught.value.field == field
