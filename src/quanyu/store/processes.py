"""Which processes of PostgreSQL work in a folder: by the kernel's word alone, never by a file that names a number."""

import contextlib
import signal
import time
from pathlib import Path

import psutil

__all__ = ["clear", "postmaster_of", "working_in"]

_PAUSE = 0.05


def working_in(cluster: Path) -> list[psutil.Process]:
    """The live processes of PostgreSQL whose working directory is `cluster`, as that of a server's processes always is.

    A process is known by number and start together (psutil compares both), so a number that was given away is no match.
    """
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.name().startswith("postgres") and _same(process.cwd(), cluster):
                found.append(process)
    return found


def postmaster_of(processes: list[psutil.Process]) -> psutil.Process | None:
    """The one whose parent is none of the others; None where the children have outlived it."""
    numbers = {process.pid for process in processes}
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.children() and process.ppid() not in numbers:
                return process
    return None


def clear(cluster: Path, patience: float) -> bool:
    """Waits until nobody works in `cluster`, asks a server left there to stop; False when patience is at its end.

    Children of a dead server end by themselves; a new server beside them would spoil the data.
    """
    deadline = time.monotonic() + patience
    asked: psutil.Process | None = None
    while processes := working_in(cluster):
        left = postmaster_of(processes)
        if left is not None and left != asked:
            with contextlib.suppress(psutil.Error):
                left.send_signal(signal.SIGINT)  # fast shutdown: PostgreSQL manual, 18.5
            asked = left
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE)
    return True


def _same(one: str, other: Path) -> bool:
    try:
        return Path(one).samefile(other)
    except OSError:
        return False
