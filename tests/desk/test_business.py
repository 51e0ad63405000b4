"""A year of business with the programmes of the repository: what recorded cases came to in a book, and once only."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from quanyu.book import tables as t
from quanyu.desk.booking import Book, found_log
from quanyu.desk.business import Business, run_business
from quanyu.desk.report import programmes_here
from quanyu.store import Store

PUBLISHED = {  # what was paid, in fen, by the documents that the cases name
    "nanning.liangqing-hog-futures": 128_806_620,
    "ningbo.small-loan-guarantee": 156_000_000,
}


@pytest.fixture
def book(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    monkeypatch.setenv("QUANYU_KEY", str(tmp_path / "key.pem"))
    with store.begin() as connection:
        found_log(connection, {})
    return Book(store, partial(datetime.now, UTC), "clerk")


def run(book: Book, out: Path) -> Business:
    done = run_business(book, programmes_here(), out, language="zh", tell=lambda _: None)
    assert isinstance(done, Business), done
    return done


def counts(book: Book) -> list[int]:
    tables = (t.policy, t.claim, t.transfer, t.txn)
    return book.read(lambda c: [c.execute(select(func.count()).select_from(one)).scalar_one() for one in tables])


def test_the_business_of_the_repository(book: Book, tmp_path: Path) -> None:
    done = run(book, tmp_path)
    assert (done.versions, done.issued, len(done.cases)) == (11, 57, 5)
    assert all(case.paid == case.decided > 0 for _, case in done.cases)
    paid = {case.programme: case.paid for _, case in done.cases}
    assert {code: paid[code] for code in PUBLISHED} == PUBLISHED
    assert done.trial.difference == 0
    sheets = [path for path in done.papers if path.suffix == ".xlsx"]
    assert len(sheets) > 40
    assert any(path.suffix == ".pdf" for path in done.papers)
    assert openpyxl.load_workbook(tmp_path / "大连商品交易所.xlsx").active is not None


def test_once_more_changes_nothing(book: Book, tmp_path: Path) -> None:
    first = run(book, tmp_path)
    stands = counts(book)
    again = run(book, tmp_path)
    assert counts(book) == stands
    assert again.cases == first.cases
    assert again.trial == first.trial
