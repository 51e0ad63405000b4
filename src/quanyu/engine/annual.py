"""A programme ready to be simulated: one program for all its flows, and how to fill its blocks with claims."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.carried import SHARED, with_carried
from quanyu.engine.compiled import Compiled
from quanyu.engine.dated import BASES, DATE, Dates, MembersUndated, dates_of, not_simulated, several, with_dates
from quanyu.engine.happenings import OCCURRED, Drawn, Needs, Strand, draw_claims
from quanyu.engine.ordering import Rows, rows_of
from quanyu.engine.premium_flow import PremiumSplit, as_shares
from quanyu.formula import Column, Expression, names, parse
from quanyu.language.scopes import scope_columns
from quanyu.perils import FrequencySeverity, Lookup
from quanyu.perils.generator import base_of
from quanyu.terms import Finding
from quanyu.waterfall import kernel_codes
from quanyu.waterfall.columns import Block
from quanyu.waterfall.kernel_program import Feed, Layout, Outputs, Program, Unsupported
from quanyu.waterfall.lower import lower
from quanyu.waterfall.plan import Plan, ScopeColumns, Taker

__all__ = ["PERIOD_BITS", "Annual", "Rows", "build_annual"]

Ints: TypeAlias = NDArray[np.int64]
_OWN_KEYS = frozenset({"insured", "policy"})
_ORDERED = (kernel_codes.RUN, kernel_codes.KEY, kernel_codes.DRAW)
PERIOD_BITS = 32
"""A year's number is its path, and above so many bits its period."""
_DERIVED = ("services", "surplus")


