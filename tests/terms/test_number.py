"""Numbers as people of the trade write them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.terms import read_number, write_number

READ = {
    "300万": Fraction(3_000_000), "3亿": Fraction(300_000_000), "20%": Fraction(1, 5), "3‰": Fraction(3, 1000),
    "0.05": Fraction(1, 20), "1_000_000": Fraction(10**6), "-5": Fraction(-5), "2.5千": Fraction(2500),
    "1.5万亿": Fraction(15 * 10**11), "0": Fraction(0), " 7 ": Fraction(7), "50 万": Fraction(500_000),
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ.items())
def test_read(text: str, value: Fraction) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text", ["", "abc", "300,000", "1e9", "nan", "inf", "010", "1__0", "1.", ".5", "5元", "--5", "1/2", "９", "1" * 41]
)
def test_refused(text: str) -> None:
    assert read_number(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_what_is_written_reads_the_same(value: object) -> None:
    exact = Fraction(str(value))
    assert read_number(write_number(exact)) == exact


def test_a_value_without_finite_decimal_is_a_quotient() -> None:
    assert write_number(Fraction(1, 3)) == "1 / 3"
