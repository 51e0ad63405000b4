"""Whole fen in columns: the fold of many claims at few instants, with the running totals that they share.

It gives what `fold` gives to the same rows: step by step over all rows, instant by instant, where rows of one instant
share what is short by largest remainder and a pool's members by Sainte-Laguë on the total over the claims in order.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import constant
from quanyu.waterfall.alone import Columns, Take, bounded, seats
from quanyu.waterfall.apportion import half_up, spread
from quanyu.waterfall.plan import Plan, PlanPool, PlanStep, Stage, Taker

__all__ = ["Claims", "counts_together", "split_together"]

Amounts = NDArray[np.int64]
Flags = NDArray[np.bool_]

_TAKERS = (Taker.PARTY, Taker.POOL, Taker.ACCOUNT, Taker.INSURED, Taker.FIELD, Taker.GROUP)


@dataclass(frozen=True)
class Claims:
    """Rows in the order of the queue: by instant, within it by claim and cover.

    amounts: fen. batch: the place of each row's instant, from 0 on. covers: the cover of each row. keys: for the
    columns of every scope a number for each combination of their values. paid_in: money into accounts by account, as
    the batch before whose claims it comes and fen.
    """

    amounts: Amounts
    batch: Amounts
    covers: Sequence[str | None]
    keys: Mapping[tuple[str, ...], Amounts]
    columns: Columns
    paid_in: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)


def counts_together(plan: Plan) -> bool:
    """Whether the plan is of the forms that `split_together` knows: constant terms, nothing caused or restored."""
    return all(_plain(plan, step) for step in plan.steps)


def _plain(plan: Plan, step: PlanStep) -> bool:
    terms = [t for s in step.stages for t in (s.attachment, s.limit) if t is not None] + [c.amount for c in step.caps]
    whole = all((value := constant(t)) is not None and (value * 100).denominator == 1 for t in terms)
    pools = [plan.pools[step.party]] if step.taker is Taker.POOL and step.party is not None else []
    return (
        step.taker in _TAKERS
        and whole
        and step.inside != "tower"
        and step.reinstatement is None
        and step.causes is None
        and not any(s.franchise is not None or s.bands for s in step.stages)
        and (step.share is None or constant(step.share) is not None)
        and all(_one_pool(plan, pool) for pool in pools)
        and (step.taker is not Taker.ACCOUNT or not plan.receiving)
    )


def _one_pool(plan: Plan, pool: PlanPool) -> bool:
    """Whether the pool has the same members with constant shares on all days."""
    return (
        pool.by is None
        and len(pool.versions) == 1
        and pool.versions[0].since is None
        and all(
            constant(share) is not None and member not in plan.pools and (member in plan.parties or member == "insured")
            for member, share in pool.versions[0].shares
        )
    )


def split_together(plan: Plan, claims: Claims, *, idle: Collection[int] = ()) -> list[Take] | None:
    """Who takes what of every row, nothing being booked before; None where the plan or the amounts are not of the kind.

    None also where money is left with nobody or a condition has no value: `fold` then says what is wrong. idle: steps
    that nothing may enter, else None. Where those are all the steps that do not reopen, what stands as booked does not
    matter: a take that stands is at most what enters.
    """
    if not counts_together(plan) or (claims.amounts < 0).any():
        return None
    split = _Together(plan, claims, frozenset(idle))
    try:
        left = split.run(plan.roots, claims.amounts)
    except (_Otherwise, OverflowError):
        return None
    return None if left.any() else split.takes


class _Otherwise(Exception):  # noqa: N818 - the rows are no matter for columns
    """The rows do not lend themselves to columns."""


class _Together:
    def __init__(self, plan: Plan, claims: Claims, idle: frozenset[int]) -> None:
        self.plan, self.claims, self.idle = plan, claims, idle
        self.takes: list[Take] = []
        self.seated: dict[tuple[int, str], int] = defaultdict(int)
        edges = np.flatnonzero(np.diff(claims.batch)) + 1
        bounds = [0, *edges.tolist(), len(claims.batch)]
        self.spans = [(low, high) for low, high in pairwise(bounds) if high > low]

    def run(self, steps: Sequence[int], amounts: Amounts) -> Amounts:
        for index in steps:
            amounts = self.step(self.plan.steps[index], amounts)
        return amounts

    def step(self, step: PlanStep, amounts: Amounts) -> Amounts:
        taken = np.where(self._entering(step), amounts, 0)
        if step.index in self.idle and taken.any():
            raise _Otherwise
        for stage in step.stages:
            taken = self._stage(stage, taken)
        if step.share is not None:
            taken = self._share(Fraction(constant(step.share) or 0), taken)
        if step.caps or step.taker is Taker.ACCOUNT:
            taken = self._bound(step, taken)
        kept = self.run(step.children, taken) if step.inside == "steps" else taken
        if step.taker is Taker.GROUP:
            return amounts - (taken - kept)
        self._give(step, kept)
        return amounts - taken

    def _entering(self, step: PlanStep) -> Flags:
        enters = np.ones(len(self.claims.amounts), bool)
        if step.covers is not None:
            enters &= np.fromiter((cover in step.covers for cover in self.claims.covers), bool, len(enters))
        if step.when is not None:
            values = self.claims.columns.values(step.when)
            if not all(isinstance(value, bool) for value in values):
                raise _Otherwise
            enters &= np.fromiter(values, bool, len(values))
        return enters

    # ------------------------------------------------------------ running totals

    def _stage(self, stage: Stage, amounts: Amounts) -> Amounts:
        low = 0 if stage.attachment is None else _fen(constant(stage.attachment))
        high = None if stage.limit is None else _fen(constant(stage.limit))
        keys = self.claims.keys[stage.columns]
        totals = np.zeros(int(keys.max(initial=0)) + 1, np.int64)
        out = np.zeros_like(amounts)
        for start, stop in self.spans:
            mine, asked = keys[start:stop], amounts[start:stop]
            before = totals.copy()
            np.add.at(totals, mine, asked)
            passed = _passed(totals, low, high) - _passed(before, low, high)
            out[start:stop] = _fitted(asked, mine, passed, totals - before)
        return out

    def _bound(self, step: PlanStep, amounts: Amounts) -> Amounts:
        """Caps in written order, then the account, instant by instant; caps erode by what is taken in the end."""
        caps = [_Eroding(_fen(constant(cap.amount)), self.claims.keys[cap.columns]) for cap in step.caps]
        account = self._account(str(step.party)) if step.taker is Taker.ACCOUNT else None
        out = np.zeros_like(amounts)
        for start, stop in self.spans:
            taken = amounts[start:stop]
            if not taken.any():
                continue
            for cap in caps:
                taken = cap.fitted(taken, start, stop)
            if account is not None:
                taken = account.fitted(taken, int(self.claims.batch[start]))
            for cap in caps:
                np.add.at(cap.taken, cap.keys[start:stop], taken)
            out[start:stop] = taken
        return out

    def _account(self, name: str) -> "_Balance":
        account = self.plan.accounts[name]
        most = None if account.ceiling is None else half_up(account.ceiling * 100)
        waiting = sorted(self.claims.paid_in.get(name, ()), key=lambda one: one[0])
        return _Balance(half_up(account.opening * 100), most, waiting)

    def _share(self, share: Fraction, amounts: Amounts) -> Amounts:
        """The share of the running total rounded; the difference of an instant by largest remainder."""
        if not 0 <= share <= 1:
            raise _Otherwise
        bounded(amounts.sum(keepdims=True), share.denominator)
        before, out = 0, np.zeros_like(amounts)
        for start, stop in self.spans:
            due = amounts[start:stop] * share.numerator
            after = before + int(due.sum())
            total = half_up(Fraction(after, share.denominator)) - half_up(Fraction(before, share.denominator))
            out[start:stop] = _largest(total, due // share.denominator, due % share.denominator)
            before = after
        return out

    # ------------------------------------------------------------ who

    def _give(self, step: PlanStep, amounts: Amounts) -> None:
        name = str(step.party)
        if step.taker is Taker.POOL:
            self._pool(step, self.plan.pools[name], amounts)
        elif step.taker is Taker.INSURED:
            self.takes.append(Take(step.index, "insured", amounts))
        else:
            self.takes.append(Take(step.index, name, amounts, by=step.taker is Taker.FIELD))

    def _pool(self, step: PlanStep, pool: PlanPool, amounts: Amounts) -> None:
        version = pool.versions[0]
        shares = [Fraction(constant(share) or 0) for _, share in version.shares]
        if sum(shares) != 1 or min(shares) < 0:
            raise _Otherwise
        totals = np.cumsum(amounts)
        for (member, _), seated in zip(version.shares, seats(totals, shares), strict=True):
            self.takes.append(Take(step.index, member, np.diff(seated, prepend=0)))


class _Eroding:
    """A cap of one amount for every key, with what was taken of each."""

    def __init__(self, bound: int, keys: Amounts) -> None:
        self.bound, self.keys = bound, keys
        self.taken = np.zeros(int(keys.max(initial=0)) + 1, np.int64)

    def fitted(self, asked: Amounts, start: int, stop: int) -> Amounts:
        """What is asked of one instant, no more than there is room for."""
        mine, entered = self.keys[start:stop], np.zeros_like(self.taken)
        np.add.at(entered, mine, asked)
        room = np.minimum(entered, np.maximum(self.bound - self.taken, 0))
        return _fitted(asked, mine, room, entered)


@dataclass
class _Balance:
    """An account that gives: its balance, the most it holds, and money that comes before the claims of a batch."""

    balance: int
    most: int | None
    waiting: list[tuple[int, int]]

    def fitted(self, asked: Amounts, batch: int) -> Amounts:
        """What is asked of one instant, no more than there is."""
        while self.waiting and self.waiting[0][0] <= batch:
            self.balance += self.waiting.pop(0)[1]
            self.balance = self.balance if self.most is None else min(self.balance, self.most)
        whole = int(asked.sum())
        room = min(whole, max(self.balance, 0))
        self.balance -= room
        return _fitted(asked, np.zeros(len(asked), np.int64), np.array([room]), np.array([whole]))


def _fen(value: Fraction | None) -> int:
    fen = Fraction(value or 0) * 100
    if fen < 0 or fen.denominator != 1:
        raise _Otherwise
    return fen.numerator


def _passed(totals: Amounts, low: int, high: int | None) -> Amounts:
    passed: Amounts = np.maximum(totals - low, 0)
    return passed if high is None else np.minimum(passed, high)


def _fitted(asked: Amounts, keys: Amounts, room: Amounts, entered: Amounts) -> Amounts:
    """What is asked, of keys where more entered than there is room for its share of the room by largest remainder."""
    short = room != entered
    if not short.any():
        return asked
    out = np.where(short[keys], 0, asked)
    places = np.flatnonzero(short[keys] & (asked > 0) & (room[keys] > 0))
    for key, mine in _by_key(places, keys[places]):
        out[mine] = _spread(int(room[key]), asked[mine])
    return out


def _by_key(places: NDArray[np.intp], keys: Amounts) -> list[tuple[int, NDArray[np.intp]]]:
    if not places.size:
        return []
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    return list(zip(found.tolist(), np.split(places[order], starts[1:]), strict=True))


def _spread(total: int, weights: Amounts) -> Amounts:
    if len(weights) == 1:
        return np.array([total], np.int64)
    whole = int(weights.sum())
    if int(weights.max()) * total >= 2**62:
        return np.array(spread(total, [int(weight) for weight in weights]), np.int64)
    products = weights * total
    return _largest(total, products // whole, products % whole)


def _largest(total: int, floors: Amounts, over: Amounts) -> Amounts:
    """The units that the floors leave go one each to those furthest over, ties to the earlier."""
    left = total - int(floors.sum())
    parts = floors.copy()
    if left:
        parts[np.argsort(-over, kind="stable")[:left]] += 1
    return parts
