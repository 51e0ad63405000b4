"""A finer scope behind a coarser one: legal, but dearer to compute."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.rules.nesting import stage_scopes
from quanyu.checks.steps import PlacedStep
from quanyu.language.scopes import ScopeColumns, finer
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    for here in inspection.lists:
        before: list[tuple[PlacedStep, ScopeColumns]] = []
        for placed in here.steps:
            own = stage_scopes(inspection, placed) if here.form != "tower" else []
            found = next(
                (
                    (first, coarse, scope)
                    for scope in own
                    for first, coarse in before
                    if _shared(first, placed) and finer(scope, coarse) and not finer(coarse, scope)
                ),
                None,
            )
            if found:
                first, coarse, scope = found
                yield inspection.finding(
                    "scope-later-finer",
                    inspection.name_place(placed),
                    Text(
                        f"范围 {scope.name} 比前面“{first.step.label}”的 {coarse.name} 更细，要逐行计算",
                        f"the scope {scope.name} is finer than {coarse.name} of `{first.step.label}` before it: "
                        "rows cannot be added up in between",
                    ),
                    Text(
                        "结果无误，只是慢些；能调换次序便把细的放前面",
                        "nothing is wrong, only slower; put finer steps first where the terms allow",
                    ),
                    severity=Severity.INFO,
                )
            before += [(placed, scope) for scope in own]


def _shared(one: PlacedStep, other: PlacedStep) -> bool:
    a, b = one.step.covers, other.step.covers
    return a is None or b is None or bool(set(a) & set(b))


RULE = Rule(("scope-later-finer",), _search)
