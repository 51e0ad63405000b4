"""Numbers as a reader of the report sees them."""

import math
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from quanyu.documents.stated import Number
from quanyu.terms import Text

__all__ = ["entry", "fen", "full", "moment", "percent", "short", "significant"]

_ZH = ((10**8, 10**8, " 亿"), (10**4, 10**4, " 万"))
_EN = ((10**9, 10**9, " bn"), (10**6, 10**6, " m"), (10**4, 10**3, " k"))
_WHOLE_FROM = 10_000


def full(value: Number | None) -> str:
    """With thousands separators and at most two decimals; floats of 10,000 and more to the unit."""
    if value is None:
        return "—"
    if isinstance(value, float) and not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "—"
    if isinstance(value, float) and abs(value) >= _WHOLE_FROM:
        return _grouped(round(value) * 100)
    return _grouped(round(Fraction(value) * 100))


def _grouped(hundredths: int) -> str:
    text = fen(hundredths)
    return text.removesuffix(".00")


def entry(value: Number) -> str:
    """A number of a table as it was entered: separators, six decimals at most, none of them idle."""
    if isinstance(value, float) and not math.isfinite(value):
        return full(value)
    text = f"{Decimal(round(Fraction(value) * 10**6)).scaleb(-6):,f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def significant(value: float, digits: int = 4) -> str:
    """`value` to so many significant digits, without an exponent and without idle zeros."""
    if value == 0 or not math.isfinite(value):
        return full(value)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def short(value: Number | None) -> Text:
    """Four digits with 万 and 亿 in Chinese, k, m and bn in English; smaller amounts in full."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return Text.same(full(value))
    return Text(_scaled(float(value), _ZH) or full(value), _scaled(float(value), _EN) or full(value))


def _scaled(value: float, units: tuple[tuple[int, int, str], ...]) -> str:
    for least, size, name in units:
        if abs(value) >= least:
            return significant(value / size) + name
    return ""


def fen(amount: int) -> str:
    """An amount in fen, exact, in its whole unit."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'−' if amount < 0 else ''}{whole:,}.{rest:02d}"


def percent(value: Number | None, digits: int = 4) -> str:
    """A ratio as a percentage with up to `digits` significant digits."""
    return "—" if value is None else f"{significant(float(value) * 100, digits)}%"


def moment(at: datetime) -> str:
    """A time with its distance from UTC, since names such as CST mean several; without one as it is."""
    said = f"{at:%Y-%m-%d %H:%M:%S}"
    if at.tzinfo is None:
        return said
    offset = f"{at:%z}"
    return f"{said} UTC" + ("" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}")
