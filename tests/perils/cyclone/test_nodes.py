"""Tracks made ready: interpolation, motion, gaps, and every track in or left out with a reason."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from perils.cyclone.tracks import START, fixes, ningbo, track
from quanyu.perils import LawError
from quanyu.perils.cyclone import (
    KNOT,
    Averaging,
    First,
    Fix,
    Kind,
    Points,
    Preparation,
    Radii,
    Track,
    WindField,
    bundled,
    footprints,
    prepare,
    pressure_of,
    radius_of_maximum_wind,
    wind_of,
)

BASIS = Preparation(Averaging.AS_REPORTED)
WAY = [(20.0, 130.0), (21.5, 128.0), (23.6, 126.5), (26.0, 124.0), (28.0, 121.5), (30.2, 120.0)]


def test_positions_lie_on_the_not_a_knot_cubic() -> None:
    tracks = [t for t in bundled() if len(t.fixes) > 3][:200]
    nodes = prepare(tracks, BASIS)
    assert len(nodes.tracks) > 100
    for k, one in enumerate(nodes.tracks):
        rows = slice(nodes.ptr[k], nodes.ptr[k + 1])
        told = [f for f in one.fixes if f.wind is not None or f.pressure is not None]
        used = [f for f in one.fixes if told[0].time <= f.time <= told[-1].time]
        if len(used) < 4:
            continue
        hours = np.array([f.time.timestamp() / 3600 for f in used])
        for found, values in (
            (nodes.lat, [f.lat for f in used]),
            (nodes.lon, np.unwrap([f.lon for f in used], period=360)),
        ):
            cubic = CubicSpline(hours - hours[0], values, bc_type="not-a-knot")
            assert found[rows] == pytest.approx(cubic(nodes.hours[rows] - hours[0]), abs=1e-10)


@pytest.mark.parametrize("count", [2, 3])
def test_few_fixes_lie_on_a_line_or_a_parabola(count: int) -> None:
    nodes = prepare([track(WAY[:count])], BASIS)
    hours = np.arange(count) * 6.0
    curve = np.polyfit(hours, [p[0] for p in WAY[:count]], count - 1)
    assert nodes.lat == pytest.approx(np.polyval(curve, np.arange(nodes.lat.size)), abs=1e-9)
    assert nodes.lat.size == 6 * (count - 1) + 1


def test_fixes_are_nodes_and_the_rest_lies_on_straight_lines() -> None:
    made = track(WAY)
    deeper = Track(made.storm, "usa", 1, Kind.BEST, (*made.fixes[:2], *fixes(WAY, pressure=915.0, wind=64.0)[2:]))
    nodes = prepare([deeper], BASIS)
    assert nodes.lat[::6] == pytest.approx([p[0] for p in WAY])
    assert nodes.pressure[6:13] == pytest.approx(np.linspace(95_500.0, 91_500.0, 7))
    assert nodes.wind[6:13] == pytest.approx(np.linspace(40.0, 64.0, 7))
    assert nodes.rmw == pytest.approx(radius_of_maximum_wind(nodes.pressure / 100.0) * 1e3)
    assert nodes.trend[7:13] == pytest.approx(-4000.0 / 6.0 / 3600.0)


def test_motion_is_that_since_the_node_before_and_forward_at_the_first() -> None:
    nodes = prepare([track([(20.0, 130.0), (20.6, 130.0), (21.2, 130.0)])], BASIS)
    north = 0.1 * 111.12e3 / 3600.0
    assert nodes.motion[:, 0] == pytest.approx(north)
    assert nodes.motion[:, 1] == pytest.approx(0.0, abs=1e-9)
    east = prepare([track([(60.0, 130.0), (60.0, 130.6)])], BASIS)
    assert east.speed == pytest.approx(north / 2)


def test_motion_is_held_to_30_knots() -> None:
    nodes = prepare([track([(20.0, 130.0), (26.0, 130.0)])], BASIS)
    assert nodes.speed == pytest.approx(30.0 * KNOT)


def test_a_first_node_can_be_left_out_as_others_do() -> None:
    still = [(29.6, 121.6), (29.6, 121.6), (29.6, 125.6)]
    with_it, without = (
        footprints(
            prepare([track(still)], Preparation(Averaging.AS_REPORTED, first=first)),
            ningbo(),
            WindField(),
            thresholds=[15.0],
        )
        for first in First
    )
    assert with_it.lasting.max() > without.lasting.max()
    assert np.nanmin(without.arrival) - np.nanmin(with_it.arrival) == pytest.approx(1.0)


def test_what_is_missing_is_estimated_and_counted() -> None:
    no_wind, no_pressure = (fixes(WAY, wind=None)[0], fixes(WAY, pressure=None)[1])
    neither, both = fixes(WAY, wind=None, pressure=None)[2], fixes(WAY)[3]
    nodes = prepare([Track("gaps", "usa", 1, Kind.BEST, (no_wind, no_pressure, neither, both))], BASIS)
    assert nodes.wind[0] == pytest.approx(float(wind_of(955.0, *WAY[0])))
    filled = float(pressure_of(40.0, *WAY[1]))
    assert nodes.pressure[6] == pytest.approx(filled * 100.0)
    assert nodes.pressure[12] == pytest.approx((filled + 955.0) * 50.0)
    assert nodes.estimated == {"wind": 2, "pressure": 2, "rmw": 4}


def test_estimates_are_of_one_minute_winds() -> None:
    way = [(20.0, 130.0), (20.0, 130.0)]
    rule = Averaging.AT_SEA
    no_wind = prepare([track(way, wind=None, minutes=2)], Preparation(rule, minutes=2))
    assert no_wind.wind == pytest.approx(float(wind_of(955.0, *way[0])) * 1.02 / 1.05)
    no_pressure = prepare([track(way, pressure=None, minutes=2)], Preparation(rule, minutes=2))
    assert no_pressure.pressure == pytest.approx(float(pressure_of(40.0 * 1.05 / 1.02, *way[0])) * 100.0)


def test_a_track_begins_and_ends_with_what_was_reported() -> None:
    quiet, loud = fixes(WAY, wind=None, pressure=None), fixes(WAY)
    made = Track("late", "usa", 1, Kind.BEST, (*quiet[:2], *loud[2:5], quiet[5]))
    nodes = prepare([made], BASIS)
    assert nodes.hours[0] == pytest.approx(START.timestamp() / 3600 + 12.0)
    assert nodes.lat.size == 13


def test_every_track_is_in_or_left_out_with_a_reason() -> None:
    tracks = bundled()
    nodes = prepare(tracks, Preparation(Averaging.KNAPP_KRUK))
    assert len(nodes.tracks) + len(nodes.left_out) == len(tracks)
    assert {t.storm for t in nodes.tracks} | {x.storm for x in nodes.left_out} == {t.storm for t in tracks}
    assert all(x.reason.en and x.reason.zh for x in nodes.left_out)
    assert all(np.isfinite(column).all() for column in (nodes.lat, nodes.pressure, nodes.wind, nodes.rmw, nodes.trend))


def test_no_tracks_make_no_nodes() -> None:
    nodes = prepare([track(WAY[:1])], BASIS)
    assert nodes.tracks == ()
    assert [x.storm for x in nodes.left_out] == ["test"]
    assert footprints(nodes, ningbo(), WindField()).peak.shape == (0, 400)


def test_winds_are_brought_to_one_period() -> None:
    nodes = prepare([track(WAY, minutes=2)], Preparation(Averaging.KNAPP_KRUK))
    assert nodes.wind == pytest.approx(40.0 / 0.871)
    assert nodes.basis.averaging is Averaging.KNAPP_KRUK


def test_radii_are_there_between_two_that_were_reported() -> None:
    seven = Radii("R7", (300.0, 260.0, 200.0, 240.0))
    told, silent = fixes(WAY, radii=(seven,)), fixes(WAY)
    nodes = prepare([Track("r", "usa", 1, Kind.BEST, (*told[:2], silent[2], *told[3:]))], BASIS)
    found = nodes.radii["R7"]
    assert found[3] == pytest.approx(seven.km)
    assert np.isnan(found[7:18]).all()
    assert found[18] == pytest.approx(seven.km)


def test_a_storm_over_the_date_line_is_one_way() -> None:
    nodes = prepare([track([(20.0, 178.0), (20.0, 179.5), (20.0, -179.0), (20.0, -177.5)])], BASIS)
    assert nodes.lon == pytest.approx(178.0 + np.arange(19) * 0.25)
    near = footprints(nodes, Points.of([20.3, 20.3], [-179.5, 0.0]), WindField())
    assert near.peak[0, 0] > 20.0
    assert near.peak[0, 1] == 0.0


def test_steps_may_be_shorter() -> None:
    nodes = prepare([track(WAY)], Preparation(Averaging.AS_REPORTED, step=0.25))
    assert nodes.lat.size == 30 * 4 + 1
    with pytest.raises(LawError, match="step"):
        Preparation(Averaging.AS_REPORTED, step=0.0)


def test_a_fix_that_cannot_be_is_refused() -> None:
    with pytest.raises(LawError, match="UTC"):
        Track("x", "usa", 1, Kind.BEST, (Fix(START.replace(tzinfo=None), 1.0, 1.0),))
    with pytest.raises(LawError, match="forward"):
        Track("x", "usa", 1, Kind.BEST, (Fix(START, 1.0, 1.0), Fix(START, 1.0, 1.0)))
    with pytest.raises(LawError, match="1, 2 or 10"):
        Track("x", "newdelhi", 3, Kind.BEST, (Fix(START, 1.0, 1.0),))
