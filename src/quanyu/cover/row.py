"""What a cover pays on the facts of one claim, exactly."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from quanyu.cover.compiled import CompiledCover
from quanyu.formula import Expression, Given, Series, WrongType, evaluate
from quanyu.formula.lookup import Lookup, look_up

__all__ = ["amount"]


def amount(cover: CompiledCover, row: Mapping[str, Given]) -> Fraction:
    """The exact amount of one claim, in the programme's unit.

    Raises EvaluationError where facts are missing or in no row of a table.
    """
    if cover.when is not None and not evaluate(cover.when, row):
        return Fraction(0)
    if cover.days is not None:
        value = _windows(cover, row)
    elif cover.each is not None:
        value = _each(cover, row)
    else:
        value = _number(
            evaluate(cover.value, row) if isinstance(cover.value, Expression) else look_up(cover.value, row)
        )
    if cover.least is not None:
        value = _number(max(value, _bound(evaluate(cover.least, row))))
    if cover.most is not None:
        value = _number(min(value, _bound(evaluate(cover.most, row))))
    return value * (_number(evaluate(cover.times, row)) if cover.times is not None else 1)


def _number(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    raise WrongType(f"{value} is no amount")


def _bound(value: object) -> Fraction | float:
    """A bound may be `inf`: none."""
    if isinstance(value, Fraction | float):
        return value
    raise WrongType(f"{value} is no amount")


def _each(cover: CompiledCover, row: Mapping[str, Given]) -> Fraction:
    assert cover.each is not None
    assert isinstance(cover.value, Lookup)
    items = evaluate(cover.each, row)
    if not isinstance(items, Series):
        raise WrongType(f"{cover.each.text} is no list")
    return sum((_number(look_up(cover.value, {**row, "it": item})) for item in items), Fraction(0))


def _windows(cover: CompiledCover, row: Mapping[str, Given]) -> Fraction:
    assert cover.days is not None
    assert isinstance(cover.value, Lookup)
    records: Any = row.get(cover.days)
    if not isinstance(records, list | tuple) or not all(isinstance(r, Mapping) and "date" in r for r in records):
        raise WrongType(f"{cover.days} is no list of daily records with a date")
    total = Fraction(0)
    for window in cover.windows:
        inside = sorted((r for r in records if str(r["date"])[-5:] in window), key=lambda r: str(r["date"]))
        values = [_number(look_up(cover.value, {**row, **r})) for r in inside]
        total += _within(cover.within, values)
    return total


def _within(how: str, values: list[Fraction]) -> Fraction:
    if not values:
        return Fraction(0)
    if how == "first":
        return next((v for v in values if v), Fraction(0))
    return max(values) if how == "max" else sum(values, Fraction(0))
