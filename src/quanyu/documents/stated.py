"""What a programme states, as plain values: who is who, covers, waterfalls, premium and price.

Amounts are in the whole unit of the currency (`Number`, e.g. yuan). Parties, pools and accounts are referred to by id;
a label is the `as:` of a step.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from quanyu.terms import Text

__all__ = [
    "Account",
    "Allotment",
    "Band",
    "Bound",
    "Cell",
    "Cover",
    "Estimate",
    "Fact",
    "Flow",
    "FlowName",
    "Grid",
    "InsuredField",
    "InsuredUnit",
    "Number",
    "Party",
    "Pool",
    "PoolShares",
    "PremiumSheet",
    "PriceLine",
    "Role",
    "SheetLine",
    "Source",
    "Step",
    "TechnicalPrice",
]

Number = int | float | Fraction
"""An amount or ratio as it is known; `math.inf` where there is no bound."""
Cell = Text | str | int | float | Fraction | None
"""A cell of a `Grid`: texts stand left, numbers right with thousands separators, None is a dash."""
FlowName = Literal[
    "losses.from",
    "losses.to",
    "premium.from",
    "premium.to",
    "recoveries.from",
    "recoveries.to",
    "services.from",
    "services.to",
    "surplus.from",
    "surplus.to",
    "gains.from",
    "gains.to",
    "calls.from",
    "calls.to",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as it is read in the file: payouts with their ends as written, rows of a case, readings."""

    columns: tuple[Text, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: Text | None = None
    note: Text | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where numbers come from. `covers`: what it stands for, empty for the whole file. `address` is shown as
    text and never loaded."""

    text: Text
    covers: Text | None = None
    address: str = ""
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """A simulated figure with its standard error; `error` is None where the figure is exact (then it is shown
    as exact)."""

    value: float
    error: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One party. `kind` as in the file (insurer, government, bank, …); known kinds are shown in both languages."""

    id: str
    name: Text
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolShares:
    """The shares of a pool from a date on: (party id, share 0..1) in the file's order; `since` is empty for
    always."""

    shares: tuple[tuple[str, Number], ...]
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool of parties with its leader and dated shares."""

    id: str
    name: Text
    dated: tuple[PoolShares, ...]
    leader: str = ""
    basis: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with a balance; `ceiling` is None where there is none."""

    id: str
    name: Text
    owner: str = ""
    opening: Number = 0
    ceiling: Number | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role kept apart: policyholder, insured, beneficiary, payer, and who it is."""

    role: Text
    who: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredField:
    """A declared field of the insured unit."""

    name: str
    kind: str
    meaning: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsuredUnit:
    """What is insured: the unit, how it enters, its fields."""

    unit: Text
    enrolment: Text | None = None
    fields: tuple[InsuredField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact that is measured or certified, with its unit and who says so."""

    name: str
    unit: str = ""
    meaning: Text | None = None
    source: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A cover in words: `when` it answers, what it pays (`words`, one sentence each), tables as written."""

    id: str
    name: Text
    when: Text | None = None
    words: tuple[Text, ...] = ()
    tables: tuple[Grid, ...] = ()
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A franchise, attachment, limit or cap at one scope. `amount` is None where it is an expression that has
    no one value; then `words` says it (`50 × premium`). With both, `words` is the expression and `amount` its
    value here."""

    scope: Text
    amount: Number | None
    words: Text | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A marginal band of a step: `share` of what lies from `low` to `high` above the attachment."""

    low: Number
    high: Number
    share: Number


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a waterfall.

    taker: id of the party, pool or account; empty for a group or tower whose members take. share: 0..1, None
    where it is an expression (`share_words`). steps: what stands inside, a list, or a tower where `tower`.
    amount: what it takes in the picture of amounts (all of what passes through it, inner steps included), None
    where no amounts are drawn; a group has what its inner steps take. Bounds stand with the finest scope first.
    """

    label: str
    taker: str = ""
    share: Number | None = 1
    share_words: Text | None = None
    franchise: tuple[Bound, ...] = ()
    attachments: tuple[Bound, ...] = ()
    limits: tuple[Bound, ...] = ()
    caps: tuple[Bound, ...] = ()
    bands: tuple[Band, ...] = ()
    covers: tuple[Text, ...] = ()
    when: Text | None = None
    steps: tuple["Step", ...] = ()
    tower: bool = False
    words: tuple[Text, ...] = ()
    amount: Number | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One list of a flow. `amount` says in words what is split; `total` and `basis` (e.g. mean of a year, the
    settled case) belong to the picture of amounts. `picture`: `tower` by terms, `flow` by order, `both`; None
    chooses by what the steps hold."""

    name: FlowName
    steps: tuple[Step, ...]
    amount: Text | None = None
    total: Number | None = None
    basis: Text | None = None
    picture: Literal["tower", "flow", "both"] | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """A line of the premium sheet: `value` as it is applied (`× 1.20`, `+ 500`), `how` it was found, `bound`
    where one cut it, `running` the amount after this line."""

    label: Text
    value: str
    running: Number | None
    kind: Literal["base", "factor", "plus", "loading", "minimum", "maximum", "time", "rounding", "total"] = "factor"
    how: Text | None = None
    bound: Text | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """Who pays or receives how much, by the step's label; a pool's members follow as lines with `of` the pool's
    id."""

    party: str
    amount: Number
    label: str = ""
    share: Number | None = None
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PremiumSheet:
    """One quote with every factor. `facts`: name and value of what was rated. `total`: the premium after rounding."""

    title: Text
    lines: tuple[SheetLine, ...]
    total: Number
    facts: tuple[tuple[Text, str], ...] = ()
    payers: tuple[Allotment, ...] = ()
    receivers: tuple[Allotment, ...] = ()
    notes: tuple[Text, ...] = ()
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """A line of the technical price and how it was found."""

    label: Text
    amount: Estimate
    how: Text | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalPrice:
    """Expected loss + expenses + tax + risk load, beside the charged premium. `for_whom` names whose price it is."""

    lines: tuple[PriceLine, ...]
    technical: Estimate
    charged: Number | None = None
    loss_ratio: Estimate | None = None
    for_whom: Text | None = None
    notes: tuple[Text, ...] = ()
