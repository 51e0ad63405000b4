"""Whole units over several takers: largest remainder, and Sainte-Laguë in closed form."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

__all__ = ["Seats", "half_up", "largest_remainder", "spread"]


def half_up(x: int | Fraction) -> int:
    """The nearest whole number, halves upwards."""
    if isinstance(x, int):
        return x
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def largest_remainder(total: int, quotas: Sequence[int | Fraction]) -> list[int]:
    """`total` over the quotas: each its floor, the units left one each to the largest fractions, ties to the earlier.

    No part exceeds its quota rounded up. Raises ValueError where floors and one unit each cannot make `total`.
    """
    parts = [q.numerator // q.denominator for q in quotas]
    left = total - sum(parts)
    if not 0 <= left <= len(parts):
        raise ValueError(f"{total} is not within a unit each of {quotas}")
    if left:
        order = sorted(range(len(parts)), key=lambda i: parts[i] - quotas[i])
        for i in order[:left]:
            parts[i] += 1
    return parts


def spread(total: int, weights: Sequence[int], room: Sequence[int] | None = None) -> list[int]:
    """`total` (at most the sum of the weights) pro rata to whole weights by largest remainder, ties to the earlier.

    No part exceeds its weight, nor its `room`: what a row has no room for goes to the rows with the largest remainders
    that have. Where the room does not suffice the parts add up to less than `total`.
    """
    whole = sum(weights)
    parts, over = [], []
    for weight in weights:
        part, rest = divmod(total * weight, whole)
        parts.append(part)
        over.append(rest)
    left = total - sum(parts)
    if room is not None and any(part > r for part, r in zip(parts, room, strict=True)):
        parts = [min(part, r) for part, r in zip(parts, room, strict=True)]
        left = total - sum(parts)
    if not left:
        return parts
    order = sorted(range(len(parts)), key=lambda i: -over[i])
    if room is None:
        for i in order[:left]:
            parts[i] += 1
        return parts
    return _fill(parts, order, left, room)


def _fill(parts: list[int], order: Sequence[int], left: int, room: Sequence[int]) -> list[int]:
    """One unit at a time round the rows that have room, until nothing is left or no row has room."""
    open_rows = [i for i in order if parts[i] < room[i]]
    while left and open_rows:
        for i in open_rows[:left]:
            parts[i] += 1
        left -= min(left, len(open_rows))
        open_rows = [i for i in open_rows if parts[i] < room[i]]
    return parts


class Seats:
    """The Sainte-Laguë apportionment of a growing total over fixed shares that add up to one.

    A member never loses a unit when the total grows. The allocation of a total N is that of the threshold N itself
    (every share times N, rounded) corrected by at most one unit a member, so its cost does not depend on N. Ties go to
    the member written first.
    """

    __slots__ = ("_held", "_weights", "_whole", "total")

    def __init__(self, shares: Sequence[Fraction]) -> None:
        self._whole = lcm(*(share.denominator for share in shares))
        self._weights = [share.numerator * (self._whole // share.denominator) for share in shares]
        if sum(self._weights) != self._whole or min(self._weights) < 0:
            raise ValueError(f"shares {shares} do not add up to one")
        self.total = 0
        self._held = [0] * len(self._weights)

    def add(self, amount: int) -> list[int]:
        """What each member takes of the next `amount` >= 0 units."""
        if not amount:
            return [0] * len(self._held)
        before = self._held
        self.total += amount
        self._held = self.of(self.total)
        return [now - was for now, was in zip(self._held, before, strict=True)]

    def of(self, total: int) -> list[int]:
        """The allocation of `total` units."""
        whole, weights = self._whole, self._weights
        parts = [(2 * total * weight + whole) // (2 * whole) for weight in weights]
        missing = total - sum(parts)
        while missing > 0:
            best = 0
            for i in range(1, len(parts)):
                if weights[i] * (2 * parts[best] + 1) > weights[best] * (2 * parts[i] + 1):
                    best = i
            parts[best] += 1
            missing -= 1
        while missing < 0:
            parts[self._last(parts)] -= 1
            missing += 1
        return parts

    def _last(self, parts: Sequence[int]) -> int:
        """The member that holds the last unit: the smallest weight / (2 units - 1), of equals the one written last."""
        worst = -1
        for i, part in enumerate(parts):
            if part and (
                worst < 0 or self._weights[i] * (2 * parts[worst] - 1) <= self._weights[worst] * (2 * part - 1)
            ):
                worst = i
        return worst
