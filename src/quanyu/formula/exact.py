"""Exact arithmetic with inf: a Fraction, or inf and -inf as float."""

import math
from fractions import Fraction
from typing import TypeAlias

from quanyu.formula.values import DivisionByZero, Undefined

__all__ = ["Number", "divide", "minus", "nearest", "plus", "times"]

Number: TypeAlias = Fraction | float


def plus(a: Number, b: Number) -> Number:
    """a + b; inf - inf is Undefined."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a + b
    if isinstance(a, float) and isinstance(b, float) and a != b:
        raise Undefined("inf - inf")
    return a if isinstance(a, float) else b


def minus(a: Number, b: Number) -> Number:
    """a - b; inf - inf is Undefined."""
    return plus(a, -b)


def times(a: Number, b: Number) -> Number:
    """a · b; 0 · inf is Undefined."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    if a == 0 or b == 0:
        raise Undefined("0 * inf")
    return math.inf if (a > 0) == (b > 0) else -math.inf


def divide(a: Number, b: Number) -> Number:
    """a / b; raises DivisionByZero; inf / inf is Undefined."""
    if b == 0:
        raise DivisionByZero(f"{a} / 0")
    if isinstance(b, float):
        if isinstance(a, float):
            raise Undefined("inf / inf")
        return Fraction(0)
    return a / b if isinstance(a, Fraction) else times(a, b)


def nearest(x: Number, step: Number) -> Number:
    """The multiple of `step` nearest to `x`, halves away from zero; inf stays inf."""
    if isinstance(step, float) or step < 0:
        raise Undefined("a step of round is above zero and finite")
    if step == 0:
        raise DivisionByZero("round to multiples of 0")
    if isinstance(x, float):
        return x
    whole = math.floor(abs(x) / step + Fraction(1, 2)) * step
    return whole if x >= 0 else -whole
