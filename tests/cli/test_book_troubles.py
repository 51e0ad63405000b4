"""What the terminal says when the database goes away, is slow, full, or not there: a reason, a remedy, no traceback."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from book.clerk import tables_in
from book.policy_book import BASE
from quanyu.cli.app import app
from quanyu.store import Server

_WAITING = "from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.farm.yaml").write_text(BASE, "utf-8")
    tables_in(tmp_path, 20_000, 1)
    return tmp_path


def quanyu(url: str, *words: str, spoken: str = "en") -> Result:
    """A command; whatever it raises beside its exit is raised here."""
    given = {"QUANYU_DATABASE_URL": url, "QUANYU_LANG": spoken, "COLUMNS": "200", "NO_COLOR": "1"}
    result = CliRunner().invoke(app, list(words), env=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def value(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    return None if row is None else row[0]


@contextmanager
def stopped_at(url: str, table: str) -> Iterator[Callable[[str], None]]:
    """Nobody can write rows of the table; gives what waits until somebody wants to, and then runs a statement."""
    with psycopg.connect(url) as connection:
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())

        def when_waiting(statement: str) -> None:
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline:
                row = connection.execute(f"select count(*) {_WAITING}".encode()).fetchone()
                if row and row[0]:
                    connection.execute(statement.encode())
                    return
                connection.execute(b"select pg_stat_clear_snapshot()")
                time.sleep(0.01)

        yield when_waiting


@pytest.mark.parametrize(("spoken", "said"), [("en", "the database ended the connection"), ("zh", "数据库终止了连接")])
def test_a_connection_that_is_ended_in_the_middle(database_url: str, folder: Path, spoken: str, said: str) -> None:
    with stopped_at(database_url, "programme_version") as when_waiting:
        ending = threading.Thread(target=when_waiting, args=(f"select pg_terminate_backend(pid) {_WAITING}",))
        ending.start()
        result = quanyu(database_url, "book", "publish", str(folder / "t.farm.yaml"), spoken=spoken)
        ending.join()
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output
    assert value(database_url, "select count(*) from txn") == 0
    assert quanyu(database_url, "book", "publish", str(folder / "t.farm.yaml")).exit_code == 0


def test_a_statement_that_waits_too_long(database_url: str, folder: Path) -> None:
    with stopped_at(database_url, "programme_version"):
        hasty = f"{database_url}&options=-c%20statement_timeout%3D300"
        result = quanyu(hasty, "book", "publish", str(folder / "t.farm.yaml"), spoken="zh")
    assert result.exit_code == 1
    assert "语句超时" in result.output
    assert "未作任何改动" in result.output
    assert value(database_url, "select count(*) from txn") == 0


@pytest.mark.parametrize(("spoken", "said"), [("en", "does not answer"), ("zh", "没有应答")])
def test_a_server_that_is_not_there(folder: Path, spoken: str, said: str) -> None:
    result = quanyu("postgresql://127.0.0.1:1/none", "book", "publish", str(folder / "t.farm.yaml"), spoken=spoken)
    assert result.exit_code == 1
    assert said in result.output


def test_an_act_done_before_under_its_reference_ends_in_order(database_url: str, folder: Path) -> None:
    quanyu(database_url, "book", "publish", str(folder / "t.farm.yaml"))
    words = ("book", "quote", "t.farm", "--from", "2026-03-02", "--field", "sum=1万", "--reference", "a1")
    assert quanyu(database_url, *words).exit_code == 0
    again, auf = quanyu(database_url, *words), quanyu(database_url, *words, spoken="zh")
    number = value(database_url, "select id from txn where reference = 'a1'")
    assert (again.exit_code, auf.exit_code) == (0, 0)
    assert f"done before, in transaction {number}" in again.output
    assert f"已办过，见第 {number} 笔" in auf.output
    assert value(database_url, "select count(*) from quote") == 1


@pytest.fixture
def small_disk(store_server: Server, store_template: str, reachable: Path) -> Iterator[tuple[str, Path]]:
    """A database on a file system of 24 MB, and where that is."""
    place = reachable / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small file system can only be mounted by root")
    try:
        os.chown(place, store_server.account.uid, store_server.account.gid)
        with psycopg.connect(store_server.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
            connection.execute(f"CREATE DATABASE small TEMPLATE {store_template} TABLESPACE small".encode())
            try:
                yield store_server.url("small"), place
            finally:
                connection.execute(b"DROP DATABASE small WITH (FORCE)")
                connection.execute(b"DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


@pytest.mark.skipif(sys.platform != "linux", reason="a small file system is made as Linux makes it")
def test_a_disk_that_is_full(small_disk: tuple[str, Path], folder: Path) -> None:
    url, place = small_disk
    assert quanyu(url, "book", "publish", str(folder / "t.farm.yaml")).exit_code == 0
    words = ("import", "policies", str(folder / "farm.csv"))
    result = quanyu(url, *words)
    assert result.exit_code == 1
    assert "the disk of the database is full" in result.output
    assert "make room" in result.output
    assert "磁盘已满" in quanyu(url, *words, spoken="zh").output
    assert value(url, "select count(*) from policy") == value(url, "select count(*) from batch") == 0
    subprocess.run(["mount", "-o", "remount,size=400m", str(place)], check=True)
    assert quanyu(url, *words).exit_code == 0
    assert quanyu(url, *words).exit_code == 0
    assert value(url, "select count(*) from policy") == 20_000
