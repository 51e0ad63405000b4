"""Claims, bills, facts, declarations, exposures and payments from tables: in one transaction, whole and once."""

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from book.policy_book import programme
from desk.intake_book import count, csv, found, founded, rows, unchanged
from quanyu.book import publish
from quanyu.book import tables as t
from quanyu.book.claims import locked
from quanyu.book.closings import close_books
from quanyu.book.declarations import open_cover
from quanyu.book.facts import Statement, state_facts
from quanyu.book.masters import open_master, schedule
from quanyu.book.parties import Person
from quanyu.book.quotes import Ask
from quanyu.book.reserving import standing_reserve
from quanyu.book.standing import find_policy
from quanyu.desk.booking import Book
from quanyu.desk.intake.bring import Brought, bring_in
from quanyu.desk.intake.how import Before, How
from quanyu.desk.intake.mapping import ColumnMapping
from quanyu.desk.intake.opened import Source
from quanyu.desk.intake.rejected import write_rejected
from quanyu.desk.open import Opened, open_programme
from quanyu.store import Store
from quanyu.tables import Rows, read_rows
from quanyu.terms import Finding


@pytest.fixture
def book(store: Store, tmp_path: Path) -> Book:
    """A book with two policies, P1 and P2."""
    made = founded(store)
    assert isinstance(bring_in(made, "policies", Source(csv(tmp_path, rows({}, {"holder": "张三"})))), Brought)
    return made


def table(folder: Path, listed: list[dict[str, Any]], name: str = "rows.csv") -> Path:
    names = list(dict.fromkeys(field for row in listed for field in row))
    frame = pl.DataFrame({n: [row.get(n) for row in listed] for n in names}, schema=dict.fromkeys(names, pl.String))
    return csv(folder, frame, name)


MAY = dt.date(2026, 5, 1)


def listed(done: object) -> list[Finding]:
    assert isinstance(done, list), done
    return done


def claim(number: str | None, **other: str | None) -> dict[str, str | None]:
    own = {"claim": number, "policy": "P1", "occurred": "2026-05-01", "reported": "2026-05-03", "cover": "home"}
    return {**own, "assessed": "1000", **other}


def test_claims_are_noticed_stated_and_reserved(book: Book, tmp_path: Path) -> None:
    listed = [
        claim("C1", reserve="800", line="roof"),
        claim("C1", reserve=None, line="wall", assessed="50"),
        claim(None, policy="P2", claimant="李四", occurrence="flood", occurrence_name="大水"),
    ]
    path = table(tmp_path, listed)
    with unchanged(book):
        assert isinstance(bring_in(book, "claims", Source(path), how=How(dry=True)), Brought)
    done = bring_in(book, "claims", Source(path))
    assert isinstance(done, Brought), done
    assert [(line.what.en, line.count, line.amount) for line in done.lines] == [
        ("claims", 2, None), ("facts", 3, None), ("estimates", None, 80_000),
    ]  # fmt: skip
    book.act("look", lambda j: _reserve(j, 80_000))
    assert (count(book, t.claim), count(book, t.fact), count(book, t.occurrence)) == (2, 3, 1)
    with unchanged(book):
        assert isinstance(bring_in(book, "claims", Source(path)), Before)


def _reserve(journal: Any, fen: int) -> None:
    held = standing_reserve(journal, locked(journal.connection, "C1"))
    assert sum(money.amount for money in held) == fen


def test_every_row_that_is_wrong_is_named(book: Book, tmp_path: Path) -> None:
    listed = [
        claim("C1"),
        claim("C2", policy="P9"),
        claim("C3", occurred="2026-06-01"),
        claim("C4", occurred="spring"),
        claim("C5", assessed="much"),
        claim("C6", cover="barn"),
        claim("C7", reserve="-3"),
        claim("C2", policy="P9"),
    ]
    path = table(tmp_path, listed)
    with unchanged(book):
        done = bring_in(book, "claims", Source(path))
    assert [(code, line) for code, line, _ in found(done)] == [
        ("unknown-policy", 3),
        ("reported-before-occurred", 4),
        ("bad-cell", 5),
        ("wrong-value", 6),
        ("unknown-cover", 7),
        ("amount-unreadable", 8),
    ]
    assert isinstance(done, list)
    assert done[3].place is not None
    assert done[3].place.column == list(listed[0]).index("assessed") + 1


