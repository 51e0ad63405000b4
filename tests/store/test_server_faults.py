"""What was left behind, what died, what takes long: each fault that a server of one's own meets, on a real server."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from quanyu.store import Server, StoreError, open_server
from quanyu.store.processes import working_in
from quanyu.store.server import wait_until_stopped
from quanyu.terms import Text
from store.clients import address, asked, client, comes_true, nothing_runs, number_of, processes


def as_owner(folder: Path, command: list[str]) -> "subprocess.Popen[bytes]":
    """A process of the user whom the folder belongs to."""
    owner = folder.stat()
    other = owner.st_uid != os.geteuid()
    return subprocess.Popen(
        command, user=owner.st_uid if other else None, group=owner.st_gid if other else None, cwd="/"
    )


@contextmanager
def stranger(folder: Path) -> Iterator[psutil.Process]:
    """A process that has nothing to do with the server, of the same user."""
    process = as_owner(folder, ["sleep", "600"])
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def write_pid_file(cluster: Path, content: str) -> None:
    path = cluster / "postmaster.pid"
    path.write_text(content)
    owner = cluster.stat()
    os.chown(path, owner.st_uid, owner.st_gid)
    path.chmod(0o600)


def stale(number: int, data: Path) -> str:
    """A pid file as a server in `data` writes it."""
    cluster, now = data / "store" / "postgres", int(time.time())
    lines = [number, cluster, now, 5432, "/tmp/gone", "", "  5432001     32769", "ready   "]
    return "\n".join(map(str, lines)) + "\n"


def works(data: Path) -> bool:
    with open_server(data, linger=0.1, patience=60) as server:
        answer = asked(server, "SELECT 1") == 1
    return answer and wait_until_stopped(data)


def test_a_pid_file_that_names_a_stranger_harms_neither(seeded: Path) -> None:
    cluster = seeded / "store" / "postgres"
    with stranger(cluster) as process:
        write_pid_file(cluster, stale(process.pid, seeded))
        assert works(seeded)
        assert process.is_running()
        assert process.status() != psutil.STATUS_ZOMBIE


def test_a_pid_file_that_names_the_server_of_another_folder_harms_neither(
    seeded: Path, store_seed: Path, store_server: Server
) -> None:
    other = number_of(store_server)
    started = asked(store_server, "SELECT pg_postmaster_start_time()")
    write_pid_file(seeded / "store" / "postgres", stale(other, seeded))
    assert works(seeded)
    assert asked(store_server, "SELECT pg_postmaster_start_time()") == started


@pytest.mark.parametrize(
    "content",
    ["", "12", "999999", "not a number\n", "999999\n/gone\n1700000000\n", "0\n"],
)
def test_a_pid_file_that_was_cut_off_is_no_hindrance(seeded: Path, content: str) -> None:
    write_pid_file(seeded / "store" / "postgres", content)
    assert works(seeded)


def test_a_pid_file_of_a_dead_server_is_no_hindrance(seeded: Path) -> None:
    with stranger(seeded / "store") as process:
        number = process.pid
    write_pid_file(seeded / "store" / "postgres", stale(number, seeded))
    assert works(seeded)


def test_right_after_the_servers_death_the_next_who_opens_has_a_live_one(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS amount")
        for _ in range(3):
            os.kill(number_of(server), signal.SIGKILL)
            with open_server(seeded) as again:
                assert asked(again, "SELECT amount FROM kept") == 7
    assert nothing_runs(seeded)


def test_an_open_transaction_leaves_nothing_after_the_servers_death(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        connection = psycopg.connect(server.url(), autocommit=True)
        connection.execute("CREATE TABLE kept (amount bigint)")
        connection.execute("BEGIN")
        connection.execute("INSERT INTO kept SELECT generate_series(1, 100000)")
        os.kill(number_of(server), signal.SIGKILL)
        with open_server(seeded) as again:
            assert asked(again, "SELECT count(*) FROM kept") == 0
        connection.close()
    assert nothing_runs(seeded)


def keeper_of(data: Path) -> psutil.Process:
    (found,) = [process for process in processes(data) if "quanyu.store.keeper" in process.cmdline()]
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_the_server_ends_with_its_keeper(seeded: Path) -> None:
    with open_server(seeded, linger=0.1):
        keeper_of(seeded).kill()
        assert nothing_runs(seeded)
        with open_server(seeded, linger=0.1) as again:
            assert asked(again, "SELECT 1") == 1
    assert nothing_runs(seeded)


def test_a_keeper_that_is_asked_to_end_stops_the_server_in_order(seeded: Path) -> None:
    with open_server(seeded, linger=0.1):
        keeper_of(seeded).terminate()
        assert nothing_runs(seeded)
    assert "database system is shut down" in (seeded / "store" / "store.log").read_text()
    assert not (seeded / "store" / "postgres" / "postmaster.pid").exists()


def test_keeper_and_server_killed_together_with_a_busy_child_left(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS amount")
        body = "psycopg.connect(server.url()).execute('SELECT count(*) FROM generate_series(1, 10^12::bigint)')"
        with client(seeded, body) as busy:
            address(busy)
            active = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%10^12%' AND pid <> pg_backend_pid()"
            assert comes_true(lambda: asked(server, active) == 1)
            keeper, number = keeper_of(seeded), number_of(server)
            os.kill(number, signal.SIGKILL)
            keeper.kill()
            with open_server(seeded, linger=0.1, patience=120) as again:
                assert asked(again, "SELECT count(*) FROM kept") == 1000
                assert all(process.ppid() != 1 for process in working_in(seeded / "store" / "postgres")[1:])
    assert nothing_runs(seeded)


def test_a_server_that_was_left_is_stopped_before_another_starts(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        keeper = keeper_of(seeded)
        keeper.suspend()
        number = number_of(server)
        # A server without a keeper, as a system that does not end children with their parents leaves it.
        command = psutil.Process(number).cmdline()
        keeper.kill()
        assert nothing_runs(seeded)
    socket = server.socket
    assert socket.is_dir()
    orphan = as_owner(seeded / "store", command)
    assert comes_true((socket / ".s.PGSQL.5432").exists)
    assert works(seeded)
    assert orphan.wait(10) == 0


def test_recovery_may_take_longer_than_ten_seconds(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server, psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET hot_standby = off")
        connection.execute("ALTER SYSTEM SET restore_command = 'test -e waited || { touch waited; sleep 11; }; false'")
    assert nothing_runs(seeded)
    signal_file = seeded / "store" / "postgres" / "recovery.signal"
    signal_file.touch()
    owner = signal_file.parent.stat()
    os.chown(signal_file, owner.st_uid, owner.st_gid)
    told: list[Text] = []
    begun = time.monotonic()
    with pytest.raises(StoreError, match="does not answer"), open_server(seeded, linger=30, patience=1):
        pass
    with open_server(seeded, progress=told.append) as server:
        assert time.monotonic() - begun > 10
        assert asked(server, "SELECT pg_is_in_recovery()") is False
        assert any("recovers" in text.en for text in told)
        keeper_of(seeded).terminate()
    assert nothing_runs(seeded)


@pytest.mark.parametrize("after", [0.25, 0.5, 0.9])
def test_a_database_killed_while_it_is_made_is_made_again(reachable: Path, after: float) -> None:
    with client(reachable) as process:
        assert comes_true(lambda: any(reachable.glob("store/postgres*")))
        time.sleep(after - 0.25)
        for left in [psutil.Process(process.pid), *processes(reachable)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()
        process.wait()
    assert nothing_runs(reachable)
    assert works(reachable)
    assert not list(reachable.glob("store/postgres.new-*"))


def test_a_server_that_cannot_start_says_why(seeded: Path) -> None:
    shutil.rmtree(seeded / "store" / "postgres" / "global")
    with pytest.raises(StoreError, match=r"(?s)does not stay up.*global"), open_server(seeded, patience=60):
        pass
    assert nothing_runs(seeded)


def test_a_socket_that_a_cleaner_took_away_comes_back(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        shutil.rmtree(server.socket)
        with open_server(seeded, patience=60) as again:
            assert asked(again, "SELECT 1") == 1
    assert nothing_runs(seeded)


def test_data_of_another_version_are_refused_and_left_alone(seeded: Path) -> None:
    version = seeded / "store" / "postgres" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(StoreError, match=r"written by PostgreSQL 15.*QUANYU_POSTGRES_BIN"), open_server(seeded):
        pass
    assert version.read_text() == "15\n"
    assert nothing_runs(seeded)


def test_a_folder_that_is_no_database_is_refused_and_left_alone(seeded: Path) -> None:
    shutil.rmtree(seeded / "store" / "postgres")
    (seeded / "store" / "postgres").mkdir()
    (seeded / "store" / "postgres" / "letter.txt").write_text("mine")
    with pytest.raises(StoreError, match="is not a database of PostgreSQL"), open_server(seeded):
        pass
    assert (seeded / "store" / "postgres" / "letter.txt").read_text() == "mine"
    assert nothing_runs(seeded)
