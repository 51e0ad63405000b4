"""Tropical cyclones: tracks, the winds about them, and what these do.

Takes  tracks as agencies state them (read by `reading`, bundled, or made up), points, and options that are said.
Gives  the largest winds by track and point with arrival and duration, rain for ordering, the share of a value lost;
       every result carries its averaging rule, its profile and the wind that stands behind a reported radius.
Never  fetches anything, decays a track that was observed, or calls an estimate a report.
"""

from quanyu.perils.cyclone.averaging import Averaging, converted
from quanyu.perils.cyclone.damage import EBERENZ_2021, Fitted, WindDamage, calibrated
from quanyu.perils.cyclone.decay import KAPLAN_DEMARIA, NEW_ENGLAND, Decay, over_land
from quanyu.perils.cyclone.extract import attribution, bundled
from quanyu.perils.cyclone.field import Behind, Footprints, Outer, Peak, Points, WindField, footprints, wind_behind
from quanyu.perils.cyclone.filling import outermost_radius, pressure_of, radius_of_maximum_wind, wind_of
from quanyu.perils.cyclone.nodes import First, LeftOut, Nodes, Preparation, prepare
from quanyu.perils.cyclone.profiles import Profile
from quanyu.perils.cyclone.rain import RainForOrdering, r_cliper, rain_for_ordering
from quanyu.perils.cyclone.scales import BEAUFORT, beaufort, beaufort_from, grade_by_wind
from quanyu.perils.cyclone.track import KNOT, NAUTICAL_MILE, Fix, Grade, Kind, Radii, Source, Track

__all__ = [
    "BEAUFORT",
    "EBERENZ_2021",
    "KAPLAN_DEMARIA",
    "KNOT",
    "NAUTICAL_MILE",
    "NEW_ENGLAND",
    "Averaging",
    "Behind",
    "Decay",
    "First",
    "Fitted",
    "Fix",
    "Footprints",
    "Grade",
    "Kind",
    "LeftOut",
    "Nodes",
    "Outer",
    "Peak",
    "Points",
    "Preparation",
    "Profile",
    "Radii",
    "RainForOrdering",
    "Source",
    "Track",
    "WindDamage",
    "WindField",
    "attribution",
    "beaufort",
    "beaufort_from",
    "bundled",
    "calibrated",
    "converted",
    "footprints",
    "grade_by_wind",
    "outermost_radius",
    "over_land",
    "prepare",
    "pressure_of",
    "r_cliper",
    "radius_of_maximum_wind",
    "rain_for_ordering",
    "wind_behind",
    "wind_of",
]
