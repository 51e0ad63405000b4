"""Worked tables of a page: terms as a YAML block, then tables of rows and of results.

Takes: a markdown page.
Gives: its base programme, and one `Worked` for each block ```` ```yaml <flow>.<side> ````.
Never: computes anything.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["Page", "Table", "Worked", "read_page"]

_FENCE = re.compile(r"^```yaml (\S+)\n(.*?)^```$", re.M | re.S)
_HEADING = re.compile(r"^#{2,4} (.+)$", re.M)
_REFUSED = re.compile(r"^Refused 拒绝: `([\w-]+)`", re.M)
_SEPARATOR = re.compile(r"\|[-:| ]+\|")


@dataclass(frozen=True)
class Table:
    """A markdown table: its header cells and its rows."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def kind(self) -> str:
        """The first header cell: what the table is."""
        return self.head[0]

    def records(self) -> Iterator[dict[str, str]]:
        """Rows by header, cells that say nothing left out."""
        for row in self.rows:
            yield {name: cell for name, cell in zip(self.head, row, strict=True) if cell}


@dataclass(frozen=True)
class Worked:
    """One worked example: the flow and side, the terms, its tables, the finding that refuses it."""

    title: str
    side: str
    terms: str
    tables: tuple[Table, ...]
    refused: str | None = None

    def all(self, kind: str) -> list[dict[str, str]]:
        """The records of every table of a kind."""
        return [record for table in self.tables if table.kind == kind for record in table.records()]

    def named(self, *kinds: str) -> list[Table]:
        """The tables of these kinds."""
        return [table for table in self.tables if table.kind in kinds]


@dataclass(frozen=True)
class Page:
    """The programme under all examples of a page, and the examples."""

    base: str
    worked: tuple[Worked, ...] = field(default=())


def read_page(text: str) -> Page:
    """All worked examples of a page, in order."""
    fences = list(_FENCE.finditer(text))
    base = next(f[2] for f in fences if f[1] == "base")
    made = []
    for place, fence in enumerate(fences):
        if fence[1] == "base":
            continue
        headings = list(_HEADING.finditer(text, 0, fence.start()))
        until = min(
            [m.start() for m in _HEADING.finditer(text, fence.end())]
            + [f.start() for f in fences[place + 1 : place + 2]]
            + [len(text)]
        )
        body = text[fence.end() : until]
        refused = _REFUSED.search(body)
        title = f"{headings[-1][1]} {place}"
        made.append(Worked(title, fence[1], fence[2], tuple(_tables(body)), refused[1] if refused else None))
    return Page(base, tuple(made))


def _tables(text: str) -> Iterator[Table]:
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            lines.append(line)
        elif lines:
            yield _table(lines)
            lines = []


def _table(lines: Sequence[str]) -> Table:
    rows = [_cells(line) for line in lines if not _SEPARATOR.fullmatch(line.strip())]
    return Table(rows[0], tuple(rows[1:]))


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip().strip("`") for cell in line.strip()[1:-1].split("|"))
