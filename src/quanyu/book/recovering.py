"""Recoveries, closing, reopening: what happens to a claim after it was paid."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from quanyu.book.act import Refused
from quanyu.book.amounts import fen_of
from quanyu.book.claims import Claim, add_event, check_values, locked, standing_of
from quanyu.book.deciding import resettle
from quanyu.book.facts import check_open
from quanyu.book.journal import Journal
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.paying import outstanding
from quanyu.book.premiums import said, yuan
from quanyu.book.reserving import release
from quanyu.book.settling import group_of
from quanyu.book.versions import Library
from quanyu.terms import Finding, Text

__all__ = ["Return", "close", "recover", "reopen"]


@dataclass(frozen=True)
class Return:
    """What comes back after a loss: how much, when, from whom (outside of the book if not said), and whatever else."""

    amount: str
    at: dt.date
    payer: Person | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def recover(journal: Journal, library: Library, number: str, back: Return) -> int:
    """Shares what comes back by the recovery waterfall, with limits given back as the programme says; gives it in fen.

    Raises Refused: `unknown-claim`, `claim-undecided`, `amount-unreadable`, `no-flow`, what settlement finds.
    """
    claim = locked(journal.connection, number)
    if standing_of(journal.connection, claim).decision != "accepted":
        reason = Text(f"赔案 {number} 没有赔付，不能追偿", f"claim {number} is not accepted: nothing comes back")
        raise Refused(Finding("claim-undecided", None, reason, Text("先核定", "decide it first")))
    version = library.version(journal.connection, claim.version_id)
    check_values(version, back.values)
    body: dict[str, Any] = {"amount": yuan(fen_of(back.amount)), "values": {**back.values, "at": back.at.isoformat()}}
    if back.payer is not None:
        body["payer"] = str(ensure_parties(journal, [back.payer])[back.payer.code])
    group = group_of(journal.connection, version, claim)
    told = [replace(one, recoveries=(*one.recoveries, body)) if one.claim.id == claim.id else one for one in group.told]
    add_event(journal, claim, "recovered", body)
    resettle(journal, replace(group, told=tuple(told)), claim)
    return fen_of(back.amount)


def close(journal: Journal, number: str) -> None:
    """Closes a claim: one on which nothing is owed any more, or one that is withdrawn, for a reason.

    Raises Refused: `unknown-claim`, `claim-closed`, `claim-unpaid`, `reason-missing`.
    """
    claim = locked(journal.connection, number)
    standing = standing_of(journal.connection, claim)
    check_open(claim, closed=standing.closed)
    left = sum(money.amount for money in outstanding(journal.connection, claim))
    if left:
        raise Refused(_unpaid(claim, left))
    if standing.decision is None:
        _with_reason(journal, claim)
        release(journal, claim)
    add_event(journal, claim, "closed", {})


def reopen(journal: Journal, number: str) -> None:
    """Opens a closed claim again, for a reason; what was decided stands until it is decided anew.

    Raises Refused: `unknown-claim`, `claim-open`, `reason-missing`.
    """
    claim = locked(journal.connection, number)
    if not standing_of(journal.connection, claim).closed:
        reason = Text(f"赔案 {number} 没有结案", f"claim {number} is not closed")
        raise Refused(Finding("claim-open", None, reason, Text("直接办理", "work on it as it is")))
    _with_reason(journal, claim)
    add_event(journal, claim, "reopened", {})


def _with_reason(journal: Journal, claim: Claim) -> None:
    if not journal.act.reason.strip():
        reason = Text(f"赔案 {claim.number}：没有写理由", f"claim {claim.number}: no reason is given")
        raise Refused(Finding("reason-missing", None, reason, Text("写明理由", "state the reason")))


def _unpaid(claim: Claim, left: int) -> Finding:
    return Finding(
        "claim-unpaid",
        None,
        Text(f"赔案 {claim.number} 还有 {said(left)} 未结清", f"{said(left)} of claim {claim.number} is not settled"),
        Text("先付清", "pay it first"),
    )
