"""Lists of the book into files: Excel, CSV, Parquet or JSON, in constant memory but for JSON's own."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection, select

from quanyu.book import Refused
from quanyu.book import tables as t
from quanyu.book.access import PARTY, role_of, seen_as
from quanyu.book.registers import REGISTERS, Field, register
from quanyu.book.statements import SECTIONS, Statement, find_party
from quanyu.desk.accounts import Asked
from quanyu.desk.booking import Book
from quanyu.desk.papers import PEOPLE, heading_of
from quanyu.terms import Finding, Text

__all__ = ["STATEMENT", "SUFFIXES", "Listed", "export_register", "statement_rows", "write_listed"]

SUFFIXES = (".xlsx", ".csv", ".parquet", ".json")
_BLOCK = 20_000
_ZONE = ZoneInfo("Asia/Shanghai")
_TYPES: Mapping[str, pl.DataType] = {
    "money": pl.Decimal(20, 2),
    "date": pl.Date(),
    "time": pl.Datetime("us", "Asia/Shanghai"),
}

STATEMENT = (
    Field("section", Text("项目", "Section")),
    Field("day", Text("日期", "Date"), "date"),
    Field("stage", Text("阶段", "Stage")),
    Field("label", Text("步骤", "Step")),
    Field("counterparty", Text("对方", "Counterparty")),
    Field("currency", Text("币种", "Currency")),
    Field("received", Text("收", "To the party"), "money", total=True),
    Field("given", Text("付", "From the party"), "money", total=True),
    Field("balance", Text("对余额的影响", "Effect on the balance"), "money", total=True),
    Field("transfers", Text("笔数", "Transfers")),
)
"""The columns of a statement as a table. The first row is the opening balance."""


@dataclass(frozen=True)
class Listed:
    """A list to be written: its columns, and rows that are read once."""

    title: Text
    party: Text
    fields: Sequence[Field]
    rows: Iterable[Sequence[Any]]


def export_register(
    book: Book, name: str, out: Path, *, asked: Asked, party: str | None = None, language: str = "zh"
) -> int | list[Finding]:
    """Writes a register as at a day; gives the number of its rows.

    party: as that party sees it, its own rows alone, or what the published versions grant it.
    """
    kind, counted = REGISTERS[name], Counter[str]()

    def read(connection: Connection) -> int:
        def rows(of: int | None) -> Iterator[tuple[Any, ...]]:
            for row in register(connection, name, seen=asked.seen, party=of, programme=asked.programme):
                counted[name] += 1
                yield row

        if party is None:
            write_listed(book, out, Listed(kind.title, Text("全部", "All"), kind.fields, rows(None)), asked, language)
        else:
            one = find_party(connection, party)
            role = role_of(connection, one.id)
            mine = one.id if role == PARTY else None
            with seen_as(connection, one.id, role=role):
                write_listed(book, out, Listed(kind.title, one.text, kind.fields, rows(mine)), asked, language)
        return counted.pop(name, 0)

    try:
        return book.read(read)
    except Refused as refused:
        return refused.findings


def statement_rows(one: Statement, language: str) -> Iterator[tuple[Any, ...]]:
    """A statement as a table: the opening balance of each currency, then every line."""
    for currency in one.currencies:
        opening = one.opening(currency)
        yield ("opening", one.first, "", "", "", currency, 0, 0, opening, 0)
    for line in one.lines:
        other = PEOPLE if line.counterparty is None else one.names[line.counterparty].text
        section = SECTIONS[line.section].inside(language)
        named = (section, line.day, line.stage, line.label, other.inside(language), line.currency)
        yield (*named, line.received, line.given, line.effect, line.entries)


def write_listed(book: Book, out: Path, listed: Listed, asked: Asked, language: str) -> None:
    """Writes a list; the suffix of the path says how. The file is there whole, or not at all."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix.lower() == ".xlsx":
        _excel(book, out, listed, asked, language)
        return
    part = out.with_name(f".{out.name}.part")
    try:
        match out.suffix.lower():
            case ".json":
                _json(part, listed)
            case ".csv":
                _csv(part, listed, language)
            case _:
                _parquet(part, listed)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


