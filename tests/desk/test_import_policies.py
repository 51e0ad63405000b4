"""Tables of policies: issued whole and once; everything that is wrong with one is said, and nothing is written."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook

from desk.intake_book import count, csv, found, founded, rows, unchanged
from quanyu.book import tables as t
from quanyu.book.mass.table import Issued
from quanyu.desk.booking import Book
from quanyu.desk.intake.how import Before, How
from quanyu.desk.intake.mapping import ColumnMapping, merged, read_mapping
from quanyu.desk.intake.opened import Source
from quanyu.desk.register import issue_file
from quanyu.store import Store


@pytest.fixture
def book(store: Store) -> Book:
    return founded(store)


def refused(book: Book, path: Path) -> list[tuple[str, int, int]]:
    with unchanged(book):
        return found(issue_file(book, Source(path)))


def test_a_table_is_issued_once(book: Book, tmp_path: Path) -> None:
    path = csv(tmp_path, rows({}, {"holder": "张三"}))
    done = issue_file(book, Source(path))
    assert isinstance(done, Issued)
    assert (done.policies, done.premium) == (2, 200_000)
    own = ("t.farm", "CNY")
    assert dict(done.tally.payers) == {(*own, "government"): 80_000, (*own, "holder"): 120_000}
    with unchanged(book):
        assert issue_file(book, Source(path)) == Before(2)
        assert isinstance(issue_file(book, Source(path), how=How(dry=True)), Before)


def test_the_same_policies_in_another_file_are_named(book: Book, tmp_path: Path) -> None:
    issue_file(book, Source(csv(tmp_path, rows({}, {}))))
    again = csv(tmp_path, rows({}, {"policy": "P7"}, {"policy": "P2"}), "again.csv")
    assert refused(book, again) == [("number-taken", 2, 2), ("number-taken", 4, 2)]


def test_a_number_that_stands_twice_is_named(book: Book, tmp_path: Path) -> None:
    assert refused(book, csv(tmp_path, rows({}, {}, {"policy": "P1"}))) == [("number-taken", 4, 2)]


def test_a_mapping_is_part_of_what_was_brought_in(book: Book, tmp_path: Path) -> None:
    frame = rows({"sum": "1000", "more": "2000"}).with_columns(policy=pl.lit(None, pl.String))
    path = csv(tmp_path, frame.rename({"sum": "a"}))
    one = Source(path, ColumnMapping(columns={"sum": "a"}, omit=("more",)))
    other = Source(path, ColumnMapping(columns={"sum": "more"}, omit=("a",)))
    assert isinstance(issue_file(book, one), Issued)
    assert isinstance(issue_file(book, other), Issued)
    assert isinstance(issue_file(book, one), Before)


def test_a_dry_run_writes_nothing_and_says_what_it_would(book: Book, tmp_path: Path) -> None:
    path = csv(tmp_path, rows({}, {}))
    with unchanged(book):
        done = issue_file(book, Source(path), how=How(dry=True))
    assert isinstance(done, Issued)
    assert done.policies == 2
    assert isinstance(issue_file(book, Source(path), how=How(booked=dt.date(2026, 5, 1))), Issued)


def test_everything_wrong_is_said_at_once(book: Book, tmp_path: Path) -> None:
    frame = rows(
        {"holder": None},
        {"start": "1 March 2026"},
        {"start": "2026-03-01", "end": "2026-02-01"},
        {"programme": "t.barn"},
        {"start": "2025-03-01", "end": "2025-04-01"},
        {"sum": "much"},
        {"age": None},
        {"age": "old"},
        {},
    )
    assert sorted(refused(book, csv(tmp_path, frame))) == [
        ("bad-cell", 2, 3),
        ("bad-cell", 3, 4),
        ("bad-cell", 7, 6),
        ("bad-cell", 9, 8),
        ("no-version-published", 5, 1),
        ("no-version-published", 6, 1),
        ("period-backwards", 4, 5),
    ]


@pytest.mark.parametrize("name", ["programme", "holder", "start", "end", "sum"])
def test_a_column_that_is_missing(book: Book, tmp_path: Path, name: str) -> None:
    assert [code for code, _, _ in refused(book, csv(tmp_path, rows({}).drop(name)))] == ["missing-column"]


def test_conditions_and_rules(store: Store, tmp_path: Path) -> None:
    rules = """
  decline: [{when: sum > 900000, because: {zh: 过大, en: too large}}]
  refer: [{when: age > 90, because: {zh: 过老, en: too old}}]
