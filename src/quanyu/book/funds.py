"""Accounts of programmes, such as a catastrophe fund: what each held, took in, gave out and holds."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.statements import Line, Name, Section, Statement, names_of, statement_of

__all__ = ["Fund", "fund_of", "funds_of"]


@dataclass(frozen=True)
class Fund:
    """An account over some days, in whole fen of one currency. statement: of the account as a party.

    It stands by what is due, as the steps of its programme draw on it; `unpaid` of it has not moved yet.
    """

    statement: Statement
    currency: str
    owner: Name | None

    @property
    def opening(self) -> int:
        """What it held before the first day."""
        return _balance(self._due(self.statement.before))

    @property
    def closing(self) -> int:
        """What it holds at the end of the last day."""
        return self.opening + _balance(self._due(self.statement.lines))

    @property
    def unpaid(self) -> int:
        """What it holds that it has not been paid, less what it owes and has not paid."""
        return self.statement.closing(self.currency)

    def movements(self, first: dt.date) -> dict[tuple[Section, str], tuple[int, int]]:
        """What it took in and gave out from a day on, by section and label."""
        sums: dict[tuple[Section, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for line in self._due(self.statement.lines):
            if line.day is not None and line.day >= first:
                received, given = sums[line.section, line.label]
                sums[line.section, line.label] = (received + line.received, given + line.given)
        return dict(sums)

    def other_side(self, section: Section, label: str) -> tuple[Name, ...]:
        """The parties that gave or received under a label, those who are named by a programme."""
        mine = [line for line in self._due(self.statement.lines) if (line.section, line.label) == (section, label)]
        sides = dict.fromkeys(line.counterparty for line in mine)
        return tuple(self.statement.names[one] for one in sides if one is not None)

    def _due(self, lines: tuple[Line, ...]) -> list[Line]:
        return [line for line in lines if line.stage == "due" and line.currency == self.currency]


def _balance(lines: list[Line]) -> int:
    return sum(line.received - line.given for line in lines)


def fund_of(
    connection: Connection, party: int, first: dt.date, last: dt.date, *, known: dt.datetime | None = None
) -> list[Fund]:
    """An account over some days, once for each of its currencies."""
    statement = statement_of(connection, party, first, last, known=known)
    owner = connection.execute(select(t.party.c.owner_id).where(t.party.c.id == party)).scalar()
    names = {} if owner is None else names_of(connection, [owner])
    return [Fund(statement, currency, names.get(owner or 0)) for currency in statement.currencies]


def funds_of(connection: Connection, programme: str | None = None) -> list[int]:
    """The accounts of a programme, or of all of them."""
    p, r = t.party.c, t.party_role.c
    query = select(p.id).where(p.kind == "account").order_by(p.code)
    if programme is not None:
        versions = t.party_role.join(t.programme_version).join(t.programme)
        of = select(r.party_id).select_from(versions).where(t.programme.c.code == programme)
        query = query.where(p.id.in_(of))
    return [int(n) for n in connection.execute(query).scalars()]