def test_a_refused_table_goes_out_with_its_reasons(book: Book, tmp_path: Path) -> None:
    path = table(tmp_path, [claim("C1"), claim("C2", policy="P9"), claim("C3", occurred="spring")])
    done = bring_in(book, "claims", Source(path))
    assert isinstance(done, list)
    assert write_rejected(tmp_path / "bad.xlsx", path, done, sheet=None, language="zh") == 2
    back = read_rows(tmp_path / "bad.xlsx")
    assert isinstance(back, Rows)
    assert back.frame["claim"].to_list() == ["C1", "C2", "C3"]
    reasons = back.frame["原因"].to_list()
    assert not reasons[0]
    assert "P9" in reasons[1]
    assert reasons[2].startswith("occurred: ")


def test_a_missing_column_is_said_beside_nothing(book: Book, tmp_path: Path) -> None:
    path = table(tmp_path, [{"claim": "C1"}])
    done = bring_in(book, "claims", Source(path))
    assert found(done) == [("missing-column", 1, 1)]
    assert isinstance(done, list)
    assert write_rejected(tmp_path / "bad.csv", path, done, sheet=None, language="en") == 1


def test_facts_of_claims(book: Book, tmp_path: Path) -> None:
    assert isinstance(bring_in(book, "claims", Source(table(tmp_path, [claim("C1")]))), Brought)
    later = table(tmp_path, [{"claim": "C1", "cover": "home", "assessed": "1200", "查勘日期": "2026-05-09"}], "f.csv")
    assert isinstance(bring_in(book, "facts", Source(later)), Brought)
    known = book.read(lambda c: c.execute(select(t.fact.c.known_on).order_by(t.fact.c.seq)).scalars().all())
    assert known == [dt.date(2026, 5, 3), dt.date(2026, 5, 9)]
    stray = table(tmp_path, [{"claim": "C9", "assessed": "1"}, {"claim": "C1", "asessed": "1"}], "g.csv")
    with unchanged(book):
        codes = [code for code, _, _ in found(bring_in(book, "facts", Source(stray)))]
    assert codes == ["unknown-claim", "unknown-column"]


def test_facts_in_a_table_are_facts_stated_by_hand(book: Book, tmp_path: Path) -> None:
    bring_in(book, "claims", Source(table(tmp_path, [claim("C1"), claim("C2")])))
    values = {"cover": "home", "assessed": "5"}
    stated = Statement(values, "clerk", dt.date(2026, 5, 9))
    book.act("fact", lambda j: state_facts(j, book.library, "C1", stated))
    path = table(tmp_path, [{"claim": "C2", **values, "known": "2026-05-09"}], "f.csv")
    assert isinstance(bring_in(book, "facts", Source(path)), Brought)
    query = select(t.fact.c.body, t.fact.c.reported_by, t.fact.c.known_on).where(t.fact.c.seq == 2)
    one, other = book.read(lambda c: c.execute(query).all())
    assert one == other


