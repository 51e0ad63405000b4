"""What is due of all claims of a version when a determination comes to them: in columns, or else row by row."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from sqlalchemy import select

from quanyu.book import tables as t
from quanyu.book.advances import ADVANCE
from quanyu.book.claims import Claim
from quanyu.book.journal import Journal
from quanyu.book.mass.queued import Amounts, Queue, due_in_columns, queue_of
from quanyu.book.mass.units import Units
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.premiums import deposit_rows
from quanyu.book.reserving import fen_of
from quanyu.book.settling import Group, due, in_order, settled_group, together
from quanyu.book.told import Decided, Row, Told, rows_of
from quanyu.book.versions import Version
from quanyu.engine.claims import history_of
from quanyu.waterfall import Row as Increment

__all__ = ["Wanted", "wanted_of"]

_SCHEMA = {"claim_id": pl.Int64, "label": pl.String, "payer_id": pl.Int64, "receiver_id": pl.Int64, "amount": pl.Int64}


@dataclass(frozen=True)
class Wanted:
    """What is due of claims: claim_id, label, payer_id, receiver_id, amount. others: claims decided before.

    policies: claim_id and policy_id of the others. columns: whether it was split in columns.
    """

    frame: pl.DataFrame
    others: Sequence[Told]
    policies: pl.DataFrame
    columns: bool


def wanted_of(
    journal: Journal,
    version: Version,
    mine: pl.DataFrame,
    amounts: Amounts,
    beside: tuple[Sequence[Told], Mapping[str, str], Units],
) -> Wanted:
    """What is due of the claims of a determination and of those decided before. Raises Refused as settlement does.

    mine: the claims, in the order of `amounts`. beside: the claims decided before, what is said of all of mine, their
    units.
    """
    told, base, units = beside
    revised = set(mine.filter(~pl.col("new"))["number"])
    others = [one for one in told if one.claim.number not in revised]
    old = {one.claim.number: one for one in told if one.claim.number in revised}
    pairs = [(one.claim.id, one.claim.policy_id) for one in others]
    policies = pl.DataFrame(pairs, schema={"claim_id": pl.Int64, "policy_id": pl.Int64}, orient="row")
    frame = _in_columns(journal, version, mine, amounts, others)
    columns = frame is not None
    if frame is None:
        frame = _by_rows(journal, version, _told(journal, version, mine, base, units, old), others)
    return Wanted(frame, others, policies, columns)


def _in_columns(
    journal: Journal, version: Version, mine: pl.DataFrame, amounts: Amounts, others: Sequence[Told]
) -> pl.DataFrame | None:
    apart = not together(version) and "policy_id" in mine.columns and mine["policy_id"].null_count() == 0
    if any(one.recoveries for one in others) or (apart and others) or _advanced(journal, version):
        return None
    rows = _rows(version, others)
    queue = queue_of(version, mine, amounts, rows)
    if queue is None or not _may_queue(version, queue, mine, others):
        return None
    paid_in: dict[str, list[tuple[dt.date, int]]] = {}
    for row in deposit_rows(journal.connection, version):
        fen = -fen_of(str(row["amount"])[1:]) if str(row["amount"]).startswith("-") else fen_of(str(row["amount"]))
        paid_in.setdefault(str(row["account"]), []).append((dt.date.fromisoformat(str(row["at"])), fen))
    named = _Names(journal, version)
    lines = due_in_columns(version, queue, paid_in, named=named, apart=apart)
    if lines is None:
        return None
    claim = queue.frame["claim_id"].gather(lines["row"])
    return lines.with_columns(claim.alias("claim_id")).select(*_SCHEMA)


def _rows(version: Version, others: Sequence[Told]) -> list[tuple[Increment, int, int]]:
    """The rows of claims that were accepted before, with the ids of the claims and of their claimants."""
    accepted = {one.claim.number: one for one in others if one.decisions[-1].accepted}
    rows: list[Row] = [row for one in accepted.values() for row in rows_of(one, one.decisions[-1])]
    history = history_of(version.compiled, "losses", rows, scale=100)
    assert not isinstance(history, list), history
    found = [(row, accepted[row.claim].claim) for row in history.rows]
    return [(row, claim.id, claim.claimant_id) for row, claim in found]


def _may_queue(version: Version, queue: Queue, mine: pl.DataFrame, others: Sequence[Told]) -> bool:
    """Whether nothing that stands as booked could be moved: all reopens, or what is new stands behind all the rest."""
    if all(step.reopen for step in version.compiled.plans["losses", "from"].steps):
        return True
    before = queue.frame.filter(~pl.col("mine"))
    if not before.height:
        return bool(mine["new"].all())
    behind = not queue.frame.filter(pl.col("mine"), pl.col("instant") <= before["instant"].max()).height
    return bool(mine["new"].all()) and behind and in_order(others, dict(before.select("claim", "instant").iter_rows()))


def _advanced(journal: Journal, version: Version) -> bool:
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
