"""Task issue: a table of policies through the book, and the same rows by bare binary COPY without triggers.

Both fill the same tables with the same indexes in one transaction of a fresh database, one after the other in each
round, so that the ratio is of one minute of one machine.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench.book.fresh import Fresh, fresh_server
from bench.book.portfolio_2023 import POLICIES, write_portfolio
from quanyu.store import migrate, open_store

TABLES = ("txn", "batch", "party", "policy", "segment", "transfer", "leaf", "tile")
"""What issuing writes."""

SUBJECT = Path(__file__).with_name("issue_subject.py")
ROOT = Path(__file__).resolve().parents[2]


def lines(size: int | None, rounds: int | None) -> Iterator[dict[str, Any]]:
    """A line for the book and one for PostgreSQL alone; `ratio` is the median of the rounds' ratios."""
    rows = size or POLICIES
    with tempfile.TemporaryDirectory(prefix="quanyu-bench-") as folder, fresh_server() as fresh:
        table = write_portfolio(Path(folder) / "policies.csv", rows)
        half = _ours(fresh, write_portfolio(Path(folder) / "half.csv", rows // 2), None)
        made = [_round(fresh, table, Path(folder)) for _ in range(rounds or 3)]
    ours, floors = [one["work_s"] for one, _ in made], [floor["work_s"] for _, floor in made]
    yield {
        "task": "issue",
        "subject": "quanyu",
        "size": rows,
        "work_s": statistics.median(ours),
        "peak_mb": max(one["peak_mb"] for one, _ in made),
        "peak_mb_at_half": half["peak_mb"],
        "ratio_to_copy": round(statistics.median(a / b for a, b in zip(ours, floors, strict=True)), 2),
        "rounds": ours,
        "issued": made[-1][0]["issued"],
        "load": os.getloadavg(),
    }
    yield {
        "task": "issue",
        "subject": "bare binary COPY, same bytes, same indexes, no triggers",
        "size": rows,
        "work_s": statistics.median(floors),
        "rounds": floors,
        "bytes": made[-1][1]["bytes"],
    }


def _round(fresh: Fresh, table: Path, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    dumps = folder / "dumps"
    dumps.mkdir(exist_ok=True)
    ours = _ours(fresh, table, dumps)
    return ours, _copied(fresh, dumps)


def _ours(fresh: Fresh, table: Path, dumps: Path | None) -> dict[str, Any]:
    with fresh.database() as url:
        command = [sys.executable, str(SUBJECT), url, str(table)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        if dumps is not None:
            with psycopg.connect(url) as connection:
                for name in TABLES:
                    _dump(connection, name, dumps / name)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _dump(connection: psycopg.Connection[Any], name: str, path: Path) -> None:
    copy = f"COPY {name} TO STDOUT (FORMAT BINARY)".encode()
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(copy) as rows:
        for part in rows:
            file.write(part)


def _copied(fresh: Fresh, dumps: Path) -> dict[str, Any]:
    with fresh.database() as url:
        with open_store(url) as store:
            migrate(store.engine)
        with psycopg.connect(url) as connection:
            for name in TABLES:
                connection.execute(f"ALTER TABLE {name} DISABLE TRIGGER ALL".encode())
            connection.commit()
            began = time.perf_counter()
            for name in TABLES:
                copy = f"COPY {name} FROM STDIN (FORMAT BINARY)".encode()
                with (dumps / name).open("rb") as file, connection.cursor().copy(copy) as rows:
                    while part := file.read(1 << 20):
                        rows.write(part)
            connection.commit()
            spent = time.perf_counter() - began
    return {"work_s": round(spent, 2), "bytes": sum(path.stat().st_size for path in dumps.iterdir())}
