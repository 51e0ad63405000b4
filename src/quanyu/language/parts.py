"""Parties, accounts, pools, the insured, facts and covers."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from quanyu.language.flows import Step
from quanyu.language.node import Node
from quanyu.language.scalars import (
    Amounts,
    Date,
    Durations,
    FieldKind,
    MonthDay,
    Name,
    Source,
    SourceText,
    TableText,
    Texts,
    Truth,
    one_or_more,
)

__all__ = [
    "Account",
    "Cover",
    "Fact",
    "FieldSpec",
    "Insured",
    "Member",
    "Party",
    "Pays",
    "Period",
    "Pool",
    "Queue",
    "Scope",
    "Value",
]

PARTY_KINDS = Literal[
    "insurer",
    "reinsurer",
    "government",
    "bank",
    "guarantor",
    "social",
    "mutual",
    "members",
    "service",
    "liable",
    "hedge",
    "exchange",
    "investor",
    "insured",
    "administrator",
    "other",
]


class Party(Node):
    """Somebody who pays or receives. `steps` stand behind it wherever it bears a loss: reinsurance of its own."""

    name: Texts | None = None
    kind: PARTY_KINDS
    panel: tuple[Texts, ...] = ()
    steps: tuple[Step, ...] = ()


class Account(Node):
    """Money with a balance: it gives in `from` up to its balance and receives in `to` up to its ceiling."""

    name: Texts | None = None
    owner: Name | None = None
    opening: SourceText = Source("0")
    ceiling: SourceText | None = None
    source: Texts | None = None


class Member(Node):
    """The members of a pool from a date on, with their shares."""

    since: Date = Field(alias="from")
    shares: dict[Name, SourceText]


class Pool(Node):
    """Parties that share what the pool takes. `basis` names the date that chooses the members.

    caps: what a member bears of losses at most, by scope. overflow: who has what lies above: the `next` step of the
    list, or the `others`, members without a cap, by their shares.
    """

    name: Texts | None = None
    leader: Name | None = None
    basis: Literal["attached", "issued", "occurred"] = "attached"
    shares: dict[Name, SourceText] | None = None
    members: tuple[Member, ...] = ()
    by: Name | None = None
    caps: dict[Name, Amounts] = {}
    overflow: Literal["next", "others"] = "next"
    source: Texts | None = None


class Period(Node):
    """When the programme is in force, what one period of it is, and which version binds."""

    since: Date | None = Field(default=None, alias="from")
    until: Date | None = Field(default=None, alias="to")
    each: Literal["year", "policy", "month", "season", "flight", "order", "day", "term"] = "year"
    basis: Literal["attaching", "occurring", "claims-made"] | None = None
    season: tuple[MonthDay, MonthDay] | None = None
    starts: Texts | None = None
    years: int | None = None
    extended_reporting: Durations | None = None
    extension: dict[Name, Durations] = {}


class Queue(Node):
    """The clock by which claims stand in the queue. What falls on one instant shares a shortage pro rata."""

    by: Literal["occurred", "reported", "determined", "applied"] = "occurred"
    ties: Literal["pro rata"] = "pro rata"


class FieldSpec(Node):
    """A field with more to say than its type."""

    type: FieldKind
    unit: str | None = None
    name: Texts | None = None
    source: Texts | None = None


def _field(value: Any) -> Any:
    return value if isinstance(value, dict | FieldSpec) else {"type": value}


class Insured(Node):
    """Who or what is insured, the roles around it, and what is known of each unit."""

    unit: Name = "policy"
    enrolment: Literal["policies", "none"] = "policies"
    policyholder: Name | None = None
    beneficiary: Annotated[tuple[Name, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])] = ()
    payer: Name | None = None
    several: tuple[Name, ...] = ()
    membership: dict[Name, str] = {}
    schedule: Name | None = None
    policy: Texts | None = None
    group: Truth = False
    fields: dict[Name, Annotated[FieldSpec, BeforeValidator(_field, json_schema_input_type=FieldSpec | FieldKind)]] = {}


class Scope(Node):
    """A set of key columns; a running total starts again for each combination of their values."""

    columns: tuple[Name, ...]
    determines: tuple[Name, ...] = ()


class Value(Node):
    """A named value computed from fields: an expression, or a table of them."""

    value: SourceText | None = None
    by: Annotated[tuple[SourceText, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])] = ()
    table: TableText | None = None
    otherwise: SourceText | None = Field(default=None, alias="else")
    unit: str | None = None
    source: Texts | None = None


class Fact(Node):
    """Something measured or certified, with who says so."""

    unit: str | None = None
    type: FieldKind | None = None
    source: Texts | None = None
    series: Literal["hour", "day", "week", "month"] | None = None
    of: SourceText | None = None
    station: Texts | None = None
    key: Name | None = None
    window: Texts | None = None
    published: Texts | None = None
    revision: Texts | None = None
    accumulates: Name | None = None
    certified: Texts | None = None
    items: tuple[Name, ...] = ()


class Pays(Node):
    """What a cover pays, by a table of a measured quantity.

    `by` one key or several; `each` applies the table to every element of a list and adds up; `days` with `windows`
    takes within a calendar window one value (`within`) and adds the windows up. Then at most `max`, then times `times`.
    """

    by: Annotated[tuple[SourceText, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])] = ()
    table: TableText
    otherwise: SourceText | None = Field(default=None, alias="else")
    each: SourceText | None = None
    days: Name | None = None
    windows: tuple[str, ...] = ()
    within: Literal["max", "sum", "first"] = "max"
    max: SourceText | None = None
    min: SourceText | None = None
    times: SourceText | None = None
    source: Texts | None = None


def _pays_form(value: Any) -> str:
    return "<table>" if isinstance(value, dict | Pays) else "<text>"


class Cover(Node):
    """From facts to the amount of a claim."""

    name: Texts | None = None
    beneficiary: Name | None = Field(default=None, alias="for")
    payee: Name | None = None
    when: SourceText | None = None
    pays: Annotated[Annotated[Pays, Tag("<table>")] | Annotated[SourceText, Tag("<text>")], Discriminator(_pays_form)]
    unit: str | None = None
    source: Texts | None = None
    round: Literal["fen", "yuan"] = "fen"
