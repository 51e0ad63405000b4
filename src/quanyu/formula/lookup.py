"""Tables of expressions: one key or several, found by interval, number or text, on a row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from quanyu.formula.grammar import parse
from quanyu.formula.row import evaluate
from quanyu.formula.tree import Expression
from quanyu.formula.values import EvaluationError, Given, Series, Value, WrongType
from quanyu.language.scalars import Key, Source, Table
from quanyu.terms import Finding, Interval

__all__ = ["Leaf", "Lookup", "NoRow", "compile_lookup", "in_order", "look_up", "matches"]


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
        if isinstance(value, Series):
            raise WrongType(f"{by.text} is a series")
        found = next((leaf for key, leaf in in_order(level) if key.otherwise or matches(key, value)), None)
        if found is None:
            if table.otherwise is not None:
                return evaluate(table.otherwise, row)
            raise NoRow(by.text, value)
        level = found
    assert isinstance(level, Expression)
    return evaluate(level, row)


def in_order(rows: tuple[tuple[Key, Leaf], ...]) -> Iterator[tuple[Key, Leaf]]:
    """Rows in written order, `else` last wherever it stands."""
    yield from (r for r in rows if not r[0].otherwise)
    yield from (r for r in rows if r[0].otherwise)
