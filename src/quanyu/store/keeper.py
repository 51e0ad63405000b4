"""The keeper: the process that starts the server, watches over its users, and stops it after the last of them.

    python -m quanyu.store.keeper ORDER

The server is its child, so its number cannot become another's while the keeper lives; the server cannot outlive it.
Users hold a lock together, which the kernel takes from them however they end: when the keeper can have it for itself,
nobody is left.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from quanyu.store.account import Account, become, private
from quanyu.store.binaries import Binaries
from quanyu.store.cluster import ensure_cluster, repair_pid_file, write_access
from quanyu.store.launch import spawn
from quanyu.store.locks import open_lock, release, take
from quanyu.store.order import ADDRESS, KEEPER, LOG, PORT, USERS, Order
from quanyu.store.processes import clear
from quanyu.store.reach import within_reach
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["main"]

_PAUSE = 0.05
_TAKEOVER = 2.0  # seconds until a second keeper gives way
_LEFTOVERS = 60.0  # seconds for what an earlier server left to end
_SHUTDOWN = 120.0  # seconds for a fast shutdown, then an immediate one
_DEATHS, _WITHIN = 5, 60.0  # a server that dies more often than that is not started again
_LOG_SIZE = 16 * 2**20


class _Keeper:
    def __init__(self, order: Order) -> None:
        self.order = order
        self.account = Account(*order.account)
        self.folder = Path(order.folder)
        self.asked = False

    def keep(self) -> None:
        """Keeps the server until nobody uses it. Returns at once where another keeper does."""
        binaries = within_reach(Binaries(Path(self.order.bin), self.order.major), self.account, self.folder)
        become(self.account)
        _enter(self.folder, self.account)
        lock = open_lock(self.folder / KEEPER)
        deadline = time.monotonic() + _TAKEOVER
        while not take(lock, exclusive=True):
            if time.monotonic() > deadline:
                return
            time.sleep(_PAUSE)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)
        _shorten(self.folder / LOG)
        cluster = ensure_cluster(self.folder, binaries, durable=self.order.durable, tell=_tell)
        socket = _socket_folder(self.folder / ADDRESS)
        command = [binaries.program("postgres"), "-D", str(cluster)]
        settings = {**_settings(socket, durable=self.order.durable), **write_access(self.folder, self.account)}
        self._serve(
            [*command, *(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))], cluster
        )
        (self.folder / ADDRESS).unlink(missing_ok=True)
        shutil.rmtree(socket, ignore_errors=True)

    def _serve(self, command: list[str], cluster: Path) -> None:
        users = open_lock(self.folder / USERS)
        deaths: list[float] = []
        while len(deaths) < _DEATHS:
            server = self._start(command, cluster)
            try:
                died = self._watch(server, users)
            finally:
                _stop(server)
            if not died:
                return
            now = time.monotonic()
            deaths = [*(then for then in deaths if now - then < _WITHIN), now]
        last = "\n".join((self.folder / LOG).read_text("utf-8", errors="replace").splitlines()[-5:])
        raise StoreError(
            Text(en=f"the server does not stay up: {last}", zh=f"数据库服务器无法保持运行：{last}"),
            Text(en=f"see {self.folder / LOG}", zh=f"详见 {self.folder / LOG}"),
        )

    def _start(self, command: list[str], cluster: Path) -> "subprocess.Popen[bytes]":
        if not clear(cluster, _LEFTOVERS):
            raise StoreError(
                Text(
                    en=f"processes of an earlier server are still at work in {cluster}",
                    zh=f"先前服务器的进程仍在 {cluster} 中运行",
                ),
                Text(en="end them, then try again", zh="请结束这些进程后重试"),
            )
        repair_pid_file(cluster)
        socket = Path(json.loads((self.folder / ADDRESS).read_text("utf-8"))["socket"])
        for left in socket.glob(".s.PGSQL.*"):
            left.unlink()
        _tell(Text(en="starting the database", zh="正在启动数据库"))
        return spawn(command, self.folder / LOG)

    def _watch(self, server: "subprocess.Popen[bytes]", users: int) -> bool:
        """Waits until the server died, True, or is no longer wanted, False; the users' lock is then held."""
        since: float | None = None
        while server.poll() is None and not self.asked:
            if not take(users, exclusive=True):
                since = None
            elif since is not None and time.monotonic() - since >= self.order.linger:
                return False
            else:
                since = since or time.monotonic()
                release(users)
            time.sleep(_PAUSE)
        return not self.asked

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def main(arguments: list[str]) -> None:
    """Leaves the process that called, then keeps. Each line it prints is a JSON object: `progress` or `error`."""
    given = json.loads(arguments[0])
    order = Order(**{**given, "account": tuple(given["account"])})
    if os.fork():
        os._exit(0)
    try:
        _Keeper(order).keep()
    except StoreError as error:
        _say({"error": [[error.reason.zh, error.reason.en], [error.remedy.zh, error.remedy.en]]})


def _tell(what: Text) -> None:
    _say({"progress": [what.zh, what.en]})


def _say(message: object) -> None:
    # Whoever ordered the keeper may be gone.
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(message).encode() + b"\n")


def _enter(folder: Path, account: Account) -> None:
    try:
        os.chdir(folder)
    except PermissionError:
        raise StoreError(
            Text(
                en=f"the user {account.name}, as whom PostgreSQL runs for root, cannot reach {folder}",
                zh=f"root 启动时 PostgreSQL 以用户 {account.name} 运行，而该用户无法进入 {folder}",
            ),
            Text(
                en="set QUANYU_DATA to a folder whose parents every user can pass, such as /var/lib/quanyu",
                zh="请将 QUANYU_DATA 设为各级上层目录均可通行的位置，如 /var/lib/quanyu",
            ),
        ) from None


def _socket_folder(address: Path) -> Path:
    """The folder of the socket, short and private: the one of before, so that open connections find it again."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        before = Path(json.loads(address.read_text("utf-8"))["socket"])
        if private(before, os.geteuid()):
            return before
    made = Path(tempfile.mkdtemp(prefix="quanyu-", dir="/tmp"))
    fresh = address.with_suffix(".new")
    fresh.write_text(json.dumps({"socket": str(made)}), "utf-8")
    fresh.rename(address)
    return made


def _settings(socket: Path, *, durable: bool) -> dict[str, str]:
    kept = "on" if durable else "off"
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "client_connection_check_interval": "1s",
        "timezone": "Asia/Shanghai",
        "log_timezone": "Asia/Shanghai",
        "jit": "off",
        "fsync": kept,
        "full_page_writes": kept,
        "synchronous_commit": kept,
    }


def _stop(server: "subprocess.Popen[bytes]") -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        if server.poll() is None:
            server.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(_SHUTDOWN)


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_SIZE:
        log.rename(log.with_suffix(".log.1"))


if __name__ == "__main__":
    main(sys.argv[1:])
