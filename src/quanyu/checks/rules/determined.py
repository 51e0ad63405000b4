"""A term at a scope reads only what the scope determines: else the order of the rows would decide it."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.rules.named import known_scopes
from quanyu.formula import Expression, names, parse
from quanyu.formula.tree import Name, walk
from quanyu.language.programme import Programme
from quanyu.language.scopes import ScopeColumns, scope_columns
from quanyu.terms import Finding, Text

__all__ = ["RULE"]

_PER_ROW = ("when", "share")


def _search(inspection: Inspection) -> Iterator[Finding]:
    programme = inspection.programme
    known = known_scopes(programme)
    for one in inspection.written:
        if one.expr is None or one.placed is None or one.scope not in known or one.path[-1] in _PER_ROW:
            continue
        scope = scope_columns(one.scope, programme)
        if "claim" in scope.closure:
            continue
        for node, _ in walk(one.expr.root):
            if isinstance(node, Name) and not _determined(node.name, scope, inspection):
                yield inspection.finding(
                    "term-not-determined",
                    one.expr.place_of(node) or one.path,
                    Text(
                        f"范围 {one.scope} 的条款读 `{node.name}`，而同一个 {one.scope} 里它可以有几个值",
                        f"a term at scope {one.scope} reads `{node.name}`, which may differ within one {one.scope}",
                    ),
                    Text(
                        f"改用 {_finer(node.name, inspection)} 一级的范围，或在 scopes 里写明 determines",
                        f"use a scope that fixes it, such as {_finer(node.name, inspection)}, "
                        "or say under scopes what the scope determines",
                    ),
                )


def _finer(name: str, inspection: Inspection) -> str:
    return "insured" if name in inspection.words.fields else "claim"


def _determined(name: str, scope: ScopeColumns, inspection: Inspection) -> bool:
    """Whether all rows of one key of the scope agree on the value of a name."""
    words = inspection.words
    if name in scope.closure:
        return True
    if name in words.fields or name in words.states or name in words.plans:
        return "insured" in scope.closure
    if name in words.values:
        return all(_determined(n, scope, inspection) for n in _inputs(name, inspection.programme) if n != name)
    return name not in words.facts and name not in words.keys and name != "amount"


def _inputs(name: str, programme: Programme) -> frozenset[str]:
    """The names that a named quantity is computed from."""
    value = programme.values[name]
    sources = [*value.by, *(value.table.leaves() if value.table else ())]
    sources += [s for s in (value.value, value.otherwise) if s is not None]
    parsed = [e for s in sources if isinstance(e := parse(s.text), Expression)]
    return frozenset().union(*(names(e) for e in parsed))


RULE = Rule(("term-not-determined",), _search)
