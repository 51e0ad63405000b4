"""The premium of a policy as transfers: who pays it and who receives it, by the flow of its version."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from quanyu.book.act import Refused
from quanyu.book.days import period_keys
from quanyu.book.earning import Fields, read_fields
from quanyu.book.journal import Money
from quanyu.book.ledger import netted
from quanyu.book.versions import Version
from quanyu.formula import Given
from quanyu.language.flows import Step
from quanyu.settlement.settle import Transfer, transfers
from quanyu.waterfall import Deposit, Fen, Held, History, Outcome, Plan, Premium, Row, Taker, fold

__all__ = [
    "ADVANCED",
    "OWN",
    "Queue",
    "Risk",
    "advanced_by",
    "charge",
    "charge_all",
    "holds",
    "named_in",
    "row_of",
    "stands_alone",
]

ADVANCED = "advanced"
"""What follows the label of a step whose amount somebody advances, on the transfer that advances it."""

OWN = frozenset({"claim", "policy", "insured"})
"""Scopes that no two policies share."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What the premium flow reads of one policy. premium: its whole premium in fen.

    holder_id: the party that `insured`, the policyholder and the payer stand for. named: parties that fields name.
    """

    number: str
    holder_id: int
    start: dt.date
    issued: dt.date
    fields: Fields
    premium: int
    policy_id: int | None = None
    named: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Queue:
    """The increments of premium among which a policy stands, what is booked of them, and money in accounts."""

    rows: tuple[Row, ...]
    premium: tuple[Premium, ...]
    deposits: tuple[Deposit, ...] = ()
    held: Held = field(default_factory=Held)


def stands_alone(plan: Plan) -> bool:
    """Whether what one policy pays depends on no other: its scopes are its own, its accounts have room for all."""
    scopes = {s.scope for step in plan.steps for s in step.stages} | {c.scope for step in plan.steps for c in step.caps}
    held = [plan.accounts[name] for name in {str(step.party) for step in plan.steps} & plan.accounts.keys()]
    return scopes <= OWN and (not held or (plan.receiving and all(a.ceiling is None for a in held)))


def row_of(version: Version, risk: Risk, amount: int, instant: int) -> Row:
    """One increment of a policy's premium, with the keys and fields that terms read."""
    values: dict[str, Given] = read_fields(version, risk.fields)
    values.setdefault("insured", risk.number)
    keys = {name: value for name, value in values.items() if isinstance(value, str)}
    keys |= {"claim": risk.number, "policy": risk.number, **period_keys(version.programme, risk.start)}
    dates = {"attached": risk.start, "issued": risk.issued, "occurred": risk.start}
    return Row(risk.number, None, instant, amount, keys, {**values, **{n: d.isoformat() for n, d in dates.items()}})


def charge(version: Version, risk: Risk, queue: Queue | None = None) -> list[Money]:
    """All premium of a policy as transfers that are due, payers matched with receivers as a settlement does it.

    queue: the increments of all policies that share a running total with it, its own among them; none where its plans
    stand alone. A premium of nothing is no transfer. Raises Refused with what the fold finds.
    """
    return charge_all(version, [risk], queue)[0]


def charge_all(version: Version, risks: Sequence[Risk], queue: Queue | None = None) -> list[list[Money]]:
    """The same for policies that stand in one queue, in one fold; for a single one without."""
    if not any(risk.premium for risk in risks):
        return [[] for _ in risks]
    rows = [row_of(version, risk, risk.premium, 1) for risk in risks] if queue is None else []
    among = queue or Queue(tuple(rows), tuple(Premium(int(row.amount), row.keys) for row in rows))
    given = _folded(version.compiled.plans.get(("premium", "from")), among)
    received = _folded(version.compiled.plans[("premium", "to")], among)
    assert received is not None
    moved = _unstated(received) if given is None else transfers(given, received)
    parties = {risk.number: _Parties(version, risk) for risk in risks if risk.premium}
    lines: dict[str, list[Money]] = {risk.number: [] for risk in risks}
    for one in moved:
        if one.claim in parties:
            lines[one.claim] += parties[one.claim].money(one)
    return [netted(lines[risk.number]) for risk in risks]


def named_in(version: Version, fields: Fields) -> set[str]:
    """The parties that fields of a risk name in the steps of the premium."""
    plans = [plan for (flow, _), plan in version.compiled.plans.items() if flow == "premium"]
    columns = {str(step.party) for plan in plans for step in plan.steps if step.taker is Taker.FIELD}
    return {str(fields[column]) for column in columns & fields.keys()}


def _folded(plan: Plan | None, queue: Queue) -> Outcome | None:
    if plan is None:
        return None
    history = History(queue.rows, queue.premium, queue.deposits)
    outcome = fold(plan, history, Fen(), held=None if plan.receiving else queue.held)
    if isinstance(outcome, tuple):
        raise Refused(*outcome)
    return outcome


def _unstated(received: Outcome) -> Iterator[Transfer]:
    """Premium that comes from nobody stated comes from the insured."""
    for (claim, step, party), amount in received.takes.items():
        payer = next(f"insured:{row.keys.get('insured', '')}" for row in received.increments if row.claim == claim)
        yield Transfer(claim, payer, party, int(amount), received.plan.steps[step].label)


@dataclass(frozen=True, slots=True)
class _Parties:
    """Names in a flow as parties of the book."""

    version: Version
    risk: Risk

    def money(self, one: Transfer) -> Iterator[Money]:
        """A transfer; where somebody advances it, what is advanced and what is given back for it."""
        payer, receiver = self._id(one.payer), self._id(one.receiver)
        advance = advanced_by(self.version.programme.premium, one.label)
        between = payer if advance is None else self._id(advance)
        if between != payer:
            yield from self._line(f"{one.label}/{ADVANCED}", between, receiver, one.amount)
            receiver = between
        yield from self._line(one.label, payer, receiver, one.amount)

    def _line(self, label: str, payer: int, receiver: int, amount: int) -> Iterator[Money]:
        if payer != receiver:
            v = self.version
            yield Money("due", "premium", label, payer, receiver, amount, v.currency, v.id, self.risk.policy_id)

    def _id(self, name: str) -> int:
        if holds(self.version, name):
            return self.risk.holder_id
        if name in self.version.roles:
            return self.version.roles[name]
        return self.risk.named[name]


def holds(version: Version, name: str) -> bool:
    """Whether a name in the premium flow stands for the holder: the insured, or a person as policyholder or payer."""
    insured, party = version.programme.insured, version.programme.parties.get(name)
    person = party is not None and party.kind in ("insured", "members")
    return name.startswith("insured") or (person and name in (insured.policyholder, insured.payer))


def advanced_by(premium: object, label: str) -> str | None:
    """The party that advances what a step of the premium pays, if somebody does."""

    def found(steps: tuple[Step, ...]) -> str | None:
        for step in steps:
            if step.label == label and step.advanced_by is not None:
                return step.advanced_by
            if (inner := found((*(step.tower or ()), *(step.steps or ())))) is not None:
                return inner
        return None

    return found(getattr(premium, "from_", ()))
