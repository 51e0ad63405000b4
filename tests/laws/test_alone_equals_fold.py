"""Claims that stand alone: columns give to the fen what the fold gives to each in a history of its own."""

from collections import defaultdict
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.formula import Expression, constant, evaluate
from quanyu.language.load import read_programme
from quanyu.waterfall import Fen, History, Outcome, Plan, fold
from quanyu.waterfall.alone import Columns, split_alone, stands_alone
from quanyu.waterfall.compile import compile_flow
from quanyu.waterfall.history import Premium, Row

HEAD = """
programme: tests.alone
version: 2026-01-01
name: alone
family: property
illustrative: [all]
parties: {a: {kind: insurer}, b: {kind: insurer}, c: {kind: insurer}, city: {kind: government}}
accounts: {fund: {opening: 0}}
pools:
  two: {shares: {a: 1/3, b: 2/3}}
  three:
    basis: attached
    members:
      - {from: 2020-01-01, shares: {a: 0.5, b: 0.25, c: 0.25}}
      - {from: 2026-07-01, shares: {a: 7%, b: 31%, c: 62%}}
insured: {fields: {sum: money, good: bool, payer: key}}
covers: {x: {pays: sum}}
losses: [{as: l, party: a}]
examples: [{cover: x, env: {sum: 1}, expect: 1}]
"""

TAKERS = st.sampled_from(["a", "b", "city", "two", "three", "insured", "payer", "fund"])
MONEY = st.sampled_from(["0.01", "0.5", "12.34", "100", "3% * sum", "min(sum, 7.77)", "inf"])
SHARES = st.sampled_from(["0", "1", "50%", "1/3", "0.123", "80%", "if(sum > 0, min(1, 7 / sum), 0)"])
SCOPES = st.sampled_from(["claim", "policy", "insured"])


@st.composite
def steps(draw: st.DrawFn) -> str:
    terms = [f"party: {draw(TAKERS)}"]
    if draw(st.booleans()):
        terms.append(f"share: '{draw(SHARES)}'")
    if draw(st.booleans()):
        terms.append(f'limit: {{{draw(SCOPES)}: "{draw(MONEY)}"}}')
    if draw(st.booleans()):
        terms.append(f'cap: {{{draw(SCOPES)}: "{draw(MONEY)}"}}')
    if draw(st.booleans()):
        terms.append("when: good")
    if draw(st.integers(0, 4)) == 0:
        terms.append(f"attachment: {draw(st.sampled_from(['1', '0.02', '5']))}")
    if draw(st.integers(0, 3)) == 0:
        terms.append(f"steps: [{{as: inner, party: c, share: '{draw(SHARES)}'}}]")
    return ", ".join(terms)


def plan_of(written: list[str]) -> Plan:
    listed = "".join(f"    - {{as: s{n}, {step}}}\n" for n, step in enumerate(written))
    document, findings = read_programme(f"{HEAD}premium:\n  amount: 100\n  to:\n{listed}    - {{as: rest, party: a}}\n")
    assert document is not None, findings
    return compile_flow(document.value, "premium", "to")


def rows_of(risks: list[tuple[int, int, bool, int]]) -> list[Row]:
    return [
        Row(
            claim=f"p{n}",
            cover=None,
            instant=Fraction(1),
            amount=fen,
            keys={
                "claim": f"p{n}",
                "policy": f"p{n}",
                "insured": f"p{n}",
                "period": "1",
                "event": "e",
                "payer": "b" if good else "city",
            },
            fields={
                "sum": Fraction(total),
                "good": good,
                "attached": f"2026-{month:02}-15",
                "payer": "b" if good else "city",
            },
        )
        for n, (fen, total, good, month) in enumerate(risks)
    ]


def alone(plan: Plan, row: Row) -> dict[tuple[int, str], int]:
    outcome = fold(plan, History((row,), (Premium(row.amount, row.keys),)), Fen())
    assert isinstance(outcome, Outcome), outcome
    return {(step, party.split(":")[0]): int(amount) for (_, step, party), amount in outcome.takes.items()}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(steps(), min_size=1, max_size=4),
    st.lists(
        st.tuples(st.integers(0, 10**9), st.integers(0, 10**6), st.booleans(), st.integers(1, 12)),
        min_size=1,
        max_size=8,
    ),
)
def test_columns_are_the_fold(written: list[str], risks: list[tuple[int, int, bool, int]]) -> None:
    plan, rows = plan_of(written), rows_of(risks)
    assert stands_alone(plan)

    def values(expression: Expression) -> list[object]:
        assert constant(expression) is None
        return [evaluate(expression, row.fields) for row in rows]

    def day(name: str) -> "np.typing.NDArray[np.int64]":
        return np.array([row.fields[name] for row in rows], "datetime64[D]").astype(np.int64)

    takes = split_alone(plan, np.array([row.amount for row in rows], np.int64), Columns(values, day))
    assert takes is not None
    found: list[dict[tuple[int, str], int]] = [defaultdict(int) for _ in rows]
    for take in takes:
        for n, amount in enumerate(take.amounts.tolist()):
            party = str(rows[n].keys[take.party]) if take.by else take.party
            found[n][take.step, party] += amount
    assert [{k: v for k, v in one.items() if v} for one in found] == [alone(plan, row) for row in rows]


def test_shared_totals_do_not_stand_alone() -> None:
    assert not stands_alone(plan_of(["party: city, cap: {period: 100}"]))
    assert not stands_alone(plan_of(["party: city, limit: {claim: 10% * amount}"]))
    assert stands_alone(plan_of(["party: city, cap: {policy: 100}"]))
