"""Shares lie between 0 and 1; amounts in terms are not negative."""

from collections.abc import Iterator
from fractions import Fraction

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.written import Expected, Written
from quanyu.formula import constant
from quanyu.terms import Finding, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    for one in inspection.written:
        if one.expr is None or one.findings:
            continue
        value = constant(one.expr)
        if value is None:
            continue
        if one.expected is Expected.SHARE and not 0 <= value <= 1:
            yield inspection.finding(
                "share-out-of-range",
                one.path if one.source.place is None else one.source.place,
                Text(f"比例 {one.source} 不在 0 与 100% 之间", f"the share {one.source} is not between 0 and 100%"),
                Text("写 80% 或 0.8；金额用 limit", "write 80% or 0.8; an amount is a limit"),
            )
        if _unsigned(one) and value < 0:
            yield _negative(inspection, one, value)


def _unsigned(one: Written) -> bool:
    paid = one.path[0] == "covers" and one.path[-1] in ("table", "else", "max", "min", "pays")
    return one.unsigned or paid


def _negative(inspection: Inspection, one: Written, value: Fraction) -> Finding:
    return inspection.finding(
        "negative-money",
        one.path if one.source.place is None else one.source.place,
        Text(f"条款中的金额 {one.source} 为负", f"the amount {one.source} in the terms is negative"),
        Text(
            f"写 {-value}；少赔写成起赔点或自留的一步",
            f"write {-value}; what is paid less is an attachment or a step that retains it",
        ),
    )


RULE = Rule(("share-out-of-range", "negative-money"), _search)
