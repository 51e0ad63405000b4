"""Tables in columns: the row of a table that each risk hits, found on float64 as in exact numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quanyu.formula import Column, Expression
from quanyu.formula.lookup import Lookup, matches
from quanyu.language.scalars import Key
from quanyu.rating.bounds import MOST_PARTS, WIDER, Flags, Near, Texts, Unbounded, numeric, reads_as
from quanyu.rating.near import near
from quanyu.terms import Interval

__all__ = ["NONE", "Bands", "bands", "looked_up", "rows_of_texts"]

Keyed: TypeAlias = "Sequence[tuple[Key, Any]]"
NONE = -1
_FEW = 32  # so many comparisons are faster than a binary search


@dataclass(frozen=True, slots=True)
class Bands:
    """The numeric rows of a table. Slot 2k + 1 is the k-th edge, slot 2k what lies below it and above the one before.

    rows: the row that each slot hits, NONE where there is none. side: `right` or `left` where no slot 2k + 1 stands for
    itself, so that counting the edges ≤ x or < x is enough. doubtful: edges whose float64 does not read as them.
    """

    edges: NDArray[np.float64]
    rows: NDArray[np.intp]
    side: str
    doubtful: NDArray[np.float64]

    def slots(self, values: NDArray[np.float64]) -> NDArray[Any]:
        """The slot of each value, halved where one side is enough."""
        if self.side == "both":
            both: NDArray[Any] = self._count(values, "left") + self._count(values, "right")
            return both
        return self._count(values, self.side)

    def _count(self, values: NDArray[np.float64], side: str) -> NDArray[Any]:
        if len(self.edges) > _FEW:
            places: NDArray[Any] = np.searchsorted(self.edges, values, side="right" if side == "right" else "left")
            return places
        reached = np.greater_equal if side == "right" else np.greater
        count = np.zeros(values.shape, np.uint8)
        flag = np.empty(values.shape, np.bool_)
        for edge in self.edges.tolist():
            np.add(count, reached(values, edge, out=flag).view(np.uint8), out=count)
        return count

    @property
    def of_slots(self) -> NDArray[np.intp]:
        """The row of each number that `slots` gives."""
        return self.rows if self.side == "both" else self.rows[::2]


def bands(rows: Keyed) -> Bands:
    """The numeric rows of a table as slots; of overlapping rows the first counts, `else` fills what is left."""
    exact = sorted({end.as_integer_ratio(): end for key, _ in rows for end in _ends(key)}.values())
    places = {edge.as_integer_ratio(): place for place, edge in enumerate(exact)}
    hit = np.full(2 * len(exact) + 1, NONE, np.intp)
    for row in reversed(range(len(rows))):
        low, high = _range(rows[row][0], places)
        hit[low:high] = row
    rest = next((row for row, (key, _) in enumerate(rows) if key.otherwise), NONE)
    hit[hit == NONE] = rest
    edges = np.array([float(edge) for edge in exact])
    doubtful = np.array([float(edge) for edge in exact if not reads_as(edge)])
    side = "both"
    if np.array_equal(hit[1::2], hit[2::2]):
        side = "right"
    elif np.array_equal(hit[1::2], hit[:-1:2]):
        side = "left"
    return Bands(edges, hit, side, doubtful)


def _ends(key: Key) -> list[Fraction]:
    match = key.match
    both = (match.low, match.high) if isinstance(match, Interval) else (match,)
    return [end for end in both if isinstance(end, Fraction)]


def _range(key: Key, places: Mapping[tuple[int, int], int]) -> tuple[int, int]:
    """The slots a key covers, from the first to the one after the last."""
    match = key.match
    if isinstance(match, Fraction):
        return 2 * places[match.as_integer_ratio()] + 1, 2 * places[match.as_integer_ratio()] + 2
    if not isinstance(match, Interval) or isinstance(match.low, str):
        return 0, 0
    low, high = 0, 2 * len(places) + 1
    if isinstance(match.low, Fraction):
        low = 2 * places[match.low.as_integer_ratio()] + 2 - match.closed_low
    if isinstance(match.high, Fraction):
        high = 2 * places[match.high.as_integer_ratio()] + 1 + match.closed_high
    return low, high


def rows_of_texts(rows: Keyed, values: Sequence[str]) -> NDArray[np.intp]:
    """The row that each text hits, and NONE for a missing text (the last element)."""
    rest = next((row for row, (key, _) in enumerate(rows) if key.otherwise), NONE)
    if any(isinstance(key.match, Interval) and isinstance(key.match.low, str) for key, _ in rows):
        found = [
            next((row for row, (key, _) in enumerate(rows) if not key.otherwise and matches(key, value)), rest)
            for value in values
        ]
    else:
        places = {key.match: row for row, (key, _) in reversed(list(enumerate(rows))) if not key.otherwise}
        found = [places.get(value, rest) for value in values]
    return np.array([*found, NONE], np.intp)


def _rows_of(rows: Keyed, key: Any, length: int) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The row each risk hits at one level of a table, and the risks for which that is in doubt."""
    doubt = np.zeros(length, np.bool_)
    if isinstance(key, Texts):
        by_text = rows_of_texts(rows, key.values)
        codes = np.zeros(length, np.intp) if key.codes is None else key.codes
        return by_text[codes], doubt | key.missing
    if isinstance(key, Flags):
        flags = rows_of_texts([r for r in rows if isinstance(r[0].match, str)], ("false", "true"))
        if any(not isinstance(r[0].match, str) for r in rows):
            raise Unbounded("yes-or-no among numbers")
        return flags[np.broadcast_to(np.asarray(key.value), length).astype(np.intp)], doubt | key.unsure
    values = np.broadcast_to(np.asarray(key.value, np.float64), length)
    found = bands(rows)
    slots = found.slots(values)
    doubt |= key.unsure
    if key.given:
        doubt |= np.isin(values, found.doubtful) if len(found.doubtful) else False
    else:
        low, high = _spread(values, key.error)
        doubt |= (found.slots(low) != slots) | (found.slots(high) != slots) | np.isin(values, found.edges)
    return found.of_slots[slots], doubt


