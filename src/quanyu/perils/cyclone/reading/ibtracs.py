"""IBTrACS version 4 as CSV (Knapp et al. 2010, doi 10.1175/2009BAMS2755.1; doi 10.25921/82ty-9e16).

One row holds what every agency says of a storm at a time, so a reader chooses the agency; winds in knots.
"""

from datetime import UTC
from functools import partial

from quanyu.perils.cyclone.reading.rows import rows
from quanyu.perils.cyclone.reading.storms import Storm, TrackReading, clock, finding, gather, number
from quanyu.perils.cyclone.track import KNOT, NAUTICAL_MILE, Fix, Grade, Kind, Radii
from quanyu.perils.errors import require
from quanyu.terms import Place, Text

__all__ = ["AGENCIES", "read_ibtracs"]

AGENCIES = {"wmo": 10, "tokyo": 10, "usa": 1, "cma": 2, "hko": 10}
"""Agencies of the Western North Pacific and the averaging period of their winds, minutes (wmo is there Tokyo)."""

ATTRIBUTION = "IBTrACS v04, NOAA NCEI (Knapp et al. 2010, doi 10.1175/2009BAMS2755.1)"
_QUADRANTS = ("NE", "SE", "SW", "NW")
_CMA_GRADES = dict(zip("0123456", tuple(Grade)[:7], strict=True)) | {"9": Grade.EXTRATROPICAL}


def read_ibtracs(text: str, file: str, *, agency: str = "wmo", basin: str = "WP") -> TrackReading:
    """The main tracks of the storms of a basin as an agency saw them; times at which it says nothing are left out.

    basin: as in the column BASIN, empty for all. Raises LawError for an agency that is not in AGENCIES.
    """
    known = ", ".join(AGENCIES)
    require(agency in AGENCIES, "agency", f"机构须为 {known} 之一。", f"An agency is one of {known}.")
    made = gather(file, agency, AGENCIES[agency], kind=Kind.BEST, attribution=ATTRIBUTION)
    headings, table = rows(text)
    missing = [c for c in _columns(agency) if c not in headings]
    if missing:
        named = ", ".join(missing)
        reason = Text(f"缺少列：{named}。", f"Columns are missing: {named}.")
        return TrackReading((), (finding("track-columns", Place(file, 1, 1), reason),))
    storms: dict[str, Storm] = {}
    for at, row in table:
        main = row.get("TRACK_TYPE", "main").lower() in ("", "main", "provisional")
        if not row["SID"] or not main or (basin and row.get("BASIN") != basin):
            continue
        storm = storms.get(row["SID"])
        if storm is None:
            name = row.get("NAME", "")
            storm = storms[row["SID"]] = Storm(row["SID"], at, "" if name.upper() == "NOT_NAMED" else name)
            made.storms.append(storm)
        made.take(storm, at, ",".join(row.values()), read=partial(_fix, row, agency))
    return made.done()


def _columns(agency: str) -> tuple[str, ...]:
    place = ("LAT", "LON") if agency == "wmo" else (f"{agency.upper()}_LAT", f"{agency.upper()}_LON")
    return ("SID", "ISO_TIME", *place, f"{agency.upper()}_WIND", f"{agency.upper()}_PRES")


def _fix(row: dict[str, str], agency: str) -> Fix | None:
    _, _, lat, lon, wind, pressure = (row.get(c, "") for c in _columns(agency))
    if not lat or not lon:
        return None
    prefix = agency.upper()
    rmw, outer = row.get(f"{prefix}_RMW", ""), row.get(f"{prefix}_POCI", "")
    return Fix(
        clock(row["ISO_TIME"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC),
        number(lat, "lat"),
        number(lon, "lon"),
        number(wind, "wind") * KNOT if wind else None,
        number(pressure, "pressure") if pressure else None,
        _CMA_GRADES.get(row.get("CMA_CAT", ""), Grade.UNKNOWN) if agency == "cma" else Grade.UNKNOWN,
        _radii(row, prefix),
        number(rmw, "rmw") * NAUTICAL_MILE if rmw else None,
        number(outer, "poci") if outer else None,
    )


def _radii(row: dict[str, str], prefix: str) -> tuple[Radii, ...]:
    found = []
    for label in ("R64", "R50", "R34"):
        cells = [row.get(f"{prefix}_{label}_{q}", "") for q in _QUADRANTS]
        if any(cells):
            ne, se, sw, nw = (number(c, label) * NAUTICAL_MILE if c else 0.0 for c in cells)
            found.append(Radii(label, (ne, se, sw, nw)))
    return tuple(found)
