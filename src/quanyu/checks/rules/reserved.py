"""Names that expressions read are readable, and none of them hides a built-in one."""

from collections.abc import Iterator

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.formula import RESERVED
from quanyu.terms import Finding, Text

__all__ = ["RULE"]

_BUILT_IN = frozenset({"amount", "premium", "claim", "cover", "event", "policy", "insured", "period", "claimant", "it"})


def _named(inspection: Inspection) -> Iterator[tuple[str, Path, bool]]:
    """Declared names, and whether the declaration is that of a key column."""
    programme = inspection.programme
    for name, spec in programme.insured.fields.items():
        yield name, ("insured", "fields", name), spec.type.kind == "key"
    for part in ("facts", "values", "states"):
        for name in getattr(programme, part):
            yield name, (part, name), False
    for plan, entries in programme.plans.items():
        for name in entries:
            yield name, ("plans", plan, name), False
    for name in programme.accounts:
        yield name, ("accounts", name), True


def _search(inspection: Inspection) -> Iterator[Finding]:
    for name, path, key in _named(inspection):
        if name in RESERVED or (name in _BUILT_IN and not key):
            yield inspection.finding(
                "reserved-word",
                inspection.key(path),
                Text(f"“{name}”是保留的词", f"`{name}` is a reserved word"),
                Text(f"换一个名称，如 {name}_1", f"choose another name, such as {name}_1"),
            )
        elif "-" in name:
            yield inspection.finding(
                "hyphen-in-name",
                inspection.key(path),
                Text(f"表达式里写 {name} 会读成相减", f"`{name}` in an expression reads as a difference"),
                Text(f"写 {name.replace('-', '_')}", f"write {name.replace('-', '_')}"),
            )


RULE = Rule(("reserved-word", "hyphen-in-name"), _search)
