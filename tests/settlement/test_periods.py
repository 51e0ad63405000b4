"""Surplus of several periods: deficits carried, accounts fed for the next period; conditions that stop new business."""

from fractions import Fraction

import pytest

from quanyu.settlement.periods import Results
from quanyu.settlement.stops import stops

from .cases_written import by_claim, case, codes, compiled, settled, yuan

BODY = """
accounts: {{reserve: {{opening: 0{ceiling}}}}}
losses:
  - {{as: cover, party: a, cap: {{period: 100}}}}
  - {{as: reserve, party: reserve}}
  - {{as: last, party: city}}
premium:
  amount: 1
  from: [{{as: own, party: insured}}]
  to: [{{as: risk, party: a, share: 80%}}, {{as: tax, party: city}}]
surplus:
  amount: {amount}
  at: end
  carry: {carry}
  from: [{{as: gives, party: a}}]
  to: [{{as: keeps, party: reserve, share: {share}}}, {{as: paid-out, party: maker}}]
"""
PREMIUM = "premium: [{insured: i1, period: 2021, amount: 100}, {insured: i1, period: 2022, amount: 100}]\n"
ENDED = "ended: {2021: 2021-12-31, 2022: 2022-12-31}\n"


def body(
    amount: str = "premium.to.risk - losses.cover", *, carry: str = "none", share: str = "50%", ceiling: str = ""
) -> str:
    return BODY.format(amount=f'"{amount}"', carry=carry, share=share, ceiling=ceiling)


def rows(first: int, second: int) -> str:
    return (
        f"rows: [{{claim: x, at: 2021-05-01, amount: {first}}}, "
        f"{{claim: y, at: 2022-05-01, amount: {second}, event: e2, policy: q, insured: i2}}]\n"
    )


@pytest.mark.parametrize(
    ("carry", "losses", "amounts"),
    [
        ("deficit", (90, 40), {"2021": -10, "2022": 30}),
        ("deficit", (90, 75), {"2021": -10, "2022": -5}),
        ("none", (50, 60), {"2021": 30, "2022": 20}),
    ],
)
def test_a_deficit_is_carried_into_the_next_period(
    carry: str, losses: tuple[int, int], amounts: dict[str, int]
) -> None:
    done = settled(body(carry=carry), PREMIUM + ENDED + rows(*losses))
    assert done.shared is not None
    assert {period: Fraction(amount) / 100 for period, amount in done.shared.amounts.items()} == amounts
    assert done.shared.received is not None
    paid = sum(max(0, amount) for amount in amounts.values())
    assert done.shared.received.by_party() == ({"reserve": paid * 50, "maker": paid * 50} if paid else {})


def test_a_deficit_that_is_not_carried_is_a_finding() -> None:
    assert codes(body(), PREMIUM + ENDED + rows(90, 40)) == ["deficit-not-carried"]


def test_what_the_reserve_was_given_serves_the_next_period_and_not_the_first() -> None:
    """2021: 80 − 40 = 40, the reserve keeps 20. 2022: 130 are claimed: 100 by a, 20 by the reserve, 10 by the city."""
    done = settled(body(carry="deficit"), PREMIUM + ENDED + rows(40, 130))
    assert by_claim(done) == {("x", "a"): 40, ("y", "a"): 100, ("y", "reserve"): 20, ("y", "city"): 10}
    assert done.shared is not None
    assert done.shared.amounts == {"2021": 4000, "2022": -2000}
    assert done.outcome.balances == {"reserve": 0}


def test_a_late_loss_of_an_earlier_period_restates_its_surplus() -> None:
    text = PREMIUM + ENDED + rows(40, 10).replace("}]\n", "}, {claim: z, at: 2023-02-01, period: 2021, amount: 20}]\n")
    done = settled(body(), text)
    assert done.shared is not None
    assert done.shared.amounts["2021"] == 2000


def test_the_reserve_receives_up_to_its_ceiling() -> None:
    done = settled(body(ceiling=", ceiling: 5"), PREMIUM + ENDED + "flow: surplus\n" + rows(50, 60))
    assert yuan(done) == {"reserve": 5, "maker": 45}


def test_a_balance_is_given_from_one_account_to_another() -> None:
    moved = """
accounts: {dues: {opening: 0}, reserve: {opening: 0}}
losses: [{as: dues, party: dues}, {as: reserve, party: reserve}, {as: last, party: city}]
surplus:
  amount: dues.balance
  at: end
  from: [{as: left, party: dues}]
  to: [{as: kept, party: reserve}]
"""
    money = "deposits: [{at: 2021-01-01, account: dues, amount: 60}, {at: 2022-01-01, account: dues, amount: 60}]\n"
    done = settled(moved, money + ENDED + rows(20, 95))
    assert done.shared is not None
    assert done.shared.amounts == {"2021": 4000, "2022": 0}
    assert by_claim(done) == {("x", "dues"): 20, ("y", "dues"): 60, ("y", "reserve"): 35}
    assert done.outcome.balances == {"dues": 0, "reserve": 500}


def test_a_surplus_that_reads_what_is_not_settled_is_a_finding() -> None:
    assert codes(body("max(0, gains.uplift)"), PREMIUM + ENDED + rows(1, 1)) == ["surplus-without-value"]


def test_the_end_of_a_period_is_a_date() -> None:
    assert codes(body(), PREMIUM + "ended: {2021: someday}\n" + rows(1, 1)) == ["wrong-value"]


STOP = "stop: [{as: high, when: losses.cover > 60% * premium}, {as: overdue, when: overdue >= 10%}]\n"


def test_a_condition_that_closes_the_programme_is_told_of_the_period_in_which_it_holds() -> None:
    made = compiled(body() + STOP)
    written = case(PREMIUM + rows(50, 70))
    done = settled(body() + STOP, PREMIUM + rows(50, 70))
    found = [(s.name, s.period, s.holds) for s in stops(Results(made, done.history, done.outcome), written)]
    assert found == [
        ("high", "2021", False),
        ("overdue", "2021", None),
        ("high", "2022", True),
        ("overdue", "2022", None),
    ]
    told = case("defaults: {overdue: 12%}\n" + PREMIUM + rows(50, 70))
    assert [s.holds for s in stops(Results(made, done.history, done.outcome), told)] == [False, True, True, True]


def test_a_surplus_that_feeds_what_it_reads_is_a_finding() -> None:
    """100 less what the reserve bore go to the reserve, which then bears them, after the end that was stated."""
    circle = """
accounts: {reserve: {opening: 0}}
losses: [{as: reserve, party: reserve}, {as: last, party: city}]
surplus: {amount: 100 - losses.reserve, at: end, from: [{as: gives, party: a}], to: [{as: keeps, party: reserve}]}
"""
    text = "ended: {2021: 2021-06-30}\nrows: [{claim: x, at: 2021-09-01, period: 2021, amount: 100}]\n"
    assert codes(circle, text) == ["flows-unsettled"]
