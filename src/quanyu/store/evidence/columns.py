"""The canonical bytes of many records at once, from columns."""

from typing import cast

import polars as pl
from polars.datatypes import DataTypeClass

from quanyu.store.evidence.rule import Rule

__all__ = ["column_bytes", "column_leaves"]

_KEPT = (pl.String, pl.Boolean, pl.Null, pl.Date, pl.Int8, pl.Int16, pl.Int32, pl.Int64)
_UNSIGNED = (pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)


def column_bytes(frame: pl.DataFrame, kind: str) -> pl.Series:
    """What `rule.record_bytes` gives for each row, as a series of binaries. The column `id` holds the ids.

    TypeError for a column of floats, durations, times without a zone or binaries; ValueError without whole ids.
    """
    if "kind" in frame.columns or "id" not in frame.columns or not frame.schema["id"].is_integer():
        raise ValueError("a block of records has a column of whole numbers `id`, and none named `kind`")
    if frame["id"].null_count():
        raise ValueError("a record needs its id")
    plain = {name: _plain(pl.col(name), dtype) for name, dtype in frame.schema.items()} | {"kind": pl.lit(kind)}
    fields = pl.struct([plain[name].alias(name) for name in sorted(plain)])
    return frame.select(record=fields.struct.json_encode().cast(pl.Binary)).to_series()


def column_leaves(rule: Rule, frame: pl.DataFrame, kind: str) -> bytes:
    """The leaf hashes of a block, one after another."""
    return rule.leaves(column_bytes(frame, kind).to_list())


def _plain(value: pl.Expr, dtype: pl.DataType | DataTypeClass) -> pl.Expr:
    if dtype in _KEPT or dtype in _UNSIGNED:
        return value
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Decimal):
        return value.cast(pl.String)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        utc = value.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
        return utc.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    if isinstance(dtype, pl.List):
        return value.list.eval(_plain(pl.element(), dtype.inner))
    if isinstance(dtype, pl.Struct):
        parts = {f.name: _plain(value.struct.field(f.name), f.dtype).alias(f.name) for f in dtype.fields}
        whole = pl.struct([parts[name] for name in sorted(parts)])
        return cast("pl.Expr", pl.when(value.is_not_null()).then(whole))
    raise TypeError(f"a record does not hold {dtype}; amounts are whole fen, decimals are strings")
