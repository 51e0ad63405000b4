"""Members of a tower never take more than there is: shares of one layer, or layers that do not overlap."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.samples import rows, values
from quanyu.checks.steps import PlacedStep
from quanyu.formula import Expression, Given, parse
from quanyu.formula.row import evaluate
from quanyu.formula.values import EvaluationError
from quanyu.language.flows import Step
from quanyu.language.scalars import Amounts, Source
from quanyu.language.scopes import NotNested, chain, scope_columns
from quanyu.terms import Finding, Text

__all__ = ["RULE"]

_Row = Mapping[str, Given]
_Value = Fraction | float


@dataclass(frozen=True)
class _Layer:
    """A member of a tower: its finest scope, and from where to where it reaches there, row by row."""

    placed: PlacedStep
    scope: str
    low: tuple[_Value | None, ...]
    high: tuple[_Value | None, ...]
    terms: tuple[object, ...]


def _search(inspection: Inspection) -> Iterator[Finding]:
    for here in inspection.lists:
        if here.form == "tower":
            yield from _tower(inspection, here.steps)


def _tower(inspection: Inspection, members: Sequence[PlacedStep]) -> Iterator[Finding]:
    at = rows(_expressions(members), inspection.words.step)
    layers = [_layer(inspection, placed, at) for placed in members]
    for n, one in enumerate(layers):
        for other in layers[n + 1 :]:
            if _meet(one.placed.step, other.placed.step) and one.terms != other.terms and not _disjoint(one, other):
                yield _overlap(inspection, one.placed, other.placed)
    groups: dict[object, list[_Layer]] = {}
    for layer in layers:
        groups.setdefault((layer.placed.step.covers, _text(layer.placed.step.when), layer.terms), []).append(layer)
    for group in groups.values():
        if len(group) > 1 and not _within_one([layer.placed.step for layer in group], at):
            yield _overlap(inspection, group[0].placed, group[-1].placed, shares=True)


def _meet(one: Step, other: Step) -> bool:
    a, b = one.covers, other.covers
    return a is None or b is None or bool(set(a) & set(b))


def _text(source: Source | None) -> str | None:
    return source.text if source else None


def _expressions(members: Sequence[PlacedStep]) -> list[Expression]:
    sources = [
        source for placed in members for term in (placed.step.attachment, placed.step.limit) for _, source in term
    ]
    sources += [placed.step.share for placed in members if placed.step.share]
    return [e for source in sources if isinstance(e := parse(source.text), Expression)]


def _layer(inspection: Inspection, placed: PlacedStep, at: Sequence[_Row]) -> _Layer:
    step = placed.step
    names = dict.fromkeys(scope for scope, _ in (*step.franchise, *step.attachment, *step.limit)) | dict.fromkeys(
        step.bands
    )
    ordered = chain([scope_columns(name, inspection.programme) for name in names])
    finest = "" if isinstance(ordered, NotNested) or not ordered else ordered[0].name
    low = _at(step.attachment, finest, at, Fraction(0))
    width = _at(step.limit, finest, at, math.inf)
    high = tuple(None if a is None or w is None else a + w for a, w in zip(low, width, strict=True))
    terms = (
        *((s, e.text) for s, e in step.franchise),
        *(("attachment", s, _at(step.attachment, s, at, Fraction(0))) for s, _ in sorted(step.attachment)),
        *(("limit", s, _at(step.limit, s, at, math.inf)) for s, _ in sorted(step.limit)),
        *((s, str(t.rows)) for s, t in step.bands.items()),
    )
    return _Layer(placed, finest, low, high, terms)


def _at(terms: Amounts, scope: str, at: Sequence[_Row], missing: _Value) -> tuple[_Value | None, ...]:
    """The values of a term at a scope, row by row; None where it has none."""
    source = dict(terms).get(scope)
    if source is None:
        return (missing,) * len(at)
    parsed = parse(source.text)
    if not isinstance(parsed, Expression):
        return (None,) * len(at)
    return tuple(_number(parsed, row) for row in at)


def _number(expr: Expression, row: _Row) -> _Value | None:
    try:
        value = evaluate(expr, row)
    except EvaluationError:
        return None
    return value if isinstance(value, Fraction | float) and not isinstance(value, bool) else None


def _disjoint(one: _Layer, other: _Layer) -> bool:
    """Whether two layers of one scope never hold the same amount, on all rows tried."""
    if one.scope != other.scope or not one.scope:
        return False
    for a, b, c, d in zip(one.low, one.high, other.low, other.high, strict=True):
        if a is None or b is None or c is None or d is None or not (b <= c or d <= a):
            return False
    return True


def _within_one(steps: Sequence[Step], at: Sequence[_Row]) -> bool:
    """Whether the shares of one layer add up to one at most."""
    columns = []
    for step in steps:
        parsed = parse(step.share.text) if step.share else None
        found = [Fraction(1)] * len(at) if parsed is None else None
        if isinstance(parsed, Expression):
            found = values(parsed, at)
        if found is None:
            return False
        columns.append(found)
    return all(sum(row) <= 1 for row in zip(*columns, strict=True))


def _overlap(inspection: Inspection, one: PlacedStep, other: PlacedStep, *, shares: bool = False) -> Finding:
    names = f"{one.step.label}, {other.step.label}"
    reason = Text(f"塔内 {names} 可能取走同一笔钱", f"{names} in a tower can take the same money")
    if shares:
        reason = Text(
            f"塔内同一层的份额合计超过 100%（{names}）", f"shares of one layer add up to more than 100% ({names})"
        )
    return inspection.finding(
        "tower-overlap",
        inspection.name_place(other),
        reason,
        Text(
            "同一层写合计不超过 100% 的份额；不同的层首尾相接，用同一范围；有先后的写成 steps",
            "write shares of one layer that add up to 100% at most, or layers of one scope end to end; "
            "where one comes after the other write steps",
        ),
    )


RULE = Rule(("tower-overlap",), _search)
