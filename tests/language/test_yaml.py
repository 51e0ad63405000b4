"""Every attack of the format ends in a finding with a place, and quickly."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.language.tree import Map, Scalar
from quanyu.language.yaml import LARGEST_FILE, read_bytes


def bomb() -> bytes:
    lines = ["a: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    return "\n".join(lines).encode()


ATTACKS = [
    (b"[" * 100_000, "yaml-too-deep", 1),
    (b"{a: " * 5_000, "yaml-too-deep", 1),
    (bomb(), "yaml-too-large", 6),
    (b"a: &x [*x]", "yaml-alias", 1),
    (b"a: *nobody", "yaml-alias", 1),
    (b"a:\n\t- b", "yaml-tab", 2),
    (b"a: 1\na: 2", "duplicate-key", 2),
    (b"a: !!python/object:os.system x", "yaml-tag", 1),
    (b"a: !!float 1", "yaml-tag", 1),
    (b"? [a, b]\n: c", "bad-key", 1),
    (b"a: 1\n---\nb: 2", "second-document", 2),
    ("名称: 宁波".encode("gb18030"), "not-utf-8", 1),
    ("a: b".encode("utf-16"), "not-utf-8", 1),
    (b"a: \x00", "control-character", 1),
    (b"", "empty-file", 1),
    (b"a: [1, 2", "yaml-syntax", 1),
    (b"a: b: c", "yaml-syntax", 1),
    (b"x: {limit: 300,000}", "unquoted-comma", 1),
    (b"x: {attachment: max(500, 10% * amount)}", "unquoted-comma", 1),
    (b"a: " + b"x" * LARGEST_FILE, "file-too-large", 1),
]


@pytest.mark.parametrize(("data", "code", "line"), ATTACKS, ids=[f"{a[1]}-{i}" for i, a in enumerate(ATTACKS)])
def test_an_attack_is_a_finding(data: bytes, code: str, line: int) -> None:
    started = time.perf_counter()
    _, findings = read_bytes(data, "x.yaml")
    assert code in [f.code for f in findings]
    found = next(f for f in findings if f.code == code)
    assert found.place is not None
    assert found.place.line == line
    assert found.reason.zh
    assert found.remedy.en
    assert time.perf_counter() - started < 5.0


def test_scalars_stay_as_written() -> None:
    tree, findings = read_bytes(b"a: no\nb: 010\nc: 12:30:00\nd: 1e400\ne: .nan\nf: 2021-01-01", "x")
    assert not findings
    assert tree == {"a": "no", "b": "010", "c": "12:30:00", "d": "1e400", "e": ".nan", "f": "2021-01-01"}


def test_places_are_those_of_the_text() -> None:
    tree, _ = read_bytes(b'parties:\n  city: {kind: "government"}\n', "x.yaml")
    assert isinstance(tree, Map)
    kind = tree[Scalar("parties")]["city"]["kind"]
    assert (kind.place.line, kind.place.column, kind.quoted) == (2, 17, True)
    key = next(iter(tree[Scalar("parties")]))
    assert (key.place.line, key.place.column, key.place.end) == (2, 3, 7)


def test_aliases_within_reason_are_read() -> None:
    tree, findings = read_bytes(b"a: &x {b: c}\nd: *x", "x")
    assert not findings
    assert isinstance(tree, Map)
    assert tree[Scalar("d")] == {"b": "c"}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text("abc:{}[],-&*!|>\"'# \n\t?%万", max_size=80).map(str.encode))
def test_no_bytes_make_a_traceback(data: bytes) -> None:
    tree, findings = read_bytes(data, "x")
    assert tree is not None or findings
    assert all(f.place is not None for f in findings)