def test_bills_are_claims_with_a_line_for_every_row(store: Store, tmp_path: Path) -> None:
    book = founded(store)
    opened = open_programme(Path(__file__).resolve().parents[2] / "programmes/ningbo/hospital-bill/2021-08-10.yaml")
    assert isinstance(opened, Opened)
    book.act("publish", lambda j: publish(j, opened.programme))
    common = {"stay": "s1", "level": "3", "aided": "true", "preexisting": "false"}
    item = {"住院号": "B1", "患者": "陈某", "入院日期": "2021-11-16", **common}
    listed = [
        {**item, "责任": "甲类", "billed": "60000"}, {**item, "责任": "乙类", "billed": "20000"},
        {**item, "责任": "自费", "billed": "45000"}, {**item, "住院号": "B2", "责任": "甲类", "billed": "1"},
    ]  # fmt: skip
    said = {
        "constants": {"programme": "ningbo.hospital-bill"},
        "values": {"cover": {"甲类": "class_a", "乙类": "class_b", "自费": "own"}},
        "columns": {"cover": "责任"},
    }
    path = table(tmp_path, listed)
    done = bring_in(book, "bills", Source(path, ColumnMapping.model_validate(said)))
    assert isinstance(done, Brought), done
    assert (count(book, t.claim), count(book, t.fact)) == (2, 4)
    lines = book.read(lambda c: [row.body["line"] for row in c.execute(select(t.fact).where(t.fact.c.claim_id == 1))])
    assert sorted(lines) == ["class_a 1", "class_b 2", "own 3"]


def test_payments_are_booked_on_their_days(book: Book, tmp_path: Path) -> None:
    listed: list[dict[str, Any]] = [
        {"保单号": "P1", "对方户名": "王五", "贷方金额": "600.00", "交易日期": "2026-03-05"},
        {"保单号": "P1", "对方户名": "市财政", "贷方金额": "100", "交易日期": "2026-03-06"},
        {"保单号": "P1", "对方户名": "市财政", "贷方金额": "300", "交易日期": "2026-03-05"},
        {"保单号": "P2", "对方户名": None, "贷方金额": None, "交易日期": None},
    ]
    path = table(tmp_path, listed)
    done = bring_in(book, "payments", Source(path))
    assert isinstance(done, Brought), done
    assert [(line.count, line.amount) for line in done.lines] == [(4, 160_000)]
    query = select(t.transfer.c.booked_on, t.transfer.c.amount).where(t.transfer.c.stage == "paid")
    paid = book.read(lambda c: sorted((day, amount) for day, amount in c.execute(query)))
    march = dt.date(2026, 3, 5)
    assert paid == [
        (march, 30_000), (march, 60_000), (dt.date(2026, 3, 6), 10_000), (dt.date(2026, 6, 30), 60_000),
    ]  # fmt: skip
    with unchanged(book):
        assert isinstance(bring_in(book, "payments", Source(path)), Before)
    more = table(tmp_path, [{"policy": "P1", "payer": "市财政", "amount": "1"}, {"policy": "P9"}], "more.csv")
    with unchanged(book):
        codes = [code for code, _, _ in found(bring_in(book, "payments", Source(more)))]
    assert codes == ["nothing-due", "unknown-policy"]


def test_a_payment_on_a_day_whose_books_are_closed(book: Book, tmp_path: Path) -> None:
    book.act("close", lambda journal: close_books(journal, dt.date(2026, 5, 31)))
    path = table(tmp_path, [{"policy": "P1", "paid": "2026-06-01"}, {"policy": "P2", "paid": "2026-05-31"}])
    with unchanged(book):
        assert found(bring_in(book, "payments", Source(path))) == [("books-closed", 3, 2)]
        assert [one.code for one in listed(bring_in(book, "payments", Source(path), how=How(booked=MAY)))] == [
            "books-closed"
        ]


def test_declarations_under_an_open_policy(store: Store, tmp_path: Path) -> None:
    book = founded(store, {"declarations": "{due: 30 days, late: refused, deposit: 100, minimum: 200}"})
    ask = Ask("t.farm", dt.date(2026, 1, 1), dt.date(2026, 12, 31), {}, Person("王五", "王五"))
    book.act("open", lambda j: open_cover(j, book.library, ask, "O1"))
    own = {"预约保单号": "O1", "end": "2026-12-31", "sum": "100000", "village": "V1", "age": "4"}
    path = table(tmp_path, [{**own, "申报号": f"D{n}", "起期": "2026-06-20"} for n in (1, 2)])
    done = bring_in(book, "declarations", Source(path))
    assert isinstance(done, Brought), done
    assert [line.count for line in done.lines] == [2]
    late = table(
        tmp_path, [{**own, "起期": "2026-03-01"}, {**own, "预约保单号": "O9", "起期": "2026-06-20"}], "late.csv"
    )
    with unchanged(book):
        codes = [code for code, _, _ in found(bring_in(book, "declarations", Source(late)))]
    assert codes == ["declared-late", "unknown-policy"]


