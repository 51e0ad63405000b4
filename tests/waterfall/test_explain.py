"""A passage in words."""

from typing import Any

import pytest

from quanyu.waterfall import Fen, Outcome, explain, fold
from quanyu.waterfall.explain import write_amount
from written import Notation, history_of, plan_of

KEYS = {"insured": "i1", "period": "2021", "event": "e"}


def explained(steps: list[Notation], rows: list[Notation], claim: str, **programme: Any) -> list[tuple[str, str]]:
    plan = plan_of({"losses": steps, **programme})
    outcome = fold(plan, history_of({"rows": [{**KEYS, **row} for row in rows]}), Fen(), explain=[claim])
    assert isinstance(outcome, Outcome)
    return [(line.zh, line.en) for line in explain(outcome, claim)]


def test_a_cap_that_cuts_says_what_was_left_of_it() -> None:
    parties = {"picc": {"kind": "insurer", "name": {"zh": "人保财险", "en": "PICC"}}, "cpic": {"kind": "insurer"}}
    programme: Notation = {
        "parties": parties,
        "pools": {
            "pool": {"name": {"zh": "共保体", "en": "the co-insurers"}, "shares": {"picc": "60%", "cpic": "40%"}}
        },
    }
    steps: list[Notation] = [
        {"as": "relief", "party": "pool", "cap": {"period": "3亿"}},
        {"as": "rest", "party": "insured"},
    ]
    rows = [
        {"claim": "a", "t": 1, "amount": 29_970_000_000},
        {"claim": "b", "t": 2, "amount": 200_000_000},
    ]
    (zh, en), (last_zh, last_en) = explained(steps, rows, "b", **programme)
    assert en == (
        "[relief] 300,000 by the co-insurers, of 2,000,000 that reach it; of which PICC 180,000, cpic 120,000; "
        "2,000,000 cut to 300,000, what is left of the 300,000,000 for the period 2021 (299,700,000 used); "
        "1,700,000 flows on."
    )
    assert zh == (
        "[relief] 共保体取 30万（到达 200万）；其中 人保财险 18万、cpic 12万；"
        "200万 受本期（2021）封顶 3亿（已用 29970万）所限，得 30万；余 170万 流向下一步。"
    )
    assert last_en == "[rest] 1,700,000 by the insured i1, of 1,700,000 that reach it."
    assert last_zh == "[rest] 被保险人 i1取 170万（到达 170万）。"


def test_stages_give_their_terms_and_running_total() -> None:
    steps: list[Notation] = [
        {"as": "cover", "party": "insurer", "share": "80%", "attachment": {"event": 100}, "limit": {"event": 500}},
        {"as": "rest", "party": "insured"},
    ]
    rows = [{"claim": "a", "t": 1, "amount": 20_000}, {"claim": "b", "t": 2, "amount": 50_000}]
    (_, en), _ = explained(steps, rows, "b")
    assert en == (
        "[cover] 320 by insurer, of 500 that reach it; the event e goes from 200 to 700, above 100 and at most 500: "
        "400 of 500 passes; at a share of 80 %; 180 flows on."
    )


def test_franchise_account_and_group() -> None:
    steps: list[Notation] = [
        {"as": "small", "party": "insurer", "franchise": 1000},
        {"as": "group", "limit": {"period": 300}, "steps": [{"as": "fund", "party": "fund"}]},
        {"as": "rest", "party": "insured"},
    ]
    lines = explained(steps, [{"claim": "a", "t": 1, "amount": 50_000}], "a", accounts={"fund": {"opening": 100}})
    text = " ".join(en for _, en in lines)
    assert "does not reach the franchise: nothing passes" in text
    assert "300 of 500 enters the group" in text
    assert "300 cut to 100 by the balance of 100" in text
    assert "200 comes back out of the group" in text


def test_a_claim_that_was_not_followed_has_no_words() -> None:
    outcome = fold(plan_of({"losses": [{"party": "insured"}]}), history_of({"rows": []}))
    assert isinstance(outcome, Outcome)
    with pytest.raises(KeyError):
        explain(outcome, "a")


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (30_000_000_000, "3亿", "300,000,000"),
        (123_456, "1,234.56", "1,234.56"),
        (1_000_000, "1万", "10,000"),
        (0, "0", "0"),
        (1_234_567_800, "12,345,678", "12,345,678"),
    ],
)
def test_amounts_in_words(amount: int, zh: str, en: str) -> None:
    assert (write_amount(amount, 100).zh, write_amount(amount, 100).en) == (zh, en)
