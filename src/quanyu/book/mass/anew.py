"""Claims decided one by one under a version whose claims share running totals: what moves, in columns.

Everything of the version is split again, as the book is to be what one settlement of all that is known gives. Read of
what stands as booked is only what can move: claims that stand in the queue before all that changes do not.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from quanyu.book.journal import Journal, Money
from quanyu.book.mass.claimed import moves_between
from quanyu.book.mass.owed import advanced, behind_all, split_of
from quanyu.book.mass.stood import Lines, Stood, lines_of, lines_of_told, standing_dues, stood_claims
from quanyu.book.settling import together
from quanyu.book.told import Told
from quanyu.book.versions import Version
from quanyu.waterfall.together import counts_together

__all__ = ["Anew", "decided_in_columns", "for_columns"]


@dataclass(frozen=True)
class Anew:
    """What a decision moves. moves: the money. moved: other claims that it moves. amounts: of the claims, in fen."""

    moves: Sequence[Money]
    moved: Sequence[int]
    amounts: dict[str, int]


def for_columns(version: Version) -> bool:
    """Whether claims of the version share running totals of the kind that columns know."""
    plans = [version.compiled.plans.get(("losses", side)) for side in ("from", "to")]
    return together(version) and all(plan is not None and counts_together(plan) for plan in plans)


def decided_in_columns(journal: Journal, version: Version, told: Sequence[Told]) -> Anew | None:
    """What claims that are decided now move, of themselves and of all that share a total with them.

    told: the claims with their new decisions, the last of each. None where columns do not hold the version's claims.
    """
    stood = stood_claims(journal.connection, version)
    ids = pl.Series("claim_id", [one.claim.id for one in told], dtype=pl.Int64)
    others = stood.without(ids)
    if stood.recovered or advanced(journal, version):
        return None
    mine, before = lines_of_told(version, told), _before(version, told)
    beside = lines_of(version, others)
    if mine is None or before is None or beside is None:
        return None
    new = all(len(one.decisions) == 1 for one in told)
    since = dt.date.min if _periods_stated(version, told) else _first_change((mine, before), beside, others)
    split = split_of(journal, version, (mine, beside), lambda queue: new and behind_all(queue, others), since=since)
    if split is None:
        return None
    late = others.claims["claim_id"]
    if split.since > dt.date.min:
        late = beside.frame.filter(pl.col("instant") >= split.since)["claim_id"].unique()
    moves = moves_between(split.frame, standing_dues(journal.connection, version, pl.concat([late, ids])))
    return _anew(version, mine, moves, told, stood)


def _before(version: Version, told: Sequence[Told]) -> Lines | None:
    """The lines of claims by the decisions before their last."""
    return lines_of_told(version, [replace(one, decisions=one.decisions[:-1]) for one in told])


def _periods_stated(version: Version, told: Sequence[Told]) -> bool:
    """Whether facts of the claims may have changed the period of an event, and with it where others stand."""
    plan = version.compiled.plans["losses", "from"]
    columns = {"period", *(c for fixed in plan.determines.values() for c in fixed)}
    return any(columns & set(body["values"]) for one in told for _, body in one.facts)


def _first_change(changed: Sequence[Lines], beside: Lines, others: Stood) -> dt.date:
    """The instant of the first line that is not as it was when it was booked; the last day of all where none changes.

    Others are not as they were where their policy was endorsed for days that have passed.
    """
    sums = beside.frame.group_by("claim_id").agg(pl.col("amount").sum(), pl.col("instant").min())
    stated = others.claims.select("claim_id", "stated")
    other = sums.join(stated, on="claim_id").filter(pl.col("amount") != pl.col("stated"))
    days = [part.frame["instant"].min() for part in changed] + [other["instant"].min()]
    return min((day for day in days if isinstance(day, dt.date)), default=dt.date.max)


def _anew(version: Version, mine: Lines, moves: pl.DataFrame, told: Sequence[Told], stood: Stood) -> Anew:
    sums = dict(mine.frame.group_by("claim").agg(pl.col("amount").sum()).iter_rows())
    policies = dict(stood.claims.select("claim_id", "policy_id").iter_rows())
    policies |= {one.claim.id: one.claim.policy_id for one in told}
    money = [
        Money(
            "due", "losses", label, payer, receiver, amount, version.currency, version.id, policies[claim], claim
        )
        for claim, label, payer, receiver, amount in moves.iter_rows()
    ]  # fmt: skip
    own = {one.claim.id for one in told}
    moved = [claim for claim in moves["claim_id"].unique(maintain_order=True) if claim not in own]
    return Anew(money, moved, {one.claim.number: sums.get(one.claim.number, 0) for one in told})
