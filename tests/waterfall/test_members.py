"""Caps of members and reinsurance behind a party, by hand: exactly, to the fen and in floating point."""

from fractions import Fraction
from typing import Any

import pytest

import blocks
from quanyu.waterfall import Exact, Fen, PlanRefused, explain, fold
from quanyu.waterfall.kernel_program import Layout, Outputs
from quanyu.waterfall.lower import lower
from written import Notation, history_of, plan_of, split

REST: Notation = {"as": "rest", "party": "insured"}
KEYS = {"insured": "i", "period": 1, "policy": "p", "event": "e"}
INSURERS = {name: {"kind": "insurer"} for name in ("a", "b", "c", "re")}
SHARES = {"a": "50%", "b": "30%", "c": "20%"}
LAYOUT = Layout(rows=("losses", "amount"), keys=("claim", "event", "policy"), whole=frozenset({"period", "term"}))


def row(claim: str, amount: int, t: int = 1, **columns: Any) -> Notation:
    return {**KEYS, "claim": claim, "amount": amount, "t": t, **columns}


def pooled(overflow: str = "next", **pool: Any) -> Notation:
    caps = {"shares": SHARES, "caps": {"a": {"period": 10}}, "overflow": overflow, **pool}
    return {"losses": [{"as": "relief", "party": "p"}, REST], "pools": {"p": caps}, "parties": INSURERS}


def behind(steps: list[Notation], losses: list[Notation], **programme: Any) -> Notation:
    return {"losses": losses, "parties": {**INSURERS, "a": {"kind": "insurer", "steps": steps}}, **programme}


XOL: Notation = {"as": "own-xol", "party": "re", "attachment": {"period": 40}}


def parts(notation: Notation, rows: list[Notation]) -> dict[str, Any]:
    """What each party takes: exactly, in whole units, and by the float kernel on one path."""
    plan, history = plan_of(notation), {"rows": rows}
    exact = split(plan, history, Exact()).by_party()
    assert split(plan, history, Fen(1)).by_party() == exact
    assert {k: pytest.approx(float(v)) for k, v in exact.items()} == simulated(notation, rows)
    return exact


def simulated(notation: Notation, rows: list[Notation]) -> dict[str, float]:
    program = lower([blocks.plan_of(notation)], Outputs(), LAYOUT)
    run = blocks.run_rows(program, [[{**r, "losses": r["amount"]} for r in rows]])
    out: dict[str, float] = {}
    for output, place in run.program.outputs.items():
        if output.measure in ("kept", "take"):
            step = program_step(notation, output.path)
            if step is not None and (output.measure == "kept") == bool(step.children):
                name = "insured:i" if step.party == "insured" else str(step.party)
                out[name] = out.get(name, 0.0) + float(run.out[place.column, 0]) * place.scale
    return {name: amount for name, amount in out.items() if amount}


def program_step(notation: Notation, path: str) -> Any:
    step = blocks.plan_of(notation).at(path)
    return step if step.party is not None else None


@pytest.mark.parametrize(
    ("overflow", "expected"),
    [("next", {"a": 10, "b": 30, "c": 20, "insured:i": 40}), ("others", {"a": 10, "b": 54, "c": 36})],
)
def test_a_capped_members_overflow_goes_to_the_next_step_or_to_the_others(
    overflow: str, expected: dict[str, int]
) -> None:
    assert parts(pooled(overflow), [row("x", 100)]) == expected


@pytest.mark.parametrize(
    ("overflow", "second"), [("next", {"b": 30, "c": 20, "insured:i": 50}), ("others", {"b": 60, "c": 40})]
)
def test_a_cap_stands_at_its_scope_and_is_eroded_by_what_the_member_bore(overflow: str, second: dict[str, int]) -> None:
    """The cap of 10 a year is used by the first claim of 100; of the second the member bears nothing."""
    rows = [row("x", 100), row("y", 100, 2)]
    first = parts(pooled(overflow), rows[:1])
    whole = parts(pooled(overflow), rows)
    assert {k: whole[k] - first.get(k, 0) for k in whole if whole[k] != first.get(k, 0)} == second


def test_a_cap_of_each_event_starts_again() -> None:
    rows = [row("x", 100), row("y", 100, 2, event="f")]
    found = parts(pooled(caps={"a": {"event": 10}}), rows)
    assert found == {"a": 20, "b": 60, "c": 40, "insured:i": 80}


def test_two_capped_members_and_the_terms_of_the_step_before_them() -> None:
    """200 over 50, at most 100: 50, 30, 20; a is cut to 10 and b to 25, and c takes the 45 that both leave."""
    notation = pooled("others", caps={"a": {"period": 10}, "b": {"period": 25}})
    notation["losses"][0] |= {"attachment": {"event": 50}, "limit": {"event": 100}}
    assert parts(notation, [row("x", 200)]) == {"a": 10, "b": 25, "c": 65, "insured:i": 100}


def test_members_keep_their_labels_and_their_way_is_told() -> None:
    plan = plan_of(pooled())
    assert [step.path for step in plan.steps] == ["relief", "relief/a", "relief/b", "relief/c", "rest"]
    others = plan_of(pooled("others"))
    assert [step.path for step in others.steps][1:4] == ["relief/capped", "relief/capped/a", "relief/others"]
    outcome = fold(plan, history_of({"rows": [row("x", 100)]}), Fen(1), explain=["x"])
    assert not isinstance(outcome, tuple)
    told = [line.en for line in explain(outcome, "x")]
    assert told[1] == (
        "[relief/a] 10 by a, of 100 that reach it; at a share of 50 %; "
        "50 cut to 10, what is left of the 10 for the period 1 (0 used); 90 flows on."
    )


