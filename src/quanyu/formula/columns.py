"""The value of an expression on every row of a table at once."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quanyu.formula.column_functions import FUNCTIONS_OF_COLUMNS, TIE, numbers, paired, truths
from quanyu.formula.column_values import Array, Column, Many, TextColumn, Vector, decoded, many, taken
from quanyu.formula.row_functions import counted
from quanyu.formula.tree import (
    Both,
    Call,
    Comparison,
    Either,
    Expression,
    Infinity,
    Literal,
    Membership,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Product,
    Sum,
    Truth,
    walk,
)
from quanyu.formula.values import DivisionByZero, MissingName, Undefined, WrongType

__all__ = ["columns"]

_COMPUTING = frozenset({"sum", "mean", "rolling", "round"})
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a table that are evaluated: all (`rows` None), or those a branch is taken on."""

    table: Mapping[str, Column]
    length: int
    rows: NDArray[np.intp] | None = None
    seen: dict[str, Vector] = field(default_factory=dict)

    def column(self, name: str) -> Vector:
        if name not in self.seen:
            if name not in self.table:
                raise MissingName(name)
            self.seen[name] = taken(name, self.table[name], self.rows)
        return self.seen[name]

    def among(self, index: NDArray[np.intp]) -> "_Rows":
        rows = index if self.rows is None else self.rows[index]
        return replace(self, length=len(index), rows=rows, seen={})


def _computed(node: Node) -> bool:
    """Whether a node's numbers may carry float error, or are as they were given."""
    return any(
        isinstance(n, Sum | Product) or (isinstance(n, Call) and n.function in _COMPUTING) for n, _ in walk(node)
    )


def _scale(node: Node, at: _Rows) -> Any:
    """How large the numbers were that a node's value was computed from: what its float error is a part of."""
    match node:
        case Negative(operand):
            return _scale(operand, at)
        case Sum(operands):
            return _combined([_scale(operand, at) for operand in operands], "+" * (len(operands) - 1))
        case Product(operands, operators):
            parts = [_scale(operands[0], at)]
            for symbol, operand in zip(operators, operands[1:], strict=True):
                parts.append(_scale(operand, at) if symbol == "*" else _absolute(_of(operand, at)))
            return _combined(parts, operators)
        case Call("sum" | "mean", (series,)):
            return FUNCTIONS_OF_COLUMNS[node.function](_absolute(_of(series, at)))
        case _:
            return _absolute(_of(node, at))


def _absolute(value: Vector) -> Vector:
    return FUNCTIONS_OF_COLUMNS["abs"](value)


def _combined(parts: list[Any], operators: Any) -> Any:
    total = parts[0]
    for symbol, part in zip(operators, parts[1:], strict=True):
        total = _elementwise(_ARITHMETIC[symbol], total, part)
    return total


def _elementwise(function: Callable[[Any, Any], Any], a: Vector, b: Vector) -> Vector:
    left, right, shape = paired(a, b)
    result = function(left, right)
    return result if shape is None else many(result, shape.present, shape.dates)


def _numeric(value: Vector) -> Vector:
    numbers(value.values if isinstance(value, Many) else value)
    return value


def _fold(node: Sum | Product, at: _Rows) -> Vector:
    total = _numeric(_of(node.operands[0], at))
    for symbol, operand in zip(node.operators, node.operands[1:], strict=True):
        other = _numeric(_of(operand, at))
        if symbol == "/":
            _divisible(operand, other, at)
        total = _elementwise(_ARITHMETIC[symbol], total, other)
    return total


def _divisible(node: Node, value: Vector, at: _Rows) -> None:
    """Raises DivisionByZero where a divisor is zero, or only the error of its own computation."""
    zero: Any = 0.0
    held: Any = value.values if isinstance(value, Many) else value
    if _computed(node):
        scale = _scale(node, at)
        zero = TIE * (scale.values if isinstance(scale, Many) else scale)
    if np.any((np.abs(held) <= zero) & np.isfinite(held)):
        raise DivisionByZero("a divisor is zero")


def _plain(value: Vector) -> Vector:
    return decoded(value) if isinstance(value, TextColumn) else value


