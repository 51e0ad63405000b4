"""Nothing is lost: clerks, connections and servers are killed at any moment of a day's work.

What is in the book afterwards is what some whole acts have written; begun again, the work is completed once; begun a
third time, nothing changes. QUANYU_KILLS: how many clerks are killed at random moments (4 where it is not set).
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest

from book.clerk import NOON, Order, tables_in
from book.clerks import sound
from quanyu.desk.booking import Book, open_book
from quanyu.store import Server, open_server, open_store
from store_server import folder_within_reach

KILLS = int(os.environ.get("QUANYU_KILLS", "4"))
SEED = int(os.environ.get("QUANYU_KILLS_SEED", "20260302"))
TESTS = Path(__file__).resolve().parents[1]
ROWS, SHARED = 600, 10
_NUMBERS = count(1)
_DEATHS, _WITHIN = 3, 61.0
"""Servers that are killed within so many seconds: the keeper takes more for a server that cannot live."""

STATE = """
select 'acts', coalesce(reference, kind), count(*)::text from txn group by 2
union all select 'batch', file, row_count::text from batch
union all select 'party', code, kind from party
union all select 'policy', p.number, string_agg(concat_ws('|', s.seq, s.kind, s.state, s.valid_from, s.valid_to,
  s.premium, s.fields), ';' order by s.seq) from policy p join segment s on s.policy_id = p.id group by 2
union all select 'claim', c.number, string_agg(concat_ws('|', e.seq, e.kind, e.body), ';' order by e.seq)
  from claim c join claim_event e on e.claim_id = c.id group by 2
union all select 'fact', c.number, string_agg(concat_ws('|', f.seq, f.body), ';') from claim c join fact f
  on f.claim_id = c.id group by 2
union all select 'quote', e.kind, count(*)::text from quote q join quote_event e on e.quote_id = q.id group by 2
union all select 'money', concat_ws('|', t.stage, t.flow, t.label, a.code, b.code, p.number, c.number),
  sum(t.amount)::text || ' in ' || count(*) from transfer t join party a on a.id = t.payer_id
  join party b on b.id = t.receiver_id left join policy p on p.id = t.policy_id left join claim c on c.id = t.claim_id
  group by 2
union all select 'log', kind, count(*)::text from leaf group by 2
union all select 'tiles', level::text, count(*)::text from tile group by 2
union all select 'heads', '', count(*)::text from head
union all select 'files', '', count(*)::text from evidence_file
"""
"""The book in words that hold no number which another run would not give too."""
State = tuple[tuple[str, ...], ...]


@dataclass
class World:
    """A server of its own, flushed to disk, a clerk to be killed, and what his day's work leaves act by act."""

    server: Server
    folder: Path
    clerk: "subprocess.Popen[str]"
    steps: list[State] = field(default_factory=list)
    lasts: float = 0.0
    deaths: list[float] = field(default_factory=list)

    def database(self) -> "Life":
        """A new book."""
        name = f"life_{next(_NUMBERS)}"
        self.administer(f"CREATE DATABASE {name} TEMPLATE quanyu")
        return Life(self, name, self.server.url(name))

    def administer(self, command: str) -> None:
        with psycopg.connect(self.server.url("postgres"), autocommit=True) as connection:
            connection.execute(command.encode())

    def kill_server(self) -> None:
        """Kills the server's first process; its keeper starts another."""
        while len(recent := [then for then in self.deaths if time.monotonic() - then < _WITHIN]) >= _DEATHS:
            time.sleep(0.2)
        self.deaths = [*recent, time.monotonic()]
        with psycopg.connect(self.server.url("postgres")) as connection:
            row = connection.execute("SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int").fetchone()
        assert row is not None
        os.kill(row[0], signal.SIGKILL)
        with open_server(self.folder):
            pass


@dataclass
class Life:
    """One book from its first act to its last. at: how many acts it was found to hold."""

    world: World
    name: str
    url: str
    at: int = 0

    def begin(self, **told: int) -> int:
        """The clerk begins; gives the number of his process."""
        order = Order(self.url, str(self.world.folder), str(self.world.folder / "said"), **told)
        _in(self.world.clerk).write(json.dumps(asdict(order)) + "\n")
        _in(self.world.clerk).flush()
        return int(_out(self.world.clerk).readline())

    def ended(self, *expected: int) -> int:
        """How he ended, which is one of what is expected; the server has let go of him then."""
        status = int(_out(self.world.clerk).readline())
        said = self.world.folder / "said"
        assert status in expected, said.read_text("utf-8") if said.exists() else status
        self.wait_until(lambda c: _value(c, f"select count(*) {_CLIENTS} and datname = '{self.name}'") == 0)
        return status

    def killed_at_a_commit(self) -> bool:
        """Killed before the next commit, which leaves nothing, and after it; False where there is nothing to commit."""
        done = len(self.world.steps) - 1
        self.begin(before=1, skip=done)
        if self.ended(0, -signal.SIGKILL) == 0:
            return False
        assert self.state() == self.world.steps[-1]
        self.begin(after=1, skip=done)
        self.ended(-signal.SIGKILL)
        return True

    def wait_until(self, condition: Callable[["psycopg.Connection[Any]"], bool]) -> None:
        with psycopg.connect(self.world.server.url("postgres"), autocommit=True) as connection:
            deadline = time.monotonic() + 30
            while not condition(connection):
                assert time.monotonic() < deadline
                time.sleep(0.002)

    def state(self) -> State:
        with psycopg.connect(self.url) as connection:
            return tuple(sorted(connection.execute(STATE.encode()).fetchall()))

    def whole(self) -> int:
        """How many acts the book holds, each of them whole, no fewer than before; and all of it is in the log."""
        state = self.state()
        assert state in self.world.steps, [row for row in state if row not in self.world.steps[-1]][:9]
        found = self.world.steps.index(state)
        assert found >= self.at
        with open_store(self.url) as store:
            sound(Book(store, lambda: NOON, "auditor"))
        self.at = found
        return found

    def completed(self) -> None:
        """The work begun again is done once, and begun once more it changes nothing."""
        for _ in range(2):
            self.begin()
            self.ended(0)
            assert self.whole() == len(self.world.steps) - 1
        self.world.administer(f"DROP DATABASE {self.name} WITH (FORCE)")


