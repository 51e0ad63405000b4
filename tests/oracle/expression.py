"""A small evaluator of expression texts: numbers with units, names, + - * /, comparison, and or not, functions."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from oracle.model import Context, Refused, Row

UNITS = {
    "千": Fraction(1000),
    "万": Fraction(10**4),
    "亿": Fraction(10**8),
    "%": Fraction(1, 100),
    "‰": Fraction(1, 1000),
}
TOKEN = re.compile(r"\s*(?:(\d[\d_]*(?:\.\d+)?\s*[千万亿%‰]*)|('[^']*')|([A-Za-z_][\w.]*)|(<=|>=|==|!=|[-+*/<>(),]))")
Env = Callable[[str], Any]
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "in": lambda a, b: a in b,
}  # fmt: skip
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min, "max": max, "abs": abs, "clip": lambda x, low, high: min(max(x, low), high),
}  # fmt: skip


def number(text: str) -> Fraction:
    """The exact value of a number with units."""
    digits = text.rstrip("千万亿%‰ ")
    value = Fraction(digits.replace("_", ""))
    for unit in text[len(digits) :].strip():
        value *= UNITS[unit]
    return value


def tokens(text: str) -> list[str]:
    out, at = [], 0
    while text[at:].strip():
        m = TOKEN.match(text, at)
        if not m:
            raise Refused(f"not an expression: {text!r} at {at}")
        out.append(m.group().strip())
        at = m.end()
    return out


class _Reader:
    """Recursive descent over the tokens; every method gives a function of the environment, so that `if` stays lazy."""

    def __init__(self, text: str) -> None:
        self.text, self.rest = text, [*tokens(text), ""]

    def take(self, *wanted: str) -> str:
        return self.rest.pop(0) if self.rest[0] in wanted else ""

    def need(self, wanted: str) -> None:
        if self.rest.pop(0) != wanted:
            raise Refused(f"{wanted!r} wanted in {self.text!r}")

    def whole(self) -> Callable[[Env], Any]:
        out = self.either()
        self.need("")
        return out

    def either(self) -> Callable[[Env], Any]:
        left = self.both()
        while self.take("or"):
            left = _joined(left, self.both(), either=True)
        return left

    def both(self) -> Callable[[Env], Any]:
        left = self.negated()
        while self.take("and"):
            left = _joined(left, self.negated(), either=False)
        return left

    def negated(self) -> Callable[[Env], Any]:
        if self.take("not"):
            inner = self.negated()
            return lambda e: not inner(e)
        left = self.sum()
        if op := self.take(*COMPARE):
            right = self.sum()
            return lambda e: COMPARE[op](left(e), right(e))
        return left

    def sum(self) -> Callable[[Env], Any]:
        left = self.product()
        while op := self.take("+", "-"):
            left = _added(left, self.product(), 1 if op == "+" else -1)
        return left

    def product(self) -> Callable[[Env], Any]:
        left = self.atom()
        while op := self.take("*", "/"):
            right = self.atom()
            left = _times(left, right) if op == "*" else _quotient(left, right)
        return left

    def atom(self) -> Callable[[Env], Any]:
        if self.take("-"):
            inner = self.atom()
            return lambda e: -inner(e)
        if self.take("("):
            parts = self.arguments()
            return parts[0] if len(parts) == 1 else lambda e: [p(e) for p in parts]
        token = self.rest.pop(0)
        if token[:1].isdigit():
            return lambda _: number(token)
        if token[:1] == "'":
            return lambda _: token[1:-1]
        if token and self.take("("):
            return _call(token, self.arguments())
        if not re.match(r"[A-Za-z_]", token):
            raise Refused(f"not an expression: {self.text!r} at {token!r}")
        return lambda e: {"true": True, "false": False}.get(token) if token in ("true", "false") else e(token)

    def arguments(self) -> list[Callable[[Env], Any]]:
        out = [self.either()]
        while self.take(","):
            out.append(self.either())
        self.need(")")
        return out


def _joined(a: Callable[[Env], Any], b: Callable[[Env], Any], *, either: bool) -> Callable[[Env], Any]:
    return (lambda e: a(e) or b(e)) if either else (lambda e: a(e) and b(e))


def _added(a: Callable[[Env], Any], b: Callable[[Env], Any], sign: int) -> Callable[[Env], Any]:
    return lambda e: a(e) + sign * b(e)


def _times(a: Callable[[Env], Any], b: Callable[[Env], Any]) -> Callable[[Env], Any]:
    return lambda e: a(e) * b(e)


def _quotient(a: Callable[[Env], Any], b: Callable[[Env], Any]) -> Callable[[Env], Any]:
    def value(e: Env) -> Any:
        below = b(e)
        if below == 0:
            raise Refused("division by zero")
        return a(e) / below

    return value


def _call(name: str, arguments: list[Callable[[Env], Any]]) -> Callable[[Env], Any]:
    if name == "if":
        test, yes, no = arguments
        return lambda e: yes(e) if test(e) else no(e)
    if name not in FUNCTIONS:
        raise Refused(f"no function {name}")
    return lambda e: FUNCTIONS[name](*(a(e) for a in arguments))


def exact(value: Any) -> Any:
    """Numbers as fractions, whatever form they came in; everything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return Fraction(str(value))


@dataclass(frozen=True)
class Expression:
    """An expression text as a term; equal where the texts are."""

    text: str

    @cached_property
    def _meaning(self) -> Callable[[Env], Any]:
        return _Reader(self.text).whole()

    def value(self, env: Env) -> Any:
        return self._meaning(env)

    def __call__(self, row: Row, context: Context) -> Any:
        known = {"amount": context.amount, "premium": context.premium}
        return self.value(lambda name: known[name] if name in known else exact(row[name]))


def constant(value: Any) -> Fraction:
    """A number, or an expression without names."""
    if not isinstance(value, str):
        return Fraction(exact(value))

    def nothing(name: str) -> Any:
        raise Refused(f"{name} is not a constant")

    return Fraction(Expression(value).value(nothing))
