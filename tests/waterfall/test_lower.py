"""What lowering decides: levels, chains of flows, named figures, and what it refuses."""

import datetime as dt
from typing import Any

import pytest

from blocks import Run, plan_of, run_rows
from quanyu.formula import Expression, parse
from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.kernel_program import Feed, Layout, Output, Outputs, Program, Unsupported
from quanyu.waterfall.lower import lower
from quanyu.waterfall.plan import Plan

PARTIES = {name: {"kind": "insurer"} for name in ("a", "b", "d")} | {"city": {"kind": "government"}}
FIELDS = {"unit": "risk", "enrolment": "none", "fields": {"sum": "money", "line": "share", "buyer": "key"}}
EVENTS = Layout(keys=("event",), covers=("fire", "flood"))


Steps = list[dict[str, Any]]


def expression(text: str) -> Expression:
    found = parse(text)
    assert isinstance(found, Expression)
    return found


def programme(losses: Steps, **parts: Any) -> dict[str, Any]:
    last = {"as": "rest", "party": "insured"}
    return {"parties": PARTIES, "insured": FIELDS, "losses": [*losses, last], **parts}


def lowered(losses: Steps, layout: Layout | None = None, **parts: Any) -> Program:
    return lower([plan_of(programme(losses, **parts))], layout=layout)


def operations(program: Program) -> list[int]:
    return [int(op) for op in program.code.instructions[:-1, c.OP]]


def one_path(program: Program, *rows: dict[str, Any], **given: Any) -> Run:
    full = [{"t": k, "cover": "fire", "event": 0, **row} for k, row in enumerate(rows)]
    return run_rows(program, [full], given.get("by_path"), given.get("state"))


# ---------------------------------------------------------------- levels


def test_linear_steps_write_nothing() -> None:
    program = lowered([{"as": "qs", "party": "a", "share": "30%"}, {"as": "more", "party": "b", "share": "50%"}])
    assert operations(program) == [c.TOTAL]
    found = one_path(program, {"amount": 100}, {"amount": 20})
    assert found.of("qs") == [36.0]
    assert found.of("more") == [42.0]
    assert found.of("rest") == [42.0]
    assert found.of("", "rest") == [0.0]


def test_a_tower_of_layers_is_filtered_once_and_period_terms_act_on_paths() -> None:
    layers = [
        {"as": "l1", "party": "a", "attachment": {"claim": 50, "period": 50}, "limit": {"claim": 50, "period": 150}},
        {"as": "l2", "party": "b", "attachment": 100, "limit": {"claim": 100, "period": 150}},
    ]
    program = lowered([{"as": "xl", "tower": layers}])
    assert program.row_registers == 0
    assert operations(program).count(c.TOWER) == 1
    found = one_path(program, {"amount": 250}, {"amount": 90}, {"amount": 120})
    assert found.of("xl/l1") == [50.0 + 40.0 + 50.0 - 50.0]
    assert found.of("xl/l2") == [120.0]
    assert found.of("rest") == [460.0 - 90.0 - 120.0]


def test_a_layer_that_is_always_hit_is_not_filtered() -> None:
    layers = [{"as": "l1", "party": "a", "limit": 50}, {"as": "l2", "party": "b", "attachment": 50, "limit": 100}]
    assert c.TOWER not in operations(lowered([{"as": "xl", "tower": layers}]))


def test_rows_are_kept_for_a_later_finer_term() -> None:
    steps: Steps = [
        {"as": "first", "party": "a", "limit": {"period": 100}},
        {"as": "second", "party": "b", "limit": 30},
    ]
    program = lowered(steps)
    assert operations(program)[1:4] == [c.RUN, c.TOTAL, c.MIX]
    found = one_path(program, {"amount": 90}, {"amount": 60})
    assert found.of("first") == [100.0]
    assert found.of("second") == [30.0]
    assert found.of("rest") == [20.0]


def test_a_period_limit_alone_needs_no_rows() -> None:
    assert operations(lowered([{"as": "first", "party": "a", "limit": {"period": 100}}])) == [c.TOTAL, c.PASS, c.LINE]


# ---------------------------------------------------------------- terms


