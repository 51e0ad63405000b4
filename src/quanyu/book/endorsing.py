"""Changes of a policy from a day on: endorsed, suspended, cancelled, reinstated, extended, trued up."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Literal

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.covering import must_be_last, nothing_to_change, pieces_from
from quanyu.book.dating import with_own_days
from quanyu.book.days import DAY, end_of
from quanyu.book.earning import mean_fields, premium_of
from quanyu.book.issuing import recharge
from quanyu.book.journal import Journal
from quanyu.book.queueing import lock_programme
from quanyu.book.quotes import judge
from quanyu.book.standing import Piece, Policy, Segment, find_policy, lock_policy, painted, term_of
from quanyu.book.underwriting import must_be_taken
from quanyu.book.versions import Library, Version
from quanyu.terms import Finding, Text

__all__ = ["Refund", "cancel", "change", "endorse", "extend", "reinstate", "suspend", "true_up"]

Refund = Literal["pro-rata", "short-period", "none"]
_UNRATED = frozenset({"master", "open"})
"""Kinds of policies whose premium is no rating of their fields."""


def endorse(
    journal: Journal,
    library: Library,
    number: str,
    *,
    start: dt.date,
    fields: Mapping[str, str],
    proposed_by: str | None = None,
) -> Policy:
    """Changes fields of the risk from a day on; the premium changes pro rata by the day count of its version.

    proposed_by: who asked for it, where a second person has to decide. Raises Refused: `not-on-cover`,
    `nothing-to-change`, what the programme asks of a risk, and what `must_be_taken` refuses.
    """
    policy = lock_policy(journal.connection, number)
    version = library.version(journal.connection, policy.version_id)
    if policy.kind not in _UNRATED:
        for piece in (p for p in pieces_from(policy, start) if p.in_force):
            must_be_taken(journal, version, {**piece.segment.fields, **fields}, proposed_by)
    return _with_fields(journal, library, policy, start=start, fields=fields)


def true_up(journal: Journal, library: Library, number: str, *, actual: str) -> Policy:
    """Settles the premium on what really happened: the field that `true_up` names, from the first day on."""
    policy = lock_policy(journal.connection, number)
    version = library.version(journal.connection, policy.version_id)
    premium = version.programme.premium
    if premium is None or premium.true_up is None:
        raise Refused(
            Finding(
                "not-adjustable",
                None,
                Text(
                    f"{version.code} 的保费不按实际调整",
                    f"the premium of {version.code} is not adjusted to what happened",
                ),
                Text("批改用 endorse", "change a field with `endorse`"),
            )
        )
    fields = {premium.true_up.of: actual}
    return _with_fields(journal, library, policy, start=term_of(policy)[0], fields=fields, kind="true-up")


def _with_fields(
    journal: Journal,
    library: Library,
    policy: Policy,
    *,
    start: dt.date,
    fields: Mapping[str, str],
    kind: str = "endorse",
) -> Policy:
    version = library.version(journal.connection, policy.version_id)
    with_own_days(version, fields, attached=term_of(policy)[0], issued=policy.issued_on)
    pieces = [p for p in pieces_from(policy, start) if p.in_force]
    if all(fields.items() <= piece.segment.fields.items() for piece in pieces):
        raise Refused(nothing_to_change(policy, "字段没有变化", "no field changes"))
    if policy.kind not in _UNRATED:
        for piece in pieces:
            judge(version, {**piece.segment.fields, **fields})
    return change(journal, version, policy, over(policy, kind, pieces, fields=fields))


def suspend(
    journal: Journal,
    library: Library,
    number: str,
    *,
    start: dt.date,
    until: dt.date | None = None,
    refund: bool = True,
) -> Policy:
    """No cover from a day on, until the last of `until`. refund: whether the premium of these days goes back."""
    policy = lock_policy(journal.connection, number)
    version = library.version(journal.connection, policy.version_id)
    end = None if until is None else until + DAY
    pieces = [p for p in pieces_from(policy, start, end) if p.in_force]
    kind = "suspend-refund" if refund else "suspend"
    return change(journal, version, policy, over(policy, kind, pieces, state="suspended"))


def cancel(journal: Journal, library: Library, number: str, *, start: dt.date, refund: Refund | None = None) -> Policy:
    """Ends a policy with the day before `start`; what is not earned goes back to each payer by the premium flow.

    refund: by the short-period table where the version has one, else pro rata, unless it is said.
    """
    policy = lock_policy(journal.connection, number)
    version = library.version(journal.connection, policy.version_id)
    rating = version.compiled.rating
    table = rating is not None and rating.short_period is not None
    if refund == "short-period" and not table:
        raise Refused(
            Finding(
                "premium-short-period",
                None,
                Text(f"{version.code} 没有短期费率表", f"{version.code} has no short-period table"),
                Text("按日退：pro-rata", "give back pro rata"),
            )
        )
    how = refund or ("short-period" if table else "pro-rata")
    kind = {"pro-rata": "cancel", "short-period": "cancel-short-period", "none": "cancel-kept"}[how]
    pieces = [p for p in pieces_from(policy, start) if p.segment.state != "cancelled"]
    return change(journal, version, policy, over(policy, kind, pieces, state="cancelled"))


def reinstate(journal: Journal, library: Library, number: str, *, start: dt.date) -> Policy:
    """Gives cover again from a day on, on the terms of before."""
    policy = lock_policy(journal.connection, number)
    version = library.version(journal.connection, policy.version_id)
    must_be_last(journal.connection, policy)
    pieces = [p for p in pieces_from(policy, start) if not p.in_force]
    return change(journal, version, policy, over(policy, "reinstate", pieces))


def extend(journal: Journal, library: Library, number: str, *, until: dt.date) -> Policy:
    """Cover goes on to the last day `until`. Raises Refused (`cannot-extend`) where no premium is counted by time."""
    policy = lock_policy(journal.connection, number)
    version = library.version(journal.connection, policy.version_id)
    last, rating = painted(policy.segments)[-1], version.compiled.rating
    timed = rating is not None and rating.day_count is not None
    must_be_last(journal.connection, policy)
    if not timed or not last.in_force or policy.kind in _UNRATED or until < last.valid_to:
        raise Refused(
            Finding(
                "cannot-extend",
                None,
                Text(f"保单 {number} 不能延到 {until}", f"policy {number} cannot be extended to {until}"),
                Text(
                    "延长只用于有效、按时间计费（day_count）的保单；否则续保",
                    "what is in force and priced by time (`day_count`) can be extended; renew it otherwise",
                ),
            )
        )
    end_of(version.programme, term_of(policy)[0], until)
    piece = Piece(last.valid_to, until + DAY, last.segment)
    return change(journal, version, policy, over(policy, "extend", [piece]))


def over(
    policy: Policy,
    kind: str,
    pieces: Iterable[Piece],
    *,
    state: str = "in force",
    fields: Mapping[str, str] | None = None,
) -> list[Segment]:
    """New segments that say what is to stand instead of pieces of a policy; they do not say yet what they add."""
    return [
        Segment(seq, kind, state, p.valid_from, p.valid_to, {**p.segment.fields, **(fields or {})}, 0, 0)
        for seq, p in enumerate(pieces, len(policy.segments) + 1)
    ]


def change(journal: Journal, version: Version, policy: Policy, new: list[Segment]) -> Policy:
    """Writes new segments of a policy, and books the difference of its premium. Raises Refused where there are none."""
    lock_programme(journal, version)
    if not new:
        raise Refused(nothing_to_change(policy, "这些日子没有可变更的保障", "no cover to change on these days"))
    after = replace(policy, segments=(*policy.segments, *new))
    added = _premium(journal, version, after) - policy.premium
    first = replace(new[0], premium=added)
    recharge(journal, version, policy, added=added, fields=mean_fields(version, painted(after.segments)))
    journal.write(t.segment, ({**_row(one), "policy_id": policy.id} for one in (first, *new[1:])))
    journal.touch("policy", policy.id)
    return find_policy(journal.connection, policy.id)


def _premium(journal: Journal, version: Version, policy: Policy) -> int:
    if policy.kind in _UNRATED:
        return policy.premium
    master = None if policy.kind != "certificate" else find_policy(journal.connection, policy.master_id or 0)
    return premium_of(version, painted(policy.segments), None if master is None else term_of(master))


def _row(segment: Segment) -> dict[str, object]:
    row = asdict(segment)
    del row["txn"]
    return row
