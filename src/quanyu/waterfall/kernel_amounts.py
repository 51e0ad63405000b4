"""Amounts of flows that are expressions over earlier figures: a small arithmetic on path registers."""

from collections.abc import Callable
from functools import reduce
from math import inf

from quanyu.formula import Expression, Node
from quanyu.formula.tree import Call, Comparison, Infinity, Name, Negative, Number, Product, Sum, Truth
from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.kernel_builder import Builder, Term, Value
from quanyu.waterfall.kernel_program import Unsupported

__all__ = ["figure_of"]

Lookup = Callable[[str], Term | None]


def figure_of(builder: Builder, expr: Expression, lookup: Lookup, path: str) -> Value:
    """The path value of an expression over figures: + - * / min max abs clip, if with one comparison.

    A quotient by 0 is 0. Raises Unsupported for anything else, and for names that `lookup` does not know.
    """
    return builder.on_paths(_Writer(builder, lookup, path).of(expr.root))


class _Writer:
    """Writes one expression."""

    def __init__(self, builder: Builder, lookup: Lookup, path: str) -> None:
        self.builder, self.lookup, self.path = builder, lookup, path

    def of(self, node: Node) -> Term:
        match node:
            case Number(value):
                return float(value)
            case Infinity():
                return inf
            case Truth(value):
                return float(value)
            case Name(name):
                return self._name(name)
            case Negative(operand):
                return self._scaled(self.of(operand), -1.0)
            case Sum(operands, operators):
                return self._sum([self.of(n) for n in operands], ["+", *operators])
            case Product(operands, operators):
                return self._product([self.of(n) for n in operands], operators)
            case Comparison(operands, operators) if len(operators) == 1:
                return self._compared(self.of(operands[0]), self.of(operands[1]), operators[0])
            case Call(function, arguments):
                return self._call(function, [self.of(n) for n in arguments])
        raise Unsupported(self.path, f"{type(node).__name__.lower()} in an amount by path")

    def _name(self, name: str) -> Term:
        found = self.lookup(name)
        if found is None:
            raise Unsupported(self.path, f"no figure {name} is known before this flow")
        return found

    def _scaled(self, term: Term, factor: float) -> Term:
        return term.times(factor) if isinstance(term, Value) else term * factor

    def _sum(self, terms: list[Term], operators: list[str]) -> Term:
        signed = [self._scaled(t, -1.0) if o == "-" else t for t, o in zip(terms, operators, strict=True)]
        fixed = sum(t for t in signed if not isinstance(t, Value))
        varying = [t for t in signed if isinstance(t, Value)]
        if not varying:
            return fixed
        total = reduce(self.builder.line, varying)
        return self.builder.line(total, total, 0.0, fixed) if fixed else total

    def _product(self, terms: list[Term], operators: tuple[str, ...]) -> Term:
        total = terms[0]
        for operator, term in zip(operators, terms[1:], strict=True):
            if not isinstance(term, Value):
                if operator == "/" and term == 0.0:
                    raise Unsupported(self.path, "a division by zero")
                total = self._scaled(total, term if operator == "*" else 1.0 / term)
            elif operator == "*" and not isinstance(total, Value):
                total = term.times(total)
            else:
                total = self._pair(self.builder.on_paths(total), term, operator)
        return total

    def _pair(self, a: Value, b: Value, operator: str) -> Value:
        if operator == "*":
            return self.builder.product(a, b)
        return self.builder.path_value(c.QUOTIENT, (a.scale / b.scale,), x=a.register, w=b.register)

    def _compared(self, a: Term, b: Term, operator: str) -> Value:
        one, other = self.builder.on_paths(a), self.builder.on_paths(b)
        match operator:
            case ">":
                return self.builder.above(one, other)
            case "<":
                return self.builder.above(other, one)
            case ">=" | "<=":
                strict = self.builder.above(*((other, one) if operator == ">=" else (one, other)))
                return self.builder.line(strict, strict, -2.0, 1.0)
        raise Unsupported(self.path, f"the comparison {operator} in an amount by path")

    def _call(self, function: str, terms: list[Term]) -> Term:
        match function, terms:
            case (("min" | "max"), [_, _, *_]):
                op = c.LEAST if function == "min" else c.MOST
                return reduce(lambda a, b: self._of_two(op, a, b), terms)
            case "clip", [x, low, high]:
                return self._of_two(c.LEAST, self._of_two(c.MOST, x, low), high)
            case "abs", [x]:
                return self._of_two(c.MOST, x, self._scaled(x, -1.0))
            case "if", [Value() as test, yes, no]:
                x, w = (self._plain(t) for t in (yes, no))
                return self.builder.path_value(c.CHOOSE, x=x.register, w=w.register, slot=self._plain(test).register)
        raise Unsupported(self.path, f"{function}() in an amount by path")

    def _of_two(self, op: int, a: Term, b: Term) -> Term:
        if not isinstance(a, Value) and not isinstance(b, Value):
            return min(a, b) if op == c.LEAST else max(a, b)
        return self.builder.of_two(op, self.builder.on_paths(a), self.builder.on_paths(b))

    def _plain(self, term: Term) -> Value:
        """A register at scale 1."""
        value = self.builder.on_paths(term)
        return value if value.scale == 1.0 else self.builder.of_two(c.LEAST, value, value)