def test_terms_from_columns_constants_and_paths() -> None:
    layout = Layout(rows=("losses", "sum", "line"), paths=("premium",), constants={"rate": 0.5}, keys=())
    steps: Steps = [
        {"as": "own", "party": "insured", "limit": "max(5, 10% * amount)"},
        {"as": "line", "party": "a", "share": "line", "limit": {"claim": "sum"}, "cap": {"period": "150% * premium"}},
        {"as": "half", "party": "b", "share": "rate"},
    ]
    program = lowered(steps, layout)
    rows = [[{"amount": 100, "sum": 80, "line": 0.5}, {"amount": 20, "sum": 80, "line": 1.0}], []]
    found = run_rows(program, rows, {"premium": [30.0, 10.0]})
    assert found.of("own") == [15.0, 0.0]
    assert found.of("line") == [45.0, 0.0]
    assert found.of("half") == [30.0, 0.0]
    assert found.of("rest") == [30.0, 0.0]


def test_covers_and_conditions() -> None:
    layout = Layout(rows=("losses", "aided"), covers=("fire", "flood"))
    steps: Steps = [
        {"as": "water", "party": "a", "covers": ["flood"], "share": "50%"},
        {"as": "aid", "party": "city", "when": "aided", "limit": 10},
    ]
    fields = {"unit": "risk", "enrolment": "none", "fields": {"aided": "bool"}}
    program = lowered(steps, layout, insured=fields)
    rows = [{"amount": 40, "cover": "flood", "aided": True}, {"amount": 100, "cover": "fire", "aided": False}]
    found = one_path(program, *rows)
    assert found.of("water") == [20.0]
    assert found.of("aid") == [10.0]
    assert found.of("rest") == [110.0]


def test_pool_shares_of_the_risk_are_figures_of_their_own() -> None:
    pools = {"two": {"leader": "a", "shares": {"a": "line", "b": "1 - line"}}}
    program = lowered([{"as": "pool", "party": "two", "limit": 50}], Layout(rows=("losses", "line")), pools=pools)
    found = one_path(program, {"amount": 80, "line": 0.2}, {"amount": 10, "line": 0.5})
    assert found.of("pool") == [60.0]
    assert found.of("pool", "member", "a") == [15.0]
    assert found.of("pool", "member", "b") == [45.0]


def test_members_of_a_date() -> None:
    members = [
        {"from": "2024-01-01", "shares": {"a": "line", "b": "1 - line"}},
        {"from": "2025-01-01", "shares": {"a": "1 - line", "b": "line"}},
    ]
    pools = {"two": {"leader": "a", "basis": "attached", "members": members}}
    steps: Steps = [{"as": "pool", "party": "two"}]
    layout = Layout(rows=("losses", "line"), on=dt.date(2025, 6, 1))
    found = one_path(lowered(steps, layout, pools=pools), {"amount": 80, "line": 0.25})
    assert found.of("pool", "member", "a") == [60.0]
    with pytest.raises(Unsupported, match="no date"):
        lowered(steps, Layout(rows=("losses", "line")), pools=pools)


# ---------------------------------------------------------------- flags and occurrences


@pytest.mark.parametrize(
    ("terms", "amounts", "flag"),
    [
        ({"limit": 50}, (49, 30), 0.0),
        ({"limit": 50}, (50, 30), 1.0),
        ({"attachment": 10, "limit": 50}, (59, 59), 0.0),
        ({"attachment": 10, "limit": 50}, (60, 1), 1.0),
        ({"limit": {"period": 100}}, (50, 50), 0.0),
        ({"limit": {"period": 100}}, (50, 51), 1.0),
        ({"limit": {"term": 100}}, (50, 50), 0.0),
        ({"limit": {"term": 100}}, (50, 51), 1.0),
        ({"limit": {"event": 100}}, (50, 49), 0.0),
        ({"limit": {"event": 100}}, (50, 50), 1.0),
        ({"cap": {"period": 100}}, (50, 50), 0.0),
        ({"cap": {"period": 100}}, (50, 51), 1.0),
        ({"cap": {"event": 100, "period": 90}}, (50, 41), 1.0),
        ({"attachment": {"period": 50}}, (500, 50), 0.0),
    ],
)
@pytest.mark.parametrize("behind", [False, True], ids=["by path", "by row"])
def test_exhaustion(terms: dict[str, Any], amounts: tuple[int, int], flag: float, behind: bool) -> None:
    steps: Steps = [{"as": "one", "party": "a", **terms}, {"as": "two", "party": "b", "limit": 5}][: 1 + behind]
    program = lower([plan_of(programme(steps))], Outputs(exhaustion=True), EVENTS)
    found = one_path(program, *({"amount": x} for x in amounts))
    if Output("losses", "from", "one", "exhausted") in program.outputs:
        assert found.of("one", "exhausted") == [flag]
    else:
        assert flag == 0.0
    assert not (behind and Output("losses", "from", "rest", "exhausted") in program.outputs)


