"""What an expression takes and gives on one row, and why it may have no value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from quanyu.formula.window import is_date

__all__ = [
    "DivisionByZero",
    "EvaluationError",
    "Given",
    "MissingName",
    "Scalar",
    "Series",
    "Undefined",
    "Value",
    "WrongType",
]


class EvaluationError(Exception):
    """An expression has no value on these facts."""

    @property
    def chinese(self) -> str:
        """Why, as a Chinese message ends."""
        return str(self)


class MissingName(EvaluationError):  # noqa: N818 - the reason is the name
    """A name that is needed has no value; `name` says which."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name} has no value"

    @property
    def chinese(self) -> str:
        """Which name has no value."""
        return f"没有 {self.name} 的值"


class DivisionByZero(EvaluationError):  # noqa: N818 - the reason is the name
    """A divisor is zero."""


class Undefined(EvaluationError):  # noqa: N818 - the reason is the name
    """Nothing defines the value: inf - inf, the mean of no elements, a window over a series without dates."""


class WrongType(EvaluationError):  # noqa: N818 - the reason is the name
    """A value is not of the type its place needs; a checked expression over values of the declared types never is."""


Scalar: TypeAlias = Fraction | float | bool | str
"""One exact value; float for inf and -inf alone."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order, with their dates where known: `2021-06-08` or `06-08`, one a value."""

    values: tuple[Scalar, ...]
    dates: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.dates is None:
            return
        if len(self.dates) != len(self.values):
            raise ValueError(f"{len(self.values)} values with {len(self.dates)} dates")
        wrong = next((day for day in self.dates if not is_date(day)), None)
        if wrong is not None:
            raise ValueError(f"{wrong!r} is no date")

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Scalar]:
        return iter(self.values)


Value: TypeAlias = Scalar | Series
"""What an expression gives on one row."""

Given: TypeAlias = Value | int | Decimal | Sequence["Given"] | None
"""What a row may hold: numbers of any kind (a float by its shortest decimal), lists for series, None for missing."""
