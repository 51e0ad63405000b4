"""Nothing is divided by what can be zero."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.signs import positive, positive_names
from quanyu.formula import divisions
from quanyu.terms import Finding, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    above = positive_names(inspection.programme)
    for one in inspection.written:
        if one.expr is None:
            continue
        for divisor in divisions(one.expr):
            if positive(divisor, above):
                continue
            text = one.expr.text_of(divisor)
            yield inspection.finding(
                "division-unguarded",
                one.expr.place_of(divisor) or one.path,
                Text(f"除数 `{text}` 可能为零", f"the divisor `{text}` can be zero"),
                Text(
                    f"写 if({text} > 0, … / {text}, 0)，或在 must 里要求它大于零",
                    f"write if({text} > 0, … / {text}, 0), or demand under `must` that it is above zero",
                ),
            )


RULE = Rule(("division-unguarded",), _search)
