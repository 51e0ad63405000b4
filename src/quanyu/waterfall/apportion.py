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


def largest_remainder(
    total: int, floors: list[int], over: Sequence[int | Fraction], room: Sequence[int] | None = None
) -> list[int]:
    """`total` over quotas, given as `floors` and what they are `over` on one scale.

    The units that the floors leave go one each to those furthest over, ties to the earlier.
    No part exceeds its `room` where the room suffices: what a row has no room for goes to the rows with the largest
    fractions that have. Raises ValueError where floors and one unit each cannot make `total`.
    """
    parts = floors
    left = total - sum(parts)
    bounded = room is not None and sum(room) >= total
    if bounded and room is not None and any(part > most for part, most in zip(parts, room, strict=True)):
        parts = [min(part, most) for part, most in zip(parts, room, strict=True)]
        left = total - sum(parts)
    if left < 0 or (not bounded and left > len(parts)):
        raise ValueError(f"{total} is not within a unit each of {parts}")
    if left:
        order = sorted(range(len(parts)), key=over.__getitem__, reverse=True)
        _fill(parts, order, left, room if bounded else None)
    return parts


def spread(total: int, weights: Sequence[int], room: Sequence[int] | None = None) -> list[int]:
    """`total` (at most the sum of the weights) pro rata to whole weights, by largest remainder as above."""
    whole = sum(weights)
    products = [total * weight for weight in weights]
    return largest_remainder(total, [p // whole for p in products], [p % whole for p in products], room)


def _fill(parts: list[int], order: Sequence[int], left: int, room: Sequence[int] | None) -> None:
    """The units left, one a row in order, round by round where some rows have no room."""
    while left:
        if room is not None:
            order = [i for i in order if parts[i] < room[i]]
        for i in order[:left]:
            parts[i] += 1
        left -= min(left, len(order))


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
