"""Premiums of a table of risks: float64 with a proven bound, exact arithmetic where the bound does not decide."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import Column, EvaluationError, Given, MissingName, Series, SeriesColumn, TextColumn, constant
from quanyu.formula.lookup import NoRow
from quanyu.rating.compiled import CompiledRating
from quanyu.rating.flow import premiums
from quanyu.rating.quote import quote_row
from quanyu.rating.sheet import Sheet
from quanyu.terms import Finding, Place, Text

__all__ = ["Quotes", "explain_row", "quote_columns"]

MOST_FINDINGS = 100
Places: TypeAlias = Callable[[int, str], Place | None]
RowsOf: TypeAlias = Callable[[Sequence[int]], Iterable[Mapping[str, Given]]]


@dataclass(frozen=True)
class Quotes:
    """The premiums of a table of risks in whole fen, int64 of shape rows; `rows` gives back the fields of some.

    exact: how many rows were decided by exact arithmetic because the bound of the float64 premium did not.
    """

    rating: CompiledRating
    fen: NDArray[np.int64]
    rows: RowsOf
    exact: int = 0


def explain_row(quotes: Quotes, row: int) -> Sheet:
    """The premium sheet of one row (from 0), worked out again exactly."""
    return quote_row(quotes.rating, next(iter(quotes.rows([row]))))


def quote_columns(
    rating: CompiledRating,
    table: Mapping[str, Column],
    length: int,
    *,
    place: Places | None = None,
    rows: RowsOf | None = None,
) -> Quotes | list[Finding]:
    """The premium of every row, equal to the fen to that of `quote_row`.

    A row that cannot be rated (a code in no table, NaN, a missing value) refuses the table: the findings name the rows,
    at most a hundred. place: gives the place of a cell by its row (from 0) and column. rows: gives the fields of some
    rows where the table does not keep them as they stood.
    """
    fen, unsure = premiums(rating, _with_states(rating, table), length)
    given = rows or (lambda chosen: (row_of(table, row, rating.reads) for row in chosen))
    exact = _Exact(rating, frozenset(table), place)
    chosen = np.flatnonzero(unsure).tolist()
    for row, fields in zip(chosen, given(chosen), strict=True):
        if not exact.decide(row, fields, fen):
            break
    return exact.findings or Quotes(rating, fen, given, exact.decided)


def _with_states(rating: CompiledRating, table: Mapping[str, Column]) -> Mapping[str, Column]:
    starts: dict[str, Column] = {}
    for name, state in rating.states.items():
        start = constant(state.start)
        if name in rating.reads and name not in table and start is not None:
            starts[name] = start
    return _Overlaid(table, starts) if starts else table


@dataclass(frozen=True)
class _Overlaid(Mapping[str, Column]):
    """A table with further columns, none of which is read before it is asked for."""

    table: Mapping[str, Column]
    further: Mapping[str, Column]

    def __getitem__(self, name: str) -> Column:
        return self.further[name] if name in self.further else self.table[name]

    def __iter__(self) -> Any:
        return iter({**dict.fromkeys(self.table), **dict.fromkeys(self.further)})

    def __len__(self) -> int:
        return len(set(self.table) | set(self.further))

    def __contains__(self, name: object) -> bool:
        return name in self.further or name in self.table


def row_of(table: Mapping[str, Column], row: int, reads: frozenset[str]) -> dict[str, Given]:
    """What the rating reads of one row of a table."""
    optional = ("period_start", "period_end")
    return {name: _given(table[name], row) for name in (*sorted(reads), *optional) if name in table}


def _given(column: Column, row: int) -> Given:
    if isinstance(column, TextColumn):
        code = int(column.codes[row])
        return column.values[code] if code >= 0 else None
    if isinstance(column, SeriesColumn):
        values = tuple(Fraction(str(value)) for value in column.values[row].tolist() if value == value)  # noqa: PLR0124
        return Series(values, column.dates[: len(values)] if column.dates else None)
    if not isinstance(column, np.ndarray) or column.ndim == 0:
        return column if isinstance(column, Fraction | int | str) else Fraction(str(column))
    if column.dtype.kind == "M":
        return None if np.isnat(column[row]) else str(column[row].astype("datetime64[D]"))
    value: Given = column[row].item() if isinstance(column[row], np.generic) else column[row]
    return value


@dataclass
class _Exact:
    """Decides rows one by one and keeps what is wrong with those that have no premium."""

    rating: CompiledRating
    columns: frozenset[str]
    place: Places | None = None
    findings: list[Finding] = field(default_factory=list)
    decided: int = 0
    _known: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _absent: set[str] = field(default_factory=set)

    def decide(self, row: int, given: Mapping[str, Given], fen: NDArray[np.int64]) -> bool:
        """Puts the exact premium of a row into its place; False where enough is wrong to stop."""
        try:
            key = tuple(given.values())
            if key not in self._known:
                self._known[key] = quote_row(self.rating, given).fen
            fen[row] = self._known[key]
            self.decided += 1
        except EvaluationError as error:
            self._refuse(row, error)
        except OverflowError:
            self._add(row, "", "premium-too-large", Text("保费过大", "the premium is too large"))
        return len(self.findings) < MOST_FINDINGS

    def _refuse(self, row: int, error: EvaluationError) -> None:
        if isinstance(error, NoRow):
            shown = "空" if error.value is None else str(error.value)
            said = Text(
                f"{error.key} 的值 {shown} 不在表内", f"{error.key} is {error.value}, which is in no row of its table"
            )
            self._add(row, error.key, "outside-table", said)
        elif isinstance(error, MissingName) and error.name not in self.columns:
            if error.name not in self._absent:
                self._absent.add(error.name)
                said = Text(f"缺少列“{error.name}”", f"there is no column `{error.name}`")
                self.findings.append(
                    Finding("missing-column", self._place(-1, error.name), said, Text("加上这一列", "add this column"))
                )
        elif isinstance(error, MissingName):
            self._add(row, error.name, "missing-value", Text(f"{error.name} 为空", f"{error.name} has no value"))
        else:
            self._add(row, "", "cannot-rate", Text(f"无法计算保费：{error.chinese}", f"there is no premium: {error}"))

    def _add(self, row: int, column: str, code: str, said: Text) -> None:
        reason = Text(f"第 {row + 1} 行：{said.zh}", f"row {row + 1}: {said.en}")
        remedy = Text("改正这一行的值，或在表中加上它", "correct the value of this row, or add it to the table")
        self.findings.append(Finding(code, self._place(row, column), reason, remedy))

    def _place(self, row: int, column: str) -> Place | None:
        return None if self.place is None else self.place(row, column)
