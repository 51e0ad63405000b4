"""Runs a benchmark: `python bench/run.py TASK` prints one JSON line a subject; `--list` names tasks and subjects."""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import book, campaign, cyclone
from bench.registry import TASKS

APART = {name: room for room in (book, cyclone) for name in room.TASKS}
"""Tasks that run by rules of their own, with the module that runs them."""


def parser() -> argparse.ArgumentParser:
    """The options of the command."""
    made = argparse.ArgumentParser(description=__doc__)
    made.add_argument("task", nargs="?", choices=[*TASKS, *APART, "all"])
    made.add_argument("--list", action="store_true", help="name the tasks and who takes part")
    made.add_argument("--rounds", type=int, help="interleaved rounds (each task has its own number)")
    made.add_argument("--size", type=int, help="years or risks, smaller or larger than the task's own")
    made.add_argument("--only", action="append", default=[], metavar="WORD", help="only subjects whose name has WORD")
    return made


def list_tasks() -> None:
    """Print the tasks with their subjects."""
    for task in TASKS.values():
        print(f"{task.name}: {task.title}")
        for subject in task.subjects:
            absent = subject.script is not None and not subject.script.exists()
            print(f"    {subject.name}{' (absent: will be skipped)' if absent else ''}")
    for name, room in APART.items():
        print(f"{name}: {room.TASKS[name]}")


def main() -> int:
    """Run what is asked; status 1 if a subject failed or an answer of ours does not agree."""
    asked = parser().parse_args()
    if asked.list or asked.task is None:
        list_tasks()
        return 0
    failed = False
    for name in APART if asked.task == "all" else [asked.task] if asked.task in APART else []:
        for line in APART[name].lines(name, size=asked.size, rounds=asked.rounds):
            print(json.dumps(line, ensure_ascii=False), flush=True)
    if asked.task in APART:
        return 0
    for task in TASKS.values() if asked.task == "all" else [TASKS[asked.task]]:
        sized = campaign.resized(task, asked.size)
        for line in campaign.lines(sized, rounds=asked.rounds or task.rounds, only=tuple(asked.only)):
            print(json.dumps(line, ensure_ascii=False), flush=True)
            failed = failed or "error" in line
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