def test_exhaustion_of_an_account_and_of_layers() -> None:
    accounts = {"fund": {"opening": 70}}
    layers = [{"as": f"l{k}", "party": "a", "attachment": 10 * k, "limit": 10} for k in (1, 2)]
    steps: Steps = [{"as": "fund", "party": "fund"}, {"as": "xl", "tower": layers}]
    program = lower([plan_of(programme(steps, accounts=accounts))], Outputs(exhaustion=True), EVENTS)
    rows = [[{"amount": 60, "t": 0}, {"amount": x, "t": 1}] for x in (10, 11, 30, 45)]
    found = run_rows(program, [[{"cover": "fire", "event": 0, **r} for r in path] for path in rows])
    assert found.of("fund", "exhausted") == [0.0, 1.0, 1.0, 1.0]
    assert found.of("xl/l1", "exhausted") == [0.0, 0.0, 1.0, 1.0]
    assert found.of("xl/l2", "exhausted") == [0.0, 0.0, 0.0, 1.0]
    assert found.of("", "balance", "fund") == [0.0, 0.0, 0.0, 0.0]


def test_the_greatest_occurrence_by_instant_or_by_event() -> None:
    steps: Steps = [{"as": "one", "party": "a", "attachment": 10}]
    rows = [
        {"amount": 50, "t": 1, "event": 0},
        {"amount": 40, "t": 1, "event": 1},
        {"amount": 35, "t": 2, "event": 1},
        {"amount": 60, "t": 3, "event": 2},
    ]
    wanted = frozenset({"losses.from/one"})
    for by, greatest in ((None, 70.0), ("event", 55.0)):
        program = lower([plan_of(programme(steps))], Outputs(occurrence=wanted, by=by), EVENTS)
        assert one_path(program, *rows).of("one", "occurrence") == [greatest]
        assert Output("losses", "from", "rest", "occurrence") not in program.outputs


def test_the_greatest_occurrence_of_everyone_over_all_steps() -> None:
    """A pool takes 30 a claim, one of its members half of what is left; multiples of one amount are grouped once."""
    pools = {"both": {"leader": "a", "shares": {"a": "60%", "b": "40%"}}}
    steps: Steps = [{"as": "one", "party": "both", "limit": 30}, {"as": "two", "party": "a", "share": "50%"}]
    rows = [
        {"amount": 50, "t": 1, "event": 0},
        {"amount": 40, "t": 1, "event": 1},
        {"amount": 35, "t": 2, "event": 1},
        {"amount": 60, "t": 3, "event": 2},
    ]
    # What a bears: 18 + 10, 18 + 5, 18 + 2.5, 18 + 15 of the four claims.
    told = {
        None: {"": 90.0, "a": 51.0, "b": 24.0, "insured": 15.0},
        "event": {"": 75.0, "a": 43.5, "b": 24.0, "insured": 15.0},
    }
    for by, greatest in told.items():
        program = lower([plan_of(programme(steps, pools=pools))], Outputs(occurrence=True, by=by), EVENTS)
        found = one_path(program, *rows)
        assert {o.part for o in program.outputs if o.measure == "occurrence" and not o.path} == set(greatest)
        assert {who: found.of("", "occurrence", who)[0] for who in greatest} == pytest.approx(greatest)
        assert operations(program).count(c.PEAK) == 4


def test_the_greatest_occurrence_of_members_whose_shares_vary() -> None:
    pools = {"signed": {"leader": "a", "shares": {"a": "line", "b": "1 - line"}}}
    steps: Steps = [{"as": "one", "party": "signed", "limit": 30}, {"as": "two", "party": "b"}]
    layout = Layout(rows=("losses", "line"), keys=("event",), covers=("fire", "flood"))
    program = lower([plan_of(programme(steps, pools=pools))], Outputs(occurrence=True, by="event"), layout)
    found = one_path(program, {"amount": 50, "line": 0.5}, {"amount": 20, "line": 0.25}, {"amount": 12, "event": 1,
                                                                                          "line": 1})  # fmt: skip
    assert found.of("", "occurrence", "a") == [20.0]
    assert found.of("", "occurrence", "b") == [50.0]
    assert Output("losses", "from", "", "occurrence", "insured") not in program.outputs  # nothing can be left


