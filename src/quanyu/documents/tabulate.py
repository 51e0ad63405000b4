"""Tables of a workbook: rows in groups with sub-totals, totals that are formulas, as many sheets as needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xlsxwriter.utility import xl_col_to_name

from quanyu.documents.framing import check_row, signatures, span, title_block, wide
from quanyu.documents.listed import Column, Entry
from quanyu.documents.workbook import Workbook, exact, too_long
from quanyu.terms import Text

__all__ = ["Sums", "Table"]

_FOOT = 12
_MEASURED = 500
_BROADEST = 50
_NO_TOTAL = Text("未合计：有超过 15 位的数", "no total: a number has more than 15 digits")
_NARROWEST = {"text": 8, "money": 14, "number": 10, "count": 9, "share": 10, "date": 12, "time": 20}


@dataclass
class Sums:
    """What totalled columns come to, and the cells that say so, by column: fen of money, numbers as they are.

    untotalled: columns with a number of more digits than Excel keeps, which stands as text and in no formula.
    """

    rows: int = 0
    values: dict[int, int | Decimal] = field(default_factory=dict)
    cells: dict[int, list[str]] = field(default_factory=dict)
    untotalled: set[int] = field(default_factory=set)

    def add(self, other: "Sums") -> None:
        """Adds the rows of `other`, and none of its cells."""
        self.rows += other.rows
        self.untotalled |= other.untotalled
        for at, value in other.values.items():
            self.values[at] = self.values.get(at, 0) + value

    def formula(self, column: int) -> str:
        """The cells of a column, added up; 0 where there is none."""
        return "=" + ("+".join(self.cells.get(column, [])) or "0")

    def fen(self, column: int) -> int:
        """The sum of a money column."""
        return int(self.values.get(column, 0))


class Table:
    """A table over one sheet, or several where the rows are too many for one."""

    def __init__(self, book: Workbook, name: Text, title: Text, columns: Sequence[Column]) -> None:
        self.book, self.name, self.title = book, name, title
        self.columns = (Column(title=Text("序号", "No."), kind="count"), *columns)
        self.totalled = [at for at, column in enumerate(self.columns) if column.total]
        self.whole, self._group, self._part, self._shard = Sums(), Sums(), Sums(), Sums()
        self._open()

    def _open(self) -> None:
        self.sheet = self.book.add(self.name)
        head = title_block(self.book, self.sheet, self.title, len(self.columns))
        self.sheet.set_row(head, 32 if self.book.language == "both" else 20)
        for at, column in enumerate(self.columns):
            self.book.text(self.sheet, (head, at), column.title, "head")
        self.sheet.freeze_panes(head + 1, 0)
        self.sheet.repeat_rows(head)
        self._plain, self._head = False, head
        self.row = self._first = self._start = head + 1
        self._widths = [max(_NARROWEST[c.kind], wide(self.book.say(c.title)) + 2) for c in self.columns]
        self._widths[0] = 7
        self._part = Sums()

    def group(self, title: Text | None, rows: Iterable[Sequence[Entry]]) -> Sums:
        """Rows under a title of their own with a sub-total, or plain rows without; what they come to."""
        self._group = Sums()
        self._caption(title)
        for row in rows:
            if self.row >= self.book.rows - _FOOT:
                self._end_shard(title)
                self._close_sheet()
                self._open()
                self._caption(title)
            self._line(row)
        self._end_shard(title)
        return self._group

    def _caption(self, title: Text | None) -> None:
        if title is None:
            self._plain = True
        else:
            span(self.book, self.sheet, (self.row, 0, len(self.columns) - 1), self.book.say(title, "  "), "section")
            self.row += 1
        self._start = self.row

    def _line(self, row: Sequence[Entry]) -> None:
        shard = self._shard
        shard.rows += 1
        cells, lines = (self.whole.rows + shard.rows, *row), 1
        for at, (value, column) in enumerate(zip(cells, self.columns, strict=True)):
            self.book.entry(self.sheet, (self.row, at), value, column.kind)
            if isinstance(value, str | Text):
                lines = max(lines, self._fit(at, self.book.plain(value)))
        if lines > 1:
            self.sheet.set_row(self.row, 13.5 * lines)
        for at in self.totalled:
            value = cells[at]
            if isinstance(value, int | Decimal):
                shard.values[at] = shard.values.get(at, 0) + value
                if too_long(value):
                    shard.untotalled.add(at)
            elif value is not None:
                raise ValueError(f"column {at} is totalled but holds {value!r}: give whole fen or numbers")
        self.row += 1

    def _fit(self, at: int, said: str) -> int:
        """Widens a column for one of its first texts, within bounds; the lines the text takes."""
        if 2 * len(said) + 3 <= self._widths[at] and "\n" not in said:
            return 1
        needed = wide(said)
        if self.row - self._first < _MEASURED:
            self._widths[at] = max(self._widths[at], min(_BROADEST, needed + 3))
        return min(20, said.count("\n") - (-(needed + 1) // self._widths[at]))

    def _end_shard(self, title: Text | None) -> None:
        """The rows since the caption, on this sheet: a sub-total where they have a title."""
        if title is not None:
            for at, ref in self._sum_row(Text("小计", "Sub-total"), self._start, self._shard).items():
                self._group.cells.setdefault(at, []).append(ref)
        for sums in (self._group, self._part, self.whole):
            sums.add(self._shard)
        self._shard, self._start = Sums(), self.row

    def _sum_row(self, label: Text, start: int, sums: Sums) -> dict[int, str]:
        """A row of SUBTOTAL formulas over the rows from `start`; they leave the sub-totals between them out."""
        formulas = {}
        for at in self.totalled:
            name = xl_col_to_name(at)
            formulas[at] = f"=SUBTOTAL(9,{name}{start + 1}:{name}{self.row})" if self.row > start else "=0"
        return self.sum_row(label, formulas, sums)

    def sum_row(self, label: Text, formulas: dict[int, str], sums: Sums) -> dict[int, str]:
        """A row with formulas by column and their true values; the places of its cells, for other formulas."""
        place = 0 if 1 in formulas else 1
        for at in range(len(self.columns)):
            if at in formulas and at in sums.untotalled:
                self.book.text(self.sheet, (self.row, at), self.book.say(_NO_TOTAL, "  "), "total")
            elif at in formulas:
                self._formula(at, formulas[at], sums)
            else:
                self.book.text(self.sheet, (self.row, at), self.book.say(label, " ") if at == place else "", "total")
        self.row += 1
        name = self.sheet.get_name().replace("'", "''")
        return {at: f"'{name}'!{xl_col_to_name(at)}{self.row}" for at in formulas}

    def _formula(self, at: int, formula: str, sums: Sums) -> None:
        money = self.columns[at].kind == "money"
        value = exact(sums.fen(at)) if money else Decimal(sums.values.get(at, 0))
        form = f"total_{self.columns[at].kind}"
        self.book.formula(self.sheet, (self.row, at), formula, value=value, form=form)
        self._widths[at] = max(self._widths[at], len(f"{value:,}") + 3)

    def _close_sheet(self) -> None:
        """The total of this sheet, its widths, and a filter where it has no groups."""
        if self._plain:
            self.sheet.autofilter(self._head, 0, max(self._head, self.row - 1), len(self.columns) - 1)
        if self.totalled:
            label = Text("合计", "Total")
            for at, ref in self._sum_row(label, self._first, self._part).items():
                self.whole.cells.setdefault(at, []).append(ref)
        for at, broad in enumerate(self._widths):
            self.sheet.set_column(at, at, broad)

    def close(self) -> Sums:
        """The last total, and the grand total where there are several sheets; what everything comes to."""
        self._close_sheet()
        several = any(len(cells) > 1 for cells in self.whole.cells.values())
        if several:
            formulas = {at: self.whole.formula(at) for at in self.totalled}
            refs = self.sum_row(Text("总计", "Grand total"), formulas, self.whole)
            self.whole.cells = {at: [ref] for at, ref in refs.items()}
        return self.whole

    def check(self, label: Text, formula: str, value: int) -> None:
        """A row that must say 0: what `formula` finds, rounded to the fen; `value` is what it is, in fen."""
        check_row(self.book, self.sheet, self.row, label, (1, self.totalled[-1]), (formula, value))
        self.row += 1

    def sign(self) -> None:
        """The lines for signatures, below everything."""
        signatures(self.book, self.sheet, self.row + 1, len(self.columns))
