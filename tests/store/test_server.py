"""Our own server lives as long as somebody uses it, however its users end."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from quanyu.store import open_server, open_store
from store.clients import WAITS, address, asked, client, comes_true, nothing_runs, number_of, running

_STARTED = "SELECT pg_postmaster_start_time()"


def test_two_processes_share_one_server_until_the_last_has_left(seeded: Path) -> None:
    with open_server(seeded, linger=0.3) as server, client(seeded) as other:
        assert address(other) == server.url()
        started = asked(server, _STARTED)
        other.communicate()
        assert asked(server, _STARTED) == started
        assert running(seeded)
    assert nothing_runs(seeded)


def test_the_server_outlives_the_process_that_started_it(seeded: Path) -> None:
    with client(seeded) as first:
        url = address(first)
        started = asked(url, _STARTED)
        with open_server(seeded) as server:
            first.communicate()
            assert not comes_true(lambda: not running(seeded), within=1.0)
            assert asked(server, _STARTED) == started
    assert nothing_runs(seeded)


def test_many_at_once_start_one_server(seeded: Path) -> None:
    def start(_: int) -> object:
        with open_server(seeded, linger=2) as server:
            return asked(server, _STARTED)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(start, range(6)))) == 1
    assert nothing_runs(seeded)


def test_many_processes_at_once_start_one_server(seeded: Path) -> None:
    with client(seeded) as one, client(seeded) as two, client(seeded) as three:
        numbers = {number_of(address(process)) for process in (one, two, three)}
        assert len(numbers) == 1
    assert nothing_runs(seeded)


def test_within_the_linger_the_same_server_serves_again(seeded: Path) -> None:
    with open_server(seeded, linger=3) as server:
        started = asked(server, _STARTED)
    with open_server(seeded) as server:
        assert asked(server, _STARTED) == started


def test_what_was_committed_is_there_again(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server, psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS amount")
    assert nothing_runs(seeded)
    with open_server(seeded, linger=0.1) as server:
        assert asked(server, "SELECT amount FROM kept") == 7
    assert nothing_runs(seeded)


def test_nothing_of_the_server_stays_in_the_folder_for_temporary_files(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        assert server.socket.is_dir()
    assert nothing_runs(seeded)
    assert not server.socket.exists()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_client_that_is_killed_keeps_nothing_running(seeded: Path, how: signal.Signals) -> None:
    with client(seeded) as process:
        address(process)
        process.send_signal(how)
        process.wait()
    assert nothing_runs(seeded)


@pytest.mark.parametrize("after", [0.05, 0.2, 0.5, 1.0, 1.6])
def test_a_client_killed_while_the_server_starts_keeps_nothing_running(reachable: Path, after: float) -> None:
    with client(reachable) as process:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
    assert nothing_runs(reachable)
    with open_server(reachable, linger=0.1) as server:
        assert asked(server, "SELECT 1") == 1
    assert nothing_runs(reachable)


def test_a_client_killed_within_a_statement_ends_the_statement(seeded: Path) -> None:
    body = "psycopg.connect(server.url()).execute('SELECT pg_sleep(600)')"
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(600)'"
    with open_server(seeded, linger=0.1) as server, client(seeded, body) as process:
        address(process)
        assert comes_true(lambda: asked(server, sleeping) == 1)
        process.kill()
        process.wait()
        assert comes_true(lambda: asked(server, sleeping) == 0, within=5)
    assert nothing_runs(seeded)


def test_a_killed_client_leaves_nothing_of_its_transaction(seeded: Path) -> None:
    body = """
    connection = psycopg.connect(server.url())
    cursor = connection.cursor()
    with cursor.copy("COPY kept FROM STDIN") as copy:
        for number in range(10**9):
            copy.write_row((number,))
            if number == 10**5:
                print("half", flush=True)
    """.strip()
    with open_server(seeded, linger=0.1) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE kept (amount bigint)")
        with client(seeded, body) as process:
            address(process)
            assert process.stdout is not None
            assert process.stdout.readline() == "half\n"
            process.kill()
        backends = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        assert comes_true(lambda: asked(server, backends) == 1, within=5)
        assert asked(server, "SELECT count(*) FROM kept") == 0
    assert nothing_runs(seeded)


def test_a_forked_child_keeps_the_server_it_uses(seeded: Path) -> None:
    body = f"""
    import os
    if os.fork():
        os._exit(0)
    print("child", flush=True)
    {WAITS}
    """.strip()
    with client(seeded, body) as process:
        url = address(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "child\n"
        process.wait()
        assert not comes_true(lambda: not running(seeded), within=1.5)
        assert asked(url, "SELECT 1") == 1
        assert process.stdin is not None
        process.stdin.close()
        assert nothing_runs(seeded)


def test_an_open_store_finds_the_server_again_after_its_death(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server, open_store(server.url()) as store:
        with store.begin() as connection:
            connection.execute(text("CREATE TABLE kept AS SELECT 7 AS amount"))
        os.kill(number_of(server), signal.SIGKILL)
        with open_server(seeded) as again, store.begin() as connection:
            assert again == server
            assert connection.execute(text("SELECT amount FROM kept")).scalar() == 7
    assert nothing_runs(seeded)
