"""What if: a programme with some terms changed, and figures as a table."""

from collections.abc import Mapping
from dataclasses import replace

from quanyu.checks import check_programme
from quanyu.desk.open import Opened, placed
from quanyu.desk.simulate import Simulated
from quanyu.engine import compile_programme
from quanyu.language.change import with_terms
from quanyu.language.programme import Programme
from quanyu.simulation import Figures
from quanyu.terms import Finding, refusals

__all__ = ["changed_programme", "compared_table", "figures_table", "same_claims"]

_SOURCES = ("illustrative-missing", "unknown-illustrative-path")  # of a try at the terminal nobody asks for a source
_TERMS = frozenset({"programme", "version", "name", "source", "sources", "illustrative", "parties", "pools", "losses"})


def changed_programme(opened: Opened, changes: Mapping[str, str]) -> Opened | list[Finding]:
    """The programme with terms changed by their labelled paths, checked like any other."""
    document = with_terms(opened.document, changes)
    if isinstance(document, list):
        return document
    if wrong := [f for f in refusals(check_programme(document)) if f.code not in _SOURCES]:
        return wrong
    compiled = compile_programme(document.value)
    if isinstance(compiled, list):
        return [placed(f, opened.path) for f in compiled]
    return replace(opened, document=document, compiled=compiled)


def same_claims(opened: Opened, changed: Opened) -> bool:
    """Whether both programmes draw the same claims, so that those of the one can be split under the other's terms."""
    before, after = opened.programme, changed.programme
    return all(getattr(before, name) == getattr(after, name) for name in Programme.model_fields if name not in _TERMS)


def compared_table(base: Simulated, changed: Simulated, changes: Mapping[str, str]) -> dict[str, list[object]]:
    """The figures under the terms as they stand, then those under the changed ones; the first column says which."""
    columns: dict[str, list[object]] = {"terms": []}
    for said, done in (("", base), (", ".join(f"{k}={v}" for k, v in changes.items()), changed)):
        table = figures_table(done)
        columns["terms"] += [said] * len(table["party"])
        for name, values in table.items():
            columns.setdefault(name, []).extend(values)
    return columns


def figures_table(done: Simulated) -> dict[str, list[object]]:
    """All accounts as columns, for Excel or CSV: one row a party and account, then one a party and flow."""
    rows: list[tuple[str, str, Figures]] = [
        (e.party, e.kind, f.scaled(1.0, e.fixed)) for e, f in zip(done.entries, done.figures, strict=True)
    ]
    rows += [
        (e.party, f"{e.flow}.{e.side}", f.scaled(1.0, e.fixed))
        for e, f in zip(done.flows, done.flow_figures, strict=True)
    ]
    columns: dict[str, list[object]] = {}
    for party, account, f in rows:
        row: dict[str, object] = {
            "party": party,
            "account": account,
            "mean": f.mean,
            "mean error": f.mean_error,
            "sd": f.sd,
            "sd error": f.sd_error,
        }
        for tail in f.tails:
            level = f"{tail.level * 100:g}%"
            row |= {f"VaR {level}": tail.var, f"VaR {level} error": tail.var_error}
            row |= {f"TVaR {level}": tail.tvar, f"TVaR {level} error": tail.tvar_error}
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return columns
