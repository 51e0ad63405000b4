"""What settlement is told of the premium in the book: of which period it is, on which risk."""

import datetime as dt

import pytest

from book.policy_book import Desk
from quanyu.book.endorsing import endorse
from quanyu.book.premiums import premium_rows
from quanyu.store import Store

D = dt.date


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def test_an_endorsement_in_the_next_year_leaves_the_premium_in_the_year_of_its_policy(desk: Desk) -> None:
    version = desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 7, 1))
    desk.act(lambda j: endorse(j, desk.library, policy.number, start=D(2027, 2, 1), fields={"sum": "20万"}))
    (row,) = desk.read(lambda c: premium_rows(c, desk.library.version(c, version)))
    assert (str(row["period"]), str(row["sum"]), str(row["amount"])) == ("2026", "20万", "1410.96")