"""
    book = founded(store, {"must": "[{that: sum > 0, source: x}]", "underwriting": rules})
    frame = rows({"sum": "0"}, {})
    assert refused(book, csv(tmp_path, frame)) == [("must-not-met", 2, 6)]
    frame = rows({"sum": "1000000"}, {"age": "91"}, {})
    assert refused(book, csv(tmp_path, frame)) == [("declined", 2, 6), ("referred", 3, 8)]
    frame = rows({"village": None, "age": None, "sum": "900001"}, {"age": None}, {})
    assert sorted(refused(book, csv(tmp_path, frame))) == [("declined", 2, 6), ("referred", 2, 8), ("referred", 3, 8)]


def test_what_a_second_person_approves_is_not_issued_from_a_table(store: Store, tmp_path: Path) -> None:
    book = founded(store, {"underwriting": "{checked: always}"})
    assert refused(book, csv(tmp_path, rows({}, {}))) == [("not-accepted", 2, 1)]


def test_a_table_in_the_encoding_of_chinese_spreadsheets(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "gb.csv"
    path.write_bytes(rows({}, {"holder": "慈溪某厂"}).write_csv().encode("gb18030"))
    assert isinstance(issue_file(book, Source(path)), Issued)
    codes = book.read(lambda c: {row.code for row in c.execute(t.party.select())})
    assert {"王五", "慈溪某厂"} <= codes


def test_headings_in_chinese_and_names_of_fields(store: Store, tmp_path: Path) -> None:
    book = founded(store, {"insured": "{fields: {sum: {type: money, name: 保险金额}, village: key, age: int}}"})
    words = {"programme": "方案", "policy": "保单号", "holder": "投保人", "start": "起期", "end": "止期"}
    words |= {"sum": "保险金额"}
    path = csv(tmp_path, rows({"start": "2026年3月1日", "end": "2027年2月28日", "village": "甲村"}).rename(words))
    mapping = ColumnMapping.model_validate(
        {"dates": "%Y年%m月%d日", "values": {"village": {"甲村": "V1"}}, "constants": {"issued": "2026-02-01"}}
    )
    assert isinstance(issue_file(book, Source(path, mapping)), Issued)
    segment = book.read(lambda c: c.execute(t.segment.select()).mappings().one())
    assert segment["fields"] == {"sum": "100000", "village": "V1", "age": "40"}
    policy = book.read(lambda c: c.execute(t.policy.select()).mappings().one())
    assert (policy["number"], policy["issued_on"]) == ("P1", dt.date(2026, 2, 1))


def test_mappings_that_cannot_be(book: Book, tmp_path: Path) -> None:
    path = csv(tmp_path, rows({"起期": "2026-01-01", "保险起期": "2026-01-01"}).drop("start"))
    assert [code for code, _, _ in refused(book, path)] == ["heading-ambiguous"]
    path = csv(tmp_path, rows({"other": "1"}), "b.csv")
    for said in (
        {"columns": {"sum": "other"}},
        {"columns": {"x": "other", "y": "other"}},
        {"constants": {"sum": "1"}},
        {"values": {"nothing": {"a": "b"}}},
    ):
        source = Source(path, ColumnMapping.model_validate(said))
        assert {code for code, _, _ in found(issue_file(book, source))} == {"mapping-clash"}
    source = Source(path, ColumnMapping(columns={"sum": "amount"}))
    assert [code for code, _, _ in found(issue_file(book, source))] == ["missing-column"]


def workbook(path: Path, listed: list[list[object]]) -> Workbook:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row in listed:
        sheet.append(row)
    made.save(path)
    return made


HEAD: list[object] = ["programme", "policy", "holder", "start", "end", "sum", "village", "age"]


def excel_row(number: object, **other: object) -> list[object]:
    own = {"programme": "t.farm", "policy": number, "holder": "王五", "start": dt.date(2026, 3, 1),
           "end": dt.datetime(2027, 2, 28), "sum": 100000, "village": 3, "age": 40}  # fmt: skip
    return [({**own, **other})[str(name)] for name in HEAD]


def test_a_workbook_of_true_dates_and_numbers(book: Book, tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [HEAD, excel_row(20260001), excel_row(20260002, sum=0.5)])
    done = issue_file(book, Source(tmp_path / "a.xlsx"))
    assert isinstance(done, Issued), done
    assert done.premium == 100_001  # 0.005 is half a fen, which goes up
    numbers = book.read(lambda c: {row.number for row in c.execute(t.policy.select())})
    assert numbers == {"20260001", "20260002"}
    fields = book.read(lambda c: [row.fields for row in c.execute(t.segment.select())])
    assert [one["village"] for one in fields] == ["3", "3"]


def test_blank_rows_are_none_and_merged_cells_are_gaps(book: Book, tmp_path: Path) -> None:
    blank: list[object] = [None] * len(HEAD)
    listed = [HEAD, excel_row("A"), blank, blank, excel_row("B"), *([blank] * 20)]
    made = workbook(tmp_path / "a.xlsx", listed)
    assert isinstance(issue_file(book, Source(tmp_path / "a.xlsx"), how=How(dry=True)), Issued)
    sheet = made.active
    assert sheet is not None
    sheet.append(excel_row("C"))
    sheet.append(excel_row("D"))
    last = sheet.max_row
    sheet.merge_cells(start_row=last - 1, start_column=1, end_row=last, end_column=1)
    made.save(tmp_path / "b.xlsx")
    assert refused(book, tmp_path / "b.xlsx") == [("bad-cell", last, 1)]


def test_a_formula_without_a_value_is_a_gap(book: Book, tmp_path: Path) -> None:
    workbook(tmp_path / "a.xlsx", [HEAD, excel_row("A", sum="=1000*100"), excel_row("B")])
    assert refused(book, tmp_path / "a.xlsx") == [("bad-cell", 2, 6)]


def test_a_hundred_thousand_empty_rows_are_no_findings(book: Book, tmp_path: Path) -> None:
    frame = rows({}, {})
    empty = pl.DataFrame({name: [None] * 100_000 for name in frame.columns}, schema=frame.schema)
    path = csv(tmp_path, pl.concat([frame, empty, rows({}, {}, {"holder": None}).tail(1)]))
    assert refused(book, path) == [("bad-cell", 100_004, 3)]
    path = csv(tmp_path, pl.concat([frame, empty]))
    done = issue_file(book, Source(path))
    assert isinstance(done, Issued)
    assert done.policies == 2


def test_a_parquet_file_with_columns_in_columns(book: Book, tmp_path: Path) -> None:
    frame = rows({}).with_columns(notes=pl.Series([["a", "b"]]))
    frame.write_parquet(tmp_path / "a.parquet")
    assert isinstance(issue_file(book, Source(tmp_path / "a.parquet"), how=How(dry=True)), list)
    mapping = ColumnMapping(omit=("notes",))
    assert isinstance(issue_file(book, Source(tmp_path / "a.parquet", mapping)), Issued)
    frame = rows({}).with_columns(holder=pl.Series([["a", "b"]]))
    frame.write_parquet(tmp_path / "b.parquet")
    assert {code for code, _, _ in refused(book, tmp_path / "b.parquet")} == {"table-unreadable"}


def test_files_that_are_no_tables(book: Book, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("")
    (tmp_path / "b.xlsx").write_bytes(b"no workbook")
    (tmp_path / "c.doc").write_text("x")
    for name in ("a.csv", "b.xlsx", "c.doc", "d.csv"):
        assert refused(book, tmp_path / name), name
    assert count(book, t.batch) == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('dates: "%m/%d"', "date-form"),
        ("dates: day", "date-form"),
        ("column: {sum: x}", "unknown-key"),
        ("columns: [sum]", "wrong-type"),
        ("- columns", "not-a-mapping"),
    ],
)
def test_a_mapping_file_that_is_wrong(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "m.yaml").write_text(text + "\n", "utf-8")
    done = read_mapping(tmp_path / "m.yaml")
    assert isinstance(done, list)
    assert [one.code for one in done] == [code]


def test_a_mapping_file_says_what_the_command_line_says(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text('columns: {sum: 金额}\nconstants: {village: V1}\ndates: "%Y/%m/%d"\n', "utf-8")
    read = read_mapping(tmp_path / "m.yaml")
    said = merged(ColumnMapping(), columns={"sum": "金额"}, constants={"village": "V1"}, dates="%Y/%m/%d")
    assert read == said
    assert isinstance(said, ColumnMapping)
    assert said.text() == read.text() if isinstance(read, ColumnMapping) else False
