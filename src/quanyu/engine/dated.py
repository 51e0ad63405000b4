"""Pools whose members change by date, in simulated years: each claim has the members of its own date.

A pool with several groups of members becomes a pool of one whose shares read the date of the claim, so that everything
else treats it as any pool with shares of the risk. Dates are day numbers (`date.toordinal`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.exposure import Exposure
from quanyu.formula import Expression, parse
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Text
from quanyu.waterfall.kernel_program import Unsupported
from quanyu.waterfall.plan import Plan, PlanPool, PlanStep, Taker, Version

__all__ = [
    "BASES",
    "DATE",
    "Dates",
    "MembersUndated",
    "after",
    "dates_of",
    "not_simulated",
    "renewed",
    "several",
    "with_dates",
]

DATE = "date."
"""What the columns of dates begin with: `date.occurred`. No field of a file has a dot in its name."""
BASES = ("occurred", "attached", "issued")
_DAY = dt.timedelta(1)


class MembersUndated(Exception):  # noqa: N818 - carries a finding about the user's assumptions
    """Members change by a date that the model points do not state."""

    def __init__(self, pool: PlanPool) -> None:
        super().__init__(pool.name)
        basis = pool.basis
        self.finding = Finding(
            "members-undated",
            None,
            Text(
                f"{pool.name} 的成员按 {basis} 变动，模型点却没有写 {basis}",
                f"the members of {pool.name} change by the date `{basis}`, which the model points do not state",
            ),
            Text(
                f"在 assumptions.exposure 的 fields 里写 {basis}: 2026-03-01，先后不同的各写一点",
                f"state `{basis}: 2026-03-01` among the fields of each model point, one point a date",
            ),
        )


@dataclass(frozen=True)
class Dates:
    """The days of simulated claims. years: the first day of each year of a path. points: by basis, the date that each
    model point states for its first year; its policy is renewed on the same day of every year.
    """

    years: tuple[dt.date, ...]
    points: Mapping[str, tuple[dt.date | None, ...]]

    def days(self, period: int, fraction: NDArray[np.float64]) -> NDArray[np.float64]:
        """The day of each claim of a year from its time of the calendar year, a fraction of 365 days."""
        start = self.years[period]
        table = [dt.date(2001, 1, 1) + n * _DAY for n in range(365)]
        later = [start.year + ((d.month, d.day) < (start.month, start.day)) for d in table]
        days = np.array([d.replace(year=y).toordinal() for d, y in zip(table, later, strict=True)], np.float64)
        return days[np.clip((fraction * 365.0).astype(np.int64), 0, 364)]

    def of_points(self, basis: str, period: int) -> NDArray[np.float64]:
        """The day of each model point in a year; NaN where it states none."""
        dates = self.points[basis]
        return np.array([np.nan if d is None else after(d, period).toordinal() for d in dates])

    def in_force(self, pool: PlanPool) -> tuple[Version, ...]:
        """The groups of members that simulated claims may have. Raises Unsupported, MembersUndated."""
        first, last = self._window(pool.basis)
        due = [v for v in pool.versions if v.since is None or v.since <= last]
        begun = [n for n, v in enumerate(due) if v.since is None or v.since <= first]
        if not begun:
            raise Unsupported(pool.name, f"the pool has no members on {first}")
        found = tuple(due[begun[-1] :])
        if len(found) > 1 and pool.basis != "occurred" and None in self.points[pool.basis]:
            raise MembersUndated(pool)
        return found

    def _window(self, basis: str) -> tuple[dt.date, dt.date]:
        whole = [self.years[0], after(self.years[-1], 1) - _DAY]
        if basis == "occurred":
            return whole[0], whole[1]
        stated = self.points[basis]
        days = [after(d, k) for d in stated if d is not None for k in range(len(self.years))]
        days += whole if None in stated else []
        return min(days), max(days)

    def parts(self, period: int, pools: Iterable[PlanPool]) -> list[tuple[Fraction, dt.date]]:
        """A year cut where members change by `occurred`: each part of the year with its first day."""
        start, end = self.years[period], after(self.years[period], 1)
        changes = {v.since for p in pools if p.basis == "occurred" for v in p.versions if v.since is not None}
        cuts = [start, *sorted(c for c in changes if start < c < end), end]
        whole = (end - start).days
        return [(Fraction((b - a).days, whole), a) for a, b in pairwise(cuts)]


def dates_of(programme: Programme, exposure: Exposure) -> Dates:
    """The simulated years end with the version's period, or begin with it where it has no end or is shorter."""
    horizon = programme.assumptions.horizon if programme.assumptions is not None else 1
    since, until = programme.period.since or programme.version, programme.period.until
    start = since if until is None else max(since, after(until + _DAY, -horizon))
    points = {basis: tuple(_date(row.get(basis)) for row in exposure.rows) for basis in BASES}
    return Dates(tuple(after(start, k) for k in range(horizon)), points)


def after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; 28 February for the 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def renewed(value: object, years: int) -> str:
    """A stated date so many years later, as it is stated."""
    day = _date(value)
    return str(value) if day is None else after(day, years).isoformat()


def _date(value: object) -> dt.date | None:
    try:
        return None if value is None else dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def several(plan: Plan) -> list[PlanPool]:
    """The pools of a plan's steps, and the pools inside them, that have groups of members with dates."""
    found = _reached(plan, [s.party for s in plan.steps if s.taker is Taker.POOL and s.party is not None])
    return [pool for pool in found.values() if pool.by is None and any(v.since is not None for v in pool.versions)]


