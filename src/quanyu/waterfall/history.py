"""What a waterfall is told: increments of claims, premium, money into accounts. Phase 1 puts them in order."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias

from quanyu.formula import Given
from quanyu.terms import Finding, Text
from quanyu.waterfall.plan import Plan

__all__ = ["Amount", "Deposit", "History", "Increment", "Instant", "Mark", "Premium", "Row", "normalise"]

Amount: TypeAlias = int | Fraction
"""Money: whole fen in settlement, exact yuan in examples."""

Instant: TypeAlias = Any
"""A point of the flow's clock: a date, a time or a number, of one kind throughout a history."""

Mark: TypeAlias = tuple[str, str, str, int]
"""What names an increment from one replay to the next: claim, cover, instant, and which of these it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """One increment of a claim, negative where it takes back.

    instant: the clock of the flow's queue. keys: the key columns (event, insured, policy, period, declared ones); a
    claim has one of each. fields: what else a term may read, named values and facts resolved; `occurred` orders a
    claim's rows where it is given, and pools read `attached`, `issued` or `occurred` here.
    """

    claim: str
    cover: str | None
    instant: Instant
    amount: Amount
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, Given] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Premium:
    """Premium as known now. `keys` as of a row; `parts` are the readings `premium.<name>` of it (who paid, earned)."""

    amount: Amount
    keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parts: Mapping[str, Amount] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money into an account at an instant, up to its ceiling; negative for what another flow drew."""

    account: str
    instant: Instant
    amount: Amount


