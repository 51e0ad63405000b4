"""Claims of the book through settlement: what is due of each, and the difference to what is booked."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.advances import redirected
from quanyu.book.claims import Claim
from quanyu.book.journal import Journal, Money
from quanyu.book.ledger import booked, difference
from quanyu.book.naming import Naming
from quanyu.book.parties import outside
from quanyu.book.premiums import deposit_rows, premium_rows
from quanyu.book.told import Row, Told, rows_of, states_of, told_claims
from quanyu.book.versions import Version
from quanyu.language.programme import Case, spelled
from quanyu.settlement import Settled, settle
from quanyu.settlement.caused import caused
from quanyu.waterfall import Plan, Taker

__all__ = ["Group", "book_due", "due", "expected", "group_of", "lock_settling", "settled_group", "together"]

_FLOWS = ("losses", "recoveries", "reinstatement", "calls")
_OWN = frozenset({"claim", "policy"})


@dataclass(frozen=True)
class Group:
    """Claims that share running totals, as they are known in the book now."""

    version: Version
    told: tuple[Told, ...]
    where: tuple[ColumnElement[bool], ...] = field(default=())

    @property
    def by_number(self) -> Mapping[str, Told]:
        """The claims by their numbers."""
        return {one.claim.number: one for one in self.told}


def together(version: Version) -> bool:
    """Whether claims of different policies share running totals: limits, caps or accounts above the policy."""
    plans = [plan for (flow, _), plan in version.compiled.plans.items() if flow in ("losses", "recoveries")]
    return version.programme.insured.enrolment == "none" or any(_above_policy(plan) for plan in plans)


def _above_policy(plan: Plan) -> bool:
    scopes = [stage.columns for step in plan.steps for stage in step.stages]
    scopes += [cap.columns for step in plan.steps for cap in step.caps]
    moved = any(step.taker is Taker.ACCOUNT or step.causes is not None for step in plan.steps)
    return moved or any(not _OWN & set(columns) for columns in scopes)


def lock_settling(connection: Connection, version: Version) -> None:
    """Nobody else settles claims of the programme before this transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"settle {version.programme_id}", 0))))


def group_of(connection: Connection, version: Version, *claims: Claim) -> Group:
    """The claims that are settled with these: those of their policies, or all of the version; nobody else settles now.

    Of the others only those that were decided are read.
    """
    lock_settling(connection, version)
    c, e = t.claim.c, t.claim_event.c
    policies = {claim.policy_id for claim in claims}
    apart = None not in policies and not together(version)
    scope = c.policy_id.in_(policies) if apart else c.version_id == version.id
    decided = select(e.claim_id).where(e.kind.in_(("accepted", "declined")))
    where = (scope, or_(c.id.in_([claim.id for claim in claims]), c.id.in_(decided)))
    return Group(version, tuple(told_claims(connection, *where)), where)


def settled_group(connection: Connection, group: Group, estimate: Sequence[Row] = ()) -> Settled | None:
    """The accepted claims of a group through settlement, with rows of an estimate beside them; None where none is.

    Raises Refused with what settlement finds.
    """
    version = group.version
    rows = [row for one in group.told if one.decisions and one.decisions[-1].accepted for row in _last(one)]
    if not rows and not estimate:
        return None
    case = Case.model_validate(
        {
            "case": {"zh": "账簿", "en": "the book"},
            "programme": version.code,
            "premium": premium_rows(connection, version),
            "deposits": deposit_rows(connection, version),
            "recovered": [row for one in group.told for row in _recovered(one)],
        }
    )
    earlier = [] if estimate else _earlier(group)
    done = settle(version.compiled, case, [*rows, *estimate], earlier)
    if isinstance(done, list):
        raise Refused(*done)
    return done


def _last(told: Told) -> Sequence[Row]:
    return list(rows_of(told, told.decisions[-1]))


def _earlier(group: Group) -> list[tuple[Any, Sequence[Row]]]:
    """The states of what was decided, where a step of the losses does not reopen."""
    plan = group.version.compiled.plans["losses", "from"]
    if all(step.reopen for step in plan.steps):
        return []
    states = states_of(group.told)
    return [(day, rows) for _, day, rows in states] if len(states) > 1 else []


