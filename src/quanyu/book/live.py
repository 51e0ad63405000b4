"""What lives under the versions of a programme from a day on: policies, claims, balances, fields in use."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Select, func, select, text

from quanyu.book import tables as t
from quanyu.book.versions import versions_of

__all__ = ["Live", "live_from"]


@dataclass(frozen=True)
class Live:
    """policies: with cover on or after the day, and started: those that begin on or after it. claims: that occurred (or
    were reported) on or after it; open_claims: not closed. fields: used by those policies. balances: open amounts in
    fen by the names of parties and accounts. closed: the last day of closed books.
    """

    policies: int = 0
    started: int = 0
    occurred: int = 0
    reported: int = 0
    open_claims: int = 0
    fields: frozenset[str] = frozenset()
    balances: Mapping[str, int] = field(default_factory=dict)
    closed: dt.date | None = None


# What stands on a day that begins or ends a segment, from the day on: the last written segment over it.
_COVERED = """
with own as (select s.policy_id, s.seq, s.state, s.fields, s.valid_from, s.valid_to from segment s
             join policy p on p.id = s.policy_id where p.version_id = any(:versions) and s.valid_to > :day),
     edges as (select policy_id, greatest(valid_from, :day) as day from own
               union select policy_id, valid_to from own where valid_to > :day)
select e.policy_id, top.fields from edges e join lateral (
    select s.state, s.fields from segment s where s.policy_id = e.policy_id and s.valid_from <= e.day
    and e.day < s.valid_to order by s.seq desc limit 1) top on top.state = 'in force'
"""


def live_from(connection: Connection, code: str, day: dt.date, until: dt.date | None = None) -> Live:
    """What lives under all versions of a programme on a day or after it, before `until` where there is an end."""
    versions = versions_of(connection, code)
    if not versions:
        return Live(closed=_closed(connection))
    given = {"versions": versions, "day": day}
    count = text(f"select count(distinct policy_id) from ({_COVERED}) c")
    used = text(f"select distinct jsonb_object_keys(fields) from ({_COVERED}) c")
    end = until or dt.date.max
    p, s, c = t.policy.c, t.segment.c, t.claim.c
    begun = select(func.min(s.valid_from).label("start")).join(t.policy, p.id == s.policy_id)
    begun = begun.where(p.version_id.in_(versions)).group_by(s.policy_id)
    starts = begun.subquery().c.start
    claims = select(func.count()).where(c.version_id.in_(versions))
    return Live(
        policies=int(connection.execute(count, given).scalar_one()),
        started=int(connection.execute(select(func.count()).where(starts >= day, starts < end)).scalar_one()),
        occurred=int(connection.execute(claims.where(c.occurred >= day, c.occurred < end)).scalar_one()),
        reported=int(connection.execute(claims.where(c.reported >= day, c.reported < end)).scalar_one()),
        open_claims=int(connection.execute(_open_claims(versions)).scalar_one()),
        fields=frozenset(connection.execute(used, given).scalars()),
        balances=_balances(connection, versions),
        closed=_closed(connection),
    )


def _closed(connection: Connection) -> dt.date | None:
    return connection.execute(select(func.max(t.closing.c.through))).scalar()


def _open_claims(versions: Sequence[int]) -> Select[int]:
    e = t.claim_event.c
    last = select(e.kind).where(e.claim_id == t.claim.c.id).order_by(e.seq.desc()).limit(1).scalar_subquery()
    return select(func.count()).where(t.claim.c.version_id.in_(versions), func.coalesce(last, "") != "closed")


_BALANCES = """
with moved as (select stage, payer_id as party, receiver_id as other, -amount as fen from transfer
               where version_id = any(:versions) and stage in ('due', 'paid')
               union all select stage, receiver_id, payer_id, amount from transfer
               where version_id = any(:versions) and stage in ('due', 'paid')),
     open as (select party, other, sum(case stage when 'due' then fen else -fen end) as fen,
                     sum(case stage when 'paid' then fen else 0 end) as paid from moved group by party, other)
select r.name, p.kind, sum(abs(o.fen)) as owed, sum(o.paid) as paid from open o
join (select distinct name, party_id from party_role where version_id = any(:versions)) r on r.party_id = o.party
join party p on p.id = o.party group by r.name, p.kind
"""


def _balances(connection: Connection, versions: Sequence[int]) -> dict[str, int]:
    """Of a party what it owes and is owed, of an account what is in it as well."""
    rows = connection.execute(text(_BALANCES), {"versions": list(versions)})
    found = {row.name: int(row.owed) + (abs(int(row.paid)) if row.kind == "account" else 0) for row in rows}
    return {name: fen for name, fen in found.items() if fen}
