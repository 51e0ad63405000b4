"""Calendar windows and dates, as texts that sort."""

import re
from datetime import date

__all__ = ["inside", "is_date", "read_window"]

_DATE = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)", re.ASCII)
_WINDOW = re.compile(r"\s*([\[(（])\s*([\d-]+)\s*[,，]\s*([\d-]+)\s*([\])）])\s*", re.ASCII)
_LEAP = 2000
Window = tuple[str, str, bool, bool]
"""First and last date, and whether each belongs to the window."""


def is_date(text: str) -> bool:
    """Whether `text` is a date `2021-06-08` or a month-day `06-08` (02-29 included)."""
    m = _DATE.fullmatch(text)
    if not m:
        return False
    try:
        date(int(m[1] or _LEAP), int(m[2]), int(m[3]))
    except ValueError:
        return False
    return True


def read_window(text: str) -> Window | None:
    """`[06-08, 07-05]`, `[2021-06-08, 2021-07-05)`; month-days may go over new year (`[11-15, 02-28]`).

    None for other texts.
    """
    m = _WINDOW.fullmatch(text)
    if not m or not (is_date(m[2]) and is_date(m[3])) or len(m[2]) != len(m[3]):
        return None
    if len(m[2]) > 5 and m[2] > m[3]:
        return None
    return m[2], m[3], m[1] == "[", m[4] == "]"


def inside(day: str, window: Window) -> bool | None:
    """Whether a date lies in a window; a full date is held against month-days by its own.

    None where it cannot be told.
    """
    first, last, with_first, with_last = window
    if len(first) == 5:
        day = day[-5:]
    elif len(day) == 5:
        return None
    after = day > first or (with_first and day == first)
    before = day < last or (with_last and day == last)
    return (after and before) if first <= last else (after or before)
