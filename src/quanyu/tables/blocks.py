"""Long tables a block of rows at a time, so that memory does not grow with the table."""

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from quanyu.tables.read import ENCODING_UNKNOWN, ENCODINGS, Rows, broken, read_rows, unreadable
from quanyu.terms import Finding

if TYPE_CHECKING:
    import polars as pl

__all__ = ["Blocks", "open_blocks"]

_CHUNK = 1 << 22


@dataclass(frozen=True)
class Blocks:
    """A table that is read in blocks. frame: its rows, not yet read; the rest as in `Rows`."""

    frame: "pl.LazyFrame"
    file: str
    sheet: str
    first: int
    height: int

    def blocks(self, size: int) -> Iterator[Rows]:
        """Blocks of at most `size` rows, in order, which know where they stood. Empty rows are left out."""
        import polars as pl

        for low in range(0, self.height, size):
            rows = Rows(self.frame.slice(low, size).collect(), self.file, self.sheet, self.first + low)
            filled = rows.frame.select(filled=~pl.all_horizontal(pl.all().is_null())).to_series()
            if filled.all():
                yield rows
            elif filled.any():
                yield rows.chosen(rows.frame.filter(filled), filled.arg_true().to_list())


@contextmanager
def open_blocks(path: Path, sheet: str | None = None) -> Iterator[Blocks | list[Finding]]:
    """A table opened for reading in blocks, or the findings for which it cannot be read.

    A CSV file is first laid out in columns in a temporary file; an Excel sheet is held whole.
    """
    import polars as pl

    suffix = path.suffix.lower()
    if suffix == ".parquet":
        wrong = unreadable(path, ())
        yield wrong or _blocks(pl.scan_parquet(path), str(path), first=1)
        return
    if suffix != ".csv" or not path.is_file() or path.stat().st_size < _CHUNK:
        rows = read_rows(path, sheet)
        if isinstance(rows, list):
            yield rows
        else:
            yield _blocks(rows.frame.lazy(), rows.file, first=rows.first, sheet=rows.sheet)
        return
    if wrong := _head(path):
        yield wrong
        return
    with tempfile.TemporaryDirectory(prefix="quanyu-") as folder:
        source, laid = path, Path(folder) / "rows.parquet"
        if (encoding := str(_encoding(path))) != ENCODINGS[0]:
            source = Path(folder) / "rows.csv"
            _recoded(path, source, encoding)
        text = pl.scan_csv(source, infer_schema=False)
        text.rename(lambda name: name.strip().removeprefix("\ufeff")).sink_parquet(laid, row_group_size=1 << 16)
        yield _blocks(pl.scan_parquet(laid), str(path), first=2)


def _head(path: Path) -> list[Finding]:
    """What is wrong with the heading or the bytes of a long CSV file; its first rows are read as short ones are."""
    with tempfile.TemporaryDirectory(prefix="quanyu-") as folder, path.open("rb") as file:
        short = Path(folder) / path.name
        short.write_bytes(b"".join(file.readline() for _ in range(3)))
        found = read_rows(short)
    findings = found if isinstance(found, list) else []
    if not findings and _encoding(path) is None:
        findings = [broken(path, ENCODING_UNKNOWN)]
    return [replace(one, place=replace(one.place, file=str(path)) if one.place else None) for one in findings]


def _blocks(frame: "pl.LazyFrame", file: str, *, first: int, sheet: str = "") -> Blocks:
    import polars as pl

    height = int(frame.select(pl.len()).collect().item())
    return Blocks(frame, file, sheet, first, height)


def _encoding(path: Path) -> str | None:
    """The encoding of a file; None where it is in none of those that tables come in."""
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        with path.open("rb") as file:
            try:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                continue
        return encoding
    return None


def _recoded(path: Path, to: Path, encoding: str) -> None:
    with path.open(encoding=encoding) as source, to.open("w", encoding="utf-8") as target:
        while text := source.read(_CHUNK):
            target.write(text)
