"""Whole fen stay within the proved distance of the exact amounts, and add up to the fen."""

import os
from fractions import Fraction

from hypothesis import HealthCheck, given, settings

from oracle.strategies import Notation, cases
from quanyu.waterfall import Exact, Fen, Outcome, fen_bound, fold
from written import history_of, plan_of

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "200"))
SLOW = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(cases())
def test_fen_add_up_and_stay_within_the_bound(case: Notation) -> None:
    plan, history = plan_of(case["programme"]), history_of(case["history"])
    exact, fen = fold(plan, history, Exact()), fold(plan, history, Fen(1))
    if not isinstance(exact, Outcome) or not isinstance(fen, Outcome):
        return
    bound = fen_bound(plan, history)
    for party in {*exact.by_party(), *fen.by_party()}:
        of_claims = [
            abs(Fraction(fen.by_claim().get((claim, party), 0)) - exact.by_claim().get((claim, party), 0))
            for claim in fen.totals()
        ]
        assert sum(of_claims) <= bound
    sums: dict[str, int] = {}
    for (claim, _), amount in fen.by_claim().items():
        assert isinstance(amount, int)
        assert amount > 0
        sums[claim] = sums.get(claim, 0) + amount
    assert sums == {claim: amount for claim, amount in fen.totals().items() if amount}


@SLOW
@given(cases())
def test_scaling_money_scales_fen_up_to_the_bound(case: Notation) -> None:
    """One programme, amounts in fen of yuan and in yuan exactly: the two arithmetics read the same terms."""
    plan, history = plan_of(case["programme"]), history_of(case["history"])
    yuan = fold(plan, history, Exact())
    scaled = {name: [{**row, "amount": row["amount"] * 100} for row in rows] for name, rows in case["history"].items()}
    fen = fold(plan, history_of(scaled), Fen())
    if not isinstance(yuan, Outcome) or not isinstance(fen, Outcome):
        return
    bound = fen_bound(plan, history_of(scaled))
    for party in {*yuan.by_party(), *fen.by_party()}:
        assert abs(Fraction(fen.by_party().get(party, 0)) - 100 * yuan.by_party().get(party, 0)) <= bound
