"""The verifier finds what was altered, and names it; and finds nothing where nothing was."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.store.evidence import tree
from quanyu.store.evidence.discrepancy import Discrepancy, What
from quanyu.store.evidence.head import Signer
from quanyu.store.evidence.note import PublicKey, read_key
from quanyu.store.evidence.rule import Head, Rule, record_bytes
from quanyu.store.evidence.verify import Entry, verify
from store.evidence.trees import Kept, single

ORIGIN = "example.com/book"
SIGNER = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
THIEF = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
KEYS = [read_key(SIGNER.public_key())]
START = datetime(2026, 1, 1, tzinfo=UTC)


def record(subject: int, premium: int | None = None) -> bytes:
    return record_bytes("policy", subject, {"premium": 100 * subject if premium is None else premium})


@dataclass
class Book:
    """A log of policies 0, 1, 2 … with heads at some sizes, in memory."""

    count: int = 600
    sizes: tuple[int, ...] = (0, 100, 300, 600)
    rule: Rule = field(default_factory=Rule)
    entries: list[Entry] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        leaves = single(self.rule.leaves([record(i) for i in range(self.count)]))
        kept = Kept(self.rule).add(b"".join(leaves))
        for i, leaf in enumerate(leaves):
            tile = leaf if i < self.count // 256 * 256 else None
            self.entries.append(Entry(i, "policy", i, record(i), leaf, tile))
        for size in self.sizes:
            self.publish(size, tree.root_at(self.rule, kept.tile, size))

    def publish(self, size: int, root: bytes, *, signer: Signer = SIGNER, hours: int | None = None) -> None:
        at = START + timedelta(hours=size if hours is None else hours)
        self.heads.append(signer.sign(Head(ORIGIN, self.rule.algorithm, size, root, at)).note())

    def change(self, seq: int, **parts: object) -> None:
        self.entries[seq] = replace(self.entries[seq], **parts)  # type: ignore[arg-type]

    def verify(self, keys: list[PublicKey] | None = None) -> list[Discrepancy]:
        return verify(iter(self.entries), self.heads, KEYS if keys is None else keys)


def seen(found: list[Discrepancy]) -> list[tuple[What, int | None, bool]]:
    return [(one.what, one.subject if one.size is None else one.size, one.signed) for one in found]


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_nothing_is_found_where_nothing_was_altered(algorithm: str) -> None:
    assert Book(rule=Rule(algorithm)).verify() == []


def test_an_altered_row_is_named() -> None:
    book = Book()
    book.change(130, record=record(130, premium=1))
    book.change(450, record=record(450, premium=2))
    assert seen(book.verify()) == [(What.ALTERED, 130, True), (What.ALTERED, 450, True)]
    assert book.verify()[0].kind == "policy"
    assert book.verify()[0].reason.zh == "此记录与入日志时不同。"
    assert "policy 130" in book.verify()[0].reason.en


def test_a_missing_and_an_added_row_are_named() -> None:
    book = Book()
    book.change(7, record=None)
    book.entries.append(Entry(None, "policy", 999, None, None, txn=4))
    assert seen(book.verify()) == [(What.MISSING, 7, True), (What.ADDED, 999, False)]
    assert book.verify()[1].txn == 4


def test_two_rows_that_changed_places_are_named() -> None:
    book = Book()
    book.change(3, record=record(4))
    book.change(4, record=record(3))
    assert seen(book.verify()) == [(What.ALTERED, 3, True), (What.ALTERED, 4, True)]


def test_a_row_altered_with_its_leaf_is_named_by_the_tile() -> None:
    book, forged = Book(), record(20, premium=1)
    book.change(20, record=forged, leaf=book.rule.leaf(forged))
    assert seen(book.verify()) == [(What.ALTERED, 20, True), (What.LEAF, 20, True)]


def test_a_row_altered_with_its_tile_is_named_by_the_leaf() -> None:
    book, forged = Book(), record(20, premium=1)
    book.change(20, record=forged, tile=book.rule.leaf(forged))
    assert seen(book.verify()) == [(What.ALTERED, 20, True), (What.LEAF, 20, True)]


def test_the_logs_own_hashes_altered_leave_the_rows_proven() -> None:
    book = Book()
    book.change(20, leaf=bytes(32))
    book.change(21, tile=bytes(32))
    book.change(22, leaf=bytes(32), tile=bytes(32))
    assert seen(book.verify()) == [(What.LEAF, 20, True), (What.LEAF, 21, True), (What.LEAF, 22, True)]


def test_different_copies_altered_in_one_stretch_are_all_named() -> None:
    book = Book()
    book.change(110, record=record(110, premium=1))
    book.change(111, leaf=bytes(32))
    book.change(112, tile=bytes(32))
    assert seen(book.verify()) == [(What.ALTERED, 110, True), (What.LEAF, 111, True), (What.LEAF, 112, True)]


def test_all_copies_altered_are_found_by_the_head() -> None:
    book, forged = Book(), record(150, premium=1)
    leaf = book.rule.leaf(forged)
    book.change(150, record=forged, leaf=leaf, tile=leaf)
    book.change(500, record=record(500, premium=1))
    found = book.verify()
    assert seen(found) == [(What.HEAD, 300, True), (What.ALTERED, 500, False)]
    assert "first 100 leaves are proven" in found[0].reason.en
    assert "nor 1 signed later" in found[0].reason.en


def test_a_leaf_that_is_gone_is_named() -> None:
    book = Book()
    book.change(50, kind="", subject=None, record=None, leaf=None)
    (found,) = book.verify()
    assert (found.what, found.seq, found.signed) == (What.LEAF, 50, True)
    assert "gone" in found.reason.en


def test_leaves_that_are_gone_from_the_middle_are_named() -> None:
    book = Book()
    del book.entries[520:530]
    assert [(one.what, one.seq, one.size) for one in book.verify()] == [(What.LEAF, 520, None), (What.HEAD, None, 600)]


def test_a_log_that_was_cut_is_found() -> None:
    book = Book()
    del book.entries[450:]
    assert seen(book.verify()) == [(What.CUT, 600, True)]


def test_a_log_rolled_back_and_grown_again_is_found() -> None:
    book, other = Book(), Book(sizes=())
    kept = Kept().add(b"".join(e.leaf for e in other.entries[:250] if e.leaf))
    for i in range(250, 600):
        leaf = other.rule.leaf(record(i, premium=1))
        kept.add(leaf)
        book.change(i, record=record(i, premium=1), leaf=leaf, tile=leaf)
    book.publish(600, tree.root(kept.rule, kept.edge), hours=700)
    whats = [(one.what, one.size) for one in book.verify()]
    assert (What.FORK, 600) in whats  # two signed heads of one size
    assert (What.FORK, 300) in whats  # the head that somebody kept, against the one that fits


def test_a_shorter_head_signed_later_is_found() -> None:
    book = Book(sizes=(300, 600))
    kept = Kept().add(b"".join(e.leaf for e in book.entries if e.leaf))
    book.publish(400, tree.root_at(kept.rule, kept.tile, 400), hours=9000)
    assert seen(book.verify()) == [(What.FORK, 600, True)]


def test_wrong_signatures_are_found() -> None:
    book = Book()
    book.publish(200, bytes(32), signer=THIEF)
    book.heads.append("not a head")
    book.heads[1] = book.heads[1].replace("\n100\n", "\n101\n")
    assert sorted(seen(book.verify()), key=repr) == sorted(
        [(What.SIGNATURE, 200, False), (What.SIGNATURE, None, False), (What.SIGNATURE, 101, False)], key=repr
    )


def test_a_stolen_key_signs_a_head_that_does_not_fit() -> None:
    book = Book()
    book.publish(200, bytes(32))
    assert seen(book.verify()) == [(What.FORK, 200, True)]


def test_nothing_is_proven_without_a_trusted_head() -> None:
    assert [one.what for one in Book().verify([])] == [What.SIGNATURE] * 5
    assert "nothing can be proven" in Book(sizes=()).verify()[0].reason.en


def test_leaves_without_a_head_yet_are_compared_all_the_same() -> None:
    book = Book(sizes=(0, 300))
    assert book.verify() == []
    book.change(400, record=record(400, premium=1))
    assert seen(book.verify()) == [(What.ALTERED, 400, False)]


def test_both_keys_of_a_rotation_are_needed() -> None:
    book = Book(sizes=(100,))
    root = tree.root(book.rule, Kept().add(b"".join(e.leaf for e in book.entries if e.leaf)).edge)
    book.publish(600, root, signer=THIEF)
    assert book.verify([*KEYS, read_key(THIEF.public_key())]) == []
    assert [one.what for one in book.verify()] == [What.SIGNATURE]


def test_a_log_that_changed_its_digest_is_found() -> None:
    book = Book()
    at = START + timedelta(hours=600)
    book.heads[-1] = SIGNER.sign(Head(ORIGIN, "sm3", 600, Rule("sm3").empty(), at)).note()
    assert seen(book.verify()) == [(What.FORK, 600, True), (What.HEAD, 600, True)]


def test_findings_are_counted_beyond_a_bound() -> None:
    book = Book()
    for i in range(600):
        book.change(i, record=record(i, premium=1))
    found = verify(book.entries, book.heads, KEYS, most=10)
    assert len(found) == 11
    assert found[-1].what is What.MORE
    assert "590 more" in found[-1].reason.en


def test_entries_out_of_order_are_a_fault_of_the_caller() -> None:
    book = Book()
    book.entries[3], book.entries[4] = book.entries[4], book.entries[3]
    with pytest.raises(ValueError, match="in order"):
        verify([book.entries[1], book.entries[0]], book.heads, KEYS)


@given(
    st.sets(st.integers(0, 599), max_size=8),
    st.lists(st.integers(0, 600), min_size=1, max_size=5).map(lambda sizes: (*sorted(set(sizes)), 600)),
)
@settings(deadline=None, max_examples=40)
def test_exactly_what_was_altered_is_named(altered: set[int], sizes: tuple[int, ...]) -> None:
    book = Book(sizes=tuple(dict.fromkeys(sizes)))
    for seq in altered:
        book.change(seq, record=record(seq, premium=-1))
    assert seen(book.verify()) == [(What.ALTERED, seq, True) for seq in sorted(altered)]
