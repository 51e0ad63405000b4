"""Decisions: a claim accepted at the amount of its cover or as assessed, or declined; what becomes due, of whom."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.claims import Claim, add_event, add_events, locked, standing_of
from quanyu.book.facts import check_open
from quanyu.book.journal import Journal
from quanyu.book.mass.anew import decided_in_columns, for_columns
from quanyu.book.premiums import yuan
from quanyu.book.reserving import fen_of, release
from quanyu.book.settling import Group, book_due, group_of, lock_settling, settled_group
from quanyu.book.told import Decided, Told, told_claims
from quanyu.book.versions import Library, Version
from quanyu.language.programme import Programme
from quanyu.settlement.booked import closing_of
from quanyu.terms import Finding, Text
from quanyu.waterfall import Row

__all__ = ["Decision", "decide", "decide_together", "open_period", "resettle"]


@dataclass(frozen=True)
class Decision:
    """accepted: else declined. amounts: assessed amounts by line, as written; the cover computes the others.

    determined: the day by which the claim stands in the queue; where not said, that of the decision before, else the
    day of the books.
    """

    accepted: bool = True
    amounts: Mapping[str, str] = field(default_factory=dict)
    determined: dt.date | None = None


def decide(journal: Journal, library: Library, number: str, decision: Decision) -> int:
    """Decides a claim, or decides it anew, and books the difference for all that it moves; gives its amount in fen.

    Raises Refused as `decide_together`.
    """
    return decide_together(journal, library, {number: decision})[number]


def decide_together(journal: Journal, library: Library, decisions: Mapping[str, Decision]) -> dict[str, int]:
    """Decides claims of one version at one moment, so that they share what is short; gives their amounts in fen.

    Raises Refused: `unknown-claim`, `claim-closed`, `claim-not-covered`, `reason-missing`, `amount-unreadable`,
    `versions-differ`, what settlement finds, `cover-without-facts` above all.
    """
    claims = [locked(journal.connection, number) for number in sorted(decisions)]
    for claim in claims:
        check_open(claim, closed=standing_of(journal.connection, claim).closed)
    if len({claim.version_id for claim in claims}) != 1:
        reason = Text("这些赔案不属同一版方案", "the claims are not of one version of a programme")
        raise Refused(Finding("versions-differ", None, reason, Text("分开核定", "decide them apart")))
    version = library.version(journal.connection, claims[0].version_id)
    lock_settling(journal.connection, version)
    ids = [claim.id for claim in claims]
    told = {one.claim.number: one for one in told_claims(journal.connection, t.claim.c.id.in_(ids))}
    bodies = {}
    for claim in claims:
        decision = decisions[claim.number]
        _check(journal, told[claim.number], decision)
        bodies[claim.number] = Decided(
            journal.txn, journal.booked_on, decision.accepted, _body(journal, version, told[claim.number], decision)
        )
        release(journal, claim)
    amounts, moved = _booked(journal, version, claims, {n: _with(told[n], one) for n, one in bodies.items()})
    for claim in claims:
        decided = bodies[claim.number]
        stated = {"amount": yuan(amounts[claim.number])} if decided.accepted else {}
        add_event(journal, claim, "accepted" if decided.accepted else "declined", {**decided.body, **stated})
    add_events(journal, moved, "settled", {"by": claims[0].number})
    return amounts


def _booked(
    journal: Journal, version: Version, claims: Sequence[Claim], told: Mapping[str, Told]
) -> tuple[dict[str, int], Sequence[int]]:
    """Books what decided claims move, in columns or else row by row; gives their amounts and who else moved."""
    anew = decided_in_columns(journal, version, list(told.values())) if for_columns(version) else None
    if anew is not None:
        journal.move(*anew.moves)
        return anew.amounts, anew.moved
    group = group_of(journal.connection, version, *claims)
    group = replace(group, told=tuple(told.get(one.claim.number, one) for one in group.told))
    settled = settled_group(journal.connection, group)
    moved = book_due(journal, group, settled)
    totals = {} if settled is None else settled.outcome.totals()
    return {number: int(totals.get(number, 0)) for number in told}, sorted(moved - {claim.id for claim in claims})


def _with(told: Told, decided: Decided) -> Told:
    return replace(told, decisions=(*told.decisions, decided))


def resettle(journal: Journal, group: Group, claim: Claim) -> set[int]:
    """Settles a group again because of a claim, and books the difference; gives the claims whose money moved."""
    moved = book_due(journal, group, settled_group(journal.connection, group))
    add_events(journal, sorted(moved - {claim.id}), "settled", {"by": claim.number})
    return moved


def _check(journal: Journal, told: Told, decision: Decision) -> None:
    findings: list[Finding] = []
    if not decision.accepted and not journal.act.reason.strip():
        reason = Text("拒赔没有写理由", "a claim is declined without a reason")
        findings.append(Finding("reason-missing", None, reason, Text("写明理由", "state the reason")))
    if decision.accepted and told.risk is not None and told.risk.state != "in force":
        claim = told.claim
        reason = Text(
            f"保单 {told.risk.number} 在 {claim.occurred} 不在保障中",
            f"the policy {told.risk.number} does not cover {claim.occurred}",
        )
        remedy = Text("核对出险日，或拒赔", "look at the day of the loss, or decline the claim")
        findings.append(Finding("claim-not-covered", None, reason, remedy))
    if findings:
        raise Refused(*findings)


def _body(journal: Journal, version: Version, told: Told, decision: Decision) -> dict[str, Any]:
    if not decision.accepted:
        return {}
    last = max((seq for seq, _ in told.facts), default=0)
    before = [one.body["determined"] for one in told.decisions if one.accepted]
    body: dict[str, Any] = {
        "facts": str(last),
        "amounts": {line: yuan(fen_of(amount)) for line, amount in decision.amounts.items()},
        "determined": str(decision.determined or next(reversed(before), journal.booked_on)),
    }
    period = str(told.claim.keys.get("period") or told.claim.occurred.year)
    if version.programme.closes is not None:
        body["period"] = open_period(version.programme, period, journal.booked_on)
    return body


def open_period(programme: Programme, period: str, day: dt.date) -> str:
    """The period that takes an entry of a day: that of the claim while its books are open, else the next that is."""
    closing = closing_of(programme, [Row("", None, day, 0, {"period": period})])
    return period if closing is None else closing.open_at(period, day)
