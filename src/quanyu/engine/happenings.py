"""Perils of the assumptions, and the claims they make in a block of years: columns of claims, path by path."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.cover import amounts, combined
from quanyu.engine.compiled import Compiled
from quanyu.engine.dated import DATE
from quanyu.engine.exposure import Exposure
from quanyu.engine.names import with_names_columns
from quanyu.formula import Column, SeriesColumn, TextColumn
from quanyu.perils import Default, Dependence, FrequencySeverity, Law, Lookup, Table
from quanyu.perils.generator import base_of, counters, signed, uniforms
from quanyu.perils.history import Bootstrap
from quanyu.perils.series import MeanReversion

__all__ = ["OCCURRED", "Claims", "Drawn", "Needs", "SeriesStrand", "Strand", "draw_claims", "gathered"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Sampler: TypeAlias = Table | Lookup

_DAYS = 365.0
OCCURRED = f"{DATE}occurred"
"""The column of the time of the year at which the claim happened, whatever the clock of the queue."""
_END = 0.999
_UNITS = frozenset({"insured", "policy"})


@dataclass(frozen=True)
class Strand:
    """A peril ready to be drawn.

    claims: number of claims of an occurrence, None for one. amounts: covers given by their loss. columns: laws of the
    facts and fields of a claim, `texts` what their codes stand for; keys: how many there are. covers: those the facts
    go through. delay: days to the queue's clock. recovery: the part of a loss that comes back. rows: expected a year.
    laws: those that `amounts` draw from.
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
    rows: float = 1.0
    laws: Mapping[str, Law] = field(default_factory=dict)


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

    @property
    def rows(self) -> float:
        """Expected rows of a year."""
        told = sum(len(s.covers) for s in self.series) * self.exposure.units
        return sum(s.rows for s in self.strands) + told

    @property
    def identified(self) -> bool:
        """Whether a peril draws whose claim it is by a key of its own."""
        return any(_UNITS & s.keys.keys() for s in self.strands)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields a claim may have: of the exposure, drawn, and named quantities."""
        known = dict.fromkeys(self.exposure.columns)
        for strand in self.strands:
            known |= dict.fromkeys(strand.columns)
        known |= dict.fromkeys(name for name, _ in self.compiled.names.values)
        return tuple(name for name in known if name not in ("losses", "recoveries"))


@dataclass(frozen=True)
class Needs:
    """What is read of a claim beside its amount; nothing else is drawn. keys: columns of keys."""

    clock: bool = False
    cover: bool = False
    recovered: bool = False
    fields: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def within(self, other: "Needs") -> bool:
        """Whether what was drawn for `other` is enough."""
        flags = zip((self.clock, self.cover, self.recovered), (other.clock, other.cover, other.recovered), strict=True)
        return all(mine <= theirs for mine, theirs in flags) and self.fields <= other.fields and self.keys <= other.keys


@dataclass(frozen=True)
class Claims:
    """The claims of one peril, or of several, path by path.

    ptr: where each path starts, shape (paths + 1,). amounts: of each cover by its code, 0 where it pays nothing. clock:
    a fraction of the year, above 1 where it is determined in the next. claim, event: numbers that no two claims and
    occurrences of a path share. unit: whose claim it is. returned: the part of the amounts that comes back.
    """

    ptr: Ints
    amounts: Mapping[int, Floats]
    clock: Floats | None = None
    claim: Ints | None = None
    event: Ints | None = None
    unit: Ints | None = None
    returned: Floats | None = None
    fields: Mapping[str, Column] = field(default_factory=dict)
    keys: Mapping[str, Ints] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many claims there are."""
        return int(self.ptr[-1])


def draw_claims(drawn: Drawn, seed: int, years: range, needs: Needs) -> list[Claims]:
    """The claims of a block of years, peril by peril; path i of the block is year `years[i]`."""
    drivers = _drivers(drawn, seed, years)
    spread = len(drawn.strands) + len(drawn.series)
    parts = []
    for n, strand in enumerate(drawn.strands):
        one = _Drawing(drawn, strand, seed, years, needs)
        parts.append(one.claims(drivers.get(strand.peril.name), (n, spread)))
    for n, series in enumerate(drawn.series, len(drawn.strands)):
        parts.append(_series_claims(drawn, series, seed, years, place=(n, spread)))
    return parts


def _drivers(drawn: Drawn, seed: int, years: range) -> Mapping[str, Floats]:
    """Dependent yearly drivers of the perils that are named together."""
    if drawn.dependence is None:
        return {}
    own = {s.peril.name: s.peril.driver(seed, years) for s in drawn.strands if s.peril.name in drawn.dependence.names}
    alone = np.arange(len(years) + 1, dtype=np.int64)
    mixing = signed(counters(base_of(seed, "//mixing"), years.start, alone))
    return drawn.dependence.couple(own, mixing)