@dataclass(frozen=True)
class Annual:
    """All that a simulated year needs. plans: the sides the program runs, in order, members of pools by date."""

    compiled: Compiled
    drawn: Drawn
    premium: PremiumSplit
    plans: tuple[Plan, ...]
    program: Program
    dates: Dates

    @property
    def horizon(self) -> int:
        """Years of one path."""
        assumptions = self.compiled.programme.assumptions
        return assumptions.horizon if assumptions is not None else 1

    @cached_property
    def ordered(self) -> bool:
        """Whether the order of claims within a year matters."""
        steps = self.program.code.instructions
        instants = (steps[:, kernel_codes.OP] == kernel_codes.PEAK) & (
            steps[:, kernel_codes.SLOT] == kernel_codes.BY_INSTANT
        )
        return bool(np.isin(steps[:, kernel_codes.OP], _ORDERED).any() or instants.any())

    @cached_property
    def scopes(self) -> Mapping[str, tuple[str, ...]]:
        """The key columns of the scopes whose keys the program reads."""
        known = {name: scope for plan in self.plans for name, scope in plan.scopes.items()}
        known.setdefault("event", scope_columns("event", self.compiled.programme))
        return {name: known[name].columns for name in self.program.layout.keys if name in self.program.slots}

    @cached_property
    def needs(self) -> Needs:
        """What the program reads of a claim."""
        read: set[str] = set()
        for column in self.program.rows:
            own = {column.name} if column.expression is None else set(names(column.expression))
            read |= (own - {old for old, _ in column.renamed}) | {new for _, new in column.renamed}
        keys = {c for columns in self.scopes.values() for c in columns if c not in ("period", "term")}
        covered = self.program.code.instructions[:, kernel_codes.OP] == kernel_codes.COVERED
        fields = {*self.drawn.fields, *(n for n in self.program.layout.rows if "@" in n or n.startswith(DATE))}
        returned = any(s.recovery is not None for s in self.drawn.strands)
        return Needs(
            clock=self.ordered,
            cover=bool(covered.any()),
            recovered=returned and ("recoveries" in read or self._smaller),
            fields=frozenset((read | keys) & fields),
            keys=frozenset(keys),
        )

    @property
    def _smaller(self) -> bool:
        """Whether what comes back makes the loss smaller before it is split."""
        part = self.compiled.programme.recoveries
        return part is not None and part.basis == "loss-reduction"

    @cached_property
    def plain(self) -> tuple[FrequencySeverity, str, Strand] | None:
        """The one peril and cover whose amounts are all that is read: they are drawn straight into the block."""
        strands = self.drawn.strands
        if len(strands) != 1 or self.drawn.series or self.needs.keys or self.needs != Needs(cover=self.needs.cover):
            return None
        strand = strands[0]
        simple = len(strand.amounts) == 1 and strand.claims is None and not strand.covers and not self.needs.cover
        if not simple or not isinstance(strand.peril, FrequencySeverity):
            return None
        cover, law = next(iter(strand.amounts.items()))
        lowest = law.values[0] if isinstance(law, Lookup) else law.cells[0, 0]
        return (strand.peril, cover, strand) if lowest >= 0.0 else None

    def draw(self, seed: int, years: range) -> Rows:
        """The claims of a block of years as rows in order."""
        if self.plain is not None:
            peril, cover, strand = self.plain
            happened = peril.draw(seed, years)
            amount = np.empty(int(happened.ptr[-1]))
            strand.amounts[cover].fill(base_of(seed, f"{peril.name}/amount/{cover}"), years.start, happened.ptr, amount)
            return Rows(happened.ptr, amount, self.needs)
        period = years.start >> PERIOD_BITS
        return self._rows(rows_of(draw_claims(self.drawn, seed, years, self.needs), self.needs, self.scopes), period)

    def _rows(self, rows: Rows, period: int) -> Rows:
        """With the date and premium of a claim's unit, and what comes back taken off where the programme says so."""
        amount, recovered = rows.amount, rows.recovered
        if self._smaller and recovered is not None:
            amount, recovered = np.maximum(amount - recovered, 0.0), None
        premiums = [n for n in self.needs.fields if n.startswith("premium@")]
        fields = {**rows.fields, **self._premiums(premiums, rows.unit), **self._dates(rows, period)}
        return Rows(rows.ptr, amount, rows.needs, rows.instant, rows.cover, recovered, rows.unit, fields, rows.keys)

    def _dates(self, rows: Rows, period: int) -> dict[str, Column]:
        """The dates of claims that choose the members of pools."""
        found: dict[str, Column] = {}
        for name in self.needs.fields:
            basis = name.removeprefix(DATE)
            if name == OCCURRED:
                found[name] = self.dates.days(period, np.asarray(rows.fields[name], np.float64))
            elif name != basis and rows.unit is not None:
                days = self.dates.of_points(basis, period)
                found[name] = days[self._points(rows.unit)]
        return found

    def _points(self, unit: Ints) -> Ints:
        """The model point of each unit."""
        counts = self.drawn.exposure.counts
        return np.minimum(np.searchsorted(np.cumsum(counts), unit, side="right"), counts.size - 1)

    def _premiums(self, columns: list[str], unit: Ints | None) -> dict[str, Column]:
        exposure = self.drawn.exposure
        if not columns or exposure.premium is None or unit is None:
            return {}
        each = np.array([float(p) for p in exposure.premium])
        return dict.fromkeys(columns, each[self._points(unit)])

    def fill(self, block: Block, rows: Rows, paths: int) -> None:
        """Puts rows into a block and seals it."""
        size = int(rows.ptr[-1])
        block.ptr[: paths + 1] = rows.ptr
        if rows.instant is not None:
            block.instant[:size] = rows.instant
        if rows.cover is not None:
            block.cover[:size] = rows.cover
        for scope, key in rows.keys.items():
            block.key(scope)[:size] = key
        given: dict[str, Column] = {**rows.fields, "losses": rows.amount}
        if rows.recovered is not None:
            given["recoveries"] = rows.recovered
        for column in self.program.rows:
            if column.expression is None and column.name in given:
                block.column(column.name)[:size] = np.asarray(given[column.name], np.float64)
        block.seal(paths, rows=given)


def build_annual(
    compiled: Compiled, drawn: Drawn, premium: PremiumSplit, *, details: bool = False
) -> Annual | list[Finding]:
    """The program of all flows of a simulated year.

    details: also what each step takes of one occurrence, what reaches it, and whether it is exhausted.
    """
    dates = dates_of(compiled.programme, drawn.exposure)
    try:
        plans = [with_dates(plan, dates) for plan in _plans(compiled, drawn)]
    except Unsupported as refused:
        return [not_simulated(refused)]
    except MembersUndated as undated:
        return [undated.finding]
    for n, plan in enumerate(plans):
        shared = as_shares(plan, premium, drawn.exposure) if plan.flow == "premium" else plan
        if shared is None:
            return [
                not_simulated(Unsupported(f"premium.{plan.side}", "terms of single units before a bounded account"))
            ]
        plans[n] = shared
    layout = _layout(compiled, drawn, premium, plans=plans, details=details)
    wanted = Outputs(occurrence=details, by="event" if details else None, exhaustion=details, reached=details)
    try:
        _refuse(compiled, drawn)
        program = lower(_feeds(compiled, plans), wanted, layout)
    except Unsupported as refused:
        return [not_simulated(refused)]
    return Annual(compiled, drawn, premium, tuple(plans), program, dates)


