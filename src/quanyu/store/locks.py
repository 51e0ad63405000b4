"""Locks on files, which the kernel lets go when whoever holds them is gone, however he went."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["open_lock", "release", "shared", "take"]

_PAUSE = 0.02


def open_lock(path: Path) -> int:
    """A descriptor of the lock file, made where there is none; it belongs to the owner of its folder.

    Root makes files for the server's user, so a link in that folder is not followed.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    owner = path.parent.stat()
    if owner.st_uid != os.geteuid():
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def take(descriptor: int, *, exclusive: bool) -> bool:
    """Takes the lock if it can be had at once."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def release(descriptor: int) -> None:
    """Gives the lock back and keeps the file open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def shared(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Holds the lock with others; `waiting` is called while somebody holds it alone, and may raise."""
    descriptor = open_lock(path)
    try:
        while not take(descriptor, exclusive=False):
            waiting()
            time.sleep(_PAUSE)
        yield
    finally:
        # Closed, not released: a forked child that still uses the server keeps the lock.
        os.close(descriptor)
