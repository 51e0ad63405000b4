"""Tables with something wrong in them: each finding at its cell."""

from pathlib import Path

import polars as pl
import pytest

from quanyu.language.scalars import FieldType
from quanyu.tables import read_rows, typed_columns
from quanyu.tables.read import Rows
from quanyu.terms import Finding

TYPES = {"sum": FieldType("money"), "age": FieldType("int", (), 0, 120), "grade": FieldType("text", ("A", "B"))}


def findings(folder: Path, text: str) -> list[Finding]:
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    rows = read_rows(path)
    assert isinstance(rows, Rows)
    columns, found = typed_columns(rows, TYPES)
    assert not (columns and found), "half a table"
    return found


def test_a_good_table(tmp_path: Path) -> None:
    assert findings(tmp_path, "sum,age,grade\n30万,40,A\n1000.5,0,B\n") == []


@pytest.mark.parametrize("row", ["abc,40,A", "nan,40,A", "1e9,40,A", ",40,A", "100,40.5,A", "100,130,A", "100,40,C"])
def test_a_bad_cell_is_named_by_its_row(tmp_path: Path, row: str) -> None:
    (found,) = findings(tmp_path, f"sum,age,grade\n100,40,A\n{row}\n")
    assert found.code == "bad-cell"
    assert found.place
    assert found.place.line == 3


def test_every_missing_column_is_named(tmp_path: Path) -> None:
    assert [f.code for f in findings(tmp_path, "sum\n100\n")] == ["missing-column", "missing-column"]


def test_a_hundred_bad_cells_are_enough(tmp_path: Path) -> None:
    found = findings(tmp_path, "sum,age,grade\n" + "x,40,A\n" * 300)
    assert [f.code for f in found] == ["bad-cell"] * 100 + ["more-bad-cells"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("table.pdf", b"sum\n1\n", "table-kind"),
        ("table.csv", b"", "table-unreadable"),
        ("table.xlsx", b"sum\n1\n", "table-unreadable"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    found = read_rows(path)
    assert isinstance(found, list)
    assert [f.code for f in found] == [code]


def test_a_table_without_columns(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    pl.DataFrame().write_parquet(path)
    found = read_rows(path)
    assert isinstance(found, list)
    assert [f.code for f in found] == ["table-empty"]


@pytest.mark.parametrize(
    ("data", "zh", "en"),
    [
        (b"", "文件是空的", "the file is empty"),
        (b" \n\n", "文件是空的", "the file is empty"),
        (b"sum\n\xff\xff\n", "编码既非 UTF-8 也非 GB18030", "neither UTF-8 nor GB18030"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_readers_language(tmp_path: Path, data: bytes, zh: str, en: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    found = read_rows(path)
    assert isinstance(found, list)
    assert [(one.code, one.reason.zh, one.reason.en) for one in found] == [
        ("table-unreadable", f"表格读不出来：{zh}", f"the table cannot be read: {en}")
    ]
