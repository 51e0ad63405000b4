"""The claims of a determination booked at once: which are new, which are revised, what moves, and what is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import func, select

from quanyu.book import tables as t
from quanyu.book.claims import add_event
from quanyu.book.journal import Journal, reserve
from quanyu.book.mass.claimed import Noticed, claim_rows, event_rows, fact_rows, moves_between, paid_of, transfer_rows
from quanyu.book.mass.kept import copying, keep_claims, keep_parties, rule_of
from quanyu.book.mass.owed import Wanted, wanted_of
from quanyu.book.mass.people import holders
from quanyu.book.mass.queued import Amounts, exact_amounts
from quanyu.book.mass.recorded import fields_json
from quanyu.book.mass.units import Units
from quanyu.book.told import Told, told_claims
from quanyu.book.versions import Version
from quanyu.store.evidence.rule import canonical

__all__ = ["Determined", "Found", "book_claims"]


@dataclass(frozen=True)
class Found:
    """What a determination found. keys: of every claim. number: what the numbers of its claims begin with."""

    units: Units
    keys: Mapping[str, str]
    occurrence: int | None
    number: str
    notice: Noticed


@dataclass(frozen=True, slots=True)
class Determined:
    """What a determination did: claims that are new and revised, others that moved, and amounts in fen.

    amount: of the new and revised claims as they stand now. due: what became due less what went back. paid: at once.
    columns: whether the money was split in columns.
    """

    claims: int
    revised: int
    moved: int
    amount: int
    due: int
    paid: int
    columns: bool


def book_claims(journal: Journal, version: Version, found: Found, *, pay: bool) -> Determined:
    """Writes everything that follows from a determination. Raises Refused with what covers and settlement find."""
    base = {**found.keys, **_dates(found.notice)}
    amounts = exact_amounts(version, found.units, base)
    told = _decided(journal, version)
    frame = _standing(journal, found, amounts, told)
    amounts = Amounts(amounts.fen[frame["row"].to_numpy()], amounts.kind[frame["row"].to_numpy()], amounts.rows)
    mine, people = _numbered(journal, version, found, frame)
    others = [one for one in told if one.claim.id not in set(mine.filter(~pl.col("new"))["claim_id"])]
    wanted = wanted_of(journal, version, mine, amounts, (others, base, found.units))
    moves = moves_between(wanted.frame, _stands(journal, mine, others))
    return _write(journal, version, found, (mine, people), (wanted, moves), pay=pay)


def _dates(notice: Noticed) -> dict[str, str]:
    return {
        "occurred": notice.occurred.isoformat(),
        "reported": notice.reported.isoformat(),
        "determined": notice.determined.isoformat(),
    }


def _decided(journal: Journal, version: Version) -> list[Told]:
    c, e = t.claim.c, t.claim_event.c
    decided = select(e.claim_id).where(e.kind.in_(("accepted", "declined")))
    return told_claims(journal.connection, c.version_id == version.id, c.id.in_(decided))


def _standing(journal: Journal, found: Found, amounts: Amounts, told: list[Told]) -> pl.DataFrame:
    """The units that have or get a claim, where something is new: row, number, body, and what the book has of it."""
    frame = found.units.frame.with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64),
        pl.concat_str([pl.lit(f"{found.number}-"), pl.col("unit")]).alias("number"),
        _bodies(found).alias("body"),
        pl.Series("amount", amounts.fen, dtype=pl.Int64),
    )
    known = {one.claim.number: one for one in told if one.claim.number.startswith(f"{found.number}-")}
    rows = [
        (number, one.claim.id, one.claim.claimant_id, one.facts[-1][0], canonical(one.facts[-1][1]).decode())
        for number, one in known.items()
    ]
    schema = {"number": pl.String, "claim_id": pl.Int64, "claimant_id": pl.Int64, "facts": pl.Int64, "was": pl.String}
    frame = frame.join(pl.DataFrame(rows, schema=schema, orient="row"), on="number", how="left", maintain_order="left")
    frame = frame.join(
        _events(journal, [one.claim.id for one in known.values()]), on="claim_id", how="left", maintain_order="left"
    )
    new = pl.col("claim_id").is_null()
    frame = frame.filter((new & (pl.col("amount") > 0)) | (~new & (pl.col("body") != pl.col("was"))))
    empty = {"facts": 0, "events": 0, "closed": False}
    return frame.with_columns(new=new, **{name: pl.col(name).fill_null(value) for name, value in empty.items()})


def _bodies(found: Found) -> pl.Series:
    """What is known of every unit, as the bodies of facts."""
    units = found.units
    values = [name for name in units.values if name not in found.keys and name not in ("issued", "attached")]
    inner = fields_json(units.frame.select(values), units.raw) if values else pl.Series(["{}"] * units.frame.height)
    head = f'{{"line":{canonical(found.keys["cover"]).decode()},"values":'
    return pl.select(pl.concat_str([pl.lit(head), inner, pl.lit("}")])).to_series()


def _events(journal: Journal, claims: list[int]) -> pl.DataFrame:
    """How many events claims have, and whether they are closed."""
    schema = {"claim_id": pl.Int64, "events": pl.Int64, "closed": pl.Boolean}
    if not claims:
        return pl.DataFrame(schema=schema)
    e = t.claim_event.c
    low, high = min(claims), max(claims)
    ends = func.coalesce(func.max(e.seq).filter(e.kind == "closed"), 0)
    again = func.coalesce(func.max(e.seq).filter(e.kind == "reopened"), 0)
    query = select(e.claim_id, func.max(e.seq), ends > again).where(e.claim_id.between(low, high)).group_by(e.claim_id)
    return pl.DataFrame([tuple(row) for row in journal.connection.execute(query)], schema=schema, orient="row")


def _numbered(
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


def _stands(journal: Journal, mine: pl.DataFrame, others: list[Told]) -> pl.DataFrame:
    """What is due of claims that were there before."""
    schema = {
        "claim_id": pl.Int64,
        "label": pl.String,
        "payer_id": pl.Int64,
        "receiver_id": pl.Int64,
        "amount": pl.Int64,
    }
    known = {one.claim.id for one in others} | set(mine.filter(~pl.col("new"))["claim_id"])
    if not known:
        return pl.DataFrame(schema=schema)
    x = t.transfer.c
    keys = (x.claim_id, x.label, x.payer_id, x.receiver_id)
    query = select(*keys, func.sum(x.amount)).where(
        x.stage == "due", x.flow == "losses", x.claim_id.between(min(known), max(known))
    )
    rows = [(*row[:4], int(row[4])) for row in journal.connection.execute(query.group_by(*keys))]
    return pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("claim_id").is_in(list(known)))


def _write(
    journal: Journal,
    version: Version,
    found: Found,
    written: tuple[pl.DataFrame, pl.DataFrame],
    money: tuple[Wanted, pl.DataFrame],
    *,
    pay: bool,
) -> Determined:
    (mine, people), (wanted, moves) = written, money
    claims = mine.select("claim_id", "claimant_id", "policy_id")
    own = moves.join(claims, on="claim_id", how="semi", maintain_order="left")
    paid = paid_of(own, claims.drop("policy_id")) if pay else own.head(0)
    sums = paid.group_by("claim_id").agg(pl.col("amount").sum().alias("paid"))
    mine = mine.join(sums, on="claim_id", how="left", maintain_order="left").with_columns(pl.col("paid").fill_null(0))
    mine = mine.sort("claim_id")
    every = pl.concat([moves.with_columns(stage=pl.lit("due")), paid.with_columns(stage=pl.lit("paid"))])
    policies = pl.concat([claims.select("claim_id", "policy_id"), wanted.policies]).unique("claim_id")
    every = every.join(policies, on="claim_id", how="left", maintain_order="left").sort("claim_id", maintain_order=True)
    first = reserve(journal.connection, "transfer_id", every.height) if every.height else 0
    transfers = transfer_rows(version, every, first, journal.booked_on)
    others = moves.join(claims, on="claim_id", how="anti")["claim_id"].unique().to_list()
    _keep(journal, version, found, (mine, people), transfers)
    for one in wanted.others:
        if one.claim.id in set(others):
            add_event(journal, one.claim, "settled", {"by": found.number})
    back = own.join(claims, left_on=["claim_id", "payer_id"], right_on=["claim_id", "claimant_id"], how="semi")
    return Determined(
        claims=int(mine["new"].sum()),
        revised=int((~mine["new"]).sum()),
        moved=len(others),
        amount=int(mine["amount"].sum()),
        due=int(own["amount"].sum()) - 2 * int(back["amount"].sum()),
        paid=int(paid["amount"].sum()),
        columns=wanted.columns,
    )


def _keep(
    journal: Journal,
    version: Version,
    found: Found,
    written: tuple[pl.DataFrame, pl.DataFrame],
    transfers: pl.DataFrame,
) -> None:
    mine, people = written
    rule = rule_of(journal)
    frames: dict[str, Any] = {
        "claim": claim_rows(version, mine.filter(pl.col("new")), found.keys, found.notice),
        "fact": fact_rows(mine, found.notice),
        "claim_event": event_rows(mine, found.notice),
    }
    others = transfers.join(mine, on="claim_id", how="anti")
    with copying(journal) as copy:
        copy("party", people)
        parties = keep_parties(journal, people, rule) if people.height else b""
        own = {**frames, "transfer": transfers.join(mine, on="claim_id", how="semi", maintain_order="left")}
        claims = keep_claims(journal, own, mine["claim_id"], rule=rule, copy=copy) if mine.height else b""
        copy("transfer", others)
    if people.height:
        journal.record("party", people["id"].to_numpy(), parties)
    if mine.height:
        journal.record("claim", mine["claim_id"].to_numpy(), claims)
