"""The premium of a programme, its expressions parsed and its tables ready to be entered."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from quanyu.formula import Expression, names, parse
from quanyu.formula.lookup import Lookup, compile_lookup
from quanyu.language.flows import Factor, Premium
from quanyu.language.programme import Programme
from quanyu.language.scalars import FieldType, Source
from quanyu.rating.day_count import DayCount
from quanyu.rating.states import CompiledState, compile_states
from quanyu.terms import Finding, Text

__all__ = ["CompiledFactor", "CompiledRating", "Quantity", "compile_rating"]

Quantity: TypeAlias = Expression | Lookup


@dataclass(frozen=True, slots=True)
class CompiledFactor:
    """One factor: an expression or a table, and the bounds it is held within."""

    name: str
    source: str
    quantity: Quantity
    within: tuple[Expression, Expression] | None = None


@dataclass(frozen=True, slots=True)
class CompiledRating:
    """How a premium is made: base × factors + plus, over (1 − Σ loadings), at least, at most, × time, rounded.

    period: first and last day of the period the premium is the price of, where the programme fixes both.
    reads: the names of the fields that any part of it reads, the days of cover included where time counts.
    kinds: the declared type of each of them that is a field of the insured.
    """

    base: Expression
    factors: tuple[CompiledFactor, ...] = ()
    plus: tuple[tuple[str, Expression], ...] = ()
    loadings: tuple[tuple[str, Expression], ...] = ()
    least: Expression | None = None
    most: Expression | None = None
    step: Expression | None = None
    day_count: DayCount | None = None
    short_period: Lookup | None = None
    period: tuple[dt.date, dt.date] | None = None
    states: Mapping[str, CompiledState] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    kinds: Mapping[str, FieldType] = field(default_factory=dict)


class _Parts:
    """Parses sources and keeps every finding."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.reads: set[str] = set()

    def expression(self, source: Source) -> Expression | None:
        parsed = parse(source.text, source.place)
        if isinstance(parsed, Finding):
            self.findings.append(parsed)
            return None
        self.reads |= names(parsed)
        return parsed

    def optional(self, source: Source | None) -> Expression | None:
        return None if source is None else self.expression(source)

    def several(self, sources: Mapping[str, Source]) -> tuple[tuple[str, Expression], ...]:
        found = ((name, self.expression(source)) for name, source in sources.items())
        return tuple((name, expression) for name, expression in found if expression is not None)

    def factor(self, name: str, factor: Factor) -> CompiledFactor | None:
        quantity = self._quantity(name, factor)
        bounds = [self.expression(bound) for bound in factor.within or ()]
        if quantity is None or None in bounds:
            return None
        low, high = (*bounds, None, None)[:2]
        within = None if low is None or high is None else (low, high)
        return CompiledFactor(name, _written(factor), quantity, within)

    def _quantity(self, name: str, factor: Factor) -> Quantity | None:
        if factor.table is not None:
            by = [key for key in map(self.expression, factor.by) if key is not None]
            if not by and not self.findings:
                self.findings.append(_keyless(name, factor))
            table = compile_lookup(by, factor.table, factor.otherwise)
            if isinstance(table, list):
                self.findings += table
                return None
            self._read_leaves(factor)
            return table if len(by) == len(factor.by) and by else None
        if factor.value is None:
            self.findings.append(_empty(name, factor))
            return None
        return self.expression(factor.value)

    def _read_leaves(self, factor: Factor) -> None:
        leaves = () if factor.table is None else (*factor.table.leaves(), *filter(None, [factor.otherwise]))
        for leaf in leaves:
            if any(character.isalpha() for character in leaf.text):
                parsed = parse(leaf.text, leaf.place)
                self.reads |= frozenset() if isinstance(parsed, Finding) else names(parsed)


def compile_rating(programme: Programme) -> CompiledRating | list[Finding] | None:
    """The rating of a programme; None where it has no premium, or one whose amount the cases state."""
    premium = programme.premium
    if premium is None or (premium.amount is None and premium.base is None and not premium.factors):
        return None
    parts = _Parts()
    states = compile_states(programme)
    if isinstance(states, list):
        parts.findings += states
        states = {}
    base = parts.optional(premium.base if premium.amount is None else premium.amount)
    if (premium.amount is None) == (premium.base is None):
        parts.findings.append(_two_bases(premium))
    rating = _assembled(programme, premium, parts=parts, base=base, states=states)
    return parts.findings if parts.findings or rating is None else rating


def _assembled(
    programme: Programme,
    premium: Premium,
    *,
    parts: _Parts,
    base: Expression | None,
    states: Mapping[str, CompiledState],
) -> CompiledRating | None:
    factors = [parts.factor(name, factor) for name, factor in premium.factors.items()]
    plus, loadings = parts.several(premium.plus), parts.several(premium.loadings)
    least, most, step = (parts.optional(part) for part in (premium.min, premium.max, premium.round))
    short = _short_period(premium, parts)
    reads = parts.reads | ({"start", "end"} if premium.day_count else set())
    for state in states.values():
        reads |= names(state.start) if state.name in reads else frozenset()
    if base is None:
        return None
    since, until = programme.period.since, programme.period.until
    fixed = (since, until) if since and until and programme.period.each in ("season", "term") else None
    return CompiledRating(
        base=base,
        factors=tuple(factor for factor in factors if factor is not None),
        plus=plus,
        loadings=loadings,
        least=least,
        most=most,
        step=step,
        day_count=premium.day_count,
        short_period=short,
        period=fixed,
        states=states,
        reads=frozenset(reads),
        kinds={name: spec.type for name, spec in programme.insured.fields.items() if name in reads},
    )


def _short_period(premium: Premium, parts: _Parts) -> Lookup | None:
    if premium.day_count == "short-period" and premium.short_period is None:
        parts.findings.append(
            Finding(
                "premium-short-period",
                premium.place,
                Text(
                    "day_count 为 short-period，但没有 short_period 表", "`day_count: short-period` without its table"
                ),
                Text(
                    '加上 short_period: {"1": 10%, "2": 20%, …}，键为月数', "add `short_period`, keyed by months begun"
                ),
            )
        )
    if premium.short_period is None:
        return None
    months = parse("months")
    table = compile_lookup([months] if isinstance(months, Expression) else [], premium.short_period)
    if isinstance(table, list):
        parts.findings += table
        return None
    return table


def _written(factor: Factor) -> str:
    return ", ".join(str(key) for key in factor.by) if factor.table is not None else str(factor.value)


def _two_bases(premium: Premium) -> Finding:
    return Finding(
        "premium-form",
        premium.place,
        Text("保费要么给出 amount，要么给出 base，二者取一", "a premium has either an `amount` or a `base`"),
        Text(
            "留下其一：定额写 amount，按费率写 base", "keep one: `amount` where it is given, `base` where it is rated"
        ),
    )


def _empty(name: str, factor: Factor) -> Finding:
    return Finding(
        "value-form",
        factor.place,
        Text(f"系数 {name} 既没有表，也没有值", f"factor `{name}` has neither a table nor a value"),
        Text("写 {by, table} 或 value", "give it `by` and `table`, or a `value`"),
    )


def _keyless(name: str, factor: Factor) -> Finding:
    return Finding(
        "value-form",
        factor.place,
        Text(f"系数 {name} 的表没有 by", f"the table of factor `{name}` has no `by`"),
        Text("用 by 写明按哪个字段查表", "say with `by` which field enters the table"),
    )
