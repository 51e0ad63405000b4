"""The units that a determination is about: a table of them, or the policies in force on a day; with their readings."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.versions import Version
from quanyu.checks import row_names
from quanyu.store.evidence.rule import canonical
from quanyu.tables import Rows
from quanyu.terms import Finding, Place, Text

__all__ = ["Units", "policy_units", "table_units", "with_readings"]

_OWN = ("unit", "insured", "policy", "policy_id", "holder_id", "name", "claim", "occurred", "reported", "cover")
_MADE = ("unit", "policy_id", "holder_id")
Located = Callable[[int, str], Place | None]


def _nowhere(_row: int, _column: str) -> Place | None:
    return None


@dataclass(frozen=True)
class Units:
    """Units, one a row, all columns text but the ids. unit: what names it; insured; values: what is known of it.

    raw: columns of values that hold JSON (lists, records), not plain text. place: where a cell was read.
    """

    frame: pl.DataFrame
    values: tuple[str, ...]
    raw: frozenset[str] = frozenset()
    place: Located = _nowhere

    def value(self, row: Mapping[str, Any], name: str) -> Any:
        """A value of a row as it is written in a case."""
        return json.loads(row[name]) if name in self.raw else row[name]


def table_units(version: Version, rows: Rows) -> Units:
    """The units of a table: a column `insured` names each; what the programme does not know is no value of them.

    Raises Refused: `missing-column`, `missing-value`, `unit-twice`.
    """
    frame = rows.frame.with_columns(_text(name, kind) for name, kind in rows.frame.schema.items())
    if "insured" not in frame.columns:
        reason = Text("表格没有 insured 列", "the table has no column `insured`")
        remedy = Text("加一列被保险单位的编号", "add a column that names each unit")
        raise Refused(Finding("missing-column", Place(rows.file, 1, 1), reason, remedy))
    findings = [_empty(rows, row) for row in frame.with_row_index().filter(pl.col("insured").is_null())["index"]]
    doubled = frame.with_row_index().filter(pl.col("insured").is_duplicated() & ~pl.col("insured").is_first_distinct())
    findings += [_twice(rows, row, unit) for row, unit in doubled.select("index", "insured").iter_rows()]
    if findings:
        raise Refused(*findings[:100])
    known = row_names(version.programme)
    values = tuple(n for n in frame.columns if n in known and n not in _OWN)
    kept = [n for n in frame.columns if n not in _MADE]
    return Units(frame.select(pl.col("insured").alias("unit"), *kept), values, place=rows.place)


def policy_units(connection: Connection, version: Version, day: Any) -> Units:
    """The policies of a version that are in force on a day, with the fields of their risks."""
    p, s = t.policy.c, t.segment.c
    first = select(s.policy_id, func.min(s.valid_from).label("attached")).group_by(s.policy_id).subquery()
    query = (
        select(p.id, p.number, p.holder_id, p.issued_on, first.c.attached, s.state, s.fields)
        .join(t.segment, (s.policy_id == p.id) & (s.valid_from <= day) & (s.valid_to > day))
        .join(first, first.c.policy_id == p.id)
        .where(p.version_id == version.id, p.kind.in_(("policy", "certificate")))
        .ext(distinct_on(p.id))
        .order_by(p.id, s.seq.desc())
    )
    rows = []
    for row in connection.execute(query):
        if row.state == "in force":
            dates = {"issued": row.issued_on.isoformat(), "attached": row.attached.isoformat()}
            named = {"unit": row.number, "policy": row.number, "policy_id": row.id, "holder_id": row.holder_id}
            fields = {name: value for name, value in row.fields.items() if isinstance(value, str)}
            rows.append({"insured": row.number, **dates, **fields, **named})
    if not rows:
        return Units(pl.DataFrame(schema={"unit": pl.String, "insured": pl.String}), ())
    frame = pl.from_dicts(rows, infer_schema_length=None)
    return Units(frame, tuple(n for n in frame.columns if n not in _OWN))


def with_readings(version: Version, units: Units, readings: Sequence[Mapping[str, Any]]) -> Units:
    """The units with what was read where they are: by the columns that both have; all of them where there are none.

    A unit of which nothing was read is left out. Raises Refused: `readings-ambiguous` where two readings are of one
    place, `unknown-column` for what the programme does not know.
    """
    if not readings:
        return units
    raw = {name for row in readings for name, value in row.items() if not isinstance(value, str | None)}
    plain = [{n: canonical(v).decode() if n in raw else v for n, v in row.items()} for row in readings]
    names = list(dict.fromkeys(name for row in readings for name in row))
    read = pl.DataFrame(plain, schema=dict.fromkeys(names, pl.String))
    shared = [name for name in names if name in units.frame.columns]
    if read.select(shared).is_duplicated().any() if shared else read.height > 1:
        reason = Text("同一处有两份读数", "there are two readings of one place")
        raise Refused(Finding("readings-ambiguous", None, reason, Text("一处留一份", "keep one for each place")))
    known = row_names(version.programme)
    if foreign := [name for name in names if name not in shared and name not in known]:
        raise Refused(*(_foreign(name) for name in foreign))
    joined = units.frame.with_row_index("_row")
    if shared:
        joined = joined.join(read, on=shared, how="inner", maintain_order="left")
    else:
        joined = joined.join(read, how="cross")
    place = units.place
    origin = joined["_row"].to_list()
    values = (*units.values, *(n for n in names if n in known and n not in units.values and n not in _OWN))
    located: Located = lambda row, name: place(origin[row], name)  # noqa: E731 - it holds two names of this function
    return replace(units, frame=joined.drop("_row"), values=values, raw=frozenset(raw), place=located)


def _text(name: str, kind: Any) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Boolean:
        return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false")).alias(name)
    if kind in (pl.Float32, pl.Float64):
        whole = column == column.floor()
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    text = column.cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _foreign(name: str) -> Finding:
    reason = Text(f"方案没有名为“{name}”的字段或事实", f"the programme has no field or fact `{name}`")
    remedy = Text("改正列名，或让单位表也有这一列", "correct the name, or give the table of units that column too")
    return Finding("unknown-column", None, reason, remedy)


def _empty(rows: Rows, row: int) -> Finding:
    reason = Text("没有写 insured", "its `insured` is missing")
    return Finding("missing-value", rows.place(row, "insured"), reason, Text("写上编号", "name the unit"))


def _twice(rows: Rows, row: int, unit: str) -> Finding:
    reason = Text(f"“{unit}”在表中出现两次", f"`{unit}` stands twice in the table")
    return Finding("unit-twice", rows.place(row, "insured"), reason, Text("一个单位一行", "one row for each unit"))
