"""Damage by wind: the share of a value that is lost, of Emanuel (2011, doi 10.1175/WCAS-D-11-00007.1).

Calibrated by region by Eberenz, Luethi and Bresch (2021, doi 10.5194/nhess-21-393-2021): economic damage with surge and
flood in it, by Holland 2008 winds over assets spread by lights and people. It is right to a factor, not to a percent,
and it is no damage curve of any insured building.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.errors import require

__all__ = ["EBERENZ_2021", "Fitted", "WindDamage", "calibrated"]


class Fitted(StrEnum):
    """What a calibration makes small: RMSF the scatter of single events' ratios, TDR the error of the total damage."""

    RMSF = "rmsf"
    TDR = "tdr"


@dataclass(frozen=True, slots=True)
class WindDamage:
    """Share lost = scale x3 / (1 + x3), x = max(0, V - threshold) / (half - threshold), V in m/s, 1-minute mean.

    half: the wind at which half of `scale` is lost. note: where `half` comes from.
    """

    half: float
    threshold: float = 25.7
    scale: float = 1.0
    note: str = ""

    def __post_init__(self) -> None:
        fine = 0.0 <= self.threshold < self.half
        require(fine, "half", "半损风速须高于起损风速。", "Half is lost above the threshold only.")
        require(0.0 < self.scale <= 1.0, "scale", "上限须在 0 与 1 之间。", "The scale lies above 0, up to 1.")

    def share(self, wind: ArrayLike) -> Floats:
        """The share lost, by the formula itself; a table with steps of 5 m/s would be some 8 % too high."""
        x = np.maximum(0.0, as_floats(wind) - self.threshold) / (self.half - self.threshold)
        cubed = x**3
        return self.scale * cubed / (1.0 + cubed)


EBERENZ_2021 = {
    "WP1": {Fitted.RMSF: 56.7, Fitted.TDR: 66.4},
    "WP2": {Fitted.RMSF: 84.7, Fitted.TDR: 188.4},
    "WP3": {Fitted.RMSF: 80.2, Fitted.TDR: 112.8},
    "WP4": {Fitted.RMSF: 135.6, Fitted.TDR: 190.5},
    "GLB": {Fitted.RMSF: 73.4, Fitted.TDR: 110.1},
}
"""Half-damage winds, m/s. WP1 South-East Asia, WP2 Philippines, WP3 China mainland, WP4 the rest, GLB all regions."""


def calibrated(region: str = "WP3", by: Fitted = Fitted.RMSF) -> WindDamage:
    """The curve of a region of Eberenz et al. (2021). Raises LawError for a region that is not there."""
    known = ", ".join(EBERENZ_2021)
    require(region in EBERENZ_2021, "region", f"区域须为 {known} 之一。", f"A region is one of {known}.")
    note = f"Eberenz et al. 2021, doi 10.5194/nhess-21-393-2021, {region}, {by}"
    return WindDamage(EBERENZ_2021[region][by], note=note)
