"""Rows on which expressions are tried: fixed values, spread over what each type allows."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from quanyu.formula import EvaluationError, Expression, Given, Kind, Type, evaluate, names

__all__ = ["SAMPLES", "rows", "values"]

SAMPLES = 9
_PRIME = 101


def _fraction(n: int, k: int) -> Fraction:
    """A number strictly between 0 and 1 that differs from name to name and from row to row."""
    return Fraction((n + 1) * (k + 2) * 7919 % _PRIME or 1, _PRIME)


def _value(kind: Type, n: int, k: int) -> Given:
    part = _fraction(n, k)
    match kind.kind:
        case Kind.BOOL:
            return (n + k) % 2 == 0
        case Kind.TEXT:
            return kind.values[(n + k) % len(kind.values)] if kind.values else f"x{n % 3}"
        case Kind.DATE:
            return f"20{20 + n}-0{1 + (n + k) % 9}-15"
        case Kind.SHARE:
            return part
        case Kind.MONEY:
            return part * 10**8
        case _:
            return part * 100


def rows(expressions: Iterable[Expression], known: Mapping[str, Type]) -> list[dict[str, Given]]:
    """SAMPLES rows with a value for every name that the expressions use. Series have three elements."""
    used = sorted(set().union(*(names(e) for e in expressions)))
    out: list[dict[str, Given]] = []
    for n in range(SAMPLES):
        row: dict[str, Given] = {}
        for k, name in enumerate(used):
            kind = known.get(name, Type(Kind.NUMBER))
            row[name] = tuple(_value(kind, n + j, k) for j in range(3)) if kind.series else _value(kind, n, k)
        out.append(row)
    return out


def values(expr: Expression, at: Iterable[Mapping[str, Given]]) -> list[Fraction] | None:
    """The exact values on the rows; None where one of them is no finite number."""
    out = []
    for row in at:
        try:
            value = evaluate(expr, row)
        except EvaluationError:
            return None
        if not isinstance(value, Fraction):
            return None
        out.append(value)
    return out
