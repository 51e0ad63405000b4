"""The plain values every workbook shares: what stands over it, its columns, its cells; and a list made of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from quanyu.terms import Text

__all__ = ["Column", "ColumnKind", "Entry", "Heading", "Listing"]

Entry = Text | str | int | float | Decimal | Fraction | date | datetime | None
"""What a cell of a list may hold; None stays empty."""
ColumnKind = Literal["text", "money", "number", "count", "share", "date", "time"]
"""How a column reads: money is whole fen shown in yuan, a share is a part of 1 shown in per cent, a count is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands over every sheet. `evidence`: the head of the log when the figures were taken.

    currency: of all amounts, by its code; None where rows have their own, which are never added up.
    """

    title: Text
    party: Text
    programme: Text | None = None
    first: date | None = None
    last: date | None = None
    made: datetime
    number: str = ""
    evidence: str = ""
    illustrative: bool = False
    currency: str | None = "CNY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a list; with `total` its sum stands below."""

    title: Text
    kind: ColumnKind = "text"
    total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Any list of the book 清单; rows may be a stream and are read once."""

    heading: Heading
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Entry, ...]]
