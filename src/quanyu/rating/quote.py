"""The exact premium of one risk, with its sheet."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

from quanyu.formula import Expression, Given, MissingName, Series, Undefined, Value, WrongType, evaluate
from quanyu.formula.lookup import Lookup, look_up, matches
from quanyu.language.scalars import Key
from quanyu.rating.compiled import CompiledFactor, CompiledRating
from quanyu.rating.day_count import time_share
from quanyu.rating.sheet import Kind, Line, Sheet
from quanyu.rating.states import start_state

__all__ = ["quote_row", "share_of_time"]


class _Lines:
    """A sheet being written: the running premium and the lines so far."""

    def __init__(self, row: Mapping[str, Given]) -> None:
        self.row, self.running, self.lines = row, Fraction(0), list[Line]()

    def value(self, expression: Expression) -> Fraction:
        return _number(evaluate(expression, self.row), expression.text)

    def add(self, kind: Kind, name: str, source: str, *, raw: Fraction, running: Fraction) -> None:
        self.running = running
        self.lines.append(Line(kind, name, source, raw, raw, running))


def quote_row(rating: CompiledRating, row: Mapping[str, Given]) -> Sheet:
    """The premium of one risk in exact arithmetic; states that the row does not give stand at their start.

    Raises EvaluationError: MissingName, NoRow (in no row of a table), Undefined, WrongType, DivisionByZero.
    """
    known = dict(row)
    for name, state in rating.states.items():
        if known.get(name) is None:
            known.pop(name, None)
            if name in rating.reads:
                known[name] = start_state(state, row)
    sheet = _Lines(known)
    amount = sheet.value(rating.base)
    sheet.add("base", "base", rating.base.text, raw=amount, running=amount)
    for factor in rating.factors:
        _multiply(sheet, factor)
    _load(sheet, rating)
    _bound_in_time(sheet, rating)
    return Sheet(tuple(sheet.lines), sheet.running)


def _multiply(sheet: _Lines, factor: CompiledFactor) -> None:
    key = hit = ""
    if isinstance(factor.quantity, Lookup):
        raw = _number(look_up(factor.quantity, sheet.row), factor.name)
        key, hit = _entered(factor.quantity, sheet.row)
    else:
        raw = sheet.value(factor.quantity)
    held = raw
    if factor.within is not None:
        low, high = (_bound(evaluate(bound, sheet.row), bound.text) for bound in factor.within)
        if low > high:
            raise Undefined(f"bounds of {factor.name}: {low} is above {high}")
        held = _number(min(max(raw, low), high), factor.name)
    sheet.running *= held
    sheet.lines.append(Line("factor", factor.name, factor.source, raw, held, sheet.running, key, hit))


def _entered(table: Lookup, row: Mapping[str, Given]) -> tuple[str, str]:
    """The values a table is entered with and the row they hit, as texts; `else` where only that is left."""
    level, keys, hits = table.rows, list[str](), list[str]()
    for by in table.by:
        value = evaluate(by, row)
        keys.append(_shown(value))
        found = _hit(level, value)
        if found is None:
            return ", ".join(keys), "else"
        hits.append(str(found[0]))
        level = found[1] if isinstance(found[1], tuple) else ()
    return ", ".join(keys), ", ".join(hits)


def _hit(rows: tuple[tuple[Key, object], ...], value: Value) -> tuple[Key, object] | None:
    rest: tuple[Key, object] | None = None
    for found in rows:
        if found[0].otherwise:
            rest = found
        elif matches(found[0], value):
            return found
    return rest


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return str(value.numerator) if value.denominator == 1 else f"{float(value):.12g}"
    return str(value)


def _load(sheet: _Lines, rating: CompiledRating) -> None:
    for name, expression in rating.plus:
        amount = sheet.value(expression)
        sheet.add("plus", name, expression.text, raw=amount, running=sheet.running + amount)
    rates = [(name, expression, sheet.value(expression)) for name, expression in rating.loadings]
    total = sum((rate for _, _, rate in rates), Fraction(0))
    if total >= 1:
        raise Undefined("loadings reach the whole premium")
    gross = sheet.running / (1 - total)
    for name, expression, rate in rates:
        sheet.add("loading", name, expression.text, raw=rate, running=sheet.running + gross * rate)


def _bound_in_time(sheet: _Lines, rating: CompiledRating) -> None:
    if rating.least is not None:
        least = sheet.value(rating.least)
        sheet.add("minimum", "min", rating.least.text, raw=least, running=max(sheet.running, least))
    if rating.most is not None:
        most = sheet.value(rating.most)
        sheet.add("maximum", "max", rating.most.text, raw=most, running=min(sheet.running, most))
    if rating.day_count is not None:
        share = share_of_time(rating, sheet.row)
        if share is not None:
            sheet.add("time", rating.day_count, rating.day_count, raw=share, running=sheet.running * share)
    if rating.step is not None:
        step = sheet.value(rating.step)
        if step <= 0:
            raise Undefined("a premium is rounded to a step above zero")
        nearest = (sheet.running / step + Fraction(1, 2)).__floor__() * step
        sheet.add("rounding", "round", rating.step.text, raw=step, running=nearest)


def share_of_time(rating: CompiledRating, row: Mapping[str, Given]) -> Fraction | None:
    """The part of the period that a row's `start` and `end` cover; None (the whole) where it has neither.

    A price per day needs both. `period_start` and `period_end` of the row go before the programme's own.
    """
    if rating.day_count is None:
        return None
    start, end = row.get("start"), row.get("end")
    if start is None and end is None and rating.day_count != "days":
        return None
    since, until = rating.period or (None, None)
    return time_share(
        rating.day_count,
        _date("start", start),
        end=_date("end", end),
        period_start=_date("period_start", row["period_start"]) if row.get("period_start") else since,
        period_end=_date("period_end", row["period_end"]) if row.get("period_end") else until,
        table=rating.short_period,
    )


def _date(name: str, given: Given) -> dt.date:
    if given is None:
        raise MissingName(name)
    try:
        return dt.date.fromisoformat(str(given))
    except ValueError:
        raise WrongType(f"{name} is {given}, not a date") from None


def _number(value: Value, name: str) -> Fraction:
    if not isinstance(value, Fraction):
        raise WrongType(f"{name} is {value!r}, not a number")
    return value


def _bound(value: Value, name: str) -> Fraction | float:
    """A bound may be infinite."""
    if isinstance(value, bool | str | Series):
        raise WrongType(f"{name} is {value!r}, not a number")
    return value
