"""One party with a cap of the same scope in two sibling steps: the two caps add up."""

from collections.abc import Iterator, Sequence

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import PlacedStep
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE"]

_SINGLE = ("claim", "event")


def _search(inspection: Inspection) -> Iterator[Finding]:
    for here in inspection.lists:
        groups: dict[tuple[str, str], list[PlacedStep]] = {}
        for placed in here.steps:
            for scope, _ in placed.step.cap:
                if placed.step.party is not None and scope not in _SINGLE:
                    groups.setdefault((placed.step.party, scope), []).append(placed)
        for (_, scope), steps in groups.items():
            if len(steps) > 1:
                yield _twice(inspection, steps, scope)


def _apart(steps: Sequence[PlacedStep]) -> bool:
    """Whether the steps belong to sections that have no cover in common."""
    named = [cover for placed in steps for cover in placed.step.covers or ()]
    return all(placed.step.covers is not None for placed in steps) and len(named) == len(set(named))


def _twice(inspection: Inspection, steps: Sequence[PlacedStep], scope: str) -> Finding:
    first, other = steps[0], steps[1]
    return inspection.finding(
        "sibling-caps",
        inspection.key((*other.path, "cap", scope)),
        Text(
            f"{other.step.party} 在“{first.step.label}”与此步各有一个 {scope} 封顶：合计可赔两份",
            f"{other.step.party} has a cap per {scope} in `{first.step.label}` and here: in all it can pay both",
        ),
        Text(
            "若是一个共同的限额，写成一步，分项限额放进 sublimits",
            "if it is one joint limit, make one step of them and state the parts as sublimits",
        ),
        severity=Severity.INFO if _apart(steps) else Severity.WARNING,
    )


RULE = Rule(("sibling-caps",), _search)
