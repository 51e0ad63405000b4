"""Calls: a step that causes them and the flow that carries them belong together."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    calls = inspection.programme.calls
    causing = [placed for placed in inspection.steps if placed.step.causes]
    if calls is None:
        for placed in causing:
            yield inspection.finding(
                "causes-without-calls",
                inspection.key((*placed.path, "causes")),
                Text("这一步引起摊派，却没有 calls 这条资金流", "this step causes calls, but there is no flow `calls`"),
                Text(
                    "写 calls: {from: [{as: …, party: …}], to: [{as: …, party: …}]}",
                    "write calls: {from: [{as: …, party: …}], to: [{as: …, party: …}]}",
                ),
            )
    elif not causing:
        yield inspection.finding(
            "calls-without-cause",
            inspection.key(("calls",)),
            Text("没有一步引起 calls，它永远为零", "no step causes `calls`: nothing will ever flow there"),
            Text(
                "在一步里写 causes: {flow: calls, on: …, by: …}", "write causes: {flow: calls, on: …, by: …} in a step"
            ),
            severity=Severity.WARNING,
        )


RULE = Rule(("causes-without-calls", "calls-without-cause"), _search)
