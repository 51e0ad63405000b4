"""Master policies: a schedule of members who come and go by the day, one holder who pays for all."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.covering import must_be_of, must_cover, pieces_from
from quanyu.book.dating import with_own_days, without_own_days
from quanyu.book.days import DAY, end_of
from quanyu.book.earning import premium_of
from quanyu.book.endorsing import cancel, suspend
from quanyu.book.excluding import must_not_be_elsewhere
from quanyu.book.issuing import Issue, write_policy
from quanyu.book.journal import Journal
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.queueing import lock_programme
from quanyu.book.quotes import Ask, judge, version_for
from quanyu.book.standing import Piece, Policy, Segment, current, find_policy, lock_policy, term_of
from quanyu.book.stopping import must_take_business
from quanyu.book.versions import Library
from quanyu.terms import Finding, Text

__all__ = ["Member", "add_member", "holder_of", "open_master", "remove_member", "schedule", "with_members"]

_UNTOUCHED = {"nothing-to-change", "not-on-cover"}


@dataclass(frozen=True, slots=True)
class Member:
    """Who joins a master policy: from which day, with fields beside those of the master."""

    person: Person
    start: dt.date
    fields: Mapping[str, str] = field(default_factory=dict)
    number: str | None = None


def open_master(journal: Journal, library: Library, ask: Ask, number: str | None = None) -> Policy:
    """A master policy without members: it costs nothing yet. Its fields are those of every member."""
    version = version_for(journal, library, ask.programme, ask.start)
    lock_programme(journal, version)
    must_take_business(journal, version)
    holder = holder_of(journal, ask)
    end = end_of(version.programme, ask.start, ask.until)
    fields = with_own_days(version, ask.fields, attached=ask.start, issued=journal.booked_on)
    return write_policy(journal, Issue(version, holder, ask.start, end, fields, 0, kind="master", number=number))


def add_member(journal: Journal, library: Library, number: str, member: Member) -> Policy:
    """The certificate of a new member, to the end of the master's cover, priced by the days of it that are left.

    Where the master is suspended it is too. It is under the master's version. Raises Refused: `other-kind`,
    `not-on-cover`, what the programme asks of a risk.
    """
    master = lock_policy(journal.connection, number)
    must_be_of(master, "master")
    must_cover(master, member.start)
    version = library.version(journal.connection, master.version_id)
    lock_programme(journal, version)
    fields = {**without_own_days(version, current(master)), **member.fields}
    fields = with_own_days(version, fields, attached=member.start, issued=journal.booked_on)
    judge(version, fields)
    days, pieces = term_of(master), pieces_from(master, member.start)
    end = max(one.valid_to for one in pieces if one.in_force)
    first = Segment(1, "issue", "in force", member.start, end, fields, 0, 0)
    person = ensure_parties(journal, [member.person])[member.person.code]
    made = write_policy(
        journal,
        Issue(
            version=version,
            holder_id=person,
            valid_from=member.start,
            valid_to=end,
            fields=fields,
            premium=premium_of(version, [Piece(member.start, end, first)], days),
            kind="certificate",
            number=member.number,
            master_id=master.id,
            payer_id=master.holder_id,
        ),
    )
    must_not_be_elsewhere(journal, library, version, made.id)
    journal.settle()
    for gap in (one for one in pieces if not one.in_force and one.valid_to < end):
        refund, last = gap.segment.kind != "suspend", gap.valid_to - DAY
        made = suspend(journal, library, made.number, start=gap.valid_from, until=last, refund=refund)
    return made


def with_members(journal: Journal, number: str, start: dt.date, change: Callable[[str, dt.date], Policy]) -> Policy:
    """A change of a policy from a day on; of a master, first that of every member whose cover lasts until then.

    change: told a number and a day. A member that there is nothing to change of stays as it is.
    """
    policy = lock_policy(journal.connection, number)
    for one in schedule(journal.connection, policy) if policy.kind == "master" else ():
        first, end = term_of(one)
        try:
            if start < end:
                change(one.number, max(start, first))
        except Refused as refused:
            if not {finding.code for finding in refused.findings} <= _UNTOUCHED:
                raise
    return change(number, start)


def remove_member(journal: Journal, library: Library, number: str, *, start: dt.date) -> Policy:
    """A member leaves: the last day of cover is the one before `start`, the rest of the premium goes back pro rata."""
    must_be_of(find_policy(journal.connection, number), "certificate")
    return cancel(journal, library, number, start=start, refund="pro-rata")


def schedule(connection: Connection, master: Policy) -> list[Policy]:
    """The certificates or declarations under a policy, in the order of their numbers in the book."""
    query = select(t.policy.c.id).where(t.policy.c.master_id == master.id).order_by(t.policy.c.id)
    return [find_policy(connection, int(one)) for one in connection.execute(query).scalars()]


def holder_of(journal: Journal, ask: Ask) -> int:
    """The party that asks. Raises Refused (`holder-missing`)."""
    if ask.holder is None:
        raise Refused(
            Finding(
                "holder-missing",
                None,
                Text("没有写投保人", "no holder is named"),
                Text("写明投保人：--holder", "name the holder: --holder"),
            )
        )
    return ensure_parties(journal, [ask.holder])[ask.holder.code]
