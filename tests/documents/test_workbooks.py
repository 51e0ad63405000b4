"""Workbooks: totals are formulas that give what is stored and what is true; nothing typed turns into a formula."""

import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from documents.spreadsheet import Sheets
from documents.workbook_sample import (
    FORMULA,
    sample_bordereau,
    sample_heading,
    sample_listing,
    sample_movements,
    sample_statement,
    sample_subsidies,
)
from quanyu.documents import (
    Column,
    Entry,
    Listing,
    write_account_movements,
    write_bordereau,
    write_list,
    write_statement,
    write_subsidy_statement,
)
from quanyu.documents.workbook import cell_text, sheet_name
from quanyu.terms import Text

WRITERS: dict[str, Callable[[Path], Path]] = {
    "statement": lambda path: write_statement(sample_statement(), path),
    "split": lambda path: write_statement(sample_statement(30), path, rows=40),
    "chinese": lambda path: write_statement(sample_statement(), path, language="zh"),
    "bordereau": lambda path: write_bordereau(sample_bordereau(), path),
    "long": lambda path: write_bordereau(sample_bordereau(100), path, rows=50),
    "subsidies": lambda path: write_subsidy_statement(sample_subsidies(), path),
    "movements": lambda path: write_account_movements(sample_movements(), path, language="en"),
    "list": lambda path: write_list(sample_listing(), path),
}


