"""Typhoon Chan-hom 2015 through the book: a table in; claims, facts, decisions, dues, payments and evidence out.

Published are 136,000 households and 77.9 million yuan (report of the signing of the contract of 2016). How many of them
stood in which depth of water is not; the bands below are illustrative and give both published figures exactly.
"""

import datetime as dt
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

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
    finally:
        entered.__exit__(None, None, None)
    return {"claims": done.claims, "due": done.due / 100, "paid": done.paid / 100, "columns": done.columns}


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
