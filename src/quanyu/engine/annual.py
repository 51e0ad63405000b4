"""A programme ready to be simulated: one program for all its flows, and how to fill its blocks with claims."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.compiled import Compiled
from quanyu.engine.happenings import Claims, Drawn, draw_claims
from quanyu.engine.premium_flow import PremiumSplit
from quanyu.formula import Column, Expression, TextColumn, parse
from quanyu.perils import FrequencySeverity
from quanyu.perils.generator import base_of
from quanyu.terms import Finding, Text
from quanyu.waterfall import kernel_codes
from quanyu.waterfall.columns import Block
from quanyu.waterfall.kernel_program import Feed, Layout, Outputs, Program, Unsupported
from quanyu.waterfall.lower import lower
from quanyu.waterfall.plan import Plan, ScopeColumns, Taker

__all__ = ["Annual", "Rows", "build_annual"]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
_OWN_KEYS = frozenset({"insured", "policy"})
_ORDERED = (kernel_codes.RUN, kernel_codes.KEY, kernel_codes.DRAW, kernel_codes.PEAK)


@dataclass(frozen=True)
class Rows:
    """Claims of a block in the order of its paths and, where it matters, of the clock.

    ptr: where each path starts, shape (paths + 1,). columns: every other column by row; None where a block needs only amounts.
    """

    ptr: Ints
    amount: Floats
    instant: Floats | None = None
    cover: NDArray[np.int32] | None = None
    recovered: Floats | None = None
    fields: Mapping[str, Column] = field(default_factory=dict)
    keys: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)


@dataclass(frozen=True)
class Annual:
    """All that a simulated year needs. plans: the sides the program runs, in order."""

    compiled: Compiled
    drawn: Drawn
    premium: PremiumSplit
    plans: tuple[Plan, ...]
    program: Program
    ordered: bool

    @property
    def horizon(self) -> int:
        """Years of one path."""
        assumptions = self.compiled.programme.assumptions
        return assumptions.horizon if assumptions is not None else 1

    @property
    def plain(self) -> FrequencySeverity | None:
        """The one peril whose amounts alone the program reads, where it is so: they can be drawn straight into the block."""
        one = len(self.drawn.strands) == 1 and not self.drawn.series and not self.ordered
        if not one or self.program.layout.keys or self._reads_rows:
            return None
        strand = self.drawn.strands[0]
        simple = len(strand.amounts) == 1 and strand.claims is None and strand.recovery is None and not strand.covers
        return strand.peril if simple and isinstance(strand.peril, FrequencySeverity) else None

    @property
    def _reads_rows(self) -> bool:
        """Whether the program reads more of a row than its amount."""
        covered = bool((self.program.code.instructions[:, kernel_codes.OP] == kernel_codes.COVERED).any())
        return covered or any(column.name != "losses" for column in self.program.rows)

    def draw(self, seed: int, years: range) -> Rows:
        """The claims of a block of years as rows in order."""
        peril = self.plain
        if peril is not None:
            strand = self.drawn.strands[0]
            happened = peril.draw(seed, years)
            amount = np.empty(int(happened.ptr[-1]))
            law = next(iter(strand.amounts.items()))
            law[1].fill(base_of(seed, f"{peril.name}/amount/{law[0]}"), years.start, happened.ptr, amount)
            return Rows(happened.ptr, amount)
        return self._ordered(draw_claims(self.drawn, seed, years), len(years))

    def _ordered(self, claims: Claims, paths: int) -> Rows:
        order = np.lexsort((claims.cover, claims.claim, claims.clock, claims.path))
        path = claims.path[order]
        ptr = np.searchsorted(path, np.arange(paths + 1))
        fields = {k: _taken(v, order) for k, v in claims.fields.items()}
        fields |= self._premiums(claims.unit[order])
        keys = {scope: _dense(self._scope_codes(scope, claims, order), path, ptr) for scope in self.program.layout.keys}
        return Rows(
            ptr, claims.amount[order], claims.clock[order], claims.cover[order], claims.recovered[order], fields, keys
        )

    def _premiums(self, unit: Ints) -> dict[str, Column]:
        """The premium of the unit a claim belongs to, for terms at its scopes."""
        exposure = self.drawn.exposure
        names = [n for n in self.program.layout.rows if n.startswith("premium@")]
        if not names or exposure.premium is None:
            return {}
        each = np.array([float(p) for p in exposure.premium])
        point = np.searchsorted(np.cumsum(exposure.counts), unit, side="right")
        return dict.fromkeys(names, each[np.minimum(point, each.size - 1)])

    def _scope_codes(self, scope: str, claims: Claims, order: NDArray[np.intp]) -> list[Ints]:
        columns = next(p.scopes[scope].columns for p in self.plans if scope in p.scopes)
        return [_codes(column, claims)[order] for column in columns]

    def fill(self, block: Block, rows: Rows, paths: int) -> None:
        """Puts rows into a block and seals it."""
        size = int(rows.ptr[-1])
        block.ptr[: paths + 1] = rows.ptr
        if any(c.expression is None and c.name == "losses" for c in self.program.rows):
            block.column("losses")[:size] = rows.amount
        if rows.instant is not None:
            block.instant[:size] = rows.instant
        if rows.cover is not None and self.program.layout.covers:
            block.cover[:size] = rows.cover
        if rows.recovered is not None and any(c.name == "recoveries" for c in self.program.rows):
            block.column("recoveries")[:size] = rows.recovered
        for scope, key in rows.keys.items():
            block.key(scope)[:size] = key
        for column in self.program.rows:
            if column.expression is None and column.name in rows.fields:
                block.column(column.name)[:size] = np.asarray(rows.fields[column.name], np.float64)
        block.seal(paths, rows={**rows.fields, "losses": rows.amount})


def _taken(column: Column, order: NDArray[np.intp]) -> Column:
    if isinstance(column, TextColumn):
        return TextColumn(column.codes[order], column.values)
    return column[order] if isinstance(column, np.ndarray) else column


def _codes(column: str, claims: Claims) -> Ints:
    """A key column as whole numbers; a key that nothing draws is the claim's own."""
    match column:
        case "claim":
            return claims.claim * 4096 + claims.cover
        case "event":
            return claims.event
        case "insured" | "policy":
            return claims.unit
        case "period" | "term":
            return np.zeros_like(claims.claim)
        case "cover":
            return claims.cover.astype(np.int64)
    if column in claims.keys:
        return claims.keys[column]
    drawn = claims.fields.get(column)
    if isinstance(drawn, TextColumn):
        return drawn.codes.astype(np.int64)
    return drawn.astype(np.int64) if isinstance(drawn, np.ndarray) else -1 - claims.claim


