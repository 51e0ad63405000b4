"""Whole fen: rounding, spreading, and apportioning seat by seat. Naive on purpose."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Any


def half_up(x: Fraction) -> Fraction:
    """The nearest whole number, halves upwards."""
    return Fraction(floor(x + Fraction(1, 2)))


def largest_remainder(total: Fraction, quotas: Sequence[Fraction], ties: Sequence[Any]) -> list[Fraction]:
    """`total` over `quotas`: each its floor, the units left to the largest fractions, ties to the smaller of `ties`."""
    parts = [Fraction(floor(q)) for q in quotas]
    left = total - sum(parts)
    order = sorted(range(len(quotas)), key=lambda i: (parts[i] - quotas[i], ties[i]))
    if not 0 <= left <= len(order):
        raise ValueError(f"{total} cannot be spread over {quotas}")
    for i in order[: int(left)]:
        parts[i] += 1
    return parts


def next_seat(weights: Sequence[Fraction], seats: Sequence[int]) -> int:
    """Who gets the next unit by Sainte-Laguë: the largest weight / (2 seats + 1), ties to the first written."""
    return max(range(len(weights)), key=lambda i: (weights[i] / (2 * seats[i] + 1), -i))


def spread(total: Fraction, weights: Sequence[Fraction], ties: Sequence[Any], *, fen: bool) -> list[Fraction]:
    """`total` over simultaneous rows pro rata; in fen by largest remainder."""
    whole = sum(weights, Fraction(0))
    quotas = [total * w / whole if whole else Fraction(0) for w in weights]
    return largest_remainder(total, quotas, ties) if fen else quotas
