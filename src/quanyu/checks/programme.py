"""All rules over one programme."""

from quanyu.checks.inspection import inspect
from quanyu.checks.rule import Rule
from quanyu.checks.rules import (
    accounts,
    bands,
    calls,
    circular,
    determined,
    division,
    examples,
    expressions,
    finer,
    forms,
    illustrative,
    kept,
    labels,
    laws,
    members,
    named,
    nesting,
    parties,
    perils,
    periods,
    pools,
    ranges,
    reserved,
    residual,
    siblings,
    states,
    tables,
    towers,
    zero_premium,
)
from quanyu.language.load import Document
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Place

__all__ = ["RULES", "check_programme"]

RULES: tuple[Rule, ...] = tuple(
    module.RULE
    for module in (
        accounts,
        bands,
        calls,
        circular,
        determined,
        division,
        examples,
        expressions,
        finer,
        forms,
        illustrative,
        kept,
        labels,
        laws,
        members,
        named,
        nesting,
        parties,
        perils,
        periods,
        pools,
        ranges,
        reserved,
        residual,
        siblings,
        states,
        tables,
        towers,
        zero_premium,
    )
)
"""Every rule."""


def check_programme(document: Document[Programme]) -> list[Finding]:
    """Everything that is wrong or doubtful in a programme, by place. Each finding carries its line of the file."""
    inspection = inspect(document)
    found = dict.fromkeys(finding for rule in RULES for finding in rule.search(inspection))
    nowhere = Place(document.file, 0, 0)
    return sorted(found, key=lambda f: (f.place or nowhere, f.code))
