"""The head on the page about evidence is a head, signed by the key on that page."""

import re
from pathlib import Path

from quanyu.store.evidence.code import read_code
from quanyu.store.evidence.note import read_key, read_note
from quanyu.store.evidence.proof import included
from quanyu.store.evidence.rule import Rule, canonical


def test_the_example_holds(root: Path) -> None:
    page = (root / "docs/explanation/evidence.md").read_text("utf-8")
    shown = re.search(r"^    (example\.com/book\n(?:.*\n)+?    — .*\n)", page, re.M)
    key = re.search(r"^    (example\.com/book\+.*)$", page, re.M)
    told = re.search(r"record `(.*)`, whose code is `(.*)`", page)
    assert shown is not None
    assert key is not None
    assert told is not None
    note = read_note(re.sub(r"^ {4}", "", shown[1], flags=re.M))
    assert note.signed_by([read_key(key[1])]) is not None
    record, rule = told[1].encode(), Rule(note.head.algorithm)
    assert canonical({"premium": 30000, "kind": "policy", "id": 1}) == record
    assert included(rule, rule.leaf(record), [], seq=0, size=note.head.size, root=note.head.root)
    assert read_code(told[2]).names(0, rule.leaf(record))