_CLIENTS = "from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"


def _value(connection: "psycopg.Connection[Any]", query: str) -> Any:
    row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


def _in(process: "subprocess.Popen[str]") -> IO[str]:
    assert process.stdin is not None
    return process.stdin


def _out(process: "subprocess.Popen[str]") -> IO[str]:
    assert process.stdout is not None
    return process.stdout


@contextmanager
def clerk_process() -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "book.clerk"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=TESTS,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for end in (process.stdin, process.stdout):
            if end is not None:
                end.close()


@pytest.fixture(scope="module")
def world(store_seed: Path) -> Iterator[World]:
    """The day's work done act by act, the clerk being killed before and after each commit, on a server that flushes."""
    with folder_within_reach() as folder, ExitStack() as stack:
        subprocess.run(["cp", "-a", str(store_seed / "store"), str(folder)], check=True)
        tables_in(folder, ROWS, SHARED)
        clerk = stack.enter_context(clerk_process())
        server = stack.enter_context(open_server(folder, linger=0.1))
        with open_book(actor="a", now=lambda: NOON, url=server.url(), environment={}):
            pass
        made = World(server, folder, clerk)
        life = made.database()
        made.steps.append(life.state())
        while life.killed_at_a_commit():
            made.steps.append(life.state())
        life.completed()
        begun = time.monotonic()
        fresh = made.database()
        fresh.begin()
        fresh.ended(0)
        made.lasts = time.monotonic() - begun
        assert fresh.state() == made.steps[-1]
        yield made


def test_killed_at_every_commit(world: World) -> None:
    assert len(set(world.steps)) == len(world.steps) == 12


@pytest.mark.parametrize("what", ["clerk", "connection", "server"])
def test_killed_while_rows_of_a_table_are_written(world: World, what: str) -> None:
    life = world.database()
    waiting = f"{_CLIENTS} and wait_event_type = 'Lock' and datname = '{life.name}'"
    places = {
        "clerk": ("programme_version", "party", "policy", "transfer", "claim_event", "head"),
        "connection": ("segment", "leaf", "tile", "fact"),
        "server": ("policy", "leaf"),
    }
    for table in places[what]:
        with suppress(psycopg.OperationalError), psycopg.connect(life.url) as stopping:
            stopping.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
            number = life.begin()
            life.wait_until(lambda c: _value(c, f"select count(*) {waiting}") > 0)
            if what == "clerk":
                os.kill(number, signal.SIGKILL)
            elif what == "connection":
                stopping.execute(f"select pg_terminate_backend(pid) {waiting}".encode())
            else:
                world.kill_server()
        life.ended(-signal.SIGKILL if what == "clerk" else 1)
        life.whole()
    life.completed()


def test_killed_at_any_moment(world: World) -> None:
    chance = random.Random(SEED)
    life, killed, lives = world.database(), 0, 0
    while killed < KILLS:
        number = life.begin()
        time.sleep(chance.uniform(0, world.lasts * 1.1))
        how = chance.choices(("clerk", "connection", "server"), (16, 4, 1))[0]
        if how == "clerk":
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        elif how == "connection":
            world.administer(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{life.name}'")
        else:
            world.kill_server()
        if life.ended(0, 1, -signal.SIGKILL) != 0:
            killed += 1
        if life.whole() == len(world.steps) - 1 or killed == KILLS:
            life.completed()
            life, lives = world.database(), lives + 1
    assert lives


def test_a_book_whose_making_is_killed_is_made_again(world: World) -> None:
    name = "made"
    world.administer(f"CREATE DATABASE {name} TEMPLATE template0")
    chance = random.Random(SEED)
    life = Life(world, name, world.server.url(name))
    for _ in range(3):
        number = life.begin()
        time.sleep(chance.uniform(0, 0.5))
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
        life.ended(0, -signal.SIGKILL)
    life.completed()
