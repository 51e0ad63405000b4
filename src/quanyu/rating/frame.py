"""Premiums of a file or frame of risks, read and encoded a few columns at a time so that memory stays flat.

Import it from here: the rest of the room works without Polars.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl

from quanyu.formula import Column, Given, TextColumn
from quanyu.formula.lookup import Lookup
from quanyu.formula.tree import Name
from quanyu.language.scalars import FieldType
from quanyu.rating.columns import Quotes, quote_columns
from quanyu.rating.compiled import CompiledRating
from quanyu.tables import Rows, read_rows, typed_columns, unreadable
from quanyu.terms import Finding, Place

__all__ = ["FrameColumns", "quote_frame", "undeclared"]

_BYTES = 32 << 20  # of columns held at once; a text takes 16 bytes before it is a code
_CELL = 24
_ROWS, _COLUMNS = 1000, 8
_NUMERIC = ("number", "money", "share", "int")
_DAYS = ("start", "end", "period_start", "period_end")


def quote_frame(
    rating: CompiledRating, source: "pl.DataFrame | Path", *, sheet: str | None = None, rows: int | None = None
) -> Quotes | list[Finding]:
    """The premium of every risk of a frame, or of an Excel, CSV or Parquet file; `rows` takes the first ones only.

    Columns carry the names of the fields. What `quote_columns` refuses is refused here, by row and column of the file.
    """
    if isinstance(source, pl.DataFrame) or source.suffix.lower() == ".parquet":
        wrong = unreadable(source, {*rating.reads, *_DAYS}) if isinstance(source, Path) else []
        return wrong or _quote_typed(rating, source, rows)
    read = read_rows(source, sheet)
    if isinstance(read, list):
        return read
    frame = read.frame if rows is None else read.frame.head(rows)
    return _quote_read(rating, Rows(frame, read.file, read.sheet, read.first))


def _quote_read(rating: CompiledRating, read: Rows) -> Quotes | list[Finding]:
    """A table as read: cells become values of the declared types first."""
    shown = read.frame.columns
    levels = {name: kind for name, kind in undeclared(rating, shown).items() if name in rating.states}
    kinds = {**{n: kind for n, kind in rating.kinds.items() if n in shown or n not in rating.states}, **levels}
    columns, findings = typed_columns(read, kinds)
    if findings:
        return findings
    further = FrameColumns(read.frame, _order(rating), _vocabulary(rating))
    joined: dict[str, Column] = {**{name: further[name] for name in further if name not in kinds}, **columns}
    return quote_columns(rating, joined, read.frame.height, place=read.place)


def undeclared(rating: CompiledRating, columns: Sequence[str]) -> dict[str, FieldType]:
    """The types of those columns that the rating reads although they are no fields: levels, and the days of cover."""
    levels = {name: FieldType("number") for name in rating.states if name in rating.reads}
    days = {name: FieldType("date") for name in _DAYS} if rating.day_count else {}
    return {name: kind for name, kind in {**levels, **days}.items() if name in columns and name not in rating.kinds}


def _quote_typed(rating: CompiledRating, source: "pl.DataFrame | Path", rows: int | None) -> Quotes | list[Finding]:
    frame = source.lazy() if isinstance(source, pl.DataFrame) else pl.scan_parquet(source)
    if rows is not None:
        frame = frame.head(rows)
    schema = frame.collect_schema()
    kinds = {**rating.kinds, **undeclared(rating, list(schema))}
    written = [n for n, kind in kinds.items() if schema.get(n) == pl.String and kind.kind in _NUMERIC]
    file = "" if isinstance(source, pl.DataFrame) else str(source)
    if written:
        return _quote_read(
            rating, Rows(frame.select(n for n in _order(rating) if n in schema).collect(), file, first=1)
        )

    def place(row: int, column: str) -> Place | None:
        number = list(schema).index(column) + 1 if column in schema else 1
        return Place(file, row + 1, number, number + 1) if file else None

    with FrameColumns(frame, _order(rating), _vocabulary(rating)) as columns:
        return quote_columns(rating, columns, columns.height, place=place, rows=columns.rows)


def _order(rating: CompiledRating) -> tuple[str, ...]:
    """The names a rating reads in the order in which it first reads them."""
    tables = [
        by.root.name
        for factor in rating.factors
        if isinstance(factor.quantity, Lookup)
        for by in factor.quantity.by
        if isinstance(by.root, Name)
    ]
    rest = sorted(rating.reads - set(tables))
    return tuple(dict.fromkeys([*rest, *tables, "period_start", "period_end"]))


def _vocabulary(rating: CompiledRating) -> Mapping[str, tuple[str, ...]]:
    """The texts that may stand in a column: where one table of texts without `else` is entered by it alone."""
    found: dict[str, tuple[str, ...]] = {}
    for factor in rating.factors:
        table = factor.quantity
        if not isinstance(table, Lookup) or len(table.by) != 1 or not isinstance(table.by[0].root, Name):
            continue
        texts = tuple(dict.fromkeys(key.match for key, _ in table.rows if isinstance(key.match, str)))
        if len(texts) == len(table.rows) and table.otherwise is None and "else" not in texts:
            found.setdefault(table.by[0].root.name, texts)
    return found


class FrameColumns(Mapping[str, Column]):
    """The columns of a frame, a group of them read and encoded at a time, the next group while one is worked on.

    Columns are asked for roughly in `order`; only the present group is held.
    """

    def __init__(
        self, frame: "pl.LazyFrame | pl.DataFrame", order: tuple[str, ...], vocabulary: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._frame, self._vocabulary = _dates_as_texts(frame.lazy()), vocabulary
        self._schema = self._frame.collect_schema()
        self.height = int(self._frame.select(pl.len()).collect().item())
        self._order = tuple(name for name in order if name in self._schema)
        size = max(1, _BYTES // (_CELL * max(self.height, 1)))
        self._groups = [self._order[start : start + size] for start in range(0, len(self._order), size)]
        self._reader: ThreadPoolExecutor | None = None
        self._held: tuple[int, dict[str, Column]] = (-1, {})
        self._next: tuple[int, Future[dict[str, Column]]] | None = None

    def __enter__(self) -> "FrameColumns":
        self._reader = ThreadPoolExecutor(1)
        return self

    def __exit__(self, *_: object) -> None:
        if self._reader is not None:
            self._reader.shutdown(cancel_futures=True)
        self._reader, self._next = None, None

    def __contains__(self, name: object) -> bool:
        return name in self._order

    def __iter__(self) -> Iterator[str]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, name: str) -> Column:
        if name not in self._held[1]:
            self._hold(next(place for place, group in enumerate(self._groups) if name in group))
        return self._held[1][name]

    def _hold(self, place: int) -> None:
        ready = self._next if self._next is not None and self._next[0] == place else None
        if self._reader is None:
            self._held = (place, self._read(place))
            return
        columns = ready[1] if ready is not None else self._reader.submit(self._read, place)
        following = place + 1
        self._next = (following, self._reader.submit(self._read, following)) if following < len(self._groups) else None
        self._held = (place, columns.result())

    def _read(self, place: int) -> dict[str, Column]:
        names = self._groups[place]
        read = self._frame.select(self._encoded(name) for name in names).collect()
        return {name: self._column(read[name]) for name in names}

    def _encoded(self, name: str) -> pl.Expr:
        column = pl.col(name)
        if self._schema[name] == pl.String and name in self._vocabulary:
            return column.cast(pl.Enum(self._vocabulary[name]), strict=False)
        return column

    def rows(self, rows: Sequence[int]) -> Iterator[Mapping[str, Given]]:
        """Rows as they stand in the frame."""
        for start in range(0, len(rows), _ROWS):
            yield from self._chosen(rows[start : start + _ROWS]).iter_rows(named=True)

    def _chosen(self, rows: Sequence[int]) -> pl.DataFrame:
        if len(rows) == 1:  # a file then gives up the rest unread
            return self._frame.select(self._order).slice(rows[0], 1).collect()
        groups = (self._order[start : start + _COLUMNS] for start in range(0, len(self._order), _COLUMNS))
        place = pl.lit(pl.Series(rows, dtype=pl.UInt32))
        return pl.concat([self._frame.select(pl.col(g).gather(place)).collect() for g in groups], how="horizontal")

    def _column(self, series: pl.Series) -> Column:
        if series.dtype == pl.Enum:
            return _coded(series, self._vocabulary[series.name])
        if series.dtype.is_decimal():
            return np.array(series.to_list(), dtype=object)
        if series.dtype.is_numeric():
            return series.to_numpy()
        if series.dtype == pl.Boolean:
            return np.array(series.to_list(), dtype=object if series.null_count() else bool)
        texts = series.cast(pl.String)
        known = texts.drop_nulls().unique(maintain_order=True)
        return _coded(texts.cast(pl.Enum(known)), tuple(known.to_list()))


def _dates_as_texts(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Dates as 2021-01-01, also those a spreadsheet keeps as an instant at midnight; other instants are no dates."""
    written = frame.with_columns(pl.col(pl.Date).cast(pl.String))
    instants = [pl.col(name) for name, kind in frame.collect_schema().items() if kind == pl.Datetime]
    return written.with_columns(
        pl.when(at.dt.time() == pl.time(0)).then(at.dt.date().cast(pl.String)).otherwise(at.cast(pl.String)).name.keep()
        for at in instants
    )


def _coded(series: pl.Series, values: tuple[str, ...]) -> TextColumn:
    codes = series.to_physical()
    return TextColumn((codes.cast(pl.Int64).fill_null(-1) if series.null_count() else codes).to_numpy(), values)
