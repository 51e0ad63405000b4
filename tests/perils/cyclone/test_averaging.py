"""Averaging periods: the rules, and that they differ as much as is said."""

import numpy as np
import pytest

from quanyu.perils import LawError
from quanyu.perils.cyclone import KNOT, Averaging, converted


def one_minute(wind: float, agency: str, minutes: int, rule: Averaging) -> float:
    return float(converted(wind, agency=agency, minutes=minutes, into=1, rule=rule))


@pytest.mark.parametrize(
    ("agency", "minutes", "knots", "one"),
    [
        ("tokyo", 10, 95.0, (95.0 - 23.3) / 0.60),
        ("wmo", 10, 95.0, (95.0 - 23.3) / 0.60),
        ("cma", 2, 100.0, 100.0 / 0.871),
        ("hko", 10, 90.0, 100.0),
        ("usa", 1, 80.0, 80.0),
        ("another", 10, 88.0, 100.0),
    ],
)
def test_knapp_and_kruk(agency: str, minutes: int, knots: float, one: float) -> None:
    found = one_minute(knots * KNOT, agency, minutes, Averaging.KNAPP_KRUK)
    assert found / KNOT == pytest.approx(one)


def test_gust_factors() -> None:
    assert one_minute(30.0, "tokyo", 10, Averaging.AT_SEA) == pytest.approx(31.5)
    assert one_minute(30.0, "cma", 2, Averaging.AT_SEA) == pytest.approx(30.0 * 1.05 / 1.02)
    assert one_minute(30.0, "tokyo", 10, Averaging.IN_LAND) == pytest.approx(36.3)


def test_the_rules_for_cma_differ_by_a_ninth() -> None:
    regressed, physical = (one_minute(40.0, "cma", 2, r) for r in (Averaging.KNAPP_KRUK, Averaging.AT_SEA))
    assert regressed / 40.0 == pytest.approx(1.148, abs=1e-3)
    assert physical / 40.0 == pytest.approx(1.03, abs=1e-3)


def test_as_reported_and_the_same_period_change_nothing() -> None:
    winds = np.array([10.0, 50.0])
    reported = converted(winds, agency="tokyo", minutes=10, into=1, rule=Averaging.AS_REPORTED)
    same = converted(winds, agency="tokyo", minutes=10, into=10, rule=Averaging.KNAPP_KRUK)
    assert np.array_equal(reported, winds)
    assert np.array_equal(same, winds)


def test_a_weak_wind_of_tokyo_never_turns_negative() -> None:
    assert one_minute(5.0, "tokyo", 10, Averaging.KNAPP_KRUK) == 0.0


def test_a_period_nobody_uses_is_refused() -> None:
    with pytest.raises(LawError, match="averaging period"):
        converted(30.0, agency="newdelhi", minutes=3, into=1, rule=Averaging.AT_SEA)
