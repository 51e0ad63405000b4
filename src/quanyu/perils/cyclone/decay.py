"""How a storm weakens over land: Kaplan and DeMaria (1995), for what has not happened yet.

J. Appl. Meteorol. 34, doi 10.1175/1520-0450(1995)034<2499:ASEMFP>2.0.CO;2; the variant for New England is theirs of
2001. The winds of a best track are already those over land, so decay on top of them would count it twice: refused.
The share of a storm that lies over sea on islands and peninsulas (DeMaria et al. 2006) is not in it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.cyclone.averaging import Averaging, converted
from quanyu.perils.cyclone.track import KNOT, Fix, Kind, Track
from quanyu.perils.errors import require

__all__ = ["KAPLAN_DEMARIA", "NEW_ENGLAND", "Decay", "over_land"]

_C1, _D1, _T0 = 0.0109, -0.0503, 50.0


@dataclass(frozen=True, slots=True)
class Decay:
    """V(t) = background + (reduction V0 - background) exp(-rate t) - C; knots of a 1-minute wind, hours on land."""

    background: float = 26.7
    reduction: float = 0.9
    rate: float = 0.095

    def knots(self, at_landfall: ArrayLike, hours: ArrayLike, inland: ArrayLike | None = None) -> Floats:
        """The wind after some hours; inland: km from the coast, by which C falls due, None leaves C out.

        C = m ln(D) + b with m = 0.0109 t (50 - t) and b = -0.0503 t (50 - t), for t up to 50 hours.
        """
        t = as_floats(hours)
        wind = self.background + (self.reduction * as_floats(at_landfall) - self.background) * np.exp(-self.rate * t)
        if inland is None:
            return wind
        window = np.maximum(0.0, t * (_T0 - t))
        return wind - window * (_C1 * np.log(np.maximum(1.0, as_floats(inland))) + _D1)


KAPLAN_DEMARIA = Decay()
NEW_ENGLAND = Decay(background=29.6, rate=0.187)


def over_land(track: Track, landfall: datetime, *, rule: Averaging, decay: Decay = KAPLAN_DEMARIA) -> Track:
    """A forecast or synthetic track with the winds after its landfall decayed, and their pressures taken away.

    The wind at landfall is read between the fixes; a wind that is forecast lower still stays. Pressures are taken away
    since they would belong to another wind. Raises LawError for a track that happened, or a landfall outside of it.
    """
    ahead = track.kind in (Kind.FORECAST, Kind.SYNTHETIC)
    zh, en = "最佳路径与实况已含登陆减弱，不再衰减。", "What was observed has weakened already; only forecasts decay."
    require(ahead, "track", zh, en)
    inside = track.fixes[0].time <= landfall <= track.fixes[-1].time
    require(inside, "landfall", "登陆时刻不在路径之内。", "The landfall lies outside of the track.")
    start = track.fixes[0].time
    known = [(_hours(start, f.time), f.wind) for f in track.fixes if f.wind is not None]
    require(bool(known), "wind", "路径没有风速。", "The track has no winds.")
    hours, winds = (as_floats(column) for column in zip(*known, strict=True))
    at = float(np.interp(_hours(start, landfall), hours, winds))
    one = float(converted(at, agency=track.agency, minutes=track.minutes, into=1, rule=rule)) / KNOT

    def weakened(fix: Fix) -> Fix:
        if fix.time <= landfall:
            return fix
        ratio = float(decay.knots(one, _hours(landfall, fix.time))) / one
        wind = at * min(1.0, ratio)
        return replace(fix, wind=wind if fix.wind is None else min(wind, fix.wind), pressure=None)

    return replace(track, fixes=tuple(weakened(f) for f in track.fixes))


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600.0