def _dense(columns: list[Ints], path: Ints, ptr: Ints) -> NDArray[np.int32]:
    """Numbers from 0 within each path for the combinations of several key columns."""
    key = path.copy()
    for column in columns:
        low = int(column.min(initial=0))
        span = int(column.max(initial=0)) - low + 1
        _, code = np.unique(key * span + (column - low), return_inverse=True)
        key = code.astype(np.int64)
    if not key.size:
        return key.astype(np.int32)
    # Combinations are numbered in the order of their paths, for the path is their first part.
    counts = np.diff(ptr)
    first = np.minimum.reduceat(key, ptr[:-1][counts > 0])
    return np.asarray(key - np.repeat(first, counts[counts > 0]), np.int32)


def build_annual(
    compiled: Compiled, drawn: Drawn, premium: PremiumSplit, *, details: bool = False
) -> Annual | list[Finding]:
    """The program of all flows of a simulated year.

    details: also what each step takes of one occurrence, what reaches it, and whether it is exhausted (the report shows it).
    """
    plans = list(_plans(compiled, drawn))
    layout = _layout(compiled, drawn, premium, plans)
    by = "event" if "event" in layout.keys else None
    wanted = Outputs(occurrence=details, by=by, exhaustion=details, reached=details)
    try:
        program = lower([_feed(compiled, plan) for plan in plans], wanted, layout)
    except Unsupported as refused:
        return [
            Finding(
                "not-simulated",
                None,
                Text(f"这一条款不能模拟：{refused}", f"this cannot be simulated: {refused}"),
                Text("改写条款，或只结算不模拟", "word the term differently, or settle without simulating"),
            )
        ]
    operations = program.code.instructions[:, kernel_codes.OP]
    ordered = bool(np.isin(operations, _ORDERED).any())
    return Annual(compiled, drawn, premium, tuple(plans), program, ordered)


def _plans(compiled: Compiled, drawn: Drawn) -> Iterator[Plan]:
    """The sides that have to run year by year; what the premium does is the same every year unless a fund receives it."""
    recovered = any(s.recovery is not None for s in drawn.strands)
    for (flow, side), plan in compiled.plans.items():
        if flow == "premium" and not any(step.taker is Taker.ACCOUNT for step in plan.steps):
            continue
        if flow == "calls" or (flow == "recoveries" and (not recovered or side == "from")):
            continue
        if (flow, side) == ("losses", "to") and len(plan.steps) == 1:
            continue
        yield plan


def _feed(compiled: Compiled, plan: Plan) -> Feed:
    if plan.flow in ("services", "surplus"):
        part = getattr(compiled.programme, plan.flow)
        parsed = parse(part.amount.text, part.amount.place)
        assert isinstance(parsed, Expression)
        return Feed(plan, parsed)
    return Feed(plan, plan.flow)


def _layout(compiled: Compiled, drawn: Drawn, premium: PremiumSplit, plans: list[Plan]) -> Layout:
    scopes: dict[str, ScopeColumns] = {}
    for plan in plans:
        scopes |= dict(plan.scopes)
    single = drawn.exposure.units <= 1
    whole = frozenset(n for n, s in scopes.items() if single and s.columns and set(s.columns) <= {*_OWN_KEYS, "period"})
    keys = [n for n, s in scopes.items() if n not in whole and _keyed(s)]
    apart = [f"premium@{n}" for n, s in scopes.items() if _OWN_KEYS & set(s.columns) and n not in whole]
    rows = ["losses", "recoveries", *_fields(drawn), *apart]
    constants: dict[str, float] = {"premium": float(premium.total)}
    constants |= {f"premium.{side}.{path.replace('/', '.')}": float(v) for (side, path), v in premium.steps.items()}
    constants |= {f"premium.to.{party}": float(v) for party, v in premium.received.items()}
    constants |= {f"premium.{party}": float(v) for party, v in premium.paid.items()}
    horizon = compiled.programme.assumptions.horizon if compiled.programme.assumptions else 1
    constants["premium@term"] = float(premium.total) * horizon
    return Layout(
        rows=tuple(dict.fromkeys(rows)), constants=constants, covers=tuple(compiled.programme.covers),
        keys=tuple(keys), whole=whole, periods=horizon, on=_basis_date(compiled),
    )  # fmt: skip


def _basis_date(compiled: Compiled) -> dt.date:
    return compiled.programme.period.until or compiled.programme.version


def _keyed(scope: ScopeColumns) -> bool:
    columns = set(scope.columns)
    return bool(columns - {"period", "term"}) and "claim" not in scope.closure


def _fields(drawn: Drawn) -> list[str]:
    names = dict.fromkeys(drawn.exposure.columns)
    for strand in drawn.strands:
        names |= dict.fromkeys(strand.columns)
    return [n for n in names if n not in ("losses", "recoveries")]
