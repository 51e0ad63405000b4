"""Phase 4 by hand: differences, what stands as booked, closing, and the settlements that once went wrong."""

from typing import Any

import pytest

from quanyu.waterfall import Closing, Known, Outcome, book, bookings, hold
from written import Notation, history_of, plan_of, split

KEYS = {"insured": "i", "period": "2021", "policy": "p", "event": "e"}
REST: Notation = {"as": "rest", "party": "insured"}


def row(claim: str, amount: int, t: int, **columns: Any) -> Notation:
    return {**KEYS, "claim": claim, "amount": amount, "t": t, **columns}


def settled(steps: list[Notation], rows: list[Notation], *stops: int, **programme: Any) -> list[tuple[int, Outcome]]:
    """What is folded at each stop, what was booked before standing where steps do not reopen."""
    plan = plan_of({"losses": steps, **programme})
    known: list[Known] = []
    for now in stops:
        seen = {"rows": [r for r in rows if r["t"] <= now]}
        history = history_of(seen)
        held = hold(plan, known, history.rows, now)
        known.append(Known(now, history.rows, split(plan, seen, held=held)))
    return [(k.now, k.outcome) for k in known]


def entries(folds: list[tuple[int, Outcome]]) -> list[tuple[int, str, str, int]]:
    return [(b.now, b.claim, b.party, int(b.amount)) for b in bookings(folds)]


YEARLY: list[Notation] = [{"as": "cover", "party": "insurer", "limit": {"period": 100}}, REST]
REVISED = [row("a", 80, 1), row("b", 50, 2), row("a", -50, 3), row("c", 40, 4)]


def test_b3_a_reduction_is_booked_as_the_difference_and_frees_room_for_others() -> None:
    folds = settled(YEARLY, REVISED, 2, 3)
    assert entries(folds)[:3] == [(2, "a", "insurer", 80), (2, "b", "insurer", 20), (2, "b", "insured:i", 30)]
    assert sorted(entries(folds)[3:]) == [(3, "a", "insurer", -50), (3, "b", "insured:i", -30), (3, "b", "insurer", 30)]


def test_b21_where_a_step_does_not_reopen_freed_room_serves_only_later_claims() -> None:
    budget = [{**YEARLY[0], "limit": {}, "cap": {"period": 100}, "reopen": False}, REST]
    budget[0].pop("limit")
    folds = settled(budget, REVISED, 2, 3, 4)
    assert entries(folds)[3:] == [(3, "a", "insurer", -50), (4, "c", "insurer", 40)]


def test_freed_room_does_not_serve_an_earlier_claim_that_is_told_of_later() -> None:
    """A budget of 100: a 80 and b 20 of 50; at 5 a falls by 50; d of instant 3 is told of at 7."""
    budget = [{"as": "cover", "party": "insurer", "cap": {"period": 100}, "reopen": False}, REST]
    rows = [row("a", 80, 1), row("b", 50, 2), row("a", -50, 5)]
    first = settled(budget, rows, 2, 5)
    plan = first[0][1].plan
    known = [Known(t, history_of({"rows": [r for r in rows if r["t"] <= t]}).rows, o) for t, o in first]
    late = history_of({"rows": [*rows, row("d", 10, 3), row("e", 30, 6)]})
    held = hold(plan, known, late.rows, 7)
    outcome = split(plan, {"rows": [*rows, row("d", 10, 3), row("e", 30, 6)]}, held=held)
    assert outcome.by_claim()["d", "insured:i"] == 10
    assert outcome.by_claim()["e", "insurer"] == 30


@pytest.mark.parametrize("inside", [False, True])
def test_b21_a_claim_that_is_cancelled_whole_frees_its_room_from_the_cancellation_on(inside: bool) -> None:
    """100: a has 80 at 1, cancelled at 5. d of 3, told of at 7, finds the 20 that were free; e of 6 finds the 80."""
    budget: Notation = {"as": "cover", "party": "insurer", "cap": {"period": 100}, "reopen": False}
    steps = [{"as": "group", "steps": [budget]} if inside else budget, REST]
    rows = [row("a", 80, 1), row("a", -80, 5)]
    late = [*rows, row("d", 50, 3), row("e", 90, 6)]
    plan = plan_of({"losses": steps})
    known: list[Known] = []
    for now in (1, 5):
        seen = {"rows": [r for r in rows if r["t"] <= now]}
        held = hold(plan, known, history_of(seen).rows, now)
        known.append(Known(now, history_of(seen).rows, split(plan, seen, held=held)))
    outcome = split(plan, {"rows": late}, held=hold(plan, known, history_of({"rows": late}).rows, 7))
    assert outcome.by_claim() == {
        ("d", "insurer"): 20, ("d", "insured:i"): 30, ("e", "insurer"): 80, ("e", "insured:i"): 10
    }  # fmt: skip


def test_an_accounts_draws_stand_as_booked() -> None:
    """A fund of 100: a 80, b 20 of 50. When a falls by 50 the fund keeps the money for c; b's shortfall stays."""
    folds = settled([{"as": "fund", "party": "fund"}, REST], REVISED, 2, 3, 4, accounts={"fund": {"opening": 100}})
    assert entries(folds)[3:] == [(3, "a", "fund", -50), (4, "c", "fund", 40)]
    assert folds[-1][1].balances == {"fund": 10}


def test_premium_subsidies_are_first_come_unless_they_say_otherwise() -> None:
    subsidy = {"as": "subsidy", "party": "city", "share": "50%", "cap": {"period": 100}}
    parties = {"city": {"kind": "government"}, "insurer": {"kind": "insurer"}}
    for stated, reopens in ((None, False), (True, True)):
        step = subsidy if stated is None else {**subsidy, "reopen": stated}
        premium = {"amount": 1, "from": [step, REST], "to": [{"party": "insurer"}]}
        plan = plan_of({"losses": YEARLY, "premium": premium, "parties": parties}, "premium")
        assert plan.at("subsidy").reopen is reopens
    assert all(step.reopen for step in plan_of({"losses": YEARLY, "parties": parties}).steps)


def test_b20_a_difference_of_a_closed_period_falls_into_the_next_open_one() -> None:
    rows = [row("a", 80, 1), row("b", 50, 2), row("a", -50, 30)]
    folds = settled(YEARLY, rows, 12, 31)
    closing = Closing((("2021", 24), ("2022", 36)))
    placed = bookings(folds, closing)
    assert {b.period for b in placed if b.now == 12} == {"2021"}
    assert {b.period for b in placed if b.now == 31} == {"2022"}
    assert {b.period for b in bookings(folds)} == {"2021"}
    with pytest.raises(ValueError, match="no period is open"):
        Closing((("2021", 24),)).open_at("2021", 25)


def test_entries_of_any_two_bookings_add_up_to_the_last_fold() -> None:
    folds = settled(YEARLY, REVISED, 1, 2, 3, 4)
    sums: dict[tuple[str, str], int] = {}
    for _, claim, party, amount in entries(folds):
        sums[claim, party] = sums.get((claim, party), 0) + amount
    assert {key: amount for key, amount in sums.items() if amount} == folds[-1][1].by_claim()
    assert book(folds[-1][1], folds[-1][1]) == {}


def test_nothing_stands_where_every_step_reopens() -> None:
    plan = plan_of({"losses": YEARLY})
    rows = history_of({"rows": REVISED}).rows
    known = [Known(4, rows, split(plan, {"rows": REVISED}))]
    assert not hold(plan, known, rows, 5).takes
