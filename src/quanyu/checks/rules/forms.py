"""Parts that are made in one of several ways are made in exactly one."""

from collections.abc import Iterator
from fractions import Fraction

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.formula import Expression, constant, parse
from quanyu.language.flows import Factor
from quanyu.language.parts import Value
from quanyu.language.scalars import Source
from quanyu.terms import Finding, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    yield from _premium(inspection)
    yield from _priced(inspection)
    for name, value in inspection.programme.values.items():
        yield from _value(inspection, value, ("values", name))
    for here in inspection.lists:
        if here.form == "tower":
            for placed in here.steps:
                if placed.step.sublimits:
                    yield inspection.finding(
                        "sublimits-in-tower",
                        inspection.key((*placed.path, "sublimits")),
                        Text("塔内的步骤不能带 sublimits", "a step inside a tower has no sub-limits"),
                        Text("写在塔之前的一步", "state them in a step before the tower"),
                    )


def _premium(inspection: Inspection) -> Iterator[Finding]:
    premium = inspection.programme.premium
    if premium is None:
        return
    if (premium.amount is None) == (premium.base is None):
        both = premium.amount is not None
        yield inspection.finding(
            "premium-form",
            inspection.key(("premium", "base") if both else ("premium",)),
            Text("amount 与 base 都写了", "both `amount` and `base` are stated")
            if both
            else Text("保费既没有 amount 也没有 base", "the premium has neither `amount` nor `base`"),
            Text("写其中一个", "state one of the two"),
        )
    if premium.day_count == "short-period" and premium.short_period is None:
        yield inspection.finding(
            "premium-short-period",
            ("premium", "day_count"),
            Text("没有短期费率表", "there is no table of short-period rates"),
            Text(
                "写 short_period: {1: 10%, 2: 20%, …}，键为月数",
                "write short_period: {1: 10%, 2: 20%, …}, by months begun",
            ),
        )
    for name, factor in premium.factors.items():
        yield from _value(inspection, factor, ("premium", "factors", name))
    yield from _loaded(inspection, tuple(premium.loadings.values()), ("premium", "loadings"))


def _priced(inspection: Inspection) -> Iterator[Finding]:
    """Expenses and tax of the technical price, which divides by what they leave."""
    assumptions = inspection.programme.assumptions
    pricing = assumptions.pricing if assumptions is not None else None
    if pricing is not None:
        taken = (*pricing.expenses.values(), *([pricing.tax] if pricing.tax is not None else []))
        yield from _loaded(inspection, taken, ("assumptions", "pricing"))


def _loaded(inspection: Inspection, taken: tuple[Source, ...], path: Path) -> Iterator[Finding]:
    loadings = [constant(e) for s in taken if isinstance(e := parse(s.text), Expression)]
    total = sum((v for v in loadings if v is not None), Fraction(0))
    if total >= 1:
        yield inspection.finding(
            "loadings-reach-one",
            inspection.key(path),
            Text(
                f"附加费用率合计 {float(total):.0%}，不留下赔款",
                f"the loadings add up to {float(total):.0%}: nothing is left for losses",
            ),
            Text("合计须小于 100%", "together they are less than 100%"),
        )


def _value(inspection: Inspection, value: Value | Factor, path: Path) -> Iterator[Finding]:
    table = value.table is not None
    if table == (value.value is not None) or table != bool(value.by):
        yield inspection.finding(
            "value-form",
            inspection.key(path),
            Text("要么写 value，要么写 by 与 table", "either `value`, or `by` and `table`"),
            Text("写 {by: age, table: {…}} 或 {value: …}", "write {by: age, table: {…}} or {value: …}"),
        )


RULE = Rule(("premium-form", "premium-short-period", "value-form", "loadings-reach-one", "sublimits-in-tower"), _search)
