"""The exact value of an expression on one row."""

import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Any, TypeAlias

from quanyu.formula.exact import Number as Quantity
from quanyu.formula.exact import divide, minus, plus, times
from quanyu.formula.row_functions import FUNCTIONS_OF_A_ROW, aligned, counted, flag, quantity
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
)
from quanyu.formula.values import EvaluationError, Given, MissingName, Scalar, Series, Value, WrongType

__all__ = ["constant", "evaluate"]

_Row: TypeAlias = Mapping[str, Given]
_ARITHMETIC: dict[str, Callable[[Quantity, Quantity], Quantity]] = {"+": plus, "-": minus, "*": times, "/": divide}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _scalar(name: str, given: object) -> Scalar:
    if given is None or (isinstance(given, Real) and not isinstance(given, Fraction) and math.isnan(given)):
        raise MissingName(name)
    if isinstance(given, bool | str | Fraction):
        return given
    if isinstance(given, Integral):
        return Fraction(int(given))
    if isinstance(given, Real | Decimal):
        return float(given) if math.isinf(given) else Fraction(str(given))
    if type(given).__name__ == "bool" and hasattr(given, "item"):
        return bool(given)
    raise WrongType(f"{name} is {type(given).__name__}")


def _value(name: str, given: Given) -> Value:
    if isinstance(given, Series):
        return Series(tuple(_scalar(name, each) for each in given.values), given.dates)
    if isinstance(given, list | tuple):
        return Series(tuple(_scalar(name, each) for each in given))
    return _scalar(name, given)


def _elementwise(function: Callable[[Scalar, Scalar], Scalar], a: Value, b: Value) -> Value:
    """A function of two values, for each element where one or both are series."""
    if not isinstance(a, Series) and not isinstance(b, Series):
        return function(a, b)
    lefts, rights, dates = aligned(a, b)
    return Series(tuple(function(x, y) for x, y in zip(lefts, rights, strict=True)), dates)


def _arithmetic(symbol: str) -> Callable[[Scalar, Scalar], Scalar]:
    function = _ARITHMETIC[symbol]
    return lambda a, b: function(quantity(a), quantity(b))


def _compare(symbol: str) -> Callable[[Scalar, Scalar], Scalar]:
    function = _COMPARE[symbol]

    def compared(a: Scalar, b: Scalar) -> bool:
        flags, texts = isinstance(a, bool) + isinstance(b, bool), isinstance(a, str) + isinstance(b, str)
        if flags == 1 or texts == 1 or (flags == 2 and symbol not in ("==", "!=")):
            raise WrongType(f"{a!r} {symbol} {b!r}")
        return function(a, b)

    return compared


def _fold(node: Sum | Product, row: _Row) -> Value:
    total = _of(node.operands[0], row)
    for symbol, operand in zip(node.operators, node.operands[1:], strict=True):
        total = _elementwise(_arithmetic(symbol), total, _of(operand, row))
    return total


def _chain(node: Comparison, row: _Row) -> Value:
    left = _of(node.operands[0], row)
    result: Value = True
    for symbol, operand in zip(node.operators, node.operands[1:], strict=True):
        right = _of(operand, row)
        held = _elementwise(_compare(symbol), left, right)
        result = held if result is True else _elementwise(lambda a, b: flag(a) and flag(b), result, held)
        left = right
    return result


def _member(node: Membership, row: _Row) -> Value:
    item = _of(node.item, row)
    result: Value = False
    for choice in node.choices:
        equal = _elementwise(_compare("=="), item, _of(choice, row))
        result = _elementwise(lambda a, b: flag(a) or flag(b), result, equal)
    return _negated(result) if node.negated else result


def _negated(value: Value) -> Value:
    if isinstance(value, Series):
        return Series(tuple(not flag(each) for each in value), value.dates)
    return not flag(value)


def _joined(operands: tuple[Node, ...], row: _Row, *, until: bool) -> Value:
    """`and` (until False) and `or` (until True): single values from the left as far as needed, series whole."""
    result = _of(operands[0], row)
    for operand in operands[1:]:
        if not isinstance(result, Series) and flag(result) is until:
            return until
        other = _of(operand, row)
        if isinstance(result, Series) != isinstance(other, Series):
            raise WrongType("a series beside a single yes-or-no")
        meet = operator.or_ if until else operator.and_
        result = _elementwise(lambda a, b, meet=meet: meet(flag(a), flag(b)), result, other)  # type: ignore[misc]
    return Series(tuple(flag(v) for v in result), result.dates) if isinstance(result, Series) else flag(result)


def _call(node: Call, row: _Row) -> Value:
    counted(node)
    if node.function == "if":
        condition, then, otherwise = node.arguments
        taken = _of(condition, row)
        if isinstance(taken, Series):
            raise WrongType("a series as the condition of if")
        return _of(then if flag(taken) else otherwise, row)
    return FUNCTIONS_OF_A_ROW[node.function](*(_of(argument, row) for argument in node.arguments))


def _negative(value: Value) -> Value:
    return _elementwise(_arithmetic("-"), Fraction(0), value)


def _of(node: Node, row: _Row) -> Value:
    match node:
        case Number(value) | Truth(value) | Literal(value):
            return value
        case Infinity():
            return math.inf
        case Name(name):
            if name not in row:
                raise MissingName(name)
            return _value(name, row[name])
        case Negative(operand):
            return _negative(_of(operand, row))
        case Sum() | Product():
            return _fold(node, row)
        case Comparison():
            return _chain(node, row)
        case Membership():
            return _member(node, row)
        case Not(operand):
            return _negated(_of(operand, row))
        case Both(operands):
            return _joined(operands, row, until=False)
        case Either(operands):
            return _joined(operands, row, until=True)
        case Call():
            return _call(node, row)
        case _:
            raise TypeError(f"no node of an expression: {node!r}")


def evaluate(expr: Expression, row: Mapping[str, Given]) -> Value:
    """The exact value of an expression on one row: Fraction, bool, str, Series; float for inf and -inf alone.

    Branches not taken are not read, so they may name what the row lacks.
    Raises EvaluationError: MissingName, DivisionByZero, Undefined (inf - inf, the mean of nothing), WrongType.
    """
    return _of(expr.root, row)


def constant(expr: Expression) -> Fraction | None:
    """The number an expression stands for whatever the row; None where it uses names or is no finite number."""
    try:
        value = evaluate(expr, {})
    except EvaluationError:
        return None
    return value if isinstance(value, Fraction) else None
