"""A changed risk is held against the rules of underwriting as a new one is; nothing is covered or charged twice."""

import datetime as dt

import pytest

from book.policy_book import Desk, refusal
from quanyu.book.endorsing import endorse, extend, reinstate
from quanyu.book.renewing import Renewal, renew
from quanyu.book.standing import Policy
from quanyu.store import Store

START, LATER = dt.date(2026, 2, 1), dt.date(2026, 6, 1)
RULES = (
    "{decline: [{when: age > 80, because: {zh: 超龄, en: too old}}],"
    " refer: [{when: sum > 5万, because: {zh: 额度, en: large}}]}"
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def endorsed(desk: Desk, policy: Policy, fields: dict[str, str], by: str | None = None, actor: str = "") -> Policy:
    def work(journal: object) -> Policy:
        return endorse(journal, desk.library, policy.number, start=LATER, fields=fields, proposed_by=by)  # type: ignore[arg-type]

    return desk.act(work, actor=actor)


def test_a_change_is_declined_referred_or_taken(desk: Desk) -> None:
    desk.publish({"underwriting": RULES})
    policy = desk.issue({"sum": "1万", "age": "30"}, START)
    assert refusal(lambda: endorsed(desk, policy, {"age": "81"})) == {"declined"}
    assert refusal(lambda: endorsed(desk, policy, {"age": "81"}, "clerk", "chief")) == {"declined"}
    assert refusal(lambda: endorsed(desk, policy, {"sum": "9万"})) == {"not-accepted"}
    assert refusal(lambda: endorsed(desk, policy, {"sum": "9万"}, "chief", "chief")) == {"same-person"}
    assert endorsed(desk, policy, {"sum": "2万"}).segments[-1].fields["sum"] == "2万"
    assert endorsed(desk, policy, {"sum": "9万"}, "clerk", "chief").segments[-1].fields["sum"] == "9万"


def test_without_rules_one_person_changes_it(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "1万"}, START)
    assert endorsed(desk, policy, {"sum": "99万"}).premium > policy.premium


def test_a_renewal_follows_and_what_was_renewed_does_not_go_on(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "1万"}, START)
    early = Renewal(start=LATER)
    assert refusal(lambda: desk.act(lambda j: renew(j, desk.library, policy.number, early))) == {"covered-elsewhere"}
    assert desk.act(lambda j: renew(j, desk.library, policy.number)).policy is not None
    until = dt.date(2027, 4, 1)
    assert refusal(lambda: desk.act(lambda j: extend(j, desk.library, policy.number, until=until))) == {
        "renewed-before"
    }
    assert refusal(lambda: desk.act(lambda j: reinstate(j, desk.library, policy.number, start=LATER))) == {
        "renewed-before"
    }
    assert refusal(lambda: desk.act(lambda j: renew(j, desk.library, policy.number))) == {"renewed-before"}
