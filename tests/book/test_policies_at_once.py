"""Several clerks at once: no budget is spent twice, no change of a policy is lost, no payment is booked twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from book.policy_book import Desk, refusal
from book.test_policies_life import due
from quanyu.book.collecting import collect, outstanding
from quanyu.book.endorsing import endorse
from quanyu.book.issuing import issue
from quanyu.book.standing import find_policy
from quanyu.book.underwriting import underwrite
from quanyu.store import Store

D = dt.date
BUDGET = (
    "{base: sum * 1%, day_count: actual/365, from: [{as: subsidy, party: city, share: 50%, cap: {period: 100}},"
    " {as: own, party: insured}], to: [{as: risk, party: insurer}]}"
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def test_a_budget_is_spent_once_by_clerks_at_once(desk: Desk) -> None:
    desk.publish({"premium": BUDGET})
    quotes = [desk.quote({"sum": "8000"}, D(2026, 1, 1), holder=f"h{n}") for n in range(8)]

    def issued(number: str) -> int:
        desk.act(lambda j: underwrite(j, desk.library, number))
        return desk.act(lambda j: issue(j, desk.library, number)).id

    with ThreadPoolExecutor(4) as clerks:
        policies = list(clerks.map(issued, quotes))
    paid = [-due(desk, policy).get("市财政", 0) for policy in policies]
    assert sorted(paid, reverse=True) == [4000, 4000, 2000, 0, 0, 0, 0, 0]
    later = desk.issue({"sum": "8000"}, D(2027, 1, 1))
    assert -due(desk, later.id)["市财政"] == 4000


def test_two_changes_of_a_policy_at_once_both_count(desk: Desk) -> None:
    desk.publish()
    number = desk.issue({"sum": "36500", "age": "1"}, D(2026, 1, 1)).number

    def changed(fields: dict[str, str]) -> int:
        return desk.act(lambda j: endorse(j, desk.library, number, start=D(2026, 1, 1), fields=fields)).premium

    with ThreadPoolExecutor(2) as clerks:
        list(clerks.map(changed, [{"sum": "73000"}, {"age": "2"}]))
    policy = desk.read(lambda c: find_policy(c, number))
    assert policy.premium == 730_00 == due(desk, policy.id)["甲保险"]
    assert policy.segments[-1].fields == {"sum": "73000", "age": "2"}


def test_one_payment_booked_by_two_is_booked_once(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))

    def paid(_: int) -> set[str]:
        return refusal(lambda: desk.act(lambda j: collect(j, policy.number, payer_id=policy.holder_id)))

    with ThreadPoolExecutor(2) as clerks:
        assert sorted(map(len, clerks.map(paid, range(2)))) == [0, 1]
    assert [m.payer_id for m in desk.read(lambda c: outstanding(c, policy.id))] != [policy.holder_id]
