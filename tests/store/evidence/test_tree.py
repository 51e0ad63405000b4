"""The tree that grows by batches is the tree of the RFC's recursion, whatever the batches."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.store.evidence import tree
from quanyu.store.evidence.rule import WIDTH, Rule
from store.evidence import recursion
from store.evidence.trees import Kept, hashes, single

ALL = hashes(1200)
LARGE = hashes(2 * 256 * 256 + 700)
SIZES = st.integers(0, 1200) | st.sampled_from([255, 256, 257, 511, 512, 513, 1024])


@given(SIZES, st.lists(st.integers(0, 1200), max_size=6))
@settings(deadline=None)
def test_any_batches_give_the_root_of_the_recursion(size: int, cuts: list[int]) -> None:
    kept = Kept()
    for start, stop in pairwise(sorted({0, size, *(cut for cut in cuts if cut < size)})):
        kept.add(ALL[start * WIDTH : stop * WIDTH])
    assert kept.edge == Kept().add(ALL[: size * WIDTH]).edge
    assert kept.edge.size == size
    assert tree.root(kept.rule, kept.edge) == recursion.mth(single(ALL[: size * WIDTH]))


@given(st.integers(1, 1200), st.data())
@settings(deadline=None)
def test_proofs_are_those_of_the_recursion(size: int, data: st.DataObject) -> None:
    leaves = single(ALL)[:size]
    kept = Kept().add(ALL)  # later leaves do not disturb proofs of an earlier size
    seq = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    assert tree.inclusion(kept.rule, kept.tile, seq=seq, size=size) == recursion.path(seq, leaves)
    assert tree.consistency(kept.rule, kept.tile, old=old, new=size) == recursion.proof(old, leaves)
    assert tree.root_at(kept.rule, kept.tile, size) == recursion.mth(leaves)


def test_three_levels_of_tiles() -> None:
    kept, leaves = Kept(), single(LARGE)
    for start in range(0, len(LARGE), 50_000 * WIDTH):
        kept.add(LARGE[start : start + 50_000 * WIDTH])
    size = len(leaves)
    assert [len(row) // WIDTH for row in kept.edge.partial] == [size % 256, size // 256 % 256, size >> 16]
    assert {level for level, _ in kept.full} == {0, 1}
    assert tree.root(kept.rule, kept.edge) == recursion.mth(leaves)
    for seq in (0, 255, 256, 65_535, 65_536, size - 1):
        assert tree.inclusion(kept.rule, kept.tile, seq=seq, size=size) == recursion.path(seq, leaves)
    assert tree.consistency(kept.rule, kept.tile, old=65_700, new=size) == recursion.proof(65_700, leaves)


def test_tiles_hold_what_stands_there() -> None:
    kept, rule = Kept().add(ALL), Rule()
    assert sorted(kept.full) == [(0, i) for i in range(4)]
    for (_, index), tile in kept.full.items():
        assert tile.hashes == ALL[index * 256 * WIDTH : (index + 1) * 256 * WIDTH]
        assert tile.root == recursion.mth(single(tile.hashes))
        assert tile.root == kept.edge.partial[1][index * WIDTH : (index + 1) * WIDTH]
    assert rule.parents(b"") == b""


def test_the_empty_tree() -> None:
    assert tree.grow(Rule(), tree.EMPTY, b"") == (tree.EMPTY, [])
    assert tree.root(Rule(), tree.EMPTY) == recursion.mth([])


def test_what_cannot_be_proven_is_refused() -> None:
    kept = Kept().add(ALL)
    for seq, size in ((5, 5), (-1, 5), (0, 0)):
        with pytest.raises(ValueError, match="not among"):
            tree.inclusion(kept.rule, kept.tile, seq=seq, size=size)
    for old, new in ((0, 5), (6, 5)):
        with pytest.raises(ValueError, match="no proof"):
            tree.consistency(kept.rule, kept.tile, old=old, new=new)
    with pytest.raises(LookupError, match="lacks"):
        tree.inclusion(kept.rule, kept.tile, seq=0, size=1300)
    with pytest.raises(ValueError, match="32 bytes"):
        tree.grow(kept.rule, kept.edge, b"short")