def _recovered(told: Told) -> Sequence[Row]:
    if not told.decisions or not told.decisions[-1].accepted:
        return []
    own = {"claim": told.claim.number}
    return [spelled({**body["values"], **own, "amount": body["amount"]}) for body in told.recoveries]


def book_due(journal: Journal, group: Group, settled: Settled | None) -> set[int]:
    """Books the difference of what is due to what stands; gives the claims whose money moved."""
    wanted = [] if settled is None else due(journal, group, settled)
    ids = select(t.claim.c.id).where(*group.where)
    x = t.transfer.c
    stands = booked(journal.connection, x.claim_id.in_(ids), x.stage == "due", x.flow.in_(_FLOWS))
    moves = difference(wanted, stands)
    journal.move(*moves)
    return {money.claim_id for money in moves if money.claim_id is not None}


def due(journal: Journal, group: Group, settled: Settled) -> list[Money]:
    """What is due of every claim of the group, between the parties of the book."""
    numbers = set(group.by_number)
    legs = [("losses", m.claim, m.label, m.payer, m.receiver, m.amount) for m in settled.transfers]
    legs += [
        ("calls" if m.kind == "call" else m.kind, m.claim, m.label, m.payer, m.receiver, m.amount)
        for m in caused(settled.outcome)
    ]
    legs = [leg for leg in legs if leg[1] in numbers]
    naming = _naming(journal, group, [(claim, name) for _, claim, _, *names, _ in legs for name in names])
    found = _moneys(group, naming, legs)
    return redirected(journal.connection, found, group.where) + _returned(journal, group, settled)


def _moneys(group: Group, naming: Naming, legs: Sequence[tuple[str, str, str, str, str, int]]) -> list[Money]:
    told, found = group.by_number, []
    for flow, claim, label, payer, receiver, amount in legs:
        pair = (naming.party(claim, payer), naming.party(claim, receiver))
        if pair[0] != pair[1]:
            found.append(_money(group.version, told[claim].claim, ("due", flow, label), pair, amount))
    return found


def _money(version: Version, claim: Claim, kind: tuple[str, str, str], pair: tuple[int, int], amount: int) -> Money:
    return Money(
        *kind,
        *pair,
        amount,
        currency=version.currency,
        version_id=version.id,
        policy_id=claim.policy_id,
        claim_id=claim.id,
    )


def _returned(journal: Journal, group: Group, settled: Settled) -> list[Money]:
    """What came back of claims, from those who gave it to those who get it by the recovery waterfall."""
    back = settled.recovered
    if back is None:
        return []
    told, found = group.by_number, []
    takes = sorted((key, int(amount)) for key, amount in back.takes.items() if amount)
    naming = _naming(journal, group, [(claim.partition("/recovery ")[0], party) for (claim, _, party), _ in takes])
    for (claim, step, party), amount in takes:
        number, _, place = claim.partition("/recovery ")
        one = told[number]
        body = one.recoveries[int(place) - 1 if place else 0]
        payer = body.get("payer")
        pair = (outside(journal) if payer is None else int(payer), naming.party(number, party))
        kind = ("due", "recoveries", back.plan.steps[step].label)
        if amount < 0:
            pair, amount = (pair[1], pair[0]), -amount
        if pair[0] != pair[1]:
            found.append(_money(group.version, one.claim, kind, pair, amount))
    return found


def _naming(journal: Journal, group: Group, names: Sequence[tuple[str, str]]) -> Naming:
    naming = Naming(journal, group.version, group.by_number)
    naming.prepare(names)
    return naming


def expected(journal: Journal, group: Group, settled: Settled, claim: Claim) -> list[Money]:
    """What an estimate would make due of one claim, as reserved money."""
    legs = [
        ("losses", m.claim, m.label, m.payer, m.receiver, m.amount)
        for m in settled.transfers
        if m.claim == claim.number
    ]
    naming = _naming(journal, group, [(number, name) for _, number, _, *names, _ in legs for name in names])
    sums: dict[Money, int] = defaultdict(int)
    for money in _moneys(group, naming, legs):
        sums[replace(money, stage="reserved", amount=0)] += money.amount
    return [replace(money, amount=amount) for money, amount in sums.items()]
