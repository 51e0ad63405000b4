"""A table of policies issued in one act writes what quoting, underwriting and issuing each of them writes."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from book.mass_book import CODES, MassBook, Risk, Snapshot, opened, table_of
from book.policy_book import programme
from quanyu.store import Server, Store, open_store
from store_server import fresh_database

_SHARES = ("0.5%", "1%", "2.35%", "3%", "5%", "0.0417")
_SUMS = ("1", "999.99", "20000", "123456.78", "1000万", "300亿", "0.03")


def _one(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


_TRUTHS = _one("true", "false")
FIELDS: Mapping[str, Mapping[str, st.SearchStrategy[str]]] = {
    "national.first-set": {
        "sum": _one(*_SUMS), "rate": _one(*_SHARES), "nth_year": _one("1", "3", "4", "10"), "in_catalogue": _TRUTHS,
    },
    "shanghai.clinical-trial": {
        "quoted": _one(*_SUMS[:5]), "applicant": _one("sponsor", "person", "hospital"), "approved": _one("true"),
        "trial_class": _one("chemical-1", "other", "device-3"),
    },
    "shanghai.ic-pool": {
        "sum": _one(*_SUMS), "protection": _one("high", "standard", "weak"),
    },
    "ningbo.cixi-export-credit": {
        "exports": _one("1000", "1999999.99"), "exports_2014": _one("0", "500万"), "rate": _one("0.1%", "0.0337%"),
        "ratio": _one("70%", "90%"),
    },
    "ningbo.hospital-bill": {"aided": _TRUTHS, "preexisting": _TRUTHS, "level": _one("1", "2", "3")},
    "ningbo.fulong-rural-mutual": {"sum": _one("20000", "33333.33"), "due": _one("60", "100")},
    "ningbo.yinzhou-shrimp": {"mu": _one("1", "350", "12.5", "7.333")},
    "nanning.liangqing-hog-futures": {
        "tonnes": _one("1020", "3.5"), "insured_price": _one("15050"), "hedged": _one("95%", "0"),
    },
    "ningbo.small-loan-guarantee": {
        "borrower_kind": _one("grower", "start-up"), "principal": _one("10万", "123456"),
        "accident_premium": _one("0", "1000"), "programme_year": _one("1", "20"), "bank_share": _one("30%"),
    },
}  # fmt: skip


@pytest.fixture
def store_of(store_server: Server, store_template: str) -> Iterator[Callable[[], Store]]:
    """Stores with the newest schema, each new."""
    with ExitStack() as stack:

        def made() -> Store:
            url = stack.enter_context(fresh_database(store_server, store_template))
            return stack.enter_context(open_store(url))

        yield made


@pytest.fixture
def book(store: Store) -> MassBook:
    return MassBook(store).publish(*(one.programme for path in CODES for one in opened(path)))


def in_force(code: str) -> tuple[dt.date, int]:
    """The first day of the latest version of a programme, and for how many days policies may begin under it."""
    path = next(path for path in CODES if path.replace("/", ".", 1) == code)
    last = opened(path)[-1].programme
    first = last.period.since or last.version
    return first, 400 if last.period.until is None else (last.period.until - first).days


IN_FORCE = {code: in_force(code) for code in FIELDS}


@st.composite
def risks(draw: st.DrawFn) -> list[Risk]:
    codes = draw(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, max_size=8))
    found = []
    for n, code in enumerate(codes):
        fields = {name: draw(values) for name, values in FIELDS[code].items()}
        first, days = IN_FORCE[code]
        start = first + dt.timedelta(days=draw(st.integers(0, days)))
        end = start + dt.timedelta(days=draw(st.integers(0, 364)))
        holder = draw(_one("王五", "张三", "慈溪“甲”厂", 'Wu \\ "B"', "a\tb"))
        held = draw(st.sampled_from([None, f"ID-{holder}"]))
        found.append(Risk(code, f"P{n}", holder, start, end, fields, held))
    return found


def same(left: Snapshot, right: Snapshot) -> None:
    assert left.policies == right.policies
    assert left.segments == right.segments
    assert left.transfers == right.transfers
    assert left.parties == right.parties


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listed=risks(), block=st.sampled_from([2, 5, 1000]))
def test_a_table_of_any_programmes(book: MassBook, listed: list[Risk], block: int) -> None:
    # The same holder has one name for one id, and one code for one name.
    known: dict[str, Risk] = {}
    listed = [replace(r, holder_id=known.setdefault(r.holder, r).holder_id) for r in listed]
    same(book.in_columns(table_of(listed), block=block), book.one_by_one(listed))


FARM = {"sum": "100000", "village": "V1", "age": "40"}
DAY, LAST = dt.date(2026, 3, 1), dt.date(2027, 2, 28)


def farm(number: str, holder: str = "王五", **fields: str) -> Risk:
    return Risk("t.farm", number, holder, DAY, LAST, {**FARM, **fields})


def test_a_budget_is_spent_in_the_order_of_the_table(store: Store) -> None:
    terms = """
  base: sum * 1%
  from: [{as: subsidy, party: city, share: 40%, cap: {period: 1000}}, {as: own, party: insured}]
  to: [{as: risk, party: insurer}]
