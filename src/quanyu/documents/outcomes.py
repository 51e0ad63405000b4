"""What came out, as plain values: distributions, version differences, settled cases.

Simulated amounts are in the whole unit of the currency; names that end in `fen` are integers of its hundredth.
"""

from dataclasses import dataclass
from typing import Literal

from quanyu.documents.stated import Estimate, FlowName, Grid, Source
from quanyu.terms import Text

__all__ = [
    "AccountResult",
    "Bin",
    "ClaimPath",
    "Curve",
    "CurvePoint",
    "ExactAnswer",
    "Example",
    "GrossCededNet",
    "Passage",
    "ResultChange",
    "SettledCase",
    "StepChance",
    "Tail",
    "Taken",
    "TermChange",
    "VersionComparison",
]


@dataclass(frozen=True, slots=True)
class Tail:
    """VaR and TVaR at a level (0.95, 0.99, 0.995)."""

    level: float
    var: Estimate
    tvar: Estimate


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A return period in years with its amount and confidence band (None where there is none)."""

    years: float
    amount: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A return-period curve: of the year's total (`annual`, AEP) or of its largest occurrence (`occurrence`, OEP).
    `exact` where an exact answer stands beside it."""

    kind: Literal["annual", "occurrence"]
    points: tuple[CurvePoint, ...]
    exact: tuple[CurvePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Bin:
    """A bar of a histogram: the probability of a year between `low` and `high`."""

    low: float
    high: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResult:
    """The distribution of one party's (pool's, account's) yearly account in one sense.

    sign: what a positive number means: `paid` by it, `received` by it, or `net` result (positive is a gain).
    `of`: the flow or what it is made of. `none`: the probability that the year has nothing. Tails of `net` are
    of the bad side, as the filler states in `note`.
    """

    party: str
    sign: Literal["paid", "received", "net"]
    mean: Estimate
    sd: Estimate
    tails: tuple[Tail, ...] = ()
    of: Text | None = None
    none: Estimate | None = None
    curves: tuple[Curve, ...] = ()
    histogram: tuple[Bin, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChance:
    """How often a step is reached and exhausted in a year, and what it takes on average."""

    label: str
    attachment: Estimate
    exhaustion: Estimate | None = None
    mean: Estimate | None = None
    taker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrossCededNet:
    """One measure before, ceded to others, and after."""

    measure: Text
    gross: Estimate
    ceded: Estimate
    net: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactAnswer:
    """An exact answer (FFT) with its error bound beside the simulated one."""

    measure: Text
    simulated: Estimate
    exact: float
    bound: float | None = None
    method: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChange:
    """A term that differs: `where` is its path by labels; `weight` says whether it is new,
    gone or changed, or what the change needs."""

    where: str
    old: str
    new: str
    meaning: Text | None = None
    weight: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultChange:
    """A measure under both versions; `kind` is how it is written."""

    measure: Text
    old: Estimate
    new: Estimate
    kind: Literal["money", "ratio"] = "money"


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionComparison:
    """Two versions of one programme: differences in terms and in results."""

    old: str
    new: str
    terms: tuple[TermChange, ...] = ()
    results: tuple[ResultChange, ...] = ()
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one party, pool or account took, in fen."""

    party: str
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A claim's passage through one step, in fen.

    depth: 0 in the list, 1 inside a step, and so on; passages stand in pre-order, an inner one after the step
    it stands in. terms: the attachment, limit, share, cap used, one text each. cut: why it took less than its
    terms alone would give. taken_fen: all that passes into the step, inner steps included. members: a pool's split.
    """

    label: str
    reached_fen: int
    taken_fen: int
    rest_fen: int
    depth: int = 0
    taker: str = ""
    terms: tuple[Text, ...] = ()
    cut: Text | None = None
    members: tuple[Taken, ...] = ()
    words: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimPath:
    """The path of every fen of one claim. `finally_borne` adds up to `amount_fen`."""

    claim: str
    amount_fen: int
    passages: tuple[Passage, ...]
    finally_borne: tuple[Taken, ...]
    cover: Text | None = None
    at: str = ""
    explanation: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledCase:
    """A recorded case settled: rows in, the path of each claim, who bears what.

    totals: over all claims, by flow's bearer. claims: how many there were, where only some
    paths are given. steps: what each step takes of all claims, inner steps included, in pre-order, for the picture.
    transfers: who pays whom. expected: published or stated amounts beside what came out.
    """

    title: Text
    rows: tuple[Grid, ...]
    paths: tuple[ClaimPath, ...]
    totals: tuple[Taken, ...]
    total_fen: int
    flow: FlowName = "losses.from"
    story: Text | None = None
    claims: int | None = None
    steps: tuple[Passage, ...] = ()
    transfers: tuple[Grid, ...] = ()
    caused: tuple[Text, ...] = ()
    expected: tuple["Example", ...] = ()
    sources: tuple[Source, ...] = ()
    illustrative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An example or golden number that was run: what goes in, what was expected, what came out."""

    name: Text
    given: str
    expected: str
    got: str
    passed: bool
    source: Text | None = None
