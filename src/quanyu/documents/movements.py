"""Income and outgo of an account as a workbook, in the form of a fund's 收支表."""

from pathlib import Path
from typing import Any

from quanyu.documents.accounted import AccountMovements, MovementLine
from quanyu.documents.framing import check_row, head, in_capitals, signatures
from quanyu.documents.workbook import Language, Workbook, exact
from quanyu.terms import Text

__all__ = ["write_account_movements"]


def write_account_movements(movements: AccountMovements, path: Path, *, language: Language = "both") -> Path:
    """Write the income and outgo of an account as Excel; gives `path` back.

    Raises ValueError where a closing balance is not opening plus income less outgo.
    """
    with Workbook(path, movements.heading, language=language) as book:
        sheet = book.add(Text("收支表", "Movements"))
        heads = ("项目", "Item"), ("行次", "Row"), ("本期数", "Period"), ("本年累计数", "Year to date")
        _Movements(book, sheet, head(book, sheet, heads, (52, 10, 26, 26))).write(movements)
    return path


class _Movements:
    """The rows of income and outgo; the column of row numbers counts from 1 as such forms do."""

    def __init__(self, book: Workbook, sheet: Any, row: int) -> None:
        self.book, self.sheet, self.row, self.first = book, sheet, row, row

    def line(self, label: Text | str, values: tuple[int, int], formula: str = "", *, total: bool = False) -> int:
        """A row of two amounts; `formula` holds @ where the column's letter goes. Gives its number from 1."""
        book, at = self.book, self.row
        book.text(self.sheet, (at, 0), book.say(label, "  "), "total" if total else "text")
        self.sheet.write_number(at, 1, at - self.first + 1, book.form("total_count" if total else "count"))
        for column, value in zip((2, 3), values, strict=True):
            form = "total_money" if total else "money"
            if formula:
                said = formula.replace("@", "ABCD"[column])
                book.formula(self.sheet, (at, column), said, value=exact(value), form=form)
            else:
                book.amount(self.sheet, (at, column), exact(value), form)
        self.row += 1
        return self.row

    def items(self, label: Text, lines: tuple[MovementLine, ...]) -> tuple[int, tuple[int, int]]:
        """A sum with its items below it."""
        sums = sum(line.period for line in lines), sum(line.year for line in lines)
        at = self.row + 1
        formula = f"=SUM(@{at + 1}:@{at + len(lines)})" if lines else "=0"
        self.line(label, sums, formula, total=True)
        for line in lines:
            self.line(f"　　{self.book.say(line.text, '  ')}", (line.period, line.year))
        return at, sums

    def write(self, m: AccountMovements) -> None:
        """Opening, income, outgo, their difference, closing, and the check against the book."""
        opening = self.line(Text("一、期初结余", "Opening balance"), m.opening)
        income, gained = self.items(Text("二、收入合计", "Income"), m.income)
        outgo, spent = self.items(Text("三、支出合计", "Outgo"), m.outgo)
        rest = gained[0] - spent[0], gained[1] - spent[1]
        if (m.opening[0] + rest[0], m.opening[1] + rest[1]) != m.closing:
            raise ValueError(f"opening {m.opening} and movements {rest} do not lead to the closing {m.closing}")
        change = self.line(Text("四、收支结余", "Income less outgo"), rest, f"=@{income}-@{outgo}", total=True)
        closing = self.line(Text("五、期末结余", "Closing balance"), m.closing, f"=@{opening}+@{change}", total=True)
        stated = self.line(Text("账簿期末结余", "Closing balance of the book"), m.closing)
        for column, name in ((2, "C"), (3, "D")):
            label = Text(f"核对（{name} 列，应为 0）", f"Check (column {name}, must be 0)")
            check_row(self.book, self.sheet, self.row, label, (0, column), (f"{name}{closing}-{name}{stated}", 0))
            self.row += 1
        in_capitals(self.book, self.sheet, self.row + 1, Text("期末结余", "Closing balance"), m.closing[0])
        signatures(self.book, self.sheet, self.row + 3, 4)
