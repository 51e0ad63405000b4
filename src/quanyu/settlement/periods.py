"""Results of periods that have ended: what a surplus or a condition may read, who shares it, what is carried on."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from quanyu.engine.compiled import Compiled
from quanyu.formula import EvaluationError, Expression, evaluate, parse
from quanyu.terms import Finding, Text
from quanyu.waterfall import Deposit, Fen, History, Outcome, Plan, Premium, Row, fold
from quanyu.waterfall.history import Amount

__all__ = ["Results", "Shared", "results_of", "share_surplus"]

FEN = 100
_SIDES: tuple[tuple[Literal["from", "to"], int], ...] = (("from", -1), ("to", 1))
Names = dict[str, Fraction]


@dataclass(frozen=True)
class Results:
    """The settled losses with what they were settled on."""

    compiled: Compiled
    history: History
    outcome: Outcome


@dataclass(frozen=True)
class Shared:
    """The surplus of every ended period in fen, below zero for a deficit; who gave and received it; money moved."""

    amounts: Mapping[str, int]
    given: Outcome | None
    received: Outcome | None
    deposits: tuple[Deposit, ...]


def results_of(results: Results, period: str | None, until: Any = None) -> Names | list[Finding]:
    """What an expression may read of a period (None: all of them), in the programme's unit.

    `premium`, `premium.<reading>`, `premium.<payer>`, `premium.to.<label or party>`, `losses.<label>`, and
    `<account>.balance` at the instant `until` (None: the end), before the surplus of that instant.
    """
    premium = _premium(results, period)
    if isinstance(premium, list):
        return premium
    losses = _by_label(results.outcome, _claims_of(results.outcome, period))
    names = {**premium, **{f"losses.{k}": v for k, v in losses.items()}}
    names |= {f"losses.from.{k}": v for k, v in losses.items()}
    balances = results.outcome.balances if until is None else _balances(results, until)
    if isinstance(balances, list):
        return balances
    return {**names, **{f"{account}.balance": Fraction(v) / FEN for account, v in balances.items()}}


def _claims_of(outcome: Outcome, period: str | None) -> set[str]:
    return {row.claim for row in outcome.increments if period in (None, row.keys.get("period"))}


def _by_label(outcome: Outcome, claims: set[str]) -> Names:
    """What the step of each label or path, or all steps of each party, keep; of a group all that is kept inside."""
    kept: dict[int, Fraction] = defaultdict(Fraction)
    for (claim, index, _), amount in outcome.takes.items():
        if claim in claims:
            kept[index] += Fraction(amount) / FEN
    plan = outcome.plan
    labels = {name for s in plan.steps for name in (s.label, s.path.replace("/", "."), s.party) if name}
    return {name: sum((kept[step.index] for step in plan.named(name)), Fraction(0)) for name in labels}


def _premium(results: Results, period: str | None) -> Names | list[Finding]:
    paid = [p for p in results.history.premium if period is None or p.keys.get("period", period) == period]
    names: Names = {"premium": Fraction(sum(p.amount for p in paid)) / FEN}
    for p in paid:
        for reading, amount in p.parts.items():
            names[f"premium.{reading}"] = names.get(f"premium.{reading}", Fraction(0)) + Fraction(amount) / FEN
    for side in ("from", "to"):
        plan = results.compiled.plans.get(("premium", side))
        if plan is None or not paid:
            continue
        split = fold(plan, History(tuple(map(_premium_row, range(len(paid)), paid)), tuple(paid)), Fen())
        if isinstance(split, tuple):
            return list(split)
        every = _by_label(split, set(split.totals()))
        names |= {f"premium.{side}.{label}": amount for label, amount in every.items()}
        dot = "premium." if side == "from" else "premium.to."
        for party, amount in split.by_party().items():
            names.setdefault(f"{dot}{party}", Fraction(amount) / FEN)
    return names


def _premium_row(number: int, premium: Premium) -> Row:
    keys = {"event": "premium", "insured": "all", "policy": "all", "period": "all", **premium.keys}
    return Row(f"premium {number}", None, 0, premium.amount, keys, dict(keys))


def _balances(results: Results, until: Any) -> Mapping[str, Amount] | list[Finding]:
    history = results.history
    seen = replace(
        history,
        rows=tuple(row for row in history.rows if row.instant <= until),
        deposits=tuple(d for d in history.deposits if d.instant <= until),
    )
    found = fold(results.outcome.plan, seen, Fen())
    return list(found) if isinstance(found, tuple) else found.balances


# ------------------------------------------------------------------ surplus


def share_surplus(results: Results, ended: Sequence[tuple[str, Any]]) -> Shared | list[Finding]:
    """The surplus of every ended period, in their order. ended: periods with their last instants.

    A deficit is carried into the next period where the programme says `carry: deficit`; else it is a finding
    `deficit-not-carried`. Money for and from accounts moves after the losses of the last instant.
    """
    part = results.compiled.programme.surplus
    assert part is not None
    parsed = parse(part.amount.text, part.amount.place)
    if isinstance(parsed, Finding):
        return [parsed]
    amounts: dict[str, int] = {}
    carried = 0
    for period, end in ended:
        names = results_of(results, period, end)
        if isinstance(names, list):
            return names
        amount = _amount(parsed, names)
        if isinstance(amount, Finding):
            return [amount]
        amounts[period] = amount + carried
        carried = min(amounts[period], 0)
        if carried and part.carry == "none":
            return [_deficit(period, carried)]
    return _split(results, amounts, ended)


def _amount(parsed: Expression, names: Names) -> int | Finding:
    try:
        value = evaluate(parsed, names)
    except EvaluationError as error:
        reason = Text(f"{parsed.text} 算不出来：{error.chinese}", f"{parsed.text} has no value: {error}")
        return Finding(
            "surplus-without-value",
            parsed.place,
            reason,
            Text("只读已结算的保费、损失与账户余额", "read premium, losses and balances that are settled"),
        )
    assert isinstance(value, Fraction)
    return (value * FEN + Fraction(1, 2)).__floor__()


def _deficit(period: str, amount: int) -> Finding:
    return Finding(
        "deficit-not-carried",
        None,
        Text(f"期间 {period} 的结余为 {amount / FEN:,.2f}", f"the surplus of {period} is {amount / FEN:,.2f}"),
        Text("写 max(0, …) 或 carry: deficit", "write max(0, …) or carry: deficit"),
    )


def _split(results: Results, amounts: Mapping[str, int], ended: Sequence[tuple[str, Any]]) -> Shared | list[Finding]:
    """Both sides of the surplus, period by period: an account gives what it holds then, and receives to its ceiling."""
    sides: dict[str, Outcome] = {}
    moved: list[Deposit] = []
    for side, sign in _SIDES:
        plan = results.compiled.plans.get(("surplus", side))
        if plan is None:
            continue
        outcome = _side(results, plan, amounts, ended)
        if isinstance(outcome, list):
            return outcome
        sides[side] = outcome
        ends = dict(ended)
        moved += [
            Deposit(party, _after(ends[claim.removeprefix("surplus ")]), sign * amount)
            for (claim, party), amount in outcome.by_claim().items()
            if party in plan.accounts
        ]
    return Shared(amounts, sides.get("from"), sides.get("to"), tuple(moved))


def _side(
    results: Results, plan: Plan, amounts: Mapping[str, int], ended: Sequence[tuple[str, Any]]
) -> Outcome | list[Finding]:
    rows: list[Row] = []
    deposits: list[Deposit] = []
    now: Mapping[str, Amount] = {name: account.opening * FEN for name, account in plan.accounts.items()}
    outcome: Outcome | None = None
    for period, end in ended:
        balances = _balances(results, end)
        if isinstance(balances, list):
            return balances
        deposits += [Deposit(name, end, balances[name] - now[name]) for name in now if balances[name] != now[name]]
        if amounts[period] > 0:
            rows.append(Row(f"surplus {period}", None, end, amounts[period], {"period": period}, {"period": period}))
        found = fold(plan, History(tuple(rows), results.history.premium, tuple(deposits)), Fen())
        if isinstance(found, tuple):
            return list(found)
        outcome, now = found, found.balances
    assert outcome is not None
    return outcome


def _after(end: Any) -> Any:
    """The next instant after the end of a period: the day after, or just after a number."""
    return end + dt.timedelta(days=1) if isinstance(end, dt.date) else end + Fraction(1, 10**6)
