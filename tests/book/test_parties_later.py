"""Who comes to pay or receive premium after the issue sees the policy from then on, and nobody else does."""

import datetime as dt

import pytest
from sqlalchemy import Connection, select

from book.clerks import NOON, sound
from book.policy_book import Desk
from book.worlds import count
from quanyu.book import tables as t
from quanyu.book.access import seen_as
from quanyu.book.claims import Notice, notify
from quanyu.book.endorsing import cancel, endorse
from quanyu.book.records import record_of
from quanyu.book.standing import Policy
from quanyu.desk.booking import Book
from quanyu.store import Store
from quanyu.store.evidence.tables import leaf

START = dt.date(2026, 2, 1)
LARGE_ONLY = (
    "{base: sum * 1%, from: [{as: subsidy, party: city, when: sum > 2万, share: 40%}, {as: own, party: insured}],"
    " to: [{as: risk, party: insurer}]}"
)
BUDGET = (
    "{base: sum * 1%, from: [{as: subsidy, party: city, share: 50%, cap: {period: 100}}, {as: own, party: insured}],"
    " to: [{as: risk, party: insurer}]}"
)
SEEN = ("transfer", "policy", "segment", "claim", "policy_party")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def seen(desk: Desk, code: str) -> list[int]:
    def read(connection: Connection) -> list[int]:
        me = connection.execute(select(t.party.c.id).where(t.party.c.code == code)).scalar_one()
        with seen_as(connection, me):
            return [count(connection, table) for table in SEEN]

    return desk.read(read)


def enlarged(desk: Desk, policy: Policy, amount: str, start: dt.date = START) -> None:
    desk.act(lambda j: endorse(j, desk.library, policy.number, start=start, fields={"sum": amount}))


def test_a_payer_that_an_endorsement_brings_in_sees_the_policy_and_its_claims(desk: Desk) -> None:
    desk.publish({"premium": LARGE_ONLY})
    policy, other = desk.issue({"sum": "1万"}, START), desk.issue({"sum": "1万"}, START, holder="李四")
    for number in (policy.number, other.number):
        notice = Notice("t.farm", dt.date(2026, 3, 1), dt.date(2026, 3, 2), policy=number, keys={"cover": "home"})
        desk.today = dt.date(2026, 3, 2)
        desk.act(lambda j, notice=notice: notify(j, desk.library, notice))  # type: ignore[misc]
    assert seen(desk, "市财政") == [0, 0, 0, 0, 0]
    enlarged(desk, policy, "3万")
    assert seen(desk, "市财政") == [1, 1, 2, 1, 1]
    assert seen(desk, "甲保险")[1:4] == [2, 3, 2]
    assert seen(desk, "李四") == [1, 1, 1, 1, 0]
    enlarged(desk, policy, "4万", dt.date(2026, 6, 1))
    assert seen(desk, "市财政")[1:] == [1, 3, 1, 1]
    sound(Book(desk.store, lambda: NOON, "clerk"))


def test_the_record_of_the_act_names_who_came_in(desk: Desk) -> None:
    desk.publish({"premium": LARGE_ONLY})
    policy = desk.issue({"sum": "1万"}, START)
    enlarged(desk, policy, "3万")

    def records(connection: Connection) -> list[bool]:
        found = connection.execute(select(leaf.c.txn_id).where(leaf.c.kind == "policy").order_by(leaf.c.seq))
        return [b'"policy_party":[{' in record_of(connection, txn, "policy", policy.id) for txn in found.scalars()]

    assert desk.read(records) == [False, True]


def test_a_payer_whose_budget_has_room_again_sees_the_policy(desk: Desk) -> None:
    desk.publish({"premium": BUDGET})
    first, second = desk.issue({"sum": "2万"}, START), desk.issue({"sum": "2万"}, START, holder="李四")
    assert seen(desk, "市财政")[1] == 1
    desk.act(lambda j: cancel(j, desk.library, first.number, start=START))
    enlarged(desk, second, "4万")
    assert seen(desk, "市财政")[1] == 2
