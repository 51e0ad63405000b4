"""Conditions that close a programme to new business, held against settled results."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quanyu.engine.rows import RowUnreadable, read_row
from quanyu.formula import EvaluationError, Expression, evaluate, parse
from quanyu.language.programme import Case
from quanyu.settlement.periods import Results, results_of

__all__ = ["Stopped", "stops"]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A condition of `stop` in one period. holds: None where the case does not say what it reads."""

    name: str
    when: str
    period: str
    holds: bool | None


def stops(results: Results, case: Case) -> list[Stopped]:
    """Every `stop` of the programme for every period of the rows. Facts that it reads may stand in `defaults`.

    Of a case settled under several versions, one of them with what was settled under it.
    """
    periods = list(dict.fromkeys(row.keys["period"] for row in results.history.rows if "period" in row.keys))
    return [found for period in periods for found in _of(results, case, period)]


def _of(results: Results, case: Case, period: str) -> Iterator[Stopped]:
    names = results_of(results, period)
    known: dict[str, Any] = {**_facts(case, results), **(names if isinstance(names, dict) else {})}
    for number, stop in enumerate(results.compiled.programme.stop, 1):
        parsed = parse(stop.when.text, stop.when.place)
        holds = _holds(parsed, known) if isinstance(parsed, Expression) else None
        yield Stopped(stop.as_ or str(number), stop.when.text, period, holds)


def _facts(case: Case, results: Results) -> Mapping[str, Any]:
    try:
        return read_row({k: v for k, v in case.defaults.items() if k != "exchange"}, results.compiled.kinds)
    except RowUnreadable:
        return {}


def _holds(condition: Expression, known: Mapping[str, Fraction]) -> bool | None:
    try:
        return bool(evaluate(condition, known))
    except EvaluationError:
        return None
