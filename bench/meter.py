"""The subject's side of a benchmark: its options, the time of its phases, the one JSON line it prints.

Imports the standard library alone, so that it starts in any environment and costs a subject nothing.
"""

import argparse
import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

SEED = 20_260_101


@dataclass(frozen=True)
class Options:
    """What the runner asks of a subject: size, seed, threads, where data lie and where premiums go."""

    years: int
    rows: int
    seed: int
    threads: int
    variant: str
    data: Path
    out: Path | None


def options(arguments: list[str] | None = None) -> Options:
    """Read the options of a subject; `threads` 0 leaves the choice to the subject."""
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", nargs="?", default="")
    parser.add_argument("--years", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=168_000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--data", type=Path, default=Path(__file__).parent / "data")
    parser.add_argument("--out", type=Path, default=None)
    return Options(**vars(parser.parse_args(arguments)))


@dataclass
class Meter:
    """Clocks the phases of one subject and prints its record."""

    subject: str
    phases: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Add the wall and processor seconds spent inside to phase `name`."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        spent = self.phases.setdefault(name, {"wall": 0.0, "cpu": 0.0})
        spent["wall"] += time.perf_counter() - wall
        spent["cpu"] += time.process_time() - cpu

    def report(self, distribution: str, *, size: int, answers: Mapping[str, Any] | None = None, **notes: Any) -> None:
        """Print the record: `distribution` is the installed package whose version is stated, `size` its years or rows.

        `answers` is party -> statistic -> number; `notes` may hold `bounds` (same shape) and plain remarks.
        """
        record = {
            "subject": self.subject,
            "version": f"{distribution} {metadata.version(distribution)}",
            "size": size,
            "phases": self.phases,
            "answers": answers,
            **notes,
        }
        print(json.dumps(record), flush=True)
