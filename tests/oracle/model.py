"""What the oracle takes: a programme, its steps, and a history of facts, all plain and frozen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any


class Refused(Exception):  # noqa: N818 - the word of the trade
    """The programme or the history may not be: no money is split."""


@dataclass(frozen=True)
class Row:
    """One increment of one claim at one instant; `columns` holds keys, clocks, cover and fields together.

    `mark` tells increments apart once normalised; it is the same for the same increment in every later history.
    """

    claim: str
    amount: Fraction
    t: Any = 0
    columns: Mapping[str, Any] = field(default_factory=dict)
    mark: Any = None

    def __getitem__(self, name: str) -> Any:
        if name == "claim":
            return self.claim
        if name == "t":
            return self.t
        if name not in self.columns:
            raise Refused(f"claim {self.claim} has no column {name}")
        return self.columns[name]

    def get(self, name: str, otherwise: Any = None) -> Any:
        return self[name] if name in self.columns or name in ("claim", "t") else otherwise

    def but(self, **changes: Any) -> "Row":
        """The same row with another amount, instant or claim, or with other columns."""
        plain = {k: changes.pop(k) for k in ("claim", "amount", "t", "mark") if k in changes}
        return replace(self, **plain, columns={**self.columns, **changes})


@dataclass(frozen=True)
class Context:
    """What a term may read beside the row: the claim's current gross total and the premium of the key."""

    amount: Fraction
    premium: Fraction


Term = Fraction | int | Callable[[Row, Context], Fraction]
ByScope = Mapping[str, Term]
Condition = Callable[[Row, Context], bool]


@dataclass(frozen=True)
class Band:
    """A marginal band: `share` of what lies above `low` up to `high` (None: without end)."""

    low: Fraction
    high: Fraction | None
    share: Term


@dataclass(frozen=True)
class Reinstatement:
    """The price of limit used again: premium x share x rate of each filling x part of `limit` x `remaining`."""

    per: str
    limit: Term
    rates: tuple[Term, ...]
    premium: Term
    remaining: Term = Fraction(1)
    payer: str | None = None
    label: str = "reinstatement"


@dataclass(frozen=True)
class Call:
    """What `on` bears in the step is called from the members, in proportion to their field `by`."""

    on: str
    by: str
    flow: str = "calls"


@dataclass(frozen=True)
class Sublimit:
    """A limit of some covers that stands before the step: what is above it stays with `party`."""

    covers: frozenset[str]
    limit: ByScope
    party: str = "insured"


@dataclass(frozen=True)
class Step:
    """One step of a list. Without `party` it is a group; `cap` applies in the order written."""

    label: str
    party: str | None = None
    covers: frozenset[str] | None = None
    when: Condition | None = None
    franchise: ByScope = field(default_factory=dict)
    attachment: ByScope = field(default_factory=dict)
    limit: ByScope = field(default_factory=dict)
    bands: Mapping[str, tuple[Band, ...]] = field(default_factory=dict)
    share: Term = Fraction(1)
    cap: ByScope = field(default_factory=dict)
    tower: tuple["Step", ...] = ()
    steps: tuple["Step", ...] = ()
    reinstatement: Reinstatement | None = None
    causes: Call | None = None
    reopen: bool | None = None
    sublimits: tuple[Sublimit, ...] = ()

    def layer(self) -> tuple[Any, ...]:
        """What two tower members must have in common to share a layer."""
        terms = (self.franchise, self.attachment, self.limit, self.bands)
        return (self.covers, self.when, *(tuple(sorted(t.items(), key=lambda item: item[0])) for t in terms))


@dataclass(frozen=True)
class Account:
    """Gives in a `from` list up to its balance, receives in a `to` list up to its ceiling."""

    opening: Fraction = Fraction(0)
    ceiling: Fraction | None = None


@dataclass(frozen=True)
class Pool:
    """Members with shares: the latest version not after the row's column `basis`, or `by` a field of the members.

    `caps` bound single members; what a capped member leaves goes on to the `next` step or to the `others`.
    """

    versions: tuple[tuple[Any, Mapping[str, Term]], ...] = ()
    basis: str | None = None
    by: str | None = None
    caps: Mapping[str, ByScope] = field(default_factory=dict)
    overflow: str = "next"


@dataclass(frozen=True)
class Flow:
    """One flow. `amount(outcome, period)` gives it once a period at `at(period)`; without it the history's rows do."""

    giving: tuple[Step, ...] = ()
    receiving: tuple[Step, ...] = ()
    amount: Callable[[Any, Any], Fraction] | None = None
    at: Callable[[Any], Any] | None = None
    carry: bool = False


@dataclass(frozen=True)
class Recoveries:
    """What comes back on a claim (the row's column `of`). `party: borne` is who bore it, net of what came back."""

    basis: str
    restores: bool
    above: str
    giving: tuple[Step, ...] = ()
    receiving: tuple[Step, ...] = (Step("borne", party="borne"),)


@dataclass(frozen=True)
class Programme:
    """A whole programme. `determines` declares which key columns fix which others."""

    losses: tuple[Step, ...] = ()
    premium: Flow = Flow()
    recoveries: Recoveries | None = None
    gains: Flow | None = None
    services: Flow | None = None
    surplus: Flow | None = None
    parties: frozenset[str] = frozenset()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    determines: Mapping[str, frozenset[str]] = field(
        default_factory=lambda: {"event": frozenset({"period"}), "policy": frozenset({"insured", "period"})}
    )
    queue: str = "t"
    several: frozenset[str] = frozenset()
    at_payment: frozenset[str] = frozenset()
    behind: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Deposit:
    """Money into an account at an instant, from outside the flows."""

    account: str
    t: Any
    amount: Fraction


@dataclass(frozen=True)
class History:
    """The facts as known: increments of losses, premium, recoveries, gains; deposits; the members with their fields."""

    rows: tuple[Row, ...] = ()
    premium: tuple[Row, ...] = ()
    recoveries: tuple[Row, ...] = ()
    gains: tuple[Row, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    members: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
