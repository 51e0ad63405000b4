"""Determinations: many claims from one table, as if each were handled alone; revisions; the same table twice."""

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from book.claims_book import ClaimsBook, opened_book, person
from book.test_claims import founded
from quanyu.book import Repeated, publish
from quanyu.book import tables as t
from quanyu.book.claims import Notice, locked, notify, standing_of
from quanyu.book.deciding import Decision, decide_together
from quanyu.book.determining import Determination, Determined, determine
from quanyu.book.facts import Paper, Statement, state_facts
from quanyu.book.paying import Payment, outstanding, pay
from quanyu.book.records import record_of
from quanyu.book.recovering import close
from quanyu.book.versions import Version
from quanyu.desk.open import Opened, open_programme
from quanyu.store import Store
from quanyu.store.evidence.rule import Rule
from quanyu.tables import Rows

ROOT = Path(__file__).resolve().parents[2]
CATASTROPHE = ROOT / "programmes/ningbo/public-catastrophe/2016-01-01.yaml"
LANDFALL, SURVEYED = dt.date(2016, 9, 15), dt.date(2016, 10, 15)
STORM = Determination(
    "ningbo.public-catastrophe", "second-typhoon", LANDFALL, SURVEYED, "survey", cover="household", pay=True
)


def table(depths: list[int | None], first: int = 0) -> Rows:
    """Households with the depth of water in each; an empty house where there is none."""
    frame = pl.DataFrame(
        {
            "insured": [f"H{first + n:05d}" for n in range(len(depths))],
            "name": [f"户主{n}" for n in range(len(depths))],
            "occupied": ["true" if depth is not None else "false" for depth in depths],
            "water_depth": [str(depth or 0) for depth in depths],
            "remark": ["无关的一列"] * len(depths),
        }
    )
    return Rows(frame, "households.csv")


def begun(store: Store) -> tuple[ClaimsBook, Version]:
    book = opened_book(store)
    opened = open_programme(CATASTROPHE)
    assert isinstance(opened, Opened)
    number = book.act(publish, opened.programme)
    with store.begin() as connection:
        return book, book.library.version(connection, number)


def settled(book: ClaimsBook, what: Determination, rows: Rows | None) -> Determined:
    return book.act(determine, book.library, what, rows)


def balances(book: ClaimsBook, stage: str) -> dict[tuple[str, str], int]:
    """What stands between two parties, by their codes."""
    with book.store.begin() as connection:
        codes = {row.id: row.code for row in connection.execute(select(t.party.c.id, t.party.c.code))}
    found: dict[tuple[str, str], int] = defaultdict(int)
    for money in book.money(stage):
        found[codes[money.payer_id], codes[money.receiver_id]] += money.amount
    return dict(found)


def one_by_one(book: ClaimsBook, version: Version, depths: list[int | None], *, number: str) -> None:
    """The same by hand: a notice, a fact, a decision and a payment for each household that gets something."""
    decisions = {}
    for n, depth in enumerate(depths):
        if depth is None or depth <= 20:
            continue
        unit = f"H{n:05d}"
        keys = {"cover": "household", "event": "second-typhoon", "insured": unit}
        claimant = replace(person(f"户主{n}"), code=f"{version.code}/insured:{unit}")
        notice = Notice(version.code, LANDFALL, SURVEYED, claimant, keys=keys, number=f"{number}-{unit}")
        book.act(notify, book.library, notice)
        values = {"occupied": "true", "water_depth": str(depth)}
        book.act(state_facts, book.library, f"{number}-{unit}", Statement(values, "survey", SURVEYED))
        decisions[f"{number}-{unit}"] = Decision(determined=SURVEYED)
    book.act(decide_together, book.library, decisions)
    for one in decisions:
        book.act(pay, one, Payment())


DEPTHS: list[int | None] = [30, 75, 120, None, 20, 50, 51, 100, 101, 21]