def _refuse(compiled: Compiled, drawn: Drawn) -> None:
    """What blocks of years cannot do."""
    back = compiled.programme.recoveries
    returned = [s.recovery is not None for s in drawn.strands]
    if back is None or not any(returned):
        return
    smaller = back.basis == "loss-reduction"
    if back.restores != smaller and not (smaller and all(returned) and not drawn.series):
        raise Unsupported("recoveries", "limits given back to some claims and not to others")


def _plans(compiled: Compiled, drawn: Drawn) -> Iterator[Plan]:
    """The sides that have to run year by year; the premium is the same every year unless a fund takes part."""
    recovered = any(s.recovery is not None for s in drawn.strands)
    part = compiled.programme.recoveries
    smaller = part is not None and part.basis == "loss-reduction"
    for (flow, side), plan in compiled.plans.items():
        if flow == "premium" and not any(step.taker is Taker.ACCOUNT for step in plan.steps):
            continue
        if flow == "calls" or (flow == "recoveries" and (not recovered or smaller)):
            continue
        if (flow, side) == ("losses", "to") and len(plan.steps) == 1 and not several(plan):
            continue
        yield plan


def _feeds(compiled: Compiled, plans: list[Plan]) -> list[Feed]:
    """What the program splits, in order."""
    feeds = [_feed(compiled, plan, plans) for plan in plans]
    surplus = compiled.programme.surplus
    return with_carried(surplus, feeds) if surplus is not None and _carries(compiled) else feeds


def _carries(compiled: Compiled) -> bool:
    surplus = compiled.programme.surplus
    return surplus is not None and surplus.carry == "deficit"


def _feed(compiled: Compiled, plan: Plan, plans: list[Plan]) -> Feed:
    """A plan and what it splits. The second side of a derived amount splits what the first did: balances have moved."""
    if plan.flow in _DERIVED:
        first = next(p for p in plans if p.flow == plan.flow)
        part = getattr(compiled.programme, plan.flow)
        amount = SHARED if plan.flow == "surplus" and _carries(compiled) else f"max(0, {part.amount.text})"
        parsed = parse(amount if plan is first else plan.flow, part.amount.place)
        assert isinstance(parsed, Expression)
        return Feed(plan, parsed)
    return Feed(plan, plan.flow)


def _layout(compiled: Compiled, drawn: Drawn, premium: PremiumSplit, *, plans: list[Plan], details: bool) -> Layout:
    scopes: dict[str, ScopeColumns] = {}
    for plan in plans:
        scopes |= dict(plan.scopes)
    if details:
        scopes.setdefault("event", scope_columns("event", compiled.programme))
    single = drawn.exposure.units <= 1 and not drawn.identified
    whole = frozenset(n for n, s in scopes.items() if single and s.columns and set(s.columns) <= {*_OWN_KEYS, "period"})
    keys = [n for n, s in scopes.items() if n not in whole and _keyed(s)]
    apart = [f"premium@{n}" for n, s in scopes.items() if n not in whole and _of_one_unit(s, drawn)]
    rows = ["losses", "recoveries", *drawn.fields, *apart, *(f"{DATE}{basis}" for basis in BASES)]
    horizon = compiled.programme.assumptions.horizon if compiled.programme.assumptions else 1
    return Layout(
        rows=tuple(dict.fromkeys(rows)),
        constants=_constants(premium, plans, horizon),
        covers=tuple(compiled.programme.covers),
        keys=tuple(keys),
        whole=whole,
        periods=horizon,
    )


def _of_one_unit(scope: ScopeColumns, drawn: Drawn) -> bool:
    """Whether `premium` at a scope is that of one unit among several."""
    known = drawn.exposure.units > 1 and drawn.exposure.each != "period" and not drawn.identified
    return known and ("claim" in scope.closure or bool(_OWN_KEYS & scope.closure))


def _constants(premium: PremiumSplit, plans: list[Plan], horizon: int) -> dict[str, float]:
    """What the premium comes to, under the names that terms read; a side that the program runs says it itself."""
    run = {plan.side for plan in plans if plan.flow == "premium"}
    constants: dict[str, float] = {"premium": float(premium.total), "premium@term": float(premium.total) * horizon}
    for (side, path), amount in premium.steps.items():
        if side not in run:
            constants[f"premium.{side}.{path.replace('/', '.')}"] = float(amount)
    if "to" not in run:
        constants |= {f"premium.to.{party}": float(v) for party, v in premium.received.items()}
    if "from" not in run:
        constants |= {f"premium.{party}": float(v) for party, v in premium.paid.items()}
    return constants


def _keyed(scope: ScopeColumns) -> bool:
    columns = set(scope.columns)
    return bool(columns - {"period", "term"}) and "claim" not in scope.closure
