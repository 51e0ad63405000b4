"""Premium that is paid: never more than is due, for each payer apart."""

from dataclasses import replace

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.journal import Journal, Money
from quanyu.book.ledger import booked, difference, part_of
from quanyu.book.premiums import said
from quanyu.book.standing import Policy, lock_policy
from quanyu.terms import Finding, Text

__all__ = ["collect", "outstanding"]


def outstanding(connection: Connection, *policies: int) -> list[Money]:
    """What is due for the premium of policies and not paid, refunds too, as the payments that would settle it."""
    c = t.transfer.c
    held = booked(
        connection, c.policy_id.in_(policies), c.claim_id.is_(None), c.flow == "premium", c.stage != "reserved"
    )
    due = [replace(m, stage="paid") for m in held if m.stage == "due"]
    left = difference(due, [m for m in held if m.stage == "paid"])
    return sorted(left, key=lambda m: (m.policy_id or 0, m.label, m.payer_id, m.receiver_id))


def collect(
    journal: Journal,
    number: str,
    *,
    payer_id: int | None = None,
    receiver_id: int | None = None,
    amount: int | None = None,
) -> list[Money]:
    """Books what a party pays for the premium of a policy, or is paid back; all payers or receivers where None.

    That of a master policy is the premium of its certificates, which are paid in one act.
    amount: in fen, all that is owed where None; less than that goes to all that is owed, pro rata.

    Raises Refused: `nothing-due`, `paid-too-much` where it owes less than that.
    """
    policy = lock_policy(journal.connection, number)
    owed = [
        m
        for m in outstanding(journal.connection, policy.id, *_certificates(journal.connection, policy))
        if payer_id in (None, m.payer_id) and receiver_id in (None, m.receiver_id)
    ]
    total = sum(m.amount for m in owed)
    asked = total if amount is None else amount
    if not total:
        raise Refused(_nothing_due(number))
    if not 0 < asked <= total:
        raise Refused(
            Finding(
                "paid-too-much",
                None,
                Text(
                    f"保单 {number} 上应付 {said(total)}，收到 {said(asked)}",
                    f"{said(total)} is owed for policy {number}, {said(asked)} is paid",
                ),
                Text("付款不能超过应付", "pay what is owed at most"),
            )
        )
    paid = part_of(owed, asked)
    journal.move(*paid)
    return paid


def _certificates(connection: Connection, policy: Policy) -> list[int]:
    """Those under a master policy; nobody else changes them before this transaction ends."""
    if policy.kind != "master":
        return []
    p = t.policy.c
    query = select(p.id).where(p.master_id == policy.id).order_by(p.id).with_for_update()
    return [int(one) for one in connection.execute(query).scalars()]


def _nothing_due(number: str) -> Finding:
    return Finding(
        "nothing-due",
        None,
        Text(f"保单 {number} 上没有这样的应付未付款项", f"nothing of that kind is due on policy {number}"),
        Text(
            "用 quanyu book show 查看：退费写 --receiver",
            "look at `quanyu book show`: refunds take --receiver",
        ),
    )
