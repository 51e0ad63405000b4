"""Damage by wind against the numbers of the formula, and the calibration by region."""

import numpy as np
import pytest

from quanyu.perils import LawError
from quanyu.perils.cyclone import Fitted, WindDamage, calibrated


@pytest.mark.parametrize(
    ("half", "wind", "share"),
    [
        (80.2, 30.0, 0.000491),
        (80.2, 40.0, 0.017744),
        (80.2, 50.0, 0.081423),
        (80.2, 60.0, 0.199541),
        (80.2, 70.0, 0.349407),
        (74.7, 50.0, 0.108706),
        (86.3, 50.0, 0.060571),
        (112.8, 50.0, 0.021254),
        (112.8, 70.0, 0.116272),
    ],
)
def test_share_lost(half: float, wind: float, share: float) -> None:
    assert float(WindDamage(half).share(wind)) == pytest.approx(share, abs=6e-7)


def test_nothing_below_the_threshold_half_at_half() -> None:
    curve = WindDamage(80.2, scale=0.6)
    assert curve.share([0.0, 25.7, 80.2]) == pytest.approx([0.0, 0.0, 0.3])
    assert (np.diff(curve.share(np.linspace(20, 120, 500))) >= 0.0).all()


def test_regions_of_the_calibration() -> None:
    assert calibrated("WP3").half == 80.2
    assert calibrated("WP3", Fitted.TDR).half == 112.8
    assert calibrated("WP4").half == 135.6
    assert "10.5194/nhess-21-393-2021" in calibrated("GLB").note


def test_a_region_or_curve_that_cannot_be_is_refused() -> None:
    with pytest.raises(LawError, match="region"):
        calibrated("CN")
    with pytest.raises(LawError, match="threshold"):
        WindDamage(20.0)


def test_a_coarse_table_is_what_the_formula_is_not() -> None:
    """Interpolating in steps of 5 m/s overstates a convex curve: by a tenth and more where losses begin."""
    curve, steps = calibrated(), np.arange(0.0, 125.0, 5.0)
    coarse = float(np.interp(37.5, steps, curve.share(steps)))
    assert coarse / float(curve.share(37.5)) > 1.1
