"""Parts of a period by named day-count conventions, and premiums changed in mid-term."""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from quanyu.formula import Undefined, WrongType
from quanyu.formula.lookup import Lookup, look_up

__all__ = ["DayCount", "Term", "change_of_premium", "earned_share", "months_begun", "return_of_premium", "time_share"]

DayCount: TypeAlias = Literal["actual/365", "actual/actual", "actual/360", "30/360", "days", "months", "short-period"]
_DAY = dt.timedelta(days=1)


def time_share(
    convention: DayCount,
    start: dt.date,
    *,
    end: dt.date,
    period_start: dt.date | None = None,
    period_end: dt.date | None = None,
    table: Lookup | None = None,
) -> Fraction:
    """What a premium is multiplied by for cover from `start` to `end`, both days covered.

    - `actual/365`, `actual/360`: days of cover over 365 or 360.
    - `actual/actual`: days of cover over the days of the period; without a period, each year of cover counted from
      `start` is one, and the days of the last part are taken over that year's 365 or 366.
    - `30/360`: every month has 30 days; a 31st counts as the 30th (30E/360 from `start` to the day after `end`).
    - `days`: the days of cover; the premium is the price of one day.
    - `months`: months begun over 12.
    - `short-period`: whole years count one each, the months begun beyond them as in `table`, entered with `months`.

    Without a period, `actual/actual` equals one for any whole year. Raises Undefined where `end` is before `start` or
    the cover leaves the period, NoRow where the table lacks the months.
    """
    days = Fraction((end - start).days + 1)
    if days < 1:
        raise Undefined(f"cover from {start} to {end}")
    match convention:
        case "days":
            return days
        case "actual/365":
            return days / 365
        case "actual/360":
            return days / 360
        case "actual/actual":
            if period_start is None or period_end is None:
                return _years(start, end)
            if start < period_start or end > period_end:
                raise Undefined(f"cover from {start} to {end} outside its period {period_start} to {period_end}")
            return days / ((period_end - period_start).days + 1)
        case "30/360":
            return Fraction(_days_of_30(end + _DAY) - _days_of_30(start), 360)
        case "months":
            return Fraction(months_begun(start, end), 12)
        case "short-period":
            return _short(months_begun(start, end), table)


def _days_of_30(day: dt.date) -> int:
    return 360 * day.year + 30 * day.month + min(day.day, 30)


def _after_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last day of a month that lacks it."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + (day.day - 1) * _DAY, following - _DAY)


def months_begun(start: dt.date, end: dt.date) -> int:
    """Months that a cover has begun: from 15 January to 14 February one, to 15 February two."""
    count = max(12 * (end.year - start.year) + end.month - start.month, 0)
    return count + (_after_months(start, count) <= end)


def _years(start: dt.date, end: dt.date) -> Fraction:
    whole = max(end.year - start.year - 1, 0)
    while _after_months(start, 12 * (whole + 1)) <= end + _DAY:
        whole += 1
    began, ends = _after_months(start, 12 * whole), _after_months(start, 12 * (whole + 1))
    return whole + Fraction((end + _DAY - began).days, (ends - began).days)


def _short(months: int, table: Lookup | None) -> Fraction:
    if table is None:
        raise Undefined("short-period without its table")
    years, rest = divmod(months, 12)
    if rest == 0:
        return Fraction(years)
    share = look_up(table, {"months": rest})
    if not isinstance(share, Fraction):
        raise WrongType(f"a short-period share is a number, not {share!r}")
    return years + share


@dataclass(frozen=True, slots=True)
class Term:
    """A cover's days, both covered, with the convention its premium is counted by and the period where one is fixed."""

    convention: DayCount
    start: dt.date
    end: dt.date
    period: tuple[dt.date, dt.date] | None = None
    table: Lookup | None = None

    def share(self, last: dt.date) -> Fraction:
        """The time share of the cover from its start to `last`."""
        first, final = self.period or (None, None)
        return time_share(self.convention, self.start, end=last, period_start=first, period_end=final, table=self.table)


def earned_share(term: Term, last: dt.date) -> Fraction:
    """The part of the term's premium earned when cover ends with the day `last`: 0 before its start, at most 1."""
    if last < term.start:
        return Fraction(0)
    return min(term.share(min(last, term.end)) / term.share(term.end), Fraction(1))


def return_of_premium(premium: Fraction, term: Term, last: dt.date) -> Fraction:
    """What is given back of the term's whole premium when cover is cancelled after the day `last`."""
    return premium * (1 - earned_share(term, last))


def change_of_premium(old: Fraction, new: Fraction, *, term: Term, first: dt.date) -> Fraction:
    """What an endorsement from the day `first` on costs; below zero it is given back.

    `old` and `new` are the premiums of the whole term before and after.
    """
    return return_of_premium(new - old, term, first - _DAY)
