"""Statements of account: every fen once, the same as at a day later on and under row security."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from book.worlds import World, act, at, found
from quanyu.book import Act, Journal, Money, writing
from quanyu.book.access import seen_as
from quanyu.book.balances import trial_balance
from quanyu.book.funds import fund_of, funds_of
from quanyu.book.standing import AsKnown
from quanyu.book.statements import SECTIONS, Statement, statement_of
from quanyu.store import Store

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
EVERYONE = ("ada", "bao", "chen", "first", "second", "city", "broker", "bureau", "reserve", "outside")


def section(one: Statement, name: str, stage: str = "due") -> tuple[int, int]:
    return {f"{s}/{g}": both for (s, g), both in one.totals().items()}.get(f"{name}/{stage}", (0, 0))


def test_the_sections_of_an_insurer(store: Store) -> None:
    world = found(store)
    with store.begin() as connection:
        one = statement_of(connection, world.parties["first"], FIRST, LAST)
    assert section(one, "premium") == (150_000, 76_000)
    assert section(one, "premium", "paid") == (150_000, 0)
    assert section(one, "subsidy") == (150_000, 0)
    assert section(one, "commission") == (0, 15_000)
    assert section(one, "losses") == (0, 120_000)
    assert section(one, "losses", "paid") == (0, 120_000)
    assert section(one, "reserve", "reserved") == (0, 40_000)
    assert one.reserves() == (0, 40_000)
    assert (one.opening(), one.closing()) == (0, 150_000 - 76_000 - 15_000)


def test_the_sections_of_the_others(store: Store) -> None:
    world = found(store)
    with store.begin() as connection:
        whole = {name: statement_of(connection, world.parties[name], FIRST, LAST) for name in EVERYONE}
    assert section(whole["city"], "subsidy") == (0, 150_000)
    assert section(whole["broker"], "commission") == (15_000, 0)
    assert section(whole["ada"], "premium") == (0, 50_000)
    assert section(whole["ada"], "losses") == (100_000, 0)
    assert whole["ada"].closing() == 40_000
    assert whole["second"].closing() == 76_000 - 80_000
    assert whole["reserve"].lines == ()
    owed = {name: one.closing() for name, one in whole.items()}
    assert sum(owed.values()) == 0
    assert {line.counterparty for line in whole["city"].lines} == {world.parties["first"]}
    people = [line for line in whole["first"].lines if line.counterparty is None]
    assert {line.section for line in people} == {"premium", "losses", "reserve"}


def test_what_came_before_is_the_opening_balance(store: Store) -> None:
    world = found(store)
    with store.begin() as connection:
        year = statement_of(connection, world.parties["first"], FIRST, LAST)
        parts = [
            statement_of(connection, world.parties["first"], first, last)
            for first, last in (
                (FIRST, dt.date(2026, 1, 10)),
                (dt.date(2026, 1, 11), dt.date(2026, 2, 28)),
                (dt.date(2026, 3, 1), LAST),
            )
        ]
    assert [one.opening() for one in parts[1:]] == [one.closing() for one in parts[:-1]]
    assert parts[-1].closing() == year.closing()
    assert [line for one in parts for line in one.lines] == list(year.lines)


def test_late_knowledge_is_left_out_of_what_was_known(store: Store) -> None:
    world = found(store)
    p = world.parties

    def late(journal: Journal) -> None:
        journal.move(Money("due", "fund", "late", p["city"], p["reserve"], 700, version_id=world.version))

    act(store, dt.date(2026, 8, 1), late, booked=dt.date(2026, 6, 30))
    with store.begin() as connection:
        now = statement_of(connection, p["city"], FIRST, dt.date(2026, 6, 30))
        then = statement_of(connection, p["city"], FIRST, dt.date(2026, 6, 30), known=at(dt.date(2026, 7, 31)))
        before = statement_of(connection, p["city"], FIRST, dt.date(2026, 6, 29))
    assert then.closing() - now.closing() == 700
    assert before.lines == then.lines


def test_row_security_changes_no_number(store: Store) -> None:
    world = found(store)
    with store.begin() as connection:
        for name in EVERYONE:
            me = world.parties[name]
            plain = [statement_of(connection, me, FIRST, LAST, known=known) for known in (None, at(LAST))]
            with seen_as(connection, me):
                guarded = [statement_of(connection, me, FIRST, LAST, known=known) for known in (None, at(LAST))]
            assert guarded == plain
            for other in EVERYONE[:3]:
                if other != name:
                    with seen_as(connection, me):
                        shared = statement_of(connection, me, FIRST, LAST)
                        assert shared.closing() == plain[0].closing()


def test_another_partys_statement_holds_only_what_is_shared(store: Store) -> None:
    world = found(store)
    with store.begin() as connection, seen_as(connection, world.parties["ada"]):
        seen = statement_of(connection, world.parties["first"], FIRST, LAST)
    assert section(seen, "premium") == (50_000, 0)
    assert section(seen, "subsidy") == (0, 0)


def test_a_fund_has_what_came_and_went(store: Store) -> None:
    world = found(store)
    p, of = world.parties, world.version

    def year(journal: Journal) -> None:
        journal.move(
            Money("due", "fund", "opening", p["outside"], p["reserve"], 500, version_id=of),
            Money("due", "premium", "fund", p["ada"], p["reserve"], 90, version_id=of),
            Money("paid", "premium", "fund", p["ada"], p["reserve"], 80, version_id=of),
            Money("due", "losses", "reserve", p["reserve"], p["bao"], 200, version_id=of),
        )

    act(store, dt.date(2026, 5, 1), year)
    with store.begin() as connection:
        assert funds_of(connection, "test.apart") == [p["reserve"]] == funds_of(connection)
        (fund,) = fund_of(connection, p["reserve"], dt.date(2026, 4, 1), LAST)
        (after,) = fund_of(connection, p["reserve"], dt.date(2026, 5, 2), LAST)
    assert (fund.opening, fund.closing, after.opening) == (0, 390, 390)
    assert fund.movements(FIRST) == {
        ("fund", "opening"): (500, 0), ("premium", "fund"): (90, 0), ("losses", "reserve"): (0, 200),
    }  # fmt: skip
    assert fund.owner is not None
    assert fund.owner.id == p["city"]
    assert fund.unpaid == 390 - 80


# ------------------------------------------------------------------ histories


@dataclass(frozen=True)
class Moved:
    """A transfer of a random history. late: days between the day of the books and the day it was written."""

    day: int
    late: int
    stage: str
    flow: str
    payer: int
    receiver: int
    amount: int
    currency: str


NAMES = ("ada", "first", "second", "city", "broker", "reserve", "outside")
FLOWS = ("premium", "losses", "recoveries", "services", "surplus", "calls", "reinstatement", "fund")
moved = st.builds(
    Moved,
    day=st.integers(0, 5),
    late=st.sampled_from([0, 0, 1, 3]),
    stage=st.sampled_from(["due", "paid", "reserved"]),
    flow=st.sampled_from(FLOWS),
    payer=st.integers(0, len(NAMES) - 1),
    receiver=st.integers(1, len(NAMES) - 1),
    amount=st.integers(1, 10**12),
    currency=st.sampled_from(["CNY", "CNY", "USD"]),
)


@pytest.fixture(scope="module")
def kept() -> dict[str, tuple[Store, World]]:
    return {}


@given(st.lists(moved, min_size=1, max_size=25))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_history_replayed_day_by_day_gives_the_statements_that_were_saved(
    store: Store, history: Sequence[Moved]
) -> None:
    begin = dt.date(2026, 3, 1)
    with store.engine.connect() as connection:
        begun = connection.begin()
        try:
            _replay(connection, history, begin)
        finally:
            begun.rollback()


def _replay(connection: Connection, history: Sequence[Moved], begin: dt.date) -> None:
    world = _world(connection)
    saved: dict[tuple[str, dt.date], Statement] = {}
    for number in range(10):
        today = begin + dt.timedelta(days=number)
        for one in (m for m in history if m.day + m.late == number):
            with writing(
                connection, Act("test", "tester", at(today), "", begin + dt.timedelta(days=one.day))
            ) as journal:
                payer, receiver = world[NAMES[one.payer]], world[NAMES[(one.payer + one.receiver) % len(NAMES)]]
                journal.move(Money(one.stage, one.flow, "step", payer, receiver, one.amount, one.currency))
        for name in NAMES:
            saved[name, today] = statement_of(connection, world[name], begin, today)
        assert trial_balance(connection).difference == 0
    for (name, day), then in saved.items():
        again = statement_of(connection, world[name], begin, day, known=at(day, 20))
        assert again == then, (name, day)
        _adds_up(connection, world[name], then, at(day, 20))
    last = begin + dt.timedelta(days=9)
    for currency in ("CNY", "USD"):
        assert sum(saved[name, last].closing(currency) for name in NAMES) == 0


def _world(connection: Connection) -> dict[str, int]:
    ids = {}
    connection.execute(text("insert into log (origin, algorithm) values ('test.book/1', 'sha256')"))
    values = {"at": at(dt.date(2026, 1, 1))}
    connection.execute(text("insert into txn values (1000000, 'test', 'x', '', '2026-01-01', :at, null)"), values)
    for number, name in enumerate(NAMES, 1_000_000):
        kind = {"ada": "person", "city": "government", "broker": "service", "reserve": "account"}.get(name, "insurer")
        row = {"id": number, "code": name, "kind": kind}
        connection.execute(text("insert into party values (:id, :code, :code, :code, :kind, null, 1000000)"), row)
        ids[name] = number
    return ids


def _adds_up(connection: Connection, party: int, one: Statement, known: dt.datetime) -> None:
    """A statement's lines are the transfers of its days, as a plain sum over the table has them."""
    query = """
        select coalesce(sum(amount) filter (where receiver_id = :p), 0),
            coalesce(sum(amount) filter (where payer_id = :p), 0), count(*)
        from transfer x join txn t on t.id = x.txn_id
        where (payer_id = :p or receiver_id = :p) and x.booked_on between :first and :last and recorded_at <= :known
    """
    values = {"p": party, "first": one.first, "last": one.last, "known": known}
    received, given_, count = connection.execute(text(query), values).one()
    assert sum(line.received for line in one.lines) == received
    assert sum(line.given for line in one.lines) == given_
    assert sum(line.entries for line in one.lines) == count
    assert {line.section for line in one.lines} <= set(SECTIONS)


