"""Columns → rows of a table by PostgreSQL's binary COPY, and rows of a query → columns, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from functools import reduce
from io import BytesIO
from typing import Any

import polars as pl
import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder
from sqlalchemy import ColumnElement, Connection, Select, String, Table, Text, func, select
from sqlalchemy.dialects.postgresql import JSONB

from quanyu.store import driving

__all__ = ["copy_frame", "encoded", "read_frame"]

_ROWS = 20_000
_TOGETHER = 2_000
_BETWEEN, _AFTER = "\x1f", "\n"  # JSON has neither


def read_frame(connection: Connection, query: Select[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    """The rows of a query as columns, in no order; jsonb as the text that PostgreSQL writes.

    schema: the names and kinds of its columns, in their order; the first is an id. The server joins the rows of some
    thousand ids into one text: a message for each row would cost both sides several times as much.
    """
    inner = query.subquery()
    cells = list(inner.c)
    line = reduce(lambda left, right: left.op("||")(_BETWEEN).op("||")(right), (_cell(cell) for cell in cells))
    texts = select(func.string_agg(line, _AFTER)).group_by(cells[0].op("/")(_TOGETHER))
    data = _AFTER.join(connection.execute(texts).scalars()).encode()
    if not data:
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(BytesIO(data), has_header=False, schema=schema, separator=_BETWEEN, quote_char=None)
    plain = [name for name, cell in zip(schema, cells, strict=True) if isinstance(cell.type, String)]
    return frame.with_columns(_unquoted(frame[name]) for name in plain)


def _cell(cell: ColumnElement[Any]) -> ColumnElement[Any]:
    """A cell of one line: texts as JSON writes them, nothing for what is null."""
    return func.coalesce((func.to_json(cell) if isinstance(cell.type, String) else cell).cast(Text), "")


def _unquoted(texts: pl.Series) -> pl.Series:
    if texts.str.contains("\\", literal=True).any():
        return texts.str.json_decode(pl.String)
    return texts.str.strip_prefix('"').str.strip_suffix('"')


def copy_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> int:
    """Appends a frame to a table; its columns have the table's names, jsonb as text. Gives the number of rows.

    Whole numbers are Int64 or Int16, days Date, bytes Binary, `bigint[]` List(Int64), as the table wants them.
    """
    names = ", ".join(f'"{name}"' for name in frame.columns)
    json = [name for name in frame.columns if isinstance(table.c[name].type, JSONB)]
    statement = f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)'.encode()
    with driving(connection) as below, below.cursor() as cursor, cursor.copy(statement) as copy:
        for part in encoded(frame, json):
            copy.write(part)
    return frame.height


def encoded(frame: pl.DataFrame, json: Sequence[str] = ()) -> Sequence[bytes]:
    """The bytes of a binary COPY. json: texts that go into jsonb, which on the wire begins with its version, 1."""
    if json:
        frame = frame.with_columns(pl.concat_str([pl.lit("\x01"), pl.col(name)]).alias(name) for name in json)
    table: pa.Table = frame.to_arrow()
    encoder = ArrowToPostgresBinaryEncoder(table.schema)
    parts = [encoder.write_header()]
    parts += [encoder.write_batch(batch) for batch in table.to_batches(max_chunksize=_ROWS)]
    return [*parts, encoder.finish()]
