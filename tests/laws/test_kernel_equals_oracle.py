"""The float kernel equals the exact evaluator on random programmes and histories, within 1e-9 of what was lost.

QUANYU_EXAMPLES sets how many programmes are drawn.
"""

import os
from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from blocks import Run, plan_of, run_rows
from oracle import Fold, Programme, Refused, from_notation, history_from, split
from oracle.model import History
from oracle.normalise import columns_of, normalise
from oracle.strategies import Notation, histories, programmes
from quanyu.waterfall.columns import State
from quanyu.waterfall.kernel_program import Layout, Output, Outputs, Program
from quanyu.waterfall.lower import lower
from quanyu.waterfall.plan import PlanRefused

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "200"))
LAW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
KEYS = ("claim", "event", "insured", "policy", "period", "risk_event", "person", "treaty")
PREMIUM = ("claim", "insured", "policy", "period")
FIELDS = ("losses", "amount", "sum", "line", "aided", *(f"premium@{scope}" for scope in PREMIUM))
LAYOUT = Layout(rows=FIELDS, paths=("premium@term",), covers=("fire", "flood"), keys=KEYS, single=False)
BY_PERIOD = Layout(
    rows=("losses", "sum", "line", "aided", "premium@claim", "premium@insured", "premium@policy"),
    paths=("premium@term", "premium@period"),
    covers=("fire", "flood"),
    keys=("event", "insured", "policy", "risk_event", "person"),
    whole=frozenset({"treaty"}),
    periods=2,
)
EVERYTHING = Outputs(occurrence=True, exhaustion=True, reached=True)


def undated(notation: Notation) -> Notation:
    """Members that change with a date of the row are not for blocks: they have one date."""
    dated = {**notation["pools"]["dated"], "shares": {"a": "80%", "c": "20%"}}
    return {**notation, "pools": {**notation["pools"], "dated": dated}}


def at_the_start(history: Notation) -> Notation:
    """Deposits stand before all claims: between two calls, where blocks have them."""
    return {**history, "deposits": [{**d, "t": 0} for d in history["deposits"]]}


def folded(programme: Programme, notation: Notation) -> tuple[Fold, History]:
    history = history_from(notation)
    return split(programme, history), history


def as_path(programme: Programme, fold: Fold, history: History) -> list[dict[str, Any]]:
    """The increments that count, by the clock, with every column a program may read."""
    out = []
    for row in sorted(normalise(programme, history.rows), key=lambda r: r.t):
        columns = {"amount": fold.terms.amounts[row.claim], "losses": row.amount, "t": float(row.t)}
        columns |= {name: row[name] for name in ("cover", "sum", "line", "aided")}
        columns |= {scope: tuple(row[c] for c in columns_of(programme, scope)) for scope in KEYS}
        columns |= {f"premium@{scope}": fold.terms.context(row, scope).premium for scope in PREMIUM}
        out.append(columns)
    return out


def check(run: Run, folds: list[Fold], scales: list[float]) -> None:
    for output, place in run.program.outputs.items():
        expected = [figure(output, fold) for fold in folds]
        for k, (exact, scale) in enumerate(zip(expected, scales, strict=True)):
            if exact is None:
                continue
            found = float(run.out[place.column, k]) * place.scale
            assert found == pytest.approx(float(exact), rel=1e-9, abs=1e-9 * scale), output


def figure(output: Output, fold: Fold) -> Fraction | None:
    """The same figure by the exact evaluator; None for what it does not tell."""
    if output.measure == "occurrence" and not output.path:
        return greatest(fold, output.part)
    by_instant: dict[Any, Fraction] = defaultdict(Fraction)
    taken = Fraction(0)
    for (path, mark), v in fold.stepwise.items():
        if path == output.path:
            taken += v
            by_instant[mark[2]] += v
    match output.measure:
        case "take":
            return taken
        case "kept":
            return sum((t.amount for t in fold.takes if t.path == output.path), Fraction(0))
        case "member":
            return sum((t.amount for t in fold.takes if (t.path, t.party) == (output.path, output.part)), Fraction(0))
        case "charge":
            return fold.caused().get(output.part, Fraction(0))
        case "occurrence":
            return max(by_instant.values(), default=Fraction(0))
        case "rest":
            return Fraction(0)
        case "balance":
            return fold.balances[output.part]
    return None


