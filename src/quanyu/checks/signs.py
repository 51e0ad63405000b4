"""Which names and expressions are surely above zero."""

from fractions import Fraction

from quanyu.formula import Expression, constant, parse
from quanyu.formula.tree import Both, Call, Comparison, Name, Node, Number, Product, Sum
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source, Table

__all__ = ["positive", "positive_names", "surely_premium"]

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}


def positive_names(programme: Programme) -> frozenset[str]:
    """The fields that ranges and unconditional duties (`must`) keep above zero, and values made of them."""
    found = {name for name, spec in programme.insured.fields.items() if (spec.type.low or 0) > 0}
    for must in programme.must:
        parsed = parse(must.that.text)
        if must.when is None and isinstance(parsed, Expression):
            found |= _kept(parsed.root)
    for name, value in programme.values.items():
        sources = [s for s in (value.value, value.otherwise) if s is not None]
        sources += list(value.table.leaves()) if value.table else []
        if sources and all(_source(s, frozenset(found)) for s in sources):
            found.add(name)
    return frozenset(found)


def _kept(node: Node) -> set[str]:
    if isinstance(node, Both):
        return set().union(*(_kept(o) for o in node.operands))
    if not isinstance(node, Comparison):
        return set()
    found: set[str] = set()
    for left, symbol, right in zip(node.operands, node.operators, node.operands[1:], strict=False):
        for name, sign, bound in ((left, symbol, right), (right, _FLIPPED.get(symbol, ""), left)):
            value = _constant(bound)
            if isinstance(name, Name) and value is not None and _above(sign, value):
                found.add(name.name)
    return found


def _above(symbol: str, bound: Fraction) -> bool:
    return (symbol == ">" and bound >= 0) or (symbol in (">=", "==") and bound > 0)


def _constant(node: Node) -> Fraction | None:
    return constant(Expression("", node))


def _source(source: Source, names: frozenset[str]) -> bool:
    parsed = parse(source.text)
    return isinstance(parsed, Expression) and positive(parsed.root, names)


def positive(node: Node, names: frozenset[str]) -> bool:
    """Whether an expression is surely above zero where `names` are; what cannot be told is not."""
    match node:
        case Number(value):
            return value > 0
        case Name(name):
            return name in names
        case Product(operands):
            return all(positive(o, names) for o in operands)
        case Sum(operands, operators):
            plus = all(o == "+" for o in operators)
            return plus and any(positive(o, names) for o in operands) and all(_not_below(o, names) for o in operands)
        case Call("max", arguments) if len(arguments) > 1:
            return any(positive(a, names) for a in arguments)
        case Call("min", arguments) if len(arguments) > 1:
            return all(positive(a, names) for a in arguments)
        case Call("if", (_, then, otherwise)):
            return positive(then, names) and positive(otherwise, names)
        case Call("clip", (_, low, _)):
            return positive(low, names)
        case _:
            return False


def _not_below(node: Node, names: frozenset[str]) -> bool:
    """Amounts and numbers of a risk are taken not to be negative."""
    value = _constant(node)
    if value is not None:
        return value >= 0
    if isinstance(node, Product):
        return all(_not_below(o, names) for o in node.operands)
    return isinstance(node, Name) or (isinstance(node, Call) and node.function == "max") or positive(node, names)


def surely_premium(programme: Programme, names: frozenset[str]) -> bool:
    """Whether the premium of every policy is above zero."""
    premium = programme.premium
    if premium is None:
        return False
    if premium.min is not None and _source(premium.min, names):
        return True
    if any(_source(plus, names) for plus in premium.plus.values()):
        return True
    if premium.max is not None and not _source(premium.max, names):
        return False
    amount = premium.amount or premium.base
    return (
        amount is not None
        and _source(amount, names)
        and all(_factor(f.value, f.table, f.otherwise, names) for f in premium.factors.values())
    )


def _factor(value: Source | None, table: Table | None, otherwise: Source | None, names: frozenset[str]) -> bool:
    sources = [s for s in (value, otherwise) if s is not None] + (list(table.leaves()) if table else [])
    return bool(sources) and all(_source(s, names) for s in sources)
