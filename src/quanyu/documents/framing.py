"""What stands round a table of a workbook: title block, checks, signatures."""

import unicodedata
from typing import Any

from quanyu.documents import figures
from quanyu.documents.capitals import capitals
from quanyu.documents.workbook import Workbook, exact
from quanyu.terms import Text

__all__ = ["check_row", "head", "in_capitals", "signatures", "span", "title_block", "wide"]

_SIGNED = (
    Text("制表：", "Prepared by:"),
    Text("复核：", "Checked by:"),
    Text("负责人：", "Approved by:"),
    Text("日期：", "Date:"),
)


def title_block(book: Workbook, sheet: Any, title: Text, width: int) -> int:
    """Title, party, programme, period, unit, time and evidence over `width` columns; gives the next free row."""
    last, row = max(1, width - 1), 0
    if book.language != "en":
        sheet.set_row(row, 26)
        span(book, sheet, (row, 0, last), title.zh, "title")
        row += 1
    if book.language != "zh" and (title.en != title.zh or book.language == "en"):
        span(book, sheet, (row, 0, last), title.en, "title" if book.language == "en" else "subtitle")
        row += 1
    for facts in _facts(book):
        middle = max(0, (last + 1) // 2 - 1)
        places = ((0, middle), (middle + 1, last)) if len(facts) == 2 else ((0, last),)
        for (label, said), (start, end) in zip(facts, places, strict=True):
            span(book, sheet, (row, start, end), f"{book.say(label, ' ')}：{said}", "fact")
        row += 1
    return row


def _facts(book: Workbook) -> list[list[tuple[Text, str]]]:
    """Labels with what they say, one or two to a row."""
    heading = book.heading
    period = f"{heading.first or '…'} – {heading.last or '…'}" if heading.first or heading.last else "—"
    facts = [
        [(Text("往来方", "Party"), book.say(heading.party, " / "))],
        [(Text("保险方案", "Programme"), book.say(heading.programme or "—", " / "))],
        [(Text("编号", "Number"), heading.number or "—"), (Text("期间", "Period"), period)],
        [
            (Text("编制时间", "Made at"), figures.moment(heading.made)),
            (Text("金额单位", "Unit"), book.say(_unit(heading.currency), " ")),
        ],
        [(Text("证据日志头", "Evidence head"), heading.evidence or "—")],
    ]
    if heading.illustrative:
        facts.append([(Text("注", "Note"), book.say(Text("示意数据", "illustrative figures"), " "))])
    return facts


def _unit(currency: str | None) -> Text:
    """What amounts are printed in: yuan, another currency by its code, or that of each row."""
    if currency is None:
        return Text("各行币种", "the currency of each row")
    return Text("人民币元", "CNY yuan") if currency == "CNY" else Text.same(currency)


def span(book: Workbook, sheet: Any, at: tuple[int, int, int], text: str, form: str) -> None:
    """A text over the columns of a row, from the first to the last of `at`: row, first, last."""
    row, start, end = at
    if end > start:
        sheet.merge_range(row, start, row, end, "", book.form(form))
    book.text(sheet, (row, start), text, form)


def wide(text: str) -> int:
    """Columns of a fixed-width face a text takes on its longest line."""
    return max(sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in text.split("\n"))


def check_row(book: Workbook, sheet: Any, row: int, label: Text, at: tuple[int, int], check: tuple[str, int]) -> None:
    """A label over the columns from `at` on, and a formula in its second that must give 0, red where it does not."""
    (said, column), (formula, value) = at, check
    sheet.set_row(row, 28)
    span(book, sheet, (row, said, column - 1), book.say(label), "text")
    book.formula(sheet, (row, column), f"=ROUND({formula},2)", value=exact(value), form="total_money")
    rule = {"type": "cell", "value": 0}
    sheet.conditional_format(row, column, row, column, rule | {"criteria": "!=", "format": book.form("bad")})
    sheet.conditional_format(row, column, row, column, rule | {"criteria": "==", "format": book.form("good")})


def in_capitals(book: Workbook, sheet: Any, row: int, label: Text, fen: int) -> None:
    """An amount of yuan in the capital numerals of vouchers, of another currency in figures, over the first columns."""
    currency = book.heading.currency
    if currency == "CNY":
        label, said = Text(f"{label.zh}大写", f"{label.en} in capitals"), capitals(fen)
    else:
        said = f"{currency} {figures.fen(fen)}"
    span(book, sheet, (row, 0, 3), f"{book.say(label, ' ')}：{said}", "fact")


def signatures(book: Workbook, sheet: Any, row: int, columns: int) -> None:
    """制表 复核 负责人 日期, spread over the columns."""
    said = "".join(f"{book.say(label, ' ')}{'＿' * 8}　　" for label in _SIGNED)
    sheet.set_row(row, 24)
    span(book, sheet, (row, 0, max(1, columns - 1)), said.rstrip(), "fact")


def head(book: Workbook, sheet: Any, heads: tuple[tuple[str, str], ...], widths: tuple[int, ...]) -> int:
    """The title block and the head of a table, frozen and repeated on every page; gives the next free row."""
    row = title_block(book, sheet, book.heading.title, len(heads))
    sheet.set_row(row, 32 if book.language == "both" else 20)
    for at, said in enumerate(heads):
        book.text(sheet, (row, at), Text(*said), "head")
        sheet.set_column(at, at, widths[at])
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)
    return row + 1
