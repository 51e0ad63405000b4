"""Makes and reads what answers are held against: kept in data/, made again when the code that makes it changes."""

import json
import math
import os
import subprocess
import sys
from typing import Any

from bench import tariff
from bench.agreement import Known, Reference
from bench.collective import member_shares
from bench.environments import UnreadyError, digest, interpreter
from bench.registry import DATA, HOME, NUMPY, Task

TIMEOUT = 600
MAKERS = {
    "exact.py": ("exact.py", "lattice.py", "collective.py", "tail.py", "meter.py", "peers/t1_numpy.py"),
    "portfolio.py": ("portfolio.py", "tariff.py", "meter.py"),
}
MAKER_OF = {"standard errors": "exact.py", "bounds": "exact.py", "premiums": "portfolio.py"}


def prepare(task: Task) -> None:
    """Make the task's data and reference where they are absent or stale; raises UnreadyError."""
    maker = MAKER_OF.get(task.judge)
    if maker is None:
        return
    mark = DATA / f"{maker}.ready"
    wanted = digest(*((HOME / source).read_bytes() for source in MAKERS[maker]))
    if mark.exists() and mark.read_text() == wanted:
        return
    print(f"making the reference of {task.name} ...", file=sys.stderr)
    DATA.mkdir(exist_ok=True)
    command = [str(interpreter(NUMPY)), str(HOME / maker), str(DATA)]
    try:
        subprocess.run(command, env=surroundings(), timeout=TIMEOUT, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as problem:
        raise UnreadyError(f"{maker}: {problem.stderr.strip()[-400:]}") from problem
    except subprocess.TimeoutExpired as problem:
        raise UnreadyError(f"{maker}: {problem}") from problem
    mark.write_text(wanted)


def surroundings() -> dict[str, str]:
    """The environment variables of a subject: this folder's parent is where it finds the module `bench`."""
    return os.environ | {"PYTHONPATH": str(HOME.parent)}


def values(task: Task) -> Reference:
    """Known values of the programme's accounts: exact where there are any, simulated elsewhere; t3 takes the exact."""
    exact = read(f"exact-{task.terms}.json")
    if task.judge == "bounds":
        names = ["gross", *(name for name in exact if name.startswith("L"))]
        return {name: {key: Known(x["value"], x["bound"]) for key, x in exact[name].items()} for name in names}
    sample = read(f"simulated-{task.terms}.json")
    years = sample["years"]
    known: dict[str, dict[str, Known]] = {}
    for party, statistics in sample["parties"].items():
        known[party] = {}
        for statistic, pair in statistics.items():
            found = exact.get(party, {}).get(statistic)
            value = found["value"] if found else pair["value"]
            error = found["bound"] if found else pair["error"] / math.sqrt(years)
            known[party][statistic] = Known(value, error, pair["error"])
    return known | members(known["net"])


def members(net: dict[str, Known]) -> dict[str, dict[str, Known]]:
    """The pool members' values: fixed shares of the net."""
    return {
        name: {key: Known(share * x.value, share * x.error, share * x.spread) for key, x in net.items()}
        for name, share in member_shares().items()
    }


def premiums() -> list[int]:
    """The exact premiums of task rating, in fen."""
    return tariff.load_premiums(DATA / tariff.FOLDER / "premiums.bin")


def read(name: str) -> dict[str, Any]:
    """A JSON file of the data folder."""
    return dict(json.loads((DATA / name).read_text()))
