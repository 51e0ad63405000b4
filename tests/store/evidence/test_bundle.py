"""What a stranger checks offline, with the public key and a file."""

import base64
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from quanyu.store.evidence import tree
from quanyu.store.evidence.bundle import check_bundle, write_bundle
from quanyu.store.evidence.code import write_code
from quanyu.store.evidence.discrepancy import What
from quanyu.store.evidence.head import Signer
from quanyu.store.evidence.note import read_key
from quanyu.store.evidence.rule import Head, Rule, record_bytes
from store.evidence.trees import Kept, hashes

SIGNER = Signer("example.com/book", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
KEYS = [read_key(SIGNER.public_key())]
RECORD = record_bytes("policy", 7, {"holder": "甲\u2028é", "from": date(2026, 1, 1), "premium": 2**60, "note": None})


def bundle(algorithm: str = "sha256", seq: int = 300) -> str:
    rule = Rule(algorithm)
    kept = Kept(rule).add(hashes(300, rule)).add(rule.leaf(RECORD)).add(hashes(400, rule))
    head = Head(SIGNER.origin, algorithm, 701, tree.root(rule, kept.edge), datetime(2026, 6, 30, tzinfo=UTC))
    proof = tree.inclusion(rule, kept.tile, seq=seq, size=701)
    return write_bundle(RECORD, seq=seq, proof=proof, note=SIGNER.sign(head).note())


def changed(**parts: Any) -> str:
    return json.dumps(json.loads(bundle()) | parts)


def whats(text: str, **more: Any) -> list[What]:
    return [one.what for one in check_bundle(text, KEYS, **more).discrepancies]


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_a_bundle_holds(algorithm: str) -> None:
    checked = check_bundle(bundle(algorithm), KEYS, code=write_code(300, Rule(algorithm).leaf(RECORD)).lower())
    assert checked.discrepancies == ()
    assert checked.record == json.loads(RECORD)
    assert checked.note is not None
    assert (checked.note.head.size, checked.code) == (701, write_code(300, Rule(algorithm).leaf(RECORD)))


def test_layout_is_no_part_of_what_is_proven() -> None:
    page = json.loads(bundle())
    page["record"] = dict(reversed(page["record"].items()))
    assert whats(json.dumps(page, ensure_ascii=True, indent=None)) == []


def test_a_changed_record_is_told_by_proof_and_code() -> None:
    record = json.loads(bundle())["record"]
    for name, value in (("premium", 1), ("holder", "甲\u2028e\u0301"), ("note", ""), ("kind", "claim"), ("more", 1)):
        assert whats(changed(record=record | {name: value})) == [What.PROOF, What.CODE]


def test_a_changed_place_or_proof_is_told() -> None:
    proof = json.loads(bundle())["proof"]
    assert whats(changed(seq=301)) == [What.PROOF, What.CODE]
    assert whats(changed(seq=-1)) == [What.PROOF, What.CODE]
    assert whats(changed(proof=proof[1:])) == [What.PROOF]
    assert whats(changed(proof=[base64.b64encode(bytes(32)).decode(), *proof[1:]])) == [What.PROOF]


def test_the_code_on_paper_is_held_against_the_bundle() -> None:
    assert whats(bundle(), code=write_code(300, Rule().leaf(b"another"))) == [What.CODE]
    assert whats(bundle(), code="ABCD") == [What.CODE]
    assert whats(changed(code=5)) == [What.CODE]


def test_a_head_that_nobody_trusted_signed_is_told() -> None:
    thief = Signer(SIGNER.origin, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert [one.what for one in check_bundle(bundle(), [read_key(thief.public_key())]).discrepancies] == [
        What.SIGNATURE
    ]
    page = json.loads(bundle())
    assert whats(changed(head=page["head"].replace("\n701\n", "\n301\n"))) == [What.SIGNATURE, What.PROOF]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"record": {}, "record": {}}', changed(format="other"), changed(seq="300"),
     changed(seq=True), changed(record=[]), changed(record={"premium": 0.5}), changed(proof=["*"]), changed(proof=None),
     changed(head="x"), changed(head=5), "[" * 100_000],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_is_no_bundle_is_told(text: str) -> None:
    assert whats(text) == [What.FORM]
