"""Gates: what has to hold before a policy is issued (`must`), held against a risk or a table of risks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.compiled import Compiled
from quanyu.engine.names import with_names, with_names_columns
from quanyu.formula import Column, EvaluationError, Expression, Given, columns, evaluate, names, parse
from quanyu.language.programme import Must
from quanyu.terms import Finding, Place, Text

__all__ = ["gate_names", "unmet", "unmet_rows"]

_MOST_FINDINGS = 100
Placed = Callable[[int, str], Place | None]


def unmet(compiled: Compiled, risk: Mapping[str, Given]) -> list[Finding]:
    """A finding `must-not-met` for every condition that a risk breaks. One whose fields are not given is not judged."""
    known = with_names(compiled.names, risk)
    found = []
    for must, when, that in _gates(compiled):
        try:
            broken = (when is None or bool(evaluate(when, known))) and not evaluate(that, known)
        except EvaluationError:
            continue
        if broken:
            found.append(_finding(must, None))
    return found


def unmet_rows(
    compiled: Compiled, risks: Mapping[str, Column], length: int, *, place: Placed, most: int = _MOST_FINDINGS
) -> list[Finding]:
    """The same for every row of a table, at the cell of the first field that a condition reads; `most` for each."""
    known = with_names_columns(compiled.names, risks, length)
    found: list[Finding] = []
    for must, when, that in _gates(compiled):
        try:
            broken = ~_flags(that, known, length)
            if when is not None:
                broken &= _flags(when, known, length)
        except EvaluationError:
            continue
        cell = next(iter(sorted(names(that) & set(risks))), "")
        found += [_finding(must, place(int(row), cell)) for row in np.flatnonzero(broken)[:most]]
    return found


def gate_names(compiled: Compiled) -> frozenset[str]:
    """All names that the conditions read, and those behind named quantities: the fields of the insured among them."""
    read = {n for _, when, that in _gates(compiled) for e in (when, that) if e is not None for n in names(e)}
    return frozenset(compiled.kinds) if read - set(compiled.kinds) else frozenset(read)


def _flags(condition: Expression, known: Mapping[str, Column], length: int) -> NDArray[np.bool_]:
    return np.broadcast_to(np.asarray(columns(condition, known, length), np.bool_), length).copy()


def _gates(compiled: Compiled) -> Iterator[tuple[Must, Expression | None, Expression]]:
    for must in compiled.programme.must:
        when = None if must.when is None else parse(must.when.text, must.when.place)
        that = parse(must.that.text, must.that.place)
        if isinstance(that, Expression) and not isinstance(when, Finding):
            yield must, when, that


def _finding(must: Must, place: Place | None) -> Finding:
    when = "" if must.when is None else must.when.text
    zh = f"不符合承保条件 {must.that.text}" + (f"（当 {when}）" if when else "")
    en = f"`{must.that.text}` must hold" + (f" when `{when}`" if when else "")
    found = Finding("must-not-met", place, Text(zh, en), Text("核对这个风险的字段", "look at the fields of this risk"))
    if must.source is None:
        return found
    source = must.source
    return replace(found, reason=Text(f"{zh}：{source.zh}", f"{en}: {source.en}"))
