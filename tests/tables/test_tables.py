"""Tables in and out: real files of every kind, and every bad cell named."""

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from quanyu.formula import TextColumn
from quanyu.language.scalars import FieldType
from quanyu.tables import Rows, read_rows, typed_columns, write_table

TYPES = {
    "sum": FieldType("money"), "grade": FieldType("text", ("A", "B")), "occupied": FieldType("bool"),
    "storeys": FieldType("int", (), 1, 60),
}  # fmt: skip
GOOD = "sum,grade,occupied,storeys\n300万,A,是,1\n1250.5,B,false,60\n20%,A,TRUE,3\n"


def rows_of(path: Path) -> Rows:
    rows = read_rows(path)
    assert isinstance(rows, Rows), rows
    return rows


def typed(path: Path) -> dict[str, list[object]]:
    columns, findings = typed_columns(rows_of(path), TYPES)
    assert not findings
    out: dict[str, list[object]] = {}
    for name, column in columns.items():
        if isinstance(column, TextColumn):
            out[name] = [column.values[c] for c in column.codes]
        else:
            assert isinstance(column, np.ndarray)
            out[name] = column.tolist()
    return out


EXPECTED = {
    "sum": [3_000_000.0, 1250.5, 0.2], "grade": ["A", "B", "A"], "occupied": [True, False, True],
    "storeys": [1.0, 60.0, 3.0],
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_the_encodings_people_have(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "risks.csv"
    path.write_bytes(GOOD.encode(encoding))
    assert typed(path) == EXPECTED


def test_tsv(tmp_path: Path) -> None:
    path = tmp_path / "risks.tsv"
    path.write_text(GOOD.replace(",", "\t"), "utf-8")
    assert typed(path) == EXPECTED


@pytest.mark.parametrize("suffix", [".xlsx", ".csv", ".parquet"])
def test_what_is_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"out{suffix}"
    write_table(
        path,
        {
            "sum": [3_000_000.0, 1250.5, 0.2],
            "grade": ["A", "B", "A"],
            "occupied": [True, False, True],
            "storeys": [1, 60, 3],
        },
    )
    assert typed(path) == EXPECTED


def test_every_bad_cell_is_named_and_nothing_is_returned(tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text("sum,grade,occupied,storeys\nabc,A,true,1\nnan,D,,2.5\n1e9,A,no,61\n-5,B,no,0\n", "utf-8")
    columns, findings = typed_columns(rows_of(path), TYPES)
    assert not columns
    assert sorted((f.place.line, f.place.column) for f in findings if f.place) == [
        (2, 1), (3, 1), (3, 2), (3, 3), (3, 4), (4, 1), (4, 4), (5, 4)
    ]  # fmt: skip
    assert {f.code for f in findings} == {"bad-cell"}
    assert all(f.excerpt and f.reason.zh and f.remedy.en for f in findings)


def test_cells_of_excel_are_named_by_sheet_and_row(tmp_path: Path) -> None:
    path = tmp_path / "risks.xlsx"
    pl.DataFrame({"sum": ["1", "x"], "grade": ["A", "A"], "occupied": [True, True], "storeys": [1, 1]}).write_excel(
        path, worksheet="风险"
    )
    _, findings = typed_columns(rows_of(path), TYPES)
    assert [str(f.place) for f in findings] == [f"{path}[风险]:3:1"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text("grade,occupied,storeys\nA,true,1\n", "utf-8")
    _, findings = typed_columns(rows_of(path), TYPES)
    assert [f.code for f in findings] == ["missing-column"]


def test_columns_may_have_other_headings(tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text("保额\n100\n", "utf-8")
    columns, findings = typed_columns(rows_of(path), {"sum": FieldType("money")}, names={"sum": "保额"})
    assert not findings
    assert isinstance(columns["sum"], np.ndarray)
    assert columns["sum"].tolist() == [100.0]


def test_after_a_hundred_bad_cells_the_rest_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text("sum\n" + "x\n" * 500, "utf-8")
    _, findings = typed_columns(rows_of(path), {"sum": FieldType("money")})
    assert len(findings) == 101
    assert findings[-1].code == "more-bad-cells"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("x.doc", b"", "table-kind"),
        ("x.xlsx", b"junk", "table-unreadable"),
        ("x.parquet", b"junk", "table-unreadable"),
        ("x.csv", b"\xff\xfe\x00\x01\xff", "table-unreadable"),
        ("x.csv", b"", "table-unreadable"),
    ],
)
def test_a_file_that_is_no_table(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    findings = read_rows(path)
    assert isinstance(findings, list)
    assert [f.code for f in findings] == [code]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    findings = read_rows(tmp_path / "none.csv")
    assert isinstance(findings, list)
    assert findings[0].code == "cannot-read"


def test_dates_of_a_spreadsheet_are_days_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "risks.xlsx"
    pl.DataFrame({"start": [dt.date(2026, 3, 1), dt.date(2028, 2, 29)]}).write_excel(path)
    columns, findings = typed_columns(rows_of(path), {"start": FieldType("date")})
    assert not findings
    start = columns["start"]
    assert isinstance(start, TextColumn)
    assert [start.values[code] for code in start.codes] == ["2026-03-01", "2028-02-29"]


@pytest.mark.parametrize("cell", ["2026-02-29", "2026/3/1", "20260301", "spring", ""])
def test_what_is_no_date_is_a_bad_cell(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "risks.csv"
    path.write_text(f"start,sum\n2026-03-01,1\n{cell},2\n", "utf-8")
    _, findings = typed_columns(rows_of(path), {"start": FieldType("date")})
    assert [(finding.code, finding.place.line) for finding in findings if finding.place] == [("bad-cell", 3)]
