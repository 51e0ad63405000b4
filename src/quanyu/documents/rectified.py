"""The plain values of a rectification 批量整改: one change of terms, many programmes, what became of each."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from quanyu.terms import Text

__all__ = ["Rectification", "Rectified", "RectifiedTerm"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RectifiedTerm:
    """A term that differs, how its change ranks and why."""

    path: str
    before: str
    after: str
    rank: str
    reason: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectified:
    """What became of one programme. reasons: why not, where it was not applied.

    policies, before, after, declined: of the portfolio in force, premiums in fen; None where the book has no version.
    """

    programme: str
    name: Text
    version: str
    status: Literal["applied", "not applied", "not meant"]
    reasons: tuple[Text, ...] = ()
    terms: tuple[RectifiedTerm, ...] = ()
    policies: int | None = None
    before: int = 0
    after: int = 0
    declined: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """The whole report. published: whether the new versions stand in the book."""

    title: Text
    source: Text | None
    by: date
    reason: str
    asked: tuple[tuple[str, str], ...]
    lines: tuple[Rectified, ...]
    published: bool
    made: datetime
    refused: tuple[Text, ...] = ()

    def count(self, status: str) -> int:
        """How many programmes have a status."""
        return sum(line.status == status for line in self.lines)
