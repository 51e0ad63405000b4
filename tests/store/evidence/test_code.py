"""The code on a certificate."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from quanyu.store.evidence.code import read_code, write_code
from quanyu.store.evidence.rule import Rule

LEAF = Rule().leaf(b"policy")
SEQS = st.integers(0, 2**35 - 1)
SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@given(SEQS, st.binary(min_size=32, max_size=32))
def test_a_code_comes_back(seq: int, leaf: bytes) -> None:
    text = write_code(seq, leaf)
    assert len(text) == 29
    assert [len(group) for group in text.split("-")] == [4] * 6
    assert read_code(text).names(seq, leaf)
    assert not read_code(text).names(seq + 1, leaf)
    assert not read_code(text).names(seq, Rule().leaf(leaf))


def test_a_code_worked_by_hand() -> None:
    # Leaf 1 with a hash that begins with ten zero bytes: 2^80, whose base-32 digits are a one and sixteen zeros.
    # 2^36 = 1 modulo 37, so 2^80 = 2^8 = 256 = 34 modulo 37, whose symbol is the third of * ~ $ = U.
    assert write_code(1, bytes(32)) == "0000-0010-0000-0000-0000-000$"


@given(SEQS, st.binary(min_size=32, max_size=32), st.integers(0, 22), st.sampled_from(SYMBOLS))
def test_one_wrong_symbol_is_told(seq: int, leaf: bytes, place: int, symbol: str) -> None:
    symbols = list(write_code(seq, leaf).replace("-", ""))
    assume(symbols[place] != symbol)
    symbols[place] = symbol
    with pytest.raises(ValueError, match="mistyped"):
        read_code("".join(symbols))


@given(SEQS, st.binary(min_size=32, max_size=32), st.integers(0, 21))
def test_neighbours_changed_are_told(seq: int, leaf: bytes, place: int) -> None:
    symbols = list(write_code(seq, leaf).replace("-", ""))
    assume(symbols[place] != symbols[place + 1])
    symbols[place], symbols[place + 1] = symbols[place + 1], symbols[place]
    with pytest.raises(ValueError, match="mistyped"):
        read_code("".join(symbols))


def test_codes_are_read_as_people_type_them() -> None:
    text = write_code(33, LEAF)
    wide = "".join(chr(ord(symbol) + 0xFEE0) for symbol in text)
    spoken = text.replace("0", "o").replace("1", "l")
    for typed in (text.lower(), text.replace("-", " "), f"  {text}\n", text.replace("-", "—"), wide, spoken):
        assert read_code(typed) == read_code(text)


@pytest.mark.parametrize("typed", ["", "0000", "0000-0010-0000-0000-0000-0000-0", "!000-0010-0000-0000-0000-000$"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        read_code(typed)


@pytest.mark.parametrize("seq", [-1, 2**35])
def test_a_leaf_beyond_the_code_is_refused(seq: int) -> None:
    with pytest.raises(ValueError, match="below"):
        write_code(seq, LEAF)
