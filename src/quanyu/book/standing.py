"""A policy as it stands: segments painted one over the other, on any day, as known at any time."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.terms import Finding, Text

__all__ = [
    "AsKnown",
    "Piece",
    "Policy",
    "Segment",
    "current",
    "find_policy",
    "lock_policy",
    "on_day",
    "painted",
    "segments_of",
    "term_of",
]

_COLUMNS = ("seq", "kind", "state", "valid_from", "valid_to", "fields", "premium")


@dataclass(frozen=True, slots=True)
class AsKnown:
    """The book of a day and a moment. booked: the last day of the books that counts; at: what was recorded by then."""

    booked: dt.date | None = None
    at: dt.datetime | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """On the head of a transaction."""
        found = [] if self.booked is None else [t.txn.c.booked_on <= self.booked]
        return found if self.at is None else [*found, t.txn.c.recorded_at <= self.at]


@dataclass(frozen=True, slots=True)
class Segment:
    """What one act says of a policy from a day to before another. premium: what it adds to the policy's, in fen."""

    seq: int
    kind: str
    state: str
    valid_from: dt.date
    valid_to: dt.date
    fields: Mapping[str, str]
    premium: int
    txn: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy with its segments in the order in which they were written."""

    id: int
    number: str
    version_id: int
    kind: str
    holder_id: int
    leader_id: int | None
    parties: tuple[int, ...]
    master_id: int | None
    predecessor_id: int | None
    issued_on: dt.date
    segments: tuple[Segment, ...]

    @property
    def premium(self) -> int:
        """The premium in whole fen: what all segments add up to."""
        return sum(segment.premium for segment in self.segments)


@dataclass(frozen=True, slots=True)
class Piece:
    """The days on which one segment is what stands."""

    valid_from: dt.date
    valid_to: dt.date
    segment: Segment

    @property
    def in_force(self) -> bool:
        """Whether there is cover."""
        return self.segment.state == "in force"


def find_policy(connection: Connection, number: str | int, known: AsKnown | None = None) -> Policy:
    """A policy by its number or id. Raises Refused (`unknown-policy`), also where it was not known then."""
    column = t.policy.c.number if isinstance(number, str) else t.policy.c.id
    row = connection.execute(select(t.policy).where(column == number)).mappings().first()
    segments = () if row is None else segments_of(connection, [row["id"]], known).get(row["id"], ())
    if row is None or not segments:
        raise Refused(_unknown(number))
    return Policy(
        id=row["id"],
        number=row["number"],
        version_id=row["version_id"],
        kind=row["kind"],
        holder_id=row["holder_id"],
        leader_id=row["leader_id"],
        parties=tuple(row["parties"]),
        master_id=row["master_id"],
        predecessor_id=row["predecessor_id"],
        issued_on=row["issued_on"],
        segments=segments,
    )


def lock_policy(connection: Connection, number: str | int) -> Policy:
    """The same, and nobody else changes it before this transaction ends."""
    column = t.policy.c.number if isinstance(number, str) else t.policy.c.id
    connection.execute(select(t.policy.c.id).where(column == number).with_for_update())
    return find_policy(connection, number)


def segments_of(
    connection: Connection, policies: "Select[Any] | list[int]", known: AsKnown | None = None
) -> dict[int, tuple[Segment, ...]]:
    """The segments of policies, in the order in which they were written."""
    conditions = (known or AsKnown()).conditions
    query = select(t.segment).where(t.segment.c.policy_id.in_(policies))
    if conditions:
        query = query.join(t.txn, t.txn.c.id == t.segment.c.txn_id).where(*conditions)
    found: dict[int, list[Segment]] = {}
    for row in connection.execute(query.order_by(t.segment.c.policy_id, t.segment.c.seq)).mappings():
        values = {name: row[name] for name in _COLUMNS}
        found.setdefault(row["policy_id"], []).append(Segment(**values, txn=row["txn_id"]))
    return {policy: tuple(segments) for policy, segments in found.items()}


def painted(segments: Iterable[Segment]) -> tuple[Piece, ...]:
    """What stands on which days, in their order: of several segments over a day the last written one."""
    known = list(segments)
    edges = sorted({edge for one in known for edge in (one.valid_from, one.valid_to)})
    found: list[Piece] = []
    for low, high in pairwise(edges):
        over = [one for one in known if one.valid_from <= low < one.valid_to]
        if not over:
            continue
        top = max(over, key=lambda one: one.seq)
        if found and found[-1].segment is top and found[-1].valid_to == low:
            found[-1] = Piece(found[-1].valid_from, high, top)
        else:
            found.append(Piece(low, high, top))
    return tuple(found)


def on_day(policy: Policy, day: dt.date) -> Segment | None:
    """The segment that stands on a day; None before the policy and after it."""
    over = [one for one in policy.segments if one.valid_from <= day < one.valid_to]
    return max(over, key=lambda one: one.seq) if over else None


def term_of(policy: Policy) -> tuple[dt.date, dt.date]:
    """The first day of a policy, and the day after its last."""
    return min(one.valid_from for one in policy.segments), max(one.valid_to for one in policy.segments)


def current(policy: Policy) -> Mapping[str, str]:
    """The fields of the risk on the last days on which it is in force."""
    pieces = painted(policy.segments)
    return ([one for one in pieces if one.in_force] or pieces)[-1].segment.fields


def _unknown(number: str | int) -> Finding:
    return Finding(
        "unknown-policy",
        None,
        Text(f"账簿里没有保单 {number}", f"there is no policy {number} in the book"),
        Text("核对保单号与查询的日期", "look at the number, and at the day asked for"),
    )
