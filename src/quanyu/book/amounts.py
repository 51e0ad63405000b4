"""Amounts as written become whole fen here, and nowhere is an amount of the book too large for its papers."""

from fractions import Fraction

from quanyu.book.act import Refused
from quanyu.terms import Finding, Text, read_number

__all__ = ["MOST", "fen_of", "must_be_bookable"]

MOST = 10**15
"""Amounts of the book are below this, in fen: 10 万亿 in yuan. Spreadsheets keep 15 digits of a number."""


def fen_of(amount: str) -> int:
    """An amount as written, at least nothing, in whole fen. Raises Refused: `amount-unreadable`, `amount-too-large`."""
    number = read_number(str(amount))
    units = None if number is None else Fraction(number) * 100
    if units is None or units < 0 or units.denominator != 1:
        reason = Text(f"“{amount}”不是整分的金额", f"`{amount}` is no amount in whole fen")
        raise Refused(Finding("amount-unreadable", None, reason, Text("写 1234.56 或 3万", "write 1234.56 or 3万")))
    must_be_bookable(units.numerator)
    return units.numerator


def must_be_bookable(fen: int) -> None:
    """Raises Refused (`amount-too-large`) where no single amount of the book can be so large."""
    if abs(fen) < MOST:
        return
    whole = abs(fen) // 100
    reason = Text(f"金额 {whole:,} 元太大，账簿不记", f"an amount of {whole:,} is more than the book holds")
    remedy = Text(f"核对金额；须小于 {MOST // 100:,}", f"look at the amount: below {MOST // 100:,}")
    raise Refused(Finding("amount-too-large", None, reason, remedy))
