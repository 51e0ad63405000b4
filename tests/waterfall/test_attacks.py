"""Attacks on the order of operations (B1 to B23), with the figures worked by hand."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest

from quanyu.waterfall import Exact, Fen, PlanRefused, fold
from written import Notation, history_of, plan_of, split

REST: Notation = {"as": "rest", "party": "insured"}
KEYS = {"insured": "i", "period": 1, "policy": "p", "event": "e"}
PARTIES = {p: {"kind": "insurer"} for p in ("insurer", "bank", "county", "a", "b", "c", "x", "y", "z")}


def row(claim: str, amount: Any, t: int = 1, **columns: Any) -> Notation:
    return {**KEYS, "claim": claim, "amount": amount, "t": t, **columns}


def of(steps: Sequence[Notation], **programme: Any) -> Notation:
    return {"losses": list(steps), "parties": PARTIES, **programme}


def parts(
    steps: Sequence[Notation], rows: list[Notation], facts: Mapping[str, Any] | None = None, **programme: Any
) -> dict[str, Any]:
    """What each party takes in all: exactly, and the same in whole units where all figures are whole."""
    plan, history = plan_of(of(steps, **programme)), {"rows": rows, **(facts or {})}
    exact = split(plan, history, Exact()).by_party()
    if all(Fraction(amount).denominator == 1 for amount in exact.values()):
        assert split(plan, history, Fen(1)).by_party() == exact
    return exact


def refusal(steps: Sequence[Notation], rows: list[Notation], **programme: Any) -> str:
    found = fold(plan_of(of(steps, **programme)), history_of({"rows": rows}), Exact())
    assert isinstance(found, tuple)
    return found[0].code


def test_b1_scopes_that_do_not_nest_are_refused_in_a_step() -> None:
    crossed = {"as": "cover", "party": "insurer", "limit": {"insured": 120, "event": 120}}
    with pytest.raises(PlanRefused, match="not nested") as refused:
        plan_of(of([crossed, REST]))
    assert refused.value.code == "scopes-not-nested"


@pytest.mark.parametrize(
    ("outer", "inner", "small", "large"), [("insured", "event", 170, 130), ("event", "insured", 210, 200)]
)
def test_b1_in_either_order_a_larger_loss_pays_less(outer: str, inner: str, small: int, large: int) -> None:
    nested = [{"as": "inner", "party": "insurer", "limit": {inner: 120}}]
    steps: list[Notation] = [{"as": "outer", "limit": {outer: 120}, "steps": nested}, REST]

    def paid(first: int) -> Any:
        asked = [("1", "A", first), ("1", "B", 40), ("2", "A", 30), ("2", "A", 80), ("2", "B", 90)]
        rows = [row(f"c{n}", x, n, insured=i, event=e, policy=i) for n, (i, e, x) in enumerate(asked)]
        return parts(steps, rows)["insurer"]

    assert (paid(50), paid(120)) == (small, large)


def test_b2_every_scope_in_full_before_the_next() -> None:
    terms = {"attachment": {"period": 60, "event": 50}, "limit": {"event": 100}}
    assert parts([{"as": "cover", "party": "insurer", **terms}, REST], [row("a", 200)])["insurer"] == 40


def test_b3_a_reduction_cancels_the_claims_own_latest_increments() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "limit": {"period": 100}}, REST]
    rows = [row("a", 80, 1), row("b", 50, 2), row("a", -50, 3)]
    assert parts(steps, rows) == {"insurer": 80}
    assert refusal(steps, [row("a", 10), row("a", -11, 2)]) == "claim-below-zero"


def test_b5_premium_in_a_term_is_all_premium_of_the_key_as_known_now() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "limit": {"period": "150% * premium"}}, REST]
    rows = [row("a", 200, 1), row("b", 10, 2)]
    known = [{"period": 1, "amount": 100}, {"period": 2, "amount": 900}]
    assert parts(steps, rows, {"premium": known})["insurer"] == 150
    assert parts(steps, rows, {"premium": [*known, {"period": 1, "amount": 50}]}) == {"insurer": 210}


def test_named_readings_of_premium() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "limit": {"period": "2 * premium.insured"}}, REST]
    premium = [{"period": 1, "amount": 100, "parts": {"insured": 20, "city": 80}}]
    assert parts(steps, [row("a", 200)], {"premium": premium})["insurer"] == 40


def test_b7_two_covers_share_one_giving_step_pro_rata() -> None:
    fund = {"accounts": {"fund": {"opening": 90}}}
    rows = [row("a", 60, cover="A"), row("b", 120, cover="B")]
    outcome = split(plan_of(of([{"as": "fund", "party": "fund"}, REST], **fund)), {"rows": rows})
    assert (outcome.by_claim()["a", "fund"], outcome.by_claim()["b", "fund"]) == (30, 60)
    assert outcome.balances == {"fund": 0}
    assert [(m.account, m.amount) for m in outcome.movements] == [("fund", -90)]


def test_b7_b22_an_account_with_two_giving_steps_is_refused() -> None:
    steps: list[Notation] = [
        {"as": "A", "party": "fund", "covers": ["A"]},
        {"as": "B", "party": "fund", "covers": ["B"]},
        REST,
    ]
    with pytest.raises(PlanRefused, match="one account, one step"):
        plan_of(of(steps, accounts={"fund": {"opening": 90}}))


def test_b8_all_claims_of_an_instant_pass_a_step_before_the_next() -> None:
    """Depth first, the first claim would empty the reserve behind the cover before the second is seen."""
    steps: list[Notation] = [
        {"as": "cover", "party": "insurer", "cap": {"period": 60}},
        {"as": "fund", "party": "fund"},
        REST,
    ]
    outcome = split(
        plan_of(of(steps, accounts={"fund": {"opening": 30}})), {"rows": [row("b", 60), row("a", 60)]}
    ).by_claim()
    assert outcome == {
        (claim, party): amount for claim in "ab" for party, amount in (("insurer", 30), ("fund", 15), ("insured:i", 15))
    }


@pytest.mark.parametrize(("basis", "expected"), [("attached", {"a": 100}), ("occurred", {"a": 80, "b": 20})])
def test_b9_a_member_joins_by_the_pools_basis(basis: str, expected: dict[str, int]) -> None:
    dated = [{"from": "2021-01-01", "shares": {"a": 1}}, {"from": "2023-07-01", "shares": {"a": "80%", "b": "20%"}}]
    rows = [row("c", 100, attached="2023-02-01", occurred=dt.date(2023, 8, 1))]
    pools = {"pool": {"basis": basis, "members": dated}}
    assert parts([{"as": "cover", "party": "pool"}], rows, pools=pools) == expected


def test_b12_premium_counts_all_payers_and_without_any_the_cover_is_empty() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "cap": {"insured": "50 * premium"}}, REST]
    assert parts(steps, [row("a", 100)]) == {"insured:i": 100}
    premium = [{"insured": "i", "period": 1, "amount": 1}, {"insured": "i", "period": 1, "amount": 1}]
    others = [{"insured": "j", "period": 1, "amount": 9}]
    assert parts(steps, [row("a", 130)], {"premium": [*premium, *others]}) == {"insurer": 100, "insured:i": 30}
    divided: list[Notation] = [{"as": "cover", "party": "insurer", "share": "min(1, 10 / premium)"}, REST]
    assert refusal(divided, [row("a", 100)]) == "term-without-value"


BORNE = {"c": {"insured:i": 20, "insurer": 80, "x": 100}}
RECOVERED: Notation = {"recoveries": {"basis": "borne", "restores": False, "above": "bank"}}


def recovered(to: Sequence[Notation], rows: list[Notation]) -> dict[str, Any]:
    made = of([REST], recoveries={**RECOVERED["recoveries"], "to": list(to)})
    history = {"rows": rows, "borne": BORNE}
    return split(plan_of(made, "recoveries", "to"), history, Exact()).by_party()


def test_b13_recoveries_go_to_those_who_bore_and_nobody_gets_more() -> None:
    borne: list[Notation] = [{"as": "borne", "party": "borne"}]
    assert recovered(borne, [row("r", 50, of="c")]) == {"insured:i": 5, "insurer": 20, "x": 25}
    over = recovered(borne, [row("r", 250, of="c")])
    assert over == {"insured:i": 20, "insurer": 80, "x": 100, "bank": 50}


def test_b13_what_came_back_first_is_no_longer_borne() -> None:
    """The insured first: 20, then nothing more of the 30 left, which go 80 to 100."""
    to: list[Notation] = [{"as": "first", "party": "insured", "limit": {"of": 20}}, {"as": "borne", "party": "borne"}]
    found = recovered(to, [row("r", 50, of="c")])
    assert found == {"insured:i": 20, "insurer": Fraction(40, 3), "x": Fraction(50, 3)}
    twice = recovered(to, [row("r", 30, of="c"), row("s", 20, 2, of="c")])
    assert twice == found


def test_b14_a_hundred_payments_of_a_fen_go_round_three_equal_members() -> None:
    pools = {"pool": {"shares": {"a": "1 / 3", "b": "1 / 3", "c": "1 / 3"}}}
    rows = [row(f"c{n:03}", 1, n) for n in range(100)]
    outcome = split(plan_of(of([{"as": "cover", "party": "pool"}], pools=pools)), {"rows": rows})
    assert outcome.by_party() == {"a": 34, "b": 33, "c": 33}


def test_b14_a_limit_is_kept_though_every_part_ends_in_half_a_fen() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "share": "50%"}, REST]
    assert split(plan_of(of(steps)), {"rows": [row("a", 101), row("b", 101)]}).by_party()["insurer"] == 101


def test_b15_a_tower_whose_layers_overlap_is_refused() -> None:
    tower = [{"as": "share", "party": "a", "share": "60%"}, {"as": "first", "party": "b", "limit": {"claim": 50}}]
    assert refusal([{"as": "t", "tower": tower}, REST], [row("a", 100)]) == "tower-overlap"


@pytest.mark.parametrize(("bound", "pays"), [("limit", 70_000), ("cap", 100_000)])
def test_b16_a_limit_stands_before_the_share_and_a_cap_after(bound: str, pays: int) -> None:
    cover: Notation = {"as": "cover", "party": "insurer", "share": "70%", bound: {"claim": 100_000}}
    assert parts([cover, REST], [row("a", 200_000)])["insurer"] == pays


def test_b17_an_event_over_new_year_stands_under_one_annual_limit() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "limit": {"period": 100}}, REST]
    rows = [row("a", 100, 1, period=2021), row("b", 100, 2, period=2022, policy="q", insured="j")]
    assert parts(steps, rows)["insurer"] == 100


SUBLIMITED = [*(row(f"a{n}", x, n, cover="A") for n, x in enumerate([100, 20, 20, 20])), row("b", 150, 9, cover="B")]


def test_b18_sub_limits_stand_first_and_the_joint_limit_bounds_their_sum() -> None:
    joint: Notation = {"as": "cover", "party": "insurer", "cap": {"policy": 100}}
    sublimits = [{"as": "over", "covers": ["A"], "limit": {"claim": 20}}]
    assert parts([{**joint, "sublimits": sublimits}, REST], SUBLIMITED)["insurer"] == 100


def test_sub_limits_at_two_scopes_stand_finest_first() -> None:
    sub = {"as": "over", "covers": ["A"], "limit": {"event": 30, "claim": 20}}
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "sublimits": [sub]}, REST]
    rows = [row("a", 50, cover="A"), row("b", 25, cover="A"), row("c", 40, cover="B")]
    assert parts(steps, rows) == {"insurer": 70, "insured:i": 45}


def test_b19_a_term_that_its_scope_does_not_determine_is_refused() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "limit": {"event": "sum"}}, REST]
    rows = [row("a", 80, insured="i", policy="p", sum=100), row("b", 200, insured="j", policy="q", sum=300)]
    assert refusal(steps, rows) == "term-not-determined"
    by_risk: list[Notation] = [{**steps[0], "limit": {"risk_event": "sum"}}, REST]
    assert parts(by_risk, rows, scopes={"risk_event": ["insured", "event"]})["insurer"] == 280


def test_b23_fields_are_those_at_occurrence_unless_the_payments_own_are_asked_for() -> None:
    aid: Notation = {"as": "aid", "party": "insurer", "share": "70%", "when": "aided"}
    rows = [row("a", 100, 1, aided=True), row("a", 100, 2, aided=False)]
    assert parts([aid, REST], rows)["insurer"] == 140
    assert parts([{**aid, "at": "payment"}, REST], rows)["insurer"] == 70


def test_a_franchise_looks_at_the_claims_current_total() -> None:
    steps: list[Notation] = [{"as": "cover", "party": "insurer", "franchise": 1000}, REST]
    assert parts(steps, [row("a", 600, 1), row("b", 900, 2), row("a", 600, 3)]) == {"insurer": 1200, "insured:i": 900}
    with pytest.raises(PlanRefused, match="claim scope only"):
        plan_of(of([{"as": "cover", "party": "insurer", "franchise": {"event": 5}}, REST]))


def test_layers_of_a_tower_never_round_one_row_up_beyond_itself() -> None:
    layers = [
        {"as": n, "party": n, "attachment": {"period": at}, "limit": {"period": 1}} for n, at in (("x", 0), ("y", 1))
    ]
    outcome = split(plan_of(of([{"as": "t", "tower": layers}, REST])), {"rows": [row("a", 1), row("b", 1)]})
    assert outcome.by_claim() == {("a", "x"): 1, ("b", "y"): 1}


def test_members_of_one_layer_are_apportioned_together() -> None:
    thirds: list[Notation] = [{"as": m, "party": m, "share": "1 / 3"} for m in ("x", "y", "z")]
    assert split(plan_of(of([{"as": "t", "tower": thirds}, REST])), {"rows": [row("a", 10)]}).by_party() == {
        "x": 4, "y": 3, "z": 3,
    }  # fmt: skip


def test_a_capped_members_overflow_goes_to_the_next_step() -> None:
    tower = [{"as": "county", "party": "county", "share": "40%", "cap": {"period": 10}}]
    tower.append({"as": "bank", "party": "bank", "share": "60%"})
    steps: list[Notation] = [{"as": "t", "tower": tower}, {"as": "rest", "party": "bank"}]
    assert parts(steps, [row("a", 100)]) == {"county": 10, "bank": 90}


def test_money_comes_in_before_the_claims_of_its_instant_and_up_to_the_ceiling() -> None:
    facts = {"deposits": [{"account": "fund", "t": 1, "amount": 70}]}
    accounts = {"fund": {"opening": 10, "ceiling": 50}}
    assert parts([{"as": "fund", "party": "fund"}, REST], [row("a", 80)], facts, accounts=accounts) == {
        "fund": 50, "insured:i": 30,
    }  # fmt: skip


def test_money_with_nobody_is_refused() -> None:
    assert refusal([{"as": "cover", "party": "insurer", "limit": 5}], [row("a", 6)]) == "money-with-nobody"


def test_reinstatement_is_priced_filling_by_filling() -> None:
    """100 xs 0, reinstated once at 100 % and once at 50 % of a premium of 40: 60, then 80 of a layer used to 240."""
    terms = {"limit": {"event": 100}, "attachment": {"period": 0}}
    spec = {"as": "again", "per": "period", "limit": 100, "rates": ["100%", "50%"], "premium": 40, "from": "bank"}
    steps: list[Notation] = [{"as": "layer", "party": "insurer", **terms, "reinstatement": spec}, REST]
    rows = [row("a", 60, 1, event="e1"), row("b", 100, 2, event="e2"), row("c", 80, 3, event="e3")]
    outcome = split(plan_of(of(steps)), {"rows": rows}, Exact())
    charged = {(c.claim, c.party): c.amount for c in outcome.charges}
    assert charged == {("a", "bank"): 24, ("b", "bank"): 16 + 12, ("c", "bank"): 8}


def test_calls_go_to_the_members_by_their_field() -> None:
    """What the members bear, at most twice the premium of 6, is called by what each owes a year."""
    call: Notation = {"as": "call", "party": "x", "cap": {"period": "2 * premium"}}
    call["causes"] = {"flow": "calls", "on": "x", "by": "due"}
    facts = {"premium": [{"period": 1, "amount": 6}], "members": {"m": {"due": 1}, "n": {"due": 3}}}
    outcome = split(plan_of(of([call, REST])), {"rows": [row("a", 10), row("b", 10)], **facts})
    assert outcome.by_party() == {"x": 12, "insured:i": 8}
    called: dict[str, Any] = {}
    for charge in outcome.charges:
        called[charge.party] = called.get(charge.party, 0) + charge.amount
    assert called == {"m": 3, "n": 9}
    assert outcome.caused() == {"calls": 12}


def test_a_pool_by_a_field_of_its_members() -> None:
    facts = {"members": {"a": {"area": 1}, "b": {"area": 2}}}
    pools = {"village": {"by": "area"}}
    assert parts([{"as": "all", "party": "village"}], [row("c", 30)], facts, pools=pools) == {"a": 10, "b": 20}


def test_claimants_stand_only_where_several_are_declared() -> None:
    steps: list[Notation] = [
        {"as": "cover", "party": "insurer", "cap": {"both": 80}},
        {"as": "rest", "party": "claimant"},
    ]
    rows = [row("a", 50, claimant="maker"), row("b", 50, claimant="user")]
    scopes = {"both": ["event", "policy"]}
    declared = {"scopes": scopes, "insured": {"several": ["maker", "user"]}}
    assert parts(steps, rows, **declared) == {"insurer": 80, "maker": 10, "user": 10}
    assert refusal(steps, rows, scopes=scopes) == "claimant-unknown"


def test_a_receiving_account_fills_to_its_ceiling() -> None:
    premium = {
        "amount": 100,
        "to": [{"as": "fund", "party": "fund", "share": "50%"}, {"as": "rest", "party": "insurer"}],
    }
    made = of([REST], premium=premium, accounts={"fund": {"opening": 10, "ceiling": 50}})
    history = {"rows": [row("p", 60, 1), row("q", 40, 2)]}
    outcome = split(plan_of(made, "premium", "to"), history)
    assert outcome.by_party() == {"fund": 40, "insurer": 60}
    assert outcome.balances == {"fund": 50}


def test_keys_that_do_not_fix_what_they_must_are_findings() -> None:
    assert refusal([REST], [row("a", 1, event="x"), row("b", 1, insured="j")]) == "key-disagrees"