def _kind(value: Vector) -> str:
    held = value.values if isinstance(value, Many) else value
    if isinstance(held, np.ndarray):
        return {"f": "number", "b": "flag"}.get(held.dtype.kind, "text")
    return "flag" if isinstance(held, bool) else "number" if isinstance(held, np.float64) else "text"


def _compared(symbol: str, nodes: tuple[Node, Node], values: tuple[Vector, Vector], at: _Rows) -> Vector:
    a, b = values
    kinds = {_kind(a), _kind(b)}
    if len(kinds) > 1 or ("flag" in kinds and symbol not in ("==", "!=")):
        raise WrongType(f"{' and '.join(sorted(kinds))} compared by {symbol}")
    if "text" in kinds:
        return _texts(symbol, a, b)
    if "number" in kinds and (_computed(nodes[0]) or _computed(nodes[1])):
        return _near(symbol, nodes, values, at)
    return _boolean(_elementwise(_COMPARE[symbol], a, b))


def _boolean(value: Vector) -> Vector:
    return bool(value) if isinstance(value, np.bool_) else value


def _texts(symbol: str, a: Vector, b: Vector) -> Vector:
    if isinstance(b, TextColumn) and isinstance(a, str) and symbol in ("==", "!="):
        a, b = b, a
    if isinstance(a, TextColumn) and isinstance(b, str):
        held = np.array([_COMPARE[symbol](value, b) for value in a.values], dtype=bool)
        return held[a.codes] if len(held) else np.zeros(len(a.codes), dtype=bool)
    result = _boolean(_elementwise(_COMPARE[symbol], _plain(a), _plain(b)))
    return result.astype(bool) if isinstance(result, np.ndarray) else result


def _near(symbol: str, nodes: tuple[Node, Node], values: tuple[Vector, Vector], at: _Rows) -> Vector:
    """A comparison in which what differs by float error alone counts as equal, as it is in exact numbers."""
    a, b, _ = paired(*values)
    scales = paired(_scale(nodes[0], at), _scale(nodes[1], at))
    with np.errstate(invalid="ignore"):
        tied = (a == b) | (np.abs(a - b) < TIE * (scales[0] + scales[1]))
    below = (a < b) & ~tied
    above = (a > b) & ~tied
    held = {"<": below, ">": above, "<=": ~above, ">=": ~below, "==": tied, "!=": ~tied}[symbol]
    shape = paired(*values)[2]
    return _boolean(held) if shape is None else many(held, shape.present, shape.dates)


def _chain(node: Comparison, at: _Rows) -> Vector:
    values = [_of(operand, at) for operand in node.operands]
    result: Vector | None = None
    for i, symbol in enumerate(node.operators):
        nodes = (node.operands[i], node.operands[i + 1])
        held = _compared(symbol, nodes, (values[i], values[i + 1]), at)
        result = held if result is None else _boolean(_elementwise(operator.and_, result, held))
    return True if result is None else result


def _member(node: Membership, at: _Rows) -> Vector:
    item = _of(node.item, at)
    result: Vector = False
    for choice in node.choices:
        equal = _compared("==", (node.item, choice), (item, _of(choice, at)), at)
        result = _boolean(_elementwise(operator.or_, result, equal))
    return _negated(result) if node.negated else result


def _negated(value: Vector) -> Vector:
    if isinstance(value, Many):
        return many(~_flags(value).values, value.present, value.dates)
    held = truths(value)
    return not held if isinstance(held, bool) else ~held


def _flags(value: Many) -> Many:
    truths(value.values)
    return value


def _joined(operands: tuple[Node, ...], at: _Rows, *, until: bool) -> Vector:
    """`and` (until False) and `or` (until True): each part only on the rows that the parts before leave open."""
    result = _of(operands[0], at)
    if isinstance(result, Many):
        for operand in operands[1:]:
            other = _of(operand, at)
            if not isinstance(other, Many) or not isinstance(result, Many):
                raise WrongType("a series beside a single yes-or-no")
            result = _elementwise(operator.or_ if until else operator.and_, _flags(result), _flags(other))
        return result
    for operand in operands[1:]:
        held = truths(result)
        if isinstance(held, bool):
            result = held if held is until else _of(operand, at)
        elif (held != until).any():
            result = _narrowed(held, operand, at, until=until)
    truths(result)
    return result