@dataclass(frozen=True)
class _Drawing:
    """One peril over one block of years."""

    drawn: Drawn
    strand: Strand
    seed: int
    years: range
    needs: Needs

    def claims(self, driver: Floats | None, place: tuple[int, int]) -> Claims:
        """The claims of the peril, the `place[0]`-th of `place[1]`: numbers of different perils never meet."""
        strand, needs, (own, among) = self.strand, self.needs, place
        occurred = OCCURRED in needs.fields
        happened = strand.peril.draw(self.seed, self.years, driver=driver, timed=needs.clock or occurred)
        ptr, event = self._claim_offsets(happened.ptr)
        size = int(ptr[-1])
        unit, fields = self._whose(ptr)
        columns = self._columns(ptr)
        fields |= {k: _typed(strand, k, columns[k]) for k in strand.columns if k in columns}
        loss = happened.severity if isinstance(strand.peril, Default) else None
        paid = self._paid(columns, fields, size, loss)
        numbered = bool(needs.keys)
        path = np.repeat(np.arange(len(self.years), dtype=np.int64), np.diff(ptr)) if numbered else ptr[:0]
        return Claims(
            ptr=ptr,
            amounts=paid,
            clock=self._clock(happened.time, event, ptr) if needs.clock else None,
            claim=(np.arange(size) - ptr[path]) * among + own if numbered else None,
            event=((np.arange(size) if event is None else event) - happened.ptr[path]) * among + own
            if numbered
            else None,
            unit=unit,
            returned=self._one(strand.recovery, "recovery", ptr)
            if needs.recovered and strand.recovery is not None
            else None,
            fields={**self._wanted(fields, size), **({OCCURRED: _timed(happened.time, event)} if occurred else {})},
            keys={k: columns[k].astype(np.int64) for k in strand.keys if k in columns},
        )

    def _claim_offsets(self, ptr: Ints) -> tuple[Ints, Ints | None]:
        """Where each path's claims start, and the occurrence of each claim; None where each has one."""
        if self.strand.claims is None:
            return ptr, None
        total = int(ptr[-1])
        counts = np.round(self._one(self.strand.claims, "claims", ptr)).astype(np.int64)
        running = np.concatenate([[0], np.cumsum(counts)])
        return running[ptr], np.repeat(np.arange(total, dtype=np.int64), counts)

    def _one(self, law: Sampler, column: str, ptr: Ints) -> Floats:
        out = np.empty(int(ptr[-1]))
        law.fill(base_of(self.seed, f"{self.strand.peril.name}/{column}"), self.years.start, ptr, out)
        return out

    def _clock(self, time: Floats | None, event: Ints | None, ptr: Ints) -> Floats:
        clock = _timed(time, event)
        if self.strand.delay is None:
            return clock
        return np.asarray(clock + self._one(self.strand.delay, "delay", ptr) / _DAYS)

    def _columns(self, ptr: Ints) -> dict[str, Floats]:
        """Amounts, facts, fields and keys of every claim; those named in a dependence are drawn together."""
        strand, name, start = self.strand, self.strand.peril.name, self.years.start
        whole = bool(strand.covers) or self._derives
        laws = {k: (f"amount/{k}", v) for k, v in strand.amounts.items()}
        laws |= {k: (f"fact/{k}", v) for k, v in strand.columns.items() if whole or k in self.needs.fields}
        together = [n for n in (strand.dependence.names if strand.dependence else ()) if n in laws]
        out: dict[str, Floats] = {}
        if strand.dependence is not None and together:
            known = {**strand.amounts, **strand.columns}
            paths = {n: f"{name}/{'amount' if n in strand.amounts else 'fact'}/{n}" for n in strand.dependence.names}
            own = {n: signed(counters(base_of(self.seed, p), start, ptr)) for n, p in paths.items()}
            mixing = own[strand.dependence.names[0]]
            if strand.dependence.df is not None:
                mixing = signed(counters(base_of(self.seed, f"{name}/mixing"), start, ptr))
            coupled = strand.dependence.couple(own, mixing)
            out = {n: known[n].at(coupled[n]) for n in together}
        out |= {k: self._one(law, column, ptr) for k, (column, law) in laws.items() if k not in out}
        for key in (k for k in strand.keys if k in self.needs.keys):
            drawn = uniforms(counters(base_of(self.seed, f"{name}/key/{key}"), start, ptr))
            out[key] = np.floor(drawn * strand.keys[key])
        return out

    def _whose(self, ptr: Ints) -> tuple[Ints | None, dict[str, Column]]:
        """Whose claim it is, every unit as likely as any other, and the fields of its model point."""
        exposure, size = self.drawn.exposure, int(ptr[-1])
        facts = bool(self.strand.covers) and not isinstance(self.strand.peril, Default)
        fields = {k: v for k, v in exposure.columns.items() if facts or k in self.needs.fields or self._derives}
        of_units = [f for f in self.needs.fields if "@" in f or (f.startswith(DATE) and f != OCCURRED)]
        asked = bool(fields) or bool(_UNITS & self.needs.keys) or bool(of_units)
        if not asked:
            return None, {}
        if exposure.units <= 1:
            unit = np.zeros(size, np.int64)
        else:
            base = base_of(self.seed, f"{self.strand.peril.name}/unit")
            unit = np.floor(uniforms(counters(base, self.years.start, ptr)) * exposure.units).astype(np.int64)
        return unit, _of_units(exposure, fields, unit)

    @property
    def _derives(self) -> bool:
        """Whether a named quantity has to be worked out claim by claim."""
        drawn = bool(self.strand.columns)
        return drawn and any(name in self.needs.fields for name, _ in self.drawn.compiled.names.values)

    def _paid(
        self, columns: Mapping[str, Floats], fields: Mapping[str, Column], size: int, loss: Floats | None
    ) -> dict[int, Floats]:
        """The amount of each cover, by the cover's code."""
        codes = {name: code for code, name in enumerate(self.drawn.compiled.programme.covers)}
        if loss is not None:
            return {codes[self.strand.covers[0]]: loss}
        paid: dict[str, Floats] = {cover: columns[cover] for cover in self.strand.amounts}
        if self.strand.covers and size:
            table = self._named(fields, size)
            for cover in self.strand.covers:
                paid[cover] = amounts(self.drawn.compiled.covers[cover], table, size)
        for combination in self.drawn.compiled.combinations:
            paid = dict(combined(combination, paid))
        return {codes[cover]: amount for cover, amount in paid.items()}

    def _named(self, fields: Mapping[str, Column], size: int) -> Mapping[str, Column]:
        """Fields with the named quantities; those of the exposure are worked out again where the peril draws fields."""
        exposure, own = self.drawn.exposure, self.strand.columns
        kept = {
            k: v for k, v in fields.items() if not own or k in own or k not in exposure.columns or k in exposure.stated
        }
        return with_names_columns(self.drawn.compiled.names, kept, size)

    def _wanted(self, fields: Mapping[str, Column], size: int) -> Mapping[str, Column]:
        """The fields that are read of a claim."""
        if self._derives and size:
            fields = self._named(fields, size)
        return {k: v for k, v in fields.items() if k in self.needs.fields and not isinstance(v, SeriesColumn)}


