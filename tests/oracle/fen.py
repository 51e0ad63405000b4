"""Whole fen: rounding, spreading, and apportioning seat by seat. Naive on purpose."""

from collections.abc import Sequence
from fractions import Fraction
from math import floor
from typing import Any


def half_up(x: Fraction) -> Fraction:
    """The nearest whole number, halves upwards."""
    return Fraction(floor(x + Fraction(1, 2)))


def largest_remainder(
    total: Fraction, quotas: Sequence[Fraction], ties: Sequence[Any], most: Sequence[Fraction] | None = None
) -> list[Fraction]:
    """`total` over `quotas`: each its floor, the units left to the largest fractions, ties to the smaller of `ties`.

    `most` bounds the parts; a unit that a bounded part cannot take goes to the next one furthest below its quota.
    """
    room = most if most is not None and sum(most) >= total else None
    parts = [Fraction(floor(q)) if room is None else min(Fraction(floor(q)), room[i]) for i, q in enumerate(quotas)]
    left = total - sum(parts)
    if left < 0 or (room is None and left > len(quotas)):
        raise ValueError(f"{total} cannot be spread over {quotas}")
    for _ in range(int(left)):
        open_to = [i for i in range(len(parts)) if room is None or parts[i] < room[i]]
        i = min(open_to, key=lambda i: (parts[i] - quotas[i], ties[i]))
        parts[i] += 1
    return parts


def next_seat(weights: Sequence[Fraction], seats: Sequence[int]) -> int:
    """Who gets the next unit by Sainte-Laguë: the largest weight / (2 seats + 1), ties to the first written."""
    return max(range(len(weights)), key=lambda i: (weights[i] / (2 * seats[i] + 1), -i))


def spread(
    total: Fraction,
    weights: Sequence[Fraction],
    ties: Sequence[Any],
    *,
    fen: bool,
    most: Sequence[Fraction] | None = None,
) -> list[Fraction]:
    """`total` over simultaneous rows pro rata; in fen by largest remainder, no row above `most`."""
    whole = sum(weights, Fraction(0))
    quotas = [total * w / whole if whole else Fraction(0) for w in weights]
    return largest_remainder(total, quotas, ties, most) if fen else quotas
