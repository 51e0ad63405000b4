"""Days of a policy: how long it runs where nothing is said, and which period of the programme it belongs to."""

import datetime as dt

from quanyu.book.act import Refused
from quanyu.language.programme import Programme
from quanyu.language.scalars import Duration
from quanyu.settlement.booked import later
from quanyu.terms import Finding, Text

__all__ = ["DAY", "end_of", "period_keys"]

DAY = dt.timedelta(days=1)
_LENGTHS = {"year": Duration(1, "year"), "policy": Duration(1, "year"), "term": Duration(1, "year"),
            "month": Duration(1, "month"), "day": Duration(1, "day")}  # fmt: skip


def end_of(programme: Programme, start: dt.date, until: dt.date | None) -> dt.date:
    """The day after the last of a policy that starts on `start`. until: its last day, as the period's form where None.

    A season ends with the programme's own. Raises Refused (`missing-date`, `bad-interval`).
    """
    last = until
    if last is None and programme.period.each in ("season", "term"):
        last = programme.period.until
    if last is None and programme.period.each not in _LENGTHS:
        raise Refused(
            Finding(
                "missing-date",
                None,
                Text("没有写止期", "the last day of cover is not said"),
                Text("写明止期", "say the last day"),
            )
        )
    end = later(start, _LENGTHS[programme.period.each]) if last is None else last + DAY
    if end <= start:
        raise Refused(
            Finding(
                "bad-interval",
                None,
                Text(f"止期 {end - DAY} 早于起期 {start}", f"cover from {start} ends before it starts"),
                Text("改正起止日期", "correct the days"),
            )
        )
    return end


def period_keys(programme: Programme, start: dt.date) -> dict[str, str]:
    """The key columns of periods for a policy that starts on a day: `period` its year, as for claims.

    A further period that is counted from a day of the year has the year in which it began.
    """
    keys = {"period": str(start.year)}
    for name, period in programme.periods.items():
        since = period.since
        before = since is not None and (start.month, start.day) < (since.month, since.day)
        keys[name] = str(start.year - before)
    return keys
