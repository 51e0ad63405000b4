"""Recorded cases as business on the book: every party's account, in whole and as that party itself sees it."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from book.claims_book import opened_book, replay_case
from quanyu.book import tables as t
from quanyu.book.access import seen_as
from quanyu.book.balances import trial_balance
from quanyu.book.bordereaux import losses_of
from quanyu.book.registers import REGISTERS, register
from quanyu.book.statements import statement_of
from quanyu.store import Store

ROOT = Path(__file__).resolve().parents[2]
CHOSEN = (
    "ningbo/fulong-rural-mutual/call-on-members",
    "ningbo/public-catastrophe/limit-exhausted-2016",
    "shanghai/ic-pool/fire-2023",
)
FIRST, LAST = dt.date(2000, 1, 1), dt.date(2100, 1, 1)


def parties(connection: Connection) -> list[int]:
    return [int(number) for number in connection.execute(select(t.party.c.id)).scalars()]


def numbers(connection: Connection, kind: str, party: int | None) -> list[object]:
    """Which rows are listed. The amounts of a claim are those that the reader sees: of a member, its own share."""
    return [row[0] for row in register(connection, kind, party=party)]


@pytest.mark.parametrize("name", CHOSEN)
def test_every_account_of_a_case(name: str, store: Store) -> None:
    replay_case(opened_book(store), ROOT / "programmes" / f"{name}.case")
    x = t.transfer.c
    with store.begin() as connection:
        assert trial_balance(connection).difference == 0
        moved, owed, entries = 0, 0, 0
        for party in parties(connection):
            plain = statement_of(connection, party, FIRST, LAST)
            losses = list(losses_of(connection, party, FIRST, LAST))
            lists = {kind: numbers(connection, kind, party) for kind in REGISTERS if kind != "parties"}
            with seen_as(connection, party):
                assert statement_of(connection, party, FIRST, LAST) == plain
                assert list(losses_of(connection, party, FIRST, LAST)) == losses
                for kind, rows in lists.items():
                    assert numbers(connection, kind, None) == rows, kind
            moved += sum(line.received for line in plain.lines)
            entries += sum(line.entries for line in plain.lines)
            owed += sum(plain.closing(currency) for currency in plain.currencies)
        whole, count = connection.execute(select(func.sum(x.amount), func.count())).one()
    assert owed == 0
    assert moved == whole
    assert entries == 2 * count
