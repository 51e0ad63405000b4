"""What is noted for an explanation: complete, and without effect on the amounts."""

import os

from hypothesis import HealthCheck, given, settings

from oracle.strategies import Notation, cases
from quanyu.waterfall import Fen, Outcome, explain, fold
from written import history_of, plan_of

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "100"))
SLOW = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@SLOW
@given(cases())
def test_passages_add_up_to_what_was_taken(case: Notation) -> None:
    plan, history = plan_of(case["programme"]), history_of(case["history"])
    plain = fold(plan, history, Fen(1))
    if not isinstance(plain, Outcome):
        return
    claims = set(plain.totals())
    outcome = fold(plan, history, Fen(1), explain=claims)
    assert isinstance(outcome, Outcome)
    assert outcome.takes == plain.takes
    noted: dict[tuple[str, int, str], int] = {}
    for passage in outcome.passages:
        assert passage.rest == passage.reached - passage.taken + passage.returned >= 0
        for party, amount in passage.parties.items():
            key = (passage.claim, passage.step, party)
            noted[key] = noted.get(key, 0) + int(amount)
        entered = passage.stages[0].entered if passage.stages else passage.reached
        assert passage.taken <= entered <= passage.reached
        for cut in passage.cuts:
            assert 0 <= cut.given <= cut.asked or cut.kind == "booked"
    assert noted == plain.takes
    for claim in claims:
        assert all(line.zh and line.en for line in explain(outcome, claim))
