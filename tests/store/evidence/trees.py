"""Trees for tests: kept in a dictionary, as the log keeps them in a table."""

from dataclasses import dataclass, field

from quanyu.store.evidence import tree
from quanyu.store.evidence.rule import WIDTH, Rule


def hashes(count: int, rule: Rule | None = None) -> bytes:
    return (rule or Rule()).leaves([b"record %d" % i for i in range(count)])


def single(joined: bytes) -> list[bytes]:
    return [joined[i : i + WIDTH] for i in range(0, len(joined), WIDTH)]


@dataclass
class Kept:
    rule: Rule = field(default_factory=Rule)
    edge: tree.Edge = tree.EMPTY
    full: dict[tuple[int, int], tree.Tile] = field(default_factory=dict)

    def add(self, joined: bytes) -> "Kept":
        self.edge, tiles = tree.grow(self.rule, self.edge, joined)
        for tile in tiles:
            assert (tile.level, tile.index) not in self.full
            self.full[tile.level, tile.index] = tile
        return self

    def tile(self, level: int, index: int) -> bytes:
        if (level, index) in self.full:
            return self.full[level, index].hashes
        return self.edge.partial[level]
