"""A file as the table of a kind: its columns under the names of fields, written values as they are meant."""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from quanyu.desk.intake.headings import DATES, HEADINGS
from quanyu.desk.intake.mapping import ColumnMapping
from quanyu.tables import Blocks, open_blocks
from quanyu.tables.read import broken
from quanyu.terms import Finding, Place, Text

__all__ = ["Source", "Table", "opened_table"]


@dataclass(frozen=True)
class Source:
    """A file to be brought in. sheet: of a workbook, the first where None."""

    path: Path
    mapping: ColumnMapping = field(default_factory=ColumnMapping)
    sheet: str | None = None

    def digest(self) -> bytes:
        """Of the bytes of the file and, where something is said of how they are read, of that."""
        with self.path.open("rb") as file:
            own = hashlib.file_digest(file, "sha256")
        said = self.mapping.text() + ("" if self.sheet is None else f"\n{self.sheet}")
        return hashlib.sha256(own.digest() + said.encode()).digest() if said else own.digest()


@dataclass(frozen=True)
class Table:
    """An opened table. headings: the heading in the file by the field it stands for."""

    blocks: Blocks
    digest: bytes
    headings: Mapping[str, str]

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return self.blocks.frame.collect_schema().names()

    def distinct(self, column: str) -> tuple[str, ...]:
        """The texts in a column, in order; none where there is no such column."""
        if column not in self.columns:
            return ()
        texts = self.blocks.frame.select(pl.col(column).cast(pl.String).str.strip_chars().unique()).collect()
        return tuple(texts.to_series().drop_nulls().sort().to_list())


Meanings = Callable[[Collection[str]], Mapping[str, str]]
"""Told the codes of the programmes of a table, gives the fields that their names stand for."""


def _no_meanings(codes: Collection[str]) -> Mapping[str, str]:
    del codes
    return {}


@contextmanager
def opened_table(source: Source, kind: str, meanings: Meanings = _no_meanings) -> Iterator[Table | list[Finding]]:
    """The table of a file, or what is wrong with its columns. meanings: what else headings mean."""
    with open_blocks(source.path, source.sheet) as blocks:
        yield blocks if isinstance(blocks, list) else _mapped(blocks, source, kind, meanings)


def _mapped(blocks: Blocks, source: Source, kind: str, meanings: Meanings) -> Table | list[Finding]:
    shown, mapping = blocks.frame.collect_schema().names(), source.mapping
    place = Place(blocks.file, max(blocks.first - 1, 1), 1, sheet=blocks.sheet)
    if not blocks.height:
        remedy = Text(
            "列名之下写数据；工作簿用 --sheet 写明工作表", "write rows under the headings, or name the --sheet"
        )
        return [Finding("table-empty", place, Text("表格没有行", "the table has no rows"), remedy)]
    absent = [_absent(place, heading, shown) for heading in (*mapping.columns.values(), *mapping.omit)
              if heading not in shown]  # fmt: skip
    if absent:
        return absent
    left = [name for name in shown if name not in mapping.omit]
    nested = [name for name, kind in blocks.frame.collect_schema().items() if kind.is_nested() and name in left]
    if nested:
        return [broken(source.path, f"{name}: {blocks.frame.collect_schema()[name]}") for name in nested]
    headings = dict(mapping.columns)
    findings = list(_understood(headings, left, place, kind))
    codes = _codes(blocks.frame, headings.get("programme", "programme"), mapping)
    known = {*headings, *headings.values(), *left}
    for heading, name in meanings(codes).items():
        if heading in left and heading not in headings.values() and name not in known:
            headings[name] = heading
    names = {heading: field for field, heading in headings.items()}
    after = [names.get(heading, heading) for heading in left]
    findings += _clashes(mapping, after, headings, place)
    if findings:
        return findings
    frame = blocks.frame.select(left).rename(names)
    frame = frame.with_columns(pl.lit(value).alias(name) for name, value in mapping.constants.items())
    frame = _meant(frame, mapping)
    return Table(replace(blocks, frame=frame), source.digest(), headings)


