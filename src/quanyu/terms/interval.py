"""Intervals with ends that say whether they belong."""

import re
from dataclasses import dataclass
from fractions import Fraction

from quanyu.terms.number import read_number

__all__ = ["Bound", "Interval", "read_interval"]

_FORM = re.compile(r"\s*([\[(（])\s*([^,，]*?)\s*[,，]\s*([^,，]*?)\s*([\])）])\s*")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
Bound = Fraction | float | str
"""A finite exact number, `inf` or `-inf` as float, or a month-day `MM-DD` as text."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`; `closed_low` and `closed_high` say whether the ends belong to it.

    Month-days (`[02-19, 02-28]`) are compared as text and do not wrap over new year.
    """

    low: Bound
    high: Bound
    closed_low: bool
    closed_high: bool

    def __post_init__(self) -> None:
        if isinstance(self.low, str) != isinstance(self.high, str):
            raise ValueError("both ends of an interval are numbers, or both are month-days")
        if self.low > self.high or (self.low == self.high and not (self.closed_low and self.closed_high)):  # type: ignore[operator]
            raise ValueError("an interval goes from the smaller end to the larger")

    def __contains__(self, x: object) -> bool:
        above = x > self.low or (self.closed_low and x == self.low)  # type: ignore[operator]
        below = x < self.high or (self.closed_high and x == self.high)  # type: ignore[operator]
        return bool(above and below)

    def __str__(self) -> str:
        return f"{'[' if self.closed_low else '('}{_end(self.low)}, {_end(self.high)}{']' if self.closed_high else ')'}"


def _end(bound: Bound) -> str:
    return f"{bound}" if isinstance(bound, str | float) or bound.denominator == 1 else f"{float(bound):g}"


def _bound(text: str) -> Bound | None:
    if text in ("inf", "-inf"):
        return float(text)
    if _MONTH_DAY.fullmatch(text):
        return text
    return read_number(text)


def read_interval(text: str) -> Interval | None:
    """`(20, 50]`, `[0, inf)`, `[02-19, 02-28]`; None where `text` is no interval or its ends are in the wrong order."""
    m = _FORM.fullmatch(text)
    if not m:
        return None
    low, high = _bound(m[2]), _bound(m[3])
    if low is None or high is None:
        return None
    try:
        return Interval(low, high, m[1] == "[", m[4] == "]")
    except (ValueError, TypeError):
        return None
