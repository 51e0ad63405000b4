"""Clocks of claims: days from the notice, what was promised, what is overdue; a claim shown; the list."""

import datetime as dt

import pytest

from book.claims_book import ClaimsBook
from book.test_claims import PROGRAMME, founded, noticed, stated
from quanyu.book.act import Refused
from quanyu.book.claims import Notice, notify
from quanyu.book.clocks import Clock, clocks
from quanyu.book.deciding import Decision, decide
from quanyu.book.dossier import dossier_of, summaries
from quanyu.book.paying import Payment, pay
from quanyu.book.standing import AsKnown
from quanyu.store import Store

PROMISED = PROGRAMME.replace("examples:", "promises: {decision: 10 days, payment: 1 month}\nexamples:")


def day(number: int, month: int = 3) -> dt.date:
    return dt.date(2026, month, number)


def seen(book: ClaimsBook, now: dt.date, *, overdue: bool = False) -> list[Clock]:
    with book.store.begin() as connection:
        return clocks(connection, book.library, now, overdue=overdue)


def test_an_undecided_claim_is_overdue_after_the_promised_days(store: Store) -> None:
    book, _ = founded(store, PROMISED)
    number = noticed(book)
    (clock,) = seen(book, day(12))
    assert (clock.number, clock.reported, clock.decide_by, clock.pay_by) == (number, day(2), day(12), day(2, 4))
    assert (clock.days_to_decision, clock.days_to_payment, clock.overdue) == (10, 10, False)
    (clock,) = seen(book, day(13), overdue=True)
    assert clock.late_decision
    assert not clock.late_payment


def test_a_decision_stops_its_clock_and_full_payment_the_other(store: Store) -> None:
    book, _ = founded(store, PROMISED)
    number = noticed(book)
    stated(book, number, depth="75")
    book.act(decide, book.library, number, Decision(), booked=day(20))
    book.act(pay, number, Payment("400"), booked=day(25))
    (clock,) = seen(book, day(3, 4))
    assert (clock.decided, clock.days_to_decision, clock.late_decision) == (day(20), 18, True)
    assert (clock.paid, clock.late_payment, clock.overdue) == (None, True, True)
    book.act(pay, number, Payment(), booked=day(1, 4))
    (clock,) = seen(book, day(3, 5))
    assert (clock.paid, clock.days_to_payment, clock.late_payment, clock.overdue) == (day(1, 4), 30, False, False)


def test_clocks_and_claims_of_an_earlier_day_are_those_of_that_day(store: Store) -> None:
    book, _ = founded(store, PROMISED)
    notice = Notice("test.claims", day(1), day(2), policy="P1", keys={"cover": "flood"})
    number = book.act(notify, book.library, notice, booked=day(2)).number
    stated(book, number, depth="75")
    book.act(decide, book.library, number, Decision(), booked=day(20))
    book.act(pay, number, Payment("400"), booked=day(25))
    book.act(pay, number, Payment(), booked=day(1, 4))
    for on, state, due, paid, last in (
        (day(19), "open", 0, 0, None),
        (day(20), "accepted", 100_000, 0, None),
        (day(30), "accepted", 100_000, 40_000, None),
        (day(2, 4), "accepted", 100_000, 100_000, day(1, 4)),
    ):
        (clock,) = seen(book, on)
        assert (clock.decided, clock.paid) == (None if state == "open" else day(20), last)
        with book.store.begin() as connection:
            dossier = dossier_of(connection, number, AsKnown(booked=on))
            (line,) = summaries(connection, "test.claims", seen=AsKnown(booked=on))
        assert (dossier.state, sum(o.due for o in dossier.money), sum(o.paid for o in dossier.money)) == (
            state, due, paid,
        )  # fmt: skip
        assert (line.state, line.due, line.paid) == (state, due, paid)
    with book.store.begin() as connection:
        early = AsKnown(booked=dt.date(2025, 12, 31))
        assert summaries(connection, "test.claims", seen=early) == []
        with pytest.raises(Refused):
            dossier_of(connection, number, early)


def test_a_declined_claim_waits_for_no_payment(store: Store) -> None:
    book, _ = founded(store, PROMISED)
    number = noticed(book)
    book.act(decide, book.library, number, Decision(accepted=False), booked=day(5))
    (clock,) = seen(book, day(1, 12))
    assert (clock.days_to_payment, clock.late_payment, clock.overdue) == (None, False, False)


def test_a_claim_is_shown_whole(store: Store) -> None:
    book, version = founded(store, PROMISED)
    number = noticed(book)
    stated(book, number, depth="75")
    book.act(decide, book.library, number, Decision())
    book.act(pay, number, Payment("400"))
    with store.begin() as connection:
        dossier = dossier_of(connection, number)
        (line,) = summaries(connection, "test.claims")
    assert (dossier.state, dossier.policy, dossier.claimant.code) == ("accepted", "P1", "person/ada")
    assert [(one.line, one.values) for one in dossier.facts] == [("flood", {"depth": "75"})]
    assert [(one.kind, one.actor, one.reason) for one in dossier.happenings] == [
        ("notified", "clerk", "因故"),
        ("accepted", "clerk", "因故"),
        ("paid", "clerk", "因故"),
    ]
    money = {(one.payer.id, one.due, one.paid) for one in dossier.money}
    assert money == {(version.roles["first"], 60_000, 24_000), (version.roles["second"], 40_000, 16_000)}
    assert (line.number, line.state, line.due, line.paid) == (number, "accepted", 100_000, 40_000)
