"""The names that an expression may use, by where it stands, with their types."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from quanyu.checks.steps import StepList
from quanyu.formula import Expression, Kind, Type, check, parse
from quanyu.language.programme import Programme
from quanyu.language.scalars import FieldType, Source, Table

__all__ = ["Vocabulary", "type_of_field", "vocabulary"]

_CURRENCY = re.compile(r"[A-Z]{3}")
_NUMBER, _MONEY, _TEXT = Type(Kind.NUMBER), Type(Kind.MONEY), Type(Kind.TEXT)
_KINDS = {
    "number": Kind.NUMBER,
    "int": Kind.NUMBER,
    "money": Kind.MONEY,
    "share": Kind.SHARE,
    "bool": Kind.BOOL,
    "text": Kind.TEXT,
    "key": Kind.TEXT,
    "point": Kind.TEXT,
    "date": Kind.DATE,
    "list": Kind.NUMBER,
}


def type_of_field(kind: FieldType, unit: str | None = None, *, series: bool = False) -> Type:
    """The type of a field or fact. A number in a currency is money; the unit `1` is none."""
    found = _KINDS[kind.kind]
    if found is Kind.NUMBER and unit and _CURRENCY.fullmatch(unit):
        found = Kind.MONEY
    named = unit if unit and unit != "1" and found in (Kind.NUMBER, Kind.MONEY) else ""
    return Type(found, named, kind.values, series or kind.kind == "list")


@dataclass(frozen=True)
class Vocabulary:
    """risk: what is known of the risk (fields, terms of its plan, values, states). facts: what is measured of a claim.

    keys: columns that every row has. flows: amounts of the flows (`premium`, `losses.relief`, `reserve.balance` …).
    """

    fields: Mapping[str, Type]
    plans: Mapping[str, Type]
    values: Mapping[str, Type]
    states: Mapping[str, Type]
    facts: Mapping[str, Type]
    keys: Mapping[str, Type]
    flows: Mapping[str, Type]
    money: Type

    @property
    def risk(self) -> Mapping[str, Type]:
        """What is known of the risk before anything happens."""
        return {**self.keys, **self.fields, **self.plans, **self.values, **self.states}

    @property
    def claim(self) -> Mapping[str, Type]:
        """What is known of a claim, its amount apart."""
        return {**self.risk, **self.facts}

    @property
    def step(self) -> Mapping[str, Type]:
        """What the terms of a step may name; which flow may read which is the rule `circular-flow`."""
        return {**self.claim, **self.flows, "amount": self.money}


def vocabulary(programme: Programme, lists: tuple[StepList, ...]) -> Vocabulary:
    """The names of a programme."""
    money = _MONEY if programme.unit == "money" else _NUMBER
    fields = {name: type_of_field(spec.type, spec.unit) for name, spec in programme.insured.fields.items()}
    if programme.plans:
        fields = {"plan": Type(Kind.TEXT, values=tuple(programme.plans)), **fields}
    facts = {
        name: type_of_field(fact.type or FieldType("number"), fact.unit, series=fact.series is not None)
        for name, fact in programme.facts.items()
    }
    keys = dict.fromkeys(("claim", "event", "policy", "insured", "period", *programme.periods), _TEXT)
    keys |= {column: _TEXT for scope in programme.scopes.values() for column in scope.columns}
    keys["cover"] = Type(Kind.TEXT, values=tuple(programme.covers))
    states = dict.fromkeys(programme.states, _NUMBER)
    plans: dict[str, Type] = {}
    for entries in programme.plans.values():
        for name, source in entries.items():
            plans.setdefault(name, _type(source, {**fields, **states}))
    values: dict[str, Type] = {}
    for name, value in programme.values.items():
        known = {**keys, **fields, **plans, **states, **facts, **values}
        first = value.value or (next(_leaves(value.table), None) if value.table else None) or value.otherwise
        values[name] = _type(first, known) if first else _NUMBER
    return Vocabulary(fields, plans, values, states, facts, keys, _flows(programme, lists, money), money)


def _leaves(table: Table) -> Iterator[Source]:
    yield from table.leaves()


def _type(source: Source, known: Mapping[str, Type]) -> Type:
    expr = parse(source.text)
    return check(expr, known)[0] if isinstance(expr, Expression) else _NUMBER


def _flows(programme: Programme, lists: tuple[StepList, ...], money: Type) -> dict[str, Type]:
    names = ["premium", "premium.insured", "premium.earned"]
    for here in lists:
        for placed in here.steps:
            label, party = placed.step.label, placed.step.party
            names.append(f"{here.flow}.{here.side}.{label}")
            if here.side == "from":
                names.append(f"{here.flow}.{label}")
                names += [f"premium.{party}"] if here.flow == "premium" and party else []
    names += [f"{account}.balance" for account in programme.accounts]
    names += [f"gains.{name}" for name in programme.gains]
    return dict.fromkeys(names, money)
