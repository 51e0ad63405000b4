"""Assumptions: what simulation and pricing need to know and settlement never reads."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from quanyu.language.node import Node
from quanyu.language.scalars import MonthDay, Name, SourceText, Texts, Truth

__all__ = [
    "Assumptions",
    "Default",
    "Delay",
    "Dependence",
    "ExposurePoint",
    "LawSpec",
    "Peril",
    "Pricing",
    "SeriesSpec",
    "TimeSpec",
]


class LawSpec(Node):
    """A law by its name and parameters: `{lognormal: {mean: 300万, cv: 1.5}}`, `{poisson: 0.8}`, `{fixed: 12}`."""

    name: Name
    parameters: dict[Name, SourceText] = {}
    argument: SourceText | None = None
    values: tuple[SourceText, ...] = ()
    minimum: SourceText | None = None
    maximum: SourceText | None = None


def _law(value: Any) -> Any:
    if isinstance(value, LawSpec) or (isinstance(value, dict) and "name" in value):
        return value
    if not isinstance(value, dict):
        return {"name": "fixed", "argument": value}
    bounds = {k: value[k] for k in ("minimum", "maximum") if k in value}
    laws = [k for k in value if k not in bounds]
    if len(laws) != 1:
        return {"name": ""}
    inner = value[laws[0]]
    if isinstance(inner, dict):
        return {"name": laws[0], "parameters": inner, **bounds}
    if isinstance(inner, list):
        return {"name": laws[0], "values": inner, **bounds}
    return {"name": laws[0], "argument": inner, **bounds}


Law = Annotated[LawSpec, BeforeValidator(_law, json_schema_input_type=dict[str, Any] | str | float)]


class TimeSpec(Node):
    """When in the year it happens: evenly (`uniform`), in a season, on a day, or by twelve monthly weights."""

    uniform: Truth = False
    season: tuple[MonthDay, MonthDay] | None = None
    day: MonthDay | None = None
    months: tuple[SourceText, ...] = ()


def _time(value: Any) -> Any:
    return {"uniform": "true"} if value == "uniform" else value


Time = Annotated[TimeSpec, BeforeValidator(_time, json_schema_input_type=TimeSpec | str)]


class Dependence(Node):
    """A stated correlation between two named quantities (Gaussian copula)."""

    between: tuple[Name, Name]
    correlation: SourceText
    source: Texts | None = None


class Delay(Node):
    """Days from occurrence to the other clocks."""

    reported: Law | None = None
    determined: Law | None = None
    applied: Law | None = None


class Default(Node):
    """Obligations in default: number, probability, loss given default, one common factor."""

    units: SourceText
    pd: SourceText
    lgd: Law
    exposure: Law
    correlation: SourceText


class SeriesSpec(Node):
    """A simulated series: block bootstrap of a history, or mean reversion."""

    bootstrap: Literal["moving", "season"] | None = None
    history: str | None = None
    column: str | None = None
    block: int | None = None
    steps: Annotated[int, Field(ge=1)] | None = None
    mean_reversion: dict[Name, SourceText] = {}
    log: Truth = True
    seasonal: tuple[SourceText, ...] = ()
    source: Texts | None = None


class Peril(Node):
    """Something that may happen, and what it makes: amounts of covers given by their loss, or facts."""

    name: Texts | None = None
    frequency: Law | None = None
    claims: Law | None = None
    time: Time = TimeSpec(uniform=True)
    delay: Delay | None = None
    amounts: dict[Name, Law] = {}
    facts: dict[Name, Law] = {}
    covers: tuple[Name, ...] = ()
    keys: dict[Name, Law] = {}
    fields: dict[Name, Law] = {}
    default: Default | None = None
    series: dict[Name, SeriesSpec] = {}
    dependence: tuple[Dependence, ...] = ()
    recovery: Law | None = None
    illustrative: Truth = False
    source: Texts | None = None


class ExposurePoint(Node):
    """Model point: `count` units with the same fields."""

    count: SourceText
    fields: dict[Name, SourceText] = {}
    source: Texts | None = None


class Pricing(Node):
    """How the technical price is made: expenses and tax as shares of premium, and the load for risk."""

    expenses: dict[Name, SourceText] = {}
    tax: SourceText | None = None
    risk_load: dict[Literal["standard_deviation", "tvar", "rate", "level", "cost_of_capital"], SourceText] = {}
    party: Name | None = None
    source: Texts | None = None


class Assumptions(Node):
    """Exposure, perils, dependence between them, pricing."""

    horizon: int = 1
    exposure: tuple[ExposurePoint, ...] = ()
    perils: dict[Name, Peril] = {}
    dependence: tuple[Dependence, ...] = ()
    pricing: Pricing | None = None
    illustrative: Truth = False
    source: Texts | None = None