def _narrowed(held: NDArray[np.bool_], operand: Node, at: _Rows, *, until: bool) -> Vector:
    open_rows = np.flatnonzero(held != until)
    every = len(open_rows) == len(held)
    other = truths(_of(operand, at if every else at.among(open_rows)))
    result = held.copy()
    result[open_rows] = other
    return result


def _chosen(node: Call, at: _Rows) -> Vector:
    condition, then, otherwise = node.arguments
    held = truths(_of(condition, at))
    if isinstance(held, bool) or held.all() or not held.any():
        first = held if isinstance(held, bool) else bool(held.all())
        return _of(then if first else otherwise, at)
    yes, no = np.flatnonzero(held), np.flatnonzero(~held)
    return _merged(len(held), (yes, _of(then, at.among(yes))), (no, _of(otherwise, at.among(no))))


def _merged(length: int, *parts: tuple[NDArray[np.intp], Vector]) -> Vector:
    """One column from what its rows have in two branches."""
    values = [_plain(value) for _, value in parts]
    if len({_kind(value) for value in values}) > 1 or len({isinstance(value, Many) for value in values}) > 1:
        raise WrongType("the branches of if differ in type")
    dtype = {"number": np.float64, "flag": np.bool_, "text": object}[_kind(values[0])]
    if not any(isinstance(value, Many) for value in values):
        result: Array = np.empty(length, dtype=dtype)
        for (rows, _), value in zip(parts, values, strict=True):
            result[rows] = value
        return result
    series = [value for value in values if isinstance(value, Many)]
    width = max(value.values.shape[1] for value in series)
    joined, present = np.zeros((length, width), dtype=dtype), np.zeros((length, width), dtype=bool)
    for (rows, _), value in zip(parts, series, strict=True):
        elements = value.values.shape[1]
        joined[rows, :elements] = value.values
        present[rows, :elements] = True if value.present is None else value.present
    dates = {value.dates for value in series}
    return many(joined, present, dates.pop() if len(dates) == 1 else None)


def _call(node: Call, at: _Rows) -> Vector:
    counted(node)
    if node.function == "if":
        return _chosen(node, at)
    return FUNCTIONS_OF_COLUMNS[node.function](*(_of(argument, at) for argument in node.arguments))


def _of(node: Node, at: _Rows) -> Vector:
    match node:
        case Number(value):
            return np.float64(float(value))
        case Truth(held):
            return held
        case Literal(text):
            return text
        case Infinity():
            return np.float64(math.inf)
        case Name(name):
            return at.column(name)
        case Negative(operand):
            return _elementwise(operator.mul, np.float64(-1.0), _numeric(_of(operand, at)))
        case Sum() | Product():
            return _fold(node, at)
        case Comparison():
            return _chain(node, at)
        case Membership():
            return _member(node, at)
        case Not(operand):
            return _negated(_of(operand, at))
        case Both(operands):
            return _joined(operands, at, until=False)
        case Either(operands):
            return _joined(operands, at, until=True)
        case Call():
            return _call(node, at)
        case _:
            raise TypeError(f"no node of an expression: {node!r}")


def _whole(value: Vector, length: int) -> Array:
    """A value as an array with one row a row of the table."""
    if isinstance(value, Many):
        if value.present is None or value.values.dtype.kind != "f":
            return value.values
        return np.where(value.present, value.values, np.nan)
    plain = _plain(value)
    if isinstance(plain, np.ndarray):
        return plain
    return np.full(length, plain, dtype=object if isinstance(plain, str) else None)


def columns(expr: Expression, table: Mapping[str, Column], length: int) -> Array:
    """The value of an expression on `length` rows: float64, bool or texts of shape rows; series rows × elements.

    Shorter series end in NaN. `if`, `and`, `or` read a column only on the rows where it counts, so that a row's value
    is that of `evaluate`. Numbers are float64: comparisons, `round` and zero divisors take what differs by float error
    alone as equal. Raises EvaluationError: MissingName (no column, or NaN on a row that counts), DivisionByZero,
    Undefined (also beyond float64), WrongType.
    """
    try:
        with np.errstate(divide="raise", invalid="raise", over="raise", under="ignore"):
            return _whole(_of(expr.root, _Rows(table, length)), length)
    except (FloatingPointError, OverflowError) as error:
        raise Undefined(str(error)) from None
