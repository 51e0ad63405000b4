"""Phase 1: order, cancelled increments, fields and periods of the first row."""

from typing import Any

from quanyu.waterfall.history import normalise
from written import Notation, plan_of, row_of

PLAN = plan_of({"losses": [{"party": "insured"}]})
KEYS = {"insured": "i", "period": "2021", "policy": "p", "event": "e"}


def row(claim: str, amount: int, t: int, **columns: Any) -> Notation:
    return {**KEYS, "claim": claim, "amount": amount, "t": t, **columns}


def normal(*rows: Notation) -> list[tuple[str, int, Any]]:
    made, findings = normalise(PLAN, [row_of(r) for r in rows])
    assert not findings
    return [(r.claim, r.instant, r.amount) for r in made]


def codes(*rows: Notation) -> list[str]:
    return [f.code for f in normalise(PLAN, [row_of(r) for r in rows])[1]]


def test_rows_stand_by_instant_then_claim() -> None:
    assert normal(row("b", 1, 2), row("c", 2, 1), row("a", 3, 2)) == [("c", 1, 2), ("a", 2, 3), ("b", 2, 1)]


def test_rows_of_one_instant_form_a_batch_and_carry_marks() -> None:
    made, _ = normalise(PLAN, [row_of(r) for r in (row("a", 1, 1), row("a", 2, 1), row("b", 1, 4))])
    assert [r.batch for r in made] == [0, 0, 1]
    assert [r.mark for r in made] == [("a", "None", "1", 1), ("a", "None", "1", 2), ("b", "None", "4", 1)]


def test_a_reduction_cancels_the_latest_first_and_places_stay() -> None:
    assert normal(row("a", 10, 1), row("a", 5, 3), row("a", -7, 4)) == [("a", 1, 8)]
    assert normal(row("a", 10, 1), row("a", -4, 2), row("a", 3, 5)) == [("a", 1, 6), ("a", 5, 3)]


def test_an_increment_after_a_reduction_is_not_cancelled_by_it() -> None:
    assert codes(row("a", 5, 1), row("a", -6, 2), row("a", 9, 3)) == ["claim-below-zero"]


def test_all_claims_below_zero_are_said_at_once() -> None:
    assert codes(row("a", -1, 1), row("b", -2, 1, event="f")) == ["claim-below-zero", "claim-below-zero"]


def test_fields_are_those_of_the_first_occurrence() -> None:
    rows = [row("a", 1, 1, occurred=9, grade="late"), row("a", 1, 2, occurred=3, grade="early", extra=1)]
    made, _ = normalise(PLAN, [row_of(r) for r in rows])
    assert [(r.fields["grade"], r.fields["extra"], r.paid["grade"]) for r in made] == [
        ("early", 1, "late"), ("early", 1, "early"),
    ]  # fmt: skip


def test_an_event_belongs_to_the_period_of_its_first_row() -> None:
    rows = [row("a", 1, 1), row("b", 1, 2, period="2022", insured="j", policy="q")]
    made, findings = normalise(PLAN, [row_of(r) for r in rows])
    assert not findings
    assert [r.keys["period"] for r in made] == ["2021", "2021"]


def test_keys_that_disagree_are_findings() -> None:
    assert codes(row("a", 1, 1), row("a", 1, 2, event="f")) == ["key-disagrees"]
    assert codes(row("a", 1, 1), row("b", 1, 2, insured="j")) == ["key-disagrees"]


def test_held_marks_stay_at_zero() -> None:
    rows = [row_of(row("a", 5, 1)), row_of(row("a", -5, 2))]
    mark = ("a", "None", "1", 1)
    made, _ = normalise(PLAN, rows, frozenset({mark}))
    assert [(r.mark, r.amount) for r in made] == [(mark, 0)]
