"""One change, many programmes: whom it is meant for, what it becomes, and nothing half done."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from book.policy_book import BASE, Desk
from quanyu.book import tables as t
from quanyu.desk.booking import Book
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.publishing import publish_files
from quanyu.desk.rectify import Order, Rectifying, rectify
from quanyu.desk.supervisor import SupervisorsChange, read_change
from quanyu.documents import render_rectification
from quanyu.documents.rectification import rectification_text
from quanyu.store import Store

NOW = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
DAY = dt.date(2027, 1, 1)
OPEN = BASE.replace("period: {from: 2026-01-01, to: 2027-12-31, each: policy}",
                    "period: {from: 2026-01-01, each: policy, basis: attaching}")  # fmt: skip
CHANGE = """
change: {zh: 限额整改, en: A cap}
source: {zh: 某监管局〔2026〕1号, en: Order 1 of 2026}
where: {family: property, has: losses.cover}
set: {losses.cover.limit.claim: 50万, losses.cover.share: 80%}
"""
REST = CHANGE.replace("set: {losses.cover.limit.claim: 50万, losses.cover.share: 80%}", "set: {premium.base: sum * 2%}")


def farm(code: str, text: str = OPEN) -> str:
    return text.replace("t.farm", code)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "programmes"
    marine = farm("t.ship").replace("family: property", "family: marine")
    bounded = farm("t.bounded", BASE).replace("each: policy}", "each: policy, basis: attaching}")
    ended = bounded.replace("t.bounded", "t.ended").replace("to: 2027-12-31", "to: 2026-06-30")
    texts = {"a": farm("t.one"), "b": farm("t.two"), "c": marine, "d": ended, "e": bounded}
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "2026-01-01.yaml").write_text(text.lstrip(), "utf-8")
    return folder


@pytest.fixture
def book(store: Store) -> Book:
    Desk(store).found()
    return Book(store, lambda: NOW, "ada")


def change(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "change.yaml"
    path.write_text(text.lstrip(), "utf-8")
    return path


def done(book: Book, tmp_path: Path, programmes: list[Path], text: str, **options: bool) -> Rectifying:
    order = Order(DAY, tmp_path / "out", "整改", **options)
    found = rectify(book, change(tmp_path, text), programmes, order)
    assert isinstance(found, Rectifying), found
    return found


def published(book: Book) -> int:
    return int(book.read(lambda c: c.execute(select(func.count()).select_from(t.programme_version)).scalar_one()))


def test_whom_it_is_meant_for_and_what_it_becomes(book: Book, tmp_path: Path, files: Path) -> None:
    found = done(book, tmp_path, [files], REST.replace("set:", "examples: drop\nset:"))
    assert {line.programme: line.status for line in found.report.lines} == {
        "t.one": "not applied", "t.two": "not applied", "t.ship": "not meant", "t.ended": "not applied",
        "t.bounded": "not applied"}  # fmt: skip


def test_new_versions_are_whole_programmes_from_the_day_on(book: Book, tmp_path: Path, files: Path) -> None:
    found = done(book, tmp_path, [files / "a", files / "b", files / "c"], REST + "examples: keep\n")
    assert [line.status for line in found.report.lines] == ["not applied", "not meant", "not applied"]
    assert "examples no longer hold" in found.report.lines[0].reasons[0].en
    quiet = REST.replace("premium.base: sum * 2%", "promises: {decision: 10 days}")
    applied = done(book, tmp_path, [files / "a", files / "b", files / "c"], quiet)
    assert [line.status for line in applied.report.lines] == ["applied", "not meant", "applied"]
    opened = open_programme(tmp_path / "out" / "t.one" / "2027-01-01.yaml")
    assert isinstance(opened, Opened), opened
    assert (opened.programme.version, opened.programme.period.since) == (DAY, DAY)
    assert str(opened.programme.promises.decision) == "10 days"
    assert [source.zh for source in opened.programme.sources] == ["某监管局〔2026〕1号"]


def test_why_not_is_said(book: Book, tmp_path: Path, files: Path) -> None:
    found = done(book, tmp_path, [files], CHANGE.replace("losses.cover.share: 80%", "losses.nothing.share: 80%"))
    reasons = {line.programme: line.reasons[0].en for line in found.report.lines}
    assert "it ended on 2026-06-30" in reasons["t.ended"]
    assert "its family is marine" in reasons["t.ship"]
    assert "losses.nothing.share" in reasons["t.one"]
    assert found.failed
    text = rectification_text(found.report)
    page = render_rectification(found.report)
    for reason in reasons.values():
        assert reason in text
        assert reason.split("`")[0] in page
    sheet = openpyxl.load_workbook(tmp_path / "out" / "report.xlsx").worksheets[0]
    assert "t.ended" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_with_publish_all_or_none(book: Book, tmp_path: Path, files: Path) -> None:
    both = [files / "a", files / "b"]
    assert not isinstance(publish_files(book, both)[0], list)
    before = published(book)
    quiet = REST.replace("premium.base: sum * 2%", "promises: {decision: 10 days}")
    missed = done(book, tmp_path, [*both, files / "d"], quiet, publish=True)
    assert missed.failed
    assert not missed.report.published
    assert published(book) == before
    assert not (tmp_path / "out" / "t.one").exists()
    whole = done(book, tmp_path, both, quiet, publish=True)
    assert not whole.failed
    assert whole.report.published
    assert published(book) == before + 2
    assert [line.policies for line in whole.report.lines] == [0, 0]
    assert {term.rank for line in whole.report.lines for term in line.terms} == {"safe"}


def test_what_the_book_refuses_is_not_published(book: Book, tmp_path: Path, files: Path) -> None:
    publish_files(book, [files / "a", files / "b"])
    before = published(book)
    abroad = REST.replace("premium.base: sum * 2%", "currency: USD")
    found = done(book, tmp_path, [files / "a", files / "b"], abroad, publish=True)
    assert found.failed
    assert published(book) == before
    assert {line.status for line in found.report.lines} == {"not applied"}


def test_the_portfolio_is_rated_again(book: Book, tmp_path: Path, files: Path) -> None:
    publish_files(book, [files / "a"])
    desk = Desk(book.store, library=book.library)
    text = REST.replace("set: {", "set: {examples: [{rate: {sum: 1000}, expect: 20}], ")
    found = done(book, tmp_path, [files / "a"], text)
    assert [line.status for line in found.report.lines] == ["applied"]
    assert desk.read(lambda c: c.execute(select(func.count()).select_from(t.policy)).scalar_one()) == 0
    assert [(line.policies, line.before, line.after) for line in found.report.lines] == [(0, 0, 0)]


@pytest.mark.parametrize(
    "text", ["change: x\n", "change: x\nset: {a: 1}\nterm: 2\n", "- a\n", "set: {a: 1}\nwhere: {x: 1}\n"]
)
def test_a_change_that_cannot_be_read_is_said(tmp_path: Path, text: str) -> None:
    found = read_change(change(tmp_path, text))
    assert isinstance(found, list)
    assert found[0].code == "change-unreadable" or found[0].place is not None


def test_conditions_on_terms(tmp_path: Path, files: Path) -> None:
    text = "change: x\nwhere: {programme: 't.*', is: {premium.base: sum * 1%}}\nset: {premium.base: sum * 2%}\n"
    asked = read_change(change(tmp_path, text))
    assert isinstance(asked, SupervisorsChange)
    opened = open_programme(files / "a" / "2026-01-01.yaml")
    assert isinstance(opened, Opened)
    assert asked.unmet(opened.document) is None
    other = read_change(change(tmp_path, text.replace("sum * 1%", "sum * 3%")))
    assert isinstance(other, SupervisorsChange)
    assert other.unmet(opened.document) is not None


def test_other_files_of_a_folder_are_skipped_and_named(book: Book, tmp_path: Path, files: Path) -> None:
    (files / "a" / "workflow.yml").write_text("name: build\non: push\njobs: {a: {runs: x}}\n", "utf-8")
    found = done(book, tmp_path, [files], REST)
    assert [path.name for path in found.skipped] == ["workflow.yml"]
    assert len(found.report.lines) == 5
    order = Order(DAY, tmp_path / "out", "整改")
    named = rectify(book, change(tmp_path, REST), [files / "a" / "workflow.yml"], order)
    assert isinstance(named, list)
    assert named
