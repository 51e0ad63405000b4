"""What is insured in a simulated year: model points as columns, and the premium of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.compiled import Compiled
from quanyu.engine.names import with_names
from quanyu.engine.rows import RowUnreadable, read_row, read_value
from quanyu.formula import Column, EvaluationError, Given, TextColumn
from quanyu.language.scalars import FieldType
from quanyu.rating import quote_row
from quanyu.terms import Finding, Text

__all__ = ["Exposure", "build_exposure", "column_of"]

_NUMBER = FieldType("number")


@dataclass(frozen=True)
class Exposure:
    """Model points. counts: units of each, shape (points,). rows: the exact fields of one unit of each.

    columns: the same fields as columns over the points; `stated` are those written in the file, the rest follows from
    them. premium: yuan a unit, exact; None where there is none.
    """

    counts: NDArray[np.int64]
    rows: tuple[Mapping[str, Given], ...]
    columns: Mapping[str, Column]
    premium: tuple[Fraction, ...] | None
    each: str
    stated: frozenset[str] = frozenset()

    @property
    def units(self) -> int:
        """How many units there are in all."""
        return int(self.counts.sum())

    @property
    def total_premium(self) -> Fraction:
        """The premium of one period from all units, yuan."""
        if self.premium is None:
            return Fraction(0)
        if self.each == "period":
            return self.premium[0]
        return sum((int(n) * p for n, p in zip(self.counts, self.premium, strict=True)), Fraction(0))


def build_exposure(compiled: Compiled) -> Exposure | list[Finding]:
    """The exposure of the assumptions; one unit without fields where nothing is said."""
    assumptions = compiled.programme.assumptions
    points = assumptions.exposure if assumptions is not None else ()
    counts: list[int] = []
    rows: list[dict[str, Given]] = []
    try:
        for point in points:
            count = read_value(point.count, "count", _NUMBER)
            counts.append(int(count))
            rows.append(with_names(compiled.names, read_row(point.fields, compiled.kinds)))
    except RowUnreadable as unreadable:
        return [unreadable.finding]
    if not points:
        counts, rows = [1], [with_names(compiled.names, {})]
    each = _each(compiled, stated=bool(points))
    premium = _premiums(compiled, rows)
    if isinstance(premium, Finding):
        return [premium]
    names = sorted({name for row in rows for name in row})
    columns = {name: column_of([row.get(name) for row in rows]) for name in names}
    stated = frozenset(name for point in points for name in point.fields)
    return Exposure(np.array(counts, np.int64), tuple(rows), columns, premium, each, stated)


def _each(compiled: Compiled, *, stated: bool) -> str:
    """Whose price the premium is: a unit's where units are stated that are policies or are rated by their fields."""
    premium = compiled.programme.premium
    if premium is not None and premium.each is not None:
        return premium.each
    rated = compiled.rating is not None and bool(compiled.rating.reads)
    return "policy" if stated and (rated or compiled.programme.insured.enrolment == "policies") else "period"


def _premiums(compiled: Compiled, rows: list[dict[str, Given]]) -> tuple[Fraction, ...] | Finding | None:
    if compiled.rating is None:
        return None
    try:
        return tuple(Fraction(quote_row(compiled.rating, row).premium) for row in rows)
    except EvaluationError as error:
        return Finding(
            "exposure-lacks-field",
            None,
            Text(
                f"假设中的风险暴露算不出保费：{error.chinese}",
                f"the exposure of the assumptions has no premium: {error}",
            ),
            Text("在 assumptions.exposure 中补上字段", "add the field to assumptions.exposure"),
        )


def column_of(values: list[Any]) -> Column:
    """Exact values as a column: numbers as float64, truths as bool, texts coded; None is missing."""
    if all(isinstance(v, bool) for v in values):
        return np.array(values, bool)
    if all(v is None or isinstance(v, Fraction | int | float) for v in values):
        return np.array([np.nan if v is None else float(v) for v in values])
    known = tuple(dict.fromkeys(str(v) for v in values if v is not None))
    codes = [-1 if v is None else known.index(str(v)) for v in values]
    return TextColumn(np.array(codes, np.int32), known)
