"""The float kernel equals the exact evaluator on random programmes and histories, within 1e-9 of what was lost.

QUANYU_EXAMPLES sets how many programmes are drawn.
"""

import os
from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from blocks import Run, plan_of, run_rows
from oracle import Fold, Programme, Refused, from_notation, history_from, split
from oracle.model import History
from oracle.normalise import columns_of
from oracle.strategies import Notation, histories, programmes
from quanyu.waterfall.kernel_program import Layout, Output, Outputs, Program
from quanyu.waterfall.lower import lower
from quanyu.waterfall.plan import PlanRefused

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "300"))
LAW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
KEYS = ("claim", "event", "insured", "policy", "period", "risk_event", "person", "treaty")
PREMIUM = ("claim", "insured", "policy", "period")
FIELDS = ("losses", "amount", "sum", "line", "aided", *(f"premium@{scope}" for scope in PREMIUM))
LAYOUT = Layout(rows=FIELDS, paths=("premium@term",), covers=("fire", "flood"), keys=KEYS, single=False)
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
    for row in sorted(fold_rows(programme, history), key=lambda r: r.t):
        columns = {"amount": fold.terms.amounts[row.claim], "losses": row.amount, "t": float(row.t)}
        columns |= {name: row[name] for name in ("cover", "sum", "line", "aided")}
        columns |= {scope: tuple(row[c] for c in columns_of(programme, scope)) for scope in KEYS}
        columns |= {f"premium@{scope}": fold.terms.context(row, scope).premium for scope in PREMIUM}
        out.append(columns)
    return out


def fold_rows(programme: Programme, history: History) -> list[Any]:
    from oracle.normalise import normalise

    return normalise(programme, history.rows)


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


def lowered(notation: Notation, wanted: Outputs) -> Program:
    try:
        return lower([plan_of(notation)], wanted, LAYOUT)
    except PlanRefused:
        assume(False)
        raise


@LAW
@given(programmes(), st.lists(histories(), min_size=1, max_size=3), st.booleans())
def test_every_figure_equals_the_exact_one(notation: Notation, facts: list[Notation], everything: bool) -> None:
    notation = undated(notation)
    programme = from_notation(notation)
    try:
        told = [folded(programme, at_the_start(history)) for history in facts]
    except Refused:
        assume(False)
        raise
    program = lowered(notation, EVERYTHING if everything else Outputs())
    paths = [as_path(programme, fold, history) for fold, history in told]
    premium = [float(sum(p.amount for p in history.premium)) for _, history in told]
    from quanyu.waterfall.columns import State

    state = State.opening(program, len(paths))
    for k, (_, history) in enumerate(told):
        for name in (n for n in state.names if n in programme.accounts):
            ceiling = programme.accounts[name].ceiling
            for d in history.deposits:
                if d.account == name:
                    state[name][k] = min(
                        state[name][k] + float(d.amount), float("inf") if ceiling is None else float(ceiling)
                    )
    result = run_rows(program, paths, {"premium@term": premium}, state)
    check(result, [fold for fold, _ in told], [float(sum(r["losses"] for r in path)) for path in paths])
