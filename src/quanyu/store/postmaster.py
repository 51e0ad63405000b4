"""The server itself: what it is told, how it starts beside what an earlier one left, how it stops."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from quanyu.store.account import Account, private
from quanyu.store.binaries import Binaries
from quanyu.store.cluster import repair_pid_file, write_access
from quanyu.store.launch import spawn
from quanyu.store.order import ADDRESS, LOG, PORT
from quanyu.store.processes import clear
from quanyu.store.trouble import StoreError
from quanyu.terms import Text

__all__ = ["Postmaster", "start"]

_LEFTOVERS = 60.0  # seconds for what an earlier server left to end
_SHUTDOWN = 120.0  # seconds for each way of stopping
_SOCKET = f".s.PGSQL.{PORT}"


@dataclass
class Postmaster:
    """A server that was started, a child of this process. socket: the folder where it listens."""

    process: "subprocess.Popen[bytes]"
    cluster: Path
    socket: Path
    ready: bool = False

    def serves(self) -> bool:
        """Whether it lives and, once it is ready, can still be found: cleaners of /tmp take sockets away."""
        self.ready = self.ready or self._says_ready()
        return self.process.poll() is None and (not self.ready or (self.socket / _SOCKET).exists())

    def stop(self) -> None:
        """Stops it: transactions are rolled back; where that takes too long, at once, to recover at the next start."""
        # SIGINT is the fast, SIGQUIT the immediate shutdown: PostgreSQL manual, 18.5.
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(_SHUTDOWN)

    def _says_ready(self) -> bool:
        with contextlib.suppress(OSError):
            lines = (self.cluster / "postmaster.pid").read_text("utf-8", errors="replace").split()
            return lines[:1] == [str(self.process.pid)] and lines[-1] == "ready"
        return False


def start(cluster: Path, binaries: Binaries, account: Account, *, durable: bool) -> Postmaster:
    """Starts the server of `cluster`. The caller alone may be at work in the folder around it, and be `account`.

    Raises StoreError where processes of an earlier server will not end.
    """
    folder = cluster.parent
    socket = _socket_folder(folder / ADDRESS)
    _write_address(folder / ADDRESS, socket, None)
    if not clear(cluster, _LEFTOVERS):
        raise StoreError(
            Text(
                en=f"processes of an earlier server are still at work in {cluster}",
                zh=f"先前服务器的进程仍在 {cluster} 中运行",
            ),
            Text(en="end them, then try again", zh="请结束这些进程后重试"),
        )
    repair_pid_file(cluster)
    for left in socket.glob(".s.PGSQL.*"):
        left.unlink()
    settings = {**_settings(socket, durable=durable), **write_access(folder, account)}
    told = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = spawn([binaries.program("postgres"), "-D", str(cluster), *told], folder / LOG)
    _write_address(folder / ADDRESS, socket, process.pid)
    return Postmaster(process, cluster, socket)


def _socket_folder(address: Path) -> Path:
    """The folder of the socket, short and private: the one of before, so that open connections find it again."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        before = Path(json.loads(address.read_text("utf-8"))["socket"])
        if private(before, os.geteuid()):
            return before
    # Not the folder for temporary files that the environment names: the path of a socket has 107 bytes at most.
    return Path(tempfile.mkdtemp(prefix="quanyu-", dir="/tmp"))


def _write_address(address: Path, socket: Path, number: int | None) -> None:
    """Says where the server listens and which process it is: none while it is another's that is made to end."""
    fresh = address.with_suffix(".new")
    fresh.write_text(json.dumps({"socket": str(socket), "server": number}), "utf-8")
    fresh.rename(address)


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
        # The details of an error are the row that was refused: they are told to who wrote it, and not kept.
        "log_error_verbosity": "terse",
        "fsync": kept,
        "full_page_writes": kept,
        "synchronous_commit": kept,
    }
