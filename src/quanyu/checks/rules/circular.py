"""A flow reads only flows before it: premium, losses, recoveries, calls, services, surplus."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import FLOWS
from quanyu.formula.tree import Name, walk
from quanyu.terms import Finding, Text

__all__ = ["RULE"]

_ORDER = "premium → losses → recoveries → calls → services → surplus"


def _search(inspection: Inspection) -> Iterator[Finding]:
    for one in inspection.written:
        flow = str(one.path[0]) if one.path else ""
        if one.expr is None or flow not in FLOWS:
            continue
        for node, _ in walk(one.expr.root):
            if isinstance(node, Name) and not _before(node.name, flow):
                where = one.expr.place_of(node) or one.path
                yield inspection.finding(
                    "circular-flow",
                    where,
                    Text(
                        f"{flow} 读 `{node.name}`，而它要到 {flow} 算完才知道",
                        f"{flow} reads `{node.name}`, which is known only once {flow} is settled",
                    ),
                    Text(f"只读在前的资金流：{_ORDER}", f"read only flows that run before: {_ORDER}"),
                )


def _before(name: str, flow: str) -> bool:
    """Whether an amount is known when a flow runs. Balances move until recoveries are in."""
    if name.endswith(".balance"):
        return FLOWS.index(flow) > FLOWS.index("recoveries")
    read = name.split(".", 1)[0]
    return read not in FLOWS or FLOWS.index(read) < FLOWS.index(flow)


RULE = Rule(("circular-flow",), _search)
