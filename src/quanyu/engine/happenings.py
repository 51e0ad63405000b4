"""Perils of the assumptions, and the claims they make in a block of years: columns of rows, path by path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.cover import amounts, combined
from quanyu.engine.compiled import Compiled
from quanyu.engine.exposure import Exposure
from quanyu.engine.names import with_names_columns
from quanyu.formula import Column, SeriesColumn, TextColumn
from quanyu.perils import Default, Dependence, FrequencySeverity, Lookup, Table
from quanyu.perils.generator import base_of, counters, signed, uniforms
from quanyu.perils.history import Bootstrap
from quanyu.perils.series import MeanReversion

__all__ = ["Claims", "Drawn", "SeriesStrand", "Strand", "draw_claims"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Sampler: TypeAlias = Table | Lookup


@dataclass(frozen=True)
class Strand:
    """A peril ready to be drawn.

    claims: number of claims of an occurrence, None for one. amounts: covers given by their loss. columns: laws of the
    facts and fields of a claim, `texts` what their codes stand for; keys: how many there are. covers: those the facts
    go through. delay: days to the queue's clock. recovery: the part of a loss that comes back.
    """

    peril: FrequencySeverity | Default
    claims: Sampler | None
    amounts: Mapping[str, Sampler]
    columns: Mapping[str, Sampler]
    texts: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, int]
    covers: tuple[str, ...]
    dependence: Dependence | None
    delay: Sampler | None
    recovery: Sampler | None


@dataclass(frozen=True)
class SeriesStrand:
    """Series of one period, and the covers that read them, determined at the period's end for every model point."""

    name: str
    models: tuple[MeanReversion | Bootstrap, ...]
    steps: Mapping[str, int]
    covers: tuple[str, ...]


@dataclass(frozen=True)
class Drawn:
    """What claims are drawn from. seed and stream names fix every number; exposure says whose claims they are."""

    compiled: Compiled
    exposure: Exposure
    strands: tuple[Strand, ...]
    series: tuple[SeriesStrand, ...]
    dependence: Dependence | None


@dataclass(frozen=True)
class Claims:
    """Rows of a block in no particular order: the place of the path, the clock (a fraction of the year), one cover's amount.

    claim, event and unit number claims, occurrences and insured units within a path. fields: further columns.
    """

    path: Ints
    clock: Floats
    amount: Floats
    cover: NDArray[np.int32]
    claim: Ints
    event: Ints
    unit: Ints
    recovered: Floats
    fields: Mapping[str, Column]
    keys: Mapping[str, Ints]


def draw_claims(drawn: Drawn, seed: int, years: range) -> Claims:
    """All claims of a block of years; path i of the block is year `years[i]`."""
    drivers = _drivers(drawn, seed, years)
    parts = [
        _strand_claims(drawn, strand, seed, years, driver=drivers.get(strand.peril.name)) for strand in drawn.strands
    ]
    parts += [_series_claims(drawn, strand, seed, years) for strand in drawn.series]
    return _together([p for p in parts if p is not None])


def _drivers(drawn: Drawn, seed: int, years: range) -> Mapping[str, Floats]:
    """Dependent yearly drivers of the perils that are named together."""
    if drawn.dependence is None:
        return {}
    own = {s.peril.name: s.peril.driver(seed, years) for s in drawn.strands if s.peril.name in drawn.dependence.names}
    alone = np.arange(len(years) + 1, dtype=np.int64)
    mixing = signed(counters(base_of(seed, "//mixing"), years.start, alone))
    return drawn.dependence.couple(own, mixing)


def _strand_claims(drawn: Drawn, strand: Strand, seed: int, years: range, *, driver: Floats | None) -> Claims | None:
    happened = strand.peril.draw(seed, years, driver=driver, timed=True)
    name = strand.peril.name
    assert happened.time is not None
    ptr, event = _claim_offsets(strand, seed, years, happened.ptr)
    size = int(ptr[-1])
    if not size:
        return None
    path = np.repeat(np.arange(len(years), dtype=np.int64), np.diff(ptr))
    claim = np.arange(size, dtype=np.int64) - ptr[path]
    columns = _columns(strand, seed, years, ptr)
    unit, point = _units(drawn.exposure, name, seed, years, ptr)
    clock = happened.time[event]
    if strand.delay is not None:
        clock = clock + _one(strand.delay, f"{name}/delay", seed, years, ptr) / 365.0
    recovery = (
        _one(strand.recovery, f"{name}/recovery", seed, years, ptr) if strand.recovery is not None else np.zeros(size)
    )
    fields = {k: _gathered(v, point) for k, v in drawn.exposure.columns.items()}
    fields |= {k: _typed(strand, k, columns[k]) for k in strand.columns}
    keys = {k: columns[k].astype(np.int64) for k in strand.keys}
    paid = _paid(drawn, strand, columns, fields, happened.severity if isinstance(strand.peril, Default) else None)
    event_in_path = event - happened.ptr[path]
    rows = [(code, np.flatnonzero(amount > 0.0), amount) for code, amount in paid.items()]
    return _stacked(rows, (path, clock, claim, event_in_path, unit, recovery), fields, keys)


