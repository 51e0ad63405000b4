"""Covers, scopes, columns, fields and facts that are named exist."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path, PlacedStep
from quanyu.language.programme import Programme
from quanyu.language.scopes import BUILT_IN
from quanyu.terms import Finding, Place, Text

__all__ = ["RULE", "key_columns", "known_scopes"]


def key_columns(programme: Programme) -> set[str]:
    """The columns that may make up a scope's key."""
    keys = {name for name, spec in programme.insured.fields.items() if spec.type.kind in ("key", "text")}
    return {"claim", "event", "policy", "insured", "period", "claimant", "cover", *programme.periods, *keys}


def known_scopes(programme: Programme) -> set[str]:
    """Every scope: built in, a further period, declared, or a key field on its own."""
    keys = {name for name, spec in programme.insured.fields.items() if spec.type.kind == "key"}
    return {*BUILT_IN, *programme.periods, *programme.scopes, *keys}


def _search(inspection: Inspection) -> Iterator[Finding]:
    yield from _covers(inspection)
    yield from _scopes(inspection)
    yield from _columns(inspection)
    yield from _fields(inspection)
    yield from _days(inspection)


def _covers(inspection: Inspection) -> Iterator[Finding]:
    programme = inspection.programme
    named: list[tuple[str, Path]] = []
    for placed in inspection.steps:
        named += [(name, (*placed.path, "covers", n)) for n, name in enumerate(placed.step.covers or ())]
        for n, sub in enumerate(placed.step.sublimits):
            named += [(name, (*placed.path, "sublimits", n, "covers", m)) for m, name in enumerate(sub.covers)]
    for kind, names in programme.combine.items():
        named += [(name, ("combine", kind, n)) for n, name in enumerate(names)]
    for part, stated in programme.parts.items():
        named += [(name, ("parts", part, "covers", n)) for n, name in enumerate(stated.covers)]
    for n, example in enumerate(programme.examples):
        named += [(example.cover, ("examples", n, "cover"))] if example.cover else []
    for name, path in named:
        if name not in programme.covers:
            yield _unknown(inspection, "unknown-cover", (name, path), programme.covers)


def _scopes(inspection: Inspection) -> Iterator[Finding]:
    known = known_scopes(inspection.programme)
    caps = [
        (scope, ("pools", name, "caps", member, scope))
        for name, pool in inspection.programme.pools.items()
        for member, cap in pool.caps.items()
        for scope, _ in cap
    ]
    for scopes in (caps, *map(_scopes_of, inspection.steps)):
        for scope, path in scopes:
            if scope not in known:
                yield _unknown(inspection, "unknown-scope", (scope, path), known, key=path[-1] == scope)


def _scopes_of(placed: PlacedStep) -> Iterator[tuple[str, Path]]:
    step, path = placed.step, placed.path
    for term in ("franchise", "attachment", "limit", "cap", "quota"):
        yield from ((scope, (*path, term, scope)) for scope, _ in getattr(step, term))
    yield from ((scope, (*path, "bands", scope)) for scope in step.bands)
    for n, sub in enumerate(step.sublimits):
        yield from ((scope, (*path, "sublimits", n, "limit", scope)) for scope, _ in sub.limit)
    if step.reinstatement:
        yield step.reinstatement.per, (*path, "reinstatement", "per")


def _columns(inspection: Inspection) -> Iterator[Finding]:
    programme = inspection.programme
    known = key_columns(programme)
    for name, scope in programme.scopes.items():
        short = inspection.has(("scopes", name, 0))
        for n, column in enumerate(scope.columns):
            if column not in known:
                path: Path = ("scopes", name, n) if short else ("scopes", name, "columns", n)
                yield _unknown(inspection, "unknown-column", (column, path), known)
        for n, column in enumerate(scope.determines):
            if column not in known and column not in programme.insured.fields:
                at: Path = ("scopes", name, "determines", n)
                yield _unknown(inspection, "unknown-column", (column, at), {*known, *programme.insured.fields})


def _fields(inspection: Inspection) -> Iterator[Finding]:
    fields = inspection.programme.insured.fields
    for name, pool in inspection.programme.pools.items():
        if pool.by and pool.by not in fields:
            yield _unknown(inspection, "unknown-field", (pool.by, ("pools", name, "by")), fields)
    for placed in inspection.steps:
        causes = placed.step.causes
        if causes and causes.by not in fields:
            yield _unknown(inspection, "unknown-field", (causes.by, (*placed.path, "causes", "by")), fields)
    true_up = inspection.programme.premium.true_up if inspection.programme.premium else None
    if true_up and true_up.of not in {*fields, *inspection.programme.facts}:
        known = {*fields, *inspection.programme.facts}
        yield _unknown(inspection, "unknown-field", (true_up.of, ("premium", "true_up", "of")), known)


def _days(inspection: Inspection) -> Iterator[Finding]:
    facts = inspection.programme.facts
    for name, cover in inspection.programme.covers.items():
        days = getattr(cover.pays, "days", None)
        if days and days not in facts:
            yield _unknown(inspection, "unknown-fact", (days, ("covers", name, "pays", "days")), facts)


_WORDS = {
    "unknown-cover": Text("保障", "cover"),
    "unknown-scope": Text("范围", "scope"),
    "unknown-column": Text("键列", "key column"),
    "unknown-field": Text("字段", "field"),
    "unknown-fact": Text("事实", "fact"),
}


def _unknown(
    inspection: Inspection, code: str, named: tuple[str, Path], known: Iterable[str], *, key: bool = False
) -> Finding:
    name, path = named
    where: Path | Place = inspection.key(path) if key else path
    word = _WORDS[code]
    near = get_close_matches(name, list(known), 1, 0.6)
    remedy = Text(f"先声明这个{word.zh}", f"declare the {word.en} first")
    if near:
        remedy = Text(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?")
    return inspection.finding(
        code, where, Text(f"没有名为“{name}”的{word.zh}", f"there is no {word.en} `{name}`"), remedy
    )


RULE = Rule(tuple(_WORDS), _search)
