"""Turns the rounds of one subject into its JSON line: medians, phases, ratios to ours. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from bench.process import Run
from bench.registry import Subject, Task

Rounds = Mapping[int, Run]
DIGITS = 4


def middle(values: Iterable[float]) -> float:
    """The median, rounded for print."""
    return round(median(values), DIGITS)


def phase_seconds(run: Run, clock: str) -> dict[str, float]:
    """Seconds of each phase of one run by `clock`: wall or cpu."""
    phases = (run.record or {}).get("phases", {})
    return {name: float(spent[clock]) for name, spent in phases.items()}


def work(run: Run, task: Task, *, clock: str) -> float | None:
    """Seconds of the phases that count as work, scaled to the task's size; None for a plain command."""
    phases = phase_seconds(run, clock)
    if not phases:
        return None
    size = (run.record or {}).get("size", task.size)
    scale = task.size / size if task.scaled else 1.0
    return sum(
        spent * (1.0 if name in task.once else scale) for name, spent in phases.items() if name not in task.apart
    )


def ratios(theirs: Rounds, ours: Rounds, *, task: Task, kinds: Iterable[str]) -> dict[str, float] | None:
    """The ratios that can be told, or None without a round of ours."""
    found = {kind: ratio(theirs, ours, task=task, kind=kind) for kind in kinds}
    return {kind: value for kind, value in found.items() if value is not None} or None


def ratio(theirs: Rounds, ours: Rounds, *, task: Task, kind: str) -> float | None:
    """Median over the common rounds of theirs / ours, in whole-process `wall`, `work` or `work_cpu` seconds."""
    found = []
    for number in theirs.keys() & ours.keys():
        pair = [seconds(run, task, kind=kind) for run in (theirs[number], ours[number])]
        if pair[0] is not None and pair[1]:
            found.append(pair[0] / pair[1])
    return middle(found) if found else None


def seconds(run: Run, task: Task, *, kind: str) -> float | None:
    """One run's seconds of a kind."""
    if kind == "wall":
        return run.wall
    return work(run, task, clock="cpu" if kind == "work_cpu" else "wall")


def line(task: Task, subject: Subject, *, rounds: Rounds, ours: Rounds) -> dict[str, Any]:
    """The result line of a subject that ran at least once without error."""
    runs = list(rounds.values())
    record = runs[0].record or {}
    size = record.get("size", task.size)
    worked = [work(run, task, clock="wall") for run in runs]
    kinds = ["work", "work_cpu"] if task.scaled and size != task.size else ["wall", "work", "work_cpu"]
    result: dict[str, Any] = {
        "subject": subject.name,
        "version": record.get("version"),
        "task": task.name,
        "rounds": len(runs),
        "size": size,
        "wall_s": middle(run.wall for run in runs),
        "cpu_s": middle(run.cpu for run in runs),
        "peak_mb": middle(run.peak_mb for run in runs),
        "work_s": None if None in worked else middle(value for value in worked if value is not None),
        "phases_s": medians([phase_seconds(run, "wall") for run in runs]),
        "ratio_to_ours": ratios(rounds, ours, task=task, kinds=kinds),
    }
    if task.scaled and size != task.size:
        result["work_scaled_to"] = task.size
    return result | {key: record[key] for key in ("remark", "validation") if key in record}


def medians(phases: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each phase that every run has."""
    return {name: middle(one[name] for one in phases) for name in phases[0] if all(name in one for one in phases)}