def _claim_offsets(strand: Strand, seed: int, years: range, ptr: Ints) -> tuple[Ints, Ints]:
    """Where each path's claims start, and the occurrence of each claim."""
    total = int(ptr[-1])
    if strand.claims is None:
        return ptr, np.arange(total, dtype=np.int64)
    counts = np.round(_one(strand.claims, f"{strand.peril.name}/claims", seed, years, ptr)).astype(np.int64)
    running = np.concatenate([[0], np.cumsum(counts)])
    return running[ptr], np.repeat(np.arange(total, dtype=np.int64), counts)


def _one(law: Sampler, path: str, seed: int, years: range, ptr: Ints) -> Floats:
    out = np.empty(int(ptr[-1]))
    law.fill(base_of(seed, path), years.start, ptr, out)
    return out


def _columns(strand: Strand, seed: int, years: range, ptr: Ints) -> dict[str, Floats]:
    """Amounts, facts, fields and keys of every claim; those named in a dependence are drawn together."""
    name = strand.peril.name
    laws = {f"amount/{k}": v for k, v in strand.amounts.items()} | {f"fact/{k}": v for k, v in strand.columns.items()}
    together = strand.dependence.names if strand.dependence else ()
    out: dict[str, Floats] = {}
    if strand.dependence is not None:
        paths = {short: full for full in laws for short in [full.split("/", 1)[1]] if short in together}
        own = {short: signed(counters(base_of(seed, f"{name}/{paths[short]}"), years.start, ptr)) for short in together}
        mixing = signed(counters(base_of(seed, f"{name}/mixing"), years.start, ptr))
        out = {s: laws[paths[s]].at(u) for s, u in strand.dependence.couple(own, mixing).items()}
    for full, law in laws.items():
        short = full.split("/", 1)[1]
        if short not in out:
            out[short] = _one(law, f"{name}/{full}", seed, years, ptr)
    for key, among in strand.keys.items():
        out[key] = np.floor(uniforms(counters(base_of(seed, f"{name}/key/{key}"), years.start, ptr)) * among)
    return out


def _units(exposure: Exposure, name: str, seed: int, years: range, ptr: Ints) -> tuple[Ints, Ints]:
    """Whose claim it is: every unit is as likely as any other."""
    total = exposure.units
    if total <= 1:
        zero = np.zeros(int(ptr[-1]), np.int64)
        return zero, zero
    unit = np.floor(uniforms(counters(base_of(seed, f"{name}/unit"), years.start, ptr)) * total).astype(np.int64)
    point = np.searchsorted(np.cumsum(exposure.counts), unit, side="right")
    return unit, point.astype(np.int64)


def _gathered(column: Column, places: Ints) -> Column:
    if isinstance(column, TextColumn):
        return TextColumn(column.codes[places], column.values)
    if isinstance(column, SeriesColumn):
        return SeriesColumn(column.values[places], column.dates)
    return column[places] if isinstance(column, np.ndarray) else column


def _typed(strand: Strand, name: str, values: Floats) -> Column:
    """A drawn column: a number, or a text where the law is one of kinds (`true` and `false` are truths)."""
    texts = strand.texts.get(name)
    if texts is None:
        return values
    codes = values.astype(np.int32)
    if set(texts) <= {"true", "false"}:
        return np.array([t == "true" for t in texts])[codes]
    return TextColumn(codes, texts)


def _paid(
    drawn: Drawn, strand: Strand, columns: Mapping[str, Floats], fields: Mapping[str, Column], loss: Floats | None
) -> dict[int, Floats]:
    """The amount of each cover, by the cover's code."""
    codes = {name: code for code, name in enumerate(drawn.compiled.programme.covers)}
    if loss is not None:
        return {codes[strand.covers[0]]: loss}
    paid: dict[str, Floats] = {cover: columns[cover] for cover in strand.amounts}
    if strand.covers:
        length = len(next(iter(columns.values()))) if columns else _length(fields)
        table = with_names_columns(drawn.compiled.names, fields, length)
        for cover in strand.covers:
            paid[cover] = amounts(drawn.compiled.covers[cover], table, length)
    for combination in drawn.compiled.combinations:
        paid = dict(combined(combination, paid))
    return {codes[cover]: amount for cover, amount in paid.items()}


def _length(fields: Mapping[str, Column]) -> int:
    for column in fields.values():
        if isinstance(column, np.ndarray):
            return int(column.shape[0])
        if isinstance(column, TextColumn):
            return len(column.codes)
        if isinstance(column, SeriesColumn):
            return len(column.values)
    return 1


