"""What if: a programme with some terms changed, and figures as a table."""

from collections.abc import Mapping
from dataclasses import replace

from quanyu.desk.open import Opened, placed
from quanyu.desk.simulate import Simulated
from quanyu.engine import compile_programme
from quanyu.language.change import with_terms
from quanyu.terms import Finding

__all__ = ["changed_programme", "figures_table"]


def changed_programme(opened: Opened, changes: Mapping[str, str]) -> Opened | list[Finding]:
    """The programme with terms changed by their labelled paths, checked like any other."""
    document = with_terms(opened.document, changes)
    if isinstance(document, list):
        return document
    compiled = compile_programme(document.value)
    if isinstance(compiled, list):
        return [placed(f, opened.path) for f in compiled]
    return replace(opened, document=document, compiled=compiled)


def figures_table(done: Simulated) -> dict[str, list[object]]:
    """All accounts as columns, for Excel or CSV: one row a party and account."""
    columns: dict[str, list[object]] = {"party": [], "account": [], "mean": [], "mean_error": [], "sd": []}
    for entry, figures in zip(done.entries, done.figures, strict=True):
        f = figures.scaled(1.0, entry.fixed)
        row: dict[str, object] = {
            "party": entry.party, "account": entry.kind, "mean": f.mean, "mean_error": f.mean_error, "sd": f.sd,
        }  # fmt: skip
        for tail in f.tails:
            level = f"{tail.level * 100:g}%"
            row |= {f"VaR {level}": tail.var, f"VaR {level} error": tail.var_error}
            row |= {f"TVaR {level}": tail.tvar, f"TVaR {level} error": tail.tvar_error}
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    return columns