# ---------------------------------------------------------------- flows


NINGBO = {
    "accounts": {"reserve": {"opening": 500}},
    "premium": {
        "amount": "4100",
        "from": [{"as": "pays", "party": "city"}],
        "to": [{"as": "saved", "party": "reserve", "share": "20%"}, {"as": "risk", "party": "a"}],
    },
    "losses": [
        {"as": "cover", "party": "a", "cap": {"period": 5000}},
        {"as": "reserve", "party": "reserve"},
        {"as": "last", "party": "city"},
    ],
    "surplus": {
        "amount": "max(0, premium.to.risk - losses.cover - 10% * premium)",
        "each": "period",
        "at": "end",
        "from": [{"as": "gives", "party": "a"}],
        "to": [{"as": "kept", "party": "reserve"}],
    },
}


def test_flows_of_a_programme_share_their_accounts_over_the_periods() -> None:
    """Two periods of premium, losses and surplus, by hand: 500 + 820 - 1100 = 220; + 820 + 2570 = 3610."""
    notation = {"parties": PARTIES, "insured": FIELDS, **NINGBO}
    sides = [("premium", "from"), ("premium", "to"), ("losses", "from"), ("surplus", "from"), ("surplus", "to")]
    plans = {side: plan_of(notation, *side) for side in sides}  # type: ignore[arg-type]
    amount = expression(NINGBO["surplus"]["amount"])  # type: ignore[index]
    flows = [Feed(plan, amount) if flow == "surplus" else plan for (flow, _), plan in plans.items()]
    program = lower(flows, layout=Layout(paths=("premium",), periods=2))
    first = run_rows(program, [[{"amount": 2000}, {"amount": 4100}], []], {"premium": [4100.0, 4100.0]})
    assert first.of("cover") == [5000.0, 0.0]
    assert first.of("reserve") == [1100.0, 0.0]
    assert first.of("last") == [0.0, 0.0]
    assert first.of("", "balance", "reserve", flow="premium.to") == [1320.0, 1320.0]
    assert first.of("kept", flow="surplus.to") == [0.0, pytest.approx(2870.0)]
    second = run_rows(program, [[{"amount": 300}], [{"amount": 10100}]], {"premium": [4100.0, 4100.0]}, first.state)
    assert second.of("kept", flow="surplus.to") == [pytest.approx(2570.0), 0.0]
    assert second.of("last") == [0.0, pytest.approx(10100 - 5000 - (1320 + 2870 + 820))]
    assert list(second.state["reserve"]) == [pytest.approx(220 + 820 + 2570), 0.0]


def test_reinstatement_premium_by_row_and_by_path() -> None:
    terms = {"attachment": {"claim": 10}, "limit": {"claim": 20, "period": 60}, "share": "50%"}
    spec = {"as": "again", "per": "period", "limit": 20, "rates": ["100%", "50%"], "premium": 8}
    rows = [{"amount": 25, "left": 1.0}, {"amount": 40, "left": 0.5}, {"amount": 40, "left": 0.25}]
    plain = lowered([{"as": "xl", "party": "a", **terms, "reinstatement": spec}])
    assert one_path(plain, *rows).of("xl", "charge", "again") == [pytest.approx(8 * 0.5 * (1 + 0.5))]
    fields = {"unit": "risk", "enrolment": "none", "fields": {"left": "share"}}
    step = {"as": "xl", "party": "a", **terms, "reinstatement": {**spec, "remaining": "left"}}
    timed = lowered([step], Layout(rows=("losses", "left")), insured=fields)
    first, second, third = 15 / 20, 5 / 20 + 0.5 * 15 / 20, 0.5 * 5 / 20
    expected = 8 * 0.5 * (first * 1.0 + second * 0.5 + third * 0.25)
    assert one_path(timed, *rows).of("xl", "charge", "again") == [pytest.approx(expected)]


