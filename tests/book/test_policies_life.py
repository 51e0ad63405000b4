"""The life of a policy on a real database: each act, and what it leaves due."""

import datetime as dt
from collections import defaultdict

import pytest
from sqlalchemy import select

from book.policy_book import Desk, refusal
from quanyu.book import tables as t
from quanyu.book.claims import Notice, add_event, notify
from quanyu.book.collecting import collect, outstanding
from quanyu.book.endorsing import cancel, endorse, extend, reinstate, suspend, true_up
from quanyu.book.issuing import issue
from quanyu.book.journal import Journal, reserve
from quanyu.book.parties import Person
from quanyu.book.quotes import find_quote
from quanyu.book.renewing import Renewal, renew
from quanyu.book.standing import AsKnown, find_policy, on_day, painted
from quanyu.book.underwriting import approve, underwrite
from quanyu.store import Store

D = dt.date


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def due(desk: Desk, policy: int) -> dict[str, int]:
    """What each party gives (below zero) or has of a policy's premium, by its name."""
    c, p = t.transfer.c, t.party.c
    sums: dict[str, int] = defaultdict(int)

    def read(connection: object) -> None:
        query = select(c.payer_id, c.receiver_id, c.amount).where(c.policy_id == policy, c.stage == "due")
        names = {row.id: row.code for row in connection.execute(select(p.id, p.code))}  # type: ignore[attr-defined]
        for payer, receiver, amount in connection.execute(query):  # type: ignore[attr-defined]
            sums[names[payer]] -= amount
            sums[names[receiver]] += amount

    desk.read(read)
    return {name: amount for name, amount in sums.items() if amount}


def test_a_quote_keeps_its_sheet_and_expires(desk: Desk) -> None:
    desk.publish({"underwriting": "{valid: 10 days}"})
    number = desk.quote({"sum": "10万"}, D(2026, 2, 1))
    kept = desk.read(lambda c: find_quote(c, number))
    assert kept.premium == 1_000_00
    assert [line["kind"] for line in kept.sheet] == ["base", "time"]
    assert kept.expires_on == D(2026, 1, 11)
    assert (kept.valid_from, kept.valid_to) == (D(2026, 2, 1), D(2027, 2, 1))
    desk.today = D(2026, 1, 12)
    assert refusal(lambda: desk.act(lambda j: underwrite(j, desk.library, number))) == {"quote-expired"}


def test_what_cannot_be_quoted_says_why(desk: Desk) -> None:
    desk.publish({"must": "[{that: age >= 18}]"})
    start = D(2026, 2, 1)
    assert refusal(lambda: desk.quote({"sum": "1万", "age": "17"}, start)) == {"must-not-met"}
    assert refusal(lambda: desk.quote({"sun": "1万"}, start)) == {"unknown-field"}
    assert refusal(lambda: desk.quote({}, start)) == {"no-premium"}
    assert refusal(lambda: desk.quote({"sum": "many"}, start)) == {"wrong-value"}
    assert refusal(lambda: desk.quote({"sum": "1万"}, D(2025, 2, 1))) == {"no-version-in-force"}
    assert refusal(lambda: desk.quote({"sum": "1万"}, start, D(2026, 1, 1))) == {"bad-interval"}
    assert refusal(lambda: desk.act(lambda j: underwrite(j, desk.library, "no"))) == {"unknown-quote"}


def test_an_issued_policy_owes_each_payer_apart(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 2, 1))
    assert policy.number.startswith("t.farm-2026-")
    assert policy.premium == 1_000_00
    assert due(desk, policy.id) == {"甲保险": 100000, "市财政": -40000, "王五": -60000}
    assert len(policy.parties) == 3


