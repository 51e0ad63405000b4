"""Series resampled from a history in blocks, so that what hangs together in time and between series stays together.

Moving blocks: Kuensch (1989, Annals of Statistics 17), wrapped at the end as in Politis and Romano (1992). Kept in the
calendar, as here with `window`, a block comes from the same days of another year.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from quanyu.perils.columns import Floats, Ints, Paths, as_floats
from quanyu.perils.errors import require
from quanyu.perils.generator import base_of, counters, uniforms
from quanyu.perils.series import Step, steps_of
from quanyu.perils.times import day_of_year

__all__ = ["Bootstrap", "History"]


@dataclass(frozen=True, eq=False)
class History:
    """Complete calendar years of a history: `values` of shape (years, steps, series), the years in order."""

    names: tuple[str, ...]
    step: Step
    values: Floats

    @classmethod
    def of(cls, dates: Sequence[date], values: Floats, names: Sequence[str], *, step: Step = "day") -> "History":
        """From rows by date, shape (rows, series), in any order.

        By day, 29 February is left out. By week, a row stands for the week of the year its day falls in, 30 and
        31 December for the 52nd; of two rows in a week the later counts. An incomplete first or last year is left out,
        one in between refused, as are a day given twice and a value that is not finite.
        """
        table = as_floats(values).reshape(len(dates), len(names))
        require(bool(np.isfinite(table).all()), "values", "历史数据有缺值。", "The history has values missing.")
        years = _by_year(dates, table, step)
        whole = [year for year in sorted(years) if not np.isnan(years[year]).any()]
        require(bool(whole), "dates", "没有一个完整的日历年。", "There is no complete calendar year.")
        unbroken = whole[-1] - whole[0] + 1 == len(whole)
        require(unbroken, "dates", "历史中间缺年，或有年份不完整。", "A year in between is missing or incomplete.")
        return cls(tuple(names), step, np.stack([years[year] for year in whole]))

    def detrended(self) -> "History":
        """Each series less its straight line over the years, restated at the level of the last year."""
        years, steps, _ = self.values.shape
        require(years > 1, "detrend", "去趋势至少要两年。", "Removing a trend needs at least two years.")
        t = np.arange(years * steps, dtype=np.float64) / steps
        flat = self.values.reshape(years * steps, -1)
        slope = ((t - t.mean())[:, None] * flat).sum(axis=0) / ((t - t.mean()) ** 2).sum()
        middle = years - 0.5
        return History(self.names, self.step, (flat + slope * (middle - t)[:, None]).reshape(self.values.shape))


def _by_year(dates: Sequence[date], table: Floats, step: Step) -> dict[int, Floats]:
    """The steps of each calendar year, not a number where there is none."""
    years: dict[int, Floats] = {}
    size = len(steps_of(step))
    for row in sorted(range(len(dates)), key=lambda i: dates[i]):
        when = dates[row]
        leap = (when.month, when.day) == (2, 29)
        if leap and step == "day":
            continue
        day = date(2001, when.month, 28 if leap else when.day).timetuple().tm_yday - 1
        place = day if step == "day" else min(day // 7, size - 1)
        kept = years.setdefault(when.year, np.full((size, table.shape[1]), np.nan))
        alone = step == "week" or bool(np.isnan(kept[place]).all())
        require(alone, "dates", f"日期 {when} 出现两次。", f"The date {when} stands twice.")
        kept[place] = table[row]
    return years


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Years put together from blocks of a history; all series of a block come from the same time.

    keep: `years` takes a whole historic year (or season) at a time; `window` takes each block of `block` steps from a
    random year, moved by at most `window` steps, and so keeps the calendar; `none` takes blocks from anywhere, for
    series without a season. season: first and last month-day of the steps that are given; may run over new year.
    """

    name: str
    history: History
    keep: Literal["years", "window", "none"] = "years"
    block: int = 30
    window: int = 0
    season: tuple[str, str] = ("01-01", "12-31")

    def __post_init__(self) -> None:
        steps = self.history.values.shape[1]
        fine = 1 <= self.block <= steps
        require(fine, "block", "块长须在 1 与一年的步数之间。", "A block is 1 to a year's steps long.")
        require(0 <= self.window < steps, "window", "窗口须小于一年的步数。", "A window is shorter than a year.")
        require(len(self.days) > 0, "season", "时段内没有一步。", "No step lies in the season.")
        wraps = self.season[0] > self.season[1]
        enough = not (wraps and len(self.history.values) < 2)
        require(enough, "season", "跨年时段至少要两年历史。", "A season over new year needs two years of history.")

    @property
    def days(self) -> Ints:
        """Days of the year of the steps given, in the order of the season."""
        return np.asarray(steps_of(self.history.step)[self._season % self.history.values.shape[1]])

    @property
    def _season(self) -> Ints:
        """Places of the season's steps, counted from the first of January of its first year."""
        days, steps = steps_of(self.history.step), self.history.values.shape[1]
        first, last = day_of_year(self.season[0], "season"), day_of_year(self.season[1], "season")
        if first <= last:
            return np.flatnonzero((days >= first) & (days <= last))
        return np.concatenate((np.flatnonzero(days >= first), steps + np.flatnonzero(days <= last)))

    def draw(self, seed: int, years: range, steps: int | None = None) -> Paths:
        """The series of the `years`, a range of step 1. steps: the first so many of each season."""
        season = self._season
        length = len(season) if self.keep == "years" else self.block
        starts = np.arange(0, len(season), length)
        source = self._sources(seed, years, season[starts])
        rows = np.repeat(source, length, axis=1)[:, : len(season)]
        rows = rows + (np.arange(len(season)) % length)
        flat = self.history.values.reshape(-1, len(self.history.names))
        rows = rows[:, :steps]
        return Paths(years.start, self.history.names, self.days[:steps], flat[rows % len(flat)])

    def _sources(self, seed: int, years: range, places: Ints) -> Ints:
        """Where in the flattened history each block begins, shape (years, blocks)."""
        past, steps = self.history.values.shape[:2]
        ptr = np.arange(len(years) + 1, dtype=np.int64) * len(places)
        shape = (len(years), len(places))
        u = uniforms(counters(base_of(seed, f"{self.name}/block"), years.start, ptr)).reshape(shape)
        if self.keep == "none":
            return np.asarray((u * (past * steps)).astype(np.int64))
        if self.keep == "years":
            # A season over new year needs the year after it, so the last year cannot begin one.
            return np.asarray((u * (past - (self.season[0] > self.season[1]))).astype(np.int64) * steps + places)
        moved = uniforms(counters(base_of(seed, f"{self.name}/shift"), years.start, ptr)).reshape(shape)
        shift = (moved * (2 * self.window + 1)).astype(np.int64) - self.window
        return np.asarray((u * past).astype(np.int64) * steps + places + shift)
