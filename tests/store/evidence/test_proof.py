"""Proofs hold for what they prove, and for nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.store.evidence.proof import consistent, included
from quanyu.store.evidence.rule import Rule
from store.evidence import recursion
from store.evidence.trees import hashes, single

RULE = Rule()
LEAVES = single(hashes(70))
OTHER = RULE.leaf(b"another record")
SIZES = range(len(LEAVES) + 1)
ROOTS = [recursion.mth(LEAVES[:size]) for size in SIZES]


def test_every_leaf_of_every_size_is_included() -> None:
    for size in SIZES[1:]:
        for seq in range(size):
            proof = recursion.path(seq, LEAVES[:size])
            assert included(RULE, LEAVES[seq], proof, seq=seq, size=size, root=ROOTS[size])
            assert not included(RULE, OTHER, proof, seq=seq, size=size, root=ROOTS[size])


def test_every_size_is_the_beginning_of_every_larger_one() -> None:
    for new in SIZES[1:]:
        for old in range(1, new + 1):
            proof, roots = recursion.proof(old, LEAVES[:new]), (ROOTS[old], ROOTS[new])
            assert consistent(RULE, proof, old=old, new=new, old_root=roots[0], new_root=roots[1])
            assert not consistent(RULE, proof, old=old, new=new, old_root=OTHER, new_root=roots[1])
            assert not consistent(RULE, proof, old=old, new=new, old_root=roots[0], new_root=OTHER)


def test_the_empty_log_is_the_beginning_of_every_log() -> None:
    assert consistent(RULE, [], old=0, new=5, old_root=ROOTS[0], new_root=ROOTS[5])
    assert not consistent(RULE, [], old=0, new=5, old_root=OTHER, new_root=ROOTS[5])
    assert not consistent(RULE, [OTHER], old=0, new=5, old_root=ROOTS[0], new_root=ROOTS[5])
    assert not consistent(RULE, [], old=6, new=5, old_root=ROOTS[6], new_root=ROOTS[5])
    assert not consistent(RULE, [], old=4, new=5, old_root=ROOTS[4], new_root=ROOTS[5])


@given(st.integers(1, 70), st.data())
@settings(deadline=None)
def test_a_changed_proof_proves_nothing(size: int, data: st.DataObject) -> None:
    seq = data.draw(st.integers(0, size - 1))
    proof = recursion.path(seq, LEAVES[:size])
    changed = changes(proof, data)
    if changed != proof:
        assert not included(RULE, LEAVES[seq], changed, seq=seq, size=size, root=ROOTS[size])
    for place, count in ((seq + 1, size), (seq - 1, size), (size, size), (-1, size)):
        assert not included(RULE, LEAVES[seq], proof, seq=place, size=count, root=ROOTS[size])


@given(st.integers(2, 70), st.data())
@settings(deadline=None)
def test_a_changed_consistency_proof_proves_nothing(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof = recursion.proof(old, LEAVES[:new])
    changed = changes(proof, data)
    if changed != proof:
        assert not consistent(RULE, changed, old=old, new=new, old_root=ROOTS[old], new_root=ROOTS[new])


def changes(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    """A proof with a node changed, taken out, put in, or in another order."""
    at = data.draw(st.integers(0, len(proof)))
    kind = data.draw(st.sampled_from(["changed", "out", "in", "turned"]))
    if kind == "in" or at == len(proof):
        return [*proof[:at], OTHER, *proof[at:]]
    if kind == "out":
        return [*proof[:at], *proof[at + 1 :]]
    if kind == "changed":
        return [*proof[:at], OTHER, *proof[at + 1 :]]
    return proof[::-1]
