"""Laws of policies on a real database, held against sums made day by day and against a budget kept by hand."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from book.policy_book import Desk, refusal
from book.test_policies_life import due
from quanyu.book.endorsing import cancel, endorse, reinstate, suspend
from quanyu.book.standing import Policy, find_policy, on_day
from quanyu.store import Store

D = dt.date
START, DAYS = D(2026, 1, 1), 365
FEW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = count(1)

acts = st.lists(
    st.tuples(
        st.sampled_from(["endorse", "suspend", "cancel", "reinstate"]),
        st.integers(0, DAYS - 1),
        st.integers(1, 99_999),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    opened = Desk(store).found()
    opened.publish()
    return opened


def act(desk: Desk, number: str, what: tuple[str, int, int]) -> None:
    """One act; one that there is nothing for is refused and leaves all as it was."""
    kind, day, amount = what
    start = START + dt.timedelta(days=day)
    until = START + dt.timedelta(days=min(day + amount % 50, DAYS - 1))
    library = desk.library
    match kind:
        case "endorse":
            codes = refusal(
                lambda: desk.act(lambda j: endorse(j, library, number, start=start, fields={"sum": str(amount)}))
            )
        case "suspend":
            codes = refusal(lambda: desk.act(lambda j: suspend(j, library, number, start=start, until=until)))
        case "cancel":
            codes = refusal(lambda: desk.act(lambda j: cancel(j, library, number, start=start)))
        case _:
            codes = refusal(lambda: desk.act(lambda j: reinstate(j, library, number, start=start)))
    assert codes <= {"nothing-to-change"}


def day_by_day(policy: Policy) -> Fraction:
    """The premium in fen: 1 % of the sum over 365 for every day of cover."""
    total = Fraction(0)
    for n in range(DAYS):
        standing = on_day(policy, START + dt.timedelta(days=n))
        assert standing is not None
        if standing.state == "in force":
            total += Fraction(standing.fields["sum"]) / 365
    return total


@FEW
@given(acts)
def test_what_is_due_is_the_premium_of_the_days_whatever_was_done(
    desk: Desk, done: Sequence[tuple[str, int, int]]
) -> None:
    policy = desk.issue({"sum": "36500"}, START, holder=f"h{next(NUMBERS)}")
    number = policy.number
    for one in done:
        act(desk, number, one)
        policy = desk.read(lambda c: find_policy(c, number))
        whole = day_by_day(policy)
        money = due(desk, policy.id)
        assert policy.premium == money.get("甲保险", 0) == (whole + Fraction(1, 2)).__floor__()
        assert sum(money.values()) == 0
        assert abs(-money.get("市财政", 0) - Fraction(2, 5) * policy.premium) <= Fraction(1, 2)
    refusal(lambda: desk.act(lambda j: cancel(j, desk.library, number, start=START)))
    assert due(desk, policy.id) == {}


@FEW
@given(st.integers(0, DAYS - 1), st.integers(1, 99_999), acts)
def test_there_and_back_is_nothing(desk: Desk, day: int, amount: int, before: Sequence[tuple[str, int, int]]) -> None:
    number = desk.issue({"sum": "36501"}, START, holder=f"h{next(NUMBERS)}").number
    for one in before:
        if one[0] != "endorse":
            act(desk, number, one)
    policy = desk.read(lambda c: find_policy(c, number))
    stood = due(desk, policy.id)
    act(desk, number, ("endorse", day, amount))
    act(desk, number, ("endorse", day, 36501))
    assert due(desk, policy.id) == stood


BUDGET = (
    "{base: sum * 1%, from: [{as: subsidy, party: city, share: 50%, cap: {village_year: 300, period: 500}},"
    " {as: own, party: insured}], to: [{as: risk, party: insurer}]}"
)
asked = st.lists(st.tuples(st.integers(1, 400), st.sampled_from("abc")), min_size=2, max_size=6)


def by_hand(policies: Sequence[tuple[int, str]]) -> list[int]:
    """Half of each premium, within what is left of 300 for its village and of 500 in all; in fen."""
    villages, left, given_ = dict.fromkeys("abc", 30_000), 50_000, []
    for premium, village in policies:
        part = min(premium * 100 // 2, villages[village], left)
        villages[village] -= part
        left -= part
        given_.append(part)
    return given_


@FEW
@given(asked, st.randoms(use_true_random=False))
def test_a_budget_is_what_a_replay_of_the_queue_gives(
    desk: Desk, policies: list[tuple[int, str]], random: object
) -> None:
    for turn in range(2):
        mine = Desk(desk.store, code=f"t.budget{next(NUMBERS)}")
        mine.publish({"premium": BUDGET, "scopes": "{village_year: [village, period]}"})
        if turn:
            random.shuffle(policies)  # type: ignore[attr-defined]
        issued = [mine.issue({"sum": str(n * 100), "village": v}, START) for n, v in policies]
        assert [-due(mine, one.id).get("市财政", 0) for one in issued] == by_hand(policies)
