"""Whole fen in columns: the fold of many claims each of which stands alone, step by step over all of them at once.

It gives what `fold` gives for each claim in a history of its own. Sainte-Laguë is reached by rounding every share and
moving single units to where the quotient asks for them (as in `apportion.Seats`).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import Expression, constant, names
from quanyu.waterfall.apportion import half_up
from quanyu.waterfall.plan import Plan, PlanPool, PlanStep, Stage, Taker, Version

__all__ = ["OWN_SCOPES", "Columns", "Take", "bounded", "seats", "split_alone", "stands_alone"]

Amounts = NDArray[np.int64]
Flags = NDArray[np.bool_]

OWN_SCOPES = frozenset({"claim", "policy", "insured"})
"""Scopes whose running totals no two claims share when each is a policy of its own."""

_SIDE = (Taker.PARTY, Taker.POOL, Taker.ACCOUNT, Taker.INSURED, Taker.FIELD, Taker.GROUP)
_READS_MONEY = ("amount", "premium")
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class Take:
    """What one taker takes of every claim in one step, in fen. party: its name; by: the column that names it, if so."""

    step: int
    party: str
    amounts: Amounts
    by: bool = False


@dataclass(frozen=True)
class Columns:
    """What the rows say. values: an expression on every row, exact. day: a date column, days since 1970-01-01."""

    values: Callable[[Expression], Sequence[object]]
    day: Callable[[str], NDArray[np.int64]]


def stands_alone(plan: Plan) -> bool:
    """Whether the split of a claim does not depend on any other's, in the forms that `split_alone` knows."""
    return all(_plain(plan, step) for step in plan.steps)


def _plain(plan: Plan, step: PlanStep) -> bool:
    scopes = {s.scope for s in step.stages} | {c.scope for c in step.caps}
    terms = [t for s in step.stages for t in (s.attachment, s.limit) if t is not None] + [c.amount for c in step.caps]
    terms += [] if step.share is None else [step.share]
    pools = [plan.pools[step.party]] if step.taker is Taker.POOL and step.party is not None else []
    return (
        step.taker in _SIDE
        and scopes <= OWN_SCOPES
        and step.inside != "tower"
        and step.covers is None
        and step.reinstatement is None
        and step.causes is None
        and not any(s.franchise is not None or s.bands for s in step.stages)
        and all(constant(s.attachment) is not None for s in step.stages if s.attachment is not None)
        and not any(name.split(".")[0] in _READS_MONEY for term in terms for name in names(term))
        and all(_fixed(plan, pool) for pool in pools)
        and (step.taker is not Taker.ACCOUNT or (plan.receiving and plan.accounts[str(step.party)].ceiling is None))
    )


def _fixed(plan: Plan, pool: PlanPool) -> bool:
    return pool.by is None and all(
        constant(share) is not None and member not in plan.pools and (member in plan.parties or member == "insured")
        for version in pool.versions
        for member, share in version.shares
    )


def split_alone(plan: Plan, amounts: Amounts, columns: Columns) -> list[Take] | None:
    """Who takes what of every claim, amounts in fen of shape (rows,), or None where the plan is not of that kind.

    Also None where amounts are too large for 64 bits, a term is negative, no number or without a value, a pool has no
    members on a row's day, or money is left with nobody: `fold` then says what is wrong.
    """
    if not stands_alone(plan) or (amounts < 0).any():
        return None
    split = _Split(plan, columns)
    try:
        left = split.run(plan.roots, amounts)
    except (_Otherwise, OverflowError):
        return None
    return None if left.any() else split.takes


class _Otherwise(Exception):  # noqa: N818 - the rows are no matter for columns
    """The rows do not lend themselves to columns."""


