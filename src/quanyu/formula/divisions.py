"""Divisors that nothing keeps from being zero."""

from quanyu.formula.row import constant
from quanyu.formula.tree import (
    Both,
    Call,
    Comparison,
    Either,
    Expression,
    Infinity,
    Literal,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Product,
    Truth,
    children,
    walk,
)

__all__ = ["divisions"]

_Guarded = frozenset[Node]
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def _value(node: Node) -> float | None:
    if isinstance(node, Infinity):
        return float("inf")
    found = constant(Expression("", node))
    return None if found is None else float(found > 0) - float(found < 0)


def _kept_from_zero(node: Comparison, *, held: bool) -> _Guarded:
    """The nodes that are not zero where a comparison holds, or where it does not."""
    if not held and len(node.operators) > 1:
        return frozenset()
    found: set[Node] = set()
    for i, symbol in enumerate(node.operators):
        symbol = symbol if held else _OPPOSITE[symbol]
        for left, right, sign in (
            (node.operands[i], node.operands[i + 1], symbol),
            (node.operands[i + 1], node.operands[i], _MIRROR[symbol]),
        ):
            bound = _value(right)
            if bound is not None and _excludes_zero(sign, bound):
                found.add(left)
    return frozenset(found)


def _excludes_zero(symbol: str, bound: float) -> bool:
    return not {"<": bound > 0, "<=": bound >= 0, ">": bound < 0, ">=": bound <= 0, "==": bound == 0, "!=": bound != 0}[
        symbol
    ]


def _guards(condition: Node, *, held: bool) -> _Guarded:
    match condition:
        case Not(operand):
            return _guards(operand, held=not held)
        case Comparison():
            return _kept_from_zero(condition, held=held)
        case Both(operands) if held:
            return frozenset().union(*(_guards(o, held=True) for o in operands))
        case Either(operands) if not held:
            return frozenset().union(*(_guards(o, held=False) for o in operands))
        case _:
            return frozenset()


def _safe(node: Node, guarded: _Guarded) -> bool:
    """Whether a divisor is never zero: a constant other than zero, a guarded node, or one bounded away from zero."""
    if node in guarded:
        return True
    sign = _value(node)
    if sign is not None:
        return sign != 0
    match node:
        case Negative(operand) | Call("abs", (operand,)):
            return _safe(operand, guarded)
        case Product(operands, operators):
            return _safe(operands[0], guarded) and all(
                symbol == "/" or _safe(o, guarded) for symbol, o in zip(operators, operands[1:], strict=True)
            )
        case Call("max", arguments) if len(arguments) > 1:
            return any((_value(a) or 0) > 0 for a in arguments)
        case Call("min", arguments) if len(arguments) > 1:
            return any((_value(a) or 0) < 0 for a in arguments)
        case Call("clip", (_, low, high)):
            return (_value(low) or 0) > 0 and ((_value(high) or 0) > 0)
        case _:
            return False


def _search(node: Node, guarded: _Guarded, found: list[Node]) -> None:
    match node:
        case Number() | Truth() | Literal() | Name() | Infinity():
            return
        case Call("if", (condition, then, otherwise)):
            _search(condition, guarded, found)
            _search(then, guarded | _guards(condition, held=True), found)
            _search(otherwise, guarded | _guards(condition, held=False), found)
            return
        case Both(operands) | Either(operands):
            for operand in operands:
                _search(operand, guarded, found)
                guarded |= _guards(operand, held=isinstance(node, Both))
            return
        case Product(operands, operators):
            found.extend(
                o for symbol, o in zip(operators, operands[1:], strict=True) if symbol == "/" and not _safe(o, guarded)
            )
    for child in children(node):
        _search(child, guarded, found)


def divisions(node: Expression | Node) -> tuple[Node, ...]:
    """The divisors that may be zero, from left to right: neither constants other than zero, nor bounded away from zero
    (`max(1, x)`), nor guarded (`if(x > 0, a / x, 0)`, `x != 0 and a / x > 2`).
    """
    root = node.root if isinstance(node, Expression) else node
    found: list[Node] = []
    if any(isinstance(part, Product) for part, _ in walk(root)):
        _search(root, frozenset(), found)
    return tuple(sorted(found, key=lambda divisor: divisor.start))
