"""No risk is insured for a premium below zero: what says so of one premium, and of those of a table."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from quanyu.rating.sheet import Sheet
from quanyu.terms import Finding, Place, Text

__all__ = ["premium_below_zero", "premiums_below_zero"]

_MOST = 100


def premium_below_zero(sheet: Sheet) -> list[Finding]:
    """What is wrong with a premium of less than nothing (`premium-below-zero`); nothing else is."""
    return [_finding(sheet.fen, "", "", None)] if sheet.fen < 0 else []


def premiums_below_zero(fen: NDArray[np.int64], place: Callable[[int, str], Place | None]) -> list[Finding]:
    """The same of a table, by row; a hundred at most. place: gives the place of a cell by row (from 0) and column."""
    return [
        _finding(int(fen[row]), f"第 {row + 1} 行：", f"row {row + 1}: ", place(row, ""))
        for row in np.flatnonzero(fen < 0)[:_MOST].tolist()
    ]


def _finding(fen: int, zh: str, en: str, place: Place | None) -> Finding:
    said = f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"
    return Finding(
        "premium-below-zero",
        place,
        Text(f"{zh}保费为 {said}，小于零", f"{en}the premium is {said}, below zero"),
        Text("核对风险的字段，或在方案的 must 里写明条件", "look at the fields of the risk, or state a `must`"),
    )
