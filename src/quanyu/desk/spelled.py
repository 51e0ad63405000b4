"""Expressions and exact numbers as a reader sees them."""

import re
from fractions import Fraction

from quanyu.terms import Text, read_number, write_number

__all__ = ["expression_words", "grouped"]

_CHINESE = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d+)?\s*[千万亿]+")


def grouped(value: Fraction | int) -> str:
    """An exact number with thousands separators; a quotient where it has no finite decimal."""
    figures = write_number(Fraction(value))
    if " / " in figures:
        return f"{float(value):,.6g}"
    whole, point, rest = figures.partition(".")
    sign, digits = ("−", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{point}{rest}"


def expression_words(text: str) -> Text:
    """An expression as written; in English with 万 and 亿 written out."""
    shown = text.replace("*", "×").replace("<=", "≤").replace(">=", "≥").replace("!=", "≠")
    return Text(shown, _CHINESE.sub(_written_out, shown))


def _written_out(found: re.Match[str]) -> str:
    value = read_number(found[0])
    return found[0] if value is None else grouped(value)