def _excel(book: Book, out: Path, listed: Listed, asked: Asked, language: str) -> None:
    from quanyu.documents import Column, Heading, Listing, write_list

    paper, currencies = heading_of(book), book.read(_currencies)
    one = None if len(currencies) > 1 else next(iter(currencies), "CNY")
    columns = tuple(Column(title=f.title, kind=f.kind, total=f.total and one is not None) for f in listed.fields)
    heading = Heading(
        title=listed.title, party=listed.party, first=asked.first, last=asked.until, made=paper.made,
        evidence=paper.evidence, currency=one,
    )  # fmt: skip
    write_list(Listing(heading=heading, columns=columns, rows=map(tuple, listed.rows)), out, language=_spoken(language))


def _currencies(connection: Connection) -> list[str]:
    """Those of the book's money and quotes; amounts of several have no total together."""
    found = select(t.transfer.c.currency).union(select(t.quote.c.currency))
    return sorted(str(one) for one in connection.execute(found).scalars())


def _spoken(language: str) -> Any:
    return language if language in ("zh", "en") else "both"


def _yuan(fen: int | None) -> str | None:
    return None if fen is None else f"{Decimal(fen).scaleb(-2):.2f}"


def _json(out: Path, listed: Listed) -> None:
    """An array of objects; money as a text of yuan with two decimals, exact in every reader."""
    with out.open("w", encoding="utf-8") as file:
        file.write("[")
        for number, row in enumerate(listed.rows):
            record = {
                field.name: _yuan(value) if field.kind == "money" else _written(value)
                for field, value in zip(listed.fields, row, strict=True)
            }
            file.write(("," if number else "") + "\n" + json.dumps(record, ensure_ascii=False))
        file.write("\n]\n")


def _written(value: Any) -> Any:
    return value if isinstance(value, str | int | None) else value.isoformat()


def _csv(out: Path, listed: Listed, language: str) -> None:
    """Headings in the user's language; Excel takes it for UTF-8 by its first bytes."""
    titles = [field.title.inside("en" if language == "en" else "zh") for field in listed.fields]
    with out.open("wb") as file:
        for number, frame in enumerate(_frames(listed)):
            named = frame.rename(dict(zip(frame.columns, titles, strict=True)))
            named.write_csv(file, include_header=number == 0, include_bom=number == 0)


def _parquet(out: Path, listed: Listed) -> None:
    """Columns by their names; money as decimals of two places."""
    import pyarrow.parquet as pq

    frames = _frames(listed)
    first = next(frames).to_arrow()
    with pq.ParquetWriter(out, first.schema) as writer:
        writer.write_table(first)
        for frame in frames:
            writer.write_table(frame.to_arrow())


def _frames(listed: Listed) -> Iterator[pl.DataFrame]:
    """The rows as frames of equal types; one without rows where there are none."""
    schema = {field.name: _TYPES.get(field.kind, pl.String()) for field in listed.fields}
    rows, some = iter(listed.rows), False
    while block := list(islice(rows, _BLOCK)):
        some = True
        yield _frame(block, listed.fields, schema)
    if not some:
        yield pl.DataFrame(schema=schema)


def _frame(rows: Sequence[Sequence[Any]], fields: Sequence[Field], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    columns = dict[str, pl.Series]()
    for field, values in zip(fields, zip(*rows, strict=True), strict=True):
        if field.kind == "money":
            values = tuple(None if value is None else Decimal(value).scaleb(-2) for value in values)
        elif field.kind == "text":
            values = tuple(None if value is None else str(value) for value in values)
        elif field.kind == "time":
            values = tuple(None if value is None else value.astimezone(_ZONE) for value in values)
        columns[field.name] = pl.Series(field.name, values, dtype=schema[field.name], strict=False)
    return pl.DataFrame(columns)
