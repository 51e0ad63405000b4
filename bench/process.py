"""Runs one process and measures it from outside: wall time, processor time, peak memory, and what it printed."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ERROR_END = 400


@dataclass(frozen=True)
class Run:
    """One measured process: seconds, MB (10^6 bytes), the last JSON line it printed, or what went wrong."""

    wall: float
    cpu: float
    peak_mb: float
    record: dict[str, Any] | None = None
    error: str | None = None


def run(command: Sequence[str], *, environment: Mapping[str, str], timeout: float, printed: bool) -> Run:
    """Run `command` to its end or for `timeout` seconds; with `printed`, a JSON line is expected of it.

    The peak is the kernel's for the process and the children it waited for. It cannot be under the runner's own size,
    since a new process starts as a copy of the runner.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        try:
            child = subprocess.Popen(command, stdout=out, stderr=err, env=environment, start_new_session=True)
        except OSError as problem:
            return Run(0.0, 0.0, 0.0, error=str(problem))
        late = threading.Event()
        timer = threading.Timer(timeout, stop, (child.pid, late))
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        texts = [text(file) for file in (out, err)]
    measured = (wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)
    if late.is_set():
        return Run(*measured, error=f"stopped after {timeout:g} s")
    if child.returncode != 0:
        return Run(*measured, error=f"exit status {child.returncode}: {texts[1].strip()[-ERROR_END:]}")
    record = last_record(texts[0]) if printed else {}
    return Run(*measured, record=record, error=None if record is not None else "printed no JSON line")


def stop(pid: int, late: threading.Event) -> None:
    """End a process and all it started."""
    late.set()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def text(file: Any) -> str:
    """All that was written to a file."""
    file.seek(0)
    return str(file.read().decode(errors="replace"))


def last_record(printed: str) -> dict[str, Any] | None:
    """The last line that is a JSON object, or None."""
    for line in reversed(printed.splitlines()):
        if line.startswith("{"):
            try:
                return dict(json.loads(line))
            except ValueError:
                continue
    return None
