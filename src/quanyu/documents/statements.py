"""A statement of account as a workbook: a sheet that sums up, one with every entry, one for information only."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quanyu.documents.accounted import Statement, StatementSection
from quanyu.documents.framing import check_row, head, in_capitals, signatures, span, wide
from quanyu.documents.listed import Column, Entry
from quanyu.documents.tabulate import Sums, Table
from quanyu.documents.workbook import MOST_ROWS, Language, Workbook, exact
from quanyu.terms import Text

__all__ = ["write_statement"]

_COLUMNS = (
    Column(title=Text("日期", "Date"), kind="date"),
    Column(title=Text("凭证号", "Document no.")),
    Column(title=Text("对方", "Counterparty")),
    Column(title=Text("摘要", "Text")),
    Column(title=Text("借方", "Debit"), kind="money", total=True),
    Column(title=Text("贷方", "Credit"), kind="money", total=True),
)
_DEBIT, _CREDIT = 5, 6
_WIDTHS = (46, 10, 24, 24, 24)
_NUMERALS = "一二三四五六七八九十"


def write_statement(statement: Statement, path: Path, *, language: Language = "both", rows: int = MOST_ROWS) -> Path:
    """Write the statement as Excel; gives `path` back. `rows`: the most a sheet may have.

    Raises ValueError, and writes nothing, where the closing balance is not opening plus credits less debits.
    """
    with Workbook(path, statement.heading, language=language, rows=rows) as book:
        front = book.add(Text("账单", "Statement"))
        plain = [s for s in statement.sections if not s.memo]
        memos = [s for s in statement.sections if s.memo]
        sums, whole = _entries(book, Text("明细", "Entries"), plain)
        noted = _entries(book, Text("备查", "Memo"), memos)[0] if memos else []
        found = statement.opening + whole.fen(_CREDIT) - whole.fen(_DEBIT)
        if found != statement.closing:
            raise ValueError(f"the entries lead to {found} fen, the book closes with {statement.closing}")
        _front(
            _Front(book, front, statement),
            (list(zip(plain, sums, strict=True)), list(zip(memos, noted, strict=True))),
            whole,
        )
    return path


def _entries(book: Workbook, name: Text, sections: list[StatementSection]) -> tuple[list[Sums], Sums]:
    title = Text(f"{book.heading.title.zh}——{name.zh}", f"{book.heading.title.en}: {name.en.lower()}")
    table = Table(book, name, title, _COLUMNS)
    sums = [table.group(section.title, _rows(section)) for section in sections]
    whole = table.close()
    table.sign()
    return sums, whole


def _rows(section: StatementSection) -> Iterator[tuple[Entry, ...]]:
    for line in section.lines:
        if line.debit < 0 or line.credit < 0 or (line.debit and line.credit):
            raise ValueError(f"document {line.document}: debit and credit are not negative, and one of them is 0")
        yield line.day, line.document, line.counterparty, line.text, line.debit or None, line.credit or None


class _Front:
    """The first sheet: one row a section, with a running balance."""

    def __init__(self, book: Workbook, sheet: Any, statement: Statement) -> None:
        self.book, self.sheet, self.statement = book, sheet, statement
        heads = ("项目", "Item"), ("笔数", "Entries"), ("借方", "Debit"), ("贷方", "Credit"), ("余额", "Balance")
        self.row = head(book, sheet, heads, _WIDTHS)

    def line(
        self,
        label: Text | str,
        cells: tuple[tuple[str, int] | None, ...],
        *,
        count: int | None = None,
        total: bool = False,
    ) -> int:
        """A row; `cells`: debit, credit and balance, each a formula with its value in fen; gives its number from 1."""
        book, sheet = self.book, self.sheet
        text, form = ("total", "total_money") if total else ("text", "money")
        said = book.say(label, "  ")
        if wide(said) > _WIDTHS[0] - 3:
            sheet.set_row(self.row, 28)
        book.text(sheet, (self.row, 0), said, text)
        if count is None:
            book.text(sheet, (self.row, 1), "", text)
        else:
            sheet.write_number(self.row, 1, count, book.form("total_count" if total else "count"))
        for at, cell in enumerate(cells, 2):
            if cell is None:
                book.text(sheet, (self.row, at), "", text)
            elif cell[0]:
                book.formula(sheet, (self.row, at), cell[0], value=exact(cell[1]), form=form)
            else:
                book.amount(sheet, (self.row, at), exact(cell[1]), form)
        self.row += 1
        return self.row


_Summed = list[tuple[StatementSection, Sums]]


def _front(front: _Front, sections: tuple[_Summed, _Summed], whole: Sums) -> None:
    statement, balance = front.statement, front.statement.opening
    start = front.line(Text("期初余额", "Opening balance"), (None, None, ("", balance)))
    for number, (section, sums) in enumerate(sections[0]):
        debit, credit = sums.fen(_DEBIT), sums.fen(_CREDIT)
        balance += credit - debit
        at = front.row + 1
        running = (f"=E{at - 1}-C{at}+D{at}", balance)
        cells = (sums.formula(_DEBIT), debit), (sums.formula(_CREDIT), credit), running
        front.line(_numbered(number, section.title), cells, count=sums.rows)
    end = front.row
    debits, credits_ = (
        (("=0", 0),) * 2
        if end == start
        else ((f"=SUM({c}{start + 1}:{c}{end})", whole.fen(at)) for c, at in (("C", _DEBIT), ("D", _CREDIT)))
    )
    total = front.line(
        Text("本期发生额合计", "Total of the period"), (debits, credits_, None), count=whole.rows, total=True
    )
    closing = (f"=E{start}+D{total}-C{total}", statement.closing)
    last = front.line(Text("期末余额", "Closing balance"), (None, None, closing), total=True)
    stated = front.line(Text("账簿期末余额", "Closing balance of the book"), (None, None, ("", statement.closing)))
    checks = (
        (Text("核对：计算余额 − 账簿余额（应为 0）", "Check: computed less book (must be 0)"), f"E{last}-E{stated}"),
        (
            Text("核对：明细合计 − 本表合计（应为 0）", "Check: entries less this sheet (must be 0)"),
            f"({whole.formula(_CREDIT)[1:]})-({whole.formula(_DEBIT)[1:]})-(D{total}-C{total})",
        ),
    )
    for label, formula in checks:
        check_row(front.book, front.sheet, front.row, label, (0, 4), (formula, 0))
        front.row += 1
    _below(front, sections[1])


def _numbered(number: int, title: Text) -> Text:
    mark = _NUMERALS[number] if number < len(_NUMERALS) else str(number + 1)
    return Text(f"{mark}、{title.zh}", f"{number + 1}. {title.en}" if title.en != title.zh else f"{mark}、{title.zh}")


def _below(front: _Front, memos: _Summed) -> None:
    book, sheet, closing = front.book, front.sheet, front.statement.closing
    for section, sums in memos:
        label = Text(f"备查：{section.title.zh}（不计入余额）", f"Memo: {section.title.en} (not in the balance)")
        cells = (sums.formula(_DEBIT), sums.fen(_DEBIT)), (sums.formula(_CREDIT), sums.fen(_CREDIT)), None
        front.line(label, cells, count=sums.rows)
    in_capitals(book, sheet, front.row + 1, Text("期末余额", "Closing balance"), closing)
    note = Text(
        "余额为正：应付往来方；为负：往来方应付。", "A positive balance is owed to the party, a negative one by it."
    )
    span(book, sheet, (front.row + 2, 0, 4), book.say(note, "  "), "fact")
    signatures(book, sheet, front.row + 4, 5)
