"""A premium below zero is no offer: not of one risk, not in a table, not in the book."""

import datetime as dt
from pathlib import Path

import pytest

from book.policy_book import BASE, Desk, refusal
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.quote import PricedTable, price_table, quote_fields
from quanyu.rating import Sheet
from quanyu.store import Store


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    (tmp_path / "p.yaml").write_text(BASE.replace("  day_count: actual/365\n", ""), encoding="utf-8")
    found = open_programme(tmp_path / "p.yaml")
    assert isinstance(found, Opened), found
    return found


def test_a_quote_of_less_than_nothing_is_refused(opened: Opened) -> None:
    found = quote_fields(opened, {"sum": "-100"})
    assert isinstance(found, list)
    assert [(one.code, "-1.00" in one.reason.en) for one in found] == [("premium-below-zero", True)]
    for written in ("0", "-0.1", "100"):
        assert isinstance(quote_fields(opened, {"sum": written}), Sheet)


def test_a_table_with_such_risks_names_each(opened: Opened, tmp_path: Path) -> None:
    table, out = tmp_path / "risks.csv", tmp_path / "priced.csv"
    table.write_text("sum\n100\n-100\n0\n-2万\n", encoding="utf-8")
    found = price_table(opened, table, out)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["premium-below-zero"] * 2
    assert [one.place.line for one in found if one.place is not None] == [3, 5]
    assert not out.exists()
    table.write_text("sum\n100\n0\n", encoding="utf-8")
    assert isinstance(price_table(opened, table, out), PricedTable)


def test_the_book_keeps_no_such_quote(store: Store) -> None:
    desk = Desk(store).found()
    desk.publish()
    assert refusal(lambda: desk.quote({"sum": "-100"}, dt.date(2026, 1, 1))) == {"premium-below-zero"}
    assert desk.quote({"sum": "100"}, dt.date(2026, 1, 1))