@pytest.fixture(params=WRITERS, scope="module")
def sheets(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    name = str(request.param)
    return Sheets(WRITERS[name](tmp_path_factory.mktemp(name) / "a.xlsx"))


def test_every_formula_gives_what_is_stored(sheets: Sheets) -> None:
    found = sheets.computed()
    assert found
    assert [(c.parent.title, c.coordinate, c.value) for c, value, stored in found if value != stored] == []


def test_every_check_is_zero(sheets: Sheets) -> None:
    checks = [(c, value) for c, value, _ in sheets.computed() if str(c.value).startswith("=ROUND(")]
    assert all(value == 0 for _, value in checks)


def test_sheets_are_made_to_print(sheets: Sheets) -> None:
    for sheet in sheets.formulas.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.freeze_panes
        assert sheet.print_title_rows
        assert sheet.oddFooter is not None
        assert "&P" in str(sheet.oddFooter.center.text)


def column(sheets: Sheets, sheet: str, head: str) -> list[Decimal]:
    """The constants below a head."""
    cells = sheets.cells(sheet)
    top = next(c for c in cells if isinstance(c.value, str) and c.value.split("\n")[0] == head)
    below = [c for c in cells if c.column == top.column and c.row > top.row and c.data_type == "n"]
    return [Decimal(repr(c.value)) for c in below]


def labelled(sheets: Sheets, sheet: str, start: str) -> list[Decimal]:
    """The figures of the row whose label begins with `start`."""
    row = next(c.row for c in sheets.cells(sheet) if str(c.value).startswith(start))
    return [sheets.find(c) for c in sheets.cells(sheet) if c.row == row and c.data_type in "nf"]


def test_a_statement_adds_up_to_the_book(tmp_path: Path) -> None:
    statement = sample_statement(20)
    sheets = Sheets(write_statement(statement, tmp_path / "a.xlsx"))
    lines = [line for s in statement.sections if not s.memo for line in s.lines]
    debit, credit = sum(line.debit for line in lines), sum(line.credit for line in lines)
    assert labelled(sheets, "账单 Statement", "本期发生额合计") == [60, Decimal(debit) / 100, Decimal(credit) / 100]
    assert labelled(sheets, "账单 Statement", "期末余额") == [Decimal(statement.closing) / 100]
    assert sum(column(sheets, "明细 Entries", "借方")) == Decimal(debit) / 100
    assert {Decimal("10000.07")} < set(column(sheets, "明细 Entries", "贷方"))
    said = " ".join(sheets.texts())
    for words in (
        "制表",
        "复核",
        "负责人",
        "人民币元",
        "401261 · 9f86",
        "2026-04-05 10:20:30 UTC+08:00",
        "小计",
        "备查",
    ):
        assert words in said
    assert "一、应收保费  1. Premium receivable" in sheets.texts()


@pytest.mark.parametrize("currency", ["USD", "HKD"])
def test_papers_of_another_currency_say_its_code_and_no_capitals(tmp_path: Path, currency: str) -> None:
    heading = replace(sample_heading(), currency=currency)
    statement, movements = sample_statement(), sample_movements()
    papers = {
        write_statement(replace(statement, heading=heading), tmp_path / "a.xlsx"): statement.closing,
        write_subsidy_statement(replace(sample_subsidies(), heading=heading), tmp_path / "b.xlsx"): None,
        write_account_movements(replace(movements, heading=heading), tmp_path / "c.xlsx"): movements.closing[0],
        write_bordereau(replace(sample_bordereau(), heading=heading), tmp_path / "d.xlsx"): None,
    }
    for path, closing in papers.items():
        said = Sheets(path).texts()
        assert not [text for text in said if "人民币" in text or "大写" in text or "CNY" in text]
        assert any(text.endswith(f"Unit：{currency}") for text in said)
        if closing is not None:
            assert any(text.endswith(f"：{currency} {Decimal(closing) / 100:,.2f}") for text in said)


@pytest.mark.parametrize("rest", [0, 1])
@pytest.mark.parametrize("rows", [1_048_576, 40])
def test_a_column_with_a_number_of_too_many_digits_says_it_has_no_total(tmp_path: Path, rows: int, rest: int) -> None:
    columns = tuple(Column(title=Text.same(k), kind="money", total=True) for k in ("long", "short"))
    amounts = ((10**18 + rest if i == 3 else i, 2 * i) for i in range(50))
    listing = Listing(heading=sample_heading("清单", "List"), columns=columns, rows=amounts)
    sheets = Sheets(write_list(listing, tmp_path / "a.xlsx", rows=rows))
    assert ("10000000000000000.01" in sheets.texts()) == bool(rest)
    assert [text for text in sheets.texts() if "未合计" in text and "no total" in text]
    totals = {str(c.coordinate)[0]: value for c, value, stored in sheets.computed() if value == stored}
    assert totals["C"] == Decimal(sum(2 * i for i in range(50))) / 100


def test_memo_items_leave_the_balance_alone(tmp_path: Path) -> None:
    statement = sample_statement()
    plain = replace(statement, sections=tuple(s for s in statement.sections if not s.memo))
    both = [Sheets(write_statement(s, tmp_path / f"{i}.xlsx")) for i, s in enumerate((statement, plain))]
    assert [labelled(s, "账单 Statement", "期末余额") for s in both] == [[Decimal(statement.closing) / 100]] * 2
    assert [len(s.formulas.worksheets) for s in both] == [3, 2]


def test_a_closing_that_does_not_follow_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the book closes with"):
        write_statement(replace(sample_statement(), closing=1), tmp_path / "a.xlsx")
    with pytest.raises(ValueError, match="do not lead to"):
        write_account_movements(replace(sample_movements(), closing=(1, 1)), tmp_path / "a.xlsx")
    subsidies = sample_subsidies()
    wrong = replace(subsidies, lines=(replace(subsidies.lines[0], own=1),))
    with pytest.raises(ValueError, match="not the premium"):
        write_subsidy_statement(wrong, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_many_rows_go_to_several_sheets(tmp_path: Path) -> None:
    bordereau = sample_bordereau(100)
    sheets = Sheets(write_bordereau(bordereau, tmp_path / "a.xlsx", rows=50))
    names = [w.title for w in sheets.formulas.worksheets]
    assert names[:2] == ["保费明细 Premiums", "保费明细 Premiums (2)"]
    assert all(w.max_row <= 50 for w in sheets.formulas.worksheets)
    numbers = [n for name in names[:-1] for n in column(sheets, name, "序号")]
    assert numbers == list(range(1, 101))
    assert labelled(sheets, names[-2], "总计")[1] == Decimal(sum(p.premium for p in bordereau.premiums or ())) / 100


def test_subsidies_by_level(tmp_path: Path) -> None:
    sheets = Sheets(write_subsidy_statement(sample_subsidies(), tmp_path / "a.xlsx"))
    assert labelled(sheets, "分级汇总 By level", "市级") == [Decimal("9000.03"), Decimal("4500.00"), Decimal("4500.03")]


def test_formulas_of_others_stay_text(tmp_path: Path) -> None:
    sheets = Sheets(write_statement(sample_statement(), tmp_path / "a.xlsx"))
    typed = [c for c in sheets.cells() if c.value == FORMULA]
    assert typed
    assert all(c.data_type == "s" and c.quotePrefix for c in typed)


def listing(*rows: tuple[Entry, ...], kinds: str = "text") -> Listing:
    columns = tuple(Column(title=Text.same(k), kind=k) for k in kinds.split())  # type: ignore[arg-type]
    return Listing(heading=sample_heading("清单", "List"), columns=columns, rows=rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_any_text_comes_back(tmp_path: Path, texts: list[str]) -> None:
    sheets = Sheets(write_list(listing(*((t,) for t in texts)), tmp_path / "a.xlsx"))
    sheet = sheets.formulas.worksheets[0]
    last = [sheet.cell(sheet.max_row - len(texts) + 1 + i, 2) for i in range(len(texts))]
    assert [c.value or "" for c in last] == [cell_text(t) for t in texts]
    assert {c.data_type for c in last} <= {"s", "n", "inlineStr"}


@pytest.mark.parametrize(
    "text", ["<r><t>x</t></r>", "_x0041_", "a\x00b", "\ud800", "x" * 40_000, "{=1+1}", "http://a.b"]
)
def test_hard_texts(tmp_path: Path, text: str) -> None:
    sheets = Sheets(write_list(listing((text,)), tmp_path / "a.xlsx"))
    sheet = sheets.formulas.worksheets[0]
    assert unescape(str(sheet.cell(sheet.max_row, 2).value)) == cell_text(text)
    assert len(cell_text(text)) <= 32_767


def test_cells_hold_what_they_say(tmp_path: Path) -> None:
    made = datetime(2026, 5, 6, 7, 8, 9)
    row = (
        date(2026, 1, 2),
        made,
        123_456_789_012_345,
        1234567890123456,
        12,
        date(1880, 1, 1),
        "31010119900101123X",
        True,
    )
    path = write_list(listing(row, kinds="date time money number money date text text"), tmp_path / "a.xlsx")
    sheet = Sheets(path).formulas.worksheets[0]
    cells = [sheet.cell(sheet.max_row, 2 + i) for i in range(8)]
    wanted = [datetime(2026, 1, 2), made, 1234567890123.45, "1234567890123456", 0.12, "1880-01-01", row[6], "是"]
    assert [c.value for c in cells] == wanted
    assert [c.number_format for c in cells[:3]] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "#,##0.00"]
    with zipfile.ZipFile(path) as file:
        xml = file.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1234567890123.45</v>" in xml
    assert "<v>0.12</v>" in xml


def test_money_is_whole_fen(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="whole fen"):
        write_list(listing((1.5,), kinds="money"), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-(10**12), 10**12), max_size=30), st.integers(25, 40))
