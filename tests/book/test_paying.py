"""A payment beside a settlement that moves what it pays."""

import datetime as dt
from typing import Any

from sqlalchemy import event

from book.test_claims import founded, noticed, stated
from quanyu.book.claims import locked
from quanyu.book.deciding import Decision, decide
from quanyu.book.paying import Payment, outstanding, pay
from quanyu.store import Store


def test_what_is_due_less_since_it_was_looked_at_is_not_paid(store: Store) -> None:
    book, _ = founded(store)
    first, earlier = noticed(book), noticed(book)
    for number in (first, earlier):
        stated(book, number, depth="120")
    book.act(decide, book.library, first, Decision())
    between: list[str] = []

    def decided(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "FROM transfer" in statement and not between:
            between.append(earlier)
            book.act(decide, book.library, earlier, Decision(determined=dt.date(2026, 3, 2)))

    event.listen(store.engine, "after_cursor_execute", decided)
    assert book.act(pay, first, Payment()) == 200_000
    assert between
    with store.begin() as connection:
        claim = locked(connection, first)
        assert outstanding(connection, claim) == []


def test_a_part_payment_goes_to_all_that_is_due_pro_rata(store: Store) -> None:
    book, version = founded(store)
    number = noticed(book)
    stated(book, number, depth="75")
    book.act(decide, book.library, number, Decision())
    book.act(pay, number, Payment("250.01"))
    names = {party: name for name, party in version.roles.items()}
    paid = {names[money.payer_id]: money.amount for money in book.money("paid", "losses")}
    assert paid == {"first": 150_01, "second": 100_00}
