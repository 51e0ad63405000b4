"""The peer: `climada_subject.py FOLDER MODE` runs in an environment of its own, where CLIMADA is installed."""

import logging
import sys
from pathlib import Path

from bench.meter import Meter

FLOOR = 17.5


def datasets(file, np, xarray):
    """The tracks in the form in which CLIMADA keeps them; radii are left to its own estimate."""
    made = []
    for k, (a, b) in enumerate(zip(file["ptr"][:-1], file["ptr"][1:], strict=True)):
        times = np.round(file["hours"][a:b] * 3600.0).astype("datetime64[s]").astype("datetime64[ns]")
        count = int(b - a)
        steps = np.full(count, 6.0)
        columns = {
            "time_step": steps,
            "radius_max_wind": np.full(count, np.nan),
            "radius_oci": np.full(count, np.nan),
            "max_sustained_wind": file["wind"][a:b],
            "central_pressure": file["pressure"][a:b],
            "environmental_pressure": np.full(count, float(file["environment"])),
            "basin": np.full(count, "WP"),
        }
        notes = {
            "max_sustained_wind_unit": "m/s",
            "central_pressure_unit": "mb",
            "name": str(file["storm"][k]),
            "sid": str(file["storm"][k]),
            "orig_event_flag": True,
            "data_provider": "tokyo",
            "id_no": float(k),
            "category": 0,
        }
        coordinates = {"time": times, "lat": ("time", file["lat"][a:b]), "lon": ("time", file["lon"][a:b])}
        variables = {name: ("time", column) for name, column in columns.items()}
        made.append(xarray.Dataset(variables, coords=coordinates, attrs=notes))
    return made


def main():
    """Hourly positions and winds, each clocked."""
    folder, mode = Path(sys.argv[1]), sys.argv[2]
    meter = Meter("climada")
    with meter.phase("import"):
        import numpy as np
        import xarray
        from climada.hazard import Centroids, TCTracks, TropCyclone

        logging.getLogger("climada").setLevel(logging.ERROR)
    with meter.phase("read"), np.load(folder / "tracks.npz") as file:
        columns = {name: file[name] for name in file.files}
        tracks = TCTracks(datasets(columns, np, xarray))
        centroids = Centroids.from_lat_lon(*columns["points"])
    pool = None
    if mode != "one process":
        from pathos.pools import ProcessPool

        pool = ProcessPool(nodes=2)
        tracks = TCTracks(tracks.data, pool=pool)
    with meter.phase("interpolate"):
        tracks.equal_timestep(1)
    with meter.phase("wind"):
        made = TropCyclone.from_tracks(
            tracks, centroids=centroids, model="H08", ignore_distance_to_coast=True, intensity_thres=FLOOR, pool=pool
        )
    np.savez(folder / f"climada-{mode}.npz", wind=made.intensity.toarray())
    meter.report("climada", size=len(tracks.data))


if __name__ == "__main__":
    main()
