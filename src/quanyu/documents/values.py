"""The plain values a report is made of. Whoever fills them has done every calculation; here nothing is computed."""

from dataclasses import dataclass

from quanyu.documents.outcomes import (
    AccountResult,
    Bin,
    ClaimPath,
    Curve,
    CurvePoint,
    ExactAnswer,
    Example,
    GrossCededNet,
    Passage,
    ResultChange,
    SettledCase,
    StepChance,
    Tail,
    Taken,
    TermChange,
    VersionComparison,
)
from quanyu.documents.stated import (
    Account,
    Allotment,
    Band,
    Bound,
    Cell,
    Cover,
    Estimate,
    Fact,
    Flow,
    FlowName,
    Grid,
    InsuredField,
    InsuredUnit,
    Number,
    Party,
    Pool,
    PoolShares,
    PremiumSheet,
    PriceLine,
    Role,
    SheetLine,
    Source,
    Step,
    TechnicalPrice,
)
from quanyu.terms import Finding, Text

__all__ = [
    "Account",
    "AccountResult",
    "Allotment",
    "Band",
    "Bin",
    "Bound",
    "Cell",
    "ClaimPath",
    "Cover",
    "Curve",
    "CurvePoint",
    "Estimate",
    "ExactAnswer",
    "Example",
    "Fact",
    "Flow",
    "FlowName",
    "Grid",
    "GrossCededNet",
    "InsuredField",
    "InsuredUnit",
    "Number",
    "Party",
    "Passage",
    "Pool",
    "PoolShares",
    "PremiumSheet",
    "PriceLine",
    "ProgrammePage",
    "Report",
    "ResultChange",
    "Role",
    "RunFacts",
    "SettledCase",
    "SheetLine",
    "Source",
    "Step",
    "StepChance",
    "Tail",
    "Taken",
    "TechnicalPrice",
    "TermChange",
    "VersionComparison",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """How the figures came about."""

    years: int = 0
    horizon: int = 1
    seed: int | None = None
    seconds: float | None = None
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePage:
    """Everything the page of one programme shows. What is empty is left out of the page.

    period_premium: the premium of all that is insured in a period, where the sheets are of one unit each.
    """

    id: str
    name: Text
    version: str
    versions: tuple[str, ...] = ()
    family: Text | None = None
    place: Text | None = None
    period: Text | None = None
    basis: Text | None = None
    currency: str = "CNY"
    summary: tuple[Text, ...] = ()
    parties: tuple[Party, ...] = ()
    pools: tuple[Pool, ...] = ()
    accounts: tuple[Account, ...] = ()
    roles: tuple[Role, ...] = ()
    insured: InsuredUnit | None = None
    conditions: tuple[Grid, ...] = ()
    facts: tuple[Fact, ...] = ()
    covers: tuple[Cover, ...] = ()
    flows: tuple[Flow, ...] = ()
    premium: tuple[PremiumSheet, ...] = ()
    period_premium: Number | None = None
    price: TechnicalPrice | None = None
    results: tuple[AccountResult, ...] = ()
    chances: tuple[StepChance, ...] = ()
    gross_ceded_net: tuple[GrossCededNet, ...] = ()
    exact: tuple[ExactAnswer, ...] = ()
    assumptions: tuple[Grid, ...] = ()
    comparisons: tuple[VersionComparison, ...] = ()
    cases: tuple[SettledCase, ...] = ()
    examples: tuple[Example, ...] = ()
    sources: tuple[Source, ...] = ()
    findings: tuple[Finding, ...] = ()
    run: RunFacts | None = None
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of several programmes. `made` is the date it was made, as text; the clock stays outside."""

    title: Text
    programmes: tuple[ProgrammePage, ...]
    made: str = ""
    product: str = "Quanyu 全域"
    subtitle: Text | None = None
    notes: tuple[Text, ...] = ()
    run: RunFacts | None = None
