"""A policy's life as the book knew it: acts, days, money between parties, what stands under it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.ledger import booked
from quanyu.book.standing import AsKnown, Piece, Policy, find_policy, painted
from quanyu.terms import Finding, Text

__all__ = ["Deed", "Due", "Life", "Named", "life_of", "party_named"]


@dataclass(frozen=True, slots=True)
class Named:
    """A party as people call it."""

    id: int
    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Deed:
    """One act on a policy: who, when, why, and what it did to the premium, in fen."""

    txn: int
    kind: str
    actor: str
    reason: str
    booked_on: dt.date
    recorded_at: dt.datetime
    valid_from: dt.date
    valid_to: dt.date
    premium: int


@dataclass(frozen=True, slots=True)
class Due:
    """Premium between two parties, in fen: what is due, and what of it is paid."""

    payer: Named
    receiver: Named
    label: str
    due: int
    paid: int


@dataclass(frozen=True, slots=True)
class Life:
    """All of a policy. under: the policies of which it is the master. titles: of fields, where they have one."""

    policy: Policy
    programme: str
    version: dt.date
    currency: str
    holder: Named
    deeds: tuple[Deed, ...]
    pieces: tuple[Piece, ...]
    money: tuple[Due, ...]
    under: tuple[Policy, ...]
    titles: Mapping[str, Text] = field(default_factory=dict)


def life_of(connection: Connection, number: str, known: AsKnown | None = None) -> Life:
    """A policy's life as known then. Raises Refused (`unknown-policy`)."""
    then = known or AsKnown()
    policy = find_policy(connection, number, then)
    v = t.programme_version.c
    query = select(t.programme.c.code, v.version).join(t.programme, t.programme.c.id == v.programme_id)
    code, version = connection.execute(query.where(v.id == policy.version_id)).one()
    money = tuple(_money(connection, policy, then))
    return Life(
        policy=policy,
        programme=code,
        version=version,
        currency=_currency(connection, policy),
        holder=_named(connection, [policy.holder_id])[policy.holder_id],
        deeds=tuple(_deeds(connection, policy)),
        pieces=painted(policy.segments),
        money=money,
        under=tuple(_under(connection, policy, then)),
    )


def party_named(connection: Connection, name: str) -> int:
    """The party of a code or a name. Raises Refused (`unknown-payer`), also where several have the name."""
    p = t.party.c
    exact = connection.execute(select(p.id).where(p.code == name)).scalars().all()
    found = exact or connection.execute(select(p.id).where((p.name_zh == name) | (p.name_en == name))).scalars().all()
    if len(found) != 1:
        zh = f"账簿里有 {len(found)} 方都叫“{name}”" if found else f"账簿里没有“{name}”"
        en = (
            f"{len(found)} parties of the book are called `{name}`"
            if found
            else f"nobody in the book is called `{name}`"
        )
        raise Refused(
            Finding(
                "unknown-payer",
                None,
                Text(zh, en),
                Text(
                    "写代码或全名；quanyu accounts list 列出各方",
                    "write its code or its whole name: `quanyu accounts list` has them",
                ),
            )
        )
    return int(found[0])


def _named(connection: Connection, ids: Sequence[int]) -> dict[int, Named]:
    p = t.party.c
    rows = connection.execute(select(p.id, p.code, p.name_zh, p.name_en).where(p.id.in_(list(ids))))
    return {row.id: Named(row.id, row.code, Text(row.name_zh, row.name_en)) for row in rows}


def _currency(connection: Connection, policy: Policy) -> str:
    found = connection.execute(
        select(t.transfer.c.currency).where(t.transfer.c.policy_id == policy.id).limit(1)
    ).scalar()
    return found or "CNY"


def _deeds(connection: Connection, policy: Policy) -> list[Deed]:
    """One act for each transaction that wrote segments."""
    acts: dict[int, Deed] = {}
    heads = connection.execute(select(t.txn).where(t.txn.c.id.in_({one.txn for one in policy.segments}))).mappings()
    by_id = {head["id"]: head for head in heads}
    for one in policy.segments:
        head, known = by_id[one.txn], acts.get(one.txn)
        acts[one.txn] = Deed(
            txn=one.txn,
            kind=one.kind,
            actor=head["actor"],
            reason=head["reason"],
            booked_on=head["booked_on"],
            recorded_at=head["recorded_at"],
            valid_from=one.valid_from if known is None else min(known.valid_from, one.valid_from),
            valid_to=one.valid_to if known is None else max(known.valid_to, one.valid_to),
            premium=one.premium + (0 if known is None else known.premium),
        )
    return list(acts.values())


def _money(connection: Connection, policy: Policy, known: AsKnown) -> list[Due]:
    """Premium due and paid, by step and parties; what goes back stands as the rest of what was due."""
    c = t.transfer.c
    conditions = [c.policy_id == policy.id, c.claim_id.is_(None), c.flow == "premium", c.stage != "reserved"]
    if known.conditions:
        conditions.append(c.txn_id.in_(select(t.txn.c.id).where(*known.conditions)))
    lines: dict[tuple[str, int, int], list[int]] = {}
    for m in sorted(booked(connection, *conditions), key=lambda m: m.stage):
        key = (m.label, m.payer_id, m.receiver_id)
        turned = (m.label, m.receiver_id, m.payer_id)
        place, sign = (turned, -1) if turned in lines and key not in lines else (key, 1)
        lines.setdefault(place, [0, 0])[m.stage == "paid"] += sign * m.amount
    names = _named(connection, [party for _, payer, receiver in lines for party in (payer, receiver)])
    return [Due(names[p], names[r], label, due, paid) for (label, p, r), (due, paid) in lines.items()]


def _under(connection: Connection, policy: Policy, known: AsKnown) -> list[Policy]:
    p = t.policy.c
    query = select(p.id).where(p.master_id == policy.id)
    if known.conditions:
        query = query.join(t.txn, t.txn.c.id == p.txn_id).where(*known.conditions)
    ids = connection.execute(query.order_by(p.id)).scalars()
    return [find_policy(connection, int(one), known) for one in ids]
