"""The verbs of policies through the desk: files published, findings instead of exceptions, acts done once."""

import datetime as dt
from pathlib import Path

import pytest

from book.policy_book import BASE
from quanyu.book import Repeated
from quanyu.book.renewing import Renewal
from quanyu.book.standing import AsKnown
from quanyu.desk import policies as verbs
from quanyu.desk.booking import Book, found_log
from quanyu.desk.policies import Doing, Span
from quanyu.desk.publishing import publish_files
from quanyu.store import Store
from quanyu.terms import Finding

D = dt.date
NOON = dt.datetime(2026, 1, 1, 4, tzinfo=dt.UTC)


@pytest.fixture
def book(store: Store) -> Book:
    with store.begin() as connection:
        found_log(connection, {})
    return Book(store, lambda: NOON, "clerk")


def file(folder: Path, text: str = BASE, name: str = "2026-01-01.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def codes(found: object) -> set[str]:
    return {one.code for one in found if isinstance(one, Finding)} if isinstance(found, list) else set()


def issued(book: Book, tmp_path: Path) -> str:
    publish_files(book, [file(tmp_path)])
    quote = verbs.quote_risk(book, "t.farm", Span(D(2026, 2, 1), None, {"sum": "10万"}, "91330=甲公司"))
    assert not isinstance(quote, list)
    verbs.underwrite_quote(book, quote.number)
    policy = verbs.issue_policy(book, quote.number)
    assert not isinstance(policy, list)
    return policy.number


def test_files_are_published_all_or_none_and_once(book: Book, tmp_path: Path) -> None:
    good = file(tmp_path)
    bad = file(tmp_path, "programme: t.bad\n", "bad.yaml")
    assert "missing-key" in codes(publish_files(book, [good, bad]))
    done = publish_files(book, [good])
    assert [(one.programme, one.new) for one in done if not isinstance(one, Finding)] == [("t.farm", True)]
    again = publish_files(book, [good])
    assert [one.new for one in again if not isinstance(one, Finding)] == [False]
    good.write_text(BASE.replace("1%", "2%").replace("expect: 10", "expect: 20"), "utf-8")
    assert codes(publish_files(book, [good])) == {"version-published"}


def test_a_life_has_its_acts_and_its_money(book: Book, tmp_path: Path) -> None:
    number = issued(book, tmp_path)
    verbs.endorse_policy(book, number, start=D(2026, 8, 1), fields={"sum": "20万"}, doing=Doing("扩建", D(2026, 7, 1)))
    verbs.collect_premium(book, number, payer="甲公司", amount="100")
    life = verbs.show_policy(book, number)
    assert not isinstance(life, list)
    assert [(one.kind, one.reason) for one in life.deeds] == [("issue", ""), ("endorse", "扩建")]
    own = next(one for one in life.money if one.label == "own")
    assert (own.payer.name.zh, own.receiver.name.zh, own.paid) == ("甲公司", "甲保险", 10000)
    assert sum(one.due for one in life.money) == life.policy.premium
    before = verbs.show_policy(book, number, AsKnown(booked=D(2026, 6, 30)))
    assert not isinstance(before, list)
    assert (before.policy.premium, sum(one.due for one in before.money)) == (100000, 100000)
    assert codes(verbs.show_policy(book, "none")) == {"unknown-policy"}


def test_refusals_are_findings(book: Book, tmp_path: Path) -> None:
    number = issued(book, tmp_path)
    assert codes(verbs.collect_premium(book, number, payer="nobody")) == {"unknown-payer"}
    assert codes(verbs.cancel_policy(book, number, start=D(2030, 1, 1))) == {"not-on-cover"}
    assert codes(verbs.join_master(book, number, Span(D(2026, 2, 1)))) == {"holder-missing"}
    assert codes(verbs.renew_policy(book, number, Renewal(start=D(2029, 1, 1)))) == {"no-version-in-force"}


def test_an_act_with_a_reference_is_done_once(book: Book, tmp_path: Path) -> None:
    number = issued(book, tmp_path)
    once = Doing(reference="letter 7")
    verbs.suspend_policy(book, number, Span(D(2026, 3, 1)), refund=True, doing=once)
    with pytest.raises(Repeated):
        verbs.reinstate_policy(book, number, start=D(2026, 3, 1), doing=once)


def test_the_premium_of_a_period_is_booked_once(book: Book, tmp_path: Path) -> None:
    text = BASE.replace("fields:", "enrolment: none, fields:").replace("base: sum * 1%", "amount: 365")
    text = text.replace("  day_count: actual/365\n", "  each: period\n").replace(
        "{sum: 1000}, expect: 10", "{}, expect: 365"
    )
    text = text.replace("{as: own, party: insured}", "{as: own, party: insurer}")
    assert codes(publish_files(book, [file(tmp_path, text)])) == set()
    assert codes(verbs.charge_period(book, "t.farm", 2026)) == set()
    assert codes(verbs.charge_period(book, "t.farm", 2026)) == {"premium-booked"}


def test_a_master_ends_with_its_members(book: Book, tmp_path: Path) -> None:
    publish_files(book, [file(tmp_path)])
    master = verbs.open_master(book, "t.farm", Span(D(2026, 1, 1), holder="甲公司"))
    assert not isinstance(master, list)
    for name, start in (("张三", D(2026, 1, 1)), ("李四", D(2026, 12, 22))):
        verbs.join_master(book, master.number, Span(start, None, {"sum": "36500"}, name))
    verbs.suspend_policy(book, master.number, Span(D(2026, 3, 1), D(2026, 3, 10)), refund=True)
    life = verbs.show_policy(book, master.number)
    assert not isinstance(life, list)
    assert [one.premium for one in life.under] == [355_00, 10_00]
    verbs.cancel_policy(book, master.number, start=D(2026, 4, 11))
    ended = verbs.show_policy(book, master.number)
    assert not isinstance(ended, list)
    assert [one.premium for one in ended.under] == [90_00, 0]
    assert codes(verbs.join_master(book, master.number, Span(D(2026, 5, 1), None, {"sum": "1"}, "王五"))) == {
        "not-on-cover"
    }
