"""Closing the books: after it nothing is booked into the days that are closed; what comes late falls into the next."""

import datetime as dt

from sqlalchemy import Connection, func, select, text

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.journal import Journal
from quanyu.terms import Finding, Text

__all__ = ["books_closed", "close_books", "closed_through", "open_day"]

_DAY = dt.timedelta(days=1)


def closed_through(connection: Connection) -> dt.date | None:
    """The last day whose books are closed; None where none are."""
    found: dt.date | None = connection.execute(select(func.max(t.closing.c.through))).scalar()
    return found


def open_day(connection: Connection, day: dt.date) -> dt.date:
    """The day on which something of `day` is booked: itself while its books are open, else the first that is open."""
    through = closed_through(connection)
    return day if through is None or day > through else through + _DAY


def close_books(journal: Journal, through: dt.date) -> None:
    """Closes the books of all days up to `through`. Raises Refused: `closed-before`, `closing-too-early`.

    Waits for acts that are being written, and lets no other begin: none can slip into a day that is being closed.
    """
    journal.connection.execute(text("lock table txn in share row exclusive mode"))
    last = closed_through(journal.connection)
    if last is not None and through <= last:
        raise Refused(_before(through, last))
    today = min(journal.booked_on, journal.act.done_on)
    if through >= today:
        raise Refused(_early(through, today))
    journal.write(t.closing, [{"through": through}])
    journal.touch("txn", journal.txn)


def books_closed(day: dt.date, through: dt.date) -> Finding:
    """What is said of an act that was to be booked into closed days."""
    return Finding(
        "books-closed",
        None,
        Text(f"{day} 不能入账：账簿已关至 {through}", f"nothing is booked on {day}: the books are closed to {through}"),
        Text(f"记入其后的日期：--booked {through + _DAY}", f"book it on a day after that: --booked {through + _DAY}"),
    )


def _before(through: dt.date, last: dt.date) -> Finding:
    return Finding(
        "closed-before",
        None,
        Text(f"账簿已关至 {last}，包括 {through}", f"the books are closed to {last}, which includes {through}"),
        Text("写其后的日期", "name a later day"),
    )


def _early(through: dt.date, today: dt.date) -> Finding:
    return Finding(
        "closing-too-early",
        None,
        Text(f"{through} 在 {today} 还没有过去", f"{through} is not over on {today}"),
        Text("只关已经过去的日期", "close days that are over"),
    )
