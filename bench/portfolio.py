"""Writes the data of task rating: a seeded tariff, 168,000 synthetic risks, and their exact premiums in fen."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bench import tariff as tariffs
from bench.meter import SEED
from bench.tariff import FACTORS, RISKS, SCALE, Factor, Tariff

CHUNK = 8_000


def draw_factor(number: int, random: np.random.Generator) -> Factor:
    """A table of 5 to 20 relativities near 1; even numbers keyed by text, odd ones by bands of 0 to 1000."""
    size = int(random.integers(5, 21))
    name = f"f{number:03d}"
    drawn = np.rint(np.exp(random.normal(0, 0.03, size)) * SCALE).astype(int)
    relativities = tuple(Decimal(int(value)) / SCALE for value in drawn)
    if number % 2 == 0:
        return Factor(name, tuple(f"{name}_{chr(65 + k)}{k:02d}" for k in range(size)), (), relativities)
    breaks = np.sort(random.choice(np.arange(1, 1000), size - 1, replace=False))
    return Factor(name, (), tuple(breaks.tolist()), relativities)


def draw_column(factor: Factor, random: np.random.Generator) -> tuple[Any, Any]:
    """The risks' values of one factor, and the place of each in its table."""
    if factor.coded:
        places = random.integers(0, len(factor.codes), RISKS)
        return np.array(factor.codes, dtype=object)[places], places
    hundredths = random.integers(0, 100_000, RISKS)
    places = np.searchsorted(np.array(factor.breaks) * 100, hundredths, side="right")
    return hundredths / 100, places


def premiums(tariff: Tariff, *, sums: Any, places: list[Any]) -> list[int]:
    """Exact premiums of all risks, in fen."""
    found: list[int] = []
    tables = [np.array([int(value * SCALE) for value in factor.relativities]) for factor in tariff.factors]
    for start in range(0, RISKS, CHUNK):
        part = slice(start, start + CHUNK)
        scaled = np.column_stack([table[place[part]] for table, place in zip(tables, places, strict=True)])
        rows = zip(sums[part].tolist(), scaled.tolist(), strict=True)
        found.extend(tariffs.exact_fen(tariff, sum_insured=total, scaled=row) for total, row in rows)
    return found


def main() -> None:
    """Write tariff.json, portfolio.parquet and premiums.bin into the folder named on the command line."""
    data = Path(sys.argv[1])
    (data / tariffs.FOLDER).mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(SEED)
    factors = tuple(draw_factor(number, random) for number in range(FACTORS))
    tariff = Tariff(Decimal("0.00035"), Decimal(60), Decimal(50_000), factors)
    sums = random.integers(1, 200, RISKS) * 10_000
    columns: dict[str, Any] = {"sum_insured": sums}
    places = []
    for factor in factors:
        columns[factor.name], place = draw_column(factor, random)
        places.append(place.astype(np.int16))
    tariffs.write(tariff, data)
    parquet.write_table(pa.table(columns), tariffs.portfolio(data))
    tariffs.save_premiums(data / tariffs.FOLDER / "premiums.bin", premiums(tariff, sums=sums, places=places))


if __name__ == "__main__":
    main()
