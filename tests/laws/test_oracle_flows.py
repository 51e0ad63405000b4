"""The flows around the losses, worked by hand: recoveries, bookings and closing, calls, reinstatement, surplus."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from oracle import Flow, Ledger, Programme, Refused, from_notation, history_from, settle, split
from oracle.strategies import Notation

REST: Notation = {"as": "rest", "party": "insured"}
KEYS = {"insured": "i", "period": 1, "policy": "p", "event": "e"}


def row(claim: str, amount: Any, t: int = 1, **columns: Any) -> Notation:
    return {**KEYS, "claim": claim, "amount": amount, "t": t, **columns}


# ------------------------------------------------------------------ recoveries (B13)

LAYERED: list[Notation] = [
    {"as": "own", "party": "insured", "limit": 20},
    {"as": "cover", "party": "insurer", "limit": 80},
    {"as": "excess", "party": "excess"},
]
LOSS = [row("a", 200)]


def back(amount: int, claim: str = "a", t: int = 2) -> Notation:
    return {"claim": f"r{t}", "of": claim, "amount": amount, "t": t}


def recovered(recoveries: Notation, amount: int, **options: Any) -> dict[str, Fraction]:
    made = from_notation({"losses": LAYERED, "recoveries": {"restores": False, "above": "payer", **recoveries}})
    return settle(made, history_from({"rows": LOSS, "recoveries": [back(amount)]}), **options).parts("recoveries", "to")


def test_b13_pro_rata_to_what_each_bore() -> None:
    assert recovered({"basis": "borne"}, 50) == {"insured:i": 5, "insurer": 20, "excess": 25}


def test_b13_as_a_smaller_loss() -> None:
    assert recovered({"basis": "loss-reduction"}, 50) == {"excess": 50}
    assert recovered({"basis": "loss-reduction"}, 120) == {"excess": 100, "insurer": 20}


def test_b13_whoever_was_paid_first_is_not_paid_again_as_a_bearer() -> None:
    steps = [{"as": "victim", "party": "insured", "limit": 20}, {"as": "bearers", "party": "borne"}]
    expected = {"insured:i": 20, "insurer": Fraction(40, 3), "excess": Fraction(50, 3)}
    assert recovered({"basis": "borne", "to": steps}, 50) == expected
    assert recovered({"basis": "borne", "to": steps}, 50, fen=True) == {"insured:i": 20, "insurer": 13, "excess": 17}


@pytest.mark.parametrize("basis", ["borne", "loss-reduction"])
def test_b13_what_is_above_all_borne_goes_to_the_one_named(basis: str) -> None:
    expected = {"insured:i": 20, "insurer": 80, "excess": 100, "payer": 50}
    assert recovered({"basis": basis}, 250) == expected


def test_an_unknown_basis_is_refused() -> None:
    with pytest.raises(Refused, match="no basis"):
        recovered({"basis": "as usual"}, 50)


def test_earlier_recoveries_count() -> None:
    made = from_notation({"losses": LAYERED, "recoveries": {"basis": "borne", "restores": False, "above": "payer"}})
    facts = {"rows": LOSS, "recoveries": [back(150, t=2), back(100, t=3)]}
    got = settle(made, history_from(facts)).parts("recoveries", "to")
    assert got == {"insured:i": 20, "insurer": 80, "excess": 100, "payer": 50}


@pytest.mark.parametrize(("restores", "second"), [(False, 20), (True, 60)])
def test_a_recovery_gives_limits_back_only_where_it_restores(restores: bool, second: int) -> None:
    steps = [{"as": "cover", "party": "insurer", "limit": {"period": 100}}, REST]
    recoveries = {"basis": "borne", "restores": restores, "above": "payer"}
    made = from_notation({"losses": steps, "recoveries": recoveries})
    facts = {"rows": [row("a", 80, 1), row("b", 60, 3)], "recoveries": [back(50)]}
    outcome = settle(made, history_from(facts))
    assert outcome.by_claim()["b", "insurer"] == second
    assert outcome.by_claim()["a", "insurer"] == 80
    assert outcome.parts("recoveries", "to") == {"insurer": 50}


def test_what_an_account_gets_back_serves_later_claims() -> None:
    made = from_notation({
        "accounts": {"fund": {"opening": 50}},
        "losses": [{"as": "fund", "party": "fund"}, REST],
        "recoveries": {"basis": "borne", "restores": False, "above": "payer"},
    })  # fmt: skip
    facts = {"rows": [row("a", 50, 1), row("b", 50, 3)], "recoveries": [back(30)]}
    outcome = settle(made, history_from(facts))
    assert outcome.parts() == {"fund": 80, "insured:i": 20}
    assert outcome.balances == {"fund": 0}


# ------------------------------------------------------------------ bookings, closing, reopening


def yearly(surplus_of: int, **step: Any) -> Programme:
    """A cover of 100 a year, then the reserve that the surplus feeds, then the city. Periods end at 10, 20, …"""
    return from_notation(
        {
            "accounts": {"reserve": {"opening": 0}},
            "losses": [
                {"as": "cover", "party": "insurer", "cap": {"period": 100}},
                {"as": "reserve", "party": "reserve", **step},
                {"as": "last", "party": "city"},
            ],
            "surplus": {"amount": f"{surplus_of} - losses.insurer", "to": [{"as": "reserve", "party": "reserve"}]},
        },
        ends=lambda period: 10 * period,
    )


def carrying(made: Programme) -> Programme:
    assert made.surplus is not None
    return replace(made, surplus=replace(made.surplus, carry=True))


B20 = [row("a", 50, 1), row("b", 150, 11, period=2, policy="q", event="f")]
LATE = row("c", 30, 25, event="g")


def booked(programme: Programme, closes: Any = None) -> tuple[Ledger, dict[tuple[str, str], Fraction]]:
    ledger = Ledger(programme, periods=[1, 2, 3], closes=closes)
    ledger.book(12, history_from({"rows": B20}))
    assert ledger.balance()["b", "reserve"] == 50
    ledger.book(25, history_from({"rows": [*B20, LATE]}))
    return ledger, ledger.balance()


def test_b20_without_closing_a_late_loss_takes_money_from_a_settled_claim() -> None:
    _, parts = booked(yearly(100, reopen=True))
    assert parts["b", "reserve"] == 20
    assert parts["b", "city"] == 30


def test_b20_after_closing_the_difference_falls_in_the_next_open_period() -> None:
    ledger, parts = booked(carrying(yearly(100, reopen=True)), closes=lambda period: 10 * period + 12)
    assert parts["b", "reserve"] == 50
    assert ("b", "city") not in parts
    late = [(e.period, e.party, e.amount) for e in ledger.entries if (e.flow, e.claim) == ("losses", "c")]
    assert late == [(2, "insurer", Fraction(30))]
    assert ledger.outcome.amounts == {("surplus", 1): 50, ("surplus", 2): -30}


def test_b20_a_step_that_does_not_reopen_keeps_the_settled_part() -> None:
    _, parts = booked(yearly(100))
    assert parts["b", "reserve"] == 50


def test_a_closed_period_is_not_booked_into_and_one_must_be_open() -> None:
    ledger = Ledger(yearly(200), periods=[1], closes=lambda period: 10 * period)
    ledger.book(5, history_from({"rows": [row("a", 50, 1)]}))
    with pytest.raises(Refused, match="no period is open"):
        ledger.book(11, history_from({"rows": [row("a", 50, 1), row("b", 5, 11)]}))


BUDGET: Notation = {"as": "subsidy", "party": "city", "cap": {"period": 100}}
APPLIED = [row("a", 100, 1, insured="x", policy="x"), row("b", 60, 2, insured="y", policy="y")]


@pytest.mark.parametrize(("reopen", "b_gets", "c_gets"), [(False, 0, 70), (True, 60, 40)])
def test_b21_freed_subsidy_serves_only_later_applicants(reopen: bool, b_gets: int, c_gets: int) -> None:
    made = from_notation({"premium": {"from": [{**BUDGET, "reopen": reopen}, REST]}})
    ledger = Ledger(made)
    ledger.book(2, history_from({"premium": APPLIED}))
    cancelled = [*APPLIED, row("a", -100, 3, insured="x", policy="x")]
    ledger.book(3, history_from({"premium": cancelled}))
    ledger.book(4, history_from({"premium": [*cancelled, row("c", 70, 4, insured="z", policy="z")]}))
    got = ledger.outcome.by_claim("premium", "from")
    assert got.get(("b", "city"), 0) == b_gets
    assert got["c", "city"] == c_gets


def test_a_growing_claim_is_served_from_freed_room_only_for_what_is_new() -> None:
    """a has all 100, b nothing; a falls to 30; then b grows by 10: only that later part of b is served."""
    made = from_notation({"premium": {"from": [{**BUDGET, "reopen": False}, REST]}})
    ledger = Ledger(made)
    ledger.book(2, history_from({"premium": APPLIED}))
    cut = [*APPLIED, row("a", -70, 3, insured="x", policy="x")]
    ledger.book(3, history_from({"premium": cut}))
    ledger.book(4, history_from({"premium": [*cut, row("b", 10, 4, insured="y", policy="y")]}))
    got = ledger.outcome.by_claim("premium", "from")
    assert got["a", "city"] == 30
    assert got["b", "city"] == 10


def test_nothing_new_books_nothing() -> None:
    ledger = Ledger(yearly(100))
    assert ledger.book(12, history_from({"rows": B20}))
    assert ledger.book(13, history_from({"rows": B20})) == []


# ------------------------------------------------------------------ what a step causes


def test_a_call_is_what_the_members_bore_shared_by_their_field() -> None:
    """Retained 50, call at most twice the premium of 6, the rest cut back: 12 is called 1 : 2 : 3."""
    call = {"as": "call", "party": "members", "cap": {"period": "2 * premium"}}
    call["causes"] = {"flow": "calls", "on": "members", "by": "due"}
    made = from_notation({"losses": [{"as": "own", "party": "society", "limit": {"period": 50}}, call, REST]})
    facts = {"rows": [row("a", 70)], "premium": [row("m", 6, 0)]}
    members = {"members": {"x": {"due": 1}, "y": {"due": 2}, "z": {"due": 3}}}
    outcome = settle(made, history_from({**facts, **members}))
    assert outcome.parts() == {"society": 50, "members": 12, "insured:i": 8}
    assert outcome.caused() == {("calls", "x"): 2, ("calls", "y"): 4, ("calls", "z"): 6}
    uneven = {"members": {"x": {"due": 1}, "y": {"due": 1}, "z": {"due": 5}}}
    whole = settle(made, history_from({**facts, **uneven}), fen=True).caused()
    assert sum(whole.values()) == 12
    assert whole == {("calls", "x"): 2, ("calls", "y"): 2, ("calls", "z"): 8}


def layer(**reinstatement: Any) -> list[Notation]:
    spec = {"as": "again", "per": "period", "limit": 100, "rates": ["100%", "50%"], "premium": 80, **reinstatement}
    xol = {"as": "xol", "party": "re", "attachment": {"event": 50}, "limit": {"event": 100, "period": 300}}
    return [{**xol, "reinstatement": spec}, REST]


def test_reinstatement_is_priced_filling_by_filling() -> None:
    """100, then 50, then 100 used: the first filling at 100 %, the second at 50 %, the third is not reinstated."""
    rows = [row("a", 150, 1, event="e"), row("b", 100, 2, event="f"), row("c", 200, 3, event="g")]
    made = from_notation({"losses": layer()})
    assert [split(made, history_from({"rows": rows[:n]})).caused()["again"] for n in (1, 2, 3)] == [80, 100, 120]


def test_reinstatement_may_depend_on_what_is_left_of_the_term() -> None:
    rows = [row("a", 100, 1, left=Fraction(1, 2)), row("b", 100, 2, event="f", left=Fraction(1, 4))]
    made = from_notation({"losses": layer(remaining="left", **{"from": "insurer"})})
    outcome = settle(made, history_from({"rows": rows}))
    assert outcome.caused() == {("again", "insurer"): 20 + 10}


def test_a_reinstatement_at_a_scope_that_the_step_has_not_is_refused() -> None:
    with pytest.raises(Refused, match="no scope"):
        split(from_notation({"losses": layer(per="term")}), history_from({"rows": [row("a", 150)]}))


# ------------------------------------------------------------------ premium, surplus, several periods


def test_premium_feeds_an_account_before_the_claims_of_the_instant() -> None:
    made = from_notation(
        {
            "accounts": {"reserve": {"opening": 5, "ceiling": 20}},
            "losses": [{"as": "reserve", "party": "reserve"}, {"as": "last", "party": "city"}],
            "premium": {
                "from": [{"as": "subsidy", "party": "city", "share": "50%", "cap": {"policy": 30}}, REST],
                "to": [{"as": "reserve", "party": "reserve", "share": "20%"}, {"as": "net", "party": "insurer"}],
            },
        }
    )
    outcome = settle(made, history_from({"rows": [row("a", 30, 1)], "premium": [row("m", 100, 1)]}))
    assert outcome.parts("premium", "from") == {"city": 30, "insured:i": 70}
    assert outcome.parts("premium", "to") == {"reserve": 15, "insurer": 85}
    assert outcome.parts() == {"reserve": 20, "city": 10}


def test_the_surplus_of_a_period_feeds_the_next() -> None:
    outcome = settle(yearly(100), history_from({"rows": B20}))
    assert outcome.amounts == {("surplus", 1): 50, ("surplus", 2): 0}
    assert outcome.parts() == {"insurer": 150, "reserve": 50}


def test_a_deficit_is_refused_or_carried() -> None:
    made = yearly(60)
    with pytest.raises(Refused, match="deficit"):
        settle(made, history_from({"rows": B20}))
    facts = [row("a", 90, 1), row("b", 10, 11, period=2, policy="q", event="f")]
    assert settle(carrying(made), history_from({"rows": facts})).amounts == {("surplus", 1): -30, ("surplus", 2): 20}


def test_an_amount_without_a_time_is_refused() -> None:
    made = replace(yearly(100), surplus=Flow(amount=lambda _outcome, _period: Fraction(1)))
    with pytest.raises(Refused, match="no time"):
        settle(made, history_from({"rows": B20}))


def test_the_balance_of_one_account_moves_to_another_after_the_periods_losses() -> None:
    made = from_notation(
        {
            "accounts": {"dues": {"opening": 0}, "reserve": {"opening": 0}},
            "losses": [{"as": "dues", "party": "dues"}, {"as": "reserve", "party": "reserve"}, REST],
            "surplus": {
                "amount": "dues.balance",
                "from": [{"as": "dues", "party": "dues"}],
                "to": [{"as": "reserve", "party": "reserve"}],
            },
        },
        ends=lambda period: 10 * period,
    )
    money = [{"account": "dues", "t": 0, "amount": 60}, {"account": "dues", "t": 11, "amount": 60}]
    rows = [row("a", 20, 1), row("b", 95, 12, period=2, policy="q", event="f")]
    outcome = settle(made, history_from({"rows": rows, "deposits": money}))
    assert outcome.amounts == {("surplus", 1): 40, ("surplus", 2): 0}
    assert outcome.parts() == {"dues": 80, "reserve": 35}
    assert outcome.balances == {"dues": 0, "reserve": 5}


@pytest.mark.parametrize(("scope", "pays"), [("term", 100), ("period", 160), ("insured", 160)])
def test_a_term_carries_over_the_years_and_other_scopes_start_again(scope: str, pays: int) -> None:
    made = from_notation({"losses": [{"as": "cover", "party": "insurer", "limit": {scope: 100}}, REST]})
    rows = [row("a", 120, 1), row("b", 60, 11, period=2, policy="q", event="f")]
    assert split(made, history_from({"rows": rows})).parts()["insurer"] == pays


# ------------------------------------------------------------------ pools with more to them


def pooled(pool: Notation, rows: list[Notation], facts: Mapping[str, Any] | None = None) -> dict[str, Fraction]:
    made = from_notation({"pools": {"pool": pool}, "losses": [{"as": "cover", "party": "pool"}, REST]})
    return split(made, history_from({"rows": rows, **(facts or {})})).parts()


@pytest.mark.parametrize(
    ("overflow", "expected"),
    [("next", {"a": 10, "b": 30, "c": 20, "insured:i": 40}), ("others", {"a": 10, "b": 54, "c": 36})],
)
def test_a_capped_members_overflow_goes_to_the_next_step_or_to_the_others(
    overflow: str, expected: dict[str, int]
) -> None:
    pool = {"shares": {"a": "50%", "b": "30%", "c": "20%"}, "caps": {"a": {"period": 10}}, "overflow": overflow}
    assert pooled(pool, [row("x", 100)]) == expected


def test_members_may_share_by_a_field_and_pools_may_nest() -> None:
    members = {"members": {"x": {"due": 1}, "y": {"due": 3}}}
    assert pooled({"by": "due"}, [row("c", 100)], members) == {"x": 25, "y": 75}
    pools = {"outer": {"shares": {"lead": "60%", "inner": "40%"}}, "inner": {"shares": {"x": "50%", "y": "50%"}}}
    made = from_notation({"pools": pools, "losses": [{"as": "cover", "party": "outer"}]})
    assert split(made, history_from({"rows": [row("c", 100)]})).parts() == {"lead": 60, "x": 20, "y": 20}


def test_pool_shares_that_do_not_add_up_are_refused_at_each_date() -> None:
    dated = [{"from": 1, "shares": {"a": "100%"}}, {"from": 5, "shares": {"a": "80%", "b": "30%"}}]
    pool = {"basis": "attached", "shares": dated}
    assert pooled(pool, [row("c", 10, attached=2)]) == {"a": 10}
    with pytest.raises(Refused, match="add up"):
        pooled(pool, [row("c", 10, attached=6)])
    with pytest.raises(Refused, match="no members yet"):
        pooled(pool, [row("c", 10, attached=0)])


def test_a_members_own_reinsurance_takes_from_the_member_alone() -> None:
    behind = [{"as": "own-xol", "party": "re", "attachment": {"period": 40}}]
    made = from_notation(
        {
            "parties": {"a": {"steps": behind}, "b": {}},
            "pools": {"pool": {"shares": {"a": "50%", "b": "50%"}}},
            "losses": [{"as": "cover", "party": "pool"}],
        }
    )
    outcome = settle(made, history_from({"rows": [row("c", 60, 1), row("d", 60, 2)]}))
    assert outcome.parts() == {"a": 40, "re": 20, "b": 60}
