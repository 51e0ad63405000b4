"""Claims of a determination → the rows that noticing, stating, accepting and paying each of them writes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from quanyu.book.mass.recorded import fields_json
from quanyu.book.versions import Version

__all__ = ["Noticed", "claim_rows", "event_rows", "fact_rows", "moves_between", "paid_of", "transfer_rows"]

_CLAIM = ("claim_id", "label", "payer_id", "receiver_id")
_BLOCK = 20_000


@dataclass(frozen=True)
class Noticed:
    """What is the same of all claims of a determination. period: the open period that takes it, where books close."""

    occurred: dt.date
    reported: dt.date
    known_on: dt.date
    determined: dt.date
    source: str
    evidence: tuple[bytes, ...] = ()
    period: str | None = None


def claim_rows(version: Version, frame: pl.DataFrame, keys: Mapping[str, str], notice: Noticed) -> pl.DataFrame:
    """Rows of `claim`. frame: claim_id, number, claimant_id, insured, policy_id of new claims."""
    said = frame.select("insured").with_columns(pl.lit(value).alias(name) for name, value in keys.items())
    return frame.select(
        pl.col("claim_id").alias("id"),
        "number",
        "policy_id",
        "claimant_id",
        version_id=pl.lit(version.id, pl.Int64),
        occurrence_id=pl.col("occurrence_id"),
        occurred=pl.lit(notice.occurred),
        reported=pl.lit(notice.reported),
        keys=fields_json(said),
    )


def fact_rows(frame: pl.DataFrame, notice: Noticed) -> pl.DataFrame:
    """Rows of `fact`. frame: claim_id, body (JSON), facts (the number of the one before)."""
    evidence = pl.Series("evidence", [list(notice.evidence)] * frame.height, dtype=pl.List(pl.Binary))
    return frame.select(
        "claim_id",
        (pl.col("facts") + 1).cast(pl.Int16).alias("seq"),
        "body",
        evidence,
        reported_by=pl.lit(notice.source),
        known_on=pl.lit(notice.known_on),
    )


def event_rows(frame: pl.DataFrame, notice: Noticed) -> pl.DataFrame:
    """Rows of `claim_event`: notice of what is new, reopening of what was closed, acceptance, payment.

    frame: claim_id, events (how many before), new, closed, facts, determined, amount, paid (fen).
    """
    fact = (pl.col("facts") + 1).cast(pl.String)
    period = "" if notice.period is None else f',"period":"{notice.period}"'
    day = pl.col("determined").dt.to_string("%Y-%m-%d")
    accepted = _text(
        '{"amount":"', _yuan("amount"), '","amounts":{},"determined":"', day, '","facts":"', fact, f'"{period}}}'
    )
    paid = _text('{"amount":"', _yuan("paid"), '"}')
    kinds = [
        ("notified", pl.col("new"), pl.lit("{}")),
        ("reopened", pl.col("closed"), pl.lit("{}")),
        ("accepted", pl.lit(True), accepted),
        ("paid", pl.col("paid") > 0, paid),
    ]
    parts = [
        frame.filter(holds).select(
            "claim_id", "events", pl.lit(kind).alias("kind"), body.alias("body"), place=pl.lit(n)
        )
        for n, (kind, holds, body) in enumerate(kinds)
    ]
    every = pl.concat(parts).sort("claim_id", "place")
    after = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("claim_id")
    return every.select("claim_id", (pl.col("events") + after).cast(pl.Int16).alias("seq"), "kind", "body")


def _text(*parts: str | pl.Expr) -> pl.Expr:
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])


def _yuan(name: str) -> pl.Expr:
    fen = pl.col(name)
    cents = (fen % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str([(fen // 100).cast(pl.String), pl.lit("."), cents])


def moves_between(wanted: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    """What has to be written so that what stands becomes what is wanted; what is too much goes back.

    Columns: claim_id, label, payer_id, receiver_id, amount (above zero), claim after claim.
    """
    ids = pl.concat([wanted["claim_id"], stands["claim_id"]]).unique().sort()
    parts = [wanted.select(*_CLAIM, "amount").head(0)]
    for start in range(0, ids.len(), _BLOCK):
        block = ids.slice(start, _BLOCK)
        among = pl.col("claim_id").is_between(block[0], block[-1])
        parts.append(_netted(wanted.filter(among), stands.filter(among)))
    return pl.concat(parts)


def _netted(wanted: pl.DataFrame, stands: pl.DataFrame) -> pl.DataFrame:
    both = pl.concat([wanted.select(*_CLAIM, "amount"), stands.select(*_CLAIM, -pl.col("amount"))])
    forward = pl.col("payer_id") < pl.col("receiver_id")
    netted = (
        both.select(
            "claim_id",
            "label",
            low=pl.min_horizontal("payer_id", "receiver_id"),
            high=pl.max_horizontal("payer_id", "receiver_id"),
            amount=pl.when(forward).then("amount").otherwise(-pl.col("amount")),
        )
        .group_by("claim_id", "label", "low", "high", maintain_order=True)
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount") != 0)
    )
    up = pl.col("amount") > 0
    return netted.select(
        "claim_id",
        "label",
        pl.when(up).then("low").otherwise("high").alias("payer_id"),
        pl.when(up).then("high").otherwise("low").alias("receiver_id"),
        pl.col("amount").abs(),
    ).sort("claim_id", maintain_order=True)


def paid_of(moves: pl.DataFrame, claimants: pl.DataFrame) -> pl.DataFrame:
    """What of moves is paid at once: what becomes due to the claimant, where nothing goes back between the same two.

    claimants: claim_id and claimant_id.
    """
    own = moves.join(claimants, on="claim_id", how="inner", maintain_order="left")
    pair = [
        pl.col("claim_id"),
        pl.min_horizontal("payer_id", "receiver_id"),
        pl.max_horizontal("payer_id", "receiver_id"),
    ]
    one_way = pl.col("payer_id").n_unique().over(pair) == 1
    return own.filter(one_way & (pl.col("receiver_id") == pl.col("claimant_id"))).drop("claimant_id")


def transfer_rows(version: Version, moves: pl.DataFrame, first: int, booked_on: dt.date) -> pl.DataFrame:
    """Rows of `transfer`. moves: claim_id, policy_id, stage, label, payer_id, receiver_id, amount, in their order."""
    return moves.select(
        pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias("id"),
        "stage",
        "label",
        "payer_id",
        "receiver_id",
        "amount",
        "policy_id",
        "claim_id",
        flow=pl.lit("losses"),
        currency=pl.lit(version.currency),
        booked_on=pl.lit(booked_on),
        version_id=pl.lit(version.id, pl.Int64),
    )