@dataclass(frozen=True, slots=True)
class History:
    """All facts of one flow as known now.

    members: the fields of the members that calls and pools `by` a field are shared over.
    borne: for recoveries, by claim and party: what each finally bears.
    """

    rows: tuple[Row, ...]
    premium: tuple[Premium, ...] = ()
    deposits: tuple[Deposit, ...] = ()
    members: Mapping[str, Mapping[str, Amount]] = field(default_factory=lambda: MappingProxyType({}))
    borne: Mapping[str, Mapping[str, Amount]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Increment:
    """A row after phase 1: not negative, its keys and fields those of the claim, `batch` the place of its instant."""

    claim: str
    cover: str | None
    instant: Instant
    batch: int
    amount: Amount
    mark: Mark
    keys: Mapping[str, str]
    fields: Mapping[str, Given]
    paid: Mapping[str, Given]


def normalise(
    plan: Plan, rows: Sequence[Row], held: frozenset[Mark] = frozenset(), *, scale: int = 1
) -> tuple[list[Increment], list[Finding]]:
    """Phase 1: increments above zero in the order of the queue, within an instant by claim and cover.

    A reduction cancels the latest increments of its claim. An event's period is that of its first row. Fields are those
    of the claim's first row (of the cover), each row's own stay in `paid`. Marks in `held` are kept at zero.
    scale: units of the amounts in one of the programme's money, for what is said.
    Findings: `claim-below-zero`; `key-disagrees` where a claim has two keys of a kind, or a key does not fix another.
    """
    order = sorted(range(len(rows)), key=lambda n: (rows[n].instant, rows[n].amount < 0))
    fields = _first_fields(rows, order)
    periods = _first_periods(plan, rows, order)
    left, findings = _cancelled(rows, order, scale)
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    live = []
    for n in order:
        row = rows[n]
        if row.amount < 0:
            continue
        name = (row.claim, str(row.cover), str(row.instant))
        counts[name] += 1
        mark = (*name, counts[name])
        if left[n] or mark in held:
            event = row.keys.get("event")
            keys = {**row.keys, **periods[event]} if event is not None and event in periods else row.keys
            live.append((row, left[n], mark, keys, fields.get((row.claim, row.cover), row.fields)))
    live.sort(key=lambda item: (item[0].instant, item[2]))
    return _increments(live), findings + _disagreements(plan, live)


_FIXED_BY_CLAIM = ("event", "policy", "insured", "period")

_Live: TypeAlias = tuple[Row, Amount, Mark, Mapping[str, str], Mapping[str, Given]]


def _increments(live: Sequence[_Live]) -> list[Increment]:
    out: list[Increment] = []
    batch = -1
    last: Instant = None
    for row, amount, mark, keys, fields in live:
        if batch < 0 or row.instant != last:
            batch, last = batch + 1, row.instant
        out.append(Increment(row.claim, row.cover, row.instant, batch, amount, mark, keys, fields, row.fields))
    return out


def _cancelled(rows: Sequence[Row], order: Iterable[int], scale: int) -> tuple[list[Amount], list[Finding]]:
    """What is left of every increment after all reductions."""
    left: list[Amount] = [row.amount for row in rows]
    if all(amount >= 0 for amount in left):
        return left, []
    of_claim: dict[str, list[int]] = defaultdict(list)
    short: dict[str, Amount] = {}
    for n in order:
        row = rows[n]
        if row.amount >= 0:
            of_claim[row.claim].append(n)
            continue
        need = -row.amount
        for earlier in reversed(of_claim[row.claim]):
            cut = min(need, left[earlier])
            left[earlier] -= cut
            need -= cut
        if need:
            short[row.claim] = short.get(row.claim, 0) + need
    return left, [_below_zero(claim, Fraction(need) / scale) for claim, need in short.items()]


def _below_zero(claim: str, need: Fraction) -> Finding:
    over = f"{float(need):,.2f}"
    return Finding(
        "claim-below-zero",
        None,
        Text(f"赔案 {claim} 的冲减多出 {over}", f"claim {claim} is reduced by {over} more than it holds"),
        Text("冲减不能超过已记金额", "a reduction cannot exceed what stands"),
    )


def _first_fields(rows: Sequence[Row], order: Sequence[int]) -> dict[tuple[str, str | None], Mapping[str, Given]]:
    """The fields of claims with several rows, each name as of the first row that states it."""
    seen: set[tuple[str, str | None]] = set()
    several: dict[tuple[str, str | None], list[int]] = {}
    for n in order:
        name = (rows[n].claim, rows[n].cover)
        if name in seen:
            several[name] = []
        seen.add(name)
    if several:
        for n in order:
            if (rows[n].claim, rows[n].cover) in several:
                several[rows[n].claim, rows[n].cover].append(n)
    out: dict[tuple[str, str | None], Mapping[str, Given]] = {}
    for name, members in several.items():
        merged: dict[str, Given] = {}
        for n in sorted(members, key=lambda n: _occurred(rows[n])):
            for field_name, value in rows[n].fields.items():
                merged.setdefault(field_name, value)
        out[name] = merged
    return out


def _occurred(row: Row) -> Instant:
    return row.fields.get("occurred", row.instant)


def _first_periods(plan: Plan, rows: Sequence[Row], order: Sequence[int]) -> dict[str, dict[str, str]]:
    """For every event, its periods: those of the row that occurred first."""
    columns = plan.determines.get("event", frozenset())
    first: dict[str, tuple[Instant, dict[str, str]]] = {}
    for n in order:
        row = rows[n]
        event = row.keys.get("event")
        if event is not None and (event not in first or _occurred(row) < first[event][0]):
            first[event] = (_occurred(row), {c: row.keys[c] for c in columns if c in row.keys})
    return {event: periods for event, (_, periods) in first.items()}


def _disagreements(plan: Plan, live: Sequence[_Live]) -> list[Finding]:
    """Keys that do not fix what they must: a claim its keys, a policy its insured."""
    rules = [("claim", _FIXED_BY_CLAIM), *((column, tuple(sorted(f))) for column, f in plan.determines.items())]
    found: dict[tuple[str, str, str], Finding] = {}
    for column, fixes in rules:
        seen: dict[str, dict[str, str]] = {}
        for row, _, _, keys, _ in live:
            value = row.claim if column == "claim" else keys.get(column)
            if value is None:
                continue
            first = seen.get(value)
            if first is None:
                seen[value] = {fixed: keys[fixed] for fixed in fixes if fixed in keys}
                continue
            for fixed in fixes:
                if fixed in keys and first.setdefault(fixed, keys[fixed]) != keys[fixed]:
                    found[column, value, fixed] = _disagrees(column, value, fixed)
    return list(found.values())


def _disagrees(column: str, value: str, fixed: str) -> Finding:
    return Finding(
        "key-disagrees",
        None,
        Text(f"{column} {value} 的各行 {fixed} 不一致", f"the rows of {column} {value} differ in {fixed}"),
        Text(f"同一 {column} 只能有一个 {fixed}", f"one {column} has one {fixed}"),
    )
