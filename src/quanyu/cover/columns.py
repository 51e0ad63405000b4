"""What covers pay on the facts of many claims at once."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from quanyu.cover.compiled import Combination, CompiledCover
from quanyu.formula import Column, Expression, SeriesColumn, WrongType, columns, names
from quanyu.formula.lookup import Lookup
from quanyu.formula.lookup_columns import look_up_columns, rows_of

__all__ = ["amounts", "combined"]

Floats = NDArray[np.float64]


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
        out[places] = _paid(cover, {k: rows_of(v, places) for k, v in data.items()}, places.size)
    return out


def _paid(cover: CompiledCover, data: Mapping[str, Column], length: int) -> Floats:
    if cover.days is not None:
        value = _window_columns(cover, data, length)
    elif cover.each is not None:
        value = _each_columns(cover, data, length)
    elif isinstance(cover.value, Expression):
        value = np.asarray(columns(cover.value, data, length), float)
    else:
        value = np.asarray(look_up_columns(cover.value, data, length), float)
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
    flat = {k: rows_of(v, rows) for k, v in data.items()}
    paid = look_up_columns(cover.value, {**flat, "it": items[present]}, rows.size)
    return np.bincount(rows, paid, length).astype(np.float64)


def _window_columns(cover: CompiledCover, data: Mapping[str, Column], length: int) -> Floats:
    """Daily records in columns: `<days>` is a SeriesColumn with the date of each element; a NaN is no record.

    What the records hold under other names than the row's own is the element itself, or that of a SeriesColumn of that
    name.
    """
    assert cover.days is not None
    days = data.get(cover.days)
    if not isinstance(days, SeriesColumn) or days.dates is None:
        raise WrongType(f"{cover.days} is no series with dates")
    total = np.zeros(length)
    for window in cover.windows:
        inside = [i for i, day in enumerate(days.dates) if day[-5:] in window]
        total += _within_columns(cover, data, days, inside)
    return total


def _within_columns(
    cover: CompiledCover, data: Mapping[str, Column], days: SeriesColumn, inside: Sequence[int]
) -> Floats:
    """What one window pays: the largest, the first above zero, or the sum of its days."""
    assert isinstance(cover.value, Lookup)
    out = np.zeros(len(days.values))
    seen = np.zeros(len(days.values), dtype=bool)
    for i in sorted(inside, key=lambda n: (days.dates or ())[n]):
        places = np.flatnonzero(~np.isnan(days.values[:, i]))
        if not places.size:
            continue
        record = {k: rows_of(v, places) for k, v in _record(cover, data, days, i).items()}
        paid = np.asarray(look_up_columns(cover.value, record, places.size), float)
        before = out[places]
        match cover.within:
            case "max":
                out[places] = np.where(seen[places], np.maximum(before, paid), paid)
            case "first":
                out[places] = np.where(before != 0, before, paid)
            case _:
                out[places] = before + paid
        seen[places] = True
    return out


def _record(cover: CompiledCover, data: Mapping[str, Column], days: SeriesColumn, i: int) -> dict[str, Column]:
    """The row's own values with those of one day in front."""
    assert isinstance(cover.value, Lookup)
    own: dict[str, Column] = {
        k: v.values[:, i] if isinstance(v, SeriesColumn) and v.dates == days.dates else v for k, v in data.items()
    }
    missing = {name for by in cover.value.by for name in names(by)} - data.keys()
    return {**own, **dict.fromkeys(missing, days.values[:, i]), "date": (days.dates or ())[i]}


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