# ------------------------------------------------------------------ trial balance


def test_the_trial_balance_is_nothing_in_every_stage(store: Store) -> None:
    world = found(store)
    with store.begin() as connection:
        every = trial_balance(connection)
        early = trial_balance(connection, AsKnown(booked=dt.date(2026, 1, 10)))
        unknown = trial_balance(connection, AsKnown(at=at(dt.date(2025, 1, 1))))
    assert every.difference == early.difference == 0
    assert unknown.balances == ()
    people = {b.stage: (b.received, b.given) for b in every.balances if b.party is None}
    assert people == {"due": (200_000, 150_000), "paid": (120_000, 150_000), "reserved": (40_000, 0)}
    assert {b.party.id for b in early.balances if b.party} == {
        world.parties[n] for n in ("first", "second", "city", "broker")
    }


CROOKED = {
    "nothing": ("amount", "0"),
    "less than nothing": ("amount", "-1"),
    "to itself": ("receiver_id", "payer_id"),
    "to nobody": ("receiver_id", "999999"),
    "from nobody": ("payer_id", "999999"),
    "one-sided": ("receiver_id", "null"),
    "of no act": ("txn_id", "999999"),
    "on another day than its act": ("booked_on", "booked_on + 1"),
    "of no stage": ("stage", "'promised'"),
    "of no policy": ("policy_id", "999999"),
    "of no claim": ("claim_id", "999999"),
}


@pytest.mark.parametrize("what", CROOKED)
def test_a_crooked_transfer_is_refused_by_the_database(store: Store, what: str) -> None:
    found(store)
    column, value = CROOKED[what]
    names = ("txn_id", "stage", "flow", "label", "payer_id", "receiver_id", "amount", "currency", "booked_on",
             "version_id", "policy_id", "claim_id")  # fmt: skip
    values = ", ".join(value if name == column else name for name in names)
    statement = f"insert into transfer (id, {', '.join(names)}) select 1000000, {values} from transfer limit 1"
    with store.begin() as connection, pytest.raises(Exception, match=r"violates|not in the book"):
        connection.execute(text(statement))
    for change in ("update transfer set amount = amount + 1", "delete from transfer", "truncate transfer"):
        with store.begin() as connection, pytest.raises(Exception, match="only appended"):
            connection.execute(text(change))
