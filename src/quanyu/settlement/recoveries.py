"""What comes back after a loss: who gets it, and whose limits it gives back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from quanyu.engine.claims import history_of
from quanyu.engine.compiled import Compiled
from quanyu.engine.rows import CLOCKS
from quanyu.terms import Finding, Text
from quanyu.waterfall import Charge, Deposit, Fen, History, Outcome, Passage, Plan, Row, fold

__all__ = ["Recovered", "as_if_smaller", "recover"]

OfClaim = TypeVar("OfClaim", Charge, Passage)
_OWN = ("amount", "currency", *CLOCKS)


@dataclass(frozen=True)
class Recovered:
    """What came back: who got it, what of it went into accounts, and the losses where limits are given back."""

    received: Outcome
    deposits: tuple[Deposit, ...]
    restored: Outcome | None = None


def recover(
    compiled: Compiled, losses: tuple[History, Outcome], recovered: Sequence[Mapping[str, Any]]
) -> Recovered | list[Finding]:
    """Recoveries of a case after its losses, in whole fen. Rows are written as in a case, each `of` a claim."""
    part = compiled.programme.recoveries
    if part is None:
        return [_none()]
    history = history_of(compiled, "recoveries", _of_claims(losses[0], recovered), scale=100)
    if isinstance(history, list):
        return history
    history = replace(history, borne=_borne(losses[1]))
    reduced = as_if_smaller(losses, history.rows)
    if isinstance(reduced, tuple):
        return list(reduced)
    plan = compiled.plans["recoveries", "to"]
    if part.basis == "borne":
        received = fold(plan, history, Fen(), explain=[row.claim for row in history.rows])
    else:
        received = _less_borne(plan, losses, reduced, history)
    if isinstance(received, tuple):
        return list(received)
    instants = {row.claim: row.instant for row in history.rows}
    instants |= {str(row.keys["of"]): row.instant for row in history.rows}
    deposits = tuple(
        Deposit(party, instants[claim], amount)
        for (claim, party), amount in received.by_claim().items()
        if party in plan.accounts
    )
    if not part.restores:
        return Recovered(received, deposits)
    return Recovered(received, deposits, _restored(losses[1], reduced, {str(r.keys["of"]) for r in history.rows}))


def _none() -> Finding:
    return Finding(
        "no-flow",
        None,
        Text("方案没有写追偿款归谁（recoveries）", "the programme does not say whose recoveries are (`recoveries`)"),
        Text(
            "在方案里写 recoveries；案例则改正 flow 或 recovered",
            "write `recoveries` in the programme; correct `flow` or `recovered` of a case",
        ),
    )


def _of_claims(history: History, recovered: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Written recoveries, each `of` its claim, with the keys and fields the claim has."""
    by_claim = {row.claim: row for row in history.rows}
    rows = []
    for number, written in enumerate(recovered, 1):
        claim = str(written.get("claim"))
        known = by_claim.get(claim)
        keys = {k: v for k, v in known.keys.items() if k != "currency"} if known else {}
        facts = {k: v for k, v in known.fields.items() if k not in _OWN} if known else {}
        rows.append({**facts, **keys, **written, "claim": f"{claim}/recovery {number}", "of": claim})
    return rows


def _borne(outcome: Outcome) -> dict[str, dict[str, int]]:
    borne: dict[str, dict[str, int]] = defaultdict(dict)
    for (claim, party), amount in outcome.by_claim().items():
        borne[claim][party] = int(amount)
    return borne


def as_if_smaller(losses: tuple[History, Outcome], recovered: Sequence[Row]) -> Outcome | tuple[Finding, ...]:
    """The losses as if what came back had never been lost; a claim falls to nothing, not below."""
    history, outcome = losses
    told = replace(history, rows=(*history.rows, *_reductions(outcome, recovered)))
    return fold(outcome.plan, told, Fen(), explain={passage.claim for passage in outcome.passages})


def _reductions(outcome: Outcome, recovered: Sequence[Row]) -> list[Row]:
    left = dict(outcome.totals())
    rows = []
    for row in sorted(recovered, key=lambda r: r.instant):
        claim = str(row.keys["of"])
        cut = min(row.amount, left.get(claim, 0))
        left[claim] = left.get(claim, 0) - cut
        if cut:
            rows.append(Row(claim, row.cover, row.instant, -cut, row.keys, row.fields))
    return rows


def _less_borne(
    plan: Plan, losses: tuple[History, Outcome], reduced: Outcome, history: History
) -> Outcome | tuple[Finding, ...]:
    """What each bears less of the recovered claims is what it gets back; what exceeds the claim goes to `above`."""
    before = losses[1]
    claims = {str(row.keys["of"]) for row in history.rows}
    takes = {key: before.takes.get(key, 0) - reduced.takes.get(key, 0) for key in {**before.takes, **reduced.takes}}
    takes = {key: amount for key, amount in takes.items() if amount and key[0] in claims}
    over = dict.fromkeys(claims, 0)
    for row in history.rows:
        over[str(row.keys["of"])] += int(row.amount)
    for row in _reductions(before, history.rows):
        over[row.claim] += int(row.amount)
    first = {str(row.keys["of"]): row for row in reversed(history.rows)}
    rows = tuple(replace(first[claim], claim=claim, amount=amount) for claim, amount in over.items() if amount)
    if not rows:
        return replace(reduced, takes=takes, passages=())
    last = plan.roots[-1]
    above = fold(replace(plan, roots=(last,)), replace(history, rows=rows), Fen())
    if isinstance(above, tuple):
        return above
    step = len(before.plan.steps)
    steps = (*before.plan.steps, replace(plan.steps[last], index=step))
    takes |= {(claim, step, party): amount for (claim, _, party), amount in above.takes.items()}
    return replace(reduced, plan=replace(before.plan, steps=steps), takes=takes, passages=())


def _restored(before: Outcome, reduced: Outcome, claims: set[str]) -> Outcome:
    """The recovered claims as they were borne; the others as if the loss had been smaller."""
    own = {key: amount for key, amount in before.takes.items() if key[0] in claims}
    others = {key: amount for key, amount in reduced.takes.items() if key[0] not in claims}
    balances = dict(reduced.balances)
    for sign, takes in ((-1, before.takes), (1, reduced.takes)):
        for (claim, _, party), amount in takes.items():
            if claim in claims and party in balances:
                balances[party] += sign * amount
    return replace(
        before,
        takes={**own, **others},
        charges=_either(before.charges, reduced.charges, claims),
        passages=_either(before.passages, reduced.passages, claims),
        balances=balances,
    )


def _either(before: Sequence[OfClaim], reduced: Sequence[OfClaim], claims: set[str]) -> tuple[OfClaim, ...]:
    """What is of the claims as before, what is of others as reduced."""
    kept = [one for one in before if one.claim in claims]
    return tuple(kept + [one for one in reduced if one.claim not in claims])
