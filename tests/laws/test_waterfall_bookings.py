"""Successive bookings against the independent evaluator's ledger: revisions, what stands, closing periods."""

import os

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from oracle import Ledger, Refused, from_notation, history_from
from oracle.strategies import Notation, cases
from quanyu.waterfall.book import Known, bookings, hold
from quanyu.waterfall.fen import Exact, Fen
from quanyu.waterfall.fold import fold
from quanyu.waterfall.outcome import Outcome
from written import history_of, plan_of

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "200"))
SLOW = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def with_budgets(programme: Notation, reopen: list[bool]) -> Notation:
    """Steps of the outer list with `reopen` stated."""
    losses = [{**step, "reopen": flag} for step, flag in zip(programme["losses"], reopen, strict=False)]
    return {**programme, "losses": [*losses, *programme["losses"][len(losses) :]]}


@SLOW
@given(cases(), st.lists(st.booleans(), max_size=4), st.lists(st.integers(1, 10), max_size=2), st.booleans())
def test_bookings_are_those_of_the_order_of_operations(
    case: Notation, reopen: list[bool], stops: list[int], fen: bool
) -> None:
    programme = with_budgets(case["programme"], reopen)
    plan, history = plan_of(programme), history_of(case["history"])
    ledger = Ledger(from_notation(programme), fen=fen)
    known: list[Known] = []
    for now in [*sorted(stops), 20]:
        seen = {**case["history"], "rows": [row for row in case["history"]["rows"] if row["t"] <= now]}
        rows = tuple(row for row in history.rows if row.instant <= now)
        try:
            ledger.book(now, history_from(seen))
        except Refused:
            assume(False)
        held = hold(plan, known, rows, now)
        outcome = fold(plan, history_of(seen), Fen(1) if fen else Exact(), held=held)
        assert isinstance(outcome, Outcome), outcome
        known.append(Known(now, rows, outcome))
    booked: dict[tuple[str, str], object] = {}
    for entry in bookings([(k.now, k.outcome) for k in known]):
        booked[entry.claim, entry.party] = booked.get((entry.claim, entry.party), 0) + entry.amount  # type: ignore[operator]
    assert {key: amount for key, amount in booked.items() if amount} == ledger.balance()