def _reached(plan: Plan, names: Sequence[str]) -> dict[str, PlanPool]:
    found: dict[str, PlanPool] = {}
    queue = list(names)
    while queue:
        name = queue.pop()
        if name in plan.pools and name not in found:
            found[name] = plan.pools[name]
            queue += [m for v in plan.pools[name].versions for m, _ in v.shares]
    return found


def with_dates(plan: Plan, dates: Dates) -> Plan:
    """The plan with one group of members a pool, whose shares read the date of the claim where members change.

    The premium of a year is spread over its days. Raises Unsupported where the members' parts are no shares of single
    claims, MembersUndated.
    """
    payers = [s.reinstatement.payer for s in plan.steps if s.reinstatement is not None and s.reinstatement.payer]
    names = [s.party for s in plan.steps if s.taker is Taker.POOL and s.party is not None]
    found = _reached(plan, [*names, *payers])
    if all(p.by is not None or all(v.since is None for v in p.versions) for p in found.values()):
        return plan
    writer = _Writer(plan, dates)
    for step in plan.steps:
        _refuse(plan, step, writer)
    pools = {name: writer.pool(pool) for name, pool in found.items() if pool.by is None}
    return replace(plan, pools={**plan.pools, **pools})


def _refuse(plan: Plan, step: PlanStep, writer: "_Writer") -> None:
    where = f"{plan.flow}.{plan.side}/{step.path}"
    changing = step.taker is Taker.POOL and writer.changes(str(step.party))
    if changing and plan.flow not in ("losses", "recoveries", "premium"):
        raise Unsupported(where, "members change while the years run, and the amount has no date")
    paid = step.reinstatement
    if paid is not None and (changing or (paid.payer in plan.pools and writer.changes(str(paid.payer)))):
        raise Unsupported(where, "reinstatement premium of a pool whose members change while the years run")


@dataclass(frozen=True)
class _Writer:
    """Writes the shares of a plan's pools as expressions."""

    plan: Plan
    dates: Dates

    def changes(self, name: str) -> bool:
        """Whether members of the pool, or of a pool inside it, change among simulated claims."""
        pool = self.plan.pools.get(name)
        if pool is None or pool.by is not None:
            return False
        versions = self.dates.in_force(pool)
        return len(versions) > 1 or any(self.changes(m) for v in versions for m, _ in v.shares)

    def pool(self, pool: PlanPool) -> PlanPool:
        """The pool with one group of members."""
        if not self.changes(pool.name):
            return replace(pool, versions=(Version(None, self.dates.in_force(pool)[0].shares),))
        shares = tuple((member, _parsed(text)) for member, text in self._texts(pool).items())
        return replace(pool, versions=(Version(None, shares),))

    def _texts(self, pool: PlanPool) -> dict[str, str]:
        """The share of each member, those of changing pools inside it in their stead."""
        versions = self.dates.in_force(pool)
        groups = [self._group(version) for version in versions]
        members = dict.fromkeys(m for group in groups for m in group)
        since = [v.since.toordinal() if v.since is not None else 0 for v in versions]
        return {m: self._chosen(pool, since, [g.get(m, "0") for g in groups]) for m in members}

    def _group(self, version: Version) -> dict[str, str]:
        parts: dict[str, list[str]] = defaultdict(list)
        for member, share in version.shares:
            if self.changes(member):
                for inner, text in self._texts(self.plan.pools[member]).items():
                    parts[inner].append(f"({share.text}) * ({text})")
            else:
                parts[member].append(f"({share.text})")
        return {member: " + ".join(texts) for member, texts in parts.items()}

    def _chosen(self, pool: PlanPool, since: Sequence[int], texts: Sequence[str]) -> str:
        """The last group that has begun on the claim's day; of premium, by the days that each is in force."""
        if self.plan.flow == "premium":
            return self._weighted(pool, since, texts)
        chosen = texts[0]
        for begin, text in zip(since[1:], texts[1:], strict=True):
            chosen = f"if({DATE}{pool.basis} >= {begin}, {text}, {chosen})"
        return chosen

    def _weighted(self, pool: PlanPool, since: Sequence[int], texts: Sequence[str]) -> str:
        if len(texts) == 1:
            return texts[0]
        years = {tuple(self._weights(pool, since, k)) for k in range(len(self.dates.years))}
        if pool.basis != "occurred" or len(years) > 1:
            raise Unsupported(f"premium.{self.plan.side}", f"a fund takes part in premium, and {pool.name} changes")
        return " + ".join(f"({weight}) * ({text})" for weight, text in zip(years.pop(), texts, strict=True))

    def _weights(self, pool: PlanPool, since: Sequence[int], period: int) -> list[Fraction]:
        weights = [Fraction(0)] * len(since)
        for part, day in self.dates.parts(period, [pool]):
            weights[max(n for n, begin in enumerate(since) if n == 0 or begin <= day.toordinal())] += part
        return weights


def _parsed(text: str) -> Expression:
    parsed = parse(text)
    assert isinstance(parsed, Expression)
    return parsed


def not_simulated(refused: Unsupported) -> Finding:
    """What blocks of years cannot run, as a finding."""
    return Finding(
        "not-simulated",
        None,
        Text(f"这一条款不能模拟：{refused}", f"this cannot be simulated: {refused}"),
        Text("改写条款，或只结算不模拟", "word the term differently, or settle without simulating"),
    )
