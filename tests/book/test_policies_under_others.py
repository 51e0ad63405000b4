"""Masters with members, open policies with declarations, programmes without policies, budgets that policies share."""

import datetime as dt

import pytest

from book.policy_book import Desk, refusal
from book.test_policies_life import due
from quanyu.book.collecting import outstanding
from quanyu.book.declarations import Declared, adjust, declare, open_cover
from quanyu.book.endorsing import cancel, endorse
from quanyu.book.ledger import booked
from quanyu.book.masters import Member, add_member, open_master, remove_member, schedule
from quanyu.book.parties import Person
from quanyu.book.populations import open_accounts, period_premium, premium_reference
from quanyu.book.quotes import Ask
from quanyu.book.renewing import renew
from quanyu.book.standing import Policy, find_policy
from quanyu.store import Store

D = dt.date
FIRM = Person("甲公司", "甲公司")


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def member(desk: Desk, master: Policy, name: str, start: dt.date, **fields: str) -> Policy:
    joining = Member(Person(name, name), start, fields)
    return desk.act(lambda j: add_member(j, desk.library, master.number, joining))


def test_members_come_and_go_by_the_day_and_one_holder_pays(desk: Desk) -> None:
    desk.publish()
    ask = Ask("t.farm", D(2026, 1, 1), None, {"village": "v1"}, FIRM)
    master = desk.act(lambda j: open_master(j, desk.library, ask))
    assert due(desk, master.id) == {}
    whole = member(desk, master, "张三", D(2026, 1, 1), sum="36500")
    late = member(desk, master, "李四", D(2026, 12, 22), sum="36500")
    assert (whole.premium, late.premium) == (365_00, 10_00)
    assert due(desk, late.id) == {"甲保险": 1000, "市财政": -400, "甲公司": -600}
    left = desk.act(lambda j: remove_member(j, desk.library, whole.number, start=D(2026, 4, 11)))
    assert left.premium == 100_00
    certificates = desk.read(lambda c: schedule(c, master))
    assert [one.kind for one in certificates] == ["certificate"] * 2
    assert sum(one.premium for one in certificates) == 110_00
    assert certificates[0].segments[0].fields == {"village": "v1", "sum": "36500"}
    changed = desk.act(lambda j: endorse(j, desk.library, late.number, start=D(2026, 12, 27), fields={"sum": "73000"}))
    assert changed.premium == 15_00
    assert refusal(lambda: member(desk, master, "王五", D(2027, 1, 1), sum="1")) == {"not-on-cover"}
    assert refusal(lambda: member(desk, whole, "王五", D(2026, 2, 1), sum="1")) == {"other-kind"}
    assert refusal(lambda: desk.act(lambda j: renew(j, desk.library, master.number))) == {"other-kind"}
    codes = refusal(lambda: desk.act(lambda j: open_master(j, desk.library, Ask("t.farm", D(2026, 1, 1)))))
    assert codes == {"holder-missing"}
    codes = refusal(lambda: desk.act(lambda j: open_master(j, desk.library, Ask("t.none", D(2026, 1, 1)))))
    assert codes == {"unknown-programme"}


def open_policy(desk: Desk, late: str, *, minimum: int = 800) -> Policy:
    desk.publish({
        "declarations": f"{{due: 10 days, late: {late}, deposit: 1000, minimum: {minimum}}}",
        "premium": "{base: sum * 1%, from: [{party: insured}]}",
    })  # fmt: skip
    ask = Ask("t.farm", D(2026, 1, 1), None, {}, FIRM)
    return desk.act(lambda j: open_cover(j, desk.library, ask))


def declared(desk: Desk, cover: Policy, on: dt.date, *, start: dt.date, amount: str) -> Policy:
    desk.today = on
    said = Declared(start, start + dt.timedelta(days=9), {"sum": amount})
    return desk.act(lambda j: declare(j, desk.library, cover.number, said))


@pytest.mark.parametrize(("amounts", "last"), [(("2万", "1万"), 500_00), (("6万", "5万"), 0)])
def test_declarations_make_cover_and_the_deposit_goes_back(desk: Desk, amounts: tuple[str, str], last: int) -> None:
    cover = open_policy(desk, "covered")
    assert cover.premium == 1_000_00
    made = [declared(desk, cover, D(2026, 2, 1), start=D(2026, 2, 1), amount=amount) for amount in amounts]
    total = sum(one.premium for one in made)
    assert [one.kind for one in made] == ["declaration"] * 2
    assert refusal(lambda: desk.act(lambda j: adjust(j, desk.library, cover.number))) == {"cover-runs"}
    desk.today = D(2027, 1, 1)
    settled = desk.act(lambda j: adjust(j, desk.library, cover.number))
    assert settled.premium == last
    again = refusal(lambda: desk.act(lambda j: adjust(j, desk.library, cover.number)))
    assert again == {"nothing-to-change"}
    assert total + settled.premium == max(total, 800_00)
    assert due(desk, cover.id) == ({"甲保险": last, "甲公司": -last} if last else {})


def test_late_declarations_are_covered_refused_or_covered_from_their_day(desk: Desk) -> None:
    cover = open_policy(desk, "refused")
    assert declared(desk, cover, D(2026, 3, 11), start=D(2026, 3, 1), amount="1万").premium == 100_00
    assert refusal(lambda: declared(desk, cover, D(2026, 3, 12), start=D(2026, 3, 1), amount="1万")) == {
        "declared-late"
    }


