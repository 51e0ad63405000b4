"""Runs one task: environments, reference, an untimed trial of each subject, then the interleaved rounds."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from typing import Any

from bench import agreement, reference, summary, tariff
from bench.environments import UnreadyError, interpreter
from bench.process import Run, run
from bench.registry import DATA, HOME, PRODUCT, Subject, Task

RESULTS = HOME / "results"


@dataclass
class Entry:
    """A subject with its command, its good rounds, and why it stopped taking part."""

    subject: Subject
    command: tuple[str, ...] = ()
    rounds: dict[int, Run] = field(default_factory=dict)
    skipped: str | None = None
    error: str | None = None
    premiums: list[int] = field(default_factory=list)

    @property
    def running(self) -> bool:
        """Whether it still takes part."""
        return self.skipped is None and self.error is None


def lines(task: Task, *, rounds: int, only: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Run the task and yield a result line a subject."""
    entries = [enter(subject) for subject in task.subjects if not only or any(word in subject.name for word in only)]
    unready = None
    try:
        if any(entry.running for entry in entries):
            reference.prepare(task)
    except UnreadyError as problem:
        unready = str(problem)
    for number in range(-1, rounds):
        for entry in entries:
            if entry.running:
                take(task, entry, number=number)
    ours = next((entry for entry in entries if entry.subject.ours and entry.rounds), None)
    for entry in entries:
        yield conclude(task, entry, ours=ours, unready=unready)


def enter(subject: Subject) -> Entry:
    """A subject made ready, or the reason why it is not."""
    folder = Path(sys.executable).parent
    if subject.script is not None and not subject.script.exists():
        return Entry(subject, skipped=f"{subject.script.relative_to(HOME.parent)} is not there")
    if subject.command:
        command = tuple(word.format(bin=folder) for word in subject.command)
        absent = None if Path(command[0]).exists() else f"{Path(command[0]).name} is not installed here"
        return Entry(subject, command, skipped=absent)
    try:
        python = interpreter(subject.environment) if subject.environment else Path(sys.executable)
    except UnreadyError as problem:
        return Entry(subject, error=str(problem))
    return Entry(subject, (str(python), str(subject.script), *subject.options))


def take(task: Task, entry: Entry, *, number: int) -> None:
    """One round of one subject; round -1 is the trial, small where the task has a size, and is not counted."""
    size = min(entry.subject.size or task.size, task.size) if task.scaled else entry.subject.size or task.size
    command = list(entry.command)
    out = RESULTS / f"premiums-{os.getpid()}.bin"
    if entry.subject.script is not None:
        command += ["--data", str(DATA)]
    if task.measure:
        command += [task.measure, str(min(task.trial, size) if number < 0 else size)]
    if task.judge == "premiums":
        command += ["--out", str(out)]
    RESULTS.mkdir(exist_ok=True)
    done = run(
        command,
        environment=reference.surroundings(),
        timeout=entry.subject.timeout,
        printed=entry.subject.script is not None,
    )
    print(f"{task.name} round {number}: {entry.subject.name}: {done.error or f'{done.wall:.2f} s'}", file=sys.stderr)
    note(task, entry, number=number, done=done)
    if done.error:
        entry.error = done.error
    elif number >= 0:
        entry.rounds[number] = done
        entry.premiums = tariff.load_premiums(out) if out.exists() else []
    out.unlink(missing_ok=True)


def note(task: Task, entry: Entry, *, number: int, done: Run) -> None:
    """Append the run to the task's file of raw results."""
    raw = {"round": number, "subject": entry.subject.name, "load": round(os.getloadavg()[0], 2), **vars(done)}
    with (RESULTS / f"{task.name}.jsonl").open("a") as file:
        file.write(json.dumps(raw) + "\n")


def conclude(task: Task, entry: Entry, *, ours: Entry | None, unready: str | None) -> dict[str, Any]:
    """The result line of a subject, whatever became of it."""
    if entry.skipped or entry.error:
        reason = {"skipped": entry.skipped} if entry.skipped else {"error": entry.error}
        return {"subject": entry.subject.name, "task": task.name, "rounds": len(entry.rounds), **reason}
    result = summary.line(task, entry.subject, rounds=entry.rounds, ours=ours.rounds if ours else {})
    if entry.subject.command:
        result["version"] = (
            f"{PRODUCT} {metadata.version(PRODUCT)}" if entry is ours else f"python {platform.python_version()}"
        )
    if task.judge == "none":
        return result
    if unready:
        return result | {"agreement": {"error": unready}}
    result["agreement"] = judged(task, entry, ours=None)
    if ours and ours is not entry:
        result["agreement_with_ours"] = judged(task, entry, ours=ours)
    return result


def judged(task: Task, entry: Entry, *, ours: Entry | None) -> dict[str, Any]:
    """The subject's answers against the reference, or against ours."""
    if task.judge == "premiums":
        return agreement.premiums(entry.premiums, ours.premiums if ours else reference.premiums())
    known = reference.values(task)
    record = last(entry)
    if ours is None:
        return compared(task, record, known=known)
    other = last(ours)
    if agreement.missing(other["answers"], known):
        return {"agrees": False, "missing": ["some of our own answers"]}
    known = agreement.as_reference(other["answers"], known, years=other["size"], bounds=other.get("bounds"))
    return compared(task, record, known=known) | {"identical": record["answers"] == other["answers"]}


def compared(task: Task, record: dict[str, Any], *, known: agreement.Reference) -> dict[str, Any]:
    """A record's answers against known values, by the task's way of judging."""
    if task.judge == "bounds":
        return agreement.exact(record["answers"], known, bounds=record.get("bounds"))
    return agreement.simulated(record["answers"], known, years=record["size"])


def last(entry: Entry) -> dict[str, Any]:
    """The record of the last round."""
    return entry.rounds[max(entry.rounds)].record or {}


def resized(task: Task, size: int | None) -> Task:
    """The task at another size, its subjects' own sizes kept where they are smaller."""
    if size is None or task.measure is None:
        return task
    subjects = tuple(replace(one, size=min(one.size, size) if one.size else None) for one in task.subjects)
    return replace(task, size=size, subjects=subjects)
