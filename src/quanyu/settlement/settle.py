"""A case settled: amounts, shares, transfers, and whether they are what was expected."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from quanyu.engine.claims import history_of
from quanyu.engine.compiled import Compiled
from quanyu.engine.examples import side_named
from quanyu.engine.premium import rated_fen
from quanyu.engine.rows import CLOCKS
from quanyu.language.programme import Case
from quanyu.settlement.booked import booked
from quanyu.terms import Finding, Text
from quanyu.waterfall import Booking, Fen, History, Outcome, Row, fold

__all__ = ["Settled", "Transfer", "settle"]

FEN = 100
_LONGEST_STORY = 50


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money from one party to another for one claim, in fen, and the step that says so."""

    claim: str
    payer: str
    receiver: str
    amount: int
    label: str


@dataclass(frozen=True)
class Settled:
    """A case settled in whole fen.

    outcome: the side the case asks for, with the passages of its claims. receivers: the other side of losses.
    recovered: what came back and who got it, where the case has recoveries. rated: the premium of `rate`, in fen.
    bookings: what was booked when, as facts became known; they add up to the outcome.
    """

    case: Case
    history: History
    outcome: Outcome
    receivers: Outcome | None = None
    recovered: Outcome | None = None
    rated: int | None = None
    bookings: tuple[Booking, ...] = ()
    transfers: tuple[Transfer, ...] = field(default=())

    @property
    def asked(self) -> Outcome:
        """What the case asks for: the recoveries where it names them, else its flow."""
        return self.recovered if self.case.flow == "recoveries" and self.recovered is not None else self.outcome


def settle(compiled: Compiled, case: Case, rows: Sequence[Mapping[str, Any]] = ()) -> Settled | list[Finding]:
    """Settles a case with its own rows and `rows` from a table. All findings at once; nothing half-applied."""
    flow, side = side_named("losses" if case.flow == "recoveries" else case.flow)
    plan = compiled.plans.get((flow, side))
    if plan is None:
        return [_no_flow(case.flow)]
    merged = [{**case.defaults, **row} for row in (*case.rows, *rows)]
    history = history_of(compiled, flow, merged, premium=case.premium, deposits=case.deposits, scale=FEN)
    if isinstance(history, list):
        return history
    claims = list(dict.fromkeys(r.claim for r in history.rows))[:_LONGEST_STORY]
    done = booked(plan, history, compiled.programme, until=case.known, explain=claims)
    if isinstance(done, list):
        return done
    history, outcome, entries = done
    settled = Settled(case, history, outcome, rated=_rated(compiled, case), bookings=entries)
    if flow == "losses":
        settled = _with_receivers(compiled, settled)
    return _with_recoveries(compiled, settled) if case.recovered else settled


def _no_flow(flow: str) -> Finding:
    return Finding(
        "no-flow",
        None,
        Text(f"方案没有 {flow}", f"the programme has no {flow}"),
        Text("改正案例的 flow", "correct the `flow` of the case"),
    )


def _rated(compiled: Compiled, case: Case) -> int | None:
    return rated_fen(compiled, case.rate) if case.rate is not None else None


def _with_receivers(compiled: Compiled, settled: Settled) -> Settled:
    plan = compiled.plans.get(("losses", "to"))
    received = fold(plan, settled.history, Fen()) if plan is not None else ()
    if isinstance(received, tuple):
        return settled
    return replace(settled, receivers=received, transfers=tuple(transfers(settled.outcome, received)))


def transfers(borne: Outcome, received: Outcome) -> Iterator[Transfer]:
    """Who pays whom: the bearers of a claim, in the order of the steps, pay its receivers in theirs.

    What a receiver bears itself is no transfer.
    """
    sides: dict[str, tuple[list[list[Any]], list[list[Any]]]] = defaultdict(lambda: ([], []))
    for place, outcome in enumerate((borne, received)):
        for (claim, step, party), amount in sorted(outcome.takes.items(), key=lambda t: (t[0][0], t[0][1])):
            sides[claim][place].append([party, int(amount), outcome.plan.steps[step].label])
    for claim, (payers, receivers) in sides.items():
        _keep_own(payers, receivers)
        queue = iter([r for r in receivers if r[1]])
        receiver = next(queue, None)
        for payer in payers:
            while payer[1] and receiver is not None:
                amount = min(payer[1], receiver[1])
                yield Transfer(claim, payer[0], receiver[0], amount, payer[2])
                payer[1] -= amount
                receiver[1] -= amount
                if not receiver[1]:
                    receiver = next(queue, None)


def _keep_own(payers: list[list[Any]], receivers: list[list[Any]]) -> None:
    for payer in payers:
        for receiver in receivers:
            if payer[0] == receiver[0]:
                own = min(payer[1], receiver[1])
                payer[1] -= own
                receiver[1] -= own


def _with_recoveries(compiled: Compiled, settled: Settled) -> Settled | list[Finding]:
    """Recoveries after the losses they belong to."""
    part = compiled.programme.recoveries
    if part is None:
        return [_no_flow("recoveries")]
    history = history_of(compiled, "recoveries", _of_claims(settled), scale=FEN)
    if isinstance(history, list):
        return history
    if part.basis == "loss-reduction":
        return _as_smaller_loss(settled, history)
    plan = compiled.plans["recoveries", "to"]
    result = fold(plan, replace(history, borne=_borne(settled.outcome)), Fen(), explain=[r.claim for r in history.rows])
    return list(result) if isinstance(result, tuple) else replace(settled, recovered=result)


def _of_claims(settled: Settled) -> list[dict[str, Any]]:
    """Written recoveries, each `of` its claim, with the keys and fields the claim has."""
    by_claim = {row.claim: row for row in settled.history.rows}
    rows = []
    for number, written in enumerate(settled.case.recovered, 1):
        claim = str(written.get("claim"))
        known = by_claim.get(claim)
        keys = dict(known.keys) if known else {}
        facts = {k: v for k, v in known.fields.items() if k not in ("amount", *CLOCKS)} if known else {}
        rows.append({**facts, **keys, **written, "claim": f"{claim}/recovery {number}", "of": claim})
    return rows


def _borne(outcome: Outcome) -> dict[str, dict[str, int]]:
    borne: dict[str, dict[str, int]] = defaultdict(dict)
    for (claim, party), amount in outcome.by_claim().items():
        borne[claim][party] = int(amount)
    return borne


def _as_smaller_loss(settled: Settled, recovered: History) -> Settled | list[Finding]:
    """As if each loss had been smaller: what each bears less is what it gets back."""
    reductions = tuple(Row(str(r.keys["of"]), r.cover, r.instant, -r.amount, r.keys, r.fields) for r in recovered.rows)
    smaller = fold(settled.outcome.plan, replace(settled.history, rows=settled.history.rows + reductions), Fen())
    if isinstance(smaller, tuple):
        return list(smaller)
    takes = {key: amount - smaller.takes.get(key, 0) for key, amount in settled.outcome.takes.items()}
    added = {key: -amount for key, amount in smaller.takes.items() if key not in settled.outcome.takes}
    return replace(
        settled, recovered=replace(smaller, takes={k: v for k, v in {**takes, **added}.items() if v}, passages=())
    )
