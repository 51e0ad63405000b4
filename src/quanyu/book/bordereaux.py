"""Bordereaux: the policies and the claims of some days, each with one party's share of it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import Connection, Row, text

from quanyu.book.statements import SERVING
from quanyu.terms import Text, read_number

__all__ = ["Ceded", "Written", "losses_of", "premiums_of", "whole_fen"]

_BLOCK = 2_000
_SUMS = ("sum_insured", "sum")
"""Fields that hold the sum insured, the first that a risk has."""

_OF_PROGRAMME = """
cast(:programme as text) is null or {0}.version_id in (
  select v.id from programme_version v join programme g on g.id = v.programme_id where g.code = :programme
)
"""
_PREMIUMS = f"""
with moved as (
  select policy_id, txn_id, amount, currency, payer_id as other from transfer
  where receiver_id = :party and flow = 'premium' and stage = 'due' and booked_on between :first and :last
  union all
  select policy_id, txn_id, -amount, currency, receiver_id from transfer
  where payer_id = :party and flow = 'premium' and stage = 'due' and booked_on between :first and :last
),
own as (
  select m.policy_id, m.txn_id, sum(amount) filter (where o.kind <> all (cast(:serving as text[]))) as own,
    sum(-amount) filter (where o.kind = any (cast(:serving as text[]))) as commission, min(m.currency) as currency
  from moved m join party o on o.id = m.other where m.policy_id is not null group by m.policy_id, m.txn_id
)
select p.number, h.name_zh, h.name_en, min(s.valid_from) as valid_from, max(s.valid_to) as valid_to,
  (array_agg(s.fields order by s.seq desc))[1] as fields, coalesce(sum(s.premium), 0)::bigint as premium,
  coalesce(sum(o.own), 0)::bigint as own, coalesce(sum(o.commission), 0)::bigint as commission,
  min(o.currency) as currency
from own o join policy p on p.id = o.policy_id join party h on h.id = p.holder_id
left join lateral (
  select min(valid_from) as valid_from, max(valid_to) as valid_to, sum(premium) as premium, max(seq) as seq,
    (array_agg(fields order by seq desc))[1] as fields
  from segment where policy_id = o.policy_id and txn_id = o.txn_id
) as s on true
where {_OF_PROGRAMME.format("p")}
group by p.id, h.id order by p.id
"""
_LOSSES = f"""
with own as (
  select claim_id,
    sum(case when payer_id = :party then amount else -amount end) filter (where stage = 'due') as due,
    sum(case when payer_id = :party then amount else -amount end) filter (where stage = 'paid') as paid,
    sum(case when payer_id = :party then amount else -amount end) filter (where stage = 'reserved') as reserved,
    min(currency) as currency
  from transfer
  where (payer_id = :party or receiver_id = :party) and flow = 'losses' and claim_id is not null
    and booked_on <= :last
  group by claim_id having max(booked_on) >= :first
)
select c.number, p.number as policy, c.occurred, coalesce(o.due, 0)::bigint as due,
  coalesce(o.paid, 0)::bigint as paid, coalesce(o.reserved, 0)::bigint as reserved, o.currency, e.amount
from own o join claim c on c.id = o.claim_id left join policy p on p.id = c.policy_id
left join lateral (
  select case when e.kind = 'declined' then '0' else e.body ->> 'amount' end as amount
  from claim_event e join txn t on t.id = e.txn_id
  where e.claim_id = c.id and e.kind in ('accepted', 'declined', 'reserved') and t.booked_on <= :last
  order by e.seq desc limit 1
) as e on true
where {_OF_PROGRAMME.format("c")}
order by c.id
"""


@dataclass(frozen=True, slots=True)
class Written:
    """A policy's premium of some days, refunds within it, in whole fen. sum_insured: None where no field states it.

    premium: for all parties. own: what the party has of it, `commission` of which it passed on to services.
    last: the last day of cover.
    """

    policy: str
    insured: Text
    first: dt.date | None
    last: dt.date | None
    sum_insured: int | None
    premium: int
    own: int
    commission: int
    currency: str = "CNY"

    @property
    def share(self) -> Fraction:
        """The party's part of the premium."""
        return Fraction(self.own, self.premium) if self.premium else Fraction(0)


@dataclass(frozen=True, slots=True)
class Ceded:
    """A claim with what a party bears of it at the end of the days, in whole fen. loss: of all parties.

    due: owed by decisions. reserved: what is held back until there is one.
    """

    claim: str
    policy: str
    occurred: dt.date
    loss: int
    due: int
    paid: int
    reserved: int
    currency: str = "CNY"

    @property
    def own(self) -> int:
        """What the party bears: what is due, and what is reserved."""
        return self.due + self.reserved

    @property
    def outstanding(self) -> int:
        """What the party bears and has not paid."""
        return self.own - self.paid

    @property
    def share(self) -> Fraction:
        """The party's part of the loss."""
        return Fraction(self.own, self.loss) if self.loss else Fraction(0)


def premiums_of(
    connection: Connection, party: int, first: dt.date, last: dt.date, *, programme: str | None = None
) -> Iterator[Written]:
    """The policies whose premium of these days the party has a share of, in the order of their issue."""
    values = {"party": party, "first": first, "last": last, "programme": programme, "serving": sorted(SERVING)}
    for row in _streamed(connection, _PREMIUMS, values):
        yield Written(
            policy=row.number,
            insured=Text(row.name_zh, row.name_en),
            first=row.valid_from,
            last=None if row.valid_to is None else row.valid_to - dt.timedelta(days=1),
            sum_insured=_sum_insured(row.fields or {}),
            premium=row.premium or 0,
            own=row.own,
            commission=row.commission,
            currency=row.currency,
        )


def losses_of(
    connection: Connection, party: int, first: dt.date, last: dt.date, *, programme: str | None = None
) -> Iterator[Ceded]:
    """The claims that moved something for the party in these days, as they stand at the end of the last."""
    values = {"party": party, "first": first, "last": last, "programme": programme}
    for row in _streamed(connection, _LOSSES, values):
        yield Ceded(
            claim=row.number,
            policy=row.policy or "",
            occurred=row.occurred,
            loss=whole_fen(row.amount) or 0,
            due=row.due,
            paid=row.paid,
            reserved=row.reserved,
            currency=row.currency,
        )


def whole_fen(written: str | None) -> int | None:
    """An amount as written, in whole fen, half a fen up; None where it is no number."""
    number = None if written is None else read_number(written)
    return None if number is None else (number * 100 + Fraction(1, 2)).__floor__()


def _sum_insured(fields: dict[str, str]) -> int | None:
    return next((whole_fen(fields[name]) for name in _SUMS if name in fields), None)


def _streamed(connection: Connection, query: str, values: dict[str, object]) -> Iterator[Row[tuple[object, ...]]]:
    """Rows as they come, so that any number of them takes the same room."""
    options = {"stream_results": True, "yield_per": _BLOCK}
    with connection.execute(text(query), values, execution_options=options) as rows:
        yield from rows
