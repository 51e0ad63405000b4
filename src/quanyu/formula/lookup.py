"""Tables of expressions: one key or several, found by interval, number or text, on a row and in columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula.column_values import Column
from quanyu.formula.columns import columns
from quanyu.formula.grammar import parse
from quanyu.formula.row import evaluate
from quanyu.formula.tree import Expression
from quanyu.formula.values import EvaluationError, Given, Value
from quanyu.language.scalars import Key, Source, Table
from quanyu.terms import Finding, Interval

__all__ = ["Lookup", "NoRow", "compile_lookup", "look_up", "look_up_columns", "matches"]

Leaf: TypeAlias = "Expression | tuple[tuple[Key, Leaf], ...]"


class NoRow(EvaluationError):  # noqa: N818 - the reason is the name
    """No row of a table holds the value, and there is no `else`."""

    def __init__(self, key: str, value: object) -> None:
        super().__init__(f"{key} = {value} is in no row of the table")
        self.key, self.value = key, value


@dataclass(frozen=True, slots=True)
class Lookup:
    """A compiled table: the expressions that give the keys, outermost first, its rows, and what stands for the rest."""

    by: tuple[Expression, ...]
    rows: tuple[tuple[Key, Leaf], ...]
    otherwise: Expression | None = None


def compile_lookup(by: Sequence[Expression], table: Table, otherwise: Source | None = None) -> Lookup | list[Finding]:
    """A table of the file, its values parsed; all findings of its expressions at once."""
    findings: list[Finding] = []
    rows = _rows(table, findings)
    rest = _parsed(otherwise, findings) if otherwise is not None else None
    return findings or Lookup(tuple(by), rows, rest)


def _parsed(source: Source, findings: list[Finding]) -> Expression | None:
    parsed = parse(source.text, source.place)
    if isinstance(parsed, Finding):
        findings.append(parsed)
        return None
    return parsed


def _rows(table: Table, findings: list[Finding]) -> tuple[tuple[Key, Leaf], ...]:
    rows: list[tuple[Key, Leaf]] = []
    for key, value in table.rows:
        leaf = _rows(value, findings) if isinstance(value, Table) else _parsed(value, findings)
        if leaf is not None:
            rows.append((key, leaf))
    return tuple(rows)


def matches(key: Key, value: Value) -> bool:
    """Whether a row's key holds a value. Booleans stand in tables as `true` and `false`."""
    if isinstance(value, bool):
        return key.match == ("true" if value else "false")
    match = key.match
    if not isinstance(match, Interval):
        return match == value
    if not isinstance(match.low, str):
        return not isinstance(value, str) and value in match
    return isinstance(value, str) and value[-5:] in match


def look_up(table: Lookup, row: Mapping[str, Given]) -> Value:
    """The exact value of a table on one row. Raises NoRow, or what its expressions raise."""
    level: Leaf = table.rows
    for by in table.by:
        assert not isinstance(level, Expression)
        value = evaluate(by, row)
        found = next((leaf for key, leaf in _ordered(level) if key.otherwise or matches(key, value)), None)
        if found is None:
            if table.otherwise is not None:
                return evaluate(table.otherwise, row)
            raise NoRow(by.text, value)
        level = found
    assert isinstance(level, Expression)
    return evaluate(level, row)


def _ordered(rows: tuple[tuple[Key, Leaf], ...]) -> Iterator[tuple[Key, Leaf]]:
    """Rows in written order, `else` last wherever it stands."""
    yield from (r for r in rows if not r[0].otherwise)
    yield from (r for r in rows if r[0].otherwise)


def look_up_columns(table: Lookup, data: Mapping[str, Column], length: int) -> NDArray[np.float64]:
    """The same in columns, float64 of shape `length`; 2-D (rows × elements) where the key is a series."""
    keys = [columns(by, data, length) for by in table.by]
    shape = max((k.shape for k in keys), key=len)
    out = np.full(shape, np.nan)
    done = np.zeros(shape, bool)
    _fill(
        table.rows,
        [k if k.shape == shape else np.broadcast_to(k[:, None], shape) for k in keys],
        ~done,
        (out, done, data),
    )
    if not done.all():
        if table.otherwise is None:
            place = tuple(np.argwhere(~done)[0])
            raise NoRow(table.by[-1].text, keys[-1][place[: keys[-1].ndim]])
        out[~done] = _spread(columns(table.otherwise, data, length), shape)[~done]
    return out


def _fill(
    rows: tuple[tuple[Key, Leaf], ...], keys: list[NDArray[Any]], where: NDArray[np.bool_], to: tuple[Any, Any, Any]
) -> None:
    out, done, data = to
    left = where.copy()
    for key, leaf in _ordered(rows):
        hit = left if key.otherwise else left & _hits(key, keys[0])
        if not hit.any():
            continue
        left = left & ~hit
        if isinstance(leaf, Expression):
            out[hit] = _spread(columns(leaf, data, out.shape[0]), out.shape)[hit]
            done |= hit
        else:
            _fill(leaf, keys[1:], hit, to)


def _spread(values: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    return values if values.shape == shape else np.broadcast_to(values[:, None], shape)


def _hits(key: Key, values: NDArray[Any]) -> NDArray[np.bool_]:
    match = key.match
    if isinstance(match, Interval):
        if isinstance(match.low, str):
            texts = np.char.array(values.astype(str))
            values = np.array([t[-5:] for t in texts.ravel()]).reshape(values.shape)
            low: Any = match.low
            high: Any = match.high
        else:
            values = values.astype(np.float64)
            low, high = float(match.low), float(match.high)
        above = (values >= low) if match.closed_low else (values > low)
        below = (values <= high) if match.closed_high else (values < high)
        return np.asarray(above & below)
    if isinstance(match, Fraction):
        return (
            np.asarray(values.astype(np.float64) == float(match))
            if values.dtype.kind in "fiu"
            else np.zeros(values.shape, bool)
        )
    if values.dtype.kind == "b":
        return np.asarray(values == (match == "true")) if match in ("true", "false") else np.zeros(values.shape, bool)
    return np.asarray(values.astype(str) == match)