def test_rules_decline_refer_and_need_two_persons(desk: Desk) -> None:
    rules = (
        "{checked: referred, decline: [{when: age > 80, because: {zh: 超龄, en: too old}}],"
        " refer: [{when: sum > 5万, because: {zh: 额度, en: large}}]}"
    )
    desk.publish({"underwriting": rules})
    start = D(2026, 2, 1)
    old = desk.quote({"sum": "1万", "age": "81"}, start)
    decided = desk.act(lambda j: underwrite(j, desk.library, old))
    assert (decided.kind, decided.reasons[0].en) == ("declined", "too old")
    assert refusal(lambda: desk.act(lambda j: issue(j, desk.library, old))) == {"not-accepted"}
    assert refusal(lambda: desk.act(lambda j: approve(j, desk.library, old), actor="chief")) == {"nothing-to-approve"}
    large = desk.quote({"sum": "6万", "age": "30"}, start)
    assert desk.act(lambda j: underwrite(j, desk.library, large)).kind == "referred"
    assert refusal(lambda: desk.act(lambda j: issue(j, desk.library, large))) == {"not-accepted"}
    assert refusal(lambda: desk.act(lambda j: approve(j, desk.library, large))) == {"same-person"}
    assert desk.act(lambda j: approve(j, desk.library, large), actor="chief").kind == "approved"
    policy = desk.act(lambda j: issue(j, desk.library, large, policy="F-1"))
    assert policy.number == "F-1"
    assert refusal(lambda: desk.act(lambda j: issue(j, desk.library, large))) == {"quote-used"}
    unknown = desk.quote({"sum": "1万"}, start)
    assert desk.act(lambda j: underwrite(j, desk.library, unknown)).kind == "referred"


def test_every_acceptance_may_need_a_second_person(desk: Desk) -> None:
    desk.publish({"underwriting": "{checked: always}"})
    number = desk.quote({"sum": "1万"}, D(2026, 2, 1))
    assert desk.act(lambda j: underwrite(j, desk.library, number)).kind == "proposed"
    assert desk.act(lambda j: approve(j, desk.library, number, accept=False), actor="chief").kind == "rejected"
    assert refusal(lambda: desk.act(lambda j: issue(j, desk.library, number))) == {"not-accepted"}


def test_a_policy_needs_a_holder_and_a_number_of_its_own(desk: Desk) -> None:
    desk.publish()
    desk.issue({"sum": "1万"}, D(2026, 2, 1))
    first = desk.quote({"sum": "1万"}, D(2026, 2, 1))
    desk.act(lambda j: underwrite(j, desk.library, first))
    taken = desk.act(lambda j: issue(j, desk.library, first, policy="P-1")).number
    second = desk.quote({"sum": "1万"}, D(2026, 2, 1))
    desk.act(lambda j: underwrite(j, desk.library, second))
    assert refusal(lambda: desk.act(lambda j: issue(j, desk.library, second, policy=taken))) == {"number-taken"}
    assert desk.act(lambda j: issue(j, desk.library, second, holder=Person("李四", "李四"))).holder_id


def test_an_endorsement_costs_the_days_that_are_left(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    changed = desk.act(lambda j: endorse(j, desk.library, policy.number, start=D(2026, 7, 1), fields={"sum": "20万"}))
    # 184 days of 365 are left: 1000 × 184 / 365 = 504.1096
    assert changed.premium == 100000 + 50411
    assert due(desk, policy.id) == {"甲保险": 150411, "市财政": -60164, "王五": -90247}
    back = desk.act(lambda j: endorse(j, desk.library, policy.number, start=D(2026, 7, 1), fields={"sum": "10万"}))
    assert due(desk, policy.id) == {"甲保险": 100000, "市财政": -40000, "王五": -60000}
    assert [piece.segment.fields["sum"] for piece in painted(back.segments)] == ["10万", "10万"]
    same = {"sum": "10万"}
    codes = refusal(
        lambda: desk.act(lambda j: endorse(j, desk.library, policy.number, start=D(2026, 7, 1), fields=same))
    )
    assert codes == {"nothing-to-change"}
    late = D(2027, 7, 1)
    assert refusal(
        lambda: desk.act(lambda j: endorse(j, desk.library, policy.number, start=late, fields={"sum": "1"}))
    ) == {"not-on-cover"}


def test_a_cancelled_policy_gives_back_to_each_payer(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "36500"}, D(2026, 1, 1))
    ended = desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 4, 11)))
    assert ended.premium == 100_00
    assert due(desk, policy.id) == {"甲保险": 10000, "市财政": -4000, "王五": -6000}
    standing = on_day(ended, D(2026, 4, 11))
    assert standing is not None
    assert standing.state == "cancelled"
    again = desk.act(lambda j: reinstate(j, desk.library, policy.number, start=D(2026, 4, 11)))
    assert again.premium == 365_00
    gone = desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 1, 1)))
    assert gone.premium == 0
    assert due(desk, policy.id) == {}
    assert refusal(lambda: desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 2, 1)))) == {
        "nothing-to-change"
    }


