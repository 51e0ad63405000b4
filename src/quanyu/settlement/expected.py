"""What a case expects beside what came out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from quanyu.engine.rows import read_value
from quanyu.language.scalars import FieldType
from quanyu.settlement.settle import FEN, Settled
from quanyu.waterfall.history import Amount

__all__ = ["Comparison", "compare"]

_NUMBER = FieldType("number")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One expected amount, in the programme's unit."""

    name: str
    expected: Fraction
    got: Fraction

    @property
    def holds(self) -> bool:
        """Whether it came out to the fen."""
        return self.expected == self.got


def compare(settled: Settled) -> list[Comparison]:
    """Every amount that the case expects. A party that takes money and is not expected to is listed with zero."""
    expect = dict(settled.case.expect)
    lines = list(_nested(settled, expect))
    parties = _shown(settled.asked.by_party())
    named = {k: _number(v) for k, v in expect.items() if not isinstance(v, dict) and k != "premium"}
    lines += [Comparison(k, v, parties.get(k, Fraction(0))) for k, v in named.items()]
    if named and "claims" not in expect:
        lines += [Comparison(k, Fraction(0), v) for k, v in parties.items() if k not in named and v]
    return lines


def _nested(settled: Settled, expect: Mapping[str, Any]) -> Iterator[Comparison]:
    by_claim = settled.asked.by_claim()
    for claim, parts in dict(expect.get("claims", {})).items():
        got = {party: Fraction(v, FEN) for (c, party), v in by_claim.items() if c == claim}
        for party in dict.fromkeys((*parts, *got)):
            value = _number(parts[party]) if party in parts else Fraction(0)
            yield Comparison(f"{claim}: {party}", value, got.get(party, Fraction(0)))
    tables: tuple[tuple[str, Mapping[str, Amount]], ...] = (
        ("amounts", settled.outcome.totals()),
        ("caused", settled.outcome.caused()),
        ("balance", settled.outcome.balances),
        ("surplus", settled.shared.amounts if settled.shared else {}),
    )
    for name, got_all in tables:
        shown = _shown(got_all)
        for key, value in dict(expect.get(name, {})).items():
            yield Comparison(f"{name}: {key}", _number(value), shown.get(key, Fraction(0)))
    if "premium" in expect and settled.rated is not None:
        yield Comparison("premium", _number(expect["premium"]), Fraction(settled.rated, FEN))


def _shown(amounts: Mapping[str, Amount]) -> dict[str, Fraction]:
    return {k: Fraction(v) / FEN for k, v in amounts.items()}


def _number(value: Any) -> Fraction:
    number = read_value(value, "expect", _NUMBER)
    assert isinstance(number, Fraction)
    return number
