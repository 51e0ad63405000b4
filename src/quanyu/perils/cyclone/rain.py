"""Rain of tropical cyclones by R-CLIPER, to put places and storms in order. It is no amount that anything settles by.

Tuleya, DeMaria and Kuligowski (2007, doi 10.1175/WAF972.1, eqs 3-5 and table 2, bias-adjusted). It knows the storm's
wind and the distance to its centre, nothing of mountains: where it gives 120 to 175 mm around Ningbo (Chan-hom 2015,
Lekima 2019, Hagupit 2020), stations had several times as much.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, Ints, as_floats
from quanyu.perils.cyclone.averaging import converted
from quanyu.perils.cyclone.field import Points, WindField, columns_of, in_parts, nearby
from quanyu.perils.cyclone.loaders import cyclone_kernels
from quanyu.perils.cyclone.nodes import Nodes
from quanyu.perils.cyclone.track import KNOT

__all__ = ["RainForOrdering", "r_cliper", "rain_for_ordering"]

# Kilometres from the centre beyond which there is no rain.
REACH = 300.0


@dataclass(frozen=True, slots=True, eq=False)
class RainForOrdering:
    """A signal of rain by track and point, of use for what is more and what is less.

    signal: R-CLIPER's sum in mm, shape (rows, points); near: the tracks of the rows. settles: never.
    """

    storms: tuple[str, ...]
    near: Ints
    signal: Floats
    settles: Literal[False] = False

    def order(self, storm: str) -> Ints:
        """The points by the signal of a storm, most first; points without any are left out."""
        rows = np.flatnonzero(self.near == self.storms.index(storm))
        if not rows.size:
            return np.empty(0, np.int64)
        signal = self.signal[rows[0]]
        return np.argsort(-signal, kind="stable")[: int((signal > 0.0).sum())].astype(np.int64)


def r_cliper(wind: ArrayLike, r: ArrayLike) -> Floats:
    """Rain in mm an hour at r km from a storm with a 1-minute wind in m/s; never below 0."""
    u = 1.0 + (as_floats(wind) / KNOT - 35.0) / 33.0
    d = as_floats(r)
    centre, most, inner, fall = -1.10 + 3.96 * u, -1.60 + 4.80 * u, 64.5 - 13.0 * u, 150.0 - 16.0 * u
    inches = np.where(d <= inner, centre + (most - centre) * d / inner, most * np.exp(-(d - inner) / fall))
    return np.maximum(0.0, inches * 25.4 / 24.0)


def rain_for_ordering(nodes: Nodes, points: Points, *, threads: int = 1) -> RainForOrdering:
    """R-CLIPER summed over the nodes of all tracks within 300 km, the point under the eye included."""
    run = cyclone_kernels()
    columns = columns_of(nodes, WindField())
    which = nearby(nodes, columns, points, REACH)
    basis = nodes.basis
    one = converted(nodes.wind, agency="", minutes=basis.minutes, into=1, rule=basis.averaging)
    signal = np.zeros((which.size, len(points)))
    tracks = (which, nodes.ptr, columns, one / KNOT)
    in_parts(lambda place: run.pour(tracks, place, REACH, basis.step, signal), points, threads)
    return RainForOrdering(tuple(track.storm for track in nodes.tracks), which, signal)
