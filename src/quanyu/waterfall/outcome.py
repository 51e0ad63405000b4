"""What a fold comes to, and phase 4: what is booked is the difference between two of them."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from quanyu.waterfall.history import Amount, Increment, Instant, Mark
from quanyu.waterfall.plan import Plan
from quanyu.waterfall.trace import Passage

__all__ = ["Charge", "Held", "Key", "Movement", "Outcome"]

Key: TypeAlias = tuple[str, int, str]
"""Claim, step (its index in the plan), party."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What a step causes beside the amount itself: a reinstatement premium or a call, and who owes it."""

    kind: Literal["reinstatement", "call"]
    claim: str
    instant: Instant
    step: int
    label: str
    party: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Movement:
    """Money an account gave (negative) or received (positive) at an instant."""

    account: str
    instant: Instant
    amount: Amount


@dataclass(frozen=True, slots=True)
class Held:
    """What stands as booked, for steps that do not reopen (`book.hold` makes it).

    takes: by step path and increment, what it was given at each booking, oldest first, with the instant of the revision
    that replaced that booking: the room it used stays used until then.
    firm: increments of claims that are not revised now; their takes stand.
    """

    takes: Mapping[tuple[str, Mark], tuple[tuple[Instant, Amount], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    firm: frozenset[Mark] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every amount of one side of one flow, split.

    scale: units in one unit of the programme's money (100: the amounts are fen; 1: exact).
    increments: the rows as they stood after phase 1. takes: by claim, step and party, without zeros; what a pool takes
    stands under its members. balances: what each account of the plan holds at the end. booked: for steps that do not
    reopen, what each increment was given, for the next fold (see `book.hold`). passages: of the traced claims.
    overflow: what came into accounts above their ceilings, and so is nobody's.
    """

    plan: Plan
    scale: int
    increments: tuple[Increment, ...]
    takes: Mapping[Key, Amount]
    charges: tuple[Charge, ...]
    balances: Mapping[str, Amount]
    movements: tuple[Movement, ...]
    booked: Mapping[tuple[str, Mark], Amount]
    passages: tuple[Passage, ...] = ()
    overflow: tuple[Movement, ...] = ()

    def _sums(self, key: Callable[[Key], object]) -> dict[object, Amount]:
        out: dict[object, Amount] = defaultdict(int)
        for place, amount in self.takes.items():
            out[key(place)] += amount
        return {name: amount for name, amount in out.items() if amount}

    def by_party(self) -> dict[str, Amount]:
        """What each party takes in all."""
        return {str(name): amount for name, amount in self._sums(lambda key: key[2]).items()}

    def by_claim(self) -> dict[tuple[str, str], Amount]:
        """What each party takes of each claim."""
        sums = self._sums(lambda key: (key[0], key[2]))
        return {name: amount for name, amount in sums.items() if isinstance(name, tuple)}

    def by_step(self) -> dict[str, Amount]:
        """What is taken in each step, by its path; what runs through its inner steps stands under those."""
        return {self.plan.steps[i].path: v for i, v in self._sums(lambda key: key[1]).items() if isinstance(i, int)}

    def caused(self) -> dict[str, Amount]:
        """Caused amounts by label."""
        out: dict[str, Amount] = defaultdict(int)
        for charge in self.charges:
            out[charge.label] += charge.amount
        return dict(out)

    def totals(self) -> dict[str, Amount]:
        """The amount of each claim, as it stands."""
        out: dict[str, Amount] = defaultdict(int)
        for increment in self.increments:
            out[increment.claim] += increment.amount
        return dict(out)
