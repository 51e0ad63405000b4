"""A block of policies of one version → the rows that issuing each of them writes, and the hashes of their records."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quanyu.book.journal import Journal, reserve
from quanyu.book.mass.charged import charged, reads_premium
from quanyu.book.mass.leaves import Leaves
from quanyu.book.mass.people import Named, People, holders
from quanyu.book.mass.recorded import fields_json, json_rows, record_leaves
from quanyu.book.mass.risks import Risks
from quanyu.book.mass.split import premium_transfers
from quanyu.store.evidence.rule import Rule

__all__ = ["Numbered", "Written", "numbered", "written_block"]

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Numbered:
    """A block whose parties, policies and transfers have their ids. transfers: as `premium_transfers` gives them."""

    risks: Risks
    people: People
    ids: Ids
    transfers: pl.DataFrame
    first_transfer: int


@dataclass(frozen=True)
class Written:
    """What a block writes: rows by table, in the order in which they are written; the records of them."""

    frames: Mapping[str, pl.DataFrame]
    leaves: tuple[Leaves, ...]


def numbered(journal: Journal, risks: Risks) -> Numbered | None:
    """Who holds and pays, and the ids of all. None where terms read what all policies pay, which each of them changes.

    Where policies share totals those before them are written. The table's columns `policy`, `holder`, `holder_id`,
    `start`, `end`, `issued` are typed.
    """
    frame = risks.rows.frame
    people = holders(journal, frame.select("holder", "holder_id"))
    named = Named(journal, risks.version, people.ids, risks.kept)
    lines = premium_transfers(risks.version, risks.premium, risks.columns, named=named)
    if lines is None and reads_premium(risks.version):
        return None
    first = reserve(journal.connection, "policy_id", frame.height)
    ids = np.arange(first, first + frame.height)
    if lines is None:
        numbers = _numbers(risks, ids).to_list()
        lines = charged(journal, risks, people.ids, ids=ids, numbers=numbers)
    moved = reserve(journal.connection, "transfer_id", lines.height) if lines.height else 0
    return Numbered(risks, people, ids, lines, moved)


def written_block(block: Numbered, rule: Rule, *, act: Mapping[str, Any]) -> Written:
    """The rows and records of a block. act: the head of the transaction. It needs no connection."""
    own = {"txn_id": pl.lit(act["id"], pl.Int64)}
    frames = {
        "party": block.people.new,
        "policy": _policies(block),
        "segment": _segments(block),
        "transfer": _transfers(block, act["booked_on"]),
    }
    leaves = tuple(_leaves(rule, frames, act))
    return Written({name: frame.with_columns(**own) for name, frame in frames.items()}, leaves)


def _policies(block: Numbered) -> pl.DataFrame:
    version, frame, ids = block.risks.version, block.risks.rows.frame, block.ids
    rows = np.arange(len(ids))
    always = [pl.DataFrame({"row": rows, "party": block.people.ids})]
    if version.leader_id is not None:
        always.append(pl.DataFrame({"row": rows, "party": np.full(len(ids), version.leader_id)}))
    sides = [block.transfers.select("row", pl.col(side).alias("party")) for side in ("payer_id", "receiver_id")]
    every = pl.concat([*always, *sides]).group_by("row").agg(pl.col("party").unique().sort()).sort("row")
    own = {"id": ids, "number": _numbers(block.risks, ids), "holder_id": block.people.ids, "parties": every["party"]}
    return pl.DataFrame({**own, "issued_on": frame["issued"]}).select(
        "id",
        "number",
        "holder_id",
        "parties",
        "issued_on",
        version_id=pl.lit(version.id, pl.Int64),
        kind=pl.lit("policy"),
        leader_id=pl.lit(version.leader_id, pl.Int64),
        master_id=pl.lit(None, pl.Int64),
        predecessor_id=pl.lit(None, pl.Int64),
        quote_id=pl.lit(None, pl.Int64),
    )


def _numbers(risks: Risks, ids: Ids) -> pl.Series:
    """The numbers of policies: as written, else made of programme, year and id."""
    frame = risks.rows.frame.select("policy", "start", id=pl.Series(ids, dtype=pl.Int64))
    made = pl.format("{}-{}-{}", pl.lit(risks.version.code), pl.col("start").dt.year(), pl.col("id"))
    return frame.select(pl.coalesce("policy", made)).to_series()


def _segments(block: Numbered) -> pl.DataFrame:
    frame = block.risks.rows.frame
    own = {
        "policy_id": block.ids,
        "valid_from": frame["start"],
        "valid_to": frame["end"].dt.offset_by("1d"),
        "fields": fields_json(block.risks.kept),
        "premium": block.risks.premium,
    }
    return pl.DataFrame(own).with_columns(seq=pl.lit(1, pl.Int16), kind=pl.lit("issue"), state=pl.lit("in force"))


def _transfers(block: Numbered, booked_on: dt.date) -> pl.DataFrame:
    lines, first, version = block.transfers, block.first_transfer, block.risks.version
    return lines.select(
        pl.Series("id", np.arange(first, first + lines.height), dtype=pl.Int64),
        "label",
        "payer_id",
        "receiver_id",
        "amount",
        pl.Series("policy_id", block.ids[lines["row"].to_numpy()], dtype=pl.Int64),
        stage=pl.lit("due"),
        flow=pl.lit("premium"),
        currency=pl.lit(version.currency),
        booked_on=pl.lit(booked_on),
        version_id=pl.lit(version.id, pl.Int64),
        claim_id=pl.lit(None, pl.Int64),
    )


def _leaves(rule: Rule, frames: Mapping[str, pl.DataFrame], act: Mapping[str, Any]) -> list[Leaves]:
    texts = {name: json_rows(frame, ("fields",) if name == "segment" else ()) for name, frame in frames.items()}
    subject = {"party": "id", "policy": "id", "segment": "policy_id", "transfer": "policy_id"}
    rows = {name: (frames[name][column], texts[name]) for name, column in subject.items()}
    found = []
    for kind, parts in (("party", ["party"]), ("policy", ["policy", "segment", "transfer"])):
        ids = frames[kind]["id"]
        if ids.len():
            hashes = record_leaves(rule, kind, ids, act=act, rows={name: rows[name] for name in parts})
            found.append(Leaves(kind, ids.to_numpy(), hashes))
    return found
