"""Renewal: a policy's risk for another period, under the version then in force, at the levels that claims moved."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.covering import must_be_last, must_be_of, must_cover
from quanyu.book.dating import without_own_days
from quanyu.book.days import DAY
from quanyu.book.earning import read_fields
from quanyu.book.issuing import issue
from quanyu.book.journal import Journal
from quanyu.book.parties import Person
from quanyu.book.queueing import lock_programme
from quanyu.book.quotes import Ask, Quote, add_event, find_quote, quote, version_for
from quanyu.book.standing import Policy, current, lock_policy, on_day, term_of
from quanyu.book.underwriting import ACCEPTED, Decision, underwrite
from quanyu.book.versions import Library
from quanyu.formula import EvaluationError
from quanyu.rating import next_state
from quanyu.terms import Finding, Text, write_number

__all__ = ["Renewal", "Renewed", "renew"]


@dataclass(frozen=True, slots=True)
class Renewal:
    """How a policy goes on. start: the day after its last where None; fields: what changes."""

    start: dt.date | None = None
    until: dt.date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Renewed:
    """The quote of a renewal, the decision on it, the policy where it was accepted at once."""

    quote: Quote
    decision: Decision
    policy: Policy | None


def renew(journal: Journal, library: Library, number: str, how: Renewal | None = None) -> Renewed:
    """Quotes, underwrites and, where accepted, issues the successor of a policy.

    Raises Refused: `renewed-before`, `not-on-cover` for one that was cancelled.
    """
    asked = how or Renewal()
    policy = lock_policy(journal.connection, number)
    must_be_of(policy, "policy")
    must_be_last(journal.connection, policy)
    last = on_day(policy, term_of(policy)[1] - DAY)
    if last is not None and last.state == "cancelled":
        must_cover(policy, term_of(policy)[1] - DAY)
    count = _claims(journal, policy)
    version = library.version(journal.connection, policy.version_id)
    kept = without_own_days(version, current(policy))
    fields = {**kept, **_levels(journal, library, policy, count), **asked.fields}
    start = asked.start or term_of(policy)[1]
    if last is not None and last.state != "cancelled" and start < term_of(policy)[1]:
        raise Refused(_still_covered(policy))
    lock_programme(journal, version_for(journal, library, version.code, start))
    made = quote(journal, library, Ask(version.code, start, asked.until, fields, _holder(journal, policy)))
    add_event(journal, made, "renews", {"policy_id": policy.id, "policy": policy.number, "claims": count})
    decision = underwrite(journal, library, made.number)
    issued = issue(journal, library, made.number, policy=asked.policy) if decision.kind in ACCEPTED else None
    return Renewed(find_quote(journal.connection, made.number), decision, issued)


def _still_covered(policy: Policy) -> Finding:
    end = term_of(policy)[1]
    return Finding(
        "covered-elsewhere",
        None,
        Text(f"保单 {policy.number} 本身保到 {end - DAY}", f"policy {policy.number} itself covers to {end - DAY}"),
        Text(f"续保自 {end} 起", f"renew it from {end} on"),
    )


def _claims(journal: Journal, policy: Policy) -> int:
    """The number of claims that occurred in the policy's period; not those that were declined or withdrawn."""
    first, end = term_of(policy)
    c, e = t.claim.c, t.claim_event.c
    kinds = func.array_agg(aggregate_order_by(e.kind, e.seq))
    query = select(kinds).select_from(t.claim.outerjoin(t.claim_event, e.claim_id == c.id)).group_by(c.id)
    query = query.where(c.policy_id == policy.id, c.occurred >= first, c.occurred < end)
    return sum(_counts(found) for found in journal.connection.execute(query).scalars())


def _counts(kinds: Sequence[str | None]) -> bool:
    """Whether a claim with these acts counts: accepted in the end, or still open."""
    decided = [kind for kind in kinds if kind in ("accepted", "declined")]
    ended = [kind for kind in kinds if kind in ("closed", "reopened")]
    return decided[-1] == "accepted" if decided else ended[-1:] != ["closed"]


def _levels(journal: Journal, library: Library, policy: Policy, count: int) -> dict[str, str]:
    """The states of a policy's risk after so many claims."""
    version = library.version(journal.connection, policy.version_id)
    states = {} if version.compiled.rating is None else version.compiled.rating.states
    known = read_fields(version, current(policy))
    try:
        return {name: write_number(next_state(state, known, count)) for name, state in states.items()}
    except EvaluationError as error:
        reason = Text(f"算不出下一期的状态：{error.chinese}", f"there is no state of the next period: {error}")
        raise Refused(Finding("no-premium", None, reason, Text("核对字段", "look at the fields"))) from None


def _holder(journal: Journal, policy: Policy) -> Person:
    p = t.party.c
    row = journal.connection.execute(select(p.code, p.name_zh, p.name_en, p.kind).where(p.id == policy.holder_id)).one()
    return Person(*row)
