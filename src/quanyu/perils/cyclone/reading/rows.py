"""Rows of a CSV as mappings by heading, with their lines."""

import csv
import io
from collections.abc import Iterator

__all__ = ["rows"]


def rows(text: str) -> tuple[list[str], Iterator[tuple[int, dict[str, str]]]]:
    """The headings, and every later row by heading with the line it begins at; short rows lack their last cells."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    headings = [cell.strip() for cell in next(reader, [])]

    def each() -> Iterator[tuple[int, dict[str, str]]]:
        before = reader.line_num
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield before + 1, {k: v.strip() for k, v in zip(headings, cells, strict=False)}
            before = reader.line_num

    return headings, each()
