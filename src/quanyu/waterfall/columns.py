"""Blocks of paths, the state that lives from period to period, and running a program over them."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from quanyu.formula import Column as Given
from quanyu.formula import columns, names
from quanyu.waterfall.kernel_arrays import Facts, Floats, Ints, Keys, Scratch, Store
from quanyu.waterfall.kernel_codes import CHUNK_PATHS, CHUNK_ROWS
from quanyu.waterfall.kernel_program import Column, Program

__all__ = ["Block", "State", "kernel_folder", "load_kernel", "run", "user_cache"]

_LAST_STAMP = 2**31 - 1
_KERNEL = "quanyu.waterfall.kernel"


@dataclass(frozen=True, slots=True)
class State:
    """Account balances and totals without end, of shape registers x paths; `names` tells the registers apart."""

    values: Floats
    names: tuple[str, ...]

    @classmethod
    def opening(cls, program: Program, paths: int) -> "State":
        """The state before the first period."""
        values = np.zeros((max(len(program.states), 1), paths))
        for k, (_, opening) in enumerate(program.states):
            values[k] = opening
        return cls(values, tuple(name for name, _ in program.states))

    def reset(self, program: Program) -> None:
        """Back to the opening, in place."""
        for k, (_, opening) in enumerate(program.states):
            self.values[k] = opening

    def __getitem__(self, name: str) -> Floats:
        """The balance of an account on every path, to read or to write."""
        values: Floats = self.values[self.names.index(name)]
        return values


class Block:
    """Buffers of a program for up to so many paths and rows, used again block after block; one for each thread.

    Rows stand path by path, inside a path by the flow's clock; `ptr` (paths + 1) tells where each path starts. Write
    into the views, then `seal` the block with how much of it is used.
    """

    def __init__(self, program: Program, paths: int, rows: int, keys: Mapping[str, int] | None = None) -> None:
        """keys: for every scope with a key column, how many keys a path has at most (dense, from 0)."""
        layout, sizes = program.layout, keys or {}
        missing = set(program.slots) - sizes.keys() - {""}
        if missing:
            raise ValueError(f"how many keys has {', '.join(sorted(missing))}?")
        most = max((sizes[scope] for scope in program.slots if scope), default=1)
        self.program, self.paths, self.rows = program, 0, 0
        self._amounts = np.zeros((max(len(program.rows), 1), rows))
        self._by_path = np.zeros((len(program.paths), paths))
        self._instant = np.zeros(rows)
        self._cover = np.zeros(rows if layout.covers else 0, np.int32)
        self._keys = np.zeros((max(len(layout.keys), 1), rows if layout.keys else 0), np.int32)
        self._ptr = np.zeros(paths + 1, np.int64)
        self._scratch = _scratch(program, min(paths, CHUNK_PATHS), min(rows, CHUNK_ROWS))
        slots = max(len(program.slots), 1)
        self._store = Store(
            np.zeros((1, 0)), np.zeros((slots, most)), np.zeros((slots, most)),
            np.full((slots, most), -1, np.int32), np.zeros(1, np.int64),
        )  # fmt: skip

    @property
    def ptr(self) -> Ints:
        """Where each path's rows start; the last entry used is the number of rows."""
        return self._ptr

    @property
    def instant(self) -> Floats:
        """The flow's clock by row; equal instants of one path are simultaneous."""
        return self._instant

    @property
    def cover(self) -> Keys:
        """The cover's code by row, its place in the layout's `covers`."""
        return self._cover

    def key(self, scope: str) -> Keys:
        """The key of a scope by row, dense from 0 within a path and period."""
        keys: Keys = self._keys[self.program.layout.keys.index(scope)]
        return keys

    def column(self, name: str) -> Floats:
        """A row column that the program reads as it is given, such as the amounts of the losses."""
        column: Floats = self._amounts[self._place(self.program.rows, name)]
        return column

    def path_column(self, name: str) -> Floats:
        """A path column that the program reads as it is given."""
        column: Floats = self._by_path[self._place(self.program.paths, name)]
        return column

    @staticmethod
    def _place(inputs: tuple[Column, ...], name: str) -> int:
        for k, column in enumerate(inputs):
            if column.expression is None and column.name == name:
                return k
        raise KeyError(name)

    def seal(
        self,
        paths: int,
        *,
        rows: Mapping[str, Given] | None = None,
        by_path: Mapping[str, Given] | None = None,
    ) -> None:
        """Say how many paths are filled and evaluate the program's expressions.

        rows, by_path: the columns that expressions read and the block does not hold itself, of the lengths now in use.
        Raises EvaluationError where an expression has no value; ValueError where `ptr` falls or a code is out of range.
        """
        counts = np.diff(self._ptr[: paths + 1])
        if self._ptr[0] != 0 or (paths and counts.min() < 0) or self._ptr[paths] > self._instant.size:
            raise ValueError("ptr starts at 0, never falls, and ends within the rows of the block")
        self.paths, self.rows = paths, int(self._ptr[paths])
        self._check_codes()
        longest = int(counts.max()) if paths else 0
        if longest > self._scratch.found.size - 1:
            self._scratch = _scratch(self.program, self._scratch.paths.shape[1], longest)
        self._evaluate(counts, dict(rows or {}), dict(by_path or {}))

    def _check_codes(self) -> None:
        """The kernel reads at these codes without looking."""
        layout, most = self.program.layout, self._store.total.shape[1]
        held = [("cover", self._cover, len(layout.covers))] if layout.covers else []
        used = set(self.program.slots)
        held += [(scope, self._keys[k], most) for k, scope in enumerate(layout.keys) if scope in used]
        for name, codes, end in held:
            part = codes[: self.rows]
            if part.size and (part.min() < 0 or part.max() >= end):
                raise ValueError(f"the codes of {name} go from 0 to {end - 1}")

    def _evaluate(self, counts: Ints, rows: dict[str, Given], by_path: dict[str, Given]) -> None:
        program, held = self.program, dict(self.program.layout.constants)
        for k, column in enumerate(program.paths):
            if column.expression is None:
                by_path.setdefault(column.name, self._by_path[k, : self.paths])
        for k, column in enumerate(program.paths):
            if column.expression is not None and self.paths:
                table = _named(column, {**held, **by_path})
                self._by_path[k, : self.paths] = columns(column.expression, table, self.paths)
        for k, column in enumerate(program.rows):
            if column.expression is None:
                rows.setdefault(column.name, self._amounts[k, : self.rows])
        for k, column in enumerate(program.rows):
            if column.expression is not None and self.rows:
                spread = {name: np.repeat(np.asarray(by_path[name]), counts) for name in _wanted(column, by_path)}
                table = _named(column, {**held, **spread, **rows})
                self._amounts[k, : self.rows] = columns(column.expression, table, self.rows)

    def facts(self) -> Facts:
        """The block as the kernel reads it."""
        ptr = self._ptr[: self.paths + 1]
        return Facts(self._amounts, self._by_path, self._instant, self._cover, self._keys, ptr)

    def store(self, state: State) -> Store:
        """Totals by key, with stamps that no earlier path of this block has used."""
        if self._store.generation[0] + self.paths > _LAST_STAMP:
            self._store.stamp[:] = -1
            self._store.generation[0] = 0
        return self._store._replace(state=state.values)

    @property
    def scratch(self) -> Scratch:
        """The registers of one chunk."""
        return self._scratch


