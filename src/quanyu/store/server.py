"""Our own server, for as long as somebody uses it: the first who opens it starts it, after the last it stops."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from quanyu.store.account import FOLDER, data_folder, own_folder
from quanyu.store.binaries import find_binaries
from quanyu.store.locks import shared
from quanyu.store.opening import Opening, Server, kept
from quanyu.store.order import KEEPER, USERS, Order
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["Server", "open_server", "wait_until_stopped"]

_PAUSE = 0.02


@contextmanager
def open_server(
    data: Path | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    durable: bool = True,
    linger: float = 2.0,
    patience: float = 300.0,
    progress: Callable[[Text], None] | None = None,
) -> Iterator[Server]:
    """The server of `data` (else QUANYU_DATA, else the user's data folder), started where it does not run.

    durable: False risks the data at a crash of the machine, for tests. linger: seconds for which a server started here
    stays after its last user. patience: seconds to wait for an answer; recovery after a crash may take long.
    progress: told what is waited for. Raises StoreError.
    """
    if sys.platform == "win32":
        raise StoreError(
            Text(en="a server of our own runs on Linux and macOS only", zh="自带数据库服务器仅支持 Linux 与 macOS"),
            Text(
                en="set QUANYU_DATABASE_URL to a PostgreSQL server",
                zh="请将 QUANYU_DATABASE_URL 设为 PostgreSQL 服务器地址",
            ),
        )
    folder, account = own_folder(data.absolute() if data else data_folder(environment))
    opening = Opening(folder, account, progress or (lambda _: None), time.monotonic() + patience)
    with shared(folder / USERS, opening.check):
        binaries = find_binaries(environment)
        order = Order(
            str(folder), (account.name, account.uid, account.gid), str(binaries.bin), binaries.major, durable, linger
        )
        yield opening.server(order)


def wait_until_stopped(data: Path, *, patience: float = 60.0) -> bool:
    """Waits until no server runs for `data`; False when patience is at its end."""
    deadline = time.monotonic() + patience
    while (lock := data / FOLDER / KEEPER).exists() and kept(lock):
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True
