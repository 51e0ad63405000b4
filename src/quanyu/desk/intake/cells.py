"""One row of a table while it is read: texts and days by field, with what is wrong with them."""

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from quanyu.tables import Blocks, Rows, as_texts
from quanyu.terms import Finding, Text

__all__ = ["Cells", "cells_of"]

_BLOCK = 2_000


@dataclass
class Cells:
    """The filled cells of a row by field. findings: what was wrong with those that were read."""

    rows: Rows
    row: int
    values: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """A cell, None where it is empty."""
        return self.values.get(name)

    def needed(self, name: str) -> str:
        """A cell that has to be filled; a finding where it is not."""
        if name not in self.values:
            self._bad(name, Text("空", "empty"), Text("文字", "a text"))
        return self.values.get(name, "")

    def day(self, name: str, default: dt.date | None = None) -> dt.date:
        """A cell that is a day, `default` where it is empty; a finding where it is none."""
        text = self.values.get(name)
        if text is None and default is not None:
            return default
        try:
            return dt.date.fromisoformat(text or "")
        except ValueError:
            said = Text("空", "empty") if text is None else Text.same(text)
            self._bad(name, said, Text("日期 2026-01-31", "a date 2026-01-31"))
            return default or dt.date.min

    def rest(self, known: Collection[str]) -> dict[str, str]:
        """The cells of all columns but these."""
        return {name: text for name, text in self.values.items() if name not in known}

    def placed(self, finding: Finding) -> Finding:
        """A finding about this row, at the cell of the field that it names, if one."""
        if finding.place is not None:
            return finding
        columns = self.rows.frame.columns
        words = set(re.findall(r"\w+", finding.reason.en))
        cell = next((name for name in columns if name in words), columns[0])
        return replace(finding, place=self.rows.place(self.row, cell), excerpt=self._excerpt())

    def _bad(self, name: str, said: Text, wanted: Text) -> None:
        zh, en = f"“{name}”的值是“{said.zh}”", f"`{name}` is {said.en!r}"
        remedy = Text(f"应为{wanted.zh}", f"it should be {wanted.en}")
        place = self.rows.place(self.row, name)
        self.findings.append(Finding("bad-cell", place, Text(zh, en), remedy, excerpt=self._excerpt()))

    def _excerpt(self) -> str:
        return " | ".join(str(value) for value in self.rows.frame.row(self.row)[:8])


def cells_of(blocks: Blocks) -> Iterator[Cells]:
    """Every row of a table, in order."""
    for rows in blocks.blocks(_BLOCK):
        texts = pl.DataFrame({name: as_texts(rows.frame[name]) for name in rows.frame.columns})
        for row, values in enumerate(texts.iter_rows(named=True)):
            yield Cells(rows, row, {name: text for name, text in values.items() if text is not None})
