"""Attacks on the order of operations, each worked by hand: what two careful people once computed differently.

Codes B1 to B23 are those of the list of attacks; B4, B6 and B8 have no figures there, and B13, B20 and B21 stand
with the flows.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from oracle import Ledger, Refused, from_notation, history_from, split, version_for
from oracle.strategies import Notation

REST: Notation = {"as": "rest", "party": "insured"}
KEYS = {"insured": "i", "period": 1, "policy": "p", "event": "e"}


def row(claim: str, amount: Any, t: int = 1, **columns: Any) -> Notation:
    return {**KEYS, "claim": claim, "amount": amount, "t": t, **columns}


def parts(
    steps: list[Notation],
    rows: list[Notation],
    facts: Mapping[str, Any] | None = None,
    *,
    fen: bool = False,
    **programme: Any,
) -> dict[str, Fraction]:
    """What each party takes in all."""
    made = from_notation({"losses": steps, **programme})
    return split(made, history_from({"rows": rows, **(facts or {})}), fen=fen).parts()


# ------------------------------------------------------------------ scopes and order within a step


def test_b1_scopes_that_do_not_nest_are_refused_in_a_step() -> None:
    crossed = {"as": "cover", "party": "insurer", "limit": {"insured": 120, "event": 120}}
    with pytest.raises(Refused, match="not nested"):
        parts([crossed, REST], [row("a", 10)])


@pytest.mark.parametrize(
    ("order", "small", "large"), [(("insured", "event"), 170, 130), (("event", "insured"), 210, 200)]
)
def test_b1_in_either_order_a_larger_loss_would_pay_less(order: tuple[str, str], small: int, large: int) -> None:
    outer, inner = order
    steps = [
        {"as": "outer", "limit": {outer: 120}, "steps": [{"as": "inner", "party": "insurer", "limit": {inner: 120}}]},
        REST,
    ]

    def paid(first: int) -> Fraction:
        asked = [("1", "A", first), ("1", "B", 40), ("2", "A", 30), ("2", "A", 80), ("2", "B", 90)]
        rows = [row(f"c{n}", x, n, insured=i, event=e, policy=i) for n, (i, e, x) in enumerate(asked)]
        return parts(steps, rows)["insurer"]

    assert [paid(50), paid(120)] == [Fraction(small), Fraction(large)]


def test_b2_each_scope_in_full_before_the_next() -> None:
    terms = {"attachment": {"event": 50, "period": 60}, "limit": {"event": 100}}
    assert parts([{"as": "cover", "party": "insurer", **terms}, REST], [row("a", 200)])["insurer"] == 40


@pytest.mark.parametrize(("bound", "pays"), [("limit", 70_000), ("cap", 100_000)])
def test_b16_a_limit_stands_before_the_share_and_a_cap_after(bound: str, pays: int) -> None:
    cover = {"as": "cover", "party": "insurer", "share": "70%", bound: {"claim": 100_000}}
    assert parts([cover, REST], [row("a", 200_000)])["insurer"] == pays


SUBLIMITED = [*(row(f"a{n}", x, n, cover="A") for n, x in enumerate([100, 20, 20, 20])), row("b", 150, 9, cover="B")]
PER_CLAIM = {"claim": 20}


def test_b18_sub_limits_stand_first_and_the_joint_limit_bounds_their_sum() -> None:
    joint = {
        "as": "cover",
        "party": "insurer",
        "cap": {"policy": 100},
        "sublimits": [{"covers": ["A"], "limit": PER_CLAIM}],
    }
    assert parts([joint, REST], SUBLIMITED)["insurer"] == 100


def test_b18_two_caps_pay_twice_and_an_outer_limit_is_eroded_by_what_is_refused_inside() -> None:
    first = {"as": "A", "party": "insurer", "covers": ["A"], "limit": PER_CLAIM, "cap": {"policy": 100}}
    second = {"as": "B", "party": "insurer", "covers": ["B"], "cap": {"policy": 100}}
    assert parts([first, second, REST], SUBLIMITED)["insurer"] == 180
    inner = [{k: v for k, v in step.items() if k != "cap"} for step in (first, second)]
    assert parts([{"as": "group", "limit": {"policy": 100}, "steps": inner}, REST], SUBLIMITED)["insurer"] == 20


def test_sub_limits_at_two_scopes_stand_one_after_the_other() -> None:
    sub = {"covers": ["A"], "limit": {"claim": 20, "event": 30}}
    steps = [{"as": "cover", "party": "insurer", "sublimits": [sub]}, REST]
    rows = [row("a", 50, cover="A"), row("b", 25, cover="A"), row("c", 40, cover="B")]
    assert parts(steps, rows) == {"insurer": 70, "insured:i": 45}


def test_b19_a_term_that_its_scope_does_not_determine_is_refused() -> None:
    steps = [{"as": "cover", "party": "insurer", "limit": {"event": "sum"}}, REST]
    rows = [row("a", 80, insured="i", policy="p", sum=100), row("b", 200, insured="j", policy="q", sum=300)]
    with pytest.raises(Refused, match="not determined"):
        parts(steps, rows)
    by_risk = [{**steps[0], "limit": {"risk_event": "sum"}}, REST]
    assert parts(by_risk, rows, scopes={"risk_event": ["insured", "event"]})["insurer"] == 280


def test_b15_a_tower_whose_layers_overlap_is_refused() -> None:
    tower = [{"as": "share", "party": "a", "share": "60%"}, {"as": "first", "party": "b", "limit": {"claim": 50}}]
    with pytest.raises(Refused, match="more than there is"):
        parts([{"as": "t", "tower": tower}, REST], [row("a", 100)])


def test_a_capped_tower_members_overflow_goes_to_the_next_step() -> None:
    tower: list[Notation] = [{"as": "county", "party": "county", "share": "40%", "cap": {"period": 10}}]
    tower.append({"as": "bank", "party": "bank", "share": "60%"})
    steps: list[Notation] = [{"as": "t", "tower": tower}, {"as": "rest", "party": "bank"}]
    assert parts(steps, [row("a", 100)]) == {"county": 10, "bank": 90}


# ------------------------------------------------------------------ reductions, growing claims, fields

YEARLY: list[Notation] = [{"as": "cover", "party": "insurer", "limit": {"period": 100}}, REST]


def test_b3_a_reduction_cancels_the_claims_own_increments() -> None:
    facts = [row("a", 80, 1), row("b", 50, 2)]
    ledger = Ledger(from_notation({"losses": YEARLY}))
    ledger.book(2, history_from({"rows": facts}))
    assert ledger.balance() == {("a", "insurer"): 80, ("b", "insurer"): 20, ("b", "insured:i"): 30}
    entries = ledger.book(3, history_from({"rows": [*facts, row("a", -50, 3)]}))
    assert {(e.claim, e.party): e.amount for e in entries} == {
        ("a", "insurer"): -50, ("b", "insurer"): 30, ("b", "insured:i"): -30,
    }  # fmt: skip


def test_a_claim_below_zero_is_refused() -> None:
    with pytest.raises(Refused, match="below zero"):
        parts(YEARLY, [row("a", 10, 1), row("a", -11, 2)])


def test_a_franchise_looks_at_the_claims_current_total() -> None:
    steps = [{"as": "cover", "party": "insurer", "franchise": 1000}, REST]
    assert parts(steps, [row("a", 600, 1), row("b", 900, 2), row("a", 600, 3)]) == {"insurer": 1200, "insured:i": 900}


def test_an_amount_dependent_deductible_over_partial_payments_leaves_nothing_negative() -> None:
    steps = [{"as": "own", "party": "insured", "limit": {"claim": "max(500, 10% * amount)"}}]
    steps.append({"as": "cover", "party": "insurer"})
    assert parts(steps, [row("a", 400, 1), row("a", 9600, 2)]) == {"insured:i": 1000, "insurer": 9000}


def test_b23_fields_are_those_at_occurrence_unless_the_payments_own_are_asked_for() -> None:
    steps = [{"as": "aid", "party": "city", "share": "70%", "when": "aided"}, REST]
    rows = [row("a", 100, 1, aided=True), row("a", 100, 2, aided=False)]
    made = from_notation({"losses": steps})
    assert split(made, history_from({"rows": rows})).parts()["city"] == 140
    at_payment = replace(made, at_payment=frozenset({"aided"}))
    assert split(at_payment, history_from({"rows": rows})).parts()["city"] == 70


# ------------------------------------------------------------------ premium


def test_b5_a_multiple_of_premium_is_restated_when_premium_moves() -> None:
    steps = [
        {"as": "cover", "party": "insurer", "limit": {"period": "150% * premium"}},
        {"as": "fund", "party": "fund"},
    ]
    made = from_notation({"losses": steps})
    ledger = Ledger(made)
    first = {"rows": [row("a", 200, 1)], "premium": [row("m", 100, 0)]}
    ledger.book(1, history_from(first))
    assert ledger.balance() == {("a", "insurer"): 150, ("a", "fund"): 50}
    later = {"rows": [*first["rows"], row("b", 10, 2)], "premium": [*first["premium"], row("n", 50, 2)]}
    ledger.book(2, history_from(later))
    assert ledger.balance() == {("a", "insurer"): 200, ("b", "insurer"): 10}


def test_b12_premium_counts_all_payers_and_without_any_the_cover_is_empty() -> None:
    steps = [{"as": "cover", "party": "insurer", "cap": {"insured": "50 * premium"}}, REST]
    assert parts(steps, [row("a", 100)]) == {"insured:i": 100}
    subsidised = {"premium": [row("m", 1, 0, payer="city"), row("n", 1, 0, payer="insured")]}
    assert parts(steps, [row("a", 130)], subsidised) == {"insurer": 100, "insured:i": 30}
    divided = [{"as": "cover", "party": "insurer", "share": "min(1, 10 / premium)"}, REST]
    with pytest.raises(Refused, match="division by zero"):
        parts(divided, [row("a", 100)])


# ------------------------------------------------------------------ versions, pools, periods, currency


def test_b10_a_policy_keeps_the_version_it_attached_to() -> None:
    def limited(limit: int) -> Any:
        return from_notation({"losses": [{"as": "cover", "party": "insurer", "limit": limit}, REST]})

    versions = [("2023-01-01", limited(100)), ("2024-01-01", limited(60))]
    facts = history_from({"rows": [row("a", 100, attached="2023-10-01", occurred="2024-02-01")]})
    assert split(version_for(versions, facts.rows[0], "attaching"), facts).parts() == {"insurer": 100}
    assert split(version_for(versions, facts.rows[0], "occurring"), facts).parts()["insurer"] == 60


@pytest.mark.parametrize(("basis", "expected"), [("attached", {"a": 100}), ("occurred", {"a": 80, "b": 20})])
def test_b9_a_member_joins_by_the_pools_basis(basis: str, expected: dict[str, int]) -> None:
    dated = [{"from": "2021-01-01", "shares": {"a": 1}}, {"from": "2023-07-01", "shares": {"a": "80%", "b": "20%"}}]
    rows = [row("c", 100, attached="2023-02-01", occurred="2023-08-01")]
    pools = {"pool": {"basis": basis, "shares": dated}}
    assert parts([{"as": "cover", "party": "pool"}], rows, pools=pools) == expected


def test_b17_an_event_over_new_year_stands_under_one_annual_limit() -> None:
    rows = [row("a", 100, 1, period=2021), row("b", 100, 2, period=2022, policy="q", insured="j")]
    assert parts(YEARLY, rows)["insurer"] == 100


def test_b11_amounts_are_converted_once_on_entry_and_limits_never() -> None:
    """100,000 USD at 6.5 under a limit of 500,000 CNY pays 500,000, whatever the limit was once worth in USD."""
    steps = [{"as": "cover", "party": "insurer", "limit": 500_000}, REST]
    rows = [row("a", 100_000, 1, rate=Fraction("6.5")), row("a", 10_000, 2, rate=7)]
    entered = [{**r, "amount": r["amount"] * r["rate"]} for r in rows]
    assert parts(steps, entered) == {"insurer": 500_000, "insured:i": 220_000}


def test_a_party_may_be_named_by_a_column_and_claimants_only_where_several_are_declared() -> None:
    steps: list[Notation] = [
        {"as": "cover", "party": "insurer", "cap": {"both": 80}},
        {"as": "rest", "party": "claimant"},
    ]
    rows = [row("a", 50, claimant="maker"), row("b", 50, claimant="user")]
    declared: Notation = {"scopes": {"both": ["event", "policy"]}, "insured": {"several": ["maker", "user"]}}
    assert parts(steps, rows, **declared) == {"insurer": 80, "maker": 10, "user": 10}
    with pytest.raises(Refused, match="several"):
        parts(steps, rows, scopes=declared["scopes"])


def test_a_dependency_that_the_rows_break_is_refused() -> None:
    with pytest.raises(Refused, match="does not determine"):
        parts(YEARLY, [row("a", 1, event="x"), row("b", 1, insured="j", event="y")])


# ------------------------------------------------------------------ accounts


FUND: Notation = {"accounts": {"fund": {"opening": 90}}}
TWO_COVERS = [row("a", 60, cover="A"), row("b", 120, cover="B")]


def test_b7_two_covers_share_one_giving_step_pro_rata() -> None:
    made = from_notation({"losses": [{"as": "fund", "party": "fund"}, REST], **FUND})
    by_claim = split(made, history_from({"rows": TWO_COVERS})).by_claim()
    assert by_claim["a", "fund"] == 30
    assert by_claim["b", "fund"] == 60


def test_b7_b22_an_account_with_two_giving_steps_is_refused() -> None:
    steps = [{"as": "A", "party": "fund", "covers": ["A"]}, {"as": "B", "party": "fund", "covers": ["B"]}, REST]
    with pytest.raises(Refused, match="two giving steps"):
        parts(steps, TWO_COVERS, **FUND)


def test_at_one_instant_money_comes_in_before_claims_and_up_to_the_ceiling() -> None:
    accounts = {"fund": {"opening": 10, "ceiling": 50}}
    facts = {"deposits": [{"account": "fund", "t": 1, "amount": 70}]}
    steps = [{"as": "fund", "party": "fund"}, REST]
    assert parts(steps, [row("a", 80)], facts, accounts=accounts) == {"fund": 50, "insured:i": 30}


def test_the_programmes_clock_decides_who_is_earlier() -> None:
    rows = [row("a", 80, 1, occurred=2, determined=1), row("b", 80, 2, occurred=1, determined=2)]
    for clock, first in (("determined", "a"), ("occurred", "b")):
        made = from_notation({"losses": YEARLY, "queue": {"by": clock}})
        assert split(made, history_from({"rows": rows})).by_claim()[first, "insurer"] == 80


# ------------------------------------------------------------------ whole fen

THREE: Notation = {"pools": {"pool": {"shares": {"a": "1 / 3", "b": "1 / 3", "c": "1 / 3"}}}}


def test_b14_a_hundred_payments_of_a_fen_go_round_three_equal_members() -> None:
    rows = [row(f"c{n:03}", 1, n) for n in range(100)]
    assert parts([{"as": "cover", "party": "pool"}], rows, fen=True, **THREE) == {"a": 34, "b": 33, "c": 33}


def test_b14_a_pools_members_never_give_a_fen_back_as_the_total_grows() -> None:
    pools = {"pool": {"shares": {"a": "6 / 14", "b": "6 / 14", "c": "2 / 14"}}}
    before: dict[str, Fraction] = {}
    for total in range(1, 60):
        now = parts([{"as": "cover", "party": "pool"}], [row("c", total)], fen=True, pools=pools)
        assert all(now[member] >= v for member, v in before.items())
        assert sum(now.values()) == total
        before = now


def test_b14_a_limit_is_kept_though_every_claims_part_ends_in_half_a_fen() -> None:
    steps = [{"as": "cover", "party": "insurer", "share": "50%"}, REST]
    rows = [row("a", 101), row("b", 101)]
    assert parts(steps, rows, fen=True) == {"insurer": 101, "insured:i": 101}


def test_layers_of_a_tower_never_round_one_row_up_beyond_itself() -> None:
    """Two rows of a fen under two layers of a fen: rounding each layer alone gives both to the first row."""
    layers = [
        {"as": n, "party": n, "attachment": {"period": at}, "limit": {"period": 1}} for n, at in (("x", 0), ("y", 1))
    ]
    made = from_notation({"losses": [{"as": "t", "tower": layers}, REST]})
    by_claim = split(made, history_from({"rows": [row("a", 1), row("b", 1)]}), fen=True).by_claim()
    assert by_claim == {("a", "x"): 1, ("b", "y"): 1}


def test_members_of_one_layer_are_apportioned_together() -> None:
    members = [{"as": m, "party": m, "share": "1 / 3"} for m in ("x", "y", "z")]
    assert parts([{"as": "t", "tower": members}, REST], [row("a", 10)], fen=True) == {"x": 4, "y": 3, "z": 3}
    halves = [{"as": m, "party": m, "share": "1 / 2"} for m in ("x", "y")]
    assert parts([{"as": "t", "tower": halves}, REST], [row("a", 3)], fen=True) == {"x": 2, "y": 1}
