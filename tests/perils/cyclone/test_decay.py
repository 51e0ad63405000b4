"""Decay over land: Kaplan and DeMaria's numbers, forecasts only."""

from datetime import timedelta

import numpy as np
import pytest

from perils.cyclone.tracks import START, track
from quanyu.perils import LawError
from quanyu.perils.cyclone import KAPLAN_DEMARIA, KNOT, NEW_ENGLAND, Averaging, Kind, over_land

HOURS = np.array([0.0, 6.0, 12.0, 24.0, 48.0])
PLACES = [(27.0, 122.5), (28.0, 121.5), (29.0, 120.8), (30.0, 120.5)]


@pytest.mark.parametrize(
    ("start", "winds"),
    [
        (100.0, [90.000, 62.498, 46.945, 33.175, 27.362]),
        (65.0, [58.500, 44.684, 36.870, 29.953, 27.033]),
        (130.0, [117.000, 77.767, 55.580, 35.936, 27.645]),
    ],
)
def test_winds_after_landfall(start: float, winds: list[float]) -> None:
    assert KAPLAN_DEMARIA.knots(start, HOURS) == pytest.approx(np.array(winds), abs=6e-4)


def test_the_distance_from_the_coast_counts() -> None:
    assert float(KAPLAN_DEMARIA.knots(100.0, 6.0, 50.0)) == pytest.approx(64.520, abs=6e-4)


def test_new_england_decays_faster_to_a_higher_wind() -> None:
    assert float(NEW_ENGLAND.knots(100.0, 200.0)) == pytest.approx(29.6)
    assert float(NEW_ENGLAND.knots(100.0, 6.0)) < float(KAPLAN_DEMARIA.knots(100.0, 6.0))


@pytest.mark.parametrize("kind", [Kind.BEST, Kind.OBSERVED])
def test_what_was_observed_is_not_decayed_again(kind: Kind) -> None:
    with pytest.raises(LawError, match="only forecasts decay"):
        over_land(track(PLACES, kind=kind), START + timedelta(hours=6), rule=Averaging.AT_SEA)


def test_a_forecast_weakens_after_its_landfall_only() -> None:
    ahead = track(PLACES, kind=Kind.FORECAST, wind=100.0 * KNOT)
    weaker = over_land(ahead, START + timedelta(hours=6), rule=Averaging.AS_REPORTED)
    winds = [fix.wind / KNOT for fix in weaker.fixes if fix.wind]
    assert winds == pytest.approx([100.0, 100.0, 62.498, 46.945], abs=6e-4)
    assert [fix.pressure for fix in weaker.fixes] == [955.0, 955.0, None, None]


def test_landfall_between_fixes_and_outside() -> None:
    ahead = track(PLACES, kind=Kind.SYNTHETIC, wind=100.0 * KNOT)
    weaker = over_land(ahead, START + timedelta(hours=9), rule=Averaging.AS_REPORTED)
    assert weaker.fixes[2].wind == pytest.approx(float(KAPLAN_DEMARIA.knots(100.0, 3.0)) * KNOT)
    with pytest.raises(LawError, match="outside of the track"):
        over_land(ahead, START - timedelta(hours=1), rule=Averaging.AS_REPORTED)
