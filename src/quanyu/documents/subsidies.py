"""A settlement of premium subsidies as a workbook: a sheet by level of government, a sheet by district."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quanyu.documents.accounted import SubsidyLine, SubsidyStatement
from quanyu.documents.framing import check_row, head, in_capitals, signatures
from quanyu.documents.listed import Column, Entry
from quanyu.documents.tabulate import Sums, Table
from quanyu.documents.workbook import Language, Workbook, exact
from quanyu.terms import Text

__all__ = ["write_subsidy_statement"]


def write_subsidy_statement(statement: SubsidyStatement, path: Path, *, language: Language = "both") -> Path:
    """Write a settlement of subsidies as Excel: a sheet by level of government, a sheet by district; gives `path` back.

    Raises ValueError where a premium is not what the insured and the levels owe.
    """
    with Workbook(path, statement.heading, language=language) as book:
        front = book.add(Text("分级汇总", "By level"))
        name = Text("结算明细", "By district")
        title = Text(f"{statement.heading.title.zh}——{name.zh}", f"{statement.heading.title.en}: {name.en.lower()}")
        table = Table(book, name, title, _subsidy_columns(statement.levels))
        table.group(None, _subsidies(statement))
        sums = table.close()
        count = len(statement.levels)
        parts = [sums.cells[at][0] for at in range(6, 7 + count)]
        label = Text(
            "核对：总保费 − 自缴 − 各级应补（应为 0）", "Check: premium − own part − subsidies due (must be 0)"
        )
        table.check(label, f"{sums.cells[5][0]}-{'-'.join(parts)}", 0)
        table.sign()
        _levels(book, front, statement.levels, sums)
    return path


def _subsidy_columns(levels: tuple[Text, ...]) -> tuple[Column, ...]:
    due = [Column(title=Text(f"{v.zh}应补", f"{v.en}: due"), kind="money", total=True) for v in levels]
    paid = [Column(title=Text(f"{v.zh}已拨", f"{v.en}: paid"), kind="money", total=True) for v in levels]
    return (
        Column(title=Text("地区", "District")),
        Column(title=Text("险种或方案", "Programme")),
        Column(title=Text("保单数", "Policies"), kind="count", total=True),
        Column(title=Text("保险金额", "Sum insured"), kind="money", total=True),
        Column(title=Text("总保费", "Premium"), kind="money", total=True),
        Column(title=Text("投保人自缴", "Paid by policyholders"), kind="money", total=True),
        *due,
        *paid,
        Column(title=Text("待拨付", "Outstanding"), kind="money", total=True),
    )


def _subsidies(statement: SubsidyStatement) -> Iterator[tuple[Entry, ...]]:
    for line in statement.lines:
        _proved(line, len(statement.levels))
        rest = sum(line.due) - sum(line.paid)
        yield (
            line.district, line.programme, line.policies, line.sum_insured, line.premium, line.own,
            *line.due, *line.paid, rest,
        )  # fmt: skip


def _proved(line: SubsidyLine, levels: int) -> None:
    if len(line.due) != levels or len(line.paid) != levels:
        raise ValueError(f"{line.district.en}: {levels} levels, but {len(line.due)} due and {len(line.paid)} paid")
    if line.premium != line.own + sum(line.due):
        raise ValueError(f"{line.district.en}: {line.own} and {line.due} fen are not the premium of {line.premium}")


def _levels(book: Workbook, sheet: Any, levels: tuple[Text, ...], sums: Sums) -> None:
    heads = (("财政级次", "Level"), ("应补贴", "Due"), ("已拨付", "Paid"), ("待拨付", "Outstanding"))
    row = head(book, sheet, heads, (40, 24, 24, 24))
    first, count = row, len(levels)
    for at, level in enumerate(levels):
        due, paid = 7 + at, 7 + count + at
        book.text(sheet, (row, 0), book.say(level, "  "))
        book.formula(sheet, (row, 1), sums.formula(due), value=exact(sums.fen(due)), form="money")
        book.formula(sheet, (row, 2), sums.formula(paid), value=exact(sums.fen(paid)), form="money")
        rest = exact(sums.fen(due) - sums.fen(paid))
        book.formula(sheet, (row, 3), f"=B{row + 1}-C{row + 1}", value=rest, form="money")
        row += 1
    book.text(sheet, (row, 0), book.say(Text("合计", "Total"), "  "), "total")
    due, paid = (sum(sums.fen(start + at) for at in range(count)) for start in (7, 7 + count))
    for at, value in enumerate((due, paid, due - paid), 1):
        column = "ABCD"[at]
        formula = f"=SUM({column}{first + 1}:{column}{row})"
        book.formula(sheet, (row, at), formula, value=exact(value), form="total_money")
    label = Text("核对：待拨付 − 明细待拨付（应为 0）", "Check: outstanding less that of the districts (must be 0)")
    check_row(book, sheet, row + 1, label, (0, 3), (f"D{row + 1}-{sums.cells[7 + 2 * count][0]}", 0))
    in_capitals(book, sheet, row + 3, Text("待拨付", "Outstanding"), due - paid)
    signatures(book, sheet, row + 5, 4)
