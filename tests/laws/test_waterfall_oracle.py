"""The fold against an evaluator written independently from the order of operations."""

import os

from hypothesis import HealthCheck, given, settings

from oracle import Fold, Refused, from_notation, history_from
from oracle import split as reference
from oracle.strategies import Notation, cases
from quanyu.waterfall.fen import Arithmetic, Exact, Fen
from quanyu.waterfall.fold import fold
from quanyu.waterfall.outcome import Outcome
from written import history_of, plan_of

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "300"))
SLOW = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def expected(case: Notation, *, fen: bool) -> Fold | None:
    try:
        return reference(from_notation(case["programme"]), history_from(case["history"]), fen=fen)
    except Refused:
        return None


def compared(case: Notation, arithmetic: Arithmetic, *, fen: bool) -> None:
    """Both split alike, to the last fraction, or both refuse."""
    found = fold(plan_of(case["programme"]), history_of(case["history"]), arithmetic)
    wanted = expected(case, fen=fen)
    if wanted is None:
        assert not isinstance(found, Outcome)
        return
    assert isinstance(found, Outcome), found
    assert found.by_claim() == wanted.by_claim()
    assert found.balances == wanted.balances
    caused = {label: amount for label, amount in wanted.caused().items() if amount}
    assert {label: amount for label, amount in found.caused().items() if amount} == caused


@SLOW
@given(cases())
def test_exact_amounts_are_those_of_the_order_of_operations(case: Notation) -> None:
    compared(case, Exact(), fen=False)


@SLOW
@given(cases())
def test_whole_fen_are_those_of_the_order_of_operations(case: Notation) -> None:
    compared(case, Fen(1), fen=True)
