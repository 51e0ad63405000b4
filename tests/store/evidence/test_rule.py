"""The canonical bytes and the digests."""

import hashlib
import json
import unicodedata
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.store.evidence.rule import Head, Rule, canonical, record_bytes

WHOLE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def test_a_record_is_written_in_one_way() -> None:
    fields = {"b": 1, "a": "é", "d": date(2026, 6, 30), "Z": None, "ok": True, "n": {"y": [1, 2], "x": []}}
    expected = (
        '{"Z":null,"a":"é","b":1,"d":"2026-06-30","id":7,"kind":"policy","n":{"x":[],"y":[1,2]},"ok":true}'
    ).encode()
    assert record_bytes("policy", 7, fields) == expected
    assert record_bytes("policy", 7, OrderedDict(reversed(fields.items()))) == expected


@given(WHOLE)
def test_the_text_is_json_and_comes_back(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(WHOLE, WHOLE)
def test_two_values_have_two_texts(one: object, two: object) -> None:
    assert (canonical(one) == canonical(two)) == (repr_of(one) == repr_of(two))


def repr_of(value: object) -> object:
    """A value in which true is not 1 and the order of keys does not count."""
    if isinstance(value, dict):
        return frozenset((key, repr_of(part)) for key, part in value.items())
    if isinstance(value, list):
        return tuple(repr_of(part) for part in value)
    return type(value), value


def test_keys_are_sorted_by_code_point() -> None:
    # U+FF5E before U+1F600 by code point and by UTF-8, after it by UTF-16.
    assert canonical({"\U0001f600": 1, "\uff5e": 2}).startswith('{"\uff5e"'.encode())


def test_two_forms_of_a_letter_stay_two() -> None:
    composed = "café"
    decomposed = unicodedata.normalize("NFD", composed)
    assert canonical(composed) != canonical(decomposed)
    assert Rule().leaf(canonical(composed)) != Rule().leaf(canonical(decomposed))


def test_instants_are_utc_to_the_microsecond() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert canonical(datetime(2026, 6, 30, 8, tzinfo=shanghai)) == b'"2026-06-30T00:00:00.000000Z"'
    assert canonical(datetime(1, 1, 1, tzinfo=UTC)) == b'"0001-01-01T00:00:00.000000Z"'


def test_decimals_are_strings() -> None:
    assert canonical([Decimal("1.10"), Decimal("1E+3"), Decimal("-0.00")]) == b'["1.10","1000","0.00"]'


@pytest.mark.parametrize(
    "refused", [1.0, float("nan"), b"x", Fraction(1, 2), {1, 2}, {1: "a"}, Decimal("NaN"), object(), [{"a": 0.5}]]
)
def test_what_has_more_than_one_text_is_refused(refused: object) -> None:
    with pytest.raises(TypeError):
        canonical(refused)


@pytest.mark.parametrize("refused", [datetime(2026, 1, 1), "\ud800"])
def test_what_has_no_text_is_refused(refused: object) -> None:
    with pytest.raises(ValueError):
        canonical(refused)


@pytest.mark.parametrize("own", ["id", "kind"])
def test_a_record_cannot_pass_for_another(own: str) -> None:
    with pytest.raises(ValueError, match=own):
        record_bytes("policy", 1, {own: "claim"})


def test_a_leaf_is_no_node() -> None:
    rule = Rule()
    left, right = rule.leaf(b"a"), rule.leaf(b"b")
    assert rule.node(left, right) != rule.leaf(left + right) != rule.leaf(b"\x01" + left + right)


def test_sm3_is_that_of_its_standard() -> None:
    # GB/T 32905-2016, A.1: the digest of "abc".
    known = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert hashlib.new("sm3", b"abc").hexdigest() == known
    assert Rule("sm3").empty() == hashlib.new("sm3").digest()
    assert Rule("sm3").leaf(b"x") == hashlib.new("sm3", b"\x00x").digest()


@pytest.mark.parametrize("name", ["md5", "SHA256", ""])
def test_no_other_digest(name: str) -> None:
    with pytest.raises(ValueError, match="no digest"):
        Rule(name)


def test_the_lines_of_a_head() -> None:
    head = Head("example.com/book", "sm3", 401_261, bytes(32), datetime(2026, 6, 30, 8, tzinfo=UTC))
    assert head.text() == (
        "example.com/book\n401261\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
        "digest sm3\ntime 2026-06-30T08:00:00.000000Z\n"
    )
