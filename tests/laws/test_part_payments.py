"""A payment of a part of what is owed goes to all that is owed, to the fen."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quanyu.book import Money
from quanyu.book.ledger import part_of

OPEN = st.lists(st.integers(1, 10**12), min_size=1, max_size=12)


def owed_of(amounts: list[int]) -> list[Money]:
    return [Money("paid", "premium", f"step {n}", 1, n + 2, amount) for n, amount in enumerate(amounts)]


@given(OPEN, st.fractions(0, 1))
def test_parts_add_up_stay_within_what_is_open_and_are_within_a_fen_of_their_share(
    amounts: list[int], share: Fraction
) -> None:
    amount = int(sum(amounts) * share)
    paid = {money.label: money.amount for money in part_of(owed_of(amounts), amount)}
    assert sum(paid.values()) == amount
    for n, most in enumerate(amounts):
        part = paid.get(f"step {n}", 0)
        assert 0 <= part <= most
        assert abs(part - Fraction(amount * most, sum(amounts))) < 1


@given(OPEN)
def test_all_that_is_owed_is_all_items(amounts: list[int]) -> None:
    assert part_of(owed_of(amounts), sum(amounts)) == owed_of(amounts)


@given(OPEN, st.lists(st.fractions(0, 1), min_size=1, max_size=5))
def test_payment_by_payment_settles_what_is_owed(amounts: list[int], shares: list[Fraction]) -> None:
    left = {money.label: money for money in owed_of(amounts)}
    for share in (*shares, Fraction(1)):
        now = [money for money in left.values() if money.amount]
        for money in part_of(now, int(sum(m.amount for m in now) * share)):
            was = left[money.label]
            left[money.label] = Money(was.stage, was.flow, was.label, 1, was.receiver_id, was.amount - money.amount)
    assert {money.amount for money in left.values()} == {0}
