"""Named quantities of a programme (`plans`, `values`) computed from what a row already says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import Column, EvaluationError, Expression, Given, TextColumn, columns, evaluate, parse
from quanyu.formula.lookup import Lookup, compile_lookup, look_up
from quanyu.formula.lookup_columns import look_up_columns, rows_of
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.terms import Finding

__all__ = ["Names", "compile_names", "with_names", "with_names_columns"]

Quantity: TypeAlias = Expression | Lookup


@dataclass(frozen=True, slots=True)
class Names:
    """plans: terms by plan and name. values: quantities in written order; one may read those before it."""

    plans: Mapping[str, Mapping[str, Expression]]
    values: tuple[tuple[str, Quantity], ...]


def compile_names(programme: Programme) -> Names | list[Finding]:
    """The named quantities of a programme, or the findings of their expressions."""
    findings: list[Finding] = []
    plans = {
        plan: {name: e for name, source in terms.items() if (e := _expression(source, findings)) is not None}
        for plan, terms in programme.plans.items()
    }
    values: list[tuple[str, Quantity]] = []
    for name, value in programme.values.items():
        if value.table is not None:
            by = [e for source in value.by if (e := _expression(source, findings)) is not None]
            table = compile_lookup(by, value.table, value.otherwise)
            if isinstance(table, list):
                findings += table
            else:
                values.append((name, table))
        elif value.value is not None and (e := _expression(value.value, findings)) is not None:
            values.append((name, e))
    return findings or Names(plans, tuple(values))


def _expression(source: Source, findings: list[Finding]) -> Expression | None:
    parsed = parse(source.text, source.place)
    if isinstance(parsed, Finding):
        findings.append(parsed)
        return None
    return parsed


def with_names(names: Names, row: Mapping[str, Given]) -> dict[str, Given]:
    """A row with the terms of its plan and all quantities whose inputs it has; what it states itself stays."""
    out = dict(row)
    for name, quantity in (*names.plans.get(str(row.get("plan")), {}).items(), *names.values):
        if name in out:
            continue
        try:
            out[name] = evaluate(quantity, out) if isinstance(quantity, Expression) else look_up(quantity, out)
        except EvaluationError:
            continue
    return out


def with_names_columns(names: Names, data: Mapping[str, Column], length: int) -> dict[str, Column]:
    """The same in columns."""
    out = dict(data)
    if names.plans and "plan" in data:
        out = {**_plan_columns(names, data, length), **out}
    for name, quantity in names.values:
        if name in out:
            continue
        try:
            out[name] = (
                columns(quantity, out, length)
                if isinstance(quantity, Expression)
                else look_up_columns(quantity, out, length)
            )
        except EvaluationError:
            continue
    return out


def _plan_columns(names: Names, data: Mapping[str, Column], length: int) -> dict[str, Column]:
    """Each term of the plans as a column of numbers; plans without the term, or without what it reads, have NaN."""
    texts = _texts(data["plan"], length)
    out: dict[str, Column] = {}
    for plan, terms in names.plans.items():
        places = np.flatnonzero(texts == plan)
        chosen = {name: rows_of(column, places) for name, column in data.items()} if places.size else {}
        for term, quantity in terms.items():
            column = out.setdefault(term, np.full(length, np.nan))
            try:
                value = columns(quantity, chosen, places.size)
            except EvaluationError:
                continue
            assert isinstance(column, np.ndarray)
            column[places] = value
            chosen.setdefault(term, value)
    return out


def _texts(column: Column, length: int) -> NDArray[np.object_]:
    if isinstance(column, TextColumn):
        texts: NDArray[np.object_] = np.array(column.values, dtype=object)[column.codes]
        return texts
    if isinstance(column, np.ndarray):
        return column.astype(object)
    return np.full(length, str(column), dtype=object)