def test_refunds_by_the_short_period_table_or_not_at_all(desk: Desk) -> None:
    table = '{"1": 10%, "2": 20%, "3": 30%, "[4, 12)": 80%}'
    premium = "{base: sum * 1%, day_count: actual/365, short_period: " + table + ", from: [{party: insured}]}"
    desk.publish({"premium": premium})
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    ended = desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 3, 10)))
    assert ended.premium == 300_00
    other = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    kept = desk.act(lambda j: cancel(j, desk.library, other.number, start=D(2026, 3, 10), refund="none"))
    assert kept.premium == 1_000_00
    third = desk.issue({"sum": "36500"}, D(2026, 1, 1))
    daily = desk.act(lambda j: cancel(j, desk.library, third.number, start=D(2026, 4, 11), refund="pro-rata"))
    assert daily.premium == 100_00


def test_short_period_needs_its_table(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    codes = refusal(
        lambda: desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 3, 1), refund="short-period"))
    )
    assert codes == {"premium-short-period"}


def test_a_suspension_gives_back_its_days_or_keeps_them(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "36500"}, D(2026, 1, 1))
    start, until = D(2026, 3, 1), D(2026, 3, 10)
    resting = desk.act(lambda j: suspend(j, desk.library, policy.number, start=start, until=until))
    assert resting.premium == 355_00
    assert [piece.segment.state for piece in painted(resting.segments)] == ["in force", "suspended", "in force"]
    other = desk.issue({"sum": "36500"}, D(2026, 1, 1))
    kept = desk.act(lambda j: suspend(j, desk.library, other.number, start=start, refund=False, until=None))
    assert kept.premium == 365_00
    back = desk.act(lambda j: reinstate(j, desk.library, policy.number, start=D(2026, 3, 6)))
    assert back.premium == 360_00


def test_cover_by_the_day_is_extended_and_stopped(desk: Desk) -> None:
    desk.publish({
        "period": "{each: day}",
        "premium": "{amount: 5, each: policy, day_count: days, from: [{party: insured}]}",
    })  # fmt: skip
    policy = desk.issue({}, D(2026, 3, 1), D(2026, 3, 10))
    assert policy.premium == 50_00
    longer = desk.act(lambda j: extend(j, desk.library, policy.number, until=D(2026, 3, 20)))
    assert longer.premium == 100_00
    stopped = desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 3, 5)))
    assert stopped.premium == 20_00
    assert due(desk, policy.id) == {"甲保险": 2000, "王五": -2000}
    codes = refusal(lambda: desk.act(lambda j: extend(j, desk.library, policy.number, until=D(2026, 4, 1))))
    assert codes == {"cannot-extend"}


def test_a_premium_is_settled_on_what_happened(desk: Desk) -> None:
    desk.publish({"premium": "{base: sum * 1%, true_up: {of: sum, at: 终了}, from: [{party: insured}]}"})
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    settled = desk.act(lambda j: true_up(j, desk.library, policy.number, actual="12万"))
    assert settled.premium == 1_200_00


