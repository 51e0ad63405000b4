"""Scales of the alerts: Beaufort (GB/T 28591-2012) and grades of tropical cyclones (GB/T 19201-2006)."""

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Ints, as_floats
from quanyu.perils.cyclone.track import Grade
from quanyu.perils.errors import require

__all__ = ["BEAUFORT", "beaufort", "beaufort_from", "grade_by_wind"]

BEAUFORT = (
    0.0, 0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7, 37.0, 41.5, 46.2, 51.0, 56.1, 61.3,
)  # fmt: skip
"""Where forces 0 to 18 begin, m/s, 2-minute mean; the standard calls the last one "above 17"."""

_GRADES = (
    (51.0, Grade.SUPER_TYPHOON),
    (41.5, Grade.SEVERE_TYPHOON),
    (32.7, Grade.TYPHOON),
    (24.5, Grade.SEVERE_STORM),
    (17.2, Grade.STORM),
    (10.8, Grade.DEPRESSION),
)


def beaufort(wind: ArrayLike) -> Ints:
    """The force of winds in m/s, 2-minute means; 18 stands for above 17."""
    return np.searchsorted(np.array(BEAUFORT), np.round(as_floats(wind), 1), side="right").astype(np.int64) - 1


def beaufort_from(force: int) -> float:
    """The wind in m/s at which a force begins. Raises LawError for a force that is not 0 to 18."""
    fine = 0 <= force < len(BEAUFORT)
    require(fine, "force", "风力等级须在 0 与 18 之间。", "A Beaufort force is 0 to 18.")
    return BEAUFORT[force]


def grade_by_wind(wind: float) -> Grade:
    """The grade of a storm by its maximum 2-minute wind in m/s; UNKNOWN below that of a depression."""
    return next((grade for low, grade in _GRADES if round(wind, 1) >= low), Grade.UNKNOWN)