def test_a_table_does_what_clerks_do_one_by_one(store: Store, empty_book: ClaimsBook) -> None:
    book, _ = begun(store)
    done = settled(book, STORM, table(DEPTHS))
    assert done == Determined(8, 0, 0, done.amount, done.amount, done.amount, True)
    assert done.amount == (3 * 500 + 3 * 1000 + 2 * 2000) * 100
    other, version = begun(empty_book.store)
    one_by_one(other, version, DEPTHS, number="D1")
    for stage in ("due", "paid"):
        assert balances(book, stage) == balances(other, stage)
    for kind in (t.claim, t.fact, t.claim_event):
        assert rows_of(book, kind) == rows_of(other, kind)


def rows_of(book: ClaimsBook, kind: object) -> list[dict[str, object]]:
    """The rows of a table without what names the transaction."""
    with book.store.begin() as connection:
        codes = {row.id: row.code for row in connection.execute(select(t.party.c.id, t.party.c.code))}
        numbers = {row.id: row.number for row in connection.execute(select(t.claim.c.id, t.claim.c.number))}
        found = [dict(row) for row in connection.execute(select(kind)).mappings()]  # type: ignore[call-overload]
    for row in found:
        for name in ("txn_id", "id"):
            row.pop(name, None)
        if "claimant_id" in row:
            row["claimant_id"] = codes[row["claimant_id"]]
        if "claim_id" in row:
            row["claim_id"] = numbers[row["claim_id"]]
    return sorted(found, key=str)


@pytest.fixture
def empty_book(store_server: object, store_template: str) -> object:
    """A second book."""
    from quanyu.store import open_store
    from store_server import fresh_database

    with fresh_database(store_server, store_template) as url, open_store(url) as opened:  # type: ignore[arg-type]
        yield ClaimsBook(opened)


def test_the_records_of_columns_are_those_read_back(store: Store) -> None:
    book, _ = begun(store)
    paper = Paper("households.csv", "text/csv", b"insured,water_depth")
    settled(book, replace(STORM, paper=paper), table(DEPTHS))
    settled(book, STORM, table([30, 80, 20, None, 20, 120, 51, 100, 101, 21]))
    check_log(book)


def check_log(book: ClaimsBook) -> None:
    """Every leaf is the digest of its record as it is read back."""
    rule = Rule("sha256")
    with book.store.begin() as connection:
        leaves = connection.exec_driver_sql("select kind, subject, txn_id, hash from leaf order by seq").all()
        for kind, subject, txn, digest in leaves:
            assert rule.leaf(record_of(connection, txn, kind, subject)) == bytes(digest), (kind, subject)
    assert {kind for kind, *_ in leaves} >= {"claim", "party", "determination", "txn"}


def test_the_same_table_twice_changes_nothing(store: Store) -> None:
    book, _ = begun(store)
    settled(book, STORM, table(DEPTHS))
    before = [book.count(one) for one in (t.txn, t.claim, t.transfer, t.determination)]
    with pytest.raises(Repeated):
        settled(book, STORM, table(DEPTHS))
    assert [book.count(one) for one in (t.txn, t.claim, t.transfer, t.determination)] == before


def test_a_revised_reading_books_the_difference_both_ways(store: Store) -> None:
    book, version = begun(store)
    settled(book, STORM, table([30, 75, 120, 10]))
    book.act(close, "D1-H00001")
    done = settled(book, replace(STORM, known_on=SURVEYED + dt.timedelta(days=9)), table([30, 120, 75, 60]))
    assert (done.claims, done.revised, done.moved) == (1, 2, 0)
    assert done.amount == (2000 + 1000 + 1000) * 100
    assert done.due == (1000 - 1000 + 1000) * 100
    with store.begin() as connection:
        up, down = (locked(connection, f"D1-H0000{n}") for n in (1, 2))
        assert not standing_of(connection, up).closed
        assert outstanding(connection, up) == []
        assert sum(money.amount for money in outstanding(connection, down)) == 100_000
    kinds = [row["kind"] for row in rows_of(book, t.claim_event) if row["claim_id"] == "D1-H00001"]
    assert sorted(map(str, kinds)) == ["accepted", "accepted", "closed", "notified", "paid", "paid", "reopened"]
    check_log(book)
    assert version.roles


