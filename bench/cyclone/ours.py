"""Our subject: `ours.py FOLDER THREADS`."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.meter import Meter


def main() -> None:
    """Tracks to hourly nodes to footprints; the machine code is loaded on two tracks first."""
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    meter = Meter("quanyu")
    with meter.phase("import"):
        import numpy as np

        from quanyu.desk.kernels import use_cache

        use_cache()
        from quanyu.perils.cyclone import (
            Averaging,
            First,
            Fix,
            Kind,
            Points,
            Preparation,
            Track,
            WindField,
            footprints,
            prepare,
        )
    start = datetime(1970, 1, 1, tzinfo=UTC)
    with meter.phase("read"), np.load(folder / "tracks.npz") as file:
        ptr, points = file["ptr"], Points.of(*file["points"])
        columns = [file[name].tolist() for name in ("hours", "lat", "lon", "wind", "pressure")]
        fixes = [Fix(start + timedelta(hours=h), y, x, v, p) for h, y, x, v, p in zip(*columns, strict=True)]
        tracks = [
            Track(storm, "usa", 1, Kind.BEST, tuple(fixes[a:b]))
            for storm, a, b in zip(file["storm"].tolist(), ptr[:-1], ptr[1:], strict=True)
        ]
        basis = Preparation(Averaging.AS_REPORTED, environment=float(file["environment"]), first=First.LEFT_OUT)
    field = WindField(floor=17.5, reversing=True)
    with meter.phase("compile"):
        footprints(prepare(tracks[:2], basis), points, field)
    with meter.phase("interpolate"):
        nodes = prepare(tracks, basis)
    with meter.phase("wind"):
        made = footprints(nodes, points, field, threads=threads)
    wind = np.zeros((len(tracks), len(points)))
    places = {storm: k for k, storm in enumerate(t.storm for t in tracks)}
    for row, k in enumerate(made.near):
        wind[places[made.storms[k]]] = made.peak[row]
    np.savez(folder / "ours.npz", wind=wind)
    meter.report("quanyu", size=len(tracks), answers=None, nodes=int(nodes.lat.size), near=int(made.near.size))


if __name__ == "__main__":
    main()
