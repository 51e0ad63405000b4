"""Checks of proofs, step by step as RFC 9162 states them; nothing of the tree that made them is used."""

from collections.abc import Sequence

from quanyu.store.evidence.rule import Rule

__all__ = ["consistent", "included"]


def included(rule: Rule, leaf: bytes, proof: Sequence[bytes], *, seq: int, size: int, root: bytes) -> bool:
    """Whether the proof leads from leaf hash `seq` to the root of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= seq < size:
        return False
    fn, sn, node = seq, size - 1, leaf
    for neighbour in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            node = rule.node(neighbour, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = rule.node(node, neighbour)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and node == root


def consistent(rule: Rule, proof: Sequence[bytes], *, old: int, new: int, old_root: bytes, new_root: bytes) -> bool:
    """Whether the log of `old` leaves is the beginning of that of `new` (RFC 9162, 2.1.4.2).

    The empty log is the beginning of every log, with an empty proof, if its root is that of the empty log.
    """
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == rule.empty()
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    return bool(proof) and _leads(rule, path, (old - 1, new - 1), (old_root, new_root))


def _leads(rule: Rule, path: Sequence[bytes], last: tuple[int, int], roots: tuple[bytes, bytes]) -> bool:
    fn, sn = last
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    first = second = path[0]
    for neighbour in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first, second = rule.node(neighbour, first), rule.node(neighbour, second)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            second = rule.node(second, neighbour)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (first, second) == roots
