"""What a file may state without any amount or verb depending on it: kept, and shown to the people who act on it."""

from collections.abc import Iterator
from typing import Any

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.language.tree import Map, steps_of
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE"]

_PEOPLE = Text("经办的人", "the people who handle policies and claims")
_WATCH = Text("报告读数的人", "the people who report readings")
_ANY = "*"
_KEPT: tuple[tuple[tuple[str, ...], Text], ...] = (
    (("conventions", "calendar"), _PEOPLE),
    (("period", "season"), _PEOPLE),
    (("period", "extension"), _PEOPLE),
    (("insured", "schedule"), _PEOPLE),
    (("parts",), _PEOPLE),
    (("services", "items", _ANY, "quota"), _PEOPLE),
    (("services", "items", _ANY, "milestones"), _PEOPLE),
    (("proceeds",), _PEOPLE),
    (("option",), _PEOPLE),
    (("facts", _ANY, "revision"), _WATCH),
    (("facts", _ANY, "accumulates"), _WATCH),
)
_OF_STEPS = ("quota", "provisional")


def _search(inspection: Inspection) -> Iterator[Finding]:
    for pattern, reader in _KEPT:
        for path in _matching(inspection.document.tree, pattern, ()):
            yield _said(inspection, path, reader)
    for placed in inspection.steps:
        for key in _OF_STEPS:
            if inspection.has((*placed.path, key)):
                yield _said(inspection, (*placed.path, key), _PEOPLE)


def _matching(node: Any, pattern: tuple[str, ...], path: Path) -> Iterator[Path]:
    """The paths of the file that a pattern names; `*` is any key or item."""
    if not pattern:
        yield path
        return
    inner = steps_of(node) if pattern[0] == _ANY or isinstance(node, Map) else ()
    for step, value in inner:
        if pattern[0] in (_ANY, step):
            yield from _matching(value, pattern[1:], (*path, step if isinstance(step, int) else str(step)))


def _said(inspection: Inspection, path: Path, reader: Text) -> Finding:
    return inspection.finding(
        "kept-unread",
        inspection.key(path),
        Text(
            f"“{path[-1]}”照录并说明，报价、模拟、结算与办理都不随它变",
            f"`{path[-1]}` is kept and shown; no amount and no verb of the book depends on it",
        ),
        Text(
            f"不用改；读它的是{reader.zh}。要影响金额，请写成步骤或限额",
            f"nothing to change: it is for {reader.en}; what should move money is a step or a limit",
        ),
        severity=Severity.INFO,
    )


RULE = Rule(("kept-unread",), _search)
