"""Parts of a period, each counted by hand."""

import datetime as dt
from fractions import Fraction

import pytest

from quanyu.formula import Undefined
from quanyu.formula.lookup import NoRow
from quanyu.rating import (
    DayCount,
    Term,
    change_of_premium,
    earned_share,
    months_begun,
    return_of_premium,
    time_share,
)
from rating.programmes import rated

CASES: list[tuple[DayCount, str, str, str]] = [
    # Both days are covered: January has 31 days, a plain year 365, 2024 366.
    ("days", "2026-01-01", "2026-01-01", "1"),
    ("days", "2026-01-01", "2026-01-31", "31"),
    ("days", "2024-02-01", "2024-03-01", "30"),
    ("actual/365", "2026-01-01", "2026-12-31", "1"),
    ("actual/365", "2024-01-01", "2024-12-31", "366/365"),
    ("actual/365", "2026-07-01", "2026-12-31", "184/365"),
    ("actual/360", "2026-01-01", "2026-03-31", "90/360"),
    ("actual/360", "2026-01-01", "2026-12-31", "365/360"),
    # Years of cover from the start: the one from 2023-07-01 has 366 days, as it holds 29 February 2024.
    ("actual/actual", "2023-07-01", "2024-06-30", "1"),
    ("actual/actual", "2023-07-01", "2024-01-01", "185/366"),
    ("actual/actual", "2022-07-01", "2023-01-01", "185/365"),
    ("actual/actual", "2022-07-01", "2024-06-30", "2"),
    ("actual/actual", "2022-07-01", "2023-07-01", "367/366"),
    ("actual/actual", "2024-02-29", "2025-02-27", "1"),
    # 30E/360, to the day after the last.
    ("30/360", "2026-01-01", "2026-12-31", "1"),
    ("30/360", "2026-01-01", "2026-02-28", "60/360"),
    ("30/360", "2026-01-15", "2026-02-14", "30/360"),
    ("30/360", "2026-01-31", "2026-02-28", "31/360"),
    ("30/360", "2026-01-30", "2026-01-30", "0"),
    # Months begun count whole.
    ("months", "2026-01-15", "2026-02-14", "1/12"),
    ("months", "2026-01-15", "2026-02-15", "2/12"),
    ("months", "2026-01-31", "2026-02-27", "1/12"),
    ("months", "2026-01-31", "2026-02-28", "2/12"),
    ("months", "2026-01-01", "2026-12-31", "1"),
    ("months", "2026-12-20", "2027-01-05", "1/12"),
    ("short-period", "2026-01-01", "2026-01-20", "10%"),
    ("short-period", "2026-01-01", "2026-02-01", "20%"),
    ("short-period", "2026-01-01", "2026-12-31", "100%"),
    ("short-period", "2026-01-01", "2027-01-10", "110%"),
]
SHORT = '{amount: 1, day_count: short-period, short_period: {"1": 10%, "2": 20%, "[3, 11]": 60%}}'


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def exact(text: str) -> Fraction:
    return Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)


@pytest.mark.parametrize(("convention", "start", "end", "share"), CASES)
def test_shares_counted_by_hand(convention: DayCount, start: str, end: str, share: str) -> None:
    table = rated(SHORT).short_period
    assert time_share(convention, day(start), end=day(end), table=table) == exact(share)


def test_actual_actual_of_a_period_is_days_over_its_days() -> None:
    def share(start: str, end: str) -> Fraction:
        first, last = day("2026-06-01"), day("2026-09-30")
        return time_share("actual/actual", day(start), end=day(end), period_start=first, period_end=last)

    assert share("2026-06-01", "2026-09-30") == 1
    assert share("2026-09-01", "2026-09-30") == Fraction(30, 122)
    with pytest.raises(Undefined):
        share("2026-09-01", "2026-10-01")


def test_an_end_before_the_start_and_an_absent_table_are_refused() -> None:
    with pytest.raises(Undefined):
        time_share("days", day("2026-01-02"), end=day("2026-01-01"))
    with pytest.raises(Undefined):
        time_share("short-period", day("2026-01-02"), end=day("2026-02-01"))
    lacking = rated('{amount: 1, day_count: short-period, short_period: {"1": 10%}}').short_period
    with pytest.raises(NoRow):
        time_share("short-period", day("2026-01-02"), end=day("2026-03-01"), table=lacking)


def test_months_begun_step_up_on_the_day_of_the_start() -> None:
    start = day("2026-01-31")
    counts = [months_begun(start, start + dt.timedelta(days=n)) for n in range(60)]
    # 31 January to 27 February one month; to 30 March two; from 31 March three.
    assert counts == [1] * 28 + [2] * 31 + [3]


def test_cancelling_and_changing_pro_rata() -> None:
    term = Term("actual/365", day("2026-01-01"), day("2026-12-31"))
    assert earned_share(term, day("2026-03-14")) == Fraction(73, 365)
    assert return_of_premium(Fraction(1000), term, day("2026-03-14")) == 800
    assert change_of_premium(Fraction(1000), Fraction(1500), term=term, first=day("2026-03-15")) == 400
    assert change_of_premium(Fraction(1500), Fraction(1000), term=term, first=day("2026-03-15")) == -400


def test_cancelling_before_the_start_gives_everything_back_and_after_the_end_nothing() -> None:
    term = Term("months", day("2026-01-01"), day("2026-12-31"))
    assert return_of_premium(Fraction(1000), term, day("2025-12-31")) == 1000
    assert return_of_premium(Fraction(1000), term, day("2027-06-01")) == 0


def test_a_short_period_scale_keeps_more_than_pro_rata() -> None:
    term = Term("short-period", day("2026-01-01"), day("2026-12-31"), table=rated(SHORT).short_period)
    assert return_of_premium(Fraction(1000), term, day("2026-02-10")) == 800
    assert return_of_premium(Fraction(1000), term, day("2026-05-10")) == 400
