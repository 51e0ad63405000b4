"""The known answers of RFC 6962: eight inputs, their roots and proofs.

They are those of the reference implementation of Certificate Transparency (`merkle_tree_test.cc`).
"""

import pytest

from quanyu.store.evidence import proof, tree
from quanyu.store.evidence.rule import Rule
from store.evidence.trees import Kept

INPUTS = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
L1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
L4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
N23 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
N45 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
N67 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
N47 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
INCLUSION = [
    (0, 1, []),
    (0, 8, [L1, N23, N47]),
    (5, 8, [L4, N67, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], N23, L4]),
]
CONSISTENCY = [(1, 1, []), (1, 8, [L1, N23, N47]), (6, 8, [N45, N67, ROOTS[4]]), (2, 5, [N23, L4])]

RULE = Rule()
KEPT = Kept().add(RULE.leaves(INPUTS))


@pytest.mark.parametrize("size", range(9))
def test_roots(size: int) -> None:
    edge, _ = tree.grow(RULE, tree.EMPTY, RULE.leaves(INPUTS[:size]))
    assert tree.root(RULE, edge).hex() == ROOTS[size]
    assert tree.root_at(RULE, KEPT.tile, size).hex() == ROOTS[size]


@pytest.mark.parametrize(("seq", "size", "known"), INCLUSION)
def test_inclusion(seq: int, size: int, known: list[str]) -> None:
    made = tree.inclusion(RULE, KEPT.tile, seq=seq, size=size)
    assert [node.hex() for node in made] == known
    root = bytes.fromhex(ROOTS[size])
    assert proof.included(RULE, RULE.leaf(INPUTS[seq]), made, seq=seq, size=size, root=root)


@pytest.mark.parametrize(("old", "new", "known"), CONSISTENCY)
def test_consistency(old: int, new: int, known: list[str]) -> None:
    made = tree.consistency(RULE, KEPT.tile, old=old, new=new)
    assert [node.hex() for node in made] == known
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[new])
    assert proof.consistent(RULE, made, old=old, new=new, old_root=roots[0], new_root=roots[1])