def test_what_is_short_is_shared_with_claims_that_came_before(store: Store) -> None:
    book, version = begun(store)
    first = Notice(
        version.code, dt.date(2016, 8, 20), dt.date(2016, 8, 21), person("first"),
        keys={"cover": "household", "event": "first-typhoon", "insured": "all"}, number="first",
    )  # fmt: skip
    book.act(notify, book.library, first)
    decision = Decision(amounts={"household": "299999000"}, determined=dt.date(2016, 9, 20))
    book.act(decide_together, book.library, {"first": decision})
    done = settled(book, STORM, table([30, 75, 120]))
    assert done.columns
    owed = balances(book, "due")
    city = sum(amount for (payer, _), amount in owed.items() if payer == "宁波市人民政府")
    assert city == (3500 - 1000) * 100
    assert sum(owed.values()) == (299_999_000 + 3500) * 100


def test_a_late_reading_stands_behind_and_a_revised_one_where_it_stood(store: Store) -> None:
    book, _ = begun(store)
    settled(book, STORM, table([30, 75]))
    late = replace(STORM, known_on=SURVEYED + dt.timedelta(days=9))
    done = settled(book, late, table([120, 75, 120]))
    assert (done.claims, done.revised, done.columns) == (1, 1, True)
    with store.begin() as connection:
        events = connection.execute(select(t.claim.c.number, t.claim_event.c.body).join_from(
            t.claim, t.claim_event, t.claim_event.c.claim_id == t.claim.c.id
        ).where(t.claim_event.c.kind == "accepted"))  # fmt: skip
        days = {number: body["determined"] for number, body in events}
    assert days == {
        "D1-H00000": SURVEYED.isoformat(),
        "D1-H00001": SURVEYED.isoformat(),
        "D1-H00002": late.known_on.isoformat(),
    }


def test_an_index_settles_the_policies_in_force(store: Store) -> None:
    book, version = founded(store)
    what = Determination(
        "test.claims", "gauge-9", dt.date(2026, 3, 1), dt.date(2026, 3, 2), "gauge", cover="flood",
        readings=[{"depth": "75"}], pay=True,
    )  # fmt: skip
    done = settled(book, what, None)
    assert (done.claims, done.amount, done.paid) == (1, 100_000, 100_000)
    with store.begin() as connection:
        claim = locked(connection, "D1-P1")
        assert claim.policy_id == 1
        assert connection.execute(select(t.fact.c.body)).scalar_one() == {
            "line": "flood",
            "values": {"depth": "75", "sum_insured": "5000"},
        }
    check_log(book)
    assert version.roles


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"water_depth": ["75"]}, "missing-column"),
        ({"insured": ["a", "a"], "occupied": ["true"] * 2, "water_depth": ["1", "2"]}, "unit-twice"),
        ({"insured": ["a", None], "occupied": ["true"] * 2, "water_depth": ["1", "2"]}, "missing-value"),
        ({"insured": ["a"], "occupied": ["perhaps"], "water_depth": ["1"]}, "wrong-value"),
        ({"insured": ["a"], "occupied": ["true"]}, "cover-without-facts"),
    ],
)
def test_a_table_is_refused_whole(store: Store, columns: dict[str, list[str | None]], code: str) -> None:
    book, _ = begun(store)
    assert book.refused(determine, book.library, STORM, Rows(pl.DataFrame(columns), "t.csv")) == {code}
    assert book.count(t.determination) == 0


def test_a_determination_says_its_cover_and_one_reading_a_place(store: Store) -> None:
    book, _ = begun(store)
    rows = table([30])
    assert book.refused(determine, book.library, replace(STORM, cover=None), rows) == {"cover-not-said"}
    foreign = replace(STORM, readings=[{"dais": "1"}])
    assert book.refused(determine, book.library, foreign, rows) == {"unknown-column"}
    twice = replace(STORM, readings=[{"days": "1"}, {"days": "1"}])
    assert book.refused(determine, book.library, twice, rows) == {"readings-ambiguous"}
