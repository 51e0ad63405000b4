"""The tariff of task rating: sum insured times a base rate times one relativity of each of 190 tables, within bounds.

Numbers stand in the file as decimal texts, so that every reader takes them exactly.
"""

import json
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

FOLDER = "rating"
RISKS, FACTORS = 168_000, 190
SCALE = 10_000  # relativities have four decimals


@dataclass(frozen=True)
class Factor:
    """One table: by `codes` (text column), or by bands [break, next break) of a number column, open at both ends."""

    name: str
    codes: tuple[str, ...]
    breaks: tuple[int, ...]
    relativities: tuple[Decimal, ...]

    @property
    def coded(self) -> bool:
        """Whether the table is keyed by text."""
        return bool(self.codes)

    @property
    def floats(self) -> list[float]:
        """The relativities as an engine without decimals takes them."""
        return [float(value) for value in self.relativities]


@dataclass(frozen=True)
class Tariff:
    """Base rate, bounds of the premium, and the tables in their order."""

    base_rate: Decimal
    minimum: Decimal
    maximum: Decimal
    factors: tuple[Factor, ...]


def read(data: Path) -> Tariff:
    """The tariff in the data folder."""
    raw = json.loads((data / FOLDER / "tariff.json").read_text())
    factors = tuple(
        Factor(x["name"], tuple(x["codes"]), tuple(x["breaks"]), tuple(map(Decimal, x["relativities"])))
        for x in raw["factors"]
    )
    return Tariff(Decimal(raw["base_rate"]), Decimal(raw["minimum"]), Decimal(raw["maximum"]), factors)


def write(tariff: Tariff, data: Path) -> None:
    """Write the tariff into the data folder."""
    raw = {
        "base_rate": str(tariff.base_rate),
        "minimum": str(tariff.minimum),
        "maximum": str(tariff.maximum),
        "factors": [
            {
                "name": x.name,
                "codes": x.codes,
                "breaks": x.breaks,
                "relativities": [str(value) for value in x.relativities],
            }
            for x in tariff.factors
        ],
    }
    (data / FOLDER / "tariff.json").write_text(json.dumps(raw))


def portfolio(data: Path) -> Path:
    """The Parquet file of risks: sum_insured (whole yuan), f000 (text), f001 (number), f002 (text), ..."""
    return data / FOLDER / "portfolio.parquet"


def exact_fen(tariff: Tariff, *, sum_insured: int, scaled: Sequence[int]) -> int:
    """The premium in fen by whole-number arithmetic, half a fen up; `scaled` holds the relativities times 10,000."""
    base = Fraction(tariff.base_rate) * 100
    top: int = sum_insured * base.numerator * math.prod(scaled)
    bottom: int = base.denominator * SCALE ** len(scaled)
    rounded = (2 * top + bottom) // (2 * bottom)
    return min(max(rounded, int(tariff.minimum * 100)), int(tariff.maximum * 100))


def save_premiums(path: Path, fen: Iterable[int]) -> None:
    """Write premiums as 64-bit whole fen."""
    path.write_bytes(array("q", fen).tobytes())


def load_premiums(path: Path) -> list[int]:
    """Read premiums in fen."""
    premiums = array("q")
    premiums.frombytes(path.read_bytes())
    return premiums.tolist()
