"""Every step has a label, and labels of one list differ: all outputs and `--set` name steps by them."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path, StepList
from quanyu.terms import Finding, Place, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    for here in inspection.lists:
        seen: dict[str, Place] = {}
        for label, place, path in _labels(inspection, here):
            if not label:
                yield inspection.finding(
                    "label-missing",
                    path,
                    Text("这一步没有标签", "this step has no label"),
                    Text("写 as: 名称", "write as: and a name"),
                )
            elif label in seen:
                yield inspection.finding(
                    "label-duplicate",
                    place,
                    Text(
                        f"同一列表内已有“{label}”（第 {seen[label].line} 行）",
                        f"`{label}` already stands in this list (line {seen[label].line})",
                    ),
                    Text("给其中一步另写 as:", "give one of the two another name by as:"),
                )
            seen.setdefault(label, place)


def _labels(inspection: Inspection, here: StepList) -> Iterator[tuple[str, Place, Path]]:
    for placed in here.steps:
        for n, sub in enumerate(placed.step.sublimits):
            path: Path = (*placed.path, "sublimits", n, "as")
            yield sub.as_, inspection.place(path), path
        yield placed.step.label, inspection.name_place(placed), placed.path


RULE = Rule(("label-missing", "label-duplicate"), _search)
