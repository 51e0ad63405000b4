"""A claim as the book holds it: its facts, what was done to it by whom and why, money between parties."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.claims import Claim, Standing
from quanyu.book.ledger import booked
from quanyu.book.standing import AsKnown, find_policy, on_day
from quanyu.book.statements import Name, names_of
from quanyu.terms import Finding, Severity, Text

__all__ = ["Dossier", "Happening", "Owed", "Stated", "Summary", "cautioned", "dossier_of", "summaries"]

Acts = Select[tuple[int]] | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact: values of a line, who reported them, when they were known, digests of the evidence."""

    line: str
    values: Mapping[str, Any]
    reported_by: str
    known_on: dt.date
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something done to the claim: by whom, when, why."""

    kind: str
    body: Mapping[str, Any]
    actor: str
    reason: str
    booked_on: dt.date


@dataclass(frozen=True, slots=True)
class Owed:
    """Money of a flow between two parties, in fen: reserved, due and paid."""

    flow: str
    payer: Name
    receiver: Name
    reserved: int
    due: int
    paid: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of a claim. cautions: of a notice just made, why it will not be accepted as it stands."""

    claim: Claim
    programme: str
    version: dt.date
    claimant: Name
    policy: str | None
    standing: Standing
    facts: tuple[Stated, ...]
    happenings: tuple[Happening, ...]
    money: tuple[Owed, ...]
    cautions: tuple[Finding, ...] = ()

    @property
    def state(self) -> str:
        """`open`, `accepted`, `declined` or `closed`."""
        return "closed" if self.standing.closed else self.standing.decision or "open"


@dataclass(frozen=True, slots=True)
class Summary:
    """One line of a list of claims; amounts in fen."""

    number: str
    programme: str
    occurred: dt.date
    reported: dt.date
    state: str
    due: int
    paid: int


def dossier_of(connection: Connection, number: str, seen: AsKnown | None = None) -> Dossier:
    """All of a claim. seen: as at a day of the books, as known at a time. Raises Refused: `unknown-claim`."""
    acts = _acts(seen)
    query = select(t.claim).where(t.claim.c.number == number, *_within(t.claim.c.txn_id, acts))
    row = connection.execute(query).mappings().first()
    if row is None:
        reason = Text(f"账簿里没有赔案“{number}”", f"the book has no claim `{number}`")
        raise Refused(Finding("unknown-claim", None, reason, Text("核对赔案号", "look at the number")))
    claim = Claim(**{name: row[name] for name in Claim.__dataclass_fields__})
    v = t.programme_version.c
    named = select(t.programme.c.code, v.version).join(t.programme, t.programme.c.id == v.programme_id)
    code, version = connection.execute(named.where(v.id == claim.version_id)).one()
    policy = connection.execute(select(t.policy.c.number).where(t.policy.c.id == claim.policy_id)).scalar()
    happenings = _happenings(connection, claim, acts)
    return Dossier(
        claim=claim,
        programme=code,
        version=version,
        claimant=names_of(connection, [claim.claimant_id])[claim.claimant_id],
        policy=policy,
        standing=_standing(happenings),
        facts=_facts(connection, claim, acts),
        happenings=happenings,
        money=_money(connection, claim, acts),
    )


def cautioned(connection: Connection, dossier: Dossier) -> Dossier:
    """The same with what is doubtful of its notice: a loss on a day on which its policy is not in force."""
    if dossier.policy is None:
        return dossier
    day = dossier.claim.occurred
    stands = on_day(find_policy(connection, dossier.policy), day)
    if stands is not None and stands.state == "in force":
        return dossier
    reason = Text(
        f"保单 {dossier.policy} 在 {day} 不在保障中，赔案已记下，但不能核定赔付",
        f"the policy {dossier.policy} does not cover {day}: the claim is recorded and cannot be accepted",
    )
    remedy = Text("核对出险日与保单号，或拒赔", "look at the day of the loss and the policy, or decline the claim")
    return replace(dossier, cautions=(Finding("claim-not-covered", None, reason, remedy, Severity.WARNING),))


def _standing(happenings: Sequence[Happening]) -> Standing:
    """What has become of a claim by what was done to it."""
    kinds = [one.kind for one in happenings]
    decided = [one for one in happenings if one.kind in ("accepted", "declined")][-1:]
    kind, body = (decided[0].kind, decided[0].body) if decided else (None, {})
    return Standing(len(happenings), kind, body, _state(kinds) == "closed")


def _acts(seen: AsKnown | None) -> Acts:
    """The acts of the book that count; None for all."""
    return None if seen is None or not seen.conditions else select(t.txn.c.id).where(*seen.conditions)


