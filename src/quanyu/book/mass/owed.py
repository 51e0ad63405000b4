"""What is due of all claims of a version when some of them come or change: in columns, or else row by row."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import polars as pl
from sqlalchemy import select

from quanyu.book import tables as t
from quanyu.book.advances import ADVANCE
from quanyu.book.claims import Claim
from quanyu.book.journal import Journal
from quanyu.book.mass.queued import Amounts, Asked, Queue, due_in_columns, queue_of
from quanyu.book.mass.stood import Lines, Stood, lines_of
from quanyu.book.mass.units import Units
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.premiums import deposit_rows
from quanyu.book.reserving import fen_of
from quanyu.book.settling import Group, due, settled_group, together
from quanyu.book.told import Decided, Told, told_claims
from quanyu.book.versions import Version
from quanyu.engine.claims import clock_of
from quanyu.waterfall import Taker

__all__ = ["Split", "Wanted", "advanced", "behind_all", "split_of", "wanted_of"]

_SCHEMA = {"claim_id": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "receiver_id": pl.Int64, "amount": pl.Int64}


@dataclass(frozen=True)
class Wanted:
    """What is due: claim_id, label, payer_id, receiver_id, amount.

    claims: the ids of the claims of which this is all that is due. columns: whether it was split in columns.
    """

    frame: pl.DataFrame
    claims: pl.Series
    columns: bool


@dataclass(frozen=True)
class Split:
    """What is due of claims. since: of which instants on it is all; claims before do not move."""

    frame: pl.DataFrame
    since: dt.date


def wanted_of(
    journal: Journal,
    version: Version,
    mine: pl.DataFrame,
    amounts: Amounts,
    beside: tuple[Stood, Mapping[str, str], Units],
) -> Wanted:
    """What is due of the claims of a determination and of those decided before. Raises Refused as settlement does.

    mine: the claims, in the order of `amounts`. beside: the claims decided before, what is said of all of mine, their
    units.
    """
    stood, base, units = beside
    others = stood.without(mine.filter(~pl.col("new"))["claim_id"])
    wanted = _in_columns(journal, version, mine, amounts, others)
    if wanted is not None:
        return wanted
    told = {one.claim.id: one for one in told_claims(journal.connection, _decided(version))}
    revised = {one: told.pop(one) for one in mine.filter(~pl.col("new"))["claim_id"]}
    known = {one.claim.number: one for one in revised.values()}
    frame = _by_rows(journal, version, _told(journal, version, mine, base, units, known), list(told.values()))
    return Wanted(frame, stood.claims["claim_id"], columns=False)


def _decided(version: Version) -> Any:
    c, e = t.claim.c, t.claim_event.c
    decided = select(e.claim_id).where(e.kind.in_(("accepted", "declined")))
    return (c.version_id == version.id) & c.id.in_(decided)


def _in_columns(
    journal: Journal, version: Version, mine: pl.DataFrame, amounts: Amounts, others: Stood
) -> Wanted | None:
    apart = not together(version) and "policy_id" in mine.columns and mine["policy_id"].null_count() == 0
    if apart and others.claims["policy_id"].is_in(mine["policy_id"].to_list()).any():
        return None
    if apart:  # claims under other policies have nothing to do with these
        others = replace(others, claims=others.claims.clear())
    if others.recovered or advanced(journal, version):
        return None
    told = lines_of(version, others)
    own = _lines(version, mine, amounts)
    if told is None or own is None:
        return None
    new = bool(mine["new"].all())
    split = split_of(journal, version, (own, told), lambda queue: new and behind_all(queue, others), apart=apart)
    claims = pl.concat([others.claims["claim_id"], mine["claim_id"]])
    return None if split is None else Wanted(split.frame, claims, columns=True)


def _lines(version: Version, mine: pl.DataFrame, amounts: Amounts) -> Lines | None:
    """The lines of the claims of a determination, one each."""
    if not all(type(row.instant) is dt.date for row in amounts.rows):
        return None
    rows = amounts.rows
    shown = pl.DataFrame(
        {
            "event": [row.keys["event"] for row in rows],
            "cover": [str(row.cover) for row in rows],
            "instant": [row.instant for row in rows],
        },
        schema={"event": pl.String, "cover": pl.String, "instant": pl.Date},
    )
    frame = mine.select("claim_id", pl.col("number").alias("claim"), "claimant_id", "insured", "policy", "determined")
    frame = frame.with_columns(kind=pl.Series(amounts.kind, dtype=pl.Int64), amount=pl.Series(amounts.fen))
    frame = frame.with_columns(shown[frame["kind"].to_numpy()].get_columns(), place=pl.lit(0, pl.Int64))
    if clock_of(version.compiled, "losses") == "determined":
        frame = frame.with_columns(pl.coalesce("determined", "instant").alias("instant"))
    return Lines(frame.drop("determined"), rows)


def split_of(
    journal: Journal,
    version: Version,
    parts: tuple[Lines, Lines],
    behind: Callable[[Queue], bool],
    *,
    apart: bool = False,
    since: dt.date = dt.date.min,
) -> Split | None:
    """What is due of claims that come or change and of those beside them; None where columns do not hold them.

    behind: whether what comes is new and stands in the queue behind all the rest, which came in the order of the queue.
    since: the first instant of which something changes.
    """
    queue = queue_of(version, *parts)
    if queue is None:
        return None
    paid_in: dict[str, list[tuple[dt.date, int]]] = {}
    for row in deposit_rows(journal.connection, version):
        fen = -fen_of(str(row["amount"])[1:]) if str(row["amount"]).startswith("-") else fen_of(str(row["amount"]))
        paid_in.setdefault(str(row["account"]), []).append((dt.date.fromisoformat(str(row["at"])), fen))
    plan, named = version.compiled.plans["losses", "from"], _Names(journal, version)
    fixed = {step.index for step in plan.steps if not step.reopen}
    # What an event's period is, or money that came into an account late, moves claims that stand before the change.
    moving = not queue.steady or any(step.taker is Taker.ACCOUNT and step.reopen for step in plan.steps)
    first = dt.date.min if moving else since
    lines = due_in_columns(version, queue, paid_in, named=named, asked=Asked(apart, fixed, first))
    if lines is not None:
        return Split(lines, first)
    if not fixed or not behind(queue):
        return None
    lines = due_in_columns(version, queue, paid_in, named=named, asked=Asked(apart))
    return None if lines is None else Split(lines, dt.date.min)


def behind_all(queue: Queue, others: Stood) -> bool:
    """Whether what comes stands in the queue behind all others, which were decided in the order of the queue."""
    before = queue.frame.filter(~pl.col("mine"))
    first = queue.frame.filter("mine")["instant"].min()
    late = before.height and first is not None and first <= before["instant"].max()  # type: ignore[operator]
    return not late and _in_order(before, others)


def _in_order(lines: pl.DataFrame, others: Stood) -> bool:
    """Whether claims were decided once each, in the order in which they stand in the queue; then what stands as booked
    is what one fold of all of them gives.
    """
    if (others.claims["decisions"] > 1).any():
        return False
    known = lines.join(others.claims.select("claim_id", "first"), on="claim_id")
    ends = pl.col("instant").min().alias("low"), pl.col("instant").max().alias("high")
    spans = known.group_by("first").agg(ends).sort("first").select("low", "high").rows()
    return all(before[1] < after[0] for before, after in pairwise(spans))


def advanced(journal: Journal, version: Version) -> bool:
    """Whether somebody paid something of a claim of the version before it was decided."""
    x = t.transfer.c
    query = select(x.id).where(x.version_id == version.id, x.stage == "paid", x.label == ADVANCE).limit(1)
    return journal.connection.execute(query).first() is not None


class _Names:
    """The parties of names that stand in no claim: of the programme, or whom a field names."""

    def __init__(self, journal: Journal, version: Version) -> None:
        self.journal, self.version, self.known = journal, version, dict(version.roles)

    def __call__(self, name: str) -> int:
        if name not in self.known:
            code = f"{self.version.code}/{name}"
            self.known[name] = ensure_parties(self.journal, [Person(code, name)])[code]
        return self.known[name]


def _told(
    journal: Journal,
    version: Version,
    mine: pl.DataFrame,
    base: Mapping[str, str],
    units: Units,
    old: Mapping[str, Told],
) -> list[Told]:
    """The claims of a determination as settlement is told of claims one by one. old: those that are revised."""
    dates = ("occurred", "reported", "determined")
    keys = {name: value for name, value in base.items() if name not in dates}
    days = {name: dt.date.fromisoformat(base[name]) for name in dates}
    found = []
    for row in mine.iter_rows(named=True):
        own = {**keys, "insured": row["insured"], "policy": row["policy"]}
        claim = Claim(
            row["claim_id"], row["number"], version.id, row["policy_id"], None, row["claimant_id"],
            days["occurred"], days["reported"], own,
        )  # fmt: skip
        values: dict[str, Any] = {n: units.value(row, n) for n in units.values if row[n] is not None and n not in base}
        seq, known = row["facts"] + 1, old.get(row["number"])
        body = {"facts": str(seq), "determined": row["determined"].isoformat()}
        decided = Decided(journal.txn, journal.booked_on, True, body)
        one = known or Told(claim, (), (), (), None)
        facts = (*one.facts, (seq, {"line": base["cover"], "values": values}))
        found.append(replace(one, facts=facts, decisions=(*one.decisions, decided)))
    return found


def _by_rows(journal: Journal, version: Version, mine: Sequence[Told], others: Sequence[Told]) -> pl.DataFrame:
    """The same by the fold of rows, all together or policy by policy."""
    groups: dict[int | None, list[Told]] = {}
    apart = not together(version)
    for one in [*others, *mine]:
        groups.setdefault(one.claim.policy_id if apart else None, []).append(one)
    rows: list[tuple[int | None, str, int, int, int]] = []
    for told in groups.values():
        ids = [one.claim.id for one in told]
        group = Group(
            version, tuple(told), (t.claim.c.id.in_(ids),) if len(ids) < 1000 else (t.claim.c.version_id == version.id,)
        )
        settled = settled_group(journal.connection, group)
        money = [] if settled is None else due(journal, group, settled)
        rows += [(m.claim_id, m.label, m.payer_id, m.receiver_id, m.amount) for m in money if m.flow == "losses"]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")