def _scratch(program: Program, paths: int, rows: int) -> Scratch:
    return Scratch(
        np.zeros((max(program.row_registers, 1), rows)), np.zeros((max(program.path_registers, 1), paths)),
        np.zeros(paths + 1, np.int64), np.zeros(rows + 1, np.int32), np.zeros(rows + 1),
    )  # fmt: skip


def _wanted(column: Column, by_path: Mapping[str, Given]) -> set[str]:
    return (
        set(by_path) & (names(column.expression) | {new for _, new in column.renamed}) if column.expression else set()
    )


def _named(column: Column, table: Mapping[str, Given]) -> dict[str, Given]:
    """The table under the names that a column's expression uses."""
    out = dict(table)
    if column.amount is not None and "amount" not in table and column.amount in table:
        out["amount"] = table[column.amount]
    return out | {old: table[new] for old, new in column.renamed}


def run(program: Program, block: Block, state: State, out: Floats, *, cache: Path | None = None) -> None:
    """Run a program over a sealed block, one call without the interpreter's lock: out[k, path], state moved on.

    out: float64 of shape (program.width, at least the block's paths), contiguous; `program.outputs` says what stands
    where. cache: see `load_kernel`.
    """
    if block.program is not program or state.names != tuple(name for name, _ in program.states):
        raise ValueError("the block and the state were made for another program")
    if out.shape[0] != program.width or out.shape[1] < block.paths or state.values.shape[1] < block.paths:
        raise ValueError("the result or the state is too small for the block")
    kernel = load_kernel(cache)
    kernel.run_block(program.code, block.facts(), block.store(state), block.scratch, out)


def load_kernel(cache: Path | None = None) -> ModuleType:
    """The compiled kernel, imported at first use: Numba alone costs half a second that `check` and a quote never need.

    cache: where compiled code is kept; the user's cache directory where nothing is said. The folder's name is a digest
    of the kernel's sources, for Numba looks only at the outermost function's file; its own key holds the processor.
    """
    if _KERNEL in sys.modules:
        return import_module(_KERNEL)
    config: Any = import_module("numba.core.config")
    before = config.CACHE_DIR
    config.CACHE_DIR = str(kernel_folder(cache))
    try:
        return import_module(_KERNEL)
    finally:
        config.CACHE_DIR = before


def kernel_folder(cache: Path | None = None) -> Path:
    """The folder of this version's compiled kernel under a cache directory."""
    return (cache or user_cache()) / _digest()


def user_cache() -> Path:
    """Where compiled kernels of this user are kept."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "quanyu" / "kernels"


def _digest() -> str:
    sources = sorted(Path(__file__).parent.glob("kernel*.py"))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