@dataclass
class _Split:
    plan: Plan
    columns: Columns
    takes: list[Take] = field(default_factory=list)

    def run(self, steps: Sequence[int], amounts: Amounts) -> Amounts:
        for index in steps:
            amounts = self.step(self.plan.steps[index], amounts)
        return amounts

    def step(self, step: PlanStep, amounts: Amounts) -> Amounts:
        taken = amounts
        if step.when is not None:
            taken = np.where(self._flags(step.when), taken, 0)
        for stage in step.stages:
            taken = self._stage(stage, taken)
        if step.share is not None:
            taken = self._portion(step.share, taken)
        for cap in step.caps:
            taken = np.minimum(taken, self._fen(cap.amount))
        kept = self.run(step.children, taken) if step.inside == "steps" else taken
        if step.taker is Taker.GROUP:
            return amounts - (taken - kept)
        self._give(step, kept)
        return amounts - taken

    def _stage(self, stage: Stage, amounts: Amounts) -> Amounts:
        if stage.attachment is not None:
            attachment = self._fen(stage.attachment)
            whole = Fraction(constant(stage.attachment) or 0) * 100
            if whole.denominator != 1:
                raise _Otherwise
            amounts = np.maximum(amounts - attachment, 0)
        return amounts if stage.limit is None else np.minimum(amounts, self._fen(stage.limit))

    def _portion(self, share: Expression, amounts: Amounts) -> Amounts:
        fixed = constant(share)
        if fixed is not None:
            return _portion(amounts, Fraction(fixed))
        values = self.columns.values(share)
        if not all(isinstance(value, Fraction) and 0 <= value <= 1 for value in values):
            raise _Otherwise
        pairs = zip(amounts.tolist(), values, strict=True)
        parts = [half_up(Fraction(value) * amount) for amount, value in pairs if isinstance(value, Fraction)]
        return np.array(parts, np.int64)

    def _give(self, step: PlanStep, amounts: Amounts) -> None:
        name = str(step.party)
        if step.taker is Taker.POOL:
            self._pool(step, self.plan.pools[name], amounts)
        elif step.taker is Taker.INSURED:
            self.takes.append(Take(step.index, "insured", amounts))
        else:
            self.takes.append(Take(step.index, name, amounts, by=step.taker is Taker.FIELD))

    def _pool(self, step: PlanStep, pool: PlanPool, amounts: Amounts) -> None:
        for version, mine in self._eras(pool, amounts):
            members = [member for member, _ in version.shares]
            shares = [Fraction(constant(share) or 0) for _, share in version.shares]
            if sum(shares) != 1 or min(shares) < 0:
                raise _Otherwise
            for member, part in zip(members, seats(mine, shares), strict=True):
                self.takes.append(Take(step.index, member, part))

    def _eras(self, pool: PlanPool, amounts: Amounts) -> list[tuple[Version, Amounts]]:
        if len(pool.versions) == 1 and pool.versions[0].since is None:
            return [(pool.versions[0], amounts)]
        days = self.columns.day(pool.basis)
        since = [_days(version.since) for version in pool.versions]
        place = np.searchsorted(np.array(since), days, side="right") - 1
        if ((place < 0) & (amounts > 0)).any():
            raise _Otherwise
        return [(version, np.where(place == n, amounts, 0)) for n, version in enumerate(pool.versions)]

    def _flags(self, condition: Expression) -> Flags:
        values = self.columns.values(condition)
        if not all(isinstance(value, bool) for value in values):
            raise _Otherwise
        return np.fromiter(values, bool, len(values))

    def _fen(self, term: Expression) -> Amounts:
        """A term in fen, half-up; no bound is the largest number."""
        fixed = constant(term)
        if fixed is not None:
            return np.array(_whole(fixed), np.int64)
        values = self.columns.values(term)
        return np.fromiter((_whole(value) for value in values), np.int64, len(values))


def _whole(value: object) -> int:
    if value == float("inf"):
        return _LARGEST
    if not isinstance(value, Fraction) or value < 0:
        raise _Otherwise
    return half_up(value * 100)


def _portion(amounts: Amounts, share: Fraction) -> Amounts:
    if not 0 <= share <= 1:
        raise _Otherwise
    bounded(amounts, 2 * share.denominator)
    found: Amounts = (2 * share.numerator * amounts + share.denominator) // (2 * share.denominator)
    return found


def seats(amounts: Amounts, shares: Sequence[Fraction]) -> list[Amounts]:
    """Sainte-Laguë of every amount over the same members."""
    whole = lcm(*(share.denominator for share in shares))
    weights = np.array([share.numerator * (whole // share.denominator) for share in shares], np.int64)[:, None]
    bounded(amounts, 4 * whole)
    parts = (2 * amounts[None, :] * weights + whole) // (2 * whole)
    while (missing := amounts - parts.sum(axis=0)).any():
        over, under = np.flatnonzero(missing < 0), np.flatnonzero(missing > 0)
        if under.size:
            np.add.at(parts, (_first(weights, parts[:, under]), under), 1)
        if over.size:
            np.subtract.at(parts, (_last(weights, parts[:, over]), over), 1)
    return list(parts)


def _first(weights: Amounts, parts: Amounts) -> NDArray[np.intp]:
    """Of every column the member with the largest weight / (2 units + 1), of equals the one written first."""
    best = np.zeros(parts.shape[1], np.intp)
    columns = np.arange(parts.shape[1])
    for i in range(1, len(weights)):
        better = weights[i] * (2 * parts[best, columns] + 1) > weights[best, 0] * (2 * parts[i] + 1)
        best = np.where(better, i, best)
    return best


def _last(weights: Amounts, parts: Amounts) -> NDArray[np.intp]:
    """Of every column the member that holds the last unit: the smallest weight / (2 units - 1), the later of equals."""
    worst = np.full(parts.shape[1], -1, np.intp)
    columns = np.arange(parts.shape[1])
    for i in range(len(weights)):
        held = parts[i] > 0
        smaller = weights[i] * (2 * parts[worst, columns] - 1) <= weights[worst, 0] * (2 * parts[i] - 1)
        worst = np.where(held & ((worst < 0) | smaller), i, worst)
    return worst


def bounded(amounts: Amounts, factor: int) -> None:
    """Raises OverflowError where amounts times a factor do not fit into 64 bits."""
    if amounts.size and int(amounts.max()) * factor >= _LARGEST:
        raise OverflowError


def _days(day: dt.date | None) -> int:
    return -(2**40) if day is None else (day - dt.date(1970, 1, 1)).days
