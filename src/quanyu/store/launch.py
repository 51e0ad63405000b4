"""PostgreSQL's programs as children that end with their parent, told nothing of other servers."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["run", "spawn"]

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def run(command: Sequence[str], said: str = "") -> "subprocess.CompletedProcess[str]":
    """Runs a program to its end with `said` as its input; it is killed when this process dies before it."""
    with _Bound(signal.SIGKILL) as bound:
        return subprocess.run(
            command, input=said, capture_output=True, text=True, env=_environment(), preexec_fn=bound, check=False
        )


def spawn(command: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    """Starts a server that writes to `log`; it is asked to stop (fast shutdown) when this process dies before it."""
    with log.open("ab") as sink, _Bound(signal.SIGINT) as bound:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=_environment(),
            preexec_fn=bound,  # noqa: PLW1509 - the keeper has one thread
        )


class _Bound:
    """Ties a child to its parent's life: on Linux the kernel sends the signal; elsewhere nothing does."""

    def __init__(self, number: signal.Signals) -> None:
        self._number = number
        self._parent = os.getpid()
        self._prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def __enter__(self) -> "_Bound":
        return self

    def __exit__(self, *_: object) -> None:
        self._prctl = None

    def __call__(self) -> None:
        if self._prctl is not None:
            self._prctl(_PR_SET_PDEATHSIG, self._number)
            if os.getppid() != self._parent:
                os._exit(1)


def _environment() -> Mapping[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}
