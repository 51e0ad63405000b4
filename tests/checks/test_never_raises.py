"""Whatever stands in a file that can be read, checking it gives findings and no exception."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.checks import check_programme
from quanyu.language.load import make_programme
from quanyu.language.tree import Map, Scalar, Seq
from quanyu.language.yaml import read_bytes

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(p for p in (ROOT / "programmes").rglob("*.yaml") if "extends:" not in p.read_text("utf-8"))
WORDS = (
    *("inf", "-5", "0", "30%", "999999999999999999999999", "true", "1..3", "number", "key", "not", "if", "-", '"'),
    *("insured", "premium", "amount", "sum", "event", "claim", "period", "policy", "losses.last", "reserve.balance"),
    *("1/0", "max(1, 2)", "during(rain, 5)", "a.b.c", "(0, 5]", "[0, inf)", "[03-01, 03-10]", "else", "x"),
)


def spots(node: Any) -> list[tuple[Any, Any]]:
    """Every collection with a key or index in it."""
    items = list(node.items()) if isinstance(node, Map) else list(enumerate(node)) if isinstance(node, Seq) else []
    return [(node, key) for key, _ in items] + [spot for _, value in items for spot in spots(value)]


def change(tree: Map, draw: st.DataObject) -> None:
    node, key = draw.draw(st.sampled_from(spots(tree)))
    word = Scalar.make(draw.draw(st.sampled_from(WORDS)), tree.place)
    what = draw.draw(st.sampled_from(("drop", "replace", "rename")))
    value = node.pop(key)
    if what == "replace":
        node.insert(key, word) if isinstance(node, Seq) else node.update({key: word})
    elif what == "rename" and isinstance(node, Map):
        node[word] = value


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.parent.name)
@settings(max_examples=15, deadline=None)
@given(draw=st.data())
def test_a_changed_programme_is_checked(path: Path, draw: st.DataObject) -> None:
    tree, _ = read_bytes(path.read_bytes(), str(path))
    assert isinstance(tree, Map)
    for _ in range(draw.draw(st.integers(1, 3))):
        change(tree, draw)
    document, findings = make_programme(tree, str(path), {})
    assert document is not None or findings
    if document is not None:
        assert all(f.reason.zh and f.remedy.en for f in check_programme(document))
