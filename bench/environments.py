"""Builds the environments of the peers: one folder each under .venvs, packages by name, versions from peers/*.txt."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.registry import HOME, Environment

FOLDER = HOME / ".venvs"
TIMEOUT = 900
ASK_VERSION = "import sys; print(*sys.version_info[:2])"


class UnreadyError(Exception):
    """An environment, a file or a reference could not be made; the text says why."""


def digest(*parts: bytes) -> str:
    """A short name for some content."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def interpreter(environment: Environment) -> Path:
    """The environment's python, built on first use and again when its packages or versions change.

    Raises UnreadyError where no fitting Python is found or the installation fails.
    """
    folder = FOLDER / environment.name
    python = folder / "bin" / "python"
    mark = folder / "ready"
    wanted = digest(" ".join(environment.packages).encode(), environment.constraints.read_bytes())
    if mark.exists() and mark.read_text() == wanted:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    print(f"building the environment {environment.name} ...", file=sys.stderr)
    call(str(fitting_python(environment.python)), "-m", "venv", str(folder))
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    call(str(python), *install, "--constraint", str(environment.constraints), *environment.packages)
    mark.write_text(wanted)
    return python


def call(*command: str) -> None:
    """Run one step of the building; raises UnreadyError with the end of what it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise UnreadyError(f"{command[0]}: {problem}") from problem
    if done.returncode != 0:
        raise UnreadyError(f"{' '.join(command[:4])} ...: {done.stderr.strip()[-400:]}")


def fitting_python(least: tuple[int, int]) -> Path:
    """The running Python if it is new enough, else the first newer one found on this machine."""
    if sys.version_info[:2] >= least:
        return Path(sys.executable)
    for candidate in candidates(least):
        if version(candidate) >= least:
            return candidate
    raise UnreadyError(f"needs Python {least[0]}.{least[1]} or later, none found (QUANYU_BENCH_PYTHON may name one)")


def candidates(least: tuple[int, int]) -> Iterator[Path]:
    """Other interpreters: the named one, those on the path, those pyenv keeps."""
    named = os.environ.get("QUANYU_BENCH_PYTHON")
    if named:
        yield Path(named)
    for minor in range(14, least[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            yield Path(found)
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from sorted(kept.glob("3.*/bin/python"), reverse=True)


def version(python: Path) -> tuple[int, ...]:
    """Major and minor version of an interpreter; (0, 0) for one that does not run."""
    try:
        said = subprocess.run([python, "-c", ASK_VERSION], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    return tuple(map(int, said.stdout.split())) if said.returncode == 0 else (0, 0)