def test_exposures_of_a_master_policy(store: Store, tmp_path: Path) -> None:
    book = founded(store)
    ask = Ask("t.farm", dt.date(2026, 1, 1), dt.date(2026, 12, 31), {"village": "V1"}, Person("村委会", "村委会"))
    book.act("master", lambda j: open_master(j, book.library, ask, "M1"))
    own = {"总保单号": "M1", "起期": "2026-07-01", "age": "40"}
    people = [
        {**own, "被保险人": "张三", "凭证号": "E1", "sum": "100000"},
        {**own, "被保险人": "李四", "凭证号": "E2", "sum": "200000", "起期": "2026-01-01"},
    ]
    path = table(tmp_path, people)
    with unchanged(book):
        assert isinstance(bring_in(book, "exposures", Source(path), how=How(dry=True)), Brought)
    done = bring_in(book, "exposures", Source(path))
    assert isinstance(done, Brought), done
    members = book.read(lambda c: schedule(c, find_policy(c, "M1")))
    assert [(one.number, one.segments[0].valid_from, one.segments[0].fields["village"]) for one in members] == [
        ("E1", dt.date(2026, 7, 1), "V1"),
        ("E2", dt.date(2026, 1, 1), "V1"),
    ]
    half, whole = (one.premium for one in members)
    assert 0 < half < whole
    assert [(line.count, line.amount) for line in done.lines] == [(2, half + whole)]
    with unchanged(book):
        assert isinstance(bring_in(book, "exposures", Source(path)), Before)


def test_exposures_that_are_wrong_are_all_named_and_none_joins(book: Book, tmp_path: Path) -> None:
    ask = Ask("t.farm", dt.date(2026, 1, 1), dt.date(2026, 12, 31), {"village": "V1"}, Person("村委会", "村委会"))
    book.act("master", lambda j: open_master(j, book.library, ask, "M1"))
    own = {"policy": "M1", "holder": "张三", "start": "2026-07-01", "age": "40", "sum": "100000"}
    changes: list[dict[str, Any]] = [
        {}, {"policy": "M9"}, {"policy": "P1"}, {"start": "2027-01-01"}, {"sum": "many"}, {"holder": None},
    ]  # fmt: skip
    path = table(tmp_path, [{**own, **change} for change in changes])
    with unchanged(book):
        assert found(bring_in(book, "exposures", Source(path))) == [
            ("unknown-policy", 3, 1), ("other-kind", 4, 1), ("not-on-cover", 5, 1), ("wrong-value", 6, 5),
            ("bad-cell", 7, 2),
        ]  # fmt: skip


def test_a_programme_without_a_word_for_open_policies(book: Book, tmp_path: Path) -> None:
    assert programme().declarations is None
    path = table(tmp_path, [{"policy": "P1", "start": "2026-06-20"}])
    with unchanged(book):
        assert found(bring_in(book, "declarations", Source(path)))[0][0] == "other-kind"


def test_a_table_of_another_kind_is_no_list_of_payments(book: Book, tmp_path: Path) -> None:
    path = table(tmp_path, [{"policy": "P1", "claim": "C1", "occurred": "2026-03-01"}])
    with unchanged(book):
        codes = [code for code, _, _ in found(bring_in(book, "payments", Source(path)))]
    assert codes == ["unknown-column", "unknown-column"]


@pytest.mark.parametrize("kind", ["policies", "claims", "payments"])
def test_headings_alone_are_no_table(book: Book, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("policy,holder\n", "utf-8")
    with unchanged(book):
        assert [code for code, _, _ in found(bring_in(book, kind, Source(path)))] == ["table-empty"]
