"""Scopes: which key columns a running total belongs to, and which scope is finer than which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from quanyu.language.programme import Programme

__all__ = ["BUILT_IN", "NotNested", "ScopeColumns", "chain", "dependencies", "finer", "scope_columns", "scopes_of"]

BUILT_IN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "claim": ("claim",),
        "event": ("event",),
        "insured": ("insured", "period"),
        "policy": ("policy",),
        "period": ("period",),
        "term": (),
    }
)
"""The key columns of the scopes that need no declaration."""


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """A scope: the columns of its key, and all columns that the key determines; one with `claim` fixes every column."""

    name: str
    columns: tuple[str, ...]
    closure: frozenset[str]


@dataclass(frozen=True, slots=True)
class NotNested:
    """Two scopes of one step of which neither is finer than the other."""

    one: str
    other: str


def dependencies(programme: Programme) -> Mapping[str, frozenset[str]]:
    """Which columns a column fixes: an event its periods; a policy its period, and its insured where it has but one."""
    policy = {"period"}
    single = not (programme.insured.group or programme.insured.several or programme.insured.enrolment == "none")
    if single:
        policy.add("insured")
    known = {"event": {"period", *programme.periods}, "policy": policy}
    for scope in programme.scopes.values():
        if len(scope.columns) == 1 and scope.determines:
            known.setdefault(scope.columns[0], set()).update(scope.determines)
    return MappingProxyType({column: frozenset(fixed) for column, fixed in known.items()})


def scope_columns(name: str, programme: Programme) -> ScopeColumns:
    """The scope called `name`: a declared one, a built-in one, or the key column of that name on its own."""
    declared = programme.scopes.get(name)
    columns = declared.columns if declared else BUILT_IN.get(name, (name,))
    own = frozenset(declared.determines) if declared else frozenset()
    return ScopeColumns(name, columns, _closure((*columns, *own), dependencies(programme), programme))


def scopes_of(programme: Programme) -> Mapping[str, ScopeColumns]:
    """Every declared and built-in scope."""
    names = dict.fromkeys((*BUILT_IN, *programme.periods, *programme.scopes))
    return MappingProxyType({name: scope_columns(name, programme) for name in names})


def _closure(columns: Iterable[str], fixes: Mapping[str, frozenset[str]], programme: Programme) -> frozenset[str]:
    """All columns that a key of `columns` fixes; scopes declared on several columns fix what they determine."""
    found = frozenset(columns)
    while True:
        more = found.union(*(fixes.get(column, frozenset()) for column in found))
        for scope in programme.scopes.values():
            if more.issuperset(scope.columns):
                more = more.union(scope.determines)
        if more == found:
            return found
        found = more


def finer(one: ScopeColumns, other: ScopeColumns) -> bool:
    """Whether a key of `one` fixes the key of `other`. A claim fixes everything."""
    return "claim" in one.closure or one.closure >= frozenset(other.columns)


def chain(scopes: Sequence[ScopeColumns]) -> tuple[ScopeColumns, ...] | NotNested:
    """The scopes from the finest to the coarsest, or the first two that are not nested.

    Scopes that fix each other keep the order in which they are written.
    """
    ordered = sorted(scopes, key=lambda s: ("claim" not in s.closure, -len(s.closure)))
    for one, other in pairwise(ordered):
        if not finer(one, other):
            return NotNested(one.name, other.name)
    return tuple(ordered)
