"""Payments: in whole or in part, never beyond what is due; advances before there is a decision."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.advances import ADVANCE
from quanyu.book.amounts import fen_of
from quanyu.book.claims import Claim, add_event, locked, standing_of
from quanyu.book.facts import check_open
from quanyu.book.journal import Journal, Money
from quanyu.book.ledger import booked, difference, part_of
from quanyu.book.premiums import said, yuan
from quanyu.book.reserving import standing_reserve
from quanyu.book.versions import Library, Version
from quanyu.terms import Finding, Text

__all__ = ["Payment", "advance", "outstanding", "pay"]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Payment:
    """What is paid. amount: None for all that is due. payer, receiver: parties of the book; None for any."""

    amount: str | None = None
    payer: int | None = None
    receiver: int | None = None


def outstanding(connection: Connection, claim: Claim) -> list[Money]:
    """What is due of a claim and not paid, step by step; what was paid too much is due back."""
    x = t.transfer.c
    found = booked(connection, x.claim_id == claim.id, x.stage.in_(("due", "paid")))
    due = [money for money in found if money.stage == "due"]
    paid = [replace(money, stage="due") for money in found if money.stage == "paid"]
    return sorted(_by_pair(difference(due, paid)), key=lambda m: (m.flow, m.payer_id, m.receiver_id, m.label))


def _by_pair(left: Iterable[Money]) -> Iterator[Money]:
    """Of each pair of parties and flow only what is due in the direction in which the pair owes in all."""
    groups: dict[tuple[str, frozenset[int]], list[Money]] = defaultdict(list)
    for money in left:
        groups[money.flow, frozenset((money.payer_id, money.receiver_id))].append(money)
    for group in groups.values():
        forward = (group[0].payer_id, group[0].receiver_id)
        whole = sum(m.amount if (m.payer_id, m.receiver_id) == forward else -m.amount for m in group)
        mine = forward if whole > 0 else forward[::-1]
        yield from _first([m for m in group if (m.payer_id, m.receiver_id) == mine], abs(whole))


def _first(group: Iterable[Money], amount: int) -> Iterator[Money]:
    """The first of an amount, money by money."""
    for money in group:
        part = min(money.amount, amount)
        amount -= part
        if part:
            yield replace(money, amount=part)


def pay(journal: Journal, number: str, payment: Payment) -> int:
    """Pays what is due of a claim, wholly or an amount of it; gives what is paid, in fen.

    An amount goes to all that is due, pro rata.
    Nobody else pays on the claim before this transaction ends. Raises Refused: `unknown-claim`, `claim-undecided`,
    `nothing-due`, `paid-beyond-due`, `amount-unreadable`.
    """
    claim = locked(journal.connection, number)
    standing = standing_of(journal.connection, claim)
    if standing.decision is None:
        reason = Text(f"赔案 {number} 还没有核定", f"claim {number} is not decided yet")
        remedy = Text("先核定，或作预付", "decide it first, or pay an advance")
        raise Refused(Finding("claim-undecided", None, reason, remedy))
    left = [money for money in outstanding(journal.connection, claim) if _asked(money, payment)]
    due = sum(money.amount for money in left)
    if payment.amount is None and not due:
        reason = Text(f"赔案 {number} 没有应付未付的款项", f"nothing is due of claim {number}")
        raise Refused(Finding("nothing-due", None, reason, Text("查看赔案", "look at the claim")))
    amount = due if payment.amount is None else fen_of(payment.amount)
    if amount > due:
        raise Refused(_beyond(claim, amount, due))
    if not amount:
        reason = Text(f"赔案 {number}：付款为零", f"claim {number}: the payment is nothing")
        raise Refused(Finding("amount-unreadable", None, reason, Text("写大于零的金额", "write an amount above zero")))
    paid = [replace(money, stage="paid") for money in part_of(left, amount)]
    journal.move(*paid)
    add_event(journal, claim, "paid", {"amount": yuan(amount)}, after=standing.events)
    return amount


def _asked(money: Money, payment: Payment) -> bool:
    return payment.payer in (None, money.payer_id) and payment.receiver in (None, money.receiver_id)


def _beyond(claim: Claim, amount: int, due: int) -> Finding:
    return Finding(
        "paid-beyond-due",
        None,
        Text(
            f"赔案 {claim.number} 应付未付 {said(due)}，不能付 {said(amount)}",
            f"{said(due)} is due of claim {claim.number}; {said(amount)} is more",
        ),
        Text("按应付数付款", "pay what is due"),
    )


def advance(journal: Journal, library: Library, number: str, payment: Payment) -> int:
    """Pays a claimant in advance of the decision, out of the reserve; gives what is paid, in fen.

    The payer is the one named, else the `advanced_by` of the first step that has one, else the leader of the first pool
    that bears losses, else who has the largest reserve. Raises Refused: `unknown-claim`, `claim-closed`,
    `claim-decided`, `advance-beyond-reserve`, `amount-unreadable`.
    """
    claim = locked(journal.connection, number)
    standing = standing_of(journal.connection, claim)
    check_open(claim, closed=standing.closed)
    if standing.decision is not None:
        reason = Text(f"赔案 {number} 已核定，不再预付", f"claim {number} is decided: there is no advance any more")
        raise Refused(Finding("claim-decided", None, reason, Text("改作赔付", "pay it instead")))
    version = library.version(journal.connection, claim.version_id)
    reserved = [money for money in standing_reserve(journal, claim) if money.receiver_id == claim.claimant_id]
    x = t.transfer.c
    before = booked(journal.connection, x.claim_id == claim.id, x.stage == "paid", x.label == ADVANCE)
    room = sum(money.amount for money in reserved) - sum(money.amount for money in before)
    amount = room if payment.amount is None else fen_of(payment.amount)
    if amount > room or not amount:
        raise Refused(_beyond_reserve(claim, amount, room))
    payer = payment.payer if payment.payer is not None else _advancer(version, reserved)
    paid = Money("paid", "losses", ADVANCE, payer, claim.claimant_id, amount, version.currency)
    journal.move(replace(paid, version_id=version.id, policy_id=claim.policy_id, claim_id=claim.id))
    add_event(journal, claim, "advanced", {"amount": yuan(amount)})
    return amount


def _advancer(version: Version, reserved: Iterable[Money]) -> int:
    programme = version.programme
    steps = [step for step in programme.losses.from_ if step.advanced_by is not None]
    pools = [programme.pools[step.party] for step in programme.losses.from_ if step.party in programme.pools]
    names = [str(step.advanced_by) for step in steps] + [pool.leader for pool in pools if pool.leader is not None]
    known = [version.roles[name] for name in names if name in version.roles]
    return known[0] if known else max(reserved, key=lambda money: money.amount).payer_id


def _beyond_reserve(claim: Claim, amount: int, room: int) -> Finding:
    return Finding(
        "advance-beyond-reserve",
        None,
        Text(
            f"赔案 {claim.number} 还可预付 {said(room)}，不能预付 {said(amount)}",
            f"{said(room)} may be advanced on claim {claim.number}, not {said(amount)}",
        ),
        Text("先提高估损，或少付", "raise the reserve first, or pay less"),
    )
