"""Rows of a table as risks of one version: their fields as they are kept, their premium, what is exact of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quanyu.book.dating import days_told, not_of_policy
from quanyu.book.mass.register import MOST
from quanyu.book.versions import Version
from quanyu.engine.gates import gate_names, unmet_rows
from quanyu.engine.names import with_names, with_names_columns
from quanyu.engine.rows import RowUnreadable, read_row
from quanyu.formula import Column, EvaluationError, Expression, constant, evaluate, names
from quanyu.language.scalars import FieldType, Source
from quanyu.rating import quote_columns
from quanyu.rating.below_zero import premiums_below_zero
from quanyu.tables import Rows, as_texts, typed_columns
from quanyu.tables.typed import TRUE
from quanyu.terms import Finding
from quanyu.waterfall import Plan
from quanyu.waterfall.alone import Columns, stands_alone

__all__ = ["Risks", "read_risks"]

_DAYS = ("start", "end")


@dataclass(frozen=True)
class Risks:
    """Risks of one version. kept: their fields as texts, empty cells null. premium: in fen, shape (rows,)."""

    version: Version
    rows: Rows
    kept: pl.DataFrame
    premium: NDArray[np.int64]

    @cached_property
    def columns(self) -> Columns:
        """What the terms of the premium flow read of them; each term is evaluated once."""
        return Columns(_values(self.version, self.kept), _day(self.rows.frame))

    def evaluate(self) -> None:
        """Evaluates the terms of the premium flow now, where a thread has time for it."""
        for (flow, _), plan in self.version.compiled.plans.items():
            if flow == "premium" and stands_alone(plan):
                for term in _terms(plan):
                    self.columns.values(term)


def read_risks(version: Version, rows: Rows, reserved: Sequence[str]) -> Risks | list[Finding]:
    """The risks of a block of rows; every bad cell and every condition that is not met is a finding.

    reserved: columns that are no fields. Columns that the version does not know are kept as they stand.
    """
    rows, findings = _dated(version, rows)
    if findings:
        return [*findings, *_beside(version, rows, reserved, findings)]
    frame = rows.frame
    hidden = set(reserved) - set(days_told(version.programme))
    filled = [n for n in frame.columns if n not in hidden and frame[n].null_count() < frame.height]
    kinds = {n: kind for n, kind in _read(version).items() if n in filled or _needed(version, n)}
    gaps = {n: kind for n, kind in kinds.items() if not _needed(version, n) and frame[n].null_count()}
    columns, findings = typed_columns(rows, {n: kind for n, kind in kinds.items() if n not in gaps}, most=MOST)
    findings += [one for n, kind in gaps.items() for one in _where_filled(rows, n, kind)]
    if findings:
        return [*findings, *_beside(version, rows, reserved, findings)]
    named = with_names_columns(version.compiled.names, columns, frame.height)
    findings = unmet_rows(version.compiled, named, frame.height, place=rows.place, most=MOST)
    premium = _premium(version, named, rows)
    if isinstance(premium, list):
        return [*findings, *premium]
    return findings or Risks(version, rows, _kept(frame.select(filled), kinds), premium)


def _dated(version: Version, rows: Rows) -> tuple[Rows, list[Finding]]:
    """The rows with the first day in the field of it, where there is one; what is stated otherwise is found."""
    if "attached" not in days_told(version.programme):
        return rows, []
    frame, day = rows.frame, rows.frame["start"].cast(pl.String)
    stated = as_texts(frame["attached"]) if "attached" in frame.columns else day
    wrong = ((stated != day).fill_null(False)).arg_true()[:MOST].to_list()
    findings = [
        replace(not_of_policy("attached", stated[row], day[row]), place=rows.place(row, "attached")) for row in wrong
    ]
    return replace(rows, frame=frame.with_columns(day.alias("attached"))), findings


def _beside(version: Version, rows: Rows, reserved: Sequence[str], findings: list[Finding]) -> list[Finding]:
    """What is wrong with the rows whose cells can all be read."""
    sound = rows.sound(findings)
    if any(one.code == "missing-column" for one in findings) or not 0 < sound.frame.height < rows.frame.height:
        return []
    more = read_risks(version, sound, reserved)
    return more if isinstance(more, list) else []


def _where_filled(rows: Rows, name: str, kind: FieldType) -> list[Finding]:
    """What is wrong with a field that may be left empty."""
    filled = rows.frame[name].is_not_null()
    return typed_columns(rows.chosen(rows.frame.filter(filled), filled.arg_true().to_list()), {name: kind})[1]


def _read(version: Version) -> dict[str, FieldType]:
    """The fields of a version and, where its premium counts days, the days of cover."""
    fields = {name: spec.type for name, spec in version.programme.insured.fields.items()}
    rating = version.compiled.rating
    days = {name: FieldType("date") for name in _DAYS} if rating is not None and rating.day_count else {}
    plans = tuple(version.compiled.names.plans)
    return {**fields, **({"plan": FieldType("text", plans)} if plans else {}), **days}


def _needed(version: Version, name: str) -> bool:
    rating = version.compiled.rating
    read = (rating.reads if rating is not None else frozenset()) | gate_names(version.compiled)
    return name in read and name not in version.programme.states


def _premium(version: Version, columns: dict[str, Column], rows: Rows) -> NDArray[np.int64] | list[Finding]:
    rating = version.compiled.rating
    if rating is None:
        return np.zeros(rows.frame.height, np.int64)
    quotes = quote_columns(rating, columns, rows.frame.height, place=rows.place)
    return quotes if isinstance(quotes, list) else premiums_below_zero(quotes.fen, rows.place) or quotes.fen


def _kept(frame: pl.DataFrame, kinds: dict[str, FieldType]) -> pl.DataFrame:
    """Cells as texts that are read exactly: truths as true and false, days as 2026-01-01, numbers as written."""
    return frame.select(_text(frame[n], kinds.get(n)).alias(n) for n in frame.columns)


def _text(column: pl.Series, kind: FieldType | None) -> pl.Series:
    text = as_texts(column)
    if kind is not None and kind.kind == "bool":
        return text.str.to_lowercase().is_in(TRUE).cast(pl.String)
    return text


def _terms(plan: Plan) -> Iterator[Expression]:
    """The terms of a plan that rows decide."""
    for step in plan.steps:
        terms = [step.when, step.share, *(cap.amount for cap in step.caps)]
        terms += [term for stage in step.stages for term in (stage.attachment, stage.limit)]
        yield from (term for term in terms if term is not None and constant(term) is None)


def _values(version: Version, kept: pl.DataFrame) -> Callable[[Expression], Sequence[object]]:
    """Expressions on every row, exactly, each once for rows that read alike; None where one has no value."""
    known: dict[int, Sequence[object]] = {}

    def values(expression: Expression) -> Sequence[object]:
        if id(expression) not in known:
            known[id(expression)] = evaluated(expression)
        return known[id(expression)]

    def evaluated(expression: Expression) -> Sequence[object]:
        read = sorted(names(expression))
        own = set(read) <= set(kept.columns) and not version.compiled.names.plans
        frame = kept.select(read if own else kept.columns)
        alike = frame.unique(maintain_order=True).with_row_index("alike")
        found = [_value(version, expression, row) for row in alike.drop("alike").iter_rows(named=True)]
        at = frame.join(alike, on=frame.columns, how="left", nulls_equal=True, maintain_order="left")["alike"]
        return [found[n] for n in at.to_list()]

    return values


def _value(version: Version, expression: Expression, row: dict[str, str | None]) -> object:
    written = {name: Source(text) for name, text in row.items() if text is not None}
    try:
        return evaluate(expression, with_names(version.compiled.names, read_row(written, version.compiled.kinds)))
    except (EvaluationError, RowUnreadable):
        return None


def _day(frame: pl.DataFrame) -> Callable[[str], NDArray[np.int64]]:
    """The date that a pool goes by: a policy attaches on its first day and is issued when the table says."""

    def day(name: str) -> NDArray[np.int64]:
        column = frame["issued" if name == "issued" else "start"]
        return column.cast(pl.Int32).cast(pl.Int64).to_numpy()

    return day
