"""Members of a master policy that has stopped, or stops for a time, on some of its days."""

import datetime as dt

import pytest

from book.policy_book import Desk, refusal
from book.test_policies_life import due
from quanyu.book.collecting import collect, outstanding
from quanyu.book.endorsing import cancel, suspend
from quanyu.book.masters import Member, add_member, open_master, with_members
from quanyu.book.parties import Person
from quanyu.book.quotes import Ask
from quanyu.book.standing import Policy, find_policy, painted
from quanyu.store import Store

D = dt.date


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def master_of(desk: Desk) -> str:
    ask = Ask(desk.code, D(2026, 1, 1), None, {"sum": "10万"}, Person("社", "社"))
    return desk.act(lambda j: open_master(j, desk.library, ask)).number


def joined(desk: Desk, number: str, start: dt.date) -> Policy:
    return desk.act(lambda j: add_member(j, desk.library, number, Member(Person("甲", "甲"), start)))


def test_a_member_who_is_told_late_is_covered_until_the_master_was_cancelled(desk: Desk) -> None:
    desk.publish()
    number = master_of(desk)
    desk.act(lambda j: with_members(j, number, D(2026, 9, 1), lambda n, d: cancel(j, desk.library, n, start=d)))
    member = joined(desk, number, D(2026, 3, 1))
    (piece,) = painted(member.segments)
    assert (piece.valid_from, piece.valid_to, piece.in_force) == (D(2026, 3, 1), D(2026, 9, 1), True)
    assert member.premium == round(100_000 * 184 / 365)


def test_a_member_has_no_cover_while_the_master_is_suspended(desk: Desk) -> None:
    desk.publish()
    number, days = master_of(desk), (D(2026, 6, 1), D(2026, 6, 30))
    desk.act(
        lambda j: with_members(
            j, number, days[0], lambda n, d: suspend(j, desk.library, n, start=d, until=days[1], refund=True)
        )
    )
    member = joined(desk, number, D(2026, 3, 1))
    assert [(one.valid_from, one.in_force) for one in painted(member.segments)] == [
        (D(2026, 3, 1), True),
        (days[0], False),
        (D(2026, 7, 1), True),
    ]
    assert member.premium == round(100_000 * (306 - 30) / 365)
    assert due(desk, member.id)["甲保险"] == member.premium


def test_the_premium_of_a_master_is_collected_over_its_certificates(desk: Desk) -> None:
    desk.publish()
    number = master_of(desk)
    assert refusal(lambda: desk.act(lambda j: collect(j, number))) == {"nothing-due"}
    first, second = joined(desk, number, D(2026, 1, 1)), joined(desk, number, D(2026, 7, 2))
    holder = desk.read(lambda c: find_policy(c, number)).holder_id
    owed = {
        m.policy_id: m.amount for m in desk.read(lambda c: outstanding(c, first.id, second.id)) if m.payer_id == holder
    }
    assert owed == {first.id: 60_000, second.id: round(100_000 * 183 / 365 * 0.6)}
    whole = sum(owed.values())
    assert refusal(lambda: desk.act(lambda j: collect(j, number, payer_id=holder, amount=whole + 1))) == {
        "paid-too-much"
    }
    part = {m.policy_id: m.amount for m in desk.act(lambda j: collect(j, number, payer_id=holder, amount=10_001))}
    assert sum(part.values()) == 10_001
    assert all(abs(amount - 10_001 * owed[policy] / whole) < 1 for policy, amount in part.items())
    rest = desk.act(lambda j: collect(j, number, payer_id=holder))
    assert sum(m.amount for m in rest) == whole - 10_001
    assert {m.payer_id for m in desk.read(lambda c: outstanding(c, first.id, second.id))} == {
        m.payer_id for m in desk.read(lambda c: outstanding(c, first.id))
    } - {holder}
