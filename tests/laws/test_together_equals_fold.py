"""Claims that share running totals: columns give to the fen what the fold gives to the same rows."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
from hypothesis import assume, settings
from hypothesis import given as told_by
from hypothesis import strategies as st

from quanyu.formula import Expression, Given, evaluate
from quanyu.language.load import read_programme
from quanyu.waterfall import Deposit, Fen, History, Outcome, Plan, fold
from quanyu.waterfall.alone import Columns
from quanyu.waterfall.compile import compile_flow
from quanyu.waterfall.history import Row, normalise
from quanyu.waterfall.together import Claims, counts_together, split_together

HEAD = """
programme: tests.together
version: 2026-01-01
name: together
family: property
illustrative: [all]
parties: {a: {kind: insurer}, b: {kind: insurer}, c: {kind: insurer}, city: {kind: government}}
accounts: {fund: {opening: 0.37}}
pools: {two: {shares: {a: 1/3, b: 2/3}}, three: {shares: {a: 7%, b: 31%, c: 62%}}}
insured: {fields: {good: bool, payer: key}}
facts: {loss: {type: money}}
covers: {x: {pays: loss}, y: {pays: loss}}
examples: [{cover: x, env: {loss: 1}, expect: 1}]
"""
TAKERS = st.sampled_from(["a", "b", "city", "two", "three", "insured", "payer", "fund"])
MONEY = st.sampled_from(["0.01", "0.5", "12.34", "3", "100"])
SHARES = st.sampled_from(["0", "1", "50%", "1/3", "0.123", "80%"])
SCOPES = ("claim", "insured", "event", "period")


@st.composite
def steps(draw: st.DrawFn) -> str:
    terms = [f"party: {draw(TAKERS)}"]
    if draw(st.booleans()):
        terms.append(f"share: '{draw(SHARES)}'")
    if draw(st.booleans()):
        finest = draw(st.integers(0, 3))
        levels = sorted({finest, draw(st.integers(finest, 3))} - {2} if finest < 2 else {finest})
        terms.append("limit: {" + ", ".join(f"{SCOPES[n]}: {draw(MONEY)}" for n in levels) + "}")
    if draw(st.booleans()):
        scopes = sorted({draw(st.sampled_from(SCOPES)), draw(st.sampled_from(SCOPES))})
        terms.append("cap: {" + ", ".join(f"{scope}: {draw(MONEY)}" for scope in scopes) + "}")
    if draw(st.booleans()):
        terms.append(draw(st.sampled_from(["when: good", "covers: [x]"])))
    if draw(st.integers(0, 3)) == 0:
        terms.append(f"steps: [{{as: inner, party: c, share: '{draw(SHARES)}'}}]")
    return ", ".join(terms)


def plan_of(written: list[str]) -> Plan:
    listed = "".join(f"    - {{as: s{n}, {step}}}\n" for n, step in enumerate(written))
    text = f"{HEAD}losses:\n  from:\n{listed}    - {{as: rest, party: a}}\n"
    document, findings = read_programme(text, "t.yaml")
    assert document is not None, findings
    return compile_flow(document.value, "losses", "from")


@st.composite
def rows(draw: st.DrawFn) -> tuple[Row, ...]:
    made = []
    for number in range(draw(st.integers(1, 9))):
        insured = draw(st.integers(0, 3))
        payer = draw(st.sampled_from(["a", "city"]))
        fields: dict[str, Given] = {"good": draw(st.booleans()), "payer": payer}
        keys = {"insured": f"i{insured}", "policy": f"i{insured}", "event": draw(st.sampled_from("pq")), "period": "1"}
        cover = draw(st.sampled_from("xy"))
        instant, amount = Fraction(draw(st.integers(1, 3))), draw(st.integers(0, 2000))
        claim = f"c{number}"
        made.append(Row(claim, cover, instant, amount, {"claim": claim, **keys, "payer": payer}, fields))
    return tuple(made)


def numbered(values: list[tuple[str, ...]]) -> np.ndarray:
    known: dict[tuple[str, ...], int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], np.int64)


def claims_of(plan: Plan, history: History) -> tuple[Claims, list[str], list[str]]:
    increments, findings = normalise(plan, history.rows)
    assert not findings
    scopes = {tuple(stage.columns) for step in plan.steps for stage in step.stages}
    scopes |= {tuple(cap.columns) for step in plan.steps for cap in step.caps}

    def values(expression: Expression) -> list[object]:
        return [evaluate(expression, row.fields) for row in increments]

    starts = [next((r.batch for r in increments if r.instant >= d.instant), 99) for d in history.deposits]
    paid_in = [(start, int(d.amount)) for start, d in zip(starts, history.deposits, strict=True)]
    claims = Claims(
        np.array([row.amount for row in increments], np.int64),
        np.array([row.batch for row in increments], np.int64),
        [row.cover for row in increments],
        {columns: numbered([tuple(row.keys[c] for c in columns) for row in increments]) for columns in scopes},
        Columns(values, lambda _: np.zeros(0, np.int64)),
        {"fund": paid_in},
    )
    return claims, [row.claim for row in increments], [f"insured:{row.keys['insured']}" for row in increments]


@settings(max_examples=200, deadline=None)
@told_by(st.lists(steps(), min_size=1, max_size=4), rows(), st.lists(st.tuples(st.integers(0, 3), st.integers(0, 900))))
def test_columns_give_what_the_fold_gives(
    written: list[str], told: tuple[Row, ...], paid: list[tuple[int, int]]
) -> None:
    assume(sum("fund" in step for step in written) <= 1)
    plan = plan_of(written)
    history = History(told, deposits=tuple(Deposit("fund", Fraction(at), amount) for at, amount in paid))
    outcome = fold(plan, history, Fen())
    if not any(row.amount for row in told):
        return
    claims, names, insured = claims_of(plan, history)
    assert counts_together(plan)
    takes = split_together(plan, claims)
    assert isinstance(outcome, Outcome), outcome
    assert takes is not None
    found: dict[tuple[str, int, str], int] = defaultdict(int)
    fields = {row.claim: row.fields for row in told}
    for take in takes:
        for n, amount in enumerate(take.amounts.tolist()):
            party = str(fields[names[n]]["payer"]) if take.by else insured[n] if take.party == "insured" else take.party
            found[names[n], take.step, party] += amount
    assert {key: amount for key, amount in found.items() if amount} == dict(outcome.takes)