def test_only_what_the_programme_adjusts_is_adjusted(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    codes = refusal(lambda: desk.act(lambda j: true_up(j, desk.library, policy.number, actual="12万")))
    assert codes == {"not-adjustable"}


def test_a_renewal_goes_into_the_version_then_in_force_at_the_moved_level(desk: Desk) -> None:
    states = '{ncd: {start: 0, next: "if(claims == 0, ncd - 1, ncd + claims)"}}'
    rated = "{base: sum * 1% * (10 + ncd) / 10, from: [{party: insured}]}"
    desk.publish({"states": states, "premium": rated, "period": "{from: 2026-01-01, to: 2026-12-31, each: policy}"})
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    successor = {"version": "2027-01-01", "states": states, "premium": rated.replace("1%", "2%")}
    number = desk.publish({**successor, "period": "{from: 2027-01-01, to: 2028-12-31, each: policy}"})
    done = desk.act(lambda j: renew(j, desk.library, policy.number))
    assert done.policy is not None
    assert done.policy.version_id == number
    assert done.policy.predecessor_id == policy.id
    assert done.policy.segments[0].fields == {"sum": "10万", "ncd": "-1"}
    assert done.policy.premium == 1_800_00
    assert refusal(lambda: desk.act(lambda j: renew(j, desk.library, policy.number))) == {"renewed-before"}
    following, again = done.policy.number, Renewal(fields={"sum": "1"})
    changed = desk.act(lambda j: renew(j, desk.library, following, again))
    assert changed.quote.fields == {"sum": "1", "ncd": "-2"}


def test_a_payer_pays_what_it_owes_and_no_more(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    owed = desk.read(lambda c: outstanding(c, policy.id))
    city = next(m.payer_id for m in owed if m.amount == 40000)
    desk.act(lambda j: collect(j, policy.number, payer_id=city, amount=10000))
    too_much = refusal(lambda: desk.act(lambda j: collect(j, policy.number, payer_id=city, amount=30001)))
    assert too_much == {"paid-too-much"}
    assert sum(m.amount for m in desk.act(lambda j: collect(j, policy.number, payer_id=city))) == 30000
    desk.act(lambda j: collect(j, policy.number, payer_id=policy.holder_id))
    assert desk.read(lambda c: outstanding(c, policy.id)) == []
    assert refusal(lambda: desk.act(lambda j: collect(j, policy.number, payer_id=city))) == {"nothing-due"}
    desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 1, 1)))
    back = desk.read(lambda c: outstanding(c, policy.id))
    assert sorted((m.receiver_id, m.amount) for m in back) == sorted([(city, 40000), (policy.holder_id, 60000)])
    refunded = desk.act(lambda j: collect(j, policy.number, receiver_id=policy.holder_id))
    assert [(m.receiver_id, m.amount) for m in refunded] == [(policy.holder_id, 60000)]
    assert [m.receiver_id for m in desk.read(lambda c: outstanding(c, policy.id))] == [city]


def test_a_part_of_a_premium_is_collected_of_all_that_is_owed_pro_rata(desk: Desk) -> None:
    desk.publish(
        {
            "pools": "{pool: {shares: {insurer: 70%, city: 30%}}}",
            "premium": """
  base: sum * 1%
  day_count: actual/365
  from: [{as: own, party: insured}]
  to: [{as: risk, party: pool}]""",
        }
    )
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    paid = desk.act(lambda j: collect(j, policy.number, payer_id=policy.holder_id, amount=101))
    assert sorted(money.amount for money in paid) == [30, 71]
    rest = desk.act(lambda j: collect(j, policy.number, payer_id=policy.holder_id))
    assert sorted(money.amount for money in rest) == [30000 - 30, 70000 - 71]


