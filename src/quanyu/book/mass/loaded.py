"""Columns → rows of a table, by PostgreSQL's binary COPY within the caller's transaction."""

from collections.abc import Sequence

import polars as pl
import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder
from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import JSONB

from quanyu.store import driving

__all__ = ["copy_frame", "encoded"]

_ROWS = 20_000


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
