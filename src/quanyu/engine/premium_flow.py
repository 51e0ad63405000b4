"""The premium of a simulated year: who pays it and who receives it, from the exposure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from quanyu.engine.compiled import Compiled, Side
from quanyu.engine.dated import BASES, Dates, MembersUndated, dates_of, not_simulated, renewed, several
from quanyu.engine.exposure import Exposure
from quanyu.formula import Expression, constant, parse
from quanyu.terms import Finding, Text
from quanyu.waterfall.fen import Exact
from quanyu.waterfall.fold import fold
from quanyu.waterfall.history import History, Premium, Row
from quanyu.waterfall.kernel_program import Unsupported
from quanyu.waterfall.plan import Plan, PlanStep

__all__ = ["PremiumSplit", "as_shares", "split_premium"]

_MOST_UNITS = 20_000
_OWN = frozenset({"claim", "policy", "insured"})


@dataclass(frozen=True)
class PremiumSplit:
    """The premium of one period in yuan. paid, received: by party. steps: by side and step path."""

    total: Fraction
    paid: Mapping[str, Fraction]
    received: Mapping[str, Fraction]
    steps: Mapping[tuple[Side, str], Fraction]


def split_premium(compiled: Compiled, exposure: Exposure) -> PremiumSplit | list[Finding]:
    """Splits the premium of all units, unit by unit where a budget or a fund counts across them.

    Where the members of a pool change, a unit has those of the dates it states, and the premium of the year is spread
    over its days. Findings: premium-too-many-units where the terms count across more than 20,000 units,
    members-undated, not-simulated where members would receive another part in each year of a path, or what the fold
    finds.
    """
    split: dict[Side, Mapping[str, Fraction]] = {"from": {}, "to": {}}
    steps: dict[tuple[Side, str], Fraction] = {}
    dates = dates_of(compiled.programme, exposure)
    for side in split:
        plan = compiled.plans.get(("premium", side))
        if plan is None:
            continue
        try:
            result = _dated(plan, exposure, dates)
        except Unsupported as refused:
            return [not_simulated(refused)]
        except MembersUndated as undated:
            return [undated.finding]
        if isinstance(result, list):
            return result
        split[side], by_step = result
        steps |= {(side, path): amount for path, amount in by_step.items()}
    return PremiumSplit(exposure.total_premium, split["from"], split["to"], steps)


_Parts: TypeAlias = tuple[dict[str, Fraction], dict[str, Fraction]]
"""By party and by step."""


def _dated(plan: Plan, exposure: Exposure, dates: Dates) -> _Parts | list[Finding]:
    """One side of the premium of a year, over the days on which the members of its pools are the same."""
    pools = several(plan)
    changing = max((len(dates.in_force(pool)) for pool in pools), default=1) > 1
    years = []
    for period in range(len(dates.years) if changing else 1):
        parties: dict[str, Fraction] = defaultdict(Fraction)
        steps: dict[str, Fraction] = defaultdict(Fraction)
        for part, day in dates.parts(period, pools):
            found = _side(plan, _renewed(exposure, period), dict.fromkeys(BASES, day.isoformat()))
            if isinstance(found, list):
                return found
            for sums, amounts in zip((parties, steps), found, strict=True):
                for name, amount in amounts.items():
                    sums[name] += amount * part
        years.append((dict(parties), dict(steps)))
    if any(year != years[0] for year in years):
        reason = "members change from year to year of a path, and with them their premium"
        raise Unsupported(f"premium.{plan.side}", reason)
    return years[0]


def _renewed(exposure: Exposure, period: int) -> Exposure:
    """The model points with the dates of a later year of the path."""
    if period == 0:
        return exposure
    rows = []
    for row in exposure.rows:
        dates = {basis: renewed(row[basis], period) for basis in BASES if row.get(basis) is not None}
        rows.append({**row, **dates})
    return replace(exposure, rows=tuple(rows))


def _side(plan: Plan, exposure: Exposure, dates: Mapping[str, str]) -> _Parts | list[Finding]:
    """One side of the premium, by party and by step. dates: of a unit that does not state them."""
    alone = _each_alone(plan)
    rows = [(replace(row, fields={**dates, **row.fields}), n) for row, n in _rows(exposure, alone=alone)]
    if len(rows) > _MOST_UNITS:
        return [_too_many(len(rows))]
    premium = tuple(Premium(row.amount, row.keys) for row, _ in rows)
    outcome = fold(plan, History(tuple(row for row, _ in rows), premium), Exact())
    if isinstance(outcome, tuple):
        return list(outcome)
    weight = {row.claim: count for row, count in rows}
    parties: dict[str, Fraction] = defaultdict(Fraction)
    steps: dict[str, Fraction] = defaultdict(Fraction)
    for (claim, step, party), amount in outcome.takes.items():
        parties[party.split(":")[0]] += amount * weight[claim]
        steps[plan.steps[step].path] += amount * weight[claim]
    return dict(parties), dict(steps)


def _each_alone(plan: Plan) -> bool:
    """Whether the split of one unit's premium does not depend on any other's."""
    scopes = {s.scope for step in plan.steps for s in step.stages} | {c.scope for step in plan.steps for c in step.caps}
    parties = {step.party for step in plan.steps}
    bounded = any(account.ceiling is not None for name, account in plan.accounts.items() if name in parties)
    return scopes <= _OWN and not (bounded and plan.receiving) and (plan.receiving or not _gives(plan))


def as_shares(plan: Plan, split: PremiumSplit, exposure: Exposure) -> Plan | None:
    """The plan as shares of the whole premium, where it has terms of single units and all are split at once.

    None where such shares would change with the balance of an account.
    """
    own = {s.scope for step in plan.steps for s in step.stages} | {c.scope for step in plan.steps for c in step.caps}
    plain = all(step.when is None and (step.share is None or constant(step.share) is not None) for step in plan.steps)
    if exposure.each == "period" or exposure.units <= 1 or (plain and not own & _OWN):
        return plan
    held = [plan.accounts[name] for name in {str(step.party) for step in plan.steps} & plan.accounts.keys()]
    if held and not (plan.receiving and all(account.ceiling is None for account in held)):
        return None
    left = split.total
    steps: list[PlanStep] = []
    for step in plan.steps:
        amount = split.steps.get((plan.side, step.path), Fraction(0))
        if amount:
            share = parse(str(amount / left))
            assert isinstance(share, Expression)
            steps.append(PlanStep(len(steps), step.label, step.path, step.taker, step.party, share=share))
            left -= amount
    return replace(plan, steps=tuple(steps), roots=tuple(range(len(steps))))


def _gives(plan: Plan) -> bool:
    return any(step.party in plan.accounts for step in plan.steps)


def _rows(exposure: Exposure, *, alone: bool) -> Iterator[tuple[Row, int]]:
    """One row a unit, or one a model point that stands for its units."""
    if exposure.premium is None:
        return
    if exposure.each == "period":
        yield Row("premium", None, 1, exposure.premium[0], _keys("u0"), exposure.rows[0]), 1
        return
    for p, (count, amount, fields) in enumerate(zip(exposure.counts, exposure.premium, exposure.rows, strict=True)):
        for n in range(1 if alone else int(count)):
            unit = f"u{p}.{n}"
            keys = {**{k: v for k, v in fields.items() if isinstance(v, str)}, **_keys(unit)}
            yield Row(unit, None, 1, amount, keys, fields), int(count) if alone else 1


def _keys(unit: str) -> dict[str, str]:
    return {"claim": unit, "policy": unit, "insured": unit, "period": "1", "event": unit}


def _too_many(count: int) -> Finding:
    return Finding(
        "premium-too-many-units",
        None,
        Text(
            f"保费条件跨越 {count} 个单位计算，上限 {_MOST_UNITS}",
            f"premium terms count across {count} units, {_MOST_UNITS} at most",
        ),
        Text("把相同的单位合成较大的单位", "put equal units together into larger ones"),
    )
