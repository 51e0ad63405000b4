"""From a programme to a plan: defaults, abbreviations, order of scopes, refusals."""

from fractions import Fraction
from typing import Any

import pytest

from quanyu.language.scopes import NotNested, chain, dependencies, scope_columns
from quanyu.waterfall import PlanRefused, Taker, compile_flow
from written import Notation, plan_of, programme_of

REST: Notation = {"as": "rest", "party": "insured"}
PARTIES = {"insurer": {"kind": "insurer"}, "other": {"kind": "insurer"}, "city": {"kind": "government"}}


def made(steps: list[Notation], **programme: Any) -> Notation:
    return {"losses": steps, "parties": PARTIES, **programme}


def code(notation: Notation, flow: str = "losses", side: Any = "from") -> str:
    with pytest.raises(PlanRefused) as refused:
        plan_of(notation, flow, side)
    return refused.value.code


def test_steps_stand_parents_first_with_paths_of_labels() -> None:
    inner = [{"as": "layer", "party": "city", "limit": {"event": 5}}]
    plan = plan_of(made([{"as": "cover", "party": "insurer", "steps": inner}, REST]))
    assert [(s.index, s.path, s.taker) for s in plan.steps] == [
        (0, "cover", Taker.PARTY),
        (1, "cover/layer", Taker.PARTY),
        (2, "rest", Taker.INSURED),
    ]
    assert plan.roots == (0, 2)
    assert plan.at("cover").children == (1,)
    assert plan.at("cover").inside == "steps"
    with pytest.raises(KeyError):
        plan.at("nowhere")


def test_stages_stand_finest_first_and_a_one_line_limit_means_the_claim() -> None:
    terms = {"attachment": {"period": 5, "event": 3}, "limit": {"term": 100}}
    plan = plan_of(
        made([{"as": "cover", "party": "insurer", **terms}, {"as": "one", "party": "city", "limit": 9}, REST])
    )
    assert [s.scope for s in plan.at("cover").stages] == ["event", "period", "term"]
    assert [s.columns for s in plan.at("cover").stages] == [("event",), ("period",), ()]
    assert [s.scope for s in plan.at("one").stages] == ["claim"]


def test_sub_limits_become_steps_before_their_step() -> None:
    sub = {"as": "over", "covers": ["fire", "flood"], "limit": {"event": 10, "claim": 5}}
    cover = {"as": "cover", "party": "insurer", "covers": ["fire"], "when": "aided", "sublimits": [sub]}
    plan = plan_of(made([cover, REST]))
    first, second, third, _ = plan.steps
    assert [(first.label, first.stages[0].scope), (second.label, second.stages[0].scope)] == [
        ("over.claim", "claim"), ("over.event", "event"),
    ]  # fmt: skip
    assert first.covers == frozenset({"fire"})
    assert first.when is not None
    assert first.taker is Taker.INSURED
    assert third.label == "cover"
    assert code(made([{"as": "t", "tower": [cover]}, REST])) == "sublimits-in-tower"


def test_tower_members_with_the_same_terms_share_a_layer() -> None:
    tower = [
        {"as": "a", "party": "insurer", "share": "60%", "limit": {"event": "10万"}},
        {"as": "b", "party": "other", "share": "40%", "limit": {"event": 100_000}},
        {"as": "c", "party": "city", "attachment": {"event": "10万"}},
    ]
    plan = plan_of(made([{"as": "t", "tower": tower}, REST]))
    assert plan.at("t").joint == ((1, 2),)


@pytest.mark.parametrize(
    ("notation", "flow", "side", "party"),
    [
        (made([{"party": "insurer"}]), "losses", "to", "insured"),
        (made([REST], insured={"several": ["insurer", "city"]}), "losses", "to", "claimant"),
        (made([{"party": "insurer", "limit": 5}, REST], premium={"amount": 1}), "premium", "to", "insurer"),
        (
            made([{"party": "pool"}], premium={"amount": 1}, pools={"pool": {"shares": {"city": 1}}}),
            "premium",
            "to",
            "pool",
        ),
        (made([REST], premium={"amount": 1}), "premium", "from", "insured"),
    ],
)
def test_what_silence_means(notation: Notation, flow: str, side: Any, party: str) -> None:
    assert [s.party for s in plan_of(notation, flow, side).steps] == [party]


