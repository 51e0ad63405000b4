"""Programmes that exclude each other do not cover the same item of the same holder on the same days."""

import datetime as dt
from collections.abc import Mapping

import polars as pl
import pytest

from book.mass_book import issue_frame
from book.policy_book import Desk, refusal
from quanyu.book import Refused
from quanyu.book.endorsing import cancel
from quanyu.book.masters import Member, add_member, open_master
from quanyu.book.parties import Person
from quanyu.book.quotes import Ask
from quanyu.book.standing import Policy
from quanyu.store import Store

D = dt.date
START = D(2026, 2, 1)
ELSEWHERE = {"covered-elsewhere"}
KEYLESS = {"insured": "{fields: {sum: money, age: int}}"}


def desks(
    store: Store, *, first: Mapping[str, str] | None = None, second: Mapping[str, str] | None = None
) -> list[Desk]:
    """Two programmes; the second excludes the first."""
    one = Desk(store, code="t.first").found()
    two = Desk(store, code="t.second", library=one.library)
    one.publish(first)
    two.publish({"excludes": "[t.first, t.unpublished]", **(second or {})})
    return [one, two]


def risk(village: str = "v1") -> dict[str, str]:
    return {"sum": "1万", "village": village}


def cancelled(desk: Desk, policy: Policy, start: dt.date) -> None:
    desk.act(lambda j: cancel(j, desk.library, policy.number, start=start))


def test_the_same_item_is_covered_once_whichever_of_the_two_comes_first(store: Store) -> None:
    one, two = desks(store)
    held = one.issue(risk(), START)
    with pytest.raises(Refused) as refused:
        two.issue(risk(), D(2026, 6, 1))
    (finding,) = refused.value.findings
    assert finding.code == "covered-elsewhere"
    assert f"from 2026-06-01 on policy {held.number} of t.first covers the same item" in finding.reason.en
    two.issue(risk("v2"), START)
    two.issue(risk(), START, holder="李四")
    two.issue(risk(), D(2027, 2, 1))
    assert refusal(lambda: one.issue(risk(), START, holder="李四")) == ELSEWHERE
    one.issue(risk(), D(2026, 3, 1), D(2026, 12, 31))  # a programme does not exclude itself


def test_days_without_cover_do_not_count(store: Store) -> None:
    one, two = desks(store)
    held = one.issue(risk(), START)
    cancelled(one, held, D(2026, 5, 1))
    assert refusal(lambda: two.issue(risk(), D(2026, 4, 30))) == ELSEWHERE
    assert two.issue(risk(), D(2026, 5, 1)).kind == "policy"


def test_without_a_key_in_common_the_holder_says_it(store: Store) -> None:
    one, two = desks(store, second=KEYLESS)
    one.issue(risk(), START)
    assert refusal(lambda: two.issue({"sum": "1万"}, START)) == ELSEWHERE
    two.issue({"sum": "1万"}, START, holder="李四")


def test_masters_cover_nothing_and_their_members_do(store: Store) -> None:
    one, two = desks(store)
    one.issue(risk(), START, holder="张三")
    ask = Ask("t.second", START, None, {"village": "v1"}, Person("张三", "张三"))
    master = two.act(lambda j: open_master(j, two.library, ask))
    joining = [Member(Person(name, name), START, {"sum": "1万"}) for name in ("张三", "李四")]
    assert refusal(lambda: two.act(lambda j: add_member(j, two.library, master.number, joining[0]))) == ELSEWHERE
    two.act(lambda j: add_member(j, two.library, master.number, joining[1]))


def test_tables_are_held_against_the_book_and_against_themselves(store: Store) -> None:
    one, two = desks(store)
    one.issue(risk(), START, holder="甲")

    def row(code: str, number: str, holder: str) -> dict[str, str]:
        days = {"start": "2026-03-01", "end": "2027-02-28"}
        return {"programme": code, "policy": number, "holder": holder, **days, **risk()}

    rows = [
        row("t.second", "T1", "甲"),
        row("t.first", "T2", "乙"),
        row("t.second", "T3", "乙"),
        row("t.second", "T4", "丙"),
    ]
    with pytest.raises(Refused) as refused:
        two.act(lambda j: issue_frame(j, two.library, pl.DataFrame(rows)))
    assert {one.code for one in refused.value.findings} == ELSEWHERE
    told = " ".join(one.reason.en for one in refused.value.findings)
    assert ("(T1)" in told, "(T3)" in told, "(T2)" in told, "(T4)" in told) == (True, True, True, False)
    assert two.act(lambda j: issue_frame(j, two.library, pl.DataFrame(rows[1:2]))).policies == 1
