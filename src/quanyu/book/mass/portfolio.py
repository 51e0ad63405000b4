"""The live portfolio as tables of risks: what stands on a day, streamed from the database in blocks."""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from itertools import islice

import polars as pl
from sqlalchemy import Connection

from quanyu.store import driver

__all__ = ["OWN", "portfolio"]

OWN = ("policy", "start", "end", "booked")
"""Columns that are no fields of the risk: number, first and last day, booked premium in fen."""

_STANDS = """
select p.number, w.first, w.last - 1, w.premium, s.fields::text from policy p
join lateral (select state, fields from segment where policy_id = p.id and valid_from <= %s and %s < valid_to
              order by seq desc limit 1) s on s.state = 'in force'
join lateral (select min(valid_from) as first, max(valid_to) as last, sum(premium)::bigint as premium
              from segment where policy_id = p.id) w on true
where p.version_id = any(%s) and p.kind in ('policy', 'certificate') order by p.id
"""


def portfolio(
    connection: Connection, versions: Sequence[int], day: dt.date, *, block: int = 20_000
) -> Iterator[pl.DataFrame]:
    """Policies in force on a day under some versions: a row each, fields as texts, in blocks of constant size."""
    with driver(connection).cursor(name="portfolio") as cursor:
        cursor.itersize = block
        rows = iter(cursor.execute(_STANDS, (day, day, list(versions))))
        while part := list(islice(rows, block)):
            yield _frame(part)


def _frame(rows: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    number, first, last, premium, texts = zip(*rows, strict=True)
    fields = [json.loads(str(text)) for text in texts]
    names = sorted({name for one in fields for name in one} - set(OWN))
    own = {"policy": pl.String, "start": pl.Date, "end": pl.Date, "booked": pl.Int64}
    frame = pl.DataFrame({"policy": number, "start": first, "end": last, "booked": premium}, schema=own)
    return frame.with_columns(pl.Series(name, [one.get(name) for one in fields], dtype=pl.String) for name in names)
