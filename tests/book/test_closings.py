"""Closing the books: nothing more on days that are closed, also while others write."""

import datetime as dt
import threading

import pytest
from sqlalchemy.exc import DBAPIError

from book.worlds import World, act, found
from quanyu.book import Journal, Money, Refused
from quanyu.book.closings import books_closed, close_books, closed_through, open_day
from quanyu.book.statements import statement_of
from quanyu.store import Store

JUNE, JULY = dt.date(2026, 6, 30), dt.date(2026, 7, 5)


def pay_in(world: World, amount: int = 100) -> Money:
    return Money("due", "fund", "in", world.parties["city"], world.parties["reserve"], amount, version_id=world.version)


def test_nothing_is_booked_into_closed_days_and_what_is_late_falls_into_the_next(store: Store) -> None:
    world = found(store)
    act(store, JULY, lambda journal: close_books(journal, JUNE))
    with store.begin() as connection:
        assert closed_through(connection) == JUNE
        assert open_day(connection, dt.date(2026, 5, 2)) == dt.date(2026, 7, 1)
        assert open_day(connection, JULY) == JULY
        june = statement_of(connection, world.parties["city"], dt.date(2026, 1, 1), JUNE)
    with pytest.raises(DBAPIError, match="closed through 2026-06-30"):
        act(store, JULY, lambda journal: journal.move(pay_in(world)), booked=JUNE)
    act(store, JULY, lambda journal: journal.move(pay_in(world)), booked=dt.date(2026, 7, 1))
    with store.begin() as connection:
        assert statement_of(connection, world.parties["city"], dt.date(2026, 1, 1), JUNE) == june
        july = statement_of(connection, world.parties["city"], dt.date(2026, 7, 1), JULY)
        assert july.closing() == june.closing() - 100


@pytest.mark.parametrize(
    ("through", "code"), [(JUNE, "closed-before"), (dt.date(2026, 3, 1), "closed-before"), (JULY, "closing-too-early")]
)
def test_a_closing_goes_forward_and_stays_behind_today(store: Store, through: dt.date, code: str) -> None:
    found(store)
    act(store, JULY, lambda journal: close_books(journal, JUNE))
    with pytest.raises(Refused) as refused:
        act(store, JULY, lambda journal: close_books(journal, through))
    assert [finding.code for finding in refused.value.findings] == [code]


def test_a_day_of_the_books_that_is_still_to_come_closes_nothing_that_is(store: Store) -> None:
    found(store)
    with pytest.raises(Refused) as refused:
        act(store, JULY, lambda journal: close_books(journal, dt.date(2098, 12, 31)), booked=dt.date(2099, 1, 1))
    assert [finding.code for finding in refused.value.findings] == ["closing-too-early"]


def test_the_finding_names_the_next_day() -> None:
    assert books_closed(JUNE, JUNE).code == "books-closed"
    assert "2026-07-01" in books_closed(JUNE, JUNE).remedy.en


def test_an_act_that_is_being_written_is_waited_for_and_a_later_one_is_refused(store: Store) -> None:
    world = found(store)
    written, closed, problems = threading.Event(), threading.Event(), list[BaseException]()

    def slowly(journal: Journal) -> None:
        journal.move(pay_in(world))
        journal.begin()
        written.set()
        assert not closed.wait(0.5)

    def closing() -> None:
        written.wait(10)
        act(store, JULY, lambda journal: close_books(journal, JUNE))
        closed.set()

    def late() -> None:
        try:
            act(store, JULY, lambda journal: journal.move(pay_in(world)), booked=JUNE)
        except DBAPIError as error:
            problems.append(error)

    threads = [threading.Thread(target=act, args=(store, JULY, slowly), kwargs={"booked": JUNE})]
    threads.append(threading.Thread(target=closing))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    late()
    assert closed.is_set()
    assert len(problems) == 1
    with store.begin() as connection:
        june = statement_of(connection, world.parties["reserve"], dt.date(2026, 1, 1), JUNE)
    assert june.closing() == 100
