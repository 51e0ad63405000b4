"""Writes what both subjects read: `input.py FOLDER TRACKS` (0 for all) makes FOLDER/tracks.npz."""

import json
import sys
from pathlib import Path

import numpy as np

from quanyu.perils.cyclone import Averaging, Preparation, bundled, prepare

SIDE, SOUTH, WEST, WIDE = 100, 28.6, 120.6, 2.0


def main() -> None:
    """The bundled tracks as Tokyo saw them, every 6 hours, gaps filled; winds as 1-minute means, in m/s."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    nodes = prepare(bundled()[: count or None], Preparation(Averaging.AT_SEA, step=6.0))
    lat, lon = np.meshgrid(np.linspace(SOUTH, SOUTH + WIDE, SIDE), np.linspace(WEST, WEST + WIDE, SIDE), indexing="ij")
    np.savez(
        folder / "tracks.npz",
        storm=np.array([t.storm for t in nodes.tracks]),
        ptr=nodes.ptr,
        hours=nodes.hours,
        lat=nodes.lat,
        lon=nodes.lon,
        wind=nodes.wind,
        pressure=nodes.pressure / 100.0,
        environment=np.float64(nodes.basis.environment),
        points=np.stack((lat.ravel(), lon.ravel())),
    )
    print(json.dumps({"size": len(nodes.tracks), "left_out": len(nodes.left_out)}))


if __name__ == "__main__":
    main()
