"""Policies of several years go year by year; premium at the end is booked then; each version has its own budget."""

import datetime as dt

import polars as pl
import pytest

from book.mass_book import issue_frame
from book.policy_book import Desk, programme, refusal
from quanyu.book import Refused
from quanyu.book.endorsing import extend
from quanyu.book.populations import period_premium, premium_reference
from quanyu.book.renewing import Renewal, renew
from quanyu.book.succession import budgets_apart, publish_version
from quanyu.store import Store
from quanyu.terms import Severity

D = dt.date
START = D(2026, 2, 1)
YEARS = {"period": "{from: 2026-01-01, to: 2030-12-31, each: policy, years: 3}"}
AT_END = "{amount: 100, each: period, at: end, from: [{as: own, party: city}], to: [{as: risk, party: insurer}]}"


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def test_a_policy_of_three_years_is_issued_a_year_at_a_time_and_renewed(desk: Desk) -> None:
    desk.publish(YEARS)
    assert refusal(lambda: desk.quote({"sum": "1万"}, START, D(2029, 1, 31))) == {"year-by-year"}
    assert refusal(lambda: desk.quote({"sum": "1万"}, START, D(2027, 2, 1))) == {"year-by-year"}
    policy = desk.issue({"sum": "1万"}, START)
    later = D(2027, 6, 30)
    longer = refusal(lambda: desk.act(lambda j: extend(j, desk.library, policy.number, until=later)))
    assert longer == {"year-by-year"}
    desk.today = D(2027, 1, 20)
    following = desk.act(lambda j: renew(j, desk.library, policy.number, Renewal())).policy
    assert following is not None
    assert (following.segments[0].valid_from, following.segments[0].valid_to) == (D(2027, 2, 1), D(2028, 2, 1))


def test_rows_of_more_than_a_year_are_named(desk: Desk) -> None:
    desk.publish(YEARS)
    row = {"programme": "t.farm", "holder": "甲", "start": "2026-02-01", "sum": "1万"}
    ends = ["2027-01-31", "2027-02-01", "2029-01-31"]
    frame = pl.DataFrame([{**row, "policy": f"T{n}", "end": end} for n, end in enumerate(ends)])
    with pytest.raises(Refused) as refused:
        desk.act(lambda j: issue_frame(j, desk.library, frame))
    assert [one.code for one in refused.value.findings] == ["year-by-year"] * 2
    assert desk.act(lambda j: issue_frame(j, desk.library, frame[:1])).policies == 1


def test_premium_at_the_end_waits_for_the_last_day(desk: Desk) -> None:
    desk.publish({"premium": AT_END, "insured": "{enrolment: none}", "examples": "[{rate: {}, expect: 100}]"})
    reference = premium_reference("t.farm", "2026")

    def book() -> int:
        moved = desk.act(lambda j: period_premium(j, desk.library, "t.farm", 2026), reference=reference)
        return sum(money.amount for money in moved)

    desk.today = D(2026, 12, 30)
    assert refusal(book) == {"premium-at-end"}
    desk.today = D(2026, 12, 31)
    assert book() == 100_00


def test_policies_with_premium_at_the_end_are_not_published(desk: Desk) -> None:
    one = programme({"premium": AT_END.replace("each: period", "each: policy")})
    assert refusal(lambda: desk.act(lambda j: publish_version(j, desk.library, one))) == {"premium-at-end"}


def test_a_budget_that_two_versions_state_is_each_ones_own_and_said_so(desk: Desk) -> None:
    budget = (
        "{base: sum * 1%, from: [{as: subsidy, party: city, share: 50%, cap: {period: 100}},"
        " {as: own, party: insured}], to: [{as: risk, party: insurer}]}"
    )
    second = {
        "premium": budget, "version": "2026-07-01", "period": "{from: 2026-07-01, to: 2027-12-31, each: policy}",
    }  # fmt: skip
    desk.publish({"premium": budget, "period": "{from: 2026-01-01, to: 2026-06-30, each: policy}"})
    desk.publish(second)
    later = programme({"programme": "t.farm", **second})
    (note,) = desk.read(lambda c: list(budgets_apart(c, desk.library, later)))
    assert (note.code, note.severity) == ("budget-of-its-own", Severity.INFO)
    assert "`subsidy`" in note.reason.en
    for start in (START, D(2026, 8, 1)):
        policy = desk.issue({"sum": "2万"}, start)
        query = f"select sum(amount) from transfer where label = 'subsidy' and policy_id = {policy.id}"
        assert desk.read(lambda c, query=query: c.exec_driver_sql(query).scalar()) == 100_00  # type: ignore[misc]
