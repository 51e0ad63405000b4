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
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

from quanyu.store.account import Account, become
from quanyu.store.binaries import Binaries
from quanyu.store.cluster import ensure_cluster
from quanyu.store.locks import open_lock, release, take
from quanyu.store.order import ADDRESS, KEEPER, LOG, USERS, Order
from quanyu.store.postmaster import Postmaster, start
from quanyu.store.reach import within_reach
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["main"]

_PAUSE = 0.1
_TAKEOVER = 2.0  # seconds until a second keeper gives way
_DEATHS, _WITHIN = 5, 60.0  # a server that dies more often than that, in seconds, is not started again
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
        if not self._alone():
            return
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)
        _shorten(self.folder / LOG)
        cluster = ensure_cluster(self.folder, binaries, durable=self.order.durable, tell=_tell)
        self._serve(cluster, binaries)

    def _alone(self) -> bool:
        lock = open_lock(self.folder / KEEPER)
        deadline = time.monotonic() + _TAKEOVER
        while not take(lock, exclusive=True):
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE)
        return True

    def _serve(self, cluster: Path, binaries: Binaries) -> None:
        users = open_lock(self.folder / USERS)
        deaths: list[float] = []
        while len(deaths) < _DEATHS:
            _tell(Text(en="starting the database", zh="正在启动数据库"))
            server = start(cluster, binaries, self.account, durable=self.order.durable)
            try:
                died = self._watch(server, users)
            finally:
                server.stop()
            now = time.monotonic()
            deaths = [*(then for then in deaths if now - then < _WITHIN), now]
            if not died or len(deaths) == _DEATHS:
                (self.folder / ADDRESS).unlink(missing_ok=True)
                shutil.rmtree(server.socket, ignore_errors=True)
            if not died:
                return
        last = "\n".join((self.folder / LOG).read_text("utf-8", errors="replace").splitlines()[-5:])
        raise StoreError(
            Text(en=f"the server does not stay up: {last}", zh=f"数据库服务器无法保持运行：{last}"),
            Text(en=f"see {self.folder / LOG}", zh=f"详见 {self.folder / LOG}"),
        )

    def _watch(self, server: Postmaster, users: int) -> bool:
        """Waits until the server died, True, or is no longer wanted, False; without users their lock is then held."""
        since: float | None = None
        while not self.asked and server.serves():
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
    except Exception:
        # Whoever listened may be gone by now.
        with contextlib.suppress(OSError), (Path(order.folder) / LOG).open("a") as log:
            log.write(traceback.format_exc())
        raise


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


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_SIZE:
        log.rename(log.with_suffix(".log.1"))


if __name__ == "__main__":
    main(sys.argv[1:])