def _stacked(
    rows: list[tuple[int, NDArray[np.intp], Floats]],
    columns: tuple[Ints, Floats, Ints, Ints, Ints, Floats],
    fields: Mapping[str, Column],
    keys: Mapping[str, Ints],
) -> Claims:
    """One row for each claim and cover with an amount."""
    path, clock, claim, event, unit, recovery = columns
    places = np.concatenate([where for _, where, _ in rows])
    amount = np.concatenate([values[where] for _, where, values in rows])
    cover = np.concatenate([np.full(where.size, code, np.int32) for code, where, _ in rows])
    return Claims(
        path[places], clock[places], amount, cover, claim[places], event[places], unit[places],
        recovery[places] * amount,
        {k: _gathered(v, places.astype(np.int64)) for k, v in fields.items()},
        {k: v[places] for k, v in keys.items()},
    )  # fmt: skip


def _series_claims(drawn: Drawn, strand: SeriesStrand, seed: int, years: range) -> Claims | None:
    """One determination a period for each model point, with all units of the point as one row each."""
    table: dict[str, Column] = {}
    for model in strand.models:
        paths = model.draw(seed, years)
        dates = _month_days(paths.days)
        for j, name in enumerate(paths.names):
            steps = strand.steps.get(name, paths.values.shape[1])
            table[name] = SeriesColumn(paths.values[:, :steps, j], dates[:steps])
    exposure = drawn.exposure
    units, count = exposure.units, len(years)
    point = np.repeat(np.arange(len(exposure.counts)), exposure.counts)
    path = np.repeat(np.arange(count, dtype=np.int64), units)
    fields: dict[str, Column] = {k: _gathered(v, np.tile(point, count)) for k, v in exposure.columns.items()}
    fields |= {k: _gathered(v, path) for k, v in table.items()}
    data = with_names_columns(drawn.compiled.names, fields, path.size)
    paid = {cover: amounts(drawn.compiled.covers[cover], data, path.size) for cover in strand.covers}
    for combination in drawn.compiled.combinations:
        paid = dict(combined(combination, paid))
    codes = {name: code for code, name in enumerate(drawn.compiled.programme.covers)}
    rows = [(codes[cover], np.flatnonzero(amount > 0.0), amount) for cover, amount in paid.items()]
    unit = np.tile(np.arange(units, dtype=np.int64), count)
    plain = {k: v for k, v in fields.items() if not isinstance(v, SeriesColumn)}
    clock = np.full(path.size, 0.999)
    columns = (path, clock, unit, np.zeros(path.size, np.int64), unit, np.zeros(path.size))
    return _stacked(rows, columns, plain, {})


def _month_days(days: Any) -> tuple[str, ...]:
    start = np.datetime64("2001-01-01")
    return tuple(str(start + int(d))[5:] for d in days)


def _together(parts: list[Claims]) -> Claims:
    """Claims of all perils; claims and occurrences keep apart, fields that a peril lacks are missing."""
    if not parts:
        none = np.empty(0, np.int64)
        return Claims(none, np.empty(0), np.empty(0), np.empty(0, np.int32), none, none, none, np.empty(0), {}, {})
    if len(parts) == 1:
        return parts[0]
    claim, event, claims, events = [], [], 0, 0
    for part in parts:
        claim.append(part.claim + claims)
        event.append(part.event + events)
        claims += int(part.claim.max(initial=-1)) + 1
        events += int(part.event.max(initial=-1)) + 1
    names = dict.fromkeys(name for part in parts for name in part.fields)
    keys = dict.fromkeys(name for part in parts for name in part.keys)
    return Claims(
        np.concatenate([p.path for p in parts]), np.concatenate([p.clock for p in parts]),
        np.concatenate([p.amount for p in parts]), np.concatenate([p.cover for p in parts]),
        np.concatenate(claim), np.concatenate(event),
        np.concatenate([p.unit for p in parts]), np.concatenate([p.recovered for p in parts]),
        {name: _joined([p.fields.get(name) for p in parts], [p.path.size for p in parts]) for name in names},
        {name: np.concatenate([_keyed(p, name) for p in parts]) for name in keys},
    )  # fmt: skip


def _keyed(part: Claims, name: str) -> Ints:
    """The key of a claim that its peril does not draw is its own: numbers no other peril uses."""
    return part.keys.get(name, -1 - part.claim)


def _joined(columns: list[Column | None], sizes: list[int]) -> Column:
    if any(isinstance(c, TextColumn) for c in columns):
        known = tuple(dict.fromkeys(v for c in columns if isinstance(c, TextColumn) for v in c.values))
        codes = [
            np.array([known.index(v) for v in c.values], np.int32)[c.codes] if isinstance(c, TextColumn)
            else np.full(n, -1, np.int32)
            for c, n in zip(columns, sizes, strict=True)
        ]  # fmt: skip
        return TextColumn(np.concatenate(codes), known)
    filled = [np.full(n, np.nan) if c is None else np.asarray(c) for c, n in zip(columns, sizes, strict=True)]
    if any(f.dtype == bool for f in filled) and all(c is not None for c in columns):
        return np.concatenate(filled)
    return np.concatenate([f.astype(np.float64) for f in filled])