def _within(column: ColumnElement[int], acts: Acts) -> list[ColumnElement[bool]]:
    return [] if acts is None else [column.in_(acts)]


def _facts(connection: Connection, claim: Claim, acts: Acts) -> tuple[Stated, ...]:
    f = t.fact.c
    query = select(t.fact).where(f.claim_id == claim.id, *_within(f.txn_id, acts)).order_by(f.seq)
    rows = connection.execute(query).mappings()
    return tuple(
        Stated(
            row["body"]["line"],
            row["body"]["values"],
            row["reported_by"],
            row["known_on"],
            tuple(bytes(one).hex() for one in row["evidence"]),
        )
        for row in rows
    )


def _happenings(connection: Connection, claim: Claim, acts: Acts) -> tuple[Happening, ...]:
    e, x = t.claim_event.c, t.txn.c
    query = select(e.kind, e.body, x.actor, x.reason, x.booked_on).join(t.txn, x.id == e.txn_id)
    query = query.where(e.claim_id == claim.id, *_within(e.txn_id, acts)).order_by(e.seq)
    return tuple(Happening(*row) for row in connection.execute(query))


def _money(connection: Connection, claim: Claim, acts: Acts) -> tuple[Owed, ...]:
    """By flow and pair, in the direction of what is due (or reserved) in all; what went back counts as less."""
    sums: dict[tuple[str, int, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for money in booked(connection, t.transfer.c.claim_id == claim.id, *_within(t.transfer.c.txn_id, acts)):
        low, high = sorted((money.payer_id, money.receiver_id))
        sums[money.flow, low, high][money.stage] += money.amount if money.payer_id == low else -money.amount
    names = names_of(connection, {party for _, *pair in sums for party in pair})
    found = []
    for (flow, low, high), stages in sums.items():
        leading = next((stages[stage] for stage in ("due", "reserved", "paid") if stages[stage]), 0)
        if any(stages.values()):
            sign, pair = (1, (low, high)) if leading >= 0 else (-1, (high, low))
            amounts = [sign * stages[stage] for stage in ("reserved", "due", "paid")]
            found.append(Owed(flow, names[pair[0]], names[pair[1]], *amounts))
    return tuple(found)


def summaries(
    connection: Connection, programme: str | None = None, limit: int = 50, seen: AsKnown | None = None
) -> list[Summary]:
    """The newest claims, of a programme or of all. seen: as at a day of the books, as known at a time."""
    acts = _acts(seen)
    c, e, m = t.claim.c, t.claim_event.c, t.transfer.c
    query = select(t.claim, t.programme.c.code).join(t.programme_version, t.programme_version.c.id == c.version_id)
    query = query.join(t.programme, t.programme.c.id == t.programme_version.c.programme_id)
    if programme is not None:
        query = query.where(t.programme.c.code == programme)
    query = query.where(*_within(c.txn_id, acts))
    rows = connection.execute(query.order_by(c.id.desc()).limit(limit)).mappings().all()
    ids = [row["id"] for row in rows]
    kinds: dict[int, list[str]] = defaultdict(list)
    for claim, kind in connection.execute(
        select(e.claim_id, e.kind).where(e.claim_id.in_(ids), *_within(e.txn_id, acts)).order_by(e.claim_id, e.seq)
    ):
        kinds[claim].append(kind)
    stages: dict[tuple[int, str], int] = defaultdict(int)
    sums = select(m.claim_id, m.stage, m.receiver_id, m.payer_id, func.sum(m.amount)).where(
        m.claim_id.in_(ids), m.flow == "losses", *_within(m.txn_id, acts)
    )
    claimants = {row["id"]: row["claimant_id"] for row in rows}
    for claim, stage, receiver, payer, amount in connection.execute(
        sums.group_by(m.claim_id, m.stage, m.receiver_id, m.payer_id)
    ):
        own = claimants[claim]
        stages[claim, stage] += int(amount) * ((receiver == own) - (payer == own))
    return [
        Summary(
            row["number"], row["code"], row["occurred"], row["reported"], _state(kinds[row["id"]]),
            stages[row["id"], "due"], stages[row["id"], "paid"],
        )
        for row in rows
    ]  # fmt: skip


def _state(kinds: list[str]) -> str:
    ends = [kind for kind in kinds if kind in ("closed", "reopened")]
    decided = [kind for kind in kinds if kind in ("accepted", "declined")]
    return "closed" if ends[-1:] == ["closed"] else decided[-1] if decided else "open"