"""
    book = MassBook(store).publish(programme({"premium": terms}))
    listed = [farm(f"P{n}", f"户{n % 3}", sum=s) for n, s in enumerate(["100000", "33333", "150000", "90000"])]
    found = book.in_columns(table_of(listed), block=3)
    same(found, book.one_by_one(listed))
    subsidy = sum(row[6] * n for row, n in found.transfers.items() if row[3] == "subsidy")
    assert subsidy == 100_000


def test_a_party_that_a_field_names(store: Store) -> None:
    terms = """
  base: sum * 1%
  from: [{as: village-pays, party: village, share: 40%}, {as: own, party: insured}]
  to: [{as: risk, party: insurer}]
"""
    book = MassBook(store).publish(programme({"premium": terms}))
    listed = [farm("P1", village="V1"), farm("P2", village="V2"), farm("P3", village="city"), farm("P4", village="V1")]
    same(book.in_columns(table_of(listed), block=2), book.one_by_one(listed))


def test_a_premium_that_only_comes_in(store: Store) -> None:
    terms = "{base: sum * 1%, to: [{as: fee, party: city, share: 3%}, {as: risk, party: insurer}]}"
    book = MassBook(store).publish(programme({"premium": terms}))
    listed = [farm("P1"), farm("P2", sum="0.4"), farm("P3", "张三", sum="0")]
    same(book.in_columns(table_of(listed)), book.one_by_one(listed))


def test_columns_that_have_types_are_kept_as_people_write_them(store: Store) -> None:
    book = MassBook(store).publish(programme({"insured": "{fields: {sum: money, village: key, age: int, new: bool}}"}))
    listed = [farm("1001", sum="100000", new="true"), farm("1002", sum="0.0000125", new="false")]
    frame = table_of(listed).with_columns(
        pl.col("sum").cast(pl.Float64),
        pl.col("age").cast(pl.Float64),
        pl.col("policy").cast(pl.Float64),
        pl.col("start").str.to_datetime("%Y-%m-%d"),
        pl.col("end").str.to_date(),
        new=pl.col("new") == "true",
    )
    same(book.in_columns(frame), book.one_by_one(listed))


def test_truths_in_chinese(store: Store) -> None:
    book = MassBook(store).publish(programme({"insured": "{fields: {sum: money, village: key, age: int, new: bool}}"}))
    listed = [farm("1", new="true"), farm("2", new="false")]
    frame = table_of(listed).with_columns(new=pl.Series(["是", "否"]))
    same(book.in_columns(frame), book.one_by_one(listed))


BUDGETS = st.sampled_from([
    "share: 40%, cap: {period: 1000}", "share: 1/3, limit: {period: 777.77}",
    "limit: {policy: 1% * sum}, cap: {village: 300}",
    "share: 40%, cap: {policy: 120, period: 700}", "share: 30%, limit: {policy: 20% * premium}, cap: {period: 500}",
])  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_budgets_of_any_kind(store_of: Callable[[], Store], data: st.DataObject) -> None:
    terms = f"""
  base: sum * 1%
  from: [{{as: subsidy, party: city, {data.draw(BUDGETS)}}}, {{as: own, party: insured}}]
  to: [{{as: fee, party: village, share: 7%}}, {{as: risk, party: insurer}}]
"""
    book = MassBook(store_of()).publish(programme({"premium": terms, "scopes": "{village: [village, period]}"}))
    sums = data.draw(st.lists(_one("100000", "33333.33", "0", "7", "64000"), min_size=1, max_size=8))
    listed = [
        replace(farm(f"P{n}", f"户{n % 2}", sum=one, village=data.draw(_one("V1", "V2"))), start=data.draw(STARTS))
        for n, one in enumerate(sums)
    ]
    listed = [replace(one, end=one.start + dt.timedelta(days=100)) for one in listed]
    same(book.in_columns(table_of(listed), block=data.draw(st.sampled_from([2, 5]))), book.one_by_one(listed))


STARTS = st.sampled_from([dt.date(2026, 3, 1), dt.date(2027, 1, 5)])
