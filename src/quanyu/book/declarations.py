"""Open policies: cover that comes about by declarations, a deposit at the start, a minimum at the end."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.covering import must_be_of, must_cover, nothing_to_change
from quanyu.book.dating import with_own_days, without_own_days
from quanyu.book.days import DAY, end_of
from quanyu.book.earning import premium_of, read_fields
from quanyu.book.excluding import must_not_be_elsewhere
from quanyu.book.issuing import Issue, recharge, write_policy
from quanyu.book.journal import Journal
from quanyu.book.masters import holder_of, schedule
from quanyu.book.queueing import lock_programme
from quanyu.book.quotes import Ask, judge, version_for
from quanyu.book.standing import Piece, Policy, Segment, current, find_policy, lock_policy, painted, term_of
from quanyu.book.stopping import must_take_business
from quanyu.book.versions import Library, Version
from quanyu.formula import EvaluationError, Expression, evaluate, parse
from quanyu.language.programme import Declarations
from quanyu.language.scalars import Source
from quanyu.settlement.booked import later
from quanyu.terms import Finding, Text

__all__ = ["Declared", "adjust", "declare", "open_cover"]


@dataclass(frozen=True, slots=True)
class Declared:
    """An exposure as declared: its first day of cover, its last (the period's form where None), its fields."""

    start: dt.date
    until: dt.date | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    number: str | None = None


def open_cover(journal: Journal, library: Library, ask: Ask, number: str | None = None) -> Policy:
    """An open policy; its premium is the deposit. Raises Refused (`not-declarable`, …)."""
    version = version_for(journal, library, ask.programme, ask.start)
    terms = _terms(version)
    lock_programme(journal, version)
    must_take_business(journal, version)
    holder, end = holder_of(journal, ask), end_of(version.programme, ask.start, ask.until)
    fields = with_own_days(version, ask.fields, attached=ask.start, issued=journal.booked_on)
    deposit = _amount(version, terms.deposit, fields)
    return write_policy(journal, Issue(version, holder, ask.start, end, fields, deposit, kind="open", number=number))


def declare(journal: Journal, library: Library, number: str, declared: Declared) -> Policy:
    """A declaration: cover of its own under the version of the open policy, with its premium.

    What is declared later than `due` is covered, is refused, or has cover (and premium) only from the day of the
    declaration on, as `late` says. Raises Refused: `declared-late`, `not-on-cover`, `other-kind`.
    """
    cover = lock_policy(journal.connection, number)
    must_be_of(cover, "open")
    must_cover(cover, declared.start)
    version = library.version(journal.connection, cover.version_id)
    lock_programme(journal, version)
    days = (declared.start, end_of(version.programme, declared.start, declared.until))
    first = _covered_from(_terms(version), declared.start, journal.booked_on)
    if first is None or first >= days[1]:
        raise Refused(_late(declared.start, journal.booked_on))
    fields = {**without_own_days(version, current(cover)), **declared.fields}
    fields = with_own_days(version, fields, attached=first, issued=journal.booked_on)
    judge(version, fields)
    piece = Piece(first, days[1], Segment(1, "issue", "in force", first, days[1], fields, 0, 0))
    made = write_policy(
        journal,
        Issue(
            version=version,
            holder_id=cover.holder_id,
            valid_from=first,
            valid_to=days[1],
            fields=fields,
            premium=premium_of(version, [piece], days),
            kind="declaration",
            number=declared.number,
            master_id=cover.id,
        ),
    )
    must_not_be_elsewhere(journal, library, version, made.id)
    return made


def _covered_from(terms: Declarations, start: dt.date, now: dt.date) -> dt.date | None:
    """The first day of cover of what is declared `now`; None where it has none."""
    if now <= later(start, terms.due) or terms.late == "covered":
        return start
    return None if terms.late == "refused" else now


def adjust(journal: Journal, library: Library, number: str) -> Policy:
    """Settles an ended open policy: the deposit goes back, what the declarations leave of the minimum is due.

    Raises Refused (`cover-runs`) before its end.
    """
    cover = lock_policy(journal.connection, number)
    must_be_of(cover, "open")
    end = term_of(cover)[1]
    if journal.booked_on < end:
        raise Refused(
            Finding(
                "cover-runs",
                None,
                Text(f"预约保单 {number} 到 {end - DAY} 才终止", f"open policy {number} runs until {end - DAY}"),
                Text("终止之后再结清", "settle it after its end"),
            )
        )
    version = library.version(journal.connection, cover.version_id)
    lock_programme(journal, version)
    declared = sum(one.premium for one in schedule(journal.connection, cover))
    added = max(_amount(version, _terms(version).minimum, current(cover)) - declared, 0) - cover.premium
    if not added and any(one.kind == "adjust" for one in cover.segments):
        raise Refused(nothing_to_change(cover, "已结清", "it is settled"))
    last = painted(cover.segments)[-1]
    row = {"kind": "adjust", "state": last.segment.state, "fields": dict(last.segment.fields), "premium": added}
    row |= {"valid_from": last.valid_from, "valid_to": last.valid_to}
    recharge(journal, version, cover, added=added, fields=current(cover))
    journal.write(t.segment, [{**row, "policy_id": cover.id, "seq": len(cover.segments) + 1}])
    journal.touch("policy", cover.id)
    return find_policy(journal.connection, cover.id)


def _terms(version: Version) -> Declarations:
    if version.programme.declarations is None:
        raise Refused(
            Finding(
                "not-declarable",
                None,
                Text(f"{version.code} 没有 declarations", f"{version.code} has no `declarations`"),
                Text("预约保单要求方案写 declarations", "an open policy needs `declarations` in the programme"),
            )
        )
    return version.programme.declarations


def _amount(version: Version, source: Source | None, fields: Mapping[str, str]) -> int:
    """An amount of the programme in whole fen, half up; nothing where it says none."""
    if source is None:
        return 0
    parsed = parse(source.text, source.place)
    try:
        value = evaluate(parsed, read_fields(version, fields)) if isinstance(parsed, Expression) else None
    except EvaluationError:
        value = None
    if not isinstance(value, Fraction):
        reason = Text(f"算不出 {source.text}", f"`{source.text}` has no value")
        raise Refused(Finding("no-premium", None, reason, Text("给出它读取的字段", "give the fields that it reads")))
    return (value * 100 + Fraction(1, 2)).__floor__()


def _late(start: dt.date, now: dt.date) -> Finding:
    return Finding(
        "declared-late",
        None,
        Text(f"{start} 的风险到 {now} 才申报", f"what began on {start} is declared on {now}"),
        Text("逾期申报没有保障", "what is declared so late has no cover"),
    )
