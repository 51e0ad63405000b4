"""Expressions are read, name what exists at their place, and give what belongs there."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.written import Expected
from quanyu.formula import names
from quanyu.terms import Finding, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    for one in inspection.written:
        yield from (inspection.quoted(finding) for finding in one.findings)
        if one.expr is None or one.findings:
            continue
        if one.path[0] == "accounts" and names(one.expr):
            yield inspection.finding(
                "not-constant",
                one.path,
                Text("这里需要一个常数", "a constant is needed here"),
                Text("写一个数，如 500万", "write a number such as 5_000_000"),
            )
        if one.expected is Expected.LIST and not one.type.series:
            yield inspection.finding(
                "type-mismatch",
                one.path,
                Text(f"`{one.source}` 不是序列", f"`{one.source}` is no series"),
                Text("写一个序列，如 runs(rain >= 10)", "write a series, such as runs(rain >= 10)"),
            )


RULE = Rule(
    ("expression-syntax", "unknown-name", "unknown-function", "type-mismatch", "argument-count", "not-constant"),
    _search,
)