def test_any_amounts_add_up(tmp_path: Path, amounts: list[int], rows: int) -> None:
    columns = (Column(title=Text("名", "name")), Column(title=Text("额", "amount"), kind="money", total=True))
    listed = Listing(heading=sample_heading("清单", "List"), columns=columns, rows=[("a", a) for a in amounts])
    sheets = Sheets(write_list(listed, tmp_path / "a.xlsx", rows=rows))
    found = sheets.computed()
    assert all(value == stored for _, value, stored in found)
    assert found[-1][1] == Decimal(sum(amounts)) / 100


@given(st.lists(st.text(max_size=50), max_size=12))
def test_any_sheet_name_is_taken(names: list[str]) -> None:
    taken: set[str] = set()
    for wanted in names:
        name = sheet_name(wanted, taken)
        assert 1 <= len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("'") == name
        assert name.lower() not in taken | {"history"}
        taken.add(name.lower())


def test_the_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_statement(sample_statement(), tmp_path / f"{i}.xlsx").read_bytes() for i in range(2))
    assert first == second


def test_nothing_to_report_is_reported(tmp_path: Path) -> None:
    nothing = replace(sample_statement(), sections=(), opening=5, closing=5)
    sheets = Sheets(write_statement(nothing, tmp_path / "a.xlsx"))
    assert labelled(sheets, "账单 Statement", "期末余额") == [Decimal("0.05")]
    empty = replace(sample_bordereau(), premiums=[], losses=[])
    found = Sheets(write_bordereau(empty, tmp_path / "b.xlsx")).computed()
    assert found
    assert all(value == stored == 0 for _, value, stored in found)


def test_a_list_that_begins_with_money(tmp_path: Path) -> None:
    columns = (Column(title=Text("额", "amount"), kind="money", total=True),)
    listed = Listing(heading=sample_heading("清单", "List"), columns=columns, rows=[(12,), (30,)])
    sheets = Sheets(write_list(listed, tmp_path / "a.xlsx"))
    assert labelled(sheets, "清单 List", "合计") == [Decimal("0.42")]
