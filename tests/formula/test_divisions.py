"""Divisors that may be zero."""

import pytest

from quanyu.formula import Expression, divisions, parse


def divisors(text: str) -> list[str]:
    expr = parse(text)
    assert isinstance(expr, Expression)
    assert divisions(expr) == divisions(expr.root)
    return [expr.text_of(node) for node in divisions(expr)]


@pytest.mark.parametrize(
    "text",
    [
        "a / 2", "a / (2 * 3)", "a * b", "a / max(1, b)", "a / clip(b, 1, 5)", "a / -2", "a / abs(max(b, 3))",
        "if(b > 0, a / b, 0)", "if(b != 0, a / b, 0)", "if(b == 0, 0, a / b)", "if(b <= 0, 0, a / b)",
        "if(0 < b, a / b, 0)", "if(b >= 1, a / b, 0)", "if(b < 0, a / b, 0)", "if(not b == 0, a / b, 0)",
        "if(ok and b > 0, a / b, 0)", "if(b == 0 or c == 0, 0, a / (b * c))", "b > 0 and a / b > 2",
        "b == 0 or a / b > 2", "if(b + c > 0, a / (b + c), 0)", "if(0 < b < 5, a / b, 0)",
        "if(b > 0, 1 + max(a / b, 2), 0)",
    ],
)  # fmt: skip
def test_safe(text: str) -> None:
    assert divisors(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a / b", ["b"]),
        ("a / b / c + d / (e - 1)", ["b", "c", "(e - 1)"]),
        ("a / 0", ["0"]),
        ("a / (2 - 2)", ["(2 - 2)"]),
        ("a / max(0, b)", ["max(0, b)"]),
        ("if(b >= 0, a / b, 0)", ["b"]),
        ("if(b <= 0, a / b, 0)", ["b"]),
        ("if(b < 5, a / b, 0)", ["b"]),
        ("if(b != 5, a / b, 0)", ["b"]),
        ("if(b > -1, a / b, 0)", ["b"]),
        ("if(b > 0, 0, a / b)", ["b"]),
        ("if(c > 0, a / b, 0)", ["b"]),
        ("if(ok or b > 0, a / b, 0)", ["b"]),
        ("a / b > 2 and b > 0", ["b"]),
        ("if(a / b > 2, 1, 0)", ["b"]),
        ("sum(hog / maize)", ["maize"]),
        ("a / clip(b, 1, 0)", ["clip(b, 1, 0)"]),
    ],
)
def test_reported(text: str, found: list[str]) -> None:
    assert divisors(text) == found