def test_in_whole_units_the_members_add_up_and_the_cap_is_never_passed() -> None:
    thirds = {"a": "1 / 3", "b": "1 / 3", "c": "1 / 3"}
    rows = [row(f"x{n:03}", 1, n) for n in range(100)]
    following, others = (
        split(plan_of(pooled(overflow, shares=thirds)), {"rows": rows}, Fen(1)).by_party()
        for overflow in ("next", "others")
    )
    assert following["a"] == others["a"] == 10
    assert sum(following.values()) == sum(others.values()) == 100
    assert following["insured:i"] in (23, 24)
    assert others["b"] - others["c"] in (-1, 0, 1)


def test_reinsurance_of_a_party_takes_from_that_party_alone() -> None:
    """a has half of 60 and of 60: 30 and 30; above 40 in the year its reinsurer bears 20. b bears its 60."""
    pool = {"p": {"shares": {"a": "50%", "b": "50%"}}}
    notation = behind([XOL], [{"as": "cover", "party": "p"}], pools=pool)
    assert parts(notation, [row("x", 60), row("y", 60, 2)]) == {"a": 40, "re": 20, "b": 60}


def test_reinsurance_of_a_party_stands_behind_what_it_retains_of_a_step() -> None:
    """Of 100 a cedes 30 by the step; of its 70 its own treaty takes what lies above 40."""
    cover = {"as": "cover", "party": "a", "steps": [{"as": "quota", "party": "b", "share": "30%"}]}
    assert parts(behind([XOL], [cover]), [row("x", 100)]) == {"b": 30, "re": 30, "a": 40}
    layered = {"as": "cover", "party": "a", "tower": [{"as": "quota", "party": "b", "share": "30%"}]}
    assert parts(behind([XOL], [layered]), [row("x", 100)]) == {"b": 30, "re": 30, "a": 40}


def test_a_reinsurer_cedes_further() -> None:
    quota: Notation = {"as": "quota", "party": "re", "share": "50%"}
    notation = behind([quota], [{"as": "cover", "party": "a"}])
    notation["parties"]["re"] = {"kind": "reinsurer", "steps": [{"as": "retro", "party": "c", "share": "40%"}]}
    assert parts(notation, [row("x", 100)]) == {"a": 50, "re": 30, "c": 20}
    assert plan_of(notation).at("cover/quota/retro").party == "c"


def test_a_cap_and_reinsurance_of_one_member() -> None:
    """a bears at most 45 of its 50, and cedes what lies above 40 of that; the 5 flow on."""
    notation = behind([XOL], [{"as": "cover", "party": "p"}, REST])
    notation["pools"] = {"p": {"shares": {"a": "50%", "b": "50%"}, "caps": {"a": {"period": 45}}}}
    assert parts(notation, [row("x", 100)]) == {"a": 40, "re": 5, "b": 50, "insured:i": 5}


def test_shares_behind_a_party_of_two_steps_mean_the_same_in_both() -> None:
    losses: list[Notation] = [{"as": "first", "party": "a", "limit": {"event": 60}}, {"as": "top", "party": "a"}]
    quota: Notation = {"as": "quota", "party": "re", "share": "25%"}
    assert parts(behind([quota], losses), [row("x", 100)]) == {"a": 75, "re": 25}
    with pytest.raises(PlanRefused) as refused:
        plan_of(behind([XOL], losses))
    assert refused.value.code == "own-steps-twice"


def test_reinsurance_in_a_circle_is_refused() -> None:
    notation = behind([{"as": "quota", "party": "re", "share": "25%"}], [{"as": "cover", "party": "a"}])
    notation["parties"]["re"] = {"kind": "reinsurer", "steps": [{"as": "back", "party": "a", "share": "40%"}]}
    with pytest.raises(PlanRefused, match="circle") as refused:
        plan_of(notation)
    assert refused.value.code == "own-steps-circle"


def test_premium_goes_to_the_members_by_their_shares_whatever_their_caps() -> None:
    notation = {**pooled(), "premium": {"amount": 100, "to": [{"as": "risk", "party": "p"}]}}
    outcome = split(plan_of(notation, "premium", "to"), {"rows": [row("m", 100)]}, Exact())
    assert outcome.by_party() == {"a": Fraction(50), "b": 30, "c": 20}


def test_caps_need_one_set_of_shares_and_no_calls() -> None:
    dated = [{"from": "2021-01-01", "shares": {"a": 1}}]
    called = pooled()
    called["losses"][0]["causes"] = {"flow": "calls", "on": "p", "by": "due"}
    for notation in ({**pooled(), "pools": {"p": {"shares": dated, "caps": {"a": 5}}}}, called):
        with pytest.raises(PlanRefused) as refused:
            plan_of(notation)
        assert refused.value.code == "pool-caps"


def test_what_a_capped_pool_bears_is_read_under_its_label() -> None:
    """In both domains `losses.relief` is all that is kept inside: 60 of 100, with 20 of it by a reinsurer."""
    quota: Notation = {"as": "quota", "party": "re", "share": "40%"}
    notation = behind([quota], [{"as": "relief", "party": "p"}, REST])
    notation["pools"] = {"p": {"shares": SHARES, "caps": {"b": {"period": 10}}}}
    notation["premium"] = {"amount": 1, "from": [{"as": "own", "party": "insured"}], "to": [{"as": "in", "party": "p"}]}
    plan = plan_of(notation)
    assert [step.path for step in plan.named("relief")] == ["relief/a", "relief/a/quota", "relief/b", "relief/c"]
    assert [step.path for step in plan.named("a")] == ["relief/a"]
    assert parts(notation, [row("x", 100)]) == {"a": 30, "re": 20, "b": 10, "c": 20, "insured:i": 20}