def greatest(fold: Fold, bearer: str) -> Fraction:
    """The greatest instant of what somebody bears over all steps, or, with no name, of all that is borne."""
    by_instant: dict[Any, Fraction] = defaultdict(Fraction)
    pools = fold.programme.pools
    for take in fold.takes:
        member = take.named in pools and pools[take.named].by is None
        if bearer in ("", take.party.partition(":")[0] if member else take.named):
            by_instant[take.row.mark[2]] += take.amount
    return max(by_instant.values(), default=Fraction(0))


def lowered(notation: Notation, wanted: Outputs, layout: Layout) -> Program:
    try:
        return lower([plan_of(notation)], wanted, layout)
    except PlanRefused:
        assume(False)
        raise


def exact(programme: Programme, histories: list[Notation]) -> list[tuple[Fold, History]]:
    try:
        return [folded(programme, history) for history in histories]
    except Refused:
        assume(False)
        raise


def deposit(programme: Programme, state: State, told: list[tuple[Fold, History]], between: tuple[int, int]) -> None:
    """The deposits of an interval of time, into the accounts of all paths."""
    for k, (_, history) in enumerate(told):
        for d in history.deposits:
            if d.account in state.names and between[0] <= d.t < between[1]:
                ceiling = programme.accounts[d.account].ceiling
                most = float("inf") if ceiling is None else float(ceiling)
                state[d.account][k] = min(state[d.account][k] + float(d.amount), most)


def gross(path: list[dict[str, Any]]) -> float:
    return float(sum(row["losses"] for row in path))


@LAW
@given(programmes(), st.lists(histories(), min_size=1, max_size=3), st.booleans())
def test_every_figure_equals_the_exact_one(notation: Notation, facts: list[Notation], everything: bool) -> None:
    """Whole histories in one call: claims of several rows, several periods, every scope by its key."""
    notation = undated(notation)
    programme = from_notation(notation)
    told = exact(programme, [at_the_start(history) for history in facts])
    program = lowered(notation, EVERYTHING if everything else Outputs(), LAYOUT)
    paths = [as_path(programme, fold, history) for fold, history in told]
    premium = [float(sum(p.amount for p in history.premium)) for _, history in told]
    state = State.opening(program, len(paths))
    deposit(programme, state, told, (0, 1))
    result = run_rows(program, paths, {"premium@term": premium}, state)
    check(result, [fold for fold, _ in told], [gross(path) for path in paths])


def by_period(history: Notation) -> Notation:
    """One row a claim, and the second period wholly after the first; deposits before each."""
    rows = {row["claim"]: {**row, "amount": abs(row["amount"])} for row in history["rows"]}
    later = [{**r, "t": r["t"] + (100 if r["period"] == 2022 else 0)} for r in rows.values()]
    deposits = [{**d, "t": 0 if d["t"] < 4 else 50} for d in history["deposits"]]
    return {**history, "rows": later, "deposits": deposits}


@LAW
@given(programmes(), st.lists(histories(), min_size=1, max_size=3), st.booleans())
def test_period_by_period_with_the_state_carried(notation: Notation, facts: list[Notation], everything: bool) -> None:
    """One call a period: a claim a row, the period as the path, balances and totals without end in the state."""
    notation = undated(notation)
    programme = from_notation(notation)
    told = exact(programme, [by_period(history) for history in facts])
    program = lowered(notation, EVERYTHING if everything else Outputs(), BY_PERIOD)
    paths = [as_path(programme, fold, history) for fold, history in told]
    term = [float(sum(p.amount for p in history.premium)) for _, history in told]
    state = State.opening(program, len(paths))
    total = np.zeros((program.width, len(paths)))
    for period, start in ((2021, 0), (2022, 50)):
        deposit(programme, state, told, (start, start + 50))
        rows = [[row for row in path if row["period"] == (period,)] for path in paths]
        of_period = [float(sum(p.amount for p in history.premium if p["period"] == period)) for _, history in told]
        result = run_rows(program, rows, {"premium@term": term, "premium@period": of_period}, state)
        total = summed(program, total, result.out)
    check(Run(program, total, state), [fold for fold, _ in told], [gross(path) for path in paths])


def summed(program: Program, one: Any, other: Any) -> Any:
    """Figures of two periods together: amounts add up, the greatest occurrence and the last balance stand."""
    out = one + other
    for output, place in program.outputs.items():
        if output.measure == "occurrence":
            out[place.column] = np.maximum(one[place.column], other[place.column])
        if output.measure == "balance":
            out[place.column] = other[place.column]
    return out
