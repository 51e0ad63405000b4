"""Experience states stay as they are from year to year of a simulated path."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.formula import names
from quanyu.terms import Finding, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    programme = inspection.programme
    assumptions = programme.assumptions
    if assumptions is None or assumptions.horizon <= 1:
        return
    read = {
        name
        for one in inspection.written
        if one.expr is not None and one.path[0] not in ("states", "examples")
        for name in names(one.expr)
    }
    moving = [name for name in programme.states if name in read]
    if moving:
        listed = ", ".join(moving)
        yield inspection.finding(
            "states-not-moved",
            ("assumptions", "horizon"),
            Text(
                f"模拟不按各路径的赔案逐年变动等级，而条款要读 {listed}",
                f"a simulation does not move states from year to year by the claims of a path, and terms read {listed}",
            ),
            Text(
                "写 horizon: 1，各等级写成模型点的字段；多年的等级用 price 逐年报价",
                "write horizon: 1 and state each level as a field of a model point; `price` quotes later years",
            ),
        )


RULE = Rule(("states-not-moved",), _search)
