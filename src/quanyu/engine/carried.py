"""A deficit of a surplus carried through simulated years: a hidden account that later surpluses fill again."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from quanyu.formula import Expression, parse
from quanyu.language.flows import Surplus
from quanyu.waterfall.kernel_program import Feed
from quanyu.waterfall.plan import Plan, PlanAccount, PlanStep, Taker

__all__ = ["SHARED", "with_carried"]

_FLOW, _DEFICIT = "carried", "carried deficit"
SHARED = f"{_FLOW}.rest"
"""The name of what is left of a period's surplus after earlier deficits."""


def with_carried(surplus: Surplus, feeds: Sequence[Feed]) -> list[Feed]:
    """The feeds of a year, with two before the surplus: it fills earlier deficits first, and its own is put down.

    The deficit is an account: a surplus draws from it what it holds, so that the rest is what is shared; a deficit
    pays into it.
    """
    first = next(n for n, feed in enumerate(feeds) if feed.plan.flow == "surplus")
    plan = feeds[first].plan
    fills = Feed(_side(plan, "from"), _expression(f"max(0, {surplus.amount.text})"))
    puts = Feed(_side(plan, "to"), _expression(f"max(0, 0 - ({surplus.amount.text}))"))
    return [*feeds[:first], fills, puts, *feeds[first:]]


def _expression(text: str) -> Expression:
    parsed = parse(text)
    assert isinstance(parsed, Expression)
    return parsed


def _side(plan: Plan, side: Literal["from", "to"]) -> Plan:
    steps = (
        PlanStep(0, "deficit", "deficit", Taker.ACCOUNT, _DEFICIT),
        PlanStep(1, "rest", "rest", Taker.PARTY, "rest"),
    )
    return replace(
        plan,
        flow=_FLOW,
        side=side,
        receiving=side == "to",
        steps=steps,
        roots=(0, 1),
        scopes=MappingProxyType({}),
        accounts=MappingProxyType({**plan.accounts, _DEFICIT: PlanAccount(_DEFICIT, Fraction(0), None)}),
        parties=plan.parties | {"rest"},
    )
