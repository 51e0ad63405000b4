"""Expressions as terms of a program: a number, a row column or a path column, by the names they read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np

from quanyu.formula import Expression, columns, constant, names
from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.kernel_builder import IDENTITY, Builder, Layer, Layers, Term, Value
from quanyu.waterfall.kernel_program import Column, Layout, Unsupported
from quanyu.waterfall.plan import Plan, ScopeColumns, Stage

__all__ = ["Kind", "Terms", "kind_of"]

Kind = Literal["row", "key", "path", "state"]
"""How the totals of a scope are kept: no totals, one a key, one a path and period, one a path for ever."""


def kind_of(scope: ScopeColumns, layout: Layout, path: str) -> Kind:
    """How a scope is grouped in blocks of this layout. Raises Unsupported where they lack its keys."""
    free = "period" not in scope.closure and "claim" not in scope.closure
    if scope.name in layout.keys:
        if free and layout.periods > 1:
            raise Unsupported(path, f"keys of {scope.name} would have to live over several periods")
        return "key"
    if not scope.columns or (free and scope.name in layout.whole):
        return "state"
    if scope.columns == ("period",) or scope.name in layout.whole:
        return "path"
    if "claim" in scope.closure and layout.single:
        return "row"
    raise Unsupported(path, f"the blocks have no keys of scope {scope.name}")


@dataclass(frozen=True, slots=True)
class Terms:
    """Resolves the expressions of one plan.

    amount: the name of the column that is split, None where the amount is a path register; `gross` is its value.
    figure: the value of a name of an earlier flow (`losses.relief`), or None.
    """

    builder: Builder
    plan: Plan
    amount: str | None
    gross: Value
    figure: Callable[[str], Value | None]
    expressed: Callable[["Terms", Expression, str], Value]

    @property
    def layout(self) -> Layout:
        """What the blocks hold."""
        return self.builder.layout

    def kind(self, scope: str, path: str) -> Kind:
        """How the totals of a scope are kept. A path amount is one claim; finer keys than its path it has none."""
        kind = kind_of(self.plan.scopes[scope], self.layout, path)
        if self.gross.level == "row" or kind in ("path", "state"):
            return kind
        if kind == "row":
            return "path"
        raise Unsupported(path, f"an amount by path has no keys of scope {scope}")

    def level(self, expr: Expression | None, scope: str = "claim") -> Literal["constant", "path", "row"]:
        """Where an expression lives, without writing anything."""
        if expr is None or self.constant(expr, scope) is not None:
            return "constant"
        own = self._renamed(expr, scope)
        read = {own.get(name, name) for name in names(expr)}
        by_row = bool(read & set(self.layout.rows)) or ("amount" in read and self.gross.level == "row")
        return "row" if by_row and self.gross.level == "row" else "path"

    def constant(self, expr: Expression, scope: str = "claim") -> float | None:
        """The number an expression stands for at a scope, alone or with the layout's constants; inf, truths count."""
        fixed = constant(expr)
        if fixed is not None:
            return float(fixed)
        held, own = self.layout.constants, self._renamed(expr, scope)
        read = {name: own.get(name, name) for name in names(expr)}
        if held.keys() >= set(read.values()):
            return float(columns(expr, {name: held[new] for name, new in read.items()}, 1)[0])
        return None

    def term(self, expr: Expression | None, path: str, scope: str = "claim", default: float = 0.0) -> Term:
        """An expression as a term at a scope. Raises Unsupported for names the blocks do not hold."""
        if expr is None:
            return default
        fixed = self.constant(expr, scope)
        if fixed is not None:
            return fixed
        own = self._renamed(expr, scope)
        column = Column(expr.text, expr, self.amount, tuple(sorted(own.items())))
        if self.level(expr, scope) == "row":
            self._known(expr, own, path)
            return self.builder.row_input(column)
        read = {own.get(name, name) for name in names(expr)}
        if read <= set(self.layout.paths) | self.layout.constants.keys():
            return self.builder.path_input(column)
        return self.expressed(self, expr, path)

    def _known(self, expr: Expression, own: Mapping[str, str], path: str) -> None:
        held = {*self.layout.rows, *self.layout.paths, *self.layout.constants, "amount"}
        missing = sorted({own.get(name, name) for name in names(expr)} - held)
        if missing:
            raise Unsupported(path, f"the blocks hold no column {', '.join(missing)}")

    def _renamed(self, expr: Expression, scope: str) -> dict[str, str]:
        """`premium` is that of the scope's key, where it is given apart."""
        special = f"premium@{scope}"
        held = {*self.layout.rows, *self.layout.paths, *self.layout.constants}
        return {"premium": special} if "premium" in names(expr) and special in held else {}

    # layers

    def stage_terms(self, stage: Stage, path: str) -> tuple[Term, Term]:
        """Attachment and limit of a stage."""
        return (
            self.term(stage.attachment, path, stage.scope, 0.0),
            self.term(stage.limit, path, stage.scope, inf),
        )

    def layers(self, stage: Stage, path: str) -> Layers:
        """G of a stage: its bands cut to what lies between attachment and limit."""
        attachment, limit = self.stage_terms(stage, path)
        if not stage.bands:
            return (Layer(attachment, limit),)
        found = []
        for band in stage.bands:
            low, high = float(band.low), inf if band.high is None else float(band.high)
            slope = self.term(band.slope, path, stage.scope)
            size = self.clipped(limit, low, high - low)
            found.append(Layer(self.clipped(attachment, -low, inf), size, slope))
        return tuple(found)

    def clipped(self, term: Term, attachment: float, limit: float) -> Term:
        """min(max(term - attachment, 0), limit)."""
        if not isinstance(term, Value):
            return float(np.clip(term - attachment, 0.0, limit))
        if attachment == 0.0 and limit == inf:
            return term
        if term.level == "row":
            return self.builder.row_value(c.CLIP, (term.scale, attachment, limit), x=term.register)
        return self.builder.path_value(c.PASS, (term.scale, attachment, limit, 1.0), x=term.register)

    def varies_by_row(self, stage: Stage) -> bool:
        """Whether a term of the stage is a row column."""
        terms = (stage.franchise, stage.attachment, stage.limit, *(b.slope for b in stage.bands))
        return any(self.level(t, stage.scope) == "row" for t in terms)


def is_identity(layers: Layers) -> bool:
    """Whether a stage lets everything pass."""
    return layers == IDENTITY
