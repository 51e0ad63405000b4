"""The plan of one side of a flow: what both kernels (whole fen, floating point) run."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from quanyu.formula import Expression
from quanyu.language.scopes import ScopeColumns
from quanyu.terms import Text

__all__ = [
    "Band",
    "Cap",
    "Plan",
    "PlanAccount",
    "PlanCall",
    "PlanPool",
    "PlanRefused",
    "PlanReinstatement",
    "PlanStep",
    "ScopeColumns",
    "Stage",
    "Taker",
    "Version",
]

Side = Literal["from", "to"]


class PlanRefused(Exception):  # noqa: N818 - it refuses a programme, no error of ours
    """A programme that no plan can be made of: the name of the rule, the path of the part, the reason."""

    def __init__(self, code: str, path: str, text: Text) -> None:
        super().__init__(f"{path}: {text.en}")
        self.code, self.path, self.text = code, path, text


class Taker(StrEnum):
    """What a step's `party` is.

    PARTY, POOL and ACCOUNT stand in the plan's tables under that name; INSURED and CLAIMANT are read from the row;
    FIELD: the column of the row that is called `party` names the taker; BORNE: those who bore the loss, in proportion;
    GROUP: nobody, what is not taken inside flows on.
    """

    PARTY = "party"
    POOL = "pool"
    ACCOUNT = "account"
    INSURED = "insured"
    CLAIMANT = "claimant"
    FIELD = "field"
    BORNE = "borne"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Band:
    """A marginal band of what a stage passes: `slope` of the part between `low` and `high` (None: without end)."""

    low: Fraction
    high: Fraction | None
    slope: Expression


@dataclass(frozen=True, slots=True)
class Stage:
    """The terms of a step at one scope, money in the programme's unit. No limit is no bound; bands () are none."""

    scope: str
    columns: tuple[str, ...]
    franchise: Expression | None = None
    attachment: Expression | None = None
    limit: Expression | None = None
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Cap:
    """A bound on what the step's party takes within a scope, after its share."""

    scope: str
    columns: tuple[str, ...]
    amount: Expression


@dataclass(frozen=True, slots=True)
class PlanReinstatement:
    """Premium for limit given back, at the stage of scope `per` (which the step has)."""

    label: str
    per: str
    limit: Expression
    rates: tuple[Expression, ...]
    premium: Expression
    remaining: Expression | None
    payer: str | None


@dataclass(frozen=True, slots=True)
class PlanCall:
    """What the step takes is called from the members in proportion to their field `by`."""

    flow: str
    on: str
    by: str


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step. `index` is its place in `Plan.steps` (outer before inner, in written order).

    label: unique among its siblings; path: labels from the root, joined by `/`.
    covers: None lets every cover in. when: None lets every row in. share: None is the whole.
    stages: finest scope first, a chain. caps: in written order, any scopes.
    inside: what `children` are: `tower` members that all see the same amount, or `steps` behind this one.
    joint: of a tower, the groups (two or more, indices) of members with the same covers, condition and stages: they
    share a layer and are apportioned together.
    reopen: whether others' booked takes move when a revision frees room (see `fold`).
    at_payment: fields are those of the increment itself, not those of the claim's first.
    """

    index: int
    label: str
    path: str
    taker: Taker
    party: str | None
    covers: frozenset[str] | None = None
    when: Expression | None = None
    stages: tuple[Stage, ...] = ()
    share: Expression | None = None
    caps: tuple[Cap, ...] = ()
    inside: Literal["tower", "steps"] | None = None
    children: tuple[int, ...] = ()
    joint: tuple[tuple[int, ...], ...] = ()
    reinstatement: PlanReinstatement | None = None
    causes: PlanCall | None = None
    reopen: bool = True
    at_payment: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """The members of a pool from a date on (None: always), with their shares in written order."""

    since: dt.date | None
    shares: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class PlanPool:
    """Parties that share: `basis` names the date of the row that chooses the version; `by` a field of the members."""

    name: str
    basis: str
    versions: tuple[Version, ...]
    by: str | None = None


@dataclass(frozen=True, slots=True)
class PlanAccount:
    """An account: the balance before anything happens and what it holds at most (None: any amount). Both constant."""

    name: str
    opening: Fraction
    ceiling: Fraction | None


def _empty() -> Mapping[str, Text]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Plan:
    """One side of one flow, compiled.

    flow: `losses`, `premium`, `recoveries`, `services`, `surplus`, `calls`; side: who it comes `from` or goes `to`.
    receiving: accounts receive up to their ceiling (side `to`) instead of giving down to nothing.
    steps: all steps, parents before children; roots: the outermost list.
    scopes: every scope the steps name. determines: column → columns it fixes, among rows of one programme.
    names: what people call each party, pool and account.
    """

    flow: str
    side: Side
    receiving: bool
    steps: tuple[PlanStep, ...]
    roots: tuple[int, ...]
    scopes: Mapping[str, ScopeColumns]
    determines: Mapping[str, frozenset[str]]
    parties: frozenset[str]
    pools: Mapping[str, PlanPool]
    accounts: Mapping[str, PlanAccount]
    several: frozenset[str] = frozenset()
    unit: str = "money"
    names: Mapping[str, Text] = field(default_factory=_empty)

    def inner(self, step: PlanStep) -> Iterator[PlanStep]:
        """The children of a step, in written order."""
        return (self.steps[i] for i in step.children)

    def named(self, name: str) -> tuple[PlanStep, ...]:
        """The steps that `losses.<name>` speaks of: that of a path, else those of a label or party.

        A group stands for the steps inside it: it keeps nothing itself.
        """
        path = name.replace(".", "/")
        found = [s for s in self.steps if s.path == path] or [s for s in self.steps if name in (s.label, s.party)]
        return tuple(dict.fromkeys(keeper for step in found for keeper in self._keepers(step)))

    def _keepers(self, step: PlanStep) -> Iterator[PlanStep]:
        if step.taker is not Taker.GROUP:
            yield step
            return
        for child in self.inner(step):
            yield from self._every(child)

    def _every(self, step: PlanStep) -> Iterator[PlanStep]:
        if step.taker is not Taker.GROUP:
            yield step
        for child in self.inner(step):
            yield from self._every(child)

    def at(self, path: str) -> PlanStep:
        """The step at a path of labels. Raises KeyError where there is none."""
        for step in self.steps:
            if step.path == path:
                return step
        raise KeyError(path)
