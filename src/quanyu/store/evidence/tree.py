"""A Merkle tree that grows by batches: full tiles are given away, the unfinished edge is carried on.

A tile of level L holds 256 hashes that stand 8·L above the leaves (the layout of C2SP tlog-tiles). Full tiles never
change. The edge holds, for each level, the hashes of the tile that is not full yet: fewer than 256.
"""

from collections.abc import Callable
from dataclasses import dataclass

from quanyu.store.evidence.rule import WIDTH, Rule

__all__ = ["EMPTY", "HEIGHT", "TILE", "Edge", "Tile", "Tiles", "consistency", "grow", "inclusion", "root", "root_at"]

TILE, HEIGHT = 256, 8
_FULL = TILE * WIDTH

Tiles = Callable[[int, int], bytes]  # level and index to the hashes of the tile, as many as there are


@dataclass(frozen=True, slots=True)
class Tile:
    """256 hashes, and the node above them."""

    level: int
    index: int
    hashes: bytes
    root: bytes


@dataclass(frozen=True, slots=True)
class Edge:
    """A tree of `size` leaves as far as its growth needs it: the unfinished tile of each level, from the leaves up."""

    size: int
    partial: tuple[bytes, ...]


EMPTY = Edge(0, ())


def grow(rule: Rule, edge: Edge, hashes: bytes) -> tuple[Edge, list[Tile]]:
    """The edge after the leaf hashes were added, and the tiles that became full."""
    if len(hashes) % WIDTH:
        raise ValueError(f"leaf hashes have {WIDTH} bytes each")
    size, tiles, partial, level = edge.size + len(hashes) // WIDTH, list[Tile](), list[bytes](), 0
    while hashes or level < len(edge.partial):
        held = edge.partial[level] if level < len(edge.partial) else b""
        index = (edge.size >> HEIGHT * level) // TILE
        row = held + hashes
        full = len(row) - len(row) % _FULL
        hashes = row[:full]
        for _ in range(HEIGHT):
            hashes = rule.parents(hashes)
        tiles += [
            Tile(level, index + i, row[i * _FULL : (i + 1) * _FULL], hashes[i * WIDTH : (i + 1) * WIDTH])
            for i in range(full // _FULL)
        ]
        partial.append(row[full:])
        level += 1
    return Edge(size, tuple(partial)), tiles


def root(rule: Rule, edge: Edge) -> bytes:
    """The root of the tree."""
    right = b""
    for row in edge.partial:
        right = _fold(rule, row + right)
    return right or rule.empty()


def _fold(rule: Rule, row: bytes) -> bytes:
    """One node over a row of nodes of which the last may be lower: the odd one out goes up as it is."""
    while len(row) > WIDTH:
        odd = len(row) % (2 * WIDTH)
        row = rule.parents(row[: len(row) - odd]) + row[len(row) - odd :]
    return row


def root_at(rule: Rule, tiles: Tiles, size: int) -> bytes:
    """The root that the tree had when it had `size` leaves."""
    return _range(rule, tiles, 0, size) if size else rule.empty()


def inclusion(rule: Rule, tiles: Tiles, *, seq: int, size: int) -> list[bytes]:
    """The proof that leaf `seq` is in the tree of `size` leaves (RFC 9162, 2.1.3.1), the lowest neighbour first."""
    if not 0 <= seq < size:
        raise ValueError(f"leaf {seq} is not among {size}")
    proof, start, end = list[bytes](), 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if seq < middle:
            proof.append(_range(rule, tiles, middle, end))
            end = middle
        else:
            proof.append(_range(rule, tiles, start, middle))
            start = middle
    return proof[::-1]


def consistency(rule: Rule, tiles: Tiles, *, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `old` leaves is the beginning of that of `new` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError(f"no proof from {old} to {new} leaves")
    proof, start, end = list[bytes](), 0, new
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_range(rule, tiles, middle, end))
            end = middle
        else:
            proof.append(_range(rule, tiles, start, middle))
            start = middle
    return ([_range(rule, tiles, start, end)] if start else []) + proof[::-1]


def _split(count: int) -> int:
    """The largest power of two below a count of two or more."""
    return 1 << (count - 1).bit_length() - 1


def _range(rule: Rule, tiles: Tiles, start: int, end: int) -> bytes:
    """The node over the leaves from `start` to before `end`, of which all but the last part is complete."""
    complete = list[bytes]()
    while start < end:
        height = (end - start).bit_length() - 1
        complete.append(_node(rule, tiles, height, start >> height))
        start += 1 << height
    right = complete.pop()
    while complete:
        right = rule.node(complete.pop(), right)
    return right


def _node(rule: Rule, tiles: Tiles, height: int, index: int) -> bytes:
    """The node `index` of those that stand `height` above the leaves, from the tile that holds what is below it."""
    level, above = divmod(height, HEIGHT)
    tile, offset = divmod(index << above, TILE)
    row = tiles(level, tile)[offset * WIDTH : (offset + (1 << above)) * WIDTH]
    if len(row) != WIDTH << above:
        raise LookupError(f"tile {tile} of level {level} lacks hashes")
    for _ in range(above):
        row = rule.parents(row)
    return row
