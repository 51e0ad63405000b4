"""From one averaging period of a sustained wind to another, by a rule that is named with every result.

The choice matters more than that of a profile: from CMA's 2 minutes to 1 minute the first rule multiplies by 1.148, the
second by 1.03.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.cyclone.track import KNOT, MINUTES
from quanyu.perils.errors import require

__all__ = ["Averaging", "converted"]


class Averaging(StrEnum):
    """Which rule relates winds of different averaging periods.

    KNAPP_KRUK: regressions between the agencies' practices, Knapp and Kruk (2010, doi 10.1175/2009MWR3123.1, table 1);
    they hold differences of method as well as of period. AT_SEA, IN_LAND: ratios of gust factors of Harper, Kepert and
    Ginger (2010, WMO/TD-No. 1555), for those exposures. AS_REPORTED: periods are not converted; winds keep their own.
    """

    KNAPP_KRUK = "knapp-kruk-2010"
    AT_SEA = "wmo-2010-at-sea"
    IN_LAND = "wmo-2010-in-land"
    AS_REPORTED = "as-reported"


# (scale, shift in knots): V1 = (V - shift) / scale; agencies that are not named go by their period.
_AGENCIES = {"tokyo": (0.60, 23.3), "cma": (0.871, 0.0), "hko": (0.90, 0.0), "usa": (1.0, 0.0)}
_PERIODS = {1: (1.0, 0.0), 2: (0.871, 0.0), 10: (0.88, 0.0)}
# How much larger than the 10-minute mean the largest mean over 1 and 2 minutes within those 10 is.
_FACTORS = {
    Averaging.AT_SEA: {1: 1.05, 2: 1.02, 10: 1.0},
    Averaging.IN_LAND: {1: 1.21, 2: 1.12, 10: 1.0},
}


def converted(wind: ArrayLike, *, agency: str, minutes: int, into: int, rule: Averaging, floor: float = 0.0) -> Floats:
    """Winds (m/s) of an agency, means over `minutes`, as means over `into` minutes; never below `floor`.

    By KNAPP_KRUK the step from one minute to `into` uses CMA's relation for 2 and that of most agencies for 10 minutes;
    the agency's own where `into` is its own period, so that there and back is the same. WMO (Tokyo in the Western
    North Pacific) counts as Tokyo. Raises LawError for a period that is not 1, 2 or 10 minutes.
    """
    known = minutes in MINUTES and into in MINUTES
    require(known, "minutes", "平均时段须为 1、2 或 10 分钟。", "An averaging period is 1, 2 or 10 minutes.")
    given = as_floats(wind)
    if rule is Averaging.AS_REPORTED or minutes == into:
        return given
    if rule is not Averaging.KNAPP_KRUK:
        factors = _FACTORS[rule]
        return given * (factors[into] / factors[minutes])
    own = _AGENCIES.get("tokyo" if agency == "wmo" else agency, _PERIODS[minutes])
    scale, shift = own
    one = (given - shift * KNOT) / scale
    out_scale, out_shift = _PERIODS[into]
    return np.maximum(floor, one * out_scale + out_shift * KNOT)
