"""Days of a policy that a programme has fields for are the policy's own, whoever states them otherwise."""

import datetime as dt

import polars as pl
import pytest

from book.mass_book import MassBook, Risk, table_of
from book.policy_book import Desk, programme, refusal
from quanyu.book.endorsing import endorse
from quanyu.book.issuing import issue
from quanyu.book.mass.register import RESERVED, registered
from quanyu.book.mass.risks import read_risks
from quanyu.book.masters import Member, add_member, open_master
from quanyu.book.parties import Person
from quanyu.book.quotes import Ask
from quanyu.book.renewing import renew
from quanyu.book.standing import current
from quanyu.book.underwriting import underwrite
from quanyu.book.versions import versions_of
from quanyu.store import Store
from quanyu.tables import Rows

DATED = {"insured": "{fields: {sum: money, attached: date, issued: date}}"}
START, UNTIL = dt.date(2026, 2, 1), dt.date(2026, 12, 31)


@pytest.fixture
def desk(store: Store) -> Desk:
    made = Desk(store).found()
    made.publish(DATED)
    return made


def test_the_book_fills_them_from_the_policy(desk: Desk) -> None:
    number = desk.quote({"sum": "1000"}, START, UNTIL)
    desk.today = dt.date(2026, 1, 10)
    desk.act(lambda j: underwrite(j, desk.library, number))
    policy = desk.act(lambda j: issue(j, desk.library, number))
    assert dict(current(policy)) == {"sum": "1000", "attached": "2026-02-01", "issued": "2026-01-10"}


@pytest.mark.parametrize(("name", "wrong"), [("attached", "2025-10-01"), ("issued", "2025-12-31"), ("attached", "x")])
def test_another_day_is_refused(desk: Desk, name: str, wrong: str) -> None:
    assert refusal(lambda: desk.quote({"sum": "1000", name: wrong}, START, UNTIL)) == {"not-of-policy"}
    policy = desk.issue({"sum": "1000", "attached": "2026-02-01"}, START, UNTIL)
    assert refusal(
        lambda: desk.act(
            lambda j: endorse(j, desk.library, policy.number, start=dt.date(2026, 3, 1), fields={name: wrong})
        )
    ) == {"not-of-policy"}


def test_a_member_and_a_renewal_have_days_of_their_own(desk: Desk) -> None:
    ask = Ask(desk.code, START, UNTIL, {"sum": "1000"}, Person("王五", "王五"))
    master = desk.act(lambda j: open_master(j, desk.library, ask))
    member = Member(Person("ada", "ada"), dt.date(2026, 4, 1))
    joined = desk.act(lambda j: add_member(j, desk.library, master.number, member))
    assert current(joined)["attached"] == "2026-04-01"
    policy = desk.issue({"sum": "1000"}, START, UNTIL)
    desk.today = dt.date(2026, 12, 20)
    renewed = desk.act(lambda j: renew(j, desk.library, policy.number))
    assert renewed.policy is not None
    assert dict(current(renewed.policy)) == {"sum": "1000", "attached": "2027-01-01", "issued": "2026-12-20"}


def test_a_table_is_held_to_the_same(desk: Desk) -> None:
    head = {"programme": desk.code, "policy": "p", "holder": "ada", "start": "2026-02-01", "end": "2026-12-31"}
    columns = [*head, "sum", "attached"]
    said = [[*head.values(), "1000", None], [*head.values(), "1000", "2025-10-01"]]
    frame = pl.DataFrame(said, columns, orient="row", schema_overrides={"attached": pl.String})
    rows, _ = registered(Rows(frame, "t.csv"), issued=dt.date(2026, 1, 1))
    version = desk.read(lambda c: desk.library.version(c, versions_of(c, desk.code)[0]))
    found = read_risks(version, rows, RESERVED)
    assert isinstance(found, list)
    assert [(one.code, one.place.line if one.place else None) for one in found] == [("not-of-policy", 3)]
    sound = read_risks(version, rows.sound(found), RESERVED)
    assert not isinstance(sound, list)
    assert sound.kept["attached"].to_list() == ["2026-02-01"]


def test_a_table_writes_what_single_acts_write(store: Store) -> None:
    book = MassBook(store).publish(programme(DATED))
    listed = [Risk("t.farm", f"P{n}", "ada", START, UNTIL, {"sum": "1000"}) for n in range(2)]
    in_columns, one_by_one = book.in_columns(table_of(listed)), book.one_by_one(listed)
    assert in_columns.segments == one_by_one.segments
    assert "2026-02-01" in str(in_columns.segments)
