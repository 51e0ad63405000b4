"""Writing a program: registers, instructions, and arithmetic on values that stay lazy as long as they are linear."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal, TypeAlias, TypedDict, Unpack

import numpy as np

from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.kernel_arrays import Code
from quanyu.waterfall.kernel_program import Column, Layout, Unsupported

__all__ = ["IDENTITY", "Builder", "Layer", "Layers", "Term", "Value"]

_ROW, _PATH = 1 << 20, 1 << 40
Level = Literal["row", "path"]


@dataclass(frozen=True, slots=True)
class Value:
    """`scale` times a register, by row or by path. A linear step changes only the scale."""

    level: Level
    register: int
    scale: float = 1.0

    def times(self, factor: float) -> "Value":
        """The same register at another scale."""
        return replace(self, scale=self.scale * factor)


Term: TypeAlias = float | Value
"""A term of a step: one number, or a value whose scale is 1."""


@dataclass(frozen=True, slots=True)
class Layer:
    """slope x clip(total - attachment, 0, limit)."""

    attachment: Term = 0.0
    limit: Term = inf
    slope: Term = 1.0

    @property
    def terms(self) -> tuple[Term, Term, Term]:
        """Attachment, limit and slope in the kernel's order."""
        return self.attachment, self.limit, self.slope


Layers: TypeAlias = tuple[Layer, ...]
"""G as a sum of layers."""
IDENTITY: Layers = (Layer(),)


class Operands(TypedDict, total=False):
    """The operands of an instruction: registers, the first of its term columns with their count, its slot."""

    x: int
    z: int
    w: int
    terms: tuple[int, int]
    slot: int


def constants(layers: Layers) -> list[float] | None:
    """The layers as plain parameters; None where a term varies."""
    plain = [t for layer in layers for t in layer.terms if not isinstance(t, Value)]
    return plain if len(plain) == 3 * len(layers) else None


