"""The claims of a determination booked at once: which are new, which are revised, what moves, and what is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import func, select

from quanyu.book import tables as t
from quanyu.book.claims import add_event
from quanyu.book.journal import Journal, reserve
from quanyu.book.mass.claimed import Noticed, claim_rows, event_rows, fact_rows, moves_between, paid_of, transfer_rows
from quanyu.book.mass.found import Found, numbered_claims, standing_units
from quanyu.book.mass.kept import copying, keep_claims, keep_parties, rule_of
from quanyu.book.mass.owed import Wanted, wanted_of
from quanyu.book.mass.queued import Amounts, exact_amounts
from quanyu.book.told import Told, told_claims
from quanyu.book.versions import Version

__all__ = ["Determined", "book_claims"]


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
    frame = standing_units(journal, found, amounts.fen, told)
    amounts = Amounts(amounts.fen[frame["row"].to_numpy()], amounts.kind[frame["row"].to_numpy()], amounts.rows)
    mine, people = numbered_claims(journal, version, found, frame)
    wanted = wanted_of(journal, version, mine, amounts, (told, base, found.units))
    moves = moves_between(wanted.frame, _stands(journal, mine, wanted.others))
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


def _stands(journal: Journal, mine: pl.DataFrame, others: Sequence[Told]) -> pl.DataFrame:
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
    for one in wanted.others:
        if one.claim.id in set(others):
            add_event(journal, one.claim, "settled", {"by": found.number})
    _keep(journal, version, found, (mine, people), transfers)
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
