"""Laws of revisions: whatever the order in which facts became known, what is due in the end is of the last facts."""

import datetime as dt
from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from book.claims_book import ClaimsBook
from book.test_claims import founded, noticed, stated
from quanyu.book.claims import locked
from quanyu.book.deciding import Decision, decide, decide_together
from quanyu.book.ledger import netted
from quanyu.book.paying import Payment, outstanding, pay
from quanyu.book.reserving import reserve_claim
from quanyu.store import Store

DAY = dt.date(2026, 4, 1)
DEPTHS = st.sampled_from(["10", "30", "75", "120"])
STEPS = st.lists(st.tuples(st.integers(0, 3), DEPTHS, st.booleans()), min_size=1, max_size=7)


def owed(book: ClaimsBook, numbers: list[str]) -> dict[tuple[int, int, int], int]:
    """What is due between two parties of each claim, the claims by their places."""
    found: dict[tuple[int, int, int], int] = defaultdict(int)
    with book.store.begin() as connection:
        places = {locked(connection, number).id: n for n, number in enumerate(numbers)}
    for money in book.money("due", "losses"):
        if money.claim_id in places:
            found[places[money.claim_id], money.payer_id, money.receiver_id] += money.amount
    return dict(found)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_any_order_of_revisions_ends_as_the_last_facts_at_once(
    store_server: object, store_template: str, steps: list[tuple[int, str, bool]]
) -> None:
    from quanyu.store import open_store
    from store_server import fresh_database

    with fresh_database(store_server, store_template) as url, open_store(url) as opened:  # type: ignore[arg-type]
        book, _ = founded(opened)
        numbers = [noticed(book) for _ in range(4)]
        last: dict[int, str] = {}
        for place, depth, paid in steps:
            stated(book, numbers[place], depth=depth)
            amount = book.act(decide, book.library, numbers[place], Decision(determined=DAY))
            last[place] = depth
            if paid and amount:
                _pay_all(book, numbers[place])
        revised = owed(book, numbers)
    with fresh_database(store_server, store_template) as url, open_store(url) as opened:  # type: ignore[arg-type]
        book, _ = founded(opened)
        numbers = [noticed(book) for _ in range(4)]
        for place, depth in last.items():
            stated(book, numbers[place], depth=depth)
        book.act(decide_together, book.library, {numbers[n]: Decision(determined=DAY) for n in last})
        assert owed(book, numbers) == revised


def _pay_all(book: ClaimsBook, number: str) -> None:
    with book.store.begin() as connection:
        left = outstanding(connection, locked(connection, number))
    if left:
        book.act(pay, number, Payment())
    with book.store.begin() as connection:
        assert outstanding(connection, locked(connection, number)) == []


FUND = """
programme: test.claims
version: 2026-01-01
name: {zh: 试验方案, en: Trial}
family: property
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
queue: {by: determined}
parties: {city: {kind: government}}
accounts: {fund: {opening: 1000}}
insured: {unit: house, enrolment: policies, fields: {sum_insured: money}}
facts: {assessed: {type: money}}
covers: {home: {pays: assessed}}
losses: {from: [{as: fund, party: fund}, {as: last, party: city}], to: [{as: house, party: insured}]}
examples: [{cover: home, env: {assessed: 1}, expect: 1}]
"""


def test_what_a_fund_gave_stands_when_another_claim_is_revised(store: Store) -> None:
    book, version = founded(store, FUND)
    names = {party: name for name, party in version.roles.items()}
    first, second, third = (noticed(book, "home") for _ in range(3))

    def settled(number: str, assessed: str, day: dt.date) -> dict[tuple[int, str], int]:
        stated(book, number, assessed=assessed)
        book.act(decide, book.library, number, Decision(), booked=day)
        borne = owed(book, [first, second, third])
        return {(place, names[payer]): amount // 100 for (place, payer, _), amount in borne.items() if payer in names}

    settled(first, "800", DAY)
    before = settled(second, "800", DAY + dt.timedelta(days=1))
    assert before == {(0, "fund"): 800, (1, "fund"): 200, (1, "city"): 600}
    after = settled(first, "300", DAY + dt.timedelta(days=5))
    assert after == {(0, "fund"): 300, (1, "fund"): 200, (1, "city"): 600}
    last = settled(third, "600", DAY + dt.timedelta(days=6))
    assert last == {**after, (2, "fund"): 500, (2, "city"): 100}


def test_reserves_set_and_released_leave_nothing(store: Store) -> None:
    book, _ = founded(store)
    numbers = [noticed(book) for _ in range(3)]
    for number, amounts in zip(numbers, (["100", "33.33", "0"], ["4999.99"], ["7", "3000"]), strict=True):
        for amount in amounts:
            book.act(reserve_claim, book.library, number, amount)
    for number in numbers[1:]:
        book.act(decide, book.library, number, Decision(amounts={"flood": "12.34"}))
    assert netted(book.money("reserved")) == []
    with store.begin() as connection:
        query = "select count(*) from transfer where stage = 'reserved'"
        assert connection.execute(text(query)).scalar_one() > 0