def test_recoveries_go_to_those_who_bore_the_claim() -> None:
    """Borne 20 | 30 and 20 | 80 of claims 50 and 100; 25 and 50 come back, 10 of each first for costs;
    of a third claim of 30 comes back more than was lost."""
    recoveries = {
        "basis": "borne",
        "restores": False,
        "above": "city",
        "to": [{"as": "costs", "party": "a", "limit": {"claim": 10}}, {"as": "back", "party": "borne"}],
    }
    notation = programme([{"as": "own", "party": "insured", "limit": 20}, {"as": "two", "party": "b"}])
    notation |= {"recoveries": recoveries}
    plans = [plan_of(notation), plan_of(notation, "recoveries", "to")]
    program = lower(plans, layout=Layout(rows=("losses", "recoveries")))
    claim = {"amount": 30, "recoveries": 50}
    found = one_path(program, {"amount": 50, "recoveries": 25}, {"amount": 100, "recoveries": 50}, claim)
    back = {"flow": "recoveries.to"}
    assert found.of("costs", **back) == [30.0]
    assert found.of("back", "borne", "own", **back) == [pytest.approx(15 * 0.4 + 40 * 0.2 + 20)]
    assert found.of("back", "borne", "two", **back) == [pytest.approx(15 * 0.6 + 40 * 0.8 + 10)]
    assert found.of("above", **back) == [10.0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("losses - losses.first", 70.0),
        ("losses.a / losses", 0.3),
        ("min(losses.first, 10) * 2 - 1", 19.0),
        ("clip(losses, 20, 60) + abs(0 - losses.rest)", 130.0),
        ("if(losses.first >= 30, losses, 5)", 100.0),
        ("if(losses.first > 30, losses, 5)", 5.0),
        ("-losses.from.a + 2 * known + budget", -30.0 + 8.0 + 7.0),
    ],
)
def test_amounts_over_earlier_figures(text: str, value: float) -> None:
    notation = programme([{"as": "first", "party": "a", "share": "30%"}])
    notation |= {"surplus": {**NINGBO["surplus"], "amount": "0", "to": [{"as": "kept", "party": "city"}]}}  # type: ignore[dict-item]
    flows: list[Feed | Plan] = [plan_of(notation), Feed(plan_of(notation, "surplus", "to"), expression(text))]
    program = lower(flows, layout=Layout(paths=("budget",), constants={"known": 4}))
    found = run_rows(program, [[{"amount": 60}, {"amount": 40}]], {"budget": [7.0]})
    assert found.of("kept", flow="surplus.to") == [pytest.approx(value)]


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("steps", "layout", "reason"),
    [
        ([{"limit": {"event": 5}}], Layout(), "no keys of scope event"),
        ([{"limit": {"buyer": 5}}], Layout(keys=("buyer",), periods=2), "over several periods"),
        ([{"limit": {"claim": "sum"}}], Layout(), "sum"),
        ([{"limit": {"claim": "sum + line"}}], Layout(rows=("losses", "sum")), "no column line"),
        ([{"franchise": 5}], Layout(keys=("claim",), single=False), "column amount"),
        ([{"limit": {"claim": 5}}], Layout(single=False), "no keys of scope claim"),
    ],
)
def test_what_blocks_do_not_hold_is_refused(steps: Steps, layout: Layout, reason: str) -> None:
    with pytest.raises(Unsupported, match=reason):
        lowered([{"as": f"s{k}", "party": "a", **step} for k, step in enumerate(steps)], layout)


def test_a_reinstatement_of_the_risk_is_refused() -> None:
    spec = {"as": "again", "per": "claim", "limit": "sum", "rates": ["100%"], "premium": 8}
    step = {"as": "xl", "party": "a", "limit": {"claim": "sum"}, "reinstatement": spec}
    with pytest.raises(Unsupported, match=r"losses\.from/xl: .*constants"):
        lowered([step], Layout(rows=("losses", "sum")))


def test_a_flow_without_amount_and_a_flow_twice_are_refused() -> None:
    plan = plan_of(programme([]))
    with pytest.raises(Unsupported, match="no amount"):
        lower([plan], layout=Layout(rows=("claims",)))
    with pytest.raises(Unsupported, match="twice"):
        lower([plan, plan])


def test_keys_of_an_amount_by_path_are_refused() -> None:
    notation = programme([], premium={"amount": "10", "from": [{"as": "own", "party": "a", "cap": {"event": 5}}]})
    with pytest.raises(Unsupported, match="no keys of scope event"):
        lower([plan_of(notation, "premium", "from")], layout=Layout(paths=("premium",), keys=("event",)))