def _codes(frame: pl.LazyFrame, heading: str, mapping: ColumnMapping) -> tuple[str, ...]:
    """The programmes of a table."""
    if heading not in frame.collect_schema():
        return tuple(mapping.constants[name] for name in ("programme",) if name in mapping.constants)
    texts = frame.select(pl.col(heading).cast(pl.String).str.strip_chars().unique()).collect().to_series().drop_nulls()
    meant = mapping.values.get("programme", {})
    return tuple(sorted({meant.get(text, text) for text in texts.to_list()}))


def _understood(headings: dict[str, str], shown: list[str], place: Place, kind: str) -> Iterator[Finding]:
    """Adds the fields of the kind whose headings are known words; two headings for one field are a finding."""
    free = [heading for heading in shown if heading not in headings.values()]
    for name, words in HEADINGS[kind].items():
        if name in headings or name in free:
            continue
        found = [heading for heading in free if heading in words]
        if len(found) > 1:
            yield Finding(
                "heading-ambiguous",
                place,
                Text(f"{'、'.join(found)} 都可作 {name}", f"{', '.join(found)} can all be `{name}`"),
                Text(f"写明一列：--map {name}={found[0]}", f"say which: --map {name}={found[0]}"),
            )
        elif found:
            headings[name] = found[0]
            free.remove(found[0])


def _clashes(mapping: ColumnMapping, after: list[str], headings: Mapping[str, str], place: Place) -> Iterator[Finding]:
    """What a mapping says that cannot all be: two columns of one name, values of a field that is not there."""
    remedy = Text("改正对应关系", "correct the mapping")
    for name in sorted({name for name in after if after.count(name) > 1}):
        said = Text(f"有两列都成了“{name}”", f"two columns would be `{name}`")
        yield Finding("mapping-clash", place, said, remedy)
    doubled = [heading for heading in headings.values() if list(headings.values()).count(heading) > 1]
    for heading in sorted(set(doubled)):
        said = Text(f"列“{heading}”对应了两个字段", f"the column `{heading}` stands for two fields")
        yield Finding("mapping-clash", place, said, remedy)
    for name in mapping.constants:
        if name in after:
            said = Text(f"“{name}”既是列又是定值", f"`{name}` is a column and a constant")
            yield Finding("mapping-clash", place, said, remedy)
    for name in mapping.values:
        if name not in (*after, *mapping.constants):
            said = Text(f"表中没有“{name}”，却给了它的值", f"values are given for `{name}`, which the table has not")
            yield Finding("mapping-clash", place, said, remedy)


def _meant(frame: pl.LazyFrame, mapping: ColumnMapping) -> pl.LazyFrame:
    """Written values as they are meant, days as 2026-01-31; what a form does not fit stays as it was written."""
    schema = frame.collect_schema()
    changed = []
    for name, values in mapping.values.items():
        known = {**values, **{meant: meant for meant in values.values()}}
        text = pl.col(name).cast(pl.String).str.strip_chars()
        changed.append(text.replace(known).alias(name))
    frame = frame.with_columns(changed)
    days = []
    for name, kind in schema.items():
        form = mapping.form(name) if name in DATES else mapping.dates.get(name)
        if form is not None and not kind.is_temporal():
            text = pl.col(name).cast(pl.String).str.strip_chars()
            read = text.str.to_date(form, strict=False).dt.to_string("%Y-%m-%d")
            days.append(pl.coalesce(read, text).alias(name))
    return frame.with_columns(days)


def _absent(place: Place, heading: str, shown: list[str]) -> Finding:
    return Finding(
        "missing-column",
        place,
        Text(f"缺少列“{heading}”", f"there is no column `{heading}`"),
        Text(f"表中的列：{'、'.join(shown[:20])}", f"the table has {', '.join(shown[:20])}"),
    )
