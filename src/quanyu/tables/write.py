"""Results as Excel, CSV or Parquet."""

from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["write_table"]


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
