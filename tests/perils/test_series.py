import numpy as np
import pytest

from quanyu.perils import Dependence, LawError, MeanReversion, Reverting

YEARS = 20_000
HOG = Reverting((2.7,), kappa=1.2, sigma=0.4, start=2.9, log=True)
CORN = Reverting((0.9,), kappa=3.0, sigma=0.15, log=True)
MODEL = MeanReversion("prices", {"hog": HOG, "corn": CORN}, "week", Dependence({("hog", "corn"): 0.6}))


def test_exact_moments_at_every_step() -> None:
    x = np.log(MODEL.draw(1, range(YEARS)).values)
    mean, variance = MODEL.moments()
    assert (np.abs(x.mean(axis=0) - mean) < 4.5 * np.sqrt(variance / YEARS)).all()
    np.testing.assert_allclose(x.var(axis=0), variance, rtol=5.0 * np.sqrt(2.0 / YEARS))


def test_at_rest_the_variance_stays() -> None:
    _, variance = MODEL.moments()
    np.testing.assert_allclose(variance[:, 1], 0.15**2 / 6.0)


def test_correlation_of_the_innovations() -> None:
    x = np.log(MODEL.draw(2, range(YEARS)).values) - np.array([2.7, 0.9])
    fade = np.exp(-np.array([1.2, 3.0]) / 52)
    e = x[:, 31] - fade * x[:, 30]
    both = (1.0 - fade.prod()) / 4.2
    single = [(1.0 - f * f) / (2.0 * k) for f, k in zip(fade, (1.2, 3.0), strict=True)]
    expected = 0.6 * both / np.sqrt(single[0] * single[1])
    assert abs(np.corrcoef(e.T)[0, 1] - expected) < 4.0 / np.sqrt(YEARS)


def test_the_step_is_exact_whatever_its_length() -> None:
    """Weekly and daily steps give the same law at the end of the year."""
    weekly, daily = (MeanReversion("x", {"hog": HOG}, step).moments() for step in ("week", "day"))
    assert weekly[0][-1, 0] == pytest.approx(daily[0][-1, 0], rel=1e-12)
    assert weekly[1][-1, 0] == pytest.approx(daily[1][-1, 0], rel=1e-12)


def test_without_reversion_it_wanders() -> None:
    walk = MeanReversion("x", {"a": Reverting((0.0,), 0.0, 2.0, start=5.0)}, "week")
    mean, variance = walk.moments()
    np.testing.assert_allclose(mean, 5.0)
    np.testing.assert_allclose(variance[:, 0], 4.0 * np.arange(1, 53) / 52)
    assert walk.draw(1, range(4000)).values[:, -1, 0].var() == pytest.approx(4.0, rel=0.12)


def test_a_seasonal_mean_by_month() -> None:
    warm = Reverting((2.0, 3, 8, 14, 19, 24, 28, 27, 22, 17, 11, 5), kappa=80.0, sigma=20.0)
    paths = MeanReversion("t", {"temperature": warm}, "day").draw(1, range(2000))
    months = paths.of("temperature").mean(axis=0)
    assert months[15] == pytest.approx(2.0, abs=0.3)
    assert months[196] == pytest.approx(28.0, abs=0.3)


def test_blocks_change_nothing_and_a_series_more_neither() -> None:
    whole = MODEL.draw(3, range(40))
    parts = [MODEL.draw(3, range(a, a + 8)).values for a in range(0, 40, 8)]
    np.testing.assert_array_equal(whole.values, np.concatenate(parts))
    alone = MeanReversion("prices", {"hog": HOG}, "week").draw(3, range(40))
    np.testing.assert_array_equal(whole.of("hog"), alone.of("hog"))


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Reverting((1.0, 2.0), 1.0, 1.0), "mean"),
        (lambda: Reverting((1.0,), -1.0, 1.0), "kappa"),
        (lambda: Reverting((1.0,), 0.0, 1.0), "start"),
        (lambda: Reverting((1.0,), 1.0, 0.0), "sigma"),
        (lambda: MeanReversion("x", {}), "series"),
        (lambda: MeanReversion("x", {"a": Reverting((1.0,) * 365, 1.0, 1.0)}, "week"), "mean"),
        (lambda: MeanReversion("x", {"a": HOG}, "week", Dependence({("a", "b"): 0.1})), "dependence.b"),
        (
            lambda: MeanReversion("x", {"a": HOG, "b": HOG}, "week", Dependence({("a", "b"): 0.1}, df=3.0)),
            "dependence.df",
        ),
    ],
)
def test_what_is_refused(make: object, field: str) -> None:
    with pytest.raises(LawError) as caught:
        make()  # type: ignore[operator]
    assert caught.value.field == field
