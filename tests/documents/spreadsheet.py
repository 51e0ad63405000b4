"""A small reader of workbooks that finds what their formulas give, exactly, and shares nothing with the writer."""

import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook

__all__ = ["Sheets"]

TOKEN = re.compile(
    r"(?P<call>SUBTOTAL|SUM|ROUND)\(|(?P<cell>(?:'(?:[^']|'')+'!)?[A-Z]+[0-9]+(?::[A-Z]+[0-9]+)?)"
    r"|(?P<number>[0-9]+)|(?P<sign>[-+,()])"
)


class Sheets:
    """The formulas of a workbook beside their cached values."""

    def __init__(self, path: Path) -> None:
        self.formulas: Workbook = load_workbook(path)
        self.values: Workbook = load_workbook(path, data_only=True)

    def cells(self, sheet: str | None = None) -> list[Cell]:
        """Every cell that holds something."""
        sheets = [w for w in self.formulas.worksheets if sheet in (None, w.title)]
        return [c for w in sheets for row in w.iter_rows() for c in row if isinstance(c, Cell) and c.value is not None]

    def texts(self) -> list[str]:
        return [c.value for c in self.cells() if isinstance(c.value, str) and c.data_type == "s"]

    def computed(self) -> list[tuple[Cell, Decimal, Decimal]]:
        """Each formula with what it gives here and the value that was stored."""
        return [(c, self.find(c), self.stored(c)) for c in self.cells() if c.data_type == "f"]

    def stored(self, cell: Cell) -> Decimal:
        value = self.values[cell.parent.title][cell.coordinate].value
        return Decimal(repr(value)) if isinstance(value, int | float) else Decimal(0)

    def find(self, cell: Cell) -> Decimal:
        if cell.data_type != "f":
            return self.stored(cell)
        tokens = list(TOKEN.finditer(str(cell.value)[1:]))
        assert "".join(m.group() for m in tokens) == str(cell.value)[1:], cell.value
        value, rest = self._sum(tokens, cell.parent.title)
        assert not rest
        return value

    def _sum(self, tokens: list[re.Match[str]], sheet: str) -> tuple[Decimal, list[re.Match[str]]]:
        total, sign = Decimal(0), 1
        while tokens and tokens[0].group() not in (",", ")"):
            if tokens[0].group() in ("+", "-"):
                sign, tokens = (1 if tokens[0].group() == "+" else -1), tokens[1:]
            value, tokens = self._term(tokens, sheet)
            total, sign = total + sign * value, 1
        return total, tokens

    def _term(self, tokens: list[re.Match[str]], sheet: str) -> tuple[Decimal, list[re.Match[str]]]:
        first, rest = tokens[0], tokens[1:]
        if first["number"]:
            return Decimal(first.group()), rest
        if first["cell"]:
            (only,) = self._range(first.group(), sheet)
            return self.find(only), rest
        if first["call"] == "ROUND":
            value, rest = self._sum(rest, sheet)
            assert [m.group() for m in rest[:3]] == [",", "2", ")"]
            return value.quantize(Decimal("0.01"), ROUND_HALF_UP), rest[3:]
        if first["call"]:
            nested = first["call"] == "SUBTOTAL"
            if nested:
                assert [m.group() for m in rest[:2]] == ["9", ","]
                rest = rest[2:]
            cells = self._range(rest[0].group(), sheet)
            kept = [c for c in cells if not (nested and "SUBTOTAL" in str(c.value))]
            return sum((self.find(c) for c in kept if c.data_type in "nf"), Decimal(0)), rest[2:]
        assert first.group() == "("
        value, rest = self._sum(rest, sheet)
        return value, rest[1:]

    def _range(self, text: str, sheet: str) -> list[Cell]:
        place, _, cells = text.rpartition("!")
        name = place[1:-1].replace("''", "'") if place else sheet
        found = self.formulas[name][cells]
        rows = found if isinstance(found, tuple) else ((found,),)
        return [c for row in rows for c in (row if isinstance(row, tuple) else (row,)) if isinstance(c, Cell)]
