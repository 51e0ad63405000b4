import numpy as np
import pytest

from quanyu.perils import LawError, TimeLaw, at, monthly, season, through_the_year


def test_through_the_year_is_the_uniform_itself() -> None:
    u = np.array([0.0, 0.3, 1.0 - 2.0**-53])
    np.testing.assert_array_equal(through_the_year().quantile(u), u)
    assert through_the_year().even


def test_a_season_holds_both_its_ends() -> None:
    law = season("06-01", "09-30")
    assert law.quantile(0.0) == pytest.approx(151 / 365)
    assert law.quantile(1.0 - 2.0**-53) == pytest.approx(273 / 365)
    assert float(law.cdf(0.5 * (151 + 273) / 365)) == pytest.approx(0.5)


def test_a_season_over_new_year() -> None:
    law = season("12-01", "01-31")
    u = np.linspace(0.0, 1.0, 1001)[:-1]
    t = law.quantile(u)
    assert ((t < 31 / 365) | (t >= 334 / 365)).all()
    np.testing.assert_allclose(law.cdf(t), u, atol=1e-12)
    assert (t < 1.0).all()


def test_monthly_weights() -> None:
    law = monthly([0, 0, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0])
    assert float(law.cdf(181 / 365)) == pytest.approx(0.25)
    assert float(law.cdf(212 / 365)) == pytest.approx(0.75)
    u = np.linspace(0.0, 0.999, 500)
    np.testing.assert_allclose(law.cdf(law.quantile(u)), u, atol=1e-12)


def test_one_day() -> None:
    np.testing.assert_array_equal(at("01-02").quantile([0.0, 0.7]), [1 / 365, 1 / 365])
    assert float(at("01-02").cdf(1 / 365)) == 1.0


@pytest.mark.parametrize(
    "make",
    [
        lambda: at("02-29"),
        lambda: at("6-1"),
        lambda: season("13-01", "01-01"),
        lambda: monthly([1.0] * 11),
        lambda: monthly([0.0] * 12),
    ],
)
def test_what_is_no_time(make: object) -> None:
    with pytest.raises(LawError):
        make()  # type: ignore[operator]


def test_the_year_ends_before_one() -> None:
    assert TimeLaw((0.5,), (0.5,), (1.0,)).quantile(1.0 - 2.0**-53) < 1.0
