"""What an expression's names and parts may be."""

from dataclasses import dataclass
from enum import StrEnum

from quanyu.terms import Text

__all__ = ["Kind", "Type", "common", "divided", "fits", "multiplied"]


class Kind(StrEnum):
    """What a value is: a number (plain or of a unit), an amount of money, a share, a yes-or-no, a text, a date."""

    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    BOOL = "bool"
    TEXT = "text"
    DATE = "date"


_WORDS = {
    Kind.NUMBER: Text("数", "a number"),
    Kind.MONEY: Text("金额", "an amount of money"),
    Kind.SHARE: Text("比例", "a share"),
    Kind.BOOL: Text("是非", "a yes-or-no"),
    Kind.TEXT: Text("文字", "a text"),
    Kind.DATE: Text("日期", "a date"),
}


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a name or expression.

    unit: of a NUMBER (`cm`, `CNY/t`) or MONEY (a currency); empty for a plain number, which mixes with anything.
    values: the texts an enumeration allows; empty where any text may stand. series: a list of such values.
    """

    kind: Kind
    unit: str = ""
    values: tuple[str, ...] = ()
    series: bool = False

    @property
    def numeric(self) -> bool:
        """Whether one can calculate with it."""
        return self.kind in (Kind.NUMBER, Kind.MONEY, Kind.SHARE)

    @property
    def textual(self) -> bool:
        """Whether it is a text or a date."""
        return self.kind in (Kind.TEXT, Kind.DATE)

    @property
    def plain(self) -> bool:
        """Whether it is a number without a unit."""
        return self.kind is Kind.NUMBER and not self.unit

    def words(self) -> Text:
        """The type in the reader's words."""
        word = _WORDS[self.kind]
        unit = f" ({self.unit})" if self.unit else ""
        if self.series:
            return Text(f"{word.zh}{unit}的序列", f"a series, each {word.en}{unit}")
        return Text(f"{word.zh}{unit}", f"{word.en}{unit}")


def common(a: Type, b: Type) -> Type | None:
    """The type of a sum, or of either of two: None where the two do not go together."""
    series = a.series or b.series
    if a.numeric and b.numeric:
        if a.plain or b.plain:
            other = b if a.plain else a
        elif a.kind is not b.kind or (a.unit and b.unit and a.unit != b.unit):
            return None
        else:
            other = a if a.unit else b
        return Type(other.kind, other.unit, series=series)
    if a.textual and b.textual:
        values = tuple(dict.fromkeys(a.values + b.values)) if a.values and b.values else ()
        return Type(a.kind if a.kind is b.kind else Kind.TEXT, values=values, series=series)
    return Type(Kind.BOOL, series=series) if a.kind is Kind.BOOL and b.kind is Kind.BOOL else None


def multiplied(a: Type, b: Type) -> Type:
    """The type of a product: a share keeps the other's type, a count of money is money, other units are left open."""
    series = a.series or b.series
    if Kind.SHARE in (a.kind, b.kind):
        other = b if a.kind is Kind.SHARE else a
        return Type(Kind.SHARE if other.plain else other.kind, other.unit, series=series)
    if (a.kind is Kind.MONEY) != (b.kind is Kind.MONEY):
        return Type(Kind.MONEY, a.unit if a.kind is Kind.MONEY else b.unit, series=series)
    return Type(Kind.NUMBER, series=series)


def divided(a: Type, b: Type) -> Type:
    """The type of a quotient: money by anything but money is money, like by like is a plain number."""
    series = a.series or b.series
    if a.kind is Kind.MONEY and b.kind is not Kind.MONEY:
        return Type(Kind.MONEY, a.unit, series=series)
    if a.kind is not b.kind and b.kind is Kind.SHARE:
        return Type(a.kind, a.unit, series=series)
    if a.kind is Kind.SHARE and b.plain:
        return Type(Kind.SHARE, series=series)
    return Type(Kind.NUMBER, series=series)


def fits(actual: Type, expected: Type) -> bool:
    """Whether a value of one type may stand where another is expected."""
    if actual.series != expected.series:
        return False
    if expected.numeric:
        return actual.numeric and (expected.plain or common(actual, expected) is not None)
    if expected.kind is Kind.TEXT:
        open_ended = not expected.values or not actual.values
        return actual.textual and (open_ended or set(actual.values) <= set(expected.values))
    return actual.kind is expected.kind
