"""Programmes in the file's notation as plans, and rows as sealed blocks: what the tests of the float kernel share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from quanyu.language.load import read_programme
from quanyu.waterfall.columns import Block, State, run
from quanyu.waterfall.compile import compile_flow
from quanyu.waterfall.kernel_program import Output, Program
from quanyu.waterfall.plan import Plan

__all__ = ["Rows", "Run", "filled", "plan_of", "programme_text", "run_rows"]

Rows = Sequence[Sequence[Mapping[str, Any]]]
"""Paths of rows; a row has `amount`, `t`, `cover`, keys by scope, and columns."""


def programme_text(notation: Mapping[str, Any]) -> str:
    """The text of a programme given by its parts; what a file must have besides is filled in, and illustrative."""
    whole = {
        "programme": "test.case",
        "version": "2024-01-01",
        "name": {"zh": "试", "en": "test"},
        "family": "property",
        "source": "illustrative",
        "period": {"each": "year"},
        "insured": {"unit": "risk", "enrolment": "none", "fields": {}},
        "covers": {"fire": {"pays": "assessed"}, "flood": {"pays": "assessed"}},
        "examples": [{"flow": "losses", "rows": [{"amount": 1}], "expect": {"insured": 1}}],
        **notation,
    }
    return _yaml(whole)


def _yaml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_yaml(str(k))}: {_yaml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_yaml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction) and value.denominator > 1:
        return f'"{value.numerator} / {value.denominator}"'
    return str(value) if isinstance(value, int | Fraction) else '"' + str(value) + '"'


def plan_of(notation: Mapping[str, Any], flow: str = "losses", side: Literal["from", "to"] = "from") -> Plan:
    """The plan of one side of a flow of a programme in the file's notation."""
    document, findings = read_programme(programme_text(notation))
    assert document is not None, [f"{f.code} {f.place} {f.reason}" for f in findings]
    return compile_flow(document.value, flow, side)


def filled(program: Program, paths: Rows, by_path: Mapping[str, Sequence[float]] | None = None) -> Block:
    """A sealed block of these paths. Key columns are made dense within each path."""
    rows = [row for path in paths for row in path]
    sizes = {scope: max([len(path) for path in paths] + [1]) for scope in program.layout.keys}
    block = Block(program, len(paths), max(len(rows), 1), sizes)
    block.ptr[:] = np.cumsum([0, *(len(path) for path in paths)])
    n = len(rows)
    block.instant[:n] = [row.get("t", k) for k, row in enumerate(rows)]
    if program.layout.covers:
        block.cover[:n] = [program.layout.covers.index(row["cover"]) for row in rows]
    for scope in program.layout.keys:
        block.key(scope)[:n] = [code for path in paths for code in _dense([row[scope] for row in path])]
    table = {name: np.array([_plain(row, name) for row in rows]) for name in program.layout.rows}
    for column in program.rows:
        if column.expression is None:
            block.column(column.name)[:n] = table[column.name]
    given = {name: np.asarray(values, dtype=float) for name, values in (by_path or {}).items()}
    for column in program.paths:
        if column.expression is None:
            block.path_column(column.name)[: len(paths)] = given[column.name]
    block.seal(len(paths), rows=table, by_path=given)
    return block


def _plain(row: Mapping[str, Any], name: str) -> Any:
    value = row.get("losses", row["amount"]) if name == "losses" else row[name]
    return value if isinstance(value, bool | str) else float(value)


def _dense(keys: Sequence[Any]) -> list[int]:
    known: dict[Any, int] = {}
    return [known.setdefault(key, len(known)) for key in keys]


@dataclass(frozen=True)
class Run:
    """A run's result, by output."""

    program: Program
    out: NDArray[np.float64]
    state: State

    def of(self, path: str, measure: Any = "take", part: str = "", flow: str = "losses.from") -> list[float]:
        """One figure on every path."""
        name, side = flow.split(".")
        place = self.program.outputs[Output(name, side, path, measure, part)]
        return [float(v) for v in self.out[place.column] * place.scale]


def run_rows(
    program: Program, paths: Rows, by_path: Mapping[str, Sequence[float]] | None = None, state: State | None = None
) -> Run:
    """A program on these paths from the opening, or from a state."""
    state = state or State.opening(program, len(paths))
    out = np.zeros((program.width, len(paths)))
    run(program, filled(program, paths, by_path), state, out)
    return Run(program, out, state)
