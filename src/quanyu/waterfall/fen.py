"""The two arithmetics of the fold: exact, and in whole fen with the rounding points of settlement."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Protocol, TypeAlias, cast

from quanyu.waterfall.apportion import Seats, half_up, largest_remainder, spread
from quanyu.waterfall.history import Amount

__all__ = ["Arithmetic", "Exact", "Fen", "Parts", "Split"]

Parts: TypeAlias = tuple[Sequence[Amount], Sequence[Amount]]
"""Shares and the whole amounts that they are of."""

_MOST_DENOMINATORS = 8


class Split(Protocol):
    """A growing total over members with fixed shares."""

    def add(self, amount: Amount) -> Sequence[Amount]:
        """What each member takes of the next `amount`."""


class Arithmetic(Protocol):
    """How amounts are scaled, rounded, spread over simultaneous rows, and split over members.

    scale: units of the amounts in one unit of the programme's money (100 for fen of yuan).
    """

    scale: int

    def whole(self, amount: Amount) -> Amount:
        """A cumulative amount at a rounding point."""

    def spread(
        self, total: Amount, weights: Sequence[Amount], room: Sequence[Amount] | None = None
    ) -> Sequence[Amount]:
        """`total` over simultaneous rows pro rata, none above its room."""

    def shared(
        self, before: Amount, parts: Parts, room: Sequence[Amount] | None = None
    ) -> tuple[Sequence[Amount], Amount]:
        """What is taken of simultaneous amounts at their shares, `before` being due earlier; the new running total."""

    def split(self, shares: Sequence[Fraction]) -> "Split":
        """A new total over members."""

    def over(self, amount: Amount, weights: Sequence[Amount]) -> Sequence[Amount]:
        """One amount over parties, no part above its weight where the amount is not above their sum."""


class Exactly:
    """A total over members with fixed shares, nothing rounded."""

    __slots__ = ("_shares",)

    def __init__(self, shares: Sequence[Fraction]) -> None:
        self._shares = tuple(shares)

    def add(self, amount: Amount) -> list[Amount]:
        """What each member takes of the next `amount`."""
        return [share * amount for share in self._shares]


class Exact:
    """Nothing is rounded: amounts are fractions of the programme's own unit."""

    def __init__(self) -> None:
        self.scale = 1

    def whole(self, amount: Amount) -> Amount:
        """The amount itself."""
        return amount

    def spread(
        self, total: Amount, weights: Sequence[Amount], room: Sequence[Amount] | None = None
    ) -> Sequence[Amount]:
        """`total` pro rata; exact parts need no room."""
        del room
        factor = Fraction(total) / sum(weights)
        return [factor * weight for weight in weights]

    def shared(
        self, before: Amount, parts: Parts, room: Sequence[Amount] | None = None
    ) -> tuple[Sequence[Amount], Amount]:
        """Shares times amounts."""
        del room
        return [share * amount for share, amount in zip(*parts, strict=True)], before

    def split(self, shares: Sequence[Fraction]) -> Split:
        """Shares times amounts."""
        return Exactly(shares)

    def over(self, amount: Amount, weights: Sequence[Amount]) -> Sequence[Amount]:
        """The amount pro rata."""
        return self.spread(amount, weights)


class Fen:
    """Whole units everywhere: half-up on cumulative totals, largest remainder over rows, Sainte-Laguë over members.

    scale: 100 for fen of yuan; 1 where the programme's unit itself is counted whole (visits).
    """

    def __init__(self, scale: int = 100) -> None:
        self.scale = scale

    def whole(self, amount: Amount) -> int:
        """Half-up."""
        return half_up(amount)

    def spread(
        self, total: Amount, weights: Sequence[Amount], room: Sequence[Amount] | None = None
    ) -> Sequence[Amount]:
        """By largest remainder."""
        return spread(cast(int, total), cast(Sequence[int], weights), cast("Sequence[int] | None", room))

    def shared(
        self, before: Amount, parts: Parts, room: Sequence[Amount] | None = None
    ) -> tuple[Sequence[Amount], Amount]:
        """The running total of what is due rounded, the difference by largest remainder of what each is due."""
        shares, amounts = parts
        kinds = set(shares)
        denominators = {share.denominator for share in kinds}
        if len(denominators) > _MOST_DENOMINATORS:
            exact = [share * amount for share, amount in zip(shares, amounts, strict=True)]
            whole, sum_due = 1, sum(exact)
            floors = [due.numerator // due.denominator for due in exact]
            over: list[int | Fraction] = [due - floor for due, floor in zip(exact, floors, strict=True)]
        else:
            whole = lcm(*denominators)
            units = {share: share.numerator * (whole // share.denominator) for share in kinds}
            due = [units[share] * amount for share, amount in zip(shares, amounts, strict=True)]
            floors, over, sum_due = [d // whole for d in due], [d % whole for d in due], sum(due)
        after = before + Fraction(sum_due, whole)
        total = half_up(after) - half_up(before)
        return largest_remainder(total, floors, over, cast("Sequence[int] | None", room)), after

    def split(self, shares: Sequence[Fraction]) -> Split:
        """House-monotone seats."""
        return cast(Split, Seats(shares))

    def over(self, amount: Amount, weights: Sequence[Amount]) -> Sequence[Amount]:
        """By largest remainder."""
        return spread(cast(int, amount), cast(Sequence[int], weights))
