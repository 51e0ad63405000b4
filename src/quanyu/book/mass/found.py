"""The units of a determination beside the claims that the book has of them: which are new, which are revised."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import func, select

from quanyu.book import tables as t
from quanyu.book.journal import Journal, reserve
from quanyu.book.mass.claimed import Noticed
from quanyu.book.mass.loaded import read_frame
from quanyu.book.mass.people import holders
from quanyu.book.mass.recorded import fields_json
from quanyu.book.mass.stood import Stood
from quanyu.book.mass.units import Units
from quanyu.book.versions import Version
from quanyu.store.evidence.rule import canonical

__all__ = ["Found", "numbered_claims", "standing_units"]

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """What a determination found. keys: of every claim. number: what the numbers of its claims begin with."""

    units: Units
    keys: Mapping[str, str]
    occurrence: int | None
    number: str
    notice: Noticed


def standing_units(journal: Journal, found: Found, fen: Ids, stood: Stood) -> pl.DataFrame:
    """The units that have or get a claim, where something is new: row, number, body, and what the book has of it."""
    frame = found.units.frame.with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64),
        pl.concat_str([pl.lit(f"{found.number}-"), pl.col("unit")]).alias("number"),
        _bodies(found).alias("body"),
        pl.Series("amount", fen, dtype=pl.Int64),
    )
    known = _known(stood, found.number)
    frame = frame.join(known, on="number", how="left", maintain_order="left")
    frame = frame.join(_events(journal, known["claim_id"]), on="claim_id", how="left", maintain_order="left")
    new = pl.col("claim_id").is_null()
    frame = frame.filter((new & (pl.col("amount") > 0)) | (~new & (pl.col("body") != pl.col("was"))))
    empty = {"facts": 0, "events": 0, "closed": False}
    filled = {name: pl.col(name).fill_null(value) for name, value in empty.items()}
    return frame.with_columns(pl.col("determined").fill_null(found.notice.determined), new=new, **filled)


def _known(stood: Stood, number: str) -> pl.DataFrame:
    """The claims of the determination that the book has: number, claim_id, claimant_id, facts (how many), was (the last
    fact), determined (the day by which it stands in the queue already: a revision does not move it).
    """
    claims = stood.claims.filter(pl.col("claim").str.starts_with(f"{number}-"))
    texts = {text: canonical(json.loads(text)).decode() for text in claims["fact"].unique().drop_nulls()}
    was = claims["fact"].replace_strict(list(texts), list(texts.values()), return_dtype=pl.String)
    return claims.select(
        "claim_id",
        "claimant_id",
        pl.col("claim").alias("number"),
        pl.col("last").alias("facts"),
        pl.col("day").alias("determined"),
        was=was,
    )


def _bodies(found: Found) -> pl.Series:
    """What is known of every unit, as the bodies of facts."""
    units = found.units
    values = [name for name in units.values if name not in found.keys and name not in ("issued", "attached")]
    inner = fields_json(units.frame.select(values), units.raw) if values else pl.Series(["{}"] * units.frame.height)
    head = f'{{"line":{canonical(found.keys["cover"]).decode()},"values":'
    return pl.select(pl.concat_str([pl.lit(head), inner, pl.lit("}")])).to_series()


def _events(journal: Journal, claims: pl.Series) -> pl.DataFrame:
    """How many events claims have, and whether they are closed."""
    schema = {"claim_id": pl.Int64, "events": pl.Int64, "closed": pl.Boolean}
    if not claims.len():
        return pl.DataFrame(schema=schema)
    e = t.claim_event.c
    ends = func.coalesce(func.max(e.seq).filter(e.kind == "closed"), 0)
    again = func.coalesce(func.max(e.seq).filter(e.kind == "reopened"), 0)
    query = select(e.claim_id, func.max(e.seq), ends > again)
    query = query.where(e.claim_id.between(claims.min(), claims.max())).group_by(e.claim_id)
    return read_frame(journal.connection, query, schema)


def numbered_claims(
    journal: Journal, version: Version, found: Found, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The claims with their ids and claimants, and the parties that are new."""
    fresh = int(frame["new"].sum())
    ids = np.arange(fresh) + (reserve(journal.connection, "claim_id", fresh) if fresh else 0)
    frame = frame.with_columns(
        occurrence_id=pl.lit(found.occurrence, pl.Int64),
        policy_id=pl.col("policy_id") if "policy_id" in frame.columns else pl.lit(None, pl.Int64),
        policy=pl.col("policy") if "policy" in frame.columns else pl.col("insured"),
    )
    old, new = frame.filter(~pl.col("new")), frame.filter(pl.col("new"))
    named = pl.coalesce(pl.col("name"), pl.col("insured")) if "name" in new.columns else pl.col("insured")
    code = pl.concat_str([pl.lit(f"{version.code}/insured:"), pl.col("insured")])
    people = holders(
        journal,
        new.select(named.alias("holder"), code.alias("holder_id"))
        if "holder_id" not in new.columns
        else new.head(0).select(holder="insured", holder_id=pl.col("insured")),
    )
    claimant = new["holder_id"] if "holder_id" in new.columns else pl.Series(people.ids, dtype=pl.Int64)
    new = new.with_columns(claim_id=pl.Series(ids, dtype=pl.Int64), claimant_id=claimant.cast(pl.Int64))
    return pl.concat([old, new], how="diagonal_relaxed").sort("row"), people.new
