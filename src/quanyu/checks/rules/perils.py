"""Perils make amounts and facts that the programme knows, and exposures say what the premium needs."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.rules.named import key_columns
from quanyu.checks.steps import Path
from quanyu.formula import names
from quanyu.language.assumptions import Assumptions, Peril
from quanyu.terms import Finding, Place, Severity, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    assumptions = inspection.programme.assumptions
    if assumptions is None:
        return
    for name, peril in assumptions.perils.items():
        path: Path = ("assumptions", "perils", name)
        yield from _form(inspection, peril, path)
        yield from _known(inspection, peril, path)
        own = [*peril.amounts, *peril.facts, *peril.fields, *peril.series]
        for n, dependence in enumerate(peril.dependence):
            yield from _between(inspection, dependence.between, ((*path, "dependence", n, "between"), own))
    for n, dependence in enumerate(assumptions.dependence):
        at: Path = ("assumptions", "dependence", n, "between")
        yield from _between(inspection, dependence.between, (at, list(assumptions.perils)))
    yield from _exposure(inspection, assumptions)


def _form(inspection: Inspection, peril: Peril, path: Path) -> Iterator[Finding]:
    kinds = [k for k in ("frequency", "default", "series") if getattr(peril, k)]
    reason: Text | None = None
    if len(kinds) != 1:
        reason = Text("风险要么 frequency，要么 default，要么 series", "a peril has a frequency, a default or series")
    elif kinds == ["frequency"] and not peril.amounts and not (peril.facts and peril.covers):
        reason = Text("没有 amounts，也没有 facts 与 covers", "it has neither amounts nor facts with covers")
    elif kinds == ["default"] and len(peril.covers) != 1:
        reason = Text("违约的金额归一个保障", "the amount of a default goes to one cover")
    elif kinds == ["series"] and not peril.covers:
        reason = Text("没有读这些序列的保障", "no covers are named that read the series")
    if reason:
        yield inspection.finding(
            "peril-form",
            inspection.key(path),
            reason,
            Text("见参考手册“assumptions”的三种写法", "see the three forms of a peril in the reference"),
        )


def _known(inspection: Inspection, peril: Peril, path: Path) -> Iterator[Finding]:
    programme = inspection.programme
    fields = programme.insured.fields
    columns = {*key_columns(programme), *(c for scope in programme.scopes.values() for c in scope.columns)}
    groups: list[tuple[str, Iterable[str], Path, Iterable[str]]] = [
        ("unknown-cover", peril.amounts, (*path, "amounts"), programme.covers),
        ("unknown-fact", peril.facts, (*path, "facts"), programme.facts),
        ("unknown-field", peril.fields, (*path, "fields"), fields),
        ("unknown-column", peril.keys, (*path, "keys"), columns),
        ("unknown-fact", peril.series, (*path, "series"), programme.facts),
    ]
    for code, used, at, known in groups:
        for name in used:
            if name not in set(known):
                yield _unknown(inspection, code, name, (inspection.key((*at, name)), known))
    for n, cover in enumerate(peril.covers):
        if cover not in programme.covers:
            yield _unknown(
                inspection, "unknown-cover", cover, (inspection.place((*path, "covers", n)), programme.covers)
            )


def _between(inspection: Inspection, between: tuple[str, str], known: tuple[Path, list[str]]) -> Iterator[Finding]:
    path, quantities = known
    for n, name in enumerate(between):
        if name not in quantities:
            yield _unknown(inspection, "unknown-quantity", name, (inspection.place((*path, n)), quantities))


def _unknown(inspection: Inspection, code: str, name: str, known: tuple[Place, Iterable[str]]) -> Finding:
    place, names_known = known
    near = get_close_matches(name, list(names_known), 1, 0.6)
    listed = list(names_known)[:8]
    remedy = Text(f"写其中之一：{'、'.join(listed)}", f"one of {', '.join(listed)}") if listed else _DECLARE
    if near:
        remedy = Text(f"是不是“{near[0]}”？", f"did you mean `{near[0]}`?")
    return inspection.finding(code, place, Text(f"没有“{name}”", f"there is no `{name}`"), remedy)


_DATES = ("attached", "issued")
_DECLARE = Text("先声明它", "declare it first")


def _exposure(inspection: Inspection, assumptions: Assumptions) -> Iterator[Finding]:
    """Fields in model points are declared, or states or dates, and those that the premium reads are there."""
    fields = {**inspection.words.fields, **inspection.words.states}
    known = {*fields, *inspection.words.plans, *_DATES}
    needed = sorted(_needed(inspection))
    for n, point in enumerate(assumptions.exposure):
        path: Path = ("assumptions", "exposure", n)
        for name in point.fields:
            if name not in known:
                yield _unknown(inspection, "unknown-field", name, (inspection.key((*path, "fields", name)), fields))
        missing = [name for name in needed if name not in point.fields]
        if missing:
            yield _incomplete(inspection, missing, path)
    if needed and assumptions.perils and not assumptions.exposure:
        yield _incomplete(inspection, needed, ("assumptions",))


def _incomplete(inspection: Inspection, missing: list[str], path: Path) -> Finding:
    where: Path | Place = inspection.key(path) if path == ("assumptions",) else path
    listed = ", ".join(missing)
    return inspection.finding(
        "exposure-incomplete",
        where,
        Text(f"保费要读 {listed}，模型点里没有", f"the premium reads {listed}, which no model point states"),
        Text(
            f"写 exposure: [{{count: 1000, fields: {{{missing[0]}: …}}}}]",
            f"write exposure: [{{count: 1000, fields: {{{missing[0]}: …}}}}]",
        ),
        severity=Severity.WARNING,
    )


def _needed(inspection: Inspection) -> set[str]:
    """The fields that the amount of the premium reads, through named values."""
    used: set[str] = set()
    for one in inspection.written:
        amount = one.path[0] == "premium" and one.placed is None
        if one.expr is not None and (amount or one.path[0] == "values"):
            found = names(one.expr)
            if amount or one.path[1] in used:
                used |= found
    for one in reversed(inspection.written):
        if one.expr is not None and one.path[0] == "values" and one.path[1] in used:
            used |= names(one.expr)
    return used & set(inspection.words.fields)


RULE = Rule(("peril-form", "unknown-quantity", "exposure-incomplete"), _search)