def _timed(time: Floats | None, event: Ints | None) -> Floats:
    assert time is not None
    return time if event is None else time[event]


def _of_units(exposure: Exposure, columns: Mapping[str, Column], unit: Ints) -> dict[str, Column]:
    if len(exposure.rows) == 1:
        point = np.zeros_like(unit)
    else:
        point = np.searchsorted(np.cumsum(exposure.counts), unit, side="right")
    return {k: gathered(v, point) for k, v in columns.items()}


def gathered(column: Column, places: NDArray[Any]) -> Column:
    """The values of a column at some places."""
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


def _series_claims(drawn: Drawn, strand: SeriesStrand, seed: int, years: range, *, place: tuple[int, int]) -> Claims:
    """One determination a period for each model point; all units of the point are a claim each."""
    exposure, count = drawn.exposure, len(years)
    points = len(exposure.rows)
    path, point = np.repeat(np.arange(count), points), np.tile(np.arange(points), count)
    fields: dict[str, Column] = {k: gathered(v, point) for k, v in exposure.columns.items()}
    fields |= {k: gathered(v, path) for k, v in _series_columns(strand, seed, years).items()}
    table = with_names_columns(drawn.compiled.names, fields, path.size)
    paid = {cover: amounts(drawn.compiled.covers[cover], table, path.size) for cover in strand.covers}
    for combination in drawn.compiled.combinations:
        paid = dict(combined(combination, paid))
    codes = {name: code for code, name in enumerate(drawn.compiled.programme.covers)}
    each = np.tile(np.repeat(np.arange(points), exposure.counts), count)
    units = each.size // max(count, 1)
    rows = each + np.repeat(np.arange(count), units) * points
    unit = np.tile(np.arange(units, dtype=np.int64), count)
    own, among = place
    return Claims(
        ptr=np.arange(count + 1, dtype=np.int64) * units,
        amounts={codes[cover]: amount[rows] for cover, amount in paid.items()},
        clock=np.full(rows.size, _END),
        claim=unit * among + own,
        event=np.full(rows.size, own, np.int64),
        unit=unit,
        fields={
            **{k: gathered(v, rows) for k, v in table.items() if not isinstance(v, SeriesColumn)},
            OCCURRED: np.full(rows.size, _END),
        },
    )


def _series_columns(strand: SeriesStrand, seed: int, years: range) -> dict[str, Column]:
    table: dict[str, Column] = {}
    for model in strand.models:
        told = [
            strand.steps.get(n) for n in (model.series if isinstance(model, MeanReversion) else model.history.names)
        ]
        known = [n for n in told if n is not None]
        paths = model.draw(seed, years, max(known) if len(known) == len(told) else None)
        dates = _month_days(paths.days)
        for j, name in enumerate(paths.names):
            steps = strand.steps.get(name, paths.values.shape[1])
            table[name] = SeriesColumn(paths.values[:, :steps, j], dates[:steps])
    return table


def _month_days(days: Iterable[int]) -> tuple[str, ...]:
    start = np.datetime64("2001-01-01")
    return tuple(str(start + int(d))[5:] for d in days)
