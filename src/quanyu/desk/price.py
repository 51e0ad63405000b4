"""The technical price: what a party would have to charge for what it bears."""

from dataclasses import dataclass

from quanyu.engine.annual import Annual
from quanyu.formula import constant, parse
from quanyu.language.scalars import Source
from quanyu.simulation import Entry, Figures
from quanyu.simulation.run import Column
from quanyu.terms import Finding, Text

__all__ = ["PriceLine", "TechnicalPrice", "priced_column", "technical_price"]


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One part of the price, in the programme's currency a period, with how it was made."""

    name: str
    amount: float
    how: Text


@dataclass(frozen=True, slots=True)
class TechnicalPrice:
    """technical = (expected loss + risk load) / (1 − expenses − tax), each beside how it came about.

    charged: the premium that the party really receives. loss_ratio: expected loss / charged, None without a premium.
    error: the standard error of the technical price, a bound that adds those of the expected loss and of the risk load;
    loss_error, load_error: theirs.
    """

    party: str
    expected_loss: PriceLine
    loss_error: float
    risk_load: PriceLine
    load_error: float
    expenses: tuple[PriceLine, ...]
    tax: PriceLine
    technical: float
    error: float
    charged: float
    loss_ratio: float | None


def priced_column(annual: Annual, entries: list[Entry]) -> tuple[str, Column] | None:
    """The party that prices and what it bears in a year; a pool bears what its members bear. None without pricing."""
    programme = annual.compiled.programme
    pricing = programme.assumptions.pricing if programme.assumptions is not None else None
    if pricing is None or pricing.party is None:
        return None
    members = _members(annual, pricing.party)
    sums: dict[int, float] = {}
    for entry in entries:
        if entry.kind == "losses" and entry.party in members:
            for column, factor in entry.terms:
                sums[column] = sums.get(column, 0.0) + factor
    return pricing.party, tuple(sorted(sums.items()))


def _members(annual: Annual, party: str) -> frozenset[str]:
    """Those whose account is that party's: a pool's members, a party with the funds it owns."""
    programme = annual.compiled.programme
    pool = programme.pools.get(party)
    if pool is None:
        return frozenset({party, *(name for name, account in programme.accounts.items() if account.owner == party)})
    dated = [m.shares for m in pool.members] or [pool.shares or {}]
    return frozenset(member for shares in dated for member in shares)


def technical_price(annual: Annual, borne: Figures, party: str) -> TechnicalPrice:
    """The price of one period from the figures of what the party bears."""
    assumptions = annual.compiled.programme.assumptions
    assert assumptions is not None
    assert assumptions.pricing is not None
    pricing = assumptions.pricing
    load, how, sensitivity = _risk_load({k: _value(v) for k, v in pricing.risk_load.items()}, borne)
    rates = {name: _value(source) for name, source in pricing.expenses.items()}
    tax = _value(pricing.tax) if pricing.tax is not None else 0.0
    net = borne.mean + load
    technical = net / (1.0 - sum(rates.values()) - tax)
    charged = float(sum(annual.premium.received.get(m, 0) for m in _members(annual, party)))
    return TechnicalPrice(
        party=party,
        expected_loss=PriceLine(
            "expected-loss", borne.mean, Text("一年所承担损失的平均", "mean of what is borne in a year")
        ),
        loss_error=borne.mean_error,
        risk_load=PriceLine("risk-load", load, how),
        load_error=sensitivity,
        expenses=tuple(
            PriceLine(name, rate * technical, Text(f"技术价格的 {rate:.1%}", f"{rate:.1%} of the technical price"))
            for name, rate in rates.items()
        ),
        tax=PriceLine("tax", tax * technical, Text(f"技术价格的 {tax:.1%}", f"{tax:.1%} of the technical price")),
        technical=technical,
        error=technical / net * (borne.mean_error + sensitivity) if net else 0.0,
        charged=charged,
        loss_ratio=borne.mean / charged if charged else None,
    )


def _value(source: Source) -> float:
    parsed = parse(source.text, source.place)
    value = None if isinstance(parsed, Finding) else constant(parsed)
    assert value is not None
    return float(value)


def _risk_load(rates: dict[str, float], borne: Figures) -> tuple[float, Text, float]:
    """The load, how it was made, and how far its own sampling error moves it."""
    if "cost_of_capital" in rates:
        level = rates.get("level", 0.995)
        tail = min(borne.tails, key=lambda t: abs(t.level - level))
        rate = rates["cost_of_capital"]
        how = Text(
            f"资本成本 {rate:.1%} ×（TVaR {tail.level:.1%} − 期望损失）",
            f"{rate:.1%} cost of capital × (TVaR {tail.level:.1%} − expected loss)",
        )
        return rate * max(tail.tvar - borne.mean, 0.0), how, rate * tail.tvar_error
    if "standard_deviation" in rates:
        rate = rates["standard_deviation"]
        how = Text(f"标准差的 {rate:.0%}", f"{rate:.0%} of the standard deviation")
        return rate * borne.sd, how, rate * borne.sd_error
    rate = rates.get("rate", 0.0)
    return (
        rate * borne.mean,
        Text(f"期望损失的 {rate:.0%}", f"{rate:.0%} of the expected loss"),
        rate * borne.mean_error,
    )
