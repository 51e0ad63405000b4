"""What a file may state without any amount depending on it yet: kept, shown, and read by a room that keeps facts."""

from collections.abc import Iterator
from typing import Any

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.language.tree import Map, steps_of
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE"]

_BOOK = Text("台账（承保、理赔与账务）", "the book of policies, claims and accounts")
_WATCH = Text("监测（读数与核定）", "the watch over readings and determinations")
_ANY = "*"
_KEPT: tuple[tuple[tuple[str, ...], Text], ...] = (
    (("conventions", "calendar"), _BOOK),
    (("period", "years"), _BOOK),
    (("period", "season"), _BOOK),
    (("period", "extension"), _BOOK),
    (("insured", "schedule"), _BOOK),
    (("parts",), _BOOK),
    (("declarations",), _BOOK),
    (("premium", "true_up"), _BOOK),
    (("services", "items", _ANY, "quota"), _BOOK),
    (("services", "items", _ANY, "milestones"), _BOOK),
    (("excludes",), _BOOK),
    (("proceeds",), _BOOK),
    (("option",), _BOOK),
    (("facts", _ANY, "revision"), _WATCH),
    (("facts", _ANY, "accumulates"), _WATCH),
)
_OF_STEPS = ("quota", "advanced_by", "provisional")


def _search(inspection: Inspection) -> Iterator[Finding]:
    for pattern, reader in _KEPT:
        for path in _matching(inspection.document.tree, pattern, ()):
            yield _said(inspection, path, reader)
    for placed in inspection.steps:
        for key in _OF_STEPS:
            if inspection.has((*placed.path, key)):
                yield _said(inspection, (*placed.path, key), _BOOK)


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
            f"“{path[-1]}”照录并说明，报价、模拟与结算的金额都不随它变",
            f"`{path[-1]}` is kept and shown; no amount that is priced, simulated or settled depends on it",
        ),
        Text(
            f"不用改；读它的是{reader.zh}。要影响金额，请写成步骤或限额",
            f"nothing to change: it is for {reader.en}; what should move money is a step or a limit",
        ),
        severity=Severity.INFO,
    )


RULE = Rule(("kept-unread",), _search)
