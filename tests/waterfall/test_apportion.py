"""Whole units over several takers, against giving them out one by one."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.waterfall.apportion import Seats, half_up, largest_remainder, spread


def one_by_one(shares: list[Fraction], total: int) -> list[int]:
    seats = [0] * len(shares)
    for _ in range(total):
        best = max(range(len(shares)), key=lambda i: (shares[i] / (2 * seats[i] + 1), -i))
        seats[best] += 1
    return seats


@given(st.lists(st.integers(0, 12), min_size=1, max_size=7).filter(any), st.integers(0, 80))
def test_seats_are_those_given_one_by_one(weights: list[int], total: int) -> None:
    shares = [Fraction(w, sum(weights)) for w in weights]
    assert Seats(shares).of(total) == one_by_one(shares, total)


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=9), st.integers(0, 10**15))
def test_seats_stay_within_the_proved_distance(weights: list[int], total: int) -> None:
    shares = [Fraction(w, sum(weights)) for w in weights]
    held = Seats(shares).of(total)
    assert sum(held) == total
    m = len(shares)
    assert all(abs(s - w * total) <= Fraction(1, 2) + Fraction(m - 2, 2) * w for s, w in zip(held, shares, strict=True))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any), st.lists(st.integers(0, 40), max_size=8))
def test_nobody_gives_a_unit_back_as_the_total_grows(weights: list[int], amounts: list[int]) -> None:
    shares = [Fraction(w, sum(weights)) for w in weights]
    running, sums = Seats(shares), [0] * len(shares)
    for amount in amounts:
        parts = running.add(amount)
        assert min(parts) >= 0
        assert sum(parts) == amount
        sums = [s + p for s, p in zip(sums, parts, strict=True)]
    assert sums == Seats(shares).of(sum(amounts))


def test_shares_that_do_not_add_up_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="add up to one"):
        Seats([Fraction(1, 2), Fraction(1, 3)])


def test_b14_six_to_six_to_two_never_takes_a_fen_back() -> None:
    shares = [Fraction(6, 14), Fraction(6, 14), Fraction(2, 14)]
    totals = [Seats(shares).of(n) for n in range(60)]
    assert all(later >= earlier for a, b in pairwise(totals) for earlier, later in zip(a, b, strict=True))


@pytest.mark.parametrize(
    ("x", "rounded"), [(Fraction(1, 2), 1), (Fraction(-1, 2), 0), (Fraction(5, 2), 3), (Fraction(49, 100), 0), (7, 7)]
)
def test_halves_go_up(x: Fraction | int, rounded: int) -> None:
    assert half_up(x) == rounded


@given(st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any), st.data())
def test_a_spread_gives_all_and_no_row_more_than_it_brought(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    parts = spread(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert 0 <= part <= weight
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), min_size=1, max_size=6), st.data())
def test_a_spread_keeps_to_the_room_where_there_is_enough(rows: list[tuple[int, int]], data: st.DataObject) -> None:
    weights, room = [w for w, _ in rows], [min(w, r) for w, r in rows]
    total = data.draw(st.integers(0, sum(room)))
    parts = spread(total, weights, room)
    assert sum(parts) == total
    assert all(part <= most for part, most in zip(parts, room, strict=True))


def test_ties_go_to_the_earlier_row() -> None:
    assert spread(1, [1, 1, 1]) == [1, 0, 0]
    assert spread(2, [1, 1, 1], [0, 1, 1]) == [0, 1, 1]


def test_a_total_out_of_reach_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="within a unit"):
        largest_remainder(9, [1, 1], [0, 0])
