"""Numbers as people of the trade write them, read exactly."""

import re
from fractions import Fraction

__all__ = ["NUMBER", "UNITS", "read_number", "write_number"]

UNITS = {
    "千": Fraction(1000),
    "万": Fraction(10**4),
    "亿": Fraction(10**8),
    "%": Fraction(1, 100),
    "‰": Fraction(1, 1000),
}
NUMBER = re.compile(r"[0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?[ \t]*[千万亿%‰]*")
_DIGITS = 40


def read_number(text: str) -> Fraction | None:
    """The exact value of `300万`, `3亿`, `20%`, `3‰`, `1_000.50`, `-5`; None where `text` is no such number.

    Leading zeros (`010`), exponents (`1e9`), thousands commas and more than 40 digits are refused: each can be misread.
    """
    body = text.strip()
    sign = -1 if body.startswith("-") else 1
    body = body[1:].lstrip() if sign < 0 else body
    if not NUMBER.fullmatch(body):
        return None
    digits = body.rstrip("千万亿%‰ \t")
    units = body[len(digits) :].strip()
    plain = digits.replace("_", "")
    if len(plain) > _DIGITS or (len(plain) > 1 and plain[0] == "0" and plain[1] != "."):
        return None
    value = Fraction(plain)
    for unit in units:
        value *= UNITS[unit]
    return sign * value


def write_number(value: Fraction) -> str:
    """The shortest plain decimal of `value`; a quotient `a / b` where there is no finite decimal."""
    if value.denominator == 1:
        return str(value.numerator)
    digits, rest = 0, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        digits = max(digits, count)
    if rest != 1:
        return f"{value.numerator} / {value.denominator}"
    scaled = abs(value) * 10**digits
    text = f"{scaled.numerator:0{digits + 1}d}"
    return f"{'-' if value < 0 else ''}{text[:-digits]}.{text[-digits:]}"
