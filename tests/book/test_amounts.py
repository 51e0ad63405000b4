"""Amounts as written and amounts that are computed: none of the book is larger than its papers can hold."""

from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from book.test_claims import founded, noticed, stated
from quanyu.book import Journal, Money, Refused
from quanyu.book.amounts import MOST, fen_of
from quanyu.book.deciding import Decision, decide
from quanyu.book.paying import Payment, pay
from quanyu.book.reserving import reserve_claim
from quanyu.cli.app import app
from quanyu.store import Store

LARGEST = "9999999999999.99"


def test_the_largest_amount_is_read_and_one_fen_more_is_not() -> None:
    assert fen_of(LARGEST) == MOST - 1
    for written in ("10000000000000", "10万亿", "1亿亿"):
        with pytest.raises(Refused) as refused:
            fen_of(written)
        assert [one.code for one in refused.value.findings] == ["amount-too-large"]


def test_no_door_of_a_claim_takes_a_larger_amount(store: Store) -> None:
    book, _ = founded(store)
    number = noticed(book)
    stated(book, number, depth="120")
    too_large = {"amount-too-large"}
    assert book.refused(reserve_claim, book.library, number, "1亿亿") == too_large
    assert book.refused(decide, book.library, number, Decision(amounts={"flood": "1亿亿"})) == too_large
    book.act(decide, book.library, number, Decision())
    assert book.refused(pay, number, Payment("1亿亿")) == too_large


def test_no_computed_amount_is_larger(store: Store) -> None:
    book, version = founded(store)
    first, second = sorted(version.roles.values())[:2]

    def move(journal: Journal, amount: int) -> None:
        journal.move(Money("due", "fund", "opening", first, second, amount))

    assert book.refused(move, MOST) == {"amount-too-large"}
    assert book.refused(move, MOST - 1) == set()


def test_large_amounts_are_exported(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    book, _ = founded(store)
    number = noticed(book)
    stated(book, number, depth="120")
    book.act(decide, book.library, number, Decision(amounts={"flood": LARGEST}))
    monkeypatch.setenv("QUANYU_DATABASE_URL", database_url)
    out = tmp_path / "c.xlsx"
    result = CliRunner().invoke(app, ["export", "claims", "--out", str(out)], env={"QUANYU_LANG": "en"})
    assert result.exit_code == 0, result.output
    assert openpyxl.load_workbook(out).sheetnames
