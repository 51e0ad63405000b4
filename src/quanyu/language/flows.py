"""Flows and their steps: who money comes from, who it goes to."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from quanyu.language.node import Node
from quanyu.language.scalars import Amounts, Label, Name, SourceText, TableText, Texts, Truth, one_or_more, refuse
from quanyu.terms import Text

__all__ = [
    "Call",
    "Factor",
    "Gain",
    "Losses",
    "Premium",
    "Recoveries",
    "Reinstatement",
    "Services",
    "Step",
    "Sublimit",
    "Surplus",
    "TrueUp",
]


class Reinstatement(Node):
    """Premium for limit that is given back: pro rata as to amount, one rate a reinstatement (0 is free)."""

    as_: Label = Field(alias="as")
    per: Name
    limit: SourceText
    rates: tuple[SourceText, ...]
    premium: SourceText
    remaining: SourceText | None = None
    payer: Name | None = Field(default=None, alias="from")
    source: Texts | None = None


class Sublimit(Node):
    """A limit of some covers under the step's joint limit; what lies above it stays with `party` (the insured)."""

    as_: Label = Field(alias="as")
    covers: tuple[Name, ...]
    limit: Amounts
    party: Name = "insured"
    source: Texts | None = None


class Causes(Node):
    """An amount that this step causes in another flow: what its party took is called from others."""

    flow: Literal["calls"]
    on: Name
    by: Name


def _bands(value: Any) -> Any:
    """`{"(0, 5万]": 80%}` stands at claim scope; `{insured: {…}}` names the scope."""
    if isinstance(value, dict) and value and not all(isinstance(v, dict) for v in value.values()):
        return {"claim": value}
    return value


class Step(Node):
    """One step of a waterfall: share × clip(running total within the scope − attachment, 0, limit), then caps."""

    as_: Label | None = Field(default=None, alias="as")
    party: Name | None = None
    covers: tuple[Name, ...] | None = None
    when: SourceText | None = None
    franchise: Amounts = ()
    attachment: Amounts = ()
    limit: Amounts = ()
    bands: Annotated[dict[Name, TableText], BeforeValidator(_bands, json_schema_input_type=dict[str, Any])] = {}
    share: SourceText | None = None
    cap: Amounts = ()
    tower: "tuple[Step, ...] | None" = None
    steps: "tuple[Step, ...] | None" = None
    sublimits: tuple[Sublimit, ...] = ()
    reinstatement: Reinstatement | None = None
    causes: Causes | None = None
    reopen: Truth | None = None
    at: Literal["occurred", "payment"] = "occurred"
    paid: Texts | None = None
    advanced_by: Name | None = None
    provisional: Truth = False
    quota: Amounts = ()
    unit: str | None = None
    against: Texts | None = None
    source: Texts | None = None

    @property
    def label(self) -> str:
        """The name of the step in all outputs."""
        return self.as_ or self.party or ""

    @model_validator(mode="after")
    def _one_inside(self) -> Self:
        if self.tower is not None and self.steps is not None:
            raise refuse(
                "tower-and-steps",
                "一步之内 tower 与 steps 只能取其一",
                "a step has a tower or steps inside, not both",
                Text("把其中之一移到自己的一步", "move one of them into a step of its own"),
            )
        return self


Step.model_rebuild()
Steps = tuple[Step, ...]


class _Flow(Node):
    from_: Steps = Field(default=(), alias="from")
    to: Steps = ()
    queue: "Literal['occurred', 'reported', 'determined', 'applied'] | None" = None
    source: Texts | None = None


class Losses(_Flow):
    """Who bears a loss (`from`) and who receives it (`to`, the claimant where nothing is said)."""

    @model_validator(mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return {"from": value} if isinstance(value, list | tuple) else value


class Factor(Node):
    """One factor of a premium: a table of fields, or a value; held within its bounds."""

    by: Annotated[tuple[SourceText, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])] = ()
    table: TableText | None = None
    value: SourceText | None = None
    otherwise: SourceText | None = Field(default=None, alias="else")
    within: tuple[SourceText, SourceText] | None = None
    source: Texts | None = None


class TrueUp(Node):
    """A part of the premium that is settled on what really happened."""

    of: Name
    at: Texts


def _factor(value: Any) -> Any:
    return value if isinstance(value, dict | Factor) else {"value": value}


class Premium(_Flow):
    """base × factors + plus, grossed up by loadings, within minimum and maximum; who pays it and who receives it."""

    amount: SourceText | None = None
    base: SourceText | None = None
    each: Literal["policy", "period"] | None = None
    at: Literal["start", "end"] = "start"
    factors: dict[Name, Annotated[Factor, BeforeValidator(_factor, json_schema_input_type=Factor | str | float)]] = {}
    plus: dict[Name, SourceText] = {}
    loadings: dict[Name, SourceText] = {}
    min: SourceText | None = None
    max: SourceText | None = None
    round: SourceText | None = None
    day_count: (
        Literal["actual/365", "actual/actual", "actual/360", "30/360", "days", "months", "short-period"] | None
    ) = None
    short_period: TableText | None = None
    true_up: TrueUp | None = None


class Recoveries(_Flow):
    """What comes back after a loss was paid, and who gets it.

    basis `borne`: weights are what each finally bore; `loss-reduction`: as if the loss had been smaller.
    """

    basis: Literal["borne", "loss-reduction"]
    restores: Truth
    above: Name
    amount: SourceText | None = None


class ServiceItem(Node):
    """One service in the catalogue: how many, against what evidence, at which milestones."""

    as_: Label = Field(alias="as")
    name: Texts | None = None
    quota: Amounts = ()
    milestones: tuple[Name, ...] = ()
    against: Texts | None = None
    unit: str | None = None


class Services(_Flow):
    """Money for prevention, paid against verified services."""

    amount: SourceText
    each: Literal["period", "policy"] = "period"
    at: Literal["start", "end", "verified"] = "verified"
    items: tuple[ServiceItem, ...] = ()


class Surplus(_Flow):
    """Who keeps the result of a period. `carry` says what a deficit does."""

    amount: SourceText
    each: Literal["period", "policy"] = "period"
    at: Literal["end"]
    carry: Literal["none", "deficit"] = "none"


class Call(_Flow):
    """An amount that members pay because a step caused it, in proportion to a field."""

    each: Literal["period"] = "period"
    limit: Amounts = ()


class Gain(Node):
    """A second kind of amount: what was won, from facts."""

    pays: SourceText
    source: Texts | None = None
