"""Rows of cases and examples: what is written becomes exact values of the declared types."""

import re
from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from quanyu.formula import Given, constant, parse
from quanyu.language.programme import Programme
from quanyu.language.scalars import FieldType, Source
from quanyu.terms import Finding, Text, read_number

__all__ = ["CLOCKS", "KEYS", "RowUnreadable", "kinds_of", "read_row", "read_value"]

CLOCKS = ("occurred", "reported", "determined", "applied")
KEYS = ("claim", "cover", "event", "policy", "insured", "period", "claimant", "account", "of", "plan", "currency")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{2}-\d{2}")
_NUMERIC = ("number", "money", "share", "int")
_OWN = MappingProxyType({"amount": FieldType("number"), "count": FieldType("number")})
_SINGLE = frozenset({*KEYS, *CLOCKS, *_OWN, "at", "t", "attached", "issued", "known"})
_LARGEST = 10**18


class RowUnreadable(Exception):  # noqa: N818 - carries a finding about the user's row
    """A value of a row that is not of its declared type."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding.reason))
        self.finding = finding


def kinds_of(programme: Programme) -> Mapping[str, FieldType]:
    """The declared type of every field and fact; series and records count by their elements."""
    kinds = {name: spec.type for name, spec in programme.insured.fields.items()}
    for name, fact in programme.facts.items():
        kinds[name] = fact.type or FieldType("number")
    return kinds


def read_row(row: Mapping[str, Any], kinds: Mapping[str, FieldType]) -> dict[str, Given]:
    """A row as written → exact values. Raises RowUnreadable."""
    return {
        name: read_value(value, name, kinds.get(name) or _OWN.get(name))
        for name, value in row.items()
        if value is not None
    }


def read_value(value: Any, name: str, kind: FieldType | None) -> Any:
    """One value; lists become tuples, daily records stay mappings of values."""
    if name in _SINGLE and isinstance(value, tuple | list | dict):
        raise _wrong(_first(value), name, Text("一个值，不是列表或映射", "one value, not a list or a mapping"))
    if isinstance(value, tuple | list):
        return tuple(read_value(v, name, kind) for v in value)
    if isinstance(value, dict):
        return {k: read_value(v, k, None) for k, v in value.items()}
    if not isinstance(value, Source):
        return value
    text = value.text
    if kind is not None and kind.values and text not in kind.values:
        allowed = ", ".join(kind.values)
        raise _wrong(value, name, Text(f"其中之一：{allowed}", f"one of: {allowed}"))
    if name in KEYS or (kind is not None and kind.kind in ("text", "key", "date", "point")):
        return text
    if kind is not None and kind.kind == "bool":
        if text not in ("true", "false"):
            raise _wrong(value, name, Text("true 或 false", "true or false"))
        return text == "true"
    number = _number(text)
    if number is not None:
        return _held(value, number, name, kind)
    if kind is not None and kind.kind in _NUMERIC:
        raise _wrong(value, name, Text("一个数，如 300万、0.05", "a number such as 300万 or 0.05"))
    if text in ("true", "false"):
        return text == "true"
    return text


def _held(value: Source, number: Fraction, name: str, kind: FieldType | None) -> Fraction:
    """A number within what its type allows: whole, and in its range; no amount anywhere comes near 10^18."""
    if abs(number) >= _LARGEST:
        raise _wrong(value, name, Text("小于 10^18 的数", "a number below 10^18"))
    if kind is not None and kind.kind == "int":
        if number.denominator != 1:
            raise _wrong(value, name, Text("整数", "a whole number"))
        if (kind.low is not None and number < kind.low) or (kind.high is not None and number > kind.high):
            raise _wrong(
                value, name, Text(f"{kind.low} 至 {kind.high} 的整数", f"a whole number from {kind.low} to {kind.high}")
            )
    return number


def _number(text: str) -> Fraction | None:
    number = read_number(text)
    if number is not None or _DATE.fullmatch(text) or not any(c.isdigit() for c in text):
        return number
    parsed = parse(text)
    return None if isinstance(parsed, Finding) else constant(parsed)


def _first(value: Any) -> Source:
    """The first scalar inside, for its place."""
    while isinstance(value, tuple | list | dict) and value:
        value = next(iter(value.values() if isinstance(value, dict) else value))
    return value if isinstance(value, Source) else Source("[]")


def _wrong(value: Source, name: str, wanted: Text) -> RowUnreadable:
    return RowUnreadable(
        Finding(
            "wrong-value",
            value.place,
            Text(f"{name} 的值“{value}”类型不对", f"`{value}` is not a value of {name}"),
            Text(f"写{wanted.zh}", f"write {wanted.en}"),
        )
    )