class Builder:
    """A program being written. Registers are numbered for good only when it is finished."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.row_inputs: list[Column] = []
        self.path_inputs: list[Column] = []
        self.slots: list[str] = []
        self.states: dict[str, tuple[int, float]] = {}
        self._rows = self._paths = 0
        self._code: list[list[int]] = []
        self._parameters: list[float] = []
        self._totals: dict[int, Value] = {}

    # registers

    def rows(self, count: int = 1) -> int:
        """The first of some consecutive row registers."""
        self._rows += count
        return _ROW + self._rows - count

    def paths(self, count: int = 1) -> int:
        """The first of some consecutive path registers."""
        self._paths += count
        return _PATH + self._paths - count

    def row_input(self, column: Column) -> Value:
        """A row column of the block."""
        return Value("row", _input(self.row_inputs, column))

    def path_input(self, column: Column) -> Value:
        """A path column of the block."""
        return Value("path", _input(self.path_inputs, column))

    def state(self, name: str, opening: float = 0.0) -> int:
        """The path register that lives from period to period under that name."""
        return self.states.setdefault(name, (len(self.states), opening))[0]

    def slot(self, scope: str) -> int:
        """New totals by the keys of a scope, or of the path where none is named."""
        self.slots.append(scope)
        return len(self.slots) - 1

    # instructions

    def emit(self, op: int, parameters: Sequence[float] = (), **operands: Unpack[Operands]) -> None:
        """Append an instruction."""
        first, count = operands.get("terms", (-1, 0))
        x, z, w = operands.get("x", -1), operands.get("z", -1), operands.get("w", -1)
        self._code.append([op, x, z, w, len(self._parameters), first, count, operands.get("slot", -1)])
        self._parameters += [float(p) for p in parameters]

    def row_value(self, op: int, parameters: Sequence[float] = (), **operands: Unpack[Operands]) -> Value:
        """A row instruction and its result."""
        operands["z"] = self.rows()
        self.emit(op, parameters, **operands)
        return Value("row", operands["z"])

    def path_value(self, op: int, parameters: Sequence[float] = (), **operands: Unpack[Operands]) -> Value:
        """A path instruction and its result."""
        operands["z"] = self.paths()
        self.emit(op, parameters, **operands)
        return Value("path", operands["z"])

    # values

    def constant(self, value: float) -> Value:
        """A number on every path."""
        return self.path_value(c.SET, (value,))

    def by_path(self, value: Value) -> Value:
        """The sum over the path; a register is summed once."""
        if value.level == "path":
            return value
        if value.register not in self._totals:
            self._totals[value.register] = self.path_value(c.TOTAL, x=value.register)
        return self._totals[value.register].times(value.scale)

    def on_rows(self, term: Term) -> Value:
        """A term as a row column."""
        if not isinstance(term, Value):
            return self.row_value(c.FILL, (term,))
        return term if term.level == "row" else self.row_value(c.EXPAND, x=term.register).times(term.scale)

    def on_paths(self, term: Term) -> Value:
        """A term as a path register. Raises Unsupported for a row column."""
        if not isinstance(term, Value):
            return self.constant(term)
        if term.level == "row":
            raise Unsupported("", "a column by row where one by path is needed")
        return term

    def minus(self, a: Value, b: Value, *, rows: bool) -> Value:
        """a - b, by row where rows are needed."""
        if (a.level, a.register) == (b.level, b.register):
            return replace(a, scale=a.scale - b.scale)
        if rows:
            return self.row_value(c.MIX, (a.scale, -b.scale, 0.0), x=a.register, w=b.register)
        a, b = self.by_path(a), self.by_path(b)
        if a.register == b.register:
            return replace(a, scale=a.scale - b.scale)
        return self.line(a, b, -1.0)

    def line(self, a: Value, b: Value, factor: float = 1.0, add: float = 0.0) -> Value:
        """a + factor b + add, by path."""
        return self.path_value(c.LINE, (a.scale, factor * b.scale, add), x=a.register, w=b.register)

    def of_two(self, op: int, a: Value, b: Value) -> Value:
        """LEAST or MOST of two path values."""
        return self.path_value(op, (a.scale, b.scale), x=a.register, w=b.register)

    def product(self, value: Value, factor: Term) -> Value:
        """A value times a term, on the value's level. Raises Unsupported for a row column on a path value."""
        if not isinstance(factor, Value):
            return value.times(factor)
        if value.level == "row":
            w = self.on_rows(factor)
            return self.row_value(c.TIMES, (value.scale * w.scale,), x=value.register, w=w.register)
        factor = self.on_paths(factor)
        scale = value.scale * factor.scale
        return self.path_value(c.PRODUCT, (scale,), x=value.register, w=factor.register)

    def above(self, a: Value, b: Value, factor: float = 1.0, add: float = 0.0) -> Value:
        """1 where a > factor b + add, by path."""
        return self.path_value(c.ABOVE, (a.scale, factor * b.scale, add), x=a.register, w=b.register)

    # layers

    def row_terms(self, terms: Sequence[Term]) -> tuple[int, int]:
        """Terms as consecutive row registers: the first, and how many."""
        first = self.rows(len(terms))
        for i, term in enumerate(terms):
            if not isinstance(term, Value):
                self.emit(c.FILL, (term,), z=first + i)
            elif term.level == "row":
                self.emit(c.LOAD, x=term.register, z=first + i)
            else:
                self.emit(c.EXPAND, x=term.register, z=first + i)
        return first, len(terms)

    def path_terms(self, terms: Sequence[Term]) -> tuple[int, int]:
        """Terms as consecutive path registers: the first, and how many."""
        first = self.paths(len(terms))
        for i, term in enumerate(terms):
            if isinstance(term, Value):
                v = self.on_paths(term)
                self.emit(c.LEAST, (v.scale, v.scale), x=v.register, w=v.register, z=first + i)
            else:
                self.emit(c.SET, (term,), z=first + i)
        return first, len(terms)

    def layered(self, op: int, value: Value, head: Sequence[float], layers: Layers, slot: int = -1) -> Value:
        """An instruction that ends in layers: constants as parameters, else term columns."""
        plain = constants(layers)
        z = self.paths() if op == c.PASS else self.rows()
        terms = (-1, 0)
        if plain is None:
            columns = [t for layer in layers for t in layer.terms]
            terms = self.path_terms(columns) if op == c.PASS else self.row_terms(columns)
        self.emit(op, (value.scale, *head, *(plain or ())), x=value.register, z=z, terms=terms, slot=slot)
        return Value("path" if op == c.PASS else "row", z)

    # the end

    @property
    def sizes(self) -> tuple[int, int]:
        """Row and path registers of a chunk; the path inputs are among the latter."""
        return self._rows, self._paths + len(self.path_inputs)

    def finish(self, kept: Sequence[int]) -> Code:
        """The arrays of the program, registers numbered for good: inputs first."""
        end = [-1] * c.WIDTH
        end[c.BASE] = len(self._parameters)
        rows = [[self._final(i, v) for i, v in enumerate(step)] for step in [*self._code, end]]
        keys = {scope: i for i, scope in enumerate(self.layout.keys)}
        ordered = {c.RUN, c.KEY, c.DRAW, c.PEAK}
        return Code(
            np.array(rows, np.int64),
            np.array(self._parameters or [0.0]),
            np.array([self._final(c.X, k) for k in kept], np.int64),
            np.array([keys[scope] if scope else -1 for scope in self.slots] or [0], np.int64),
            np.array([any(step[c.OP] in ordered for step in self._code)], np.int64),
        )

    def _final(self, column: int, value: int) -> int:
        if column in (c.OP, c.BASE):
            return value
        if value >= _PATH:
            return value - _PATH + len(self.path_inputs)
        return value - _ROW + len(self.row_inputs) if value >= _ROW else value


def _input(known: list[Column], column: Column) -> int:
    if column not in known:
        known.append(column)
    return known.index(column)