def test_recoveries_go_to_those_who_bore_and_then_above() -> None:
    spec = {"basis": "borne", "restores": False, "above": "city"}
    plan = plan_of(made([REST], recoveries=spec), "recoveries", "to")
    assert [(s.label, s.taker) for s in plan.steps] == [("borne", Taker.BORNE), ("above", Taker.PARTY)]
    assert plan.receiving


def test_who_takes() -> None:
    insured = {"policyholder": "city", "fields": {"payee": "key"}}
    steps = [{"as": n, "party": n, "limit": 1} for n in ("policyholder", "payee", "fund")]
    plan = plan_of(made([*steps, REST], insured=insured, accounts={"fund": {"opening": "1万", "ceiling": 20_000}}))
    assert [(s.taker, s.party) for s in plan.steps[:3]] == [
        (Taker.PARTY, "city"), (Taker.FIELD, "payee"), (Taker.ACCOUNT, "fund"),
    ]  # fmt: skip
    assert (plan.accounts["fund"].opening, plan.accounts["fund"].ceiling) == (Fraction(10_000), Fraction(20_000))
    assert [step.reopen for step in plan.steps] == [True, True, False, True]


def test_refusals() -> None:
    layer = {"as": "x", "party": "insurer", "limit": {"event": 5}}
    again = {"as": "r", "per": "period", "limit": 5, "rates": [1], "premium": 1}
    assert code(made([{**layer, "reinstatement": again}, REST])) == "reinstatement-scope"
    assert code(made([layer, layer, REST])) == "label-duplicate"
    assert code(made([{"as": "x", "limit": 5}, REST])) == "nobody"
    assert code(made([{**layer, "limit": "5 +"}, REST])) == "expression-syntax"
    assert code(made([{**layer, "bands": {"(0, 5]": 0.5, "(4, 9]": 0.2}}, REST])) == "table-overlap"
    assert code(made([REST], accounts={"fund": {"opening": "sum"}})) == "not-constant"
    assert code(made([REST]), "surplus") == "no-flow"
    assert code(
        made([{"party": "insurer", "limit": 1}, {"party": "other"}], premium={"amount": 1}), "premium", "to"
    ) == ("receiver-unclear")
    with pytest.raises(ValueError, match="no flow"):
        compile_flow(programme_of(made([REST])), "gifts", "from")


def test_scopes_determine_columns() -> None:
    single = programme_of(made([REST], periods={"treaty_year": {"each": "year"}}))
    assert dependencies(single) == {
        "event": frozenset({"period", "treaty_year"}), "policy": frozenset({"period", "insured"}),
    }  # fmt: skip
    for insured in ({"group": True}, {"several": ["insurer", "city"]}, {"enrolment": "none"}):
        assert dependencies(programme_of(made([REST], insured=insured)))["policy"] == frozenset({"period"})


def test_a_declared_scope_may_determine_more_than_its_columns() -> None:
    scopes = {"stay": {"columns": ["stay"], "determines": ["insured", "period"]}, "room": ["stay", "bed"]}
    programme = programme_of(made([REST], scopes=scopes))
    stay, insured = scope_columns("stay", programme), scope_columns("insured", programme)
    assert chain([insured, stay]) == (stay, insured)
    assert chain([insured, scope_columns("room", programme)]) == (scope_columns("room", programme), insured)
    event = scope_columns("event", programme)
    assert chain([event, insured]) == NotNested("event", "insured")
    assert chain([scope_columns("term", programme), event, scope_columns("claim", programme)]) == (
        scope_columns("claim", programme), event, scope_columns("term", programme),
    )  # fmt: skip
