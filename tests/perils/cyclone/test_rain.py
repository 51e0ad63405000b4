"""R-CLIPER against published numbers, and that it is for ordering only."""

import numpy as np
import pytest

from perils.cyclone.tracks import ningbo, track
from quanyu.perils.cyclone import (
    KNOT,
    Averaging,
    Points,
    Preparation,
    RainForOrdering,
    bundled,
    prepare,
    r_cliper,
    rain_for_ordering,
)

BASIS = Preparation(Averaging.AS_REPORTED)


@pytest.mark.parametrize(
    ("wind", "rain"),
    [
        (20.0, [3.5192, 3.7979, 2.7278, 1.2797, 0.6003]),
        (33.0, [6.7285, 7.5869, 4.7736, 2.0727, 0.9000]),
        (50.0, [10.9252, 12.5914, 6.4170, 2.4497, 0.9352]),
    ],
)
def test_rain_by_wind_and_distance(wind: float, rain: list[float]) -> None:
    assert r_cliper(wind, [0.0, 30.0, 100.0, 200.0, 300.0]) == pytest.approx(np.array(rain), abs=6e-5)


def test_the_loop_sums_the_formula_the_eye_included() -> None:
    nodes = prepare([track([(28.0, 122.0), (29.0, 121.6), (30.0, 121.4)])], BASIS)
    points = Points.of([28.0, 29.5, 30.3], [122.0, 121.9, 120.7])
    expected = np.zeros(3)
    for i in range(nodes.lat.size):
        dy = (points.lat - nodes.lat[i]) * 111.12
        dx = (points.lon - nodes.lon[i]) * np.cos(np.radians(nodes.lat[i])) * 111.12
        d = np.hypot(dx, dy)
        expected += np.where(d <= 300.0, r_cliper(nodes.wind[i], d), 0.0)
    made = rain_for_ordering(nodes, points)
    assert made.signal[0] == pytest.approx(expected, abs=1e-9)


def test_points_in_order_and_nothing_to_settle() -> None:
    storms = [t for t in bundled("usa") if t.storm in ("2019214N15134", "2013272N10135")]
    made = rain_for_ordering(prepare(storms, BASIS), ningbo(), threads=2)
    assert isinstance(made, RainForOrdering)
    assert made.settles is False
    order = made.order("2019214N15134")
    signal = made.signal[list(made.near).index(list(made.storms).index("2019214N15134"))]
    assert (np.diff(signal[order]) <= 0.0).all()
    assert 50.0 < signal.max() < 400.0


def test_a_storm_that_stays_away_orders_nothing() -> None:
    made = rain_for_ordering(prepare([track([(5.0, 150.0), (5.5, 149.5)], wind=35 * KNOT)], BASIS), ningbo())
    assert made.order("test").size == 0
