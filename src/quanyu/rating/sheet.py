"""The premium sheet: how one premium came about, line by line."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

__all__ = ["Kind", "Line", "Sheet"]

Kind: TypeAlias = Literal["base", "factor", "plus", "loading", "minimum", "maximum", "time", "rounding"]


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a premium.

    source: the text of the programme file. key: the values a table was entered with; row: the row they hit.
    raw: the value as found (an amount, a factor, a loading's rate, a bound, a share of the period, a rounding step).
    held: the same after the factor's bounds. running: the premium after this line.
    """

    kind: Kind
    name: str
    source: str
    raw: Fraction
    held: Fraction
    running: Fraction
    key: str = ""
    row: str = ""

    @property
    def bounded(self) -> bool:
        """Whether the bounds changed the factor."""
        return self.raw != self.held


@dataclass(frozen=True, slots=True)
class Sheet:
    """A premium with its lines in the order in which they were applied; amounts in the programme's currency."""

    lines: tuple[Line, ...]
    premium: Fraction

    @property
    def fen(self) -> int:
        """The premium in whole fen, half a fen up."""
        return (self.premium * 100 + Fraction(1, 2)).__floor__()
