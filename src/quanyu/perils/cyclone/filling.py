"""What an agency does not report, estimated from what it does: radius of maximum wind, outermost isobar, depth, wind.

Straight lines and broken lines fitted to IBTrACS 1980-2019 by the authors of CLIMADA (Aznar-Siguan and Bresch 2019,
doi 10.5194/gmd-12-3085-2019, describe the model they belong to; the fits are documented with it, r2 in brackets).
Winds are 1-minute means. An estimate is never a report: what was estimated is counted in the result.
"""

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.cyclone.track import KNOT, NAUTICAL_MILE

__all__ = ["outermost_radius", "pressure_of", "radius_of_maximum_wind", "wind_of"]

# Knots of the broken lines: hPa, nautical miles.
_RMW = ((872.0, 940.0, 980.0, 1021.0), (14.907318, 15.726927, 25.742142, 56.856522))
_ROCI = (
    (872.0, 950.0, 985.0, 1005.0, 1021.0),
    (210.711487, 215.897110, 198.261520, 159.589508, 90.900116),
)


def radius_of_maximum_wind(pressure: ArrayLike) -> Floats:
    """RMW in km by central pressure in hPa (0.79)."""
    return np.interp(as_floats(pressure), *_RMW) * NAUTICAL_MILE


def outermost_radius(pressure: ArrayLike) -> Floats:
    """Radius of the outermost closed isobar in km by central pressure in hPa (0.91)."""
    return np.interp(as_floats(pressure), *_ROCI) * NAUTICAL_MILE


def pressure_of(wind: ArrayLike, lat: ArrayLike, lon: ArrayLike) -> Floats:
    """Central pressure in hPa by wind in m/s and place (0.87)."""
    knots = as_floats(wind) / KNOT
    return 1026.3401 - 0.05504 * as_floats(lat) - 0.03536 * as_floats(lon) - 0.7357 * knots


def wind_of(pressure: ArrayLike, lat: ArrayLike, lon: ArrayLike) -> Floats:
    """Wind in m/s by central pressure in hPa and place (0.87); never below 0."""
    knots = 1216.5223 - 0.04086 * as_floats(lat) - 0.04190 * as_floats(lon) - 1.1797 * as_floats(pressure)
    return np.maximum(0.0, knots * KNOT)
