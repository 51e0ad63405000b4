"""Files of rows → frames that remember where each row stood."""

import csv
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from quanyu.terms import Finding, Place, Text

if TYPE_CHECKING:
    import polars as pl

__all__ = ["ENCODINGS", "ENCODING_UNKNOWN", "SUFFIXES", "Rows", "broken", "read_rows", "unreadable"]

SUFFIXES = (".csv", ".tsv", ".xlsx", ".xls", ".parquet")
ENCODINGS = ("utf-8-sig", "gb18030")
ENCODING_UNKNOWN = Text("编码既非 UTF-8 也非 GB18030", "neither UTF-8 nor GB18030")
_EMPTY = Text("文件是空的", "the file is empty")


@dataclass(frozen=True)
class Rows:
    """A table as read: every column in its own type where the file has types, else text.

    first: the row number, as the spreadsheet or editor shows it, of the first row of data.
    doubled: a heading that stands over two columns, where there is one. places: how far each row stood from the first;
    one after another where it is empty.
    """

    frame: "pl.DataFrame"
    file: str
    sheet: str = ""
    first: int = 2
    doubled: str | None = None
    places: Sequence[int] = ()

    def place(self, row: int, column: str) -> Place:
        """The place of a cell; `row` counts from 0."""
        names = self.frame.columns
        number = names.index(column) + 1 if column in names else 1
        stood = self.places[row] if 0 <= row < len(self.places) else row
        return Place(self.file, self.first + stood, number, number + 1, self.sheet)

    def sound(self, findings: Iterable[Finding]) -> "Rows":
        """The rows of which nothing was found."""
        import polars as pl

        lines = {one.place.line for one in findings if one.place is not None}
        good = [row for row in range(self.frame.height) if self.place(row, "").line not in lines]
        return self.chosen(self.frame[pl.Series(good, dtype=pl.UInt32)], good)

    def chosen(self, frame: "pl.DataFrame", rows: Sequence[int]) -> "Rows":
        """Some of the rows, which know where they stood. frame: their cells; rows: which they are, counted from 0."""
        stood = [self.places[row] for row in rows] if self.places else rows
        return replace(self, frame=frame, places=stood)


def read_rows(path: Path, sheet: str | None = None) -> Rows | list[Finding]:
    """The rows of a file; of an Excel file the sheet named, or the first."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        return [
            _finding(
                "table-kind",
                path,
                Text(f"不认识的表格类型“{suffix}”", f"`{suffix}` is no kind of table"),
                Text(f"用 {'、'.join(SUFFIXES)}", f"use {', '.join(SUFFIXES)}"),
            )
        ]
    if not path.is_file():
        return [_absent(path)]
    try:
        rows = _read(path, suffix, sheet)
    except _Unreadable as error:
        return [broken(path, error.reason)]
    except Exception as error:
        return [broken(path, str(error))]
    if rows.frame.width == 0:
        return [
            _finding(
                "table-empty",
                path,
                Text("表格没有列", "the table has no columns"),
                Text("第一行写列名", "name the columns in the first row"),
            )
        ]
    return rows if rows.doubled is None else [_doubled(path, rows.doubled)]


def unreadable(path: Path, columns: Collection[str]) -> list[Finding]:
    """Why a Parquet file cannot be read, from its schema alone; nothing where it can. columns: those that are read."""
    import polars as pl

    if not path.is_file():
        return [_absent(path)]
    try:
        schema = pl.read_parquet_schema(path)
    except Exception as error:
        return [broken(path, str(error))]
    return [broken(path, f"{n}: {kind}") for n, kind in schema.items() if kind.is_nested() and n in columns]


def _absent(path: Path) -> Finding:
    reason = Text("没有这个文件", "there is no such file")
    return _finding("cannot-read", path, reason, Text("检查路径", "look at the path"))


class _Unreadable(Exception):  # noqa: N818 - what is wrong with a file of the user, no error of ours
    """A table that cannot be read, for a reason that is known."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


def broken(path: Path, why: str | Text) -> Finding:
    """That a table cannot be read, and why. A text is of the library that reads it, in its own words."""
    said = why if isinstance(why, Text) else Text.same(why)
    return _finding(
        "table-unreadable",
        path,
        Text(f"表格读不出来：{said.zh}", f"the table cannot be read: {said.en}"),
        Text("用原程序打开后另存", "open it in the program that made it and save it again"),
    )


def _doubled(path: Path, heading: str) -> Finding:
    return _finding(
        "table-heading-twice",
        path,
        Text(f"列名“{heading}”出现两次", f"two columns are headed `{heading}`"),
        Text("删去一列或改名", "delete one of them, or rename it"),
    )


def _finding(code: str, path: Path, reason: Text, remedy: Text) -> Finding:
    return Finding(code, Place(str(path), 1, 1), reason, remedy)


def _read(path: Path, suffix: str, sheet: str | None) -> Rows:
    import polars as pl

    if suffix == ".parquet":
        return Rows(pl.read_parquet(path), str(path), first=1)
    if suffix in (".csv", ".tsv"):
        text = _decoded(path.read_bytes())
        if not text.strip():
            raise _Unreadable(_EMPTY)
        sign = "\t" if suffix == ".tsv" else ","
        headings = next(csv.reader([text.split(b"\n", 1)[0].decode().strip()], delimiter=sign), [])
        frame = _stripped(pl.read_csv(text, separator=sign, infer_schema=False))
        return Rows(frame, str(path), doubled=_twice(headings))
    import fastexcel

    book = fastexcel.read_excel(path)
    name = sheet or book.sheet_names[0]
    frame = book.load_sheet(name).to_polars()
    frame = _stripped(frame)
    renamed = any(n.rpartition("_")[0] in frame.columns for n in frame.columns)
    top = book.load_sheet(name, header_row=None, n_rows=1).to_polars() if renamed else frame.head(0)
    headings = [str(v) for v in top.row(0) if v is not None] if top.height else []
    return Rows(frame, str(path), name, doubled=_twice(headings))


def _stripped(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Headings without blanks around them, which nobody sees; where that would make two alike they stay."""
    names = [name.strip() for name in frame.columns]
    return frame.rename(dict(zip(frame.columns, names, strict=True))) if len(set(names)) == len(names) else frame


def _twice(headings: Sequence[str]) -> str | None:
    return next((one for n, one in enumerate(headings) if one and one in headings[:n]), None)


def _decoded(data: bytes) -> bytes:
    """UTF-8 bytes; spreadsheets in China still write GB18030."""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    raise _Unreadable(ENCODING_UNKNOWN)
