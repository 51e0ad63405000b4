"""Days of a policy: how long it runs where nothing is said, and which period of the programme it belongs to."""

import datetime as dt

from quanyu.book.act import Refused
from quanyu.language.programme import Programme
from quanyu.language.scalars import Duration
from quanyu.settlement.booked import later
from quanyu.terms import Finding, Text

__all__ = ["DAY", "by_years", "end_of", "period_keys", "year_after"]

DAY = dt.timedelta(days=1)
_LENGTHS = {"year": Duration(1, "year"), "policy": Duration(1, "year"), "term": Duration(1, "year"),
            "month": Duration(1, "month"), "day": Duration(1, "day")}  # fmt: skip


def end_of(programme: Programme, start: dt.date, until: dt.date | None) -> dt.date:
    """The day after the last of a policy that starts on `start`. until: its last day, as the period's form where None.

    A season ends with the programme's own. Raises Refused (`missing-date`, `bad-interval`, `year-by-year`).
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
    if programme.period.years is not None and end > year_after(start):
        raise Refused(by_years(programme, start))
    return end


def year_after(start: dt.date) -> dt.date:
    """The day after the first year of cover."""
    return later(start, Duration(1, "year"))


def by_years(programme: Programme, start: dt.date) -> Finding:
    """The finding for more than a year of cover at once where a policy of several years pays its premium each year."""
    code, years = programme.programme, programme.period.years
    return Finding(
        "year-by-year",
        None,
        Text(
            f"{code} 的保单共 {years} 年，保费按年收取，一次只出一年",
            f"{code} covers {years} years with a premium each year; one year is issued at a time",
        ),
        Text(
            f"止期不晚于 {year_after(start) - DAY}，到期续保",
            f"end it by {year_after(start) - DAY} at the latest, and renew it then",
        ),
    )


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
