"""The four profiles against published and peer numbers."""

from math import e

import numpy as np
import pytest

from quanyu.perils.cyclone.profiles import (
    coriolis,
    er11,
    exponent,
    h08_b,
    h10,
    h10_peak,
    h80,
    h80_b,
    holland,
    inflow_angle,
)

HPA, KM = 100.0, 1e3
# One case for all: 50 m/s, 1010 hPa around 945 hPa, 28 N, radius of maximum wind 40 km, motion 5 m/s, steady.
DEPTH, RMW, F = 65.0 * HPA, 40.0 * KM, coriolis(28.0)
R = np.array([10.0, 20.0, 40.0, 60.0, 100.0, 150.0, 200.0, 300.0]) * KM


@pytest.mark.parametrize(("depth", "wind", "b"), [(15.0, 35.0, 2.5), (30.0, 40.0, 1.667213)])
def test_b_of_1980(depth: float, wind: float, b: float) -> None:
    assert float(h80_b(wind, depth * HPA)) == pytest.approx(b, abs=1e-6)


def test_b_of_1980_is_a_balance_at_the_largest_wind() -> None:
    b = float(h80_b(40.0, 30.0 * HPA))
    assert float(holland(RMW, RMW, b, depth=30.0 * HPA)) == pytest.approx(40.0)


def test_b_of_2008() -> None:
    assert float(h08_b(4.73 * HPA, 0.0, 12.3, 5.24)) == pytest.approx(1.27, abs=0.01)
    assert float(h08_b(DEPTH, 0.0, 28.0, 5.0)) == pytest.approx(1.366328, abs=1e-6)


def test_b_of_2008_is_held_between_its_bounds() -> None:
    assert float(h08_b(0.0, 0.0, 60.0, 0.0)) == pytest.approx(0.81)
    assert float(h08_b(100.0 * HPA, 1.0, 5.0, 15.0)) == pytest.approx(2.025)


def test_a_falling_pressure_lowers_b_of_2008_by_three_hundredths_for_each_hectopascal_an_hour() -> None:
    steady, deepening = (float(h08_b(DEPTH, trend, 28.0, 5.0)) for trend in (0.0, -HPA / 3600.0))
    assert steady - deepening == pytest.approx(0.03)


@pytest.mark.parametrize(
    ("r", "turning", "still"),
    [(299.450, 11.28, 15.72), (291.074, 11.68, 16.04), (292.544, 11.61, 15.98), (40.665, 42.41, 43.13)],
)
def test_holland_with_and_without_the_turning_of_the_earth(r: float, turning: float, still: float) -> None:
    rest = {"rmw": 40.665 * KM, "b": 1.486076, "depth": 39.12 * HPA}
    assert float(holland(r * KM, f=3.549219e-5, **rest)) == pytest.approx(turning, abs=0.006)
    assert float(holland(r * KM, f=0.0, **rest)) == pytest.approx(still, abs=0.006)


@pytest.mark.parametrize(("depth", "b", "peak"), [(15.0, 2.5, 34.635341), (30.0, 1.67, 40.033421)])
def test_largest_wind_of_2010(depth: float, b: float, peak: float) -> None:
    assert float(h10_peak(depth * HPA, b)) == pytest.approx(peak, abs=1e-6)


@pytest.mark.parametrize(
    ("rmw", "peak", "lat", "winds"),
    [
        (75.0, 35.0, 20.0, {35.0: 28.258025, 70.0: 36.782418, 75.0: 36.869995, 220.0: 22.521237}),
        (40.0, 40.0, 27.0, {30.0: 39.670883, 300.0: 10.827206}),
    ],
)
def test_emanuel_and_rotunno(rmw: float, peak: float, lat: float, winds: dict[float, float]) -> None:
    for r, wind in winds.items():
        assert float(er11(r * KM, rmw * KM, peak, f=coriolis(lat))) == pytest.approx(wind, abs=1e-6)


def test_all_four_at_the_case_that_pins_them() -> None:
    b1980 = h80_b((50.0 - 5.0) / 0.9, DEPTH)
    b2008 = h08_b(DEPTH, 0.0, 28.0, 5.0)
    peak = h10_peak(DEPTH, b2008)
    outer = exponent(RMW, b2008, peak)
    assert float(b1980) == pytest.approx(1.202317, abs=1e-6)
    assert float(peak) == pytest.approx(53.301316, abs=1e-6)
    assert float(outer) == pytest.approx(0.629006, abs=1e-6)
    known = {
        "1980": [11.7878, 35.0058, 43.7848, 40.9616, 33.2726, 25.9965, 20.7839, 13.8283],
        "2008": [7.8281, 38.1995, 51.9499, 47.9695, 37.4530, 28.0785, 21.6765, 13.5494],
        "2010": [8.1632, 38.8779, 53.3013, 49.9170, 40.0848, 31.1206, 24.9532, 17.0000],
        "2011": [24.1736, 41.0952, 51.3690, 47.4175, 35.4269, 25.5779, 19.7573, 13.4591],
    }
    found = {
        "1980": h80(R, RMW, b1980, depth=DEPTH, f=F),
        "2008": holland(R, RMW, b2008, depth=DEPTH, f=F),
        "2010": h10(R, RMW, b2008, peak=peak, outer=outer),
        "2011": er11(R, RMW, 50.0, f=F),
    }
    for name, winds in known.items():
        assert found[name] == pytest.approx(np.array(winds), abs=6e-5), name


def test_the_exponent_puts_the_wind_where_it_was_reported() -> None:
    outer = exponent(RMW, 1.3, 45.0, wind=13.9, at=380 * KM)
    assert float(h10(380 * KM, RMW, 1.3, peak=45.0, outer=outer, at=380 * KM)) == pytest.approx(13.9)
    assert float(h10(RMW, RMW, 1.3, peak=45.0, outer=outer, at=380 * KM)) == pytest.approx(45.0)


def test_the_largest_wind_of_2008_lies_at_its_radius_without_turning() -> None:
    r = np.linspace(5.0, 200.0, 400) * KM
    winds = holland(r, RMW, 1.4, depth=DEPTH)
    assert r[int(np.argmax(winds))] == pytest.approx(RMW, abs=500.0)
    assert float(winds.max()) == pytest.approx(np.sqrt(1.4 * DEPTH / (1.15 * e)), rel=1e-4)


def test_the_inflow_angle_has_no_jump() -> None:
    q = np.array([0.0, 1.0 - 1e-9, 1.0, 1.2 - 1e-9, 1.2, 5.0])
    assert inflow_angle(q * RMW, RMW) == pytest.approx([10.0, 20.0, 20.0, 25.0, 25.0, 25.0], abs=1e-6)
