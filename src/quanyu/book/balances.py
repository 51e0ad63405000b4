"""The trial balance: what every party received and gave. In each stage and currency the whole comes to nothing.

A transfer is one row with one amount, its payer and its receiver, so both sides are written together or not at all; the
schema lets no amount below one fen in, no party pay itself, nobody who is not in the book, and no change afterwards.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from quanyu.book.standing import AsKnown
from quanyu.book.statements import Name, known_of, named_parties, names_of

__all__ = ["Balance", "TrialBalance", "trial_balance"]

_BALANCES = """
select stage, currency, party, sum(received)::bigint as received, sum(given)::bigint as given
from (
  select stage, currency, case when payer_id = any (cast(:named as bigint[])) then payer_id end as party,
    0 as received, sum(amount) as given
  from transfer where {known} group by 1, 2, 3
  union all
  select stage, currency, case when receiver_id = any (cast(:named as bigint[])) then receiver_id end, sum(amount), 0
  from transfer where {known} group by 1, 2, 3
) as sides
group by stage, currency, party order by stage, currency, party nulls last
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a party received and gave in a stage. party: None for all whom no programme names."""

    stage: str
    currency: str
    party: Name | None
    received: int
    given: int


@dataclass(frozen=True)
class TrialBalance:
    """Every party's balance in every stage and currency."""

    balances: tuple[Balance, ...]

    @property
    def difference(self) -> int:
        """What all parties received beyond what all gave; anything but 0 is a fault of the database."""
        return max((abs(sum(b.received - b.given for b in group)) for group in self._groups()), default=0)

    def _groups(self) -> Iterable[list[Balance]]:
        keys = {(b.stage, b.currency) for b in self.balances}
        return ([b for b in self.balances if (b.stage, b.currency) == key] for key in sorted(keys))


def trial_balance(connection: Connection, seen: AsKnown | None = None) -> TrialBalance:
    """The balance of every party, as at a day and as known at a time."""
    known, values = known_of(seen or AsKnown())
    named = {"named": named_parties(connection)}
    rows = connection.execute(text(_BALANCES.format(known=known)), values | named).all()
    names = names_of(connection, {row.party for row in rows if row.party is not None})
    return TrialBalance(
        tuple(Balance(row.stage, row.currency, names.get(row.party), row.received, row.given) for row in rows)
    )
