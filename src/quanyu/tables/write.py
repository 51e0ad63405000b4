"""Results as Excel, CSV or Parquet."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from quanyu.terms import Finding, Place, Text

__all__ = ["WRITTEN", "unwritable", "write_table"]

WRITTEN = (".xlsx", ".csv", ".parquet")


def unwritable(path: Path, suffixes: tuple[str, ...] = WRITTEN) -> list[Finding]:
    """Why a file cannot be written there, before the work for it is done; nothing where it can. Makes its folder.

    suffixes: those that are known; none where any will do.
    """
    here = Place(str(path), 1, 1)
    if suffixes and path.suffix.lower() not in suffixes:
        reason = Text(f"不认识的表格类型“{path.suffix}”", f"`{path.suffix}` is no kind of table")
        return [Finding("table-kind", here, reason, Text(f"用 {'、'.join(suffixes)}", f"use {', '.join(suffixes)}"))]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        there = path.exists()
        path.open("ab").close()
        if not there:
            path.unlink()
    except OSError as error:
        reason = Text(f"写不了文件：{error.strerror}", f"cannot write the file: {error.strerror}")
        return [Finding("cannot-write", here, reason, Text("检查路径与权限", "look at the path and at permissions"))]
    return []


def write_table(path: Path, columns: Mapping[str, Sequence[object]], *, sheet: str = "quanyu") -> None:
    """Writes equally long columns under their headings; the suffix of the path chooses the kind."""
    import polars as pl

    frame = pl.DataFrame(dict(columns))
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix.lower():
        case ".parquet":
            frame.write_parquet(path)
        case ".csv":
            frame.write_csv(path, include_bom=True)
        case ".xlsx":
            frame.write_excel(path, worksheet=sheet, autofit=True, freeze_panes=(1, 0), header_format={"bold": True})
        case other:
            raise ValueError(f"{other} is no kind of table: use .xlsx, .csv or .parquet")
