"""Task statement: the account of an insurer, a city and a holder over a book of 1,000,000 policies, as each sees it.

The book is synthetic and illustrative: a year's policies on fifty days, each with a premium of which a city owes half,
a holder the other half, and a payment of the holder's; every policy is with one of twelve insurers. The rows go through
the schema with its triggers; the accounts are read under row-level security.
"""

import datetime as dt
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
from sqlalchemy import Connection, text

from bench.book.fresh import fresh_server
from quanyu.book.access import seen_as
from quanyu.book.balances import trial_balance
from quanyu.book.statements import Statement, statement_of
from quanyu.store import Store, migrate, open_store

POLICIES = 1_000_000
INSURERS = 12
DAYS = 50
_YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
_QUARTER = (dt.date(2026, 10, 1), dt.date(2026, 12, 31))
_FIRST_HOLDER = 100

_FRAME = """
insert into txn select n, 'issue', 'bench', '', date '2026-01-01' + (n - 1) * 7, now(), null
  from generate_series(1, :days) n;
insert into party values (1, 'city', '某市财政局', 'The city', 'government', null, 1);
insert into party select 1 + n, 'insurer ' || n, '保险 ' || n, 'Insurer ' || n, 'insurer', null, 1
  from generate_series(1, :insurers) n;
insert into programme values (1, 'bench.book', 1);
insert into programme_version values (1, 1, '2026-01-01', '2026-01-01', null, 'attaching', '基准', 'Benchmark',
  sha256(''), '', '[]', 1);
insert into party_role select 1, code, id, '{}', 1 from party;
"""
_BLOCK = """
insert into party select :holder + n, 'holder ' || n, '投保人 ' || n, 'Holder ' || n, 'person', null, :txn
  from generate_series(cast(:low as int), :high) n;
insert into policy select n, 'P' || n, 1, 'policy', :holder + n, 2 + n % :insurers,
    array[1, 2 + n % :insurers, :holder + n], null, null, null, date '2026-01-01' + (:txn - 1) * 7, :txn
  from generate_series(cast(:low as int), :high) n;
insert into segment select n, 1, 'issue', 'in force', date '2026-01-01' + (:txn - 1) * 7, date '2027-12-31',
    '{"sum_insured": "100000"}', 10000 + n % 1000, :txn from generate_series(cast(:low as int), :high) n;
insert into transfer select 3 * n + k, :txn, (array['due', 'due', 'paid'])[k + 1], 'premium',
    (array['own', 'subsidy', 'own'])[k + 1], case k when 1 then 1 else :holder + n end, 2 + n % :insurers,
    5000 + n % 500, 'CNY', date '2026-01-01' + (:txn - 1) * 7, 1, n, null
  from generate_series(cast(:low as int), :high) n, generate_series(0, 2) k;
"""


def lines(size: int | None, rounds: int | None) -> Iterator[dict[str, Any]]:
    """A line for each reader: medians of the rounds, the first of each reader left out.

    `year_cpu_s` is what the server worked for a statement of the year: its time on a machine that does nothing else.
    """
    policies = size or POLICIES
    with fresh_server() as fresh, fresh.database() as url, open_store(url) as store:
        migrate(store.engine)
        began = time.perf_counter()
        _fill(store, policies)
        filled = round(time.perf_counter() - began, 1)
        readers = {"insurer": 3, "city": 1, "holder": _FIRST_HOLDER + policies // 2}
        for name, party in readers.items():
            yield _line(store, name, party, rounds or 9) | {"size": policies, "filled_s": filled}
        with store.begin() as connection:
            spent, every = _clocked(lambda: trial_balance(connection))
        yield {"task": "statement", "subject": "trial balance of all", "seconds": spent, "difference": every.difference}


def _line(store: Store, name: str, party: int, rounds: int) -> dict[str, Any]:
    found: dict[str, Any] = {"task": "statement", "subject": name}
    for span, days in (("year", _YEAR), ("quarter", _QUARTER)):
        times, guarded = _timed(store, party, rounds, days=days, guarded=True)
        bare, plain = _timed(store, party, rounds, days=days, guarded=False)
        found[f"{span}_s"], found[f"{span}_worst_s"] = round(statistics.median(times), 4), round(max(times), 4)
        found[f"{span}_without_rls_s"] = round(statistics.median(bare), 4)
        found["same"] = found.get("same", True) and guarded == plain
        found["transfers"] = sum(line.entries for line in (*plain.lines, *plain.before))
    return found | {"year_cpu_s": _worked(store, party, rounds), "load": os.getloadavg()}


def _worked(store: Store, party: int, rounds: int) -> float:
    """Processor seconds of the server for one statement of the year under row-level security."""
    with store.begin() as connection:
        server = psutil.Process(int(connection.execute(text("select pg_backend_pid()")).scalar_one()))
        with seen_as(connection, party):
            before = server.cpu_times()
            for _ in range(rounds):
                statement_of(connection, party, *_YEAR)
            after = server.cpu_times()
    return round((after.user + after.system - before.user - before.system) / rounds, 3)


def _timed(
    store: Store, party: int, rounds: int, *, days: tuple[dt.date, dt.date], guarded: bool
) -> tuple[list[float], Statement]:
    """Seconds of each round, from the transaction's begin to its end."""
    times: list[float] = []
    found: list[Statement] = []
    for _ in range(rounds + 1):
        spent, one = _clocked(lambda: _read(store, party, days, guarded))
        times.append(spent)
        found.append(one)
    return times[1:], found[-1]


def _read(store: Store, party: int, days: tuple[dt.date, dt.date], guarded: bool) -> Statement:
    def of(connection: Connection) -> Statement:
        if not guarded:
            return statement_of(connection, party, *days)
        with seen_as(connection, party):
            return statement_of(connection, party, *days)

    return store.transact(of, isolation="REPEATABLE READ")


def _clocked(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def _fill(store: Store, policies: int) -> None:
    sizes = {"insurers": INSURERS, "holder": _FIRST_HOLDER}
    with store.begin() as connection:
        _script(connection, _FRAME, {"days": DAYS} | sizes)
    for number in range(DAYS):
        low, high = number * policies // DAYS + 1, (number + 1) * policies // DAYS
        with store.begin() as connection:
            _script(connection, _BLOCK, {"low": low, "high": high, "txn": number + 1} | sizes)
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def _script(connection: Connection, script: str, values: dict[str, int]) -> None:
    for statement in script.strip().split(";\n"):
        if statement.strip():
            used = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement.rstrip(";")), used)
