"""Typhoon Chan-hom 2015 through the book: a table in; claims, facts, decisions, dues, payments and evidence out.

Then one more household is decided by hand, behind the others and among them, and a tenth of the table is revised.

Published are 136,000 households and 77.9 million yuan (report of the signing of the contract of 2016). How many of them
stood in which depth of water is not; the bands below are illustrative and give both published figures exactly.
"""

import datetime as dt
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil

from bench.meter import Meter, options

BANDS = ((500, 21, 50, 119_400), (1_000, 51, 100, 15_000), (2_000, 101, 160, 1_600))
"""Relief in yuan, least and greatest depth in whole centimetres, households."""
HOUSEHOLDS, PAID = 136_000, 77_900_000
PROGRAMME = Path(__file__).resolve().parents[2] / "programmes/ningbo/public-catastrophe/2016-01-01.yaml"
NOW = dt.datetime(2015, 7, 31, 4, tzinfo=dt.UTC)


def households(count: int, seed: int) -> pl.DataFrame:
    """A table of households with the depth of water in each; at full size it has both published figures."""
    draw = np.random.default_rng(seed)
    depths = np.concatenate([draw.integers(low, high + 1, number) for _, low, high, number in BANDS])
    draw.shuffle(depths)
    numbers = range(min(count, HOUSEHOLDS))
    return pl.DataFrame(
        {
            "insured": [f"NB{n:06d}" for n in numbers],
            "name": [f"户主{n:06d}" for n in numbers],
            "occupied": ["true"] * len(numbers),
            "water_depth": depths[: len(numbers)],
        }
    )


def settled(meter: Meter, folder: Path, table: Path) -> dict[str, Any]:
    """The table through an embedded server of its own, whose start is a phase apart."""
    from quanyu.book import publish
    from quanyu.book.determining import Determination, determine
    from quanyu.book.facts import Paper
    from quanyu.desk.booking import open_book
    from quanyu.desk.open import Opened, open_programme
    from quanyu.tables import Rows, read_rows

    opened = open_programme(PROGRAMME)
    assert isinstance(opened, Opened), opened
    with meter.phase("server"):
        entered = open_book(actor="bench", now=lambda: NOW, data=folder / "data")
        book = entered.__enter__()
    try:
        book.act("publish", lambda journal: publish(journal, opened.programme))
        with meter.phase("settle"):
            rows = read_rows(table)
            assert isinstance(rows, Rows), rows
            what = Determination(
                "ningbo.public-catastrophe", "chan-hom", dt.date(2015, 7, 11), dt.date(2015, 7, 31), "survey",
                cover="household", keys={"period": "2016"}, version=dt.date(2016, 1, 1),
                paper=Paper("households.csv", "text/csv", table.read_bytes()), pay=True,
            )  # fmt: skip
            done = book.act("determine", lambda journal: determine(journal, book.library, what, rows))
        assert not isinstance(done, list), done
        notes: dict[str, Any] = {"peak_mb": _peak()}
        for name, day in (("one_more", dt.date(2015, 8, 15)), ("one_among", dt.date(2015, 7, 31))):
            notes |= one_more(book, folder, name, day)
        half = Rows(rows.frame.with_columns(water_depth=_revised(rows.frame)), rows.file)
        notes |= clocked("tenth", folder, lambda: book.act("revise", lambda j: determine(j, book.library, what, half)))
        notes["peak_mb_in_all"] = _peak()
    finally:
        entered.__exit__(None, None, None)
    return {"claims": done.claims, "due": done.due / 100, "paid": done.paid / 100, "columns": done.columns, **notes}


def one_more(book: Any, folder: Path, name: str, day: dt.date) -> dict[str, Any]:
    """A household more, noticed and surveyed (not clocked), and decided as determined on a day."""
    from quanyu.book.claims import Notice, notify
    from quanyu.book.deciding import Decision, decide
    from quanyu.book.facts import Statement, state_facts
    from quanyu.book.parties import Person

    keys = {"cover": "household", "event": "chan-hom", "insured": name, "period": "2016"}
    notice = Notice(
        "ningbo.public-catastrophe", dt.date(2015, 7, 11), dt.date(2015, 7, 31), Person(name, name), keys=keys,
        version=dt.date(2016, 1, 1), number=name,
    )  # fmt: skip
    stated = Statement({"occupied": "true", "water_depth": "75"}, "survey", dt.date(2015, 7, 31))
    book.act("notify", lambda journal: notify(journal, book.library, notice))
    book.act("state", lambda journal: state_facts(journal, book.library, name, stated))
    decision = Decision(determined=day)
    act = lambda journal: decide(journal, book.library, name, decision)  # noqa: E731 - it holds names of this function
    return clocked(name, folder, lambda: book.act("decide", act))


def clocked(name: str, folder: Path, work: Callable[[], Any]) -> dict[str, Any]:
    """How long some work takes: wall time, and what this process and the server worked meanwhile."""
    postmaster = int(next(folder.rglob("postmaster.pid")).read_text().split()[0])
    backends = [postmaster, *(one.pid for one in psutil.Process(postmaster).children())]
    before, wall, own = _worked(backends), time.perf_counter(), time.process_time()
    done = work()
    spent, cpu = time.perf_counter() - wall, time.process_time() - own
    assert not isinstance(done, list), done
    after = _worked(backends)
    server = sum(after[pid] - before[pid] for pid in after if pid in before)
    return {f"{name}_s": round(spent, 2), f"{name}_cpu_s": round(cpu, 2), f"{name}_server_cpu_s": round(server, 2)}


def _worked(processes: list[int]) -> dict[int, float]:
    """User and system seconds of processes so far, and of those that they started and that have ended."""
    found = {}
    for pid in processes:
        try:
            times = psutil.Process(pid).cpu_times()
        except psutil.NoSuchProcess:
            continue
        found[pid] = times.user + times.system + times.children_user + times.children_system
    return found


def _revised(frame: pl.DataFrame) -> pl.Expr:
    """Depths of which every tenth is another grade's."""
    other = pl.when(pl.col("water_depth").cast(pl.Float64) > 100).then(30).otherwise(120)
    depth = pl.col("water_depth").cast(pl.Int64)
    return pl.when(pl.int_range(frame.height) % 10 == 0).then(other).otherwise(depth)


def _peak() -> int:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def main() -> None:
    """Makes the table, settles it, prints one JSON line."""
    asked = options()
    meter = Meter("chan-hom")
    folder = Path(tempfile.mkdtemp(prefix="quanyu-bench-", dir="/tmp"))
    folder.chmod(0o755)
    table = folder / "households.csv"
    households(asked.rows, asked.seed).write_csv(table)
    try:
        with meter.phase("import"):
            import quanyu.book.determining
            import quanyu.desk.booking  # noqa: F401  (loading it is the purpose)
        notes = settled(meter, folder, table)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.rows >= HOUSEHOLDS and notes["paid"] != PAID:
        raise SystemExit(f"paid {notes['paid']}, not the published {PAID}")
    meter.report("quanyu", size=min(asked.rows, HOUSEHOLDS), **notes)


if __name__ == "__main__":
    main()
