"""A multiple of the premium as a limit is no cover at all where the premium can be zero."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.signs import positive_names, surely_premium
from quanyu.formula.tree import Name, walk
from quanyu.terms import Finding, Severity, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    programme = inspection.programme
    if surely_premium(programme, positive_names(programme)):
        return
    for one in inspection.written:
        if one.expr is None or one.placed is None or not {"limit", "cap"} & set(one.path):
            continue
        for node, _ in walk(one.expr.root):
            if isinstance(node, Name) and node.name.split(".")[0] == "premium":
                yield inspection.finding(
                    "premium-may-be-zero",
                    one.expr.place_of(node) or one.path,
                    Text(
                        "保费可能为零，这时限额也为零，等于没有保障",
                        "the premium can be zero; the limit then is zero too, and there is no cover",
                    ),
                    Text(
                        "给保费写 min，或在 must 里要求保费所依据的字段大于零",
                        "state a `min` of the premium, or demand under `must` that the fields behind it are above zero",
                    ),
                    severity=Severity.WARNING,
                )


RULE = Rule(("premium-may-be-zero",), _search)
