"""One wait for our own server: whoever opens it asks it, and orders a keeper where there is none."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

from quanyu.store.account import Account, private
from quanyu.store.cluster import DATABASE, SUPERUSER
from quanyu.store.locks import open_lock, take
from quanyu.store.order import ADDRESS, KEEPER, LOG, PORT, Order
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["Opening", "Server", "kept"]

_PAUSE = 0.02
_WHO = "SELECT current_setting('data_directory'), split_part(pg_read_file('postmaster.pid'), chr(10), 1)"
_READYING = Text(
    en="the database gets ready; after a crash it recovers first", zh="数据库正在就绪；如曾异常中断须先恢复"
)


@dataclass(frozen=True)
class Server:
    """A server that answers. folder: all it has on disk. socket: where it listens. account: the user it runs as."""

    folder: Path
    socket: Path
    account: Account

    def url(self, database: str = DATABASE) -> str:
        """The address of one of its databases, for psycopg, psql and SQLAlchemy alike; it holds no secret."""
        # requirepeer: the client asks the kernel who listens, so nobody else can stand in for the server.
        query = {"host": self.socket, "port": PORT, "user": SUPERUSER, "requirepeer": self.account.name}
        return f"postgresql:///{database}?{urlencode(query)}"


class Opening:
    """One wait for a server."""

    def __init__(self, folder: Path, account: Account, progress: Callable[[Text], None], deadline: float) -> None:
        self.folder, self.account, self.deadline = folder, account, deadline
        self._progress, self._told = progress, Text.same("")
        self._keeper: subprocess.Popen[bytes] | None = None
        self._heard = b""
        self._broken: list[str] = []

    def server(self, order: Order) -> Server:
        """The server, as soon as it answers."""
        try:
            while (found := self._answering()) is None:
                self._hear()
                if self._keeper is None and not kept(self.folder / KEEPER):
                    self._keeper = _keeper(order)
                self.check()
                time.sleep(_PAUSE)
            return found
        finally:
            self._dismiss()

    def check(self) -> None:
        """Raises StoreError when patience is at its end."""
        if time.monotonic() > self.deadline:
            raise StoreError(
                Text(en=f"the database does not answer ({self._told.en})", zh=f"数据库没有应答（{self._told.zh}）"),
                Text(en=f"wait longer, or see {self.folder / LOG}", zh=f"请再等待，或查看 {self.folder / LOG}"),
            )

    def _tell(self, what: Text) -> None:
        if what != self._told:
            self._told = what
            self._progress(what)

    def _answering(self) -> Server | None:
        """The server if it answers, is the one that the keeper started, and the keeper is there to stop it."""
        # psycopg loads when there is a server to ask.
        import psycopg
        from psycopg.pq import PGconn, Ping

        server, number = self._addressed()
        if server is None or not kept(self.folder / KEEPER):
            return None
        state = PGconn.ping(server.url("postgres").encode())
        if state == Ping.REJECT:
            self._tell(_READYING)
        if state != Ping.OK:
            return None
        with contextlib.suppress(psycopg.OperationalError), psycopg.connect(server.url("postgres")) as connection:
            row = connection.execute(_WHO).fetchone()
            if row and Path(row[0]).resolve() == (self.folder / "postgres").resolve() and int(row[1]) == number:
                return server
        return None

    def _addressed(self) -> tuple[Server | None, int | None]:
        try:
            address = json.loads((self.folder / ADDRESS).read_text("utf-8"))
            socket, number = Path(address["socket"]), address["server"]
        except (OSError, ValueError, KeyError):
            return None, None
        # A folder that another user put in its place would lead to another's server.
        return (Server(self.folder, socket, self.account) if private(socket, self.account.uid) else None), number

    def _hear(self) -> None:
        """Reads what the keeper says; one that has ended is forgotten, so that another is started."""
        if self._keeper is None or self._keeper.stdout is None:
            return
        said = self._keeper.stdout.read(65536)
        self._heard += said or b""
        *lines, self._heard = self._heard.split(b"\n")
        for line in lines:
            self._take(line)
        if said == b"":
            self._dismiss()
            if self._broken:
                raise RuntimeError("\n".join(self._broken))

    def _take(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            # A traceback; all of it follows before the end.
            self._broken.append(line.decode(errors="replace"))
            return
        if "progress" in message:
            self._tell(Text(*message["progress"]))
        if "error" in message:
            raise StoreError(*(Text(*part) for part in message["error"]))

    def _dismiss(self) -> None:
        if self._keeper is not None and self._keeper.stdout is not None:
            self._keeper.stdout.close()
            self._keeper.wait()
        self._keeper, self._heard = None, b""


def _keeper(order: Order) -> "subprocess.Popen[bytes]":
    keeper = subprocess.Popen(
        [sys.executable, "-P", "-m", "quanyu.store.keeper", json.dumps(asdict(order))],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", bufsize=0,
        start_new_session=True,
    )  # fmt: skip
    if keeper.stdout is not None:
        os.set_blocking(keeper.stdout.fileno(), False)
    return keeper


def kept(lock: Path) -> bool:
    """Whether a keeper is at work."""
    descriptor = open_lock(lock)
    try:
        return not take(descriptor, exclusive=False)
    finally:
        os.close(descriptor)