def test_a_policy_is_shown_as_it_was_known(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    desk.today = D(2026, 5, 1)
    desk.act(lambda j: endorse(j, desk.library, policy.number, start=D(2026, 3, 1), fields={"sum": "20万"}))
    then = desk.read(lambda c: find_policy(c, policy.number, AsKnown(booked=D(2026, 4, 30))))
    assert then.premium == 100000
    now = on_day(desk.read(lambda c: find_policy(c, policy.number)), D(2026, 3, 1))
    assert now is not None
    assert now.fields["sum"] == "20万"
    early = AsKnown(at=dt.datetime(2025, 12, 31, tzinfo=dt.UTC))
    assert refusal(lambda: desk.read(lambda c: find_policy(c, policy.number, early))) == {"unknown-policy"}


def test_terms_of_payers_read_a_changed_risk_as_its_days_have_it(desk: Desk) -> None:
    limited = "from: [{as: subsidy, party: city, limit: {policy: 0.5% * sum}}, {as: own, party: insured}]"
    desk.publish({"premium": "{base: sum * 1%, day_count: actual/365, " + limited + "}"})
    policy = desk.issue({"sum": "36500"}, D(2026, 1, 1))
    assert due(desk, policy.id) == {"甲保险": 36500, "市财政": -18250, "王五": -18250}
    desk.act(lambda j: endorse(j, desk.library, policy.number, start=D(2026, 12, 22), fields={"sum": "73000"}))
    assert due(desk, policy.id) == {"甲保险": 37500, "市财政": -18750, "王五": -18750}


def test_claims_of_the_period_move_the_level_of_the_next(desk: Desk) -> None:
    states = '{ncd: {start: 0, next: "if(claims == 0, ncd - 1, ncd + claims)"}}'
    desk.publish({"states": states, "premium": "{base: sum * 1% * (10 + ncd) / 10, from: [{party: insured}]}"})
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    days = [D(2026, 3, 1), D(2026, 12, 31), D(2027, 1, 1)]

    def claimed(journal: Journal) -> None:
        first = reserve(journal.connection, "claim_id", len(days))
        row: dict[str, object] = {"version_id": policy.version_id, "policy_id": policy.id, "occurrence_id": None}
        row |= {"claimant_id": policy.holder_id, "keys": {}}
        dated = ({"id": first + n, "number": f"C{n}", "occurred": d, "reported": d} for n, d in enumerate(days))
        journal.write(t.claim, ({**row, **one} for one in dated))
        for n in range(len(days)):
            journal.touch("claim", first + n)

    desk.act(claimed)
    done = desk.act(lambda j: renew(j, desk.library, policy.number))
    assert done.policy is not None
    assert done.policy.segments[0].fields["ncd"] == "2"
    assert done.policy.premium == 1_200_00


@pytest.mark.parametrize(
    ("done", "level"),
    [
        ([], "1"),
        (["accepted", "paid", "closed"], "1"),
        (["accepted", "declined"], "-1"),
        (["declined", "closed", "reopened", "accepted"], "1"),
        (["closed"], "-1"),
        (["closed", "reopened"], "1"),
    ],
)
def test_a_claim_that_was_declined_or_withdrawn_moves_no_level(desk: Desk, done: list[str], level: str) -> None:
    states = '{ncd: {start: 0, next: "if(claims == 0, ncd - 1, ncd + claims)"}}'
    desk.publish({"states": states, "premium": "{base: sum * 1% * (10 + ncd) / 10, from: [{party: insured}]}"})
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    notice = Notice("t.farm", D(2026, 3, 1), D(2026, 3, 1), policy=policy.number)
    claim = desk.act(lambda j: notify(j, desk.library, notice))
    for kind in done:
        desk.act(lambda j, kind=kind: add_event(j, claim, kind, {}))  # type: ignore[misc]
    renewed = desk.act(lambda j: renew(j, desk.library, policy.number)).policy
    assert renewed is not None
    assert renewed.segments[0].fields["ncd"] == level


def test_a_cancelled_policy_is_reinstated_before_it_is_renewed(desk: Desk) -> None:
    desk.publish()
    policy = desk.issue({"sum": "10万"}, D(2026, 1, 1))
    desk.act(lambda j: cancel(j, desk.library, policy.number, start=D(2026, 7, 1)))
    assert refusal(lambda: desk.act(lambda j: renew(j, desk.library, policy.number))) == {"not-on-cover"}
    desk.act(lambda j: reinstate(j, desk.library, policy.number, start=D(2026, 7, 1)))
    assert desk.act(lambda j: renew(j, desk.library, policy.number)).policy is not None
