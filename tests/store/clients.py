"""Other processes that open the server, and what still runs for a folder."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from quanyu.store import Server

_OPENS = """
import sys
from pathlib import Path
import psycopg
from quanyu.store import open_server
with open_server(Path(sys.argv[1]), linger=0.3) as server:
    print(server.url(), flush=True)
    {body}
"""
WAITS = "sys.stdin.read()"


@contextmanager
def client(data: Path, body: str = WAITS) -> Iterator["subprocess.Popen[str]"]:
    """A process that opens the server of `data`, prints its address, does `body`; killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OPENS.format(body=body), str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd="/",
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for end in (process.stdin, process.stdout):
            if end is not None:
                end.close()


def address(process: "subprocess.Popen[str]") -> str:
    """What the client printed first: it has the server open by then."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def processes(data: Path) -> list[psutil.Process]:
    """All live processes, other than this one and its children, that name the folder or work in it."""
    found = []
    mine = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    for process in psutil.process_iter():
        try:
            named = str(data) in " ".join(process.cmdline()) or process.cwd().startswith(str(data))
            if named and process.pid not in mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def running(data: Path) -> list[int]:
    """The numbers of those processes."""
    return [process.pid for process in processes(data)]


def comes_true(condition: Callable[[], bool], within: float = 20.0) -> bool:
    """Waits until the condition holds; False where it does not in time."""
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def nothing_runs(data: Path) -> bool:
    """Whether every process of the folder ends within a few seconds, and its socket is gone."""
    return comes_true(lambda: not running(data))


def asked(server: Server | str, question: str) -> object:
    """The first value of the first row."""
    url = server if isinstance(server, str) else server.url()
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def number_of(server: Server | str) -> int:
    """The number of the server's first process."""
    return int(str(asked(server, "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)")))
