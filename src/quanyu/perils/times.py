"""When in a year of 365 days something occurs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import ArrayLike

from quanyu.perils.columns import Floats, as_floats
from quanyu.perils.errors import LawError, require
from quanyu.terms import Text

__all__ = ["TimeLaw", "at", "day_of_year", "monthly", "season", "through_the_year"]

_DAYS = 365.0
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTH_DAY = re.compile(r"\d\d-\d\d")


@dataclass(frozen=True)
class TimeLaw:
    """Pieces of the year, even within each: `starts` and `lengths` as fractions of the year, `weights` summing to 1."""

    starts: tuple[float, ...]
    lengths: tuple[float, ...]
    weights: tuple[float, ...]

    def quantile(self, u: ArrayLike) -> Floats:
        """The time in [0, 1) for `u` in [0, 1)."""
        u = as_floats(u)
        edges = np.concatenate(([0.0], np.cumsum(self.weights)))
        piece = np.clip(np.searchsorted(edges, u, side="right") - 1, 0, len(self.weights) - 1)
        place = (u - edges[piece]) / as_floats(self.weights)[piece]
        time = as_floats(self.starts)[piece] + as_floats(self.lengths)[piece] * place
        return np.asarray(np.minimum(time, np.nextafter(1.0, 0.0)))

    def cdf(self, t: ArrayLike) -> Floats:
        """P(time <= t)."""
        t, total = as_floats(t), np.zeros(np.shape(t))
        for start, length, weight in zip(self.starts, self.lengths, self.weights, strict=True):
            reached = np.clip((t - start) / length, 0.0, 1.0) if length > 0.0 else as_floats(t >= start)
            total = total + weight * reached
        return total

    @property
    def even(self) -> bool:
        """Whether every time of the year is alike."""
        return self.starts == (0.0,) and self.lengths == (1.0,)


def _pieces(pieces: Sequence[tuple[float, float, float]]) -> TimeLaw:
    kept = [(s, n, w) for s, n, w in pieces if w > 0.0]
    total = sum(w for _, _, w in kept)
    return TimeLaw(tuple(s for s, _, _ in kept), tuple(n for _, n, _ in kept), tuple(w / total for _, _, w in kept))


def through_the_year() -> TimeLaw:
    """Any time of the year alike."""
    return TimeLaw((0.0,), (1.0,), (1.0,))


def day_of_year(month_day: str, field: str) -> int:
    """The day of `MM-DD` in a year of 365 days, 0 for the first of January."""
    fine = isinstance(month_day, str) and bool(_MONTH_DAY.fullmatch(month_day))
    require(fine, field, "写月日，如 06-01。", "Write a month and day such as 06-01.")
    try:
        return date(2001, int(month_day[:2]), int(month_day[3:])).timetuple().tm_yday - 1
    except ValueError as error:
        reason = Text(f"{month_day} 不是平年里的一天。", f"{month_day} is no day of a common year.")
        raise LawError(field, reason) from error


def season(first: str, last: str) -> TimeLaw:
    """Any time from the day `first` to the day `last`, both included; may run over new year."""
    a, b = day_of_year(first, "from"), day_of_year(last, "to") + 1
    if a < b:
        return _pieces([(a / _DAYS, (b - a) / _DAYS, 1.0)])
    return _pieces([(0.0, b / _DAYS, float(b)), (a / _DAYS, (_DAYS - a) / _DAYS, _DAYS - a)])


def at(month_day: str) -> TimeLaw:
    """Always at the beginning of the day."""
    return TimeLaw((day_of_year(month_day, "fixed") / _DAYS,), (0.0,), (1.0,))


def monthly(weights: Sequence[float]) -> TimeLaw:
    """Months as likely as their twelve weights, even within a month."""
    fair = len(weights) == 12 and all(w >= 0.0 for w in weights) and sum(weights) > 0.0
    require(
        fair, "monthly", "须有十二个非负、不全为零的权重。", "Twelve weights are needed, none negative, not all zero."
    )
    edges = (0, *accumulate(_MONTHS))
    return _pieces([(a / _DAYS, (b - a) / _DAYS, w) for (a, b), w in zip(pairwise(edges), weights, strict=True)])