def test_a_late_declaration_pro_rata_has_the_days_that_are_left(desk: Desk) -> None:
    cover = open_policy(desk, "pro rata")
    assert refusal(lambda: declared(desk, cover, D(2026, 3, 12), start=D(2026, 3, 1), amount="1万")) == {
        "declared-late"
    }
    desk.today = D(2026, 3, 12)
    said = Declared(D(2026, 3, 1), D(2026, 3, 20), {"sum": "1万"})
    half = desk.act(lambda j: declare(j, desk.library, cover.number, said))
    assert (half.segments[0].valid_from, half.premium) == (D(2026, 3, 12), 45_00)


def test_open_policies_need_declarations_in_the_programme(desk: Desk) -> None:
    desk.publish()
    ask = Ask("t.farm", D(2026, 1, 1), None, {}, FIRM)
    assert refusal(lambda: desk.act(lambda j: open_cover(j, desk.library, ask))) == {"not-declarable"}


def test_a_population_pays_by_the_period_without_policies(desk: Desk) -> None:
    version = desk.publish({
        "insured": "{enrolment: none}",
        "accounts": "{reserve: {owner: city, opening: 500万}}",
        "premium": "{amount: 4100万, each: period, from: [{party: city}],"
        " to: [{as: kept, party: reserve, share: 20%}, {as: risk, party: insurer}]}",
        "examples": "[{rate: {}, expect: 4100万}]",
    })  # fmt: skip
    opened = desk.act(lambda j: open_accounts(j, desk.library, version))
    assert [(m.stage, m.amount) for m in opened] == [("due", 500_000_000), ("paid", 500_000_000)]
    assert desk.act(lambda j: open_accounts(j, desk.library, version)) == []
    name = premium_reference("t.farm", "2026")
    moved = desk.act(lambda j: period_premium(j, desk.library, "t.farm", 2026), reference=name)
    assert sorted((m.label, m.amount) for m in moved) == [("city", 820_000_000), ("city", 3_280_000_000)]
    with pytest.raises(ValueError, match="reference"):
        desk.act(lambda j: period_premium(j, desk.library, "t.farm", 2026))


def test_a_period_is_charged_only_where_nobody_enrols(desk: Desk) -> None:
    desk.publish()
    name = premium_reference("t.farm", "2026")
    codes = refusal(lambda: desk.act(lambda j: period_premium(j, desk.library, "t.farm", 2026), reference=name))
    assert codes == {"no-premium"}


BUDGET = (
    "{base: sum * 1%, day_count: actual/365, from: [{as: subsidy, party: city, share: 50%,"
    " cap: {village_year: 300, period: 500}}, {as: own, party: insured}], to: [{as: risk, party: insurer}]}"
)


def subsidy(desk: Desk, policy: Policy) -> int:
    return -due(desk, policy.id).get("市财政", 0)


def test_a_budget_is_first_come_and_a_place_that_is_freed_serves_later_policies(desk: Desk) -> None:
    desk.publish({"premium": BUDGET, "scopes": "{village_year: [village, period]}"})
    start = D(2026, 1, 1)
    first = desk.issue({"sum": "4万", "village": "a"}, start)
    second = desk.issue({"sum": "4万", "village": "a"}, start)
    third = desk.issue({"sum": "6万", "village": "b"}, start)
    fourth = desk.issue({"sum": "1万", "village": "c"}, start)
    assert [subsidy(desk, one) for one in (first, second, third, fourth)] == [20000, 10000, 20000, 0]
    desk.act(lambda j: cancel(j, desk.library, first.number, start=start))
    assert [subsidy(desk, one) for one in (first, second, third, fourth)] == [0, 10000, 20000, 0]
    fifth = desk.issue({"sum": "10万", "village": "d"}, start)
    assert subsidy(desk, fifth) == 20000
    larger = desk.act(lambda j: endorse(j, desk.library, fourth.number, start=start, fields={"sum": "2万"}))
    assert larger.premium == 200_00
    assert subsidy(desk, fourth) == 0
    next_year = desk.issue({"sum": "4万", "village": "a"}, D(2027, 1, 1))
    assert subsidy(desk, next_year) == 20000


def test_premium_that_is_advanced_is_owed_back(desk: Desk) -> None:
    desk.publish({
        "premium": "{base: sum * 1%, from: [{as: subsidy, party: city, share: 40%, advanced_by: insured},"
        " {as: own, party: insured}], to: [{as: risk, party: insurer}]}"
    })  # fmt: skip
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    money = desk.read(booked)
    assert sorted((m.label, m.amount) for m in money) == [
        ("own", 60000),
        ("subsidy", 40000),
        ("subsidy/advanced", 40000),
    ]
    assert due(desk, policy.id) == {"甲保险": 100000, "市财政": -40000, "王五": -60000}
    assert (
        sum(m.amount for m in desk.read(lambda c: outstanding(c, policy.id)) if m.payer_id == policy.holder_id)
        == 100000
    )
    assert desk.read(lambda c: find_policy(c, policy.id)).premium == 100000


def test_a_fund_pays_premium_until_it_is_empty(desk: Desk) -> None:
    version = desk.publish({
        "accounts": "{aid: {owner: city, opening: 100}}",
        "premium": "{base: sum * 1%, from: [{as: aid, party: aid, share: 50%}, {as: own, party: insured}],"
        " to: [{as: risk, party: insurer}]}",
    })  # fmt: skip
    desk.act(lambda j: open_accounts(j, desk.library, version))
    policies = [desk.issue({"sum": "12000"}, D(2026, 1, 1)) for _ in range(3)]
    assert [-due(desk, one.id).get("t.farm/aid", 0) for one in policies] == [6000, 4000, 0]
    desk.act(lambda j: cancel(j, desk.library, policies[0].number, start=D(2026, 1, 1)))
    last = desk.issue({"sum": "12000"}, D(2026, 1, 1))
    assert [-due(desk, one.id).get("t.farm/aid", 0) for one in (*policies, last)] == [0, 4000, 0, 6000]
