"""Records of many subjects at once: the bytes that `book.records.record_of` reads back, written from columns."""

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from quanyu.book.records import written
from quanyu.store.evidence.rule import Rule, canonical

__all__ = ["fields_json", "json_rows", "record_leaves"]

_OPEN, _CLOSE = '{"v":', "}"


def json_rows(frame: pl.DataFrame, raw: Collection[str] = ()) -> pl.Series:
    """Every row as the canonical text of an object. raw: columns whose texts are JSON already."""
    parts: list[pl.Expr] = []
    for name in sorted(frame.columns):
        value = pl.col(name) if name in raw else _value(name, frame.schema[name])
        parts += [pl.lit(f'"{name}":'), value.fill_null("null"), pl.lit(",")]
    return frame.select(row=pl.concat_str([pl.lit("{"), *parts[:-1], pl.lit("}")])).to_series()


def _value(name: str, kind: Any) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.String:
        return pl.struct(column.alias("v")).struct.json_encode().str.strip_prefix(_OPEN).str.strip_suffix(_CLOSE)
    if kind == pl.Date:
        return pl.concat_str([pl.lit('"'), column.dt.to_string("%Y-%m-%d"), pl.lit('"')])
    if isinstance(kind, pl.List):
        return pl.concat_str([pl.lit("["), column.cast(pl.List(pl.String)).list.join(","), pl.lit("]")])
    if kind.is_integer():
        return column.cast(pl.String)
    raise TypeError(f"a record has no column {name} of {kind}")


def fields_json(frame: pl.DataFrame, raw: Collection[str] = ()) -> pl.Series:
    """The filled cells of every row, all texts, as the canonical text of an object. raw: columns that are JSON."""
    texts = {name: pl.col(name) if name in raw else _value(name, pl.String) for name in sorted(frame.columns)}
    named = [
        pl.when(pl.col(name).is_not_null()).then(pl.concat_str([pl.lit(_key(name)), text]))
        for name, text in texts.items()
    ]
    if not named:
        return pl.Series("fields", ["{}"] * frame.height)
    inner = pl.concat_str(named, separator=",", ignore_nulls=True)
    return frame.select(fields=pl.concat_str([pl.lit("{"), inner, pl.lit("}")])).to_series()


def _key(name: str) -> str:
    return canonical(name).decode() + ":"


def record_leaves(
    rule: Rule,
    kind: str,
    subjects: pl.Series,
    *,
    act: Mapping[str, Any],
    rows: Mapping[str, tuple[pl.Series, pl.Series]],
) -> bytes:
    """The leaf hashes of records, one after another, in the order of `subjects`.

    act: the head of the transaction. rows: by table, the subject of each row (in the order in which records list them)
    and its canonical text.
    """
    head = f'{{"act":{canonical({k: written(v) for k, v in act.items()}).decode()},"id":'
    whole = pl.DataFrame({"subject": subjects})
    for name in sorted(rows):
        whole = whole.join(_lists(name, rows[name]), on="subject", how="left", maintain_order="left")
    inner = pl.concat_str([pl.col(name) for name in sorted(rows)], separator=",", ignore_nulls=True)
    middle = pl.lit(f',"kind":{canonical(kind).decode()},"rows":{{')
    text = pl.concat_str([pl.lit(head), pl.col("subject").cast(pl.String), middle, inner, pl.lit("}}")])
    return rule.leaves(whole.select(text.cast(pl.Binary)).to_series().to_list())


def _lists(name: str, rows: tuple[pl.Series, pl.Series]) -> pl.DataFrame:
    frame = pl.DataFrame({"subject": rows[0], "row": rows[1]})
    listed = frame.group_by("subject", maintain_order=True).agg(pl.col("row").str.join(","))
    text = pl.concat_str([pl.lit(f'"{name}":['), pl.col("row"), pl.lit("]")])
    return listed.select("subject", text.alias(name))
