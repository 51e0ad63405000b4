"""The live portfolio under another version: premiums by segment, who wins, loses and would be declined."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from book.policy_book import BASE, Desk, programme
from quanyu.book.endorsing import cancel, endorse
from quanyu.book.succession import publish_version
from quanyu.desk.booking import Book
from quanyu.desk.impact import Impact, impact
from quanyu.desk.impact_told import impact_record, write_impact
from quanyu.store import Store

NOW = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
START, END = dt.date(2026, 2, 1), dt.date(2027, 1, 31)
ASSUMED = """
assumptions:
  exposure: [{count: 10, fields: {sum: 10万, village: 东, age: 1}}]
  perils: {fire: {frequency: {poisson: 2}, amounts: {home: {uniform: {low: 0, high: 10000}}}}}
"""
NEXT = BASE.replace("version: 2026-01-01", "version: 2027-01-01").replace(
    "{from: 2026-01-01, to: 2027-12-31, each: policy}", "{from: 2027-01-01, each: policy}"
)


@pytest.fixture
def book(store: Store) -> Book:
    """Six policies: three in the east, two in the west, one without a village; another was cancelled."""
    desk = Desk(store).found()
    first = {"period": "{from: 2026-01-01, to: 2026-12-31, each: policy}", "assumptions": ASSUMED.split(":", 1)[1]}
    desk.act(lambda j: publish_version(j, desk.library, programme(first)))
    for amount, village in (("10万", "东"), ("20万", "东"), ("30万", "东"), ("10万", "西"), ("20万", "西")):
        desk.issue({"sum": amount, "village": village, "age": "30"}, START, END)
    desk.issue({"sum": "10万", "age": "80"}, START, END)
    gone = desk.issue({"sum": "100万", "village": "东", "age": "30"}, START, END)
    desk.act(lambda j: cancel(j, desk.library, gone.number, start=dt.date(2026, 5, 1)))
    return Book(store, lambda: NOW, "ada")


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "next.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def done(book: Book, new: str, **options: object) -> Impact:
    found = impact(book, "t.farm", new, **{"years": 0, **options})  # type: ignore[arg-type]
    assert isinstance(found, Impact), found
    return found


def test_the_same_terms_change_nothing(book: Book, tmp_path: Path) -> None:
    total = done(book, written(tmp_path, NEXT)).total
    assert (total.policies, total.declined, total.winners, total.losers, total.change) == (6, 0, 0, 0, 0)
    assert total.before == total.booked == 1_000_000


def test_premiums_change_by_segment(book: Book, tmp_path: Path) -> None:
    """Two rates, one for the east and one for the rest: by hand 2 % of 60万 and 0.5 % of 40万."""
    text = NEXT.replace("base: sum * 1%", "base: sum * if(village == '东', 2%, 0.5%)")
    text = text.replace("{sum: 1000}, expect: 10", "{sum: 1000, village: 东}, expect: 20")
    found = done(book, written(tmp_path, text), by=["village"])
    told = {one.key: (one.policies, one.before, one.after, one.winners, one.losers) for one in found.segments}
    assert told[("东",)] == (3, 600_000, 1_200_000, 0, 3)
    assert told[("西",)] == (2, 300_000, 150_000, 2, 0)
    assert sum(one.policies for one in found.segments[1:]) == found.total.policies
    assert [mover.after - mover.before for mover in found.losers] == [300_000, 200_000, 100_000]


def test_whom_the_new_version_declines(book: Book, tmp_path: Path) -> None:
    text = NEXT + "must: [{that: age <= 70}]\nunderwriting: {decline: [{when: sum > 25万, because: 金额太大}]}\n"
    found = done(book, written(tmp_path, text))
    assert (found.total.declined, found.total.policies, found.total.lost) == (2, 6, 400_000)
    assert sum(found.reasons.values()) == 2
    assert Counter(reason.zh.split("：")[0] for reason in found.reasons) == {
        "不符合承保条件 age <= 70": 1, "金额太大": 1}  # fmt: skip
    assert len(found.declined) == 2


def test_a_field_that_nobody_gave_declines_those_without(book: Book, tmp_path: Path) -> None:
    text = NEXT.replace("base: sum * 1%", "base: sum * if(village == '东', 1%, 1%)")
    text = text.replace("{sum: 1000}, expect: 10", "{sum: 1000, village: 东}, expect: 10")
    assert done(book, written(tmp_path, text)).total.declined == 1


def test_what_stands_on_the_day_is_rated(book: Book, tmp_path: Path) -> None:
    desk = Desk(book.store)
    desk.act(lambda j: endorse(j, desk.library, "t.farm-2026-1", start=dt.date(2026, 12, 1), fields={"sum": "50万"}))
    new = written(tmp_path, NEXT)
    assert done(book, new).total.before == 1_400_000
    assert done(book, new, day=dt.date(2026, 11, 30)).total.before == 1_000_000
    assert done(book, new, day=dt.date(2026, 4, 30)).total.policies == 7
    assert done(book, new, day=dt.date(2027, 2, 1)).total.policies == 0


def test_expected_losses_follow_the_terms(book: Book, tmp_path: Path) -> None:
    """Two claims a year on ten units, 5,000 each in the mean: 6,000 a year on six policies, half of it at a quota."""
    same = done(book, written(tmp_path, NEXT + ASSUMED), years=2000, by=["village"])
    assert same.unsaid is None
    assert same.total.expected is not None
    assert same.total.expected.before == same.total.expected.after
    assert same.total.expected.before == pytest.approx(6000, abs=5 * same.total.expected.before_error)
    quota = "party: insurer, share: 50%}, {as: own, party: insured}]\npremium"
    half = (NEXT + ASSUMED).replace("party: insurer}]\npremium", quota)
    shared = done(book, written(tmp_path, half), years=2000, by=["village"])
    for segment in shared.segments:
        assert segment.expected is not None
        assert segment.expected.after == pytest.approx(segment.expected.before / 2)
    assert done(book, written(tmp_path, NEXT), years=2000).unsaid is not None


def test_the_changes_are_told_beforehand(book: Book, tmp_path: Path) -> None:
    dearer = NEXT.replace("base: sum * 1%", "base: sum * 2%").replace("expect: 10", "expect: 20")
    found = done(book, written(tmp_path, dearer))
    assert "premium.base" in {change.path for change in found.changes}
    assert found.refused == ()


def test_it_is_told_as_a_workbook_and_as_data(book: Book, tmp_path: Path) -> None:
    dearer = NEXT.replace("base: sum * 1%", "base: sum * 2%").replace("expect: 10", "expect: 20")
    found = done(book, written(tmp_path, dearer), by=["village"])
    record = json.loads(json.dumps(impact_record(found), ensure_ascii=False))
    assert [(one["key"], one["change"]) for one in record["segments"]] == [
        ([], 1_000_000), (["东"], 600_000), (["西"], 300_000), ([""], 100_000)]  # fmt: skip
    assert {one["rank"] for one in record["changes"]} == {"safe"}
    sheet = openpyxl.load_workbook(write_impact(found, tmp_path / "impact.xlsx", made=NOW)).worksheets[0]
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert {"东", "西", 6000, 12000} <= cells


def test_what_is_not_there_is_said(book: Book, tmp_path: Path) -> None:
    new = written(tmp_path, NEXT)
    for old, by in (("t.none", ()), ("t.farm@1999-01-01", ()), ("t.farm", ("nothing",))):
        found = impact(book, old, new, by=by)
        assert isinstance(found, list)
        assert next(finding.code for finding in found) in ("no-version-published", "unknown-field")
