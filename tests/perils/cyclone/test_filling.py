"""Estimates of what is not reported, against the numbers stated with the fits."""

import numpy as np
import pytest

from quanyu.perils.cyclone import KNOT, NAUTICAL_MILE, outermost_radius, pressure_of, radius_of_maximum_wind, wind_of


def test_radius_of_maximum_wind() -> None:
    found = radius_of_maximum_wind([900.0, 945.0, 960.0, 980.0, 1000.0]) / NAUTICAL_MILE
    assert found == pytest.approx(np.array([15.2448, 16.9788, 20.7345, 25.7421, 40.9199]), abs=1e-4)


def test_radius_of_the_outermost_isobar() -> None:
    found = outermost_radius([950.0, 1013.0]) / NAUTICAL_MILE
    assert found == pytest.approx(np.array([215.897110, (159.589508 + 90.900116) / 2]))


def test_wind_and_pressure_by_each_other() -> None:
    assert float(pressure_of(100.0 * KNOT, 25.0, 125.0)) == pytest.approx(1026.3401 - 1.376 - 4.42 - 73.57)
    assert float(wind_of(950.0, 25.0, 125.0)) / KNOT == pytest.approx(1216.5223 - 1.0215 - 5.2375 - 1120.715)
    assert float(wind_of(1030.0, 25.0, 125.0)) == 0.0
