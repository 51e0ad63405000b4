"""What a cover pays on given facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import (
    Column,
    Expression,
    Given,
    Series,
    SeriesColumn,
    TextColumn,
    WrongType,
    columns,
    evaluate,
    parse,
)
from quanyu.formula.lookup import Lookup, compile_lookup, look_up, look_up_columns
from quanyu.language.parts import Cover, Pays
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.terms import Finding, Interval, read_interval

__all__ = ["Combination", "CompiledCover", "amount", "amounts", "combined", "compile_cover", "compile_covers"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CompiledCover:
    """A cover ready to be used.

    value: an expression or a table. each: the list whose elements (`it`) go through the table one by one.
    days: the daily records that fall into windows; within a window `within` picks one value, windows add up.
    """

    name: str
    when: Expression | None
    value: "Expression | Lookup"
    each: Expression | None = None
    days: str | None = None
    windows: tuple[Interval, ...] = ()
    within: str = "max"
    least: Expression | None = None
    most: Expression | None = None
    times: Expression | None = None


@dataclass(frozen=True, slots=True)
class Combination:
    """Covers of which one claim is paid only the largest (`max`), or all (`sum`)."""

    kind: str
    covers: tuple[str, ...]


def compile_covers(programme: Programme) -> tuple[Mapping[str, CompiledCover], list[Finding]]:
    """All covers of a programme, and every finding of their expressions."""
    compiled: dict[str, CompiledCover] = {}
    findings: list[Finding] = []
    for name, cover in programme.covers.items():
        one = compile_cover(name, cover)
        if isinstance(one, CompiledCover):
            compiled[name] = one
        else:
            findings += one
    return compiled, findings


def compile_cover(name: str, cover: Cover) -> CompiledCover | list[Finding]:
    """One cover, or the findings of its expressions."""
    findings: list[Finding] = []

    def expression(source: Source | None) -> Expression | None:
        if source is None:
            return None
        parsed = parse(source.text, source.place)
        if isinstance(parsed, Finding):
            findings.append(parsed)
            return None
        return parsed

    when = expression(cover.when)
    if isinstance(cover.pays, Source):
        value = expression(cover.pays)
        return findings if findings or value is None else CompiledCover(name, when, value)
    pays: Pays = cover.pays
    by = [expression(b) for b in pays.by] or [expression(Source("it"))]
    table = compile_lookup([b for b in by if b is not None], pays.table, pays.otherwise)
    bounds = [expression(s) for s in (pays.each, pays.min, pays.max, pays.times)]
    if isinstance(table, list):
        findings += table
    windows = tuple(w for w in map(read_interval, pays.windows) if w is not None)
    if findings or isinstance(table, list):
        return findings
    each, least, most, times = bounds
    return CompiledCover(name, when, table, each, pays.days, windows, pays.within, least, most, times)


def amount(cover: CompiledCover, row: Mapping[str, Given]) -> Fraction:
    """The exact amount of one claim, in the programme's unit.

    Raises EvaluationError where facts are missing or in no row of a table.
    """
    if cover.when is not None and not evaluate(cover.when, row):
        return Fraction(0)
    if cover.days is not None:
        value = _windows(cover, row)
    elif cover.each is not None:
        value = _each(cover, row)
    else:
        value = _number(
            evaluate(cover.value, row) if isinstance(cover.value, Expression) else look_up(cover.value, row)
        )
    if cover.least is not None:
        value = max(value, _number(evaluate(cover.least, row)))
    if cover.most is not None:
        value = min(value, _number(evaluate(cover.most, row)))
    return value * (_number(evaluate(cover.times, row)) if cover.times is not None else 1)


def _number(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    raise WrongType(f"{value} is no amount")


def _each(cover: CompiledCover, row: Mapping[str, Given]) -> Fraction:
    assert cover.each is not None
    assert isinstance(cover.value, Lookup)
    items = evaluate(cover.each, row)
    if not isinstance(items, Series):
        raise WrongType(f"{cover.each.text} is no list")
    return sum((_number(look_up(cover.value, {**row, "it": item})) for item in items), Fraction(0))


def _windows(cover: CompiledCover, row: Mapping[str, Given]) -> Fraction:
    assert cover.days is not None
    assert isinstance(cover.value, Lookup)
    records: Any = row.get(cover.days)
    if not isinstance(records, list | tuple) or not all(isinstance(r, Mapping) and "date" in r for r in records):
        raise WrongType(f"{cover.days} is no list of daily records with a date")
    total = Fraction(0)
    for window in cover.windows:
        inside = sorted((r for r in records if str(r["date"])[-5:] in window), key=lambda r: str(r["date"]))
        values = [_number(look_up(cover.value, {**row, **r})) for r in inside]
        total += _within(cover.within, values)
    return total


def _within(how: str, values: list[Fraction]) -> Fraction:
    if not values:
        return Fraction(0)
    if how == "first":
        return next((v for v in values if v), Fraction(0))
    return max(values) if how == "max" else sum(values, Fraction(0))


def amounts(cover: CompiledCover, data: Mapping[str, Column], length: int) -> Floats:
    """The amounts of `length` claims, float64. Series are SeriesColumn; daily records are one SeriesColumn a field."""
    if cover.when is None:
        return _paid(cover, data, length)
    holds = columns(cover.when, data, length).astype(bool)
    if holds.all():
        return _paid(cover, data, length)
    out = np.zeros(length)
    places = np.flatnonzero(holds)
    if places.size:
        out[places] = _paid(cover, {k: _taken(v, places) for k, v in data.items()}, places.size)
    return out


def _taken(column: Column, places: NDArray[np.intp]) -> Column:
    if isinstance(column, SeriesColumn):
        return SeriesColumn(column.values[places], column.dates)
    if isinstance(column, np.ndarray):
        return column[places]
    if isinstance(column, TextColumn):
        return TextColumn(column.codes[places], column.values)
    return column


def _paid(cover: CompiledCover, data: Mapping[str, Column], length: int) -> Floats:
    if cover.days is not None:
        value = _window_columns(cover, data, length)
    elif cover.each is not None:
        value = _each_columns(cover, data, length)
    elif isinstance(cover.value, Expression):
        value = np.asarray(columns(cover.value, data, length), float)
    else:
        value = look_up_columns(cover.value, data, length)
    if cover.least is not None:
        value = np.maximum(value, columns(cover.least, data, length))
    if cover.most is not None:
        value = np.minimum(value, columns(cover.most, data, length))
    return value * columns(cover.times, data, length) if cover.times is not None else value


def _each_columns(cover: CompiledCover, data: Mapping[str, Column], length: int) -> Floats:
    assert cover.each is not None
    assert isinstance(cover.value, Lookup)
    items = np.asarray(columns(cover.each, data, length), float)
    present = ~np.isnan(items)
    rows = np.repeat(np.arange(length), present.sum(axis=1))
    if not rows.size:
        return np.zeros(length)
    flat = {k: _taken(v, rows) for k, v in data.items()}
    paid = look_up_columns(cover.value, {**flat, "it": items[present]}, rows.size)
    return np.bincount(rows, paid, length).astype(np.float64)


def _window_columns(cover: CompiledCover, data: Mapping[str, Column], length: int) -> Floats:
    """Daily records in columns: `<days>` is the SeriesColumn whose dates say which day each element is."""
    assert cover.days is not None
    assert isinstance(cover.value, Lookup)
    days = data[cover.days]
    if not isinstance(days, SeriesColumn) or days.dates is None:
        raise WrongType(f"{cover.days} is no series with dates")
    names = [b.text for b in cover.value.by if b.text != "date"]
    total = np.zeros(length)
    for window in cover.windows:
        inside = [i for i, d in enumerate(days.dates) if d[-5:] in window]
        best = np.zeros(length)
        for i in inside:
            element: dict[str, Column] = {**data, "date": days.dates[i], **dict.fromkeys(names, days.values[:, i])}
            paid = look_up_columns(cover.value, element, length)
            best = (
                np.maximum(best, paid)
                if cover.within == "max"
                else np.where(best > 0, best, paid)
                if cover.within == "first"
                else best + paid
            )
        total += best
    return total


def combined(combination: Combination, paid: Mapping[str, Floats]) -> Mapping[str, Floats]:
    """The amounts of covers of one claim after `combine`: under `max` only the largest stays, the first of equals."""
    if combination.kind == "sum":
        return paid
    names = [c for c in combination.covers if c in paid]
    if not names:
        return paid
    stacked = np.stack([paid[n] for n in names])
    first = stacked.argmax(axis=0)
    return {**paid, **{n: np.where(first == i, paid[n], 0.0) for i, n in enumerate(names)}}
