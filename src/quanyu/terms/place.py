"""Where something stands in a user's file."""

from dataclasses import dataclass

__all__ = ["Place"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A span on one line of a file; `line` and `column` count from 1, `end` is the column after the last character.

    In a table, `line` is the row as the spreadsheet shows it and `sheet` names the sheet.
    """

    file: str
    line: int
    column: int
    end: int = 0
    sheet: str = ""

    def __str__(self) -> str:
        sheet = f"[{self.sheet}]" if self.sheet else ""
        return f"{self.file}{sheet}:{self.line}:{self.column}"

    def within(self, start: int, stop: int) -> "Place":
        """The part of this span from character `start` to `stop`, both counted from its beginning."""
        return Place(self.file, self.line, self.column + start, self.column + stop, self.sheet)
