"""Benchmark of wind fields: all bundled tracks on 10,000 points around Ningbo, beside CLIMADA on the same tracks.

Both subjects are processes of their own and read one file: tracks every 6 hours with every wind and pressure there. The
work is what follows: hourly positions, then the largest Holland 2008 wind at each point. For this comparison ours
leaves first nodes out and lets motion turn a weak rotation round, as CLIMADA does; then both agree to 1e-9 m/s.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.cyclone.agreement import compared
from bench.cyclone.peer import climada_python
from bench.environments import UnreadyError
from bench.process import Run, run

__all__ = ["TASKS", "lines"]

HOME = Path(__file__).resolve().parent
ROUNDS, TIMEOUT = 3, 3600
TASKS = {"cyclone": "wind fields of all bundled tracks (1980-2024) on 10,000 points around Ningbo, beside CLIMADA"}
"""The name of a task and what it measures."""


def lines(_task: str, *, size: int | None, rounds: int | None) -> Iterator[dict[str, Any]]:
    """A line for ours on one thread and on two, then one for each of CLIMADA's modes. size: the first so many tracks.

    CLIMADA takes minutes, so it runs once, between rounds of ours; `ratio_to_ours` is to the median of ours.
    """
    with tempfile.TemporaryDirectory(prefix="quanyu-bench-") as name:
        folder = Path(name)
        made = _run([sys.executable, str(HOME / "input.py"), name, str(size or 0)])
        if made.error or made.record is None:
            yield {"task": "cyclone", "error": made.error}
            return
        count = made.record["size"]
        half = (rounds or ROUNDS) + 1
        ours = [_ours(name, threads) for _ in range(half) for threads in (1, 2)]
        theirs = _theirs(name)
        ours += [_ours(name, threads) for _ in range(half - 1) for threads in (1, 2)]
        # The first of each is the trial that loads the machine code.
        told = {threads: [r for r in ours[2:] if r["threads"] == threads] for threads in (1, 2)}
        best = {threads: _median(runs) for threads, runs in told.items()}
        for threads, runs in told.items():
            yield {"task": "cyclone", "subject": f"quanyu, {threads} thread(s)", "size": count, **best[threads]} | {
                "rounds": len(runs), "peak_mb": max(r["peak_mb"] for r in runs), "load": os.getloadavg(),
            }  # fmt: skip
        for mode, record in theirs.items():
            yield _line(mode, record, best, folder=folder)


def _line(mode: str, record: dict[str, Any], best: dict[int, dict[str, float]], *, folder: Path) -> dict[str, Any]:
    line: dict[str, Any] = {"task": "cyclone", "subject": f"CLIMADA, {mode}", **record}
    if "error" in record:
        return line
    fastest = min(best.values(), key=lambda b: b["work_s"])
    line["ratio_to_ours"] = {
        "one thread": {key: round(record[key] / best[1][key], 1) for key in ("interpolate_s", "wind_s", "work_s")},
        "best of ours": {key: round(record[key] / fastest[key], 1) for key in ("interpolate_s", "wind_s", "work_s")},
    }
    line["agreement"] = compared(folder / "ours.npz", folder / f"climada-{mode}.npz")
    return line


def _run(command: list[str]) -> Run:
    environment = {**os.environ, "PYTHONPATH": str(HOME.parent.parent), "PYTHONWARNINGS": "ignore"}
    return run(command, environment=environment, timeout=TIMEOUT, printed=True)


def _ours(folder: str, threads: int) -> dict[str, Any]:
    done = _run([sys.executable, str(HOME / "ours.py"), folder, str(threads)])
    if done.error or done.record is None:
        raise RuntimeError(done.error)
    return {**_seconds(done.record), "threads": threads, "peak_mb": round(done.peak_mb)}


def _theirs(folder: str) -> dict[str, dict[str, Any]]:
    """CLIMADA's modes: one process, and its pool of two."""
    try:
        python = climada_python()
    except UnreadyError as problem:
        return {"one process": {"error": str(problem)}}
    found = {}
    for mode in ("one process", "pool of 2"):
        done = _run([str(python), str(HOME / "climada_subject.py"), folder, mode])
        ready = done.record is not None and not done.error
        found[mode] = (
            {**_seconds(done.record or {}), "peak_mb": round(done.peak_mb)} if ready else {"error": done.error}
        )
    return found


def _seconds(record: dict[str, Any]) -> dict[str, Any]:
    phases = {name: clock["wall"] for name, clock in record["phases"].items()}
    work = phases["interpolate"] + phases["wind"]
    return {
        "version": record["version"],
        "interpolate_s": round(phases["interpolate"], 4),
        "wind_s": round(phases["wind"], 4),
        "work_s": round(work, 4),
        "import_s": round(phases["import"], 2),
    }


def _median(runs: list[dict[str, Any]]) -> dict[str, float]:
    return {key: statistics.median(r[key] for r in runs) for key in ("interpolate_s", "wind_s", "work_s", "import_s")}
