"""Fields of a risk that are days of its own policy: the book knows them, nobody states them otherwise."""

import datetime as dt
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from quanyu.book.act import Refused
from quanyu.book.versions import Version
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Text

__all__ = ["days_told", "not_of_policy", "own_days", "with_own_days", "without_own_days"]

_DAYS = MappingProxyType({"attached": Text("起保日", "the first day"), "issued": Text("出单日", "the day of issue")})
"""Dates that a pool's basis goes by: the first day of a policy, the day on which it is issued."""


def days_told(programme: Programme) -> Iterator[str]:
    """The fields of a programme that are days of the policy."""
    specs = programme.insured.fields
    yield from (name for name in _DAYS if name in specs and specs[name].type.kind == "date")


def own_days(version: Version, *, attached: dt.date, issued: dt.date) -> dict[str, str]:
    """The days of a policy by the names of the fields that the programme has for them, as written."""
    days = {"attached": attached, "issued": issued}
    return {name: days[name].isoformat() for name in days_told(version.programme)}


def with_own_days(version: Version, fields: Mapping[str, str], *, attached: dt.date, issued: dt.date) -> dict[str, str]:
    """The fields with the days of the policy in them. Raises Refused (`not-of-policy`) where another day is stated."""
    own = own_days(version, attached=attached, issued=issued)
    wrong = [not_of_policy(name, fields[name], day) for name, day in own.items() if fields.get(name, day) != day]
    if wrong:
        raise Refused(*wrong)
    return {**fields, **own}


def without_own_days(version: Version, fields: Mapping[str, str]) -> dict[str, str]:
    """The fields without the days of the policy: what another policy takes over from it."""
    own = set(days_told(version.programme))
    return {name: value for name, value in fields.items() if name not in own}


def not_of_policy(name: str, stated: str, day: str) -> Finding:
    """What is wrong with a field that states another day than the policy's own."""
    what = _DAYS[name]
    return Finding(
        "not-of-policy",
        None,
        Text(f"{name} 写作 {stated}，保单的{what.zh}是 {day}", f"`{name}` is stated as {stated}; {what.en} is {day}"),
        Text(f"不写 {name}，账簿自己记入", f"leave `{name}` out: the book fills it"),
    )
