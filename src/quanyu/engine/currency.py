"""Amounts in another currency: converted once, on entry, at a named rate. Limits are never converted."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quanyu.engine.compiled import Compiled
from quanyu.engine.rows import RowUnreadable, read_row
from quanyu.formula import Given
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Text

__all__ = ["Conversion", "conversions", "entered"]

_PARTS = ("rate", "source", "date")


@dataclass(frozen=True, slots=True)
class Conversion:
    """One amount as it came in, and what it was converted to: `amount` × `rate`, half-up to the hundredth."""

    claim: str
    name: str
    currency: str
    amount: Fraction
    rate: Fraction
    source: str
    date: dt.date
    converted: Fraction


def entered(compiled: Compiled, row: Mapping[str, Any]) -> dict[str, Given]:
    """A row as written, as exact values in the programme's currency.

    `amount`, the readings `premium.…` and facts in money are converted; fields of the insured (sums, limits) are the
    programme's and stay. Raises RowUnreadable: `currency-without-exchange`, `exchange-form`, what `read_row` refuses.
    """
    values = read_row({name: value for name, value in row.items() if name != "exchange"}, compiled.kinds)
    rate = _rate(row, compiled.programme)
    if rate is not None:
        values |= {name: _at(values[name], rate[0]) for name in _money(values, compiled.programme)}
    return values


def conversions(compiled: Compiled, rows: Sequence[Mapping[str, Any]]) -> Iterator[Conversion]:
    """Every conversion that the rows ask for. Raises RowUnreadable as `entered` does."""
    for number, row in enumerate(rows):
        rate = _rate(row, compiled.programme)
        if rate is None:
            continue
        values = read_row({name: value for name, value in row.items() if name != "exchange"}, compiled.kinds)
        claim, currency = str(values.get("claim", f"c{number}")), str(values["currency"])
        for name in _money(values, compiled.programme):
            stated, made = values[name], _at(values[name], rate[0])
            if isinstance(stated, Fraction) and isinstance(made, Fraction):
                yield Conversion(claim, name, currency, stated, *rate, made)


def _money(values: Mapping[str, Given], programme: Programme) -> list[str]:
    """The names of a row's values that are money in the row's currency."""
    facts = {
        name
        for name, fact in programme.facts.items()
        if (fact.type is not None and fact.type.kind == "money") or fact.unit == programme.currency
    }
    return [name for name in values if name == "amount" or name in facts or name.startswith("premium.")]


def _at(value: Any, rate: Fraction) -> Any:
    if isinstance(value, tuple):
        return tuple(_at(v, rate) for v in value)
    if not isinstance(value, Fraction):
        return value
    return Fraction((value * rate * 100 + Fraction(1, 2)).__floor__(), 100)


def _rate(row: Mapping[str, Any], programme: Programme) -> tuple[Fraction, str, dt.date] | None:
    """Rate, source and date of a row in another currency; None for one in the programme's own."""
    currency, exchange = row.get("currency"), row.get("exchange")
    own = currency is None or str(currency) == programme.currency
    if own and exchange is None:
        return None
    if own:
        raise _wrong(
            "exchange-form", currency or exchange, Text("有 exchange，却没有外币", "an exchange of no currency")
        )
    if not isinstance(exchange, Mapping) or any(name not in exchange for name in _PARTS):
        raise _wrong(
            "currency-without-exchange",
            currency,
            Text(
                f"金额为 {currency}，方案为 {programme.currency}，没有写明汇率、出处与日期",
                f"the amount is in {currency}, the programme in {programme.currency}: rate, source or date is missing",
            ),
        )
    return _number(exchange["rate"]), str(exchange["source"]), _date(exchange["date"])


def _number(written: Any) -> Fraction:
    value = read_row({"rate": written}, {})["rate"]
    if not isinstance(value, Fraction) or value <= 0:
        raise _wrong("exchange-form", written, Text(f"汇率“{written}”不是正数", f"`{written}` is no rate above zero"))
    return value


def _date(written: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(str(written))
    except ValueError:
        raise _wrong("exchange-form", written, Text(f"“{written}”不是日期", f"`{written}` is no date")) from None


def _wrong(code: str, at: Any, reason: Text) -> RowUnreadable:
    remedy = Text(
        "写 exchange: {rate: 6.5, source: 出处, date: 2015-07-01}，rate 为一单位外币折合的本币",
        "write exchange: {rate: 6.5, source: …, date: 2015-07-01}, the rate being the price of one unit of it",
    )
    return RowUnreadable(Finding(code, getattr(at, "place", None), reason, remedy))
