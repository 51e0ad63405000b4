"""Claims of a block as rows in the order of its paths and, where it matters, of the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.happenings import Claims, Needs, gathered
from quanyu.engine.loaders import kernels
from quanyu.formula import Column, TextColumn

__all__ = ["Rows", "rows_of"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Keys: TypeAlias = NDArray[np.int32]
Number = TypeVar("Number", np.float64, np.int64)


@dataclass(frozen=True)
class Rows:
    """Claims of a block, one cover's amount a row.

    ptr: where each path starts, shape (paths + 1,). Other columns are by row, None or absent where nothing reads them:
    instant the clock, cover the cover's code, recovered what comes back, unit whose claim it is, keys the dense number
    of each scope's key within its path. needs: what they were drawn for.
    """

    ptr: Ints
    amount: Floats
    needs: Needs = field(default_factory=Needs)
    instant: Floats | None = None
    cover: Keys | None = None
    recovered: Floats | None = None
    unit: Ints | None = None
    fields: Mapping[str, Column] = field(default_factory=dict)
    keys: Mapping[str, Keys] = field(default_factory=dict)


def rows_of(parts: Sequence[Claims], needs: Needs, scopes: Mapping[str, tuple[str, ...]]) -> Rows:
    """The claims of all perils as rows; within a path by the clock if it is needed, then as drawn, then by cover.

    scopes: the key columns of each scope whose keys are needed.
    """
    codes = sorted({code for part in parts for code in part.amounts})
    firsts = np.concatenate([[0], np.cumsum([part.size for part in parts])]).astype(np.int64)
    amounts = np.zeros((len(codes), int(firsts[-1])))
    for part, first in zip(parts, firsts, strict=False):
        for code, values in part.amounts.items():
            amounts[codes.index(code), first : first + part.size] = values
    order, claim_ptr = _order(parts, firsts, clock=needs.clock)
    size = int(np.count_nonzero(amounts > 0.0))
    amount, cover, source = np.empty(size), np.empty(size, np.int32), np.empty(size, np.int64)
    ptr = np.zeros_like(claim_ptr)
    kernels().spread_rows(amounts, order, claim_ptr, ptr, (amount, cover, source))
    instant = _stacked([p.clock for p in parts])[source] if needs.clock else None
    returned = [np.zeros(p.size) if p.returned is None else p.returned for p in parts]
    unit = _stacked([p.unit for p in parts])[source] if all(p.unit is not None for p in parts) and parts else None
    table = _Table(parts, source, cover)
    return Rows(
        ptr=ptr,
        amount=amount,
        needs=needs,
        instant=instant,
        cover=np.array(codes, np.int32)[cover] if needs.cover else None,
        recovered=_stacked(returned)[source] * amount if needs.recovered else None,
        unit=unit,
        fields={name: table.field(name) for name in sorted(needs.fields) if table.has(name)},
        keys={scope: table.keys(columns, ptr) for scope, columns in scopes.items()},
    )


def _order(parts: Sequence[Claims], firsts: Ints, *, clock: bool) -> tuple[Ints, Ints]:
    """The claims path by path, and where each path starts."""
    if len(parts) == 1 and not clock:
        return np.arange(firsts[-1]), parts[0].ptr
    order = np.empty(int(firsts[-1]), np.int64)
    ptr = np.zeros_like(parts[0].ptr)
    clocks = _stacked([p.clock for p in parts]) if clock else np.empty(0)
    kernels().order_claims(np.stack([p.ptr for p in parts]), firsts, clocks, ptr, order)
    return order, ptr


def _stacked(columns: Sequence[NDArray[Number] | None]) -> NDArray[Number]:
    known = [c for c in columns if c is not None]
    assert len(known) == len(columns)
    return known[0] if len(known) == 1 else np.concatenate(known)


@dataclass(frozen=True)
class _Table:
    """Columns of the claims, read row by row."""

    parts: Sequence[Claims]
    source: Ints
    cover: Keys

    def has(self, name: str) -> bool:
        return any(name in part.fields for part in self.parts)

    def field(self, name: str) -> Column:
        """A field of the claims; missing where a peril does not have it."""
        columns = [part.fields.get(name) for part in self.parts]
        return gathered(_joined(columns, [part.size for part in self.parts]), self.source)

    def keys(self, columns: Sequence[str], ptr: Ints) -> Keys:
        """Numbers from 0 within each path for the combinations of several key columns."""
        found = np.zeros(self.source.size, np.int32)
        for name in columns:
            if name not in ("period", "term"):
                out = np.empty_like(found)
                kernels().number_keys(ptr, found, self._codes(name), out)
                found = out
        return found

    def _codes(self, name: str) -> Ints:
        """A key column as whole numbers; a key that nothing says is the claim's own: below 0, where no other is."""
        if name == "cover":
            return self.cover.astype(np.int64)
        if any(_drawn(part, name) is not None for part in self.parts):
            drawn = [_drawn(part, name) for part in self.parts]
            return _stacked([own if k is None else k for k, own in zip(drawn, self._own, strict=True)])[self.source]
        own = _stacked(self._own)[self.source]
        column = self.field(name) if self.has(name) else None
        if isinstance(column, TextColumn):
            return np.where(column.codes < 0, own, column.codes.astype(np.int64))
        if isinstance(column, np.ndarray):
            values = column.astype(np.float64) + 0.0
            return np.where(np.isnan(values), own, values.view(np.int64))
        return own

    @property
    def _own(self) -> list[Ints]:
        return [-1 - part.claim for part in self.parts if part.claim is not None]


def _drawn(part: Claims, name: str) -> Ints | None:
    """A key column that the peril itself makes."""
    if name in part.keys:
        return part.keys[name]
    if name in ("insured", "policy"):
        return part.keys.get("insured", part.unit)
    return part.event if name == "event" else part.claim if name == "claim" else None


def _joined(columns: Sequence[Column | None], sizes: Sequence[int]) -> Column:
    """One column of several perils."""
    if len(columns) == 1 and columns[0] is not None:
        return columns[0]
    if any(isinstance(c, TextColumn) for c in columns):
        known = tuple(dict.fromkeys(v for c in columns if isinstance(c, TextColumn) for v in c.values))
        codes = [
            np.array([known.index(v) for v in c.values], np.int32)[c.codes] if isinstance(c, TextColumn)
            else np.full(n, -1, np.int32)
            for c, n in zip(columns, sizes, strict=True)
        ]  # fmt: skip
        return TextColumn(np.concatenate(codes), known)
    filled = [
        np.full(n, np.nan) if c is None else np.broadcast_to(np.asarray(c), n)
        for c, n in zip(columns, sizes, strict=True)
    ]
    if any(f.dtype == bool for f in filled) and all(c is not None for c in columns):
        return np.concatenate(filled)
    return np.concatenate([f.astype(np.float64) for f in filled])
