"""Every step of every flow with the place it stands at."""

from collections.abc import Iterator
from dataclasses import dataclass

from quanyu.language.flows import Call, Losses, Premium, Recoveries, Services, Step, Surplus
from quanyu.language.programme import Programme
from quanyu.language.tree import Map, Seq

__all__ = ["FLOWS", "Flow", "Path", "PlacedStep", "StepList", "flows", "lists"]

Path = tuple[str | int, ...]
Flow = Losses | Premium | Recoveries | Services | Surplus | Call
FLOWS = ("premium", "losses", "recoveries", "calls", "services", "surplus")
"""The flows in the order in which they run within a period."""


@dataclass(frozen=True, eq=False)
class PlacedStep:
    """A step: its flow and side, the path of keys that leads to it, and the step it stands in."""

    flow: str
    side: str
    path: Path
    step: Step
    outer: "PlacedStep | None" = None


@dataclass(frozen=True, eq=False)
class StepList:
    """Steps that stand together. `form`: a `list` of a side, a `tower`, or `steps` behind their `outer`."""

    flow: str
    side: str
    path: Path
    form: str
    steps: tuple[PlacedStep, ...]
    outer: PlacedStep | None = None


def flows(programme: Programme) -> dict[str, Flow]:
    """The flows a programme has, in the order in which they run."""
    stated = {name: getattr(programme, name) for name in FLOWS}
    return {name: flow for name, flow in stated.items() if flow is not None}


def lists(programme: Programme, tree: Map) -> tuple[StepList, ...]:
    """Every list of steps that the file writes, outer before inner; those behind a party are steps of the losses."""
    out: list[StepList] = []
    for name, party in programme.parties.items():
        if party.steps:
            out += _placed(StepList("losses", "from", ("parties", name, "steps"), "steps", ()), party.steps)
    for name, flow in flows(programme).items():
        for side, steps in (("from", flow.from_), ("to", flow.to)):
            if steps:
                short = side == "from" and isinstance(next((v for k, v in tree.items() if k == name), None), Seq)
                path: Path = (name,) if short else (name, side)
                out += _placed(StepList(name, side, path, "list", ()), steps)
    return tuple(out)


def _placed(here: StepList, steps: tuple[Step, ...]) -> Iterator[StepList]:
    placed = tuple(PlacedStep(here.flow, here.side, (*here.path, n), step, here.outer) for n, step in enumerate(steps))
    yield StepList(here.flow, here.side, here.path, here.form, placed, here.outer)
    for one in placed:
        for form, inner in (("tower", one.step.tower), ("steps", one.step.steps)):
            if inner is not None:
                yield from _placed(StepList(here.flow, here.side, (*one.path, form), form, (), one), inner)