def _spread(values: NDArray[np.float64], error: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    room = np.asarray(error) * WIDER
    return np.nextafter(values - room, -np.inf), np.nextafter(values + room, np.inf)


@dataclass(frozen=True, slots=True)
class _Some:
    """Some of the risks: the keys of a table's levels for them."""

    keys: tuple[Any, ...]
    index: NDArray[np.intp]

    def among(self, chosen: NDArray[np.bool_]) -> "_Some":
        return _Some(tuple(_taken(key, chosen) for key in self.keys[1:]), self.index[chosen])


def _taken(key: Any, chosen: NDArray[np.bool_]) -> Any:
    def part(values: Any) -> Any:
        return values[chosen] if isinstance(values, np.ndarray) and values.ndim else values

    if isinstance(key, Texts):
        return Texts(None if key.codes is None else key.codes[chosen], key.values)
    if isinstance(key, Flags):
        return Flags(part(key.value), part(key.unsure))
    return Near(part(key.value), part(key.error), part(key.unsure), key.given, key.parts)


def looked_up(table: Lookup, data: Mapping[str, Column], length: int) -> Near:
    """The value of a table on every row; where no row is hit, or one in doubt, the risk is unsure. Raises Unbounded."""
    keys = tuple(near(by, data, length) for by in table.by)
    leaves: list[Expression] = [] if table.otherwise is None else [table.otherwise]
    found = np.full(length, NONE if table.otherwise is None else 0, np.intp)
    doubt = np.zeros(length, np.bool_)
    _descend(table.rows, _Some(keys, np.arange(length)), leaves=leaves, found=found, doubt=doubt)
    values = [numeric(near(leaf, data, length)) for leaf in leaves]
    single = [value if np.ndim(value.value) == 0 else Near(np.nan) for value in values]
    unsure = doubt | (found == NONE) | np.array([*(value.unsure for value in single), True])[found]
    value = np.array([*(part.value for part in single), np.nan], np.float64)[found]
    error = np.array([*(part.error for part in single), 0.0], np.float64)[found]
    for place, part in enumerate(values):
        if np.ndim(part.value):
            chosen = found == place
            value[chosen] = part.value[chosen]
            error[chosen] = np.broadcast_to(part.error, length)[chosen]
            unsure[chosen] |= np.broadcast_to(part.unsure, length)[chosen]
    parts = math.lcm(*(part.parts or 0 for part in values))
    return Near(value, error, unsure, parts=parts if 0 < parts < MOST_PARTS else None)


def _descend(
    rows: Keyed, some: _Some, *, leaves: list[Expression], found: NDArray[np.intp], doubt: NDArray[np.bool_]
) -> None:
    """Notes for some risks the leaf each one reaches, and adds those leaves to the list."""
    hit, unsure = _rows_of(rows, some.keys[0], len(some.index))
    doubt[some.index] |= unsure
    for row, (_, leaf) in enumerate(rows):
        chosen = hit == row
        if not chosen.any():
            continue
        if isinstance(leaf, Expression):
            found[some.index[chosen]] = len(leaves)
            leaves.append(leaf)
        else:
            _descend(leaf, some.among(chosen), leaves=leaves, found=found, doubt=doubt)
