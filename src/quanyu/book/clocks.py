"""Clocks of claims: days from notice to decision and to payment, against what the programme promises."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, select

from quanyu.book import tables as t
from quanyu.book.versions import Library
from quanyu.language.scalars import Duration
from quanyu.settlement.booked import later

__all__ = ["Clock", "clocks"]


@dataclass(frozen=True, slots=True)
class Clock:
    """The days of one claim. decided: first; paid: when all that is due to the claimant was.

    decide_by, pay_by: what was promised; None where nothing was. now: the day on which it is looked at.
    """

    number: str
    programme: str
    reported: dt.date
    decided: dt.date | None
    paid: dt.date | None
    declined: bool
    decide_by: dt.date | None
    pay_by: dt.date | None
    now: dt.date

    @property
    def days_to_decision(self) -> int:
        """From the notice to the decision, or to now."""
        return ((self.decided or self.now) - self.reported).days

    @property
    def days_to_payment(self) -> int | None:
        """From the notice to the payment, or to now; None for a claim that was declined."""
        return None if self.declined else ((self.paid or self.now) - self.reported).days

    @property
    def late_decision(self) -> bool:
        """Whether the decision came, or is, later than promised."""
        return self.decide_by is not None and (self.decided or self.now) > self.decide_by

    @property
    def late_payment(self) -> bool:
        """Whether the payment came, or is, later than promised."""
        return self.pay_by is not None and not self.declined and (self.paid or self.now) > self.pay_by

    @property
    def overdue(self) -> bool:
        """Whether something promised is still owed and late."""
        undecided = self.late_decision and self.decided is None
        return undecided or (self.late_payment and self.paid is None)


def clocks(
    connection: Connection, library: Library, now: dt.date, *where: ColumnElement[bool], overdue: bool = False
) -> list[Clock]:
    """The clocks of claims that meet the conditions, by their numbers.

    now: the day; what was noticed by then, and what the books of that day have of decisions and payments.
    overdue: only those that are.
    """
    found = _clocks(connection, library, now, where)
    return [clock for clock in found if clock.overdue or not overdue]


_DAYS = ("decided", "paid", "accepted", "declined")


def _clocks(
    connection: Connection, library: Library, now: dt.date, where: tuple[ColumnElement[bool], ...]
) -> Iterator[Clock]:
    c, e, x = t.claim.c, t.claim_event.c, t.txn.c
    by_then = x.booked_on <= now
    days = (
        select(
            e.claim_id,
            func.min(case((by_then & e.kind.in_(("accepted", "declined")), x.booked_on))).label("decided"),
            func.max(case((by_then & e.kind.in_(("paid", "advanced")), x.booked_on))).label("paid"),
            func.max(case((by_then & (e.kind == "accepted"), e.seq), else_=0)).label("accepted"),
            func.max(case((by_then & (e.kind == "declined"), e.seq), else_=0)).label("declined"),
        )
        .join(t.txn, x.id == e.txn_id)
        .group_by(e.claim_id)
        .subquery()
    )
    left = _left(now)
    query = (
        select(
            c.number,
            c.version_id,
            c.reported,
            *(days.c[name] for name in _DAYS),
            func.coalesce(left.c.left, 0).label("left"),
        )
        .join(days, days.c.claim_id == c.id)
        .outerjoin(left, left.c.claim_id == c.id)
        .where(c.reported <= now, *where)
        .order_by(c.number)
    )
    for row in connection.execute(query):
        version = library.version(connection, row.version_id)
        promises = version.programme.promises
        declined = row.declined > row.accepted
        settled = row.decided is not None and not declined and row.left <= 0
        yield Clock(
            number=row.number,
            programme=version.code,
            reported=row.reported,
            decided=row.decided,
            paid=(row.paid or row.decided) if settled else None,
            declined=declined,
            decide_by=_by(row.reported, promises.decision),
            pay_by=_by(row.reported, promises.payment),
            now=now,
        )


def _left(now: dt.date) -> Subquery:
    """What is due to the claimant of each claim and not paid by a day."""
    c, m = t.claim.c, t.transfer.c
    signed = case((m.receiver_id == c.claimant_id, m.amount), else_=-m.amount)
    owed = case((m.stage == "due", signed), else_=-signed)
    own = (m.receiver_id == c.claimant_id) | (m.payer_id == c.claimant_id)
    mine = and_(m.claim_id == c.id, m.stage != "reserved", own)
    query = select(m.claim_id, func.sum(owed).label("left")).join(t.claim, mine)
    return query.where(m.flow == "losses", m.booked_on <= now).group_by(m.claim_id).subquery()


def _by(reported: dt.date, promise: Duration | None) -> dt.date | None:
    return None if promise is None else later(reported, promise)
