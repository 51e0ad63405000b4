"""The picture of a lone loss: which part of it, at which height, each step of a waterfall takes.

A loss grows from nothing. At each height the steps still to come hold an interval of the width 0..1; a step takes its
share of it from the left. Where every step answers and no loss came before, this is exact; covers, conditions and
used-up limits are left to words.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from quanyu.documents.stated import Bound, Number, Step

__all__ = ["Block", "Slab", "layers_of"]


@dataclass(frozen=True, slots=True)
class Slab:
    """A rectangle from height `low` to `high` and from `left` to `right` of the width 0..1."""

    low: float
    high: float
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Block:
    """What one step takes. `number` counts steps in pre-order from 1; `nominal`: its height is made up."""

    number: int
    step: Step
    slabs: tuple[Slab, ...]
    nominal: bool
    depth: int = 0


Region = tuple[Slab, ...]


def layers_of(steps: Sequence[Step], balances: dict[str, Number]) -> tuple[Block, ...]:
    """The blocks of a waterfall; a step whose own party keeps what its inner steps leave has a block for that part."""
    whole = (Slab(0, math.inf, 0, 1),)
    least = min((v for v in _amounts(steps) if 0 < v < math.inf), default=1.0)
    return _Partition(dict(balances), least).run(steps, whole, tower=False, depth=0)[0]


def _amounts(steps: Sequence[Step]) -> Iterator[float]:
    """Every known bound of the steps."""
    for step in steps:
        yield from _known((*step.attachments, *step.limits, *step.caps))
        yield from _amounts(step.steps)


def _cut(region: Region, attachment: float, limit: float) -> Region:
    """The part of a region where its area below runs from `attachment` to `attachment + limit`."""
    parts, below = [], 0.0
    for slab in region:
        wide = slab.right - slab.left
        if wide <= 1e-12:
            continue
        area = wide * (slab.high - slab.low)
        start = max(0.0, attachment - below)
        stop = min(area, attachment + limit - below)
        if stop > start:
            parts.append(replace(slab, low=slab.low + start / wide, high=slab.low + stop / wide))
        below += area
    return tuple(parts)


def _slice(region: Region, share: float) -> Region:
    return tuple(replace(s, right=s.left + share * (s.right - s.left)) for s in region)


def _minus(region: Region, taken: Region) -> Region:
    """The region without what was taken from its left edge at the heights of `taken`."""
    edges = sorted({e for s in (*region, *taken) for e in (s.low, s.high)})
    rest = []
    for low, high in pairwise(edges):
        for slab in region:
            if slab.low <= low and high <= slab.high:
                gone = _wide(taken, low, high)
                rest.append(Slab(low, high, min(slab.right, slab.left + gone), slab.right))
    return tuple(rest)


def _shifted(taken: Region, region: Region) -> Region:
    """`taken` cut at the region's edges and moved to its left edge there."""
    moved = []
    for slab in region:
        for part in taken:
            low, high = max(slab.low, part.low), min(slab.high, part.high)
            if low < high:
                moved.append(Slab(low, high, slab.left, slab.left + part.right - part.left))
    return tuple(moved)


def _known(bounds: Sequence[Bound]) -> list[float]:
    return [float(b.amount) for b in bounds if b.amount is not None]


def _window(step: Step, balance: Number | None, share: float) -> tuple[float, float, bool]:
    """Attachment and limit of a lone loss over all scopes, and whether one of them is an expression."""
    attachment = sum(_known(step.attachments))
    later = {b.scope: float(b.amount or 0) for b in step.attachments}
    limits = [
        float(b.amount) - sum(v for s, v in later.items() if s != b.scope and b.scope in later)
        for b in step.limits
        if b.amount is not None
    ]
    caps = [c / share for c in _known(step.caps) if share > 0]
    caps += [float(balance) / share] if balance and share > 0 else []
    unknown = any(b.amount is None for b in (*step.attachments, *step.limits, *step.caps)) or balance == 0
    return attachment, max(0.0, min([math.inf, *limits, *caps])), unknown


class _Partition:
    """Cuts a region step by step, counting the steps."""

    def __init__(self, balances: dict[str, Number], least: float = 1.0) -> None:
        self.balances = balances
        self.least = least
        self.count = 0

    def run(
        self, steps: Sequence[Step], region: Region, *, tower: bool, depth: int
    ) -> tuple[tuple[Block, ...], Region]:
        """The blocks of a list or tower in a region, and the region that is left."""
        blocks: list[Block] = []
        left = region
        for step in steps:
            made, left = self._step(step, region if tower else left, left, depth)
            blocks += made
        return tuple(blocks), left

    def _step(self, step: Step, subject: Region, left: Region, depth: int) -> tuple[list[Block], Region]:
        self.count += 1
        number = self.count
        share = 1.0 if step.share is None else float(step.share)
        attachment, limit, nominal = _window(step, self.balances.get(step.taker), share)
        if nominal and limit == math.inf:
            limit = self._nominal(subject, attachment)
        pieces = [(attachment, limit, share)]
        if step.bands:
            pieces = [
                (attachment + float(b.low), max(0.0, min(float(b.high), limit) - float(b.low)), share * float(b.share))
                for b in step.bands
            ]
        taken = tuple(s for a, length, q in pieces for s in _shifted(_slice(_cut(subject, a, length), q), left))
        if not step.steps:
            return [Block(number, step, _visible(taken), nominal, depth)], _minus(left, taken)
        blocks, kept = self.run(step.steps, taken, tower=step.tower, depth=depth + 1)
        if not step.taker:
            return list(blocks), _minus(left, _difference(taken, kept))
        own = [Block(number, step, _visible(kept), nominal, depth)] if _visible(kept) else []
        return [*own, *blocks], _minus(left, taken)

    def _nominal(self, subject: Region, attachment: float) -> float:
        """A height where none is known: half of a bounded region, so that what comes after it is seen as well."""
        if subject and all(math.isfinite(s.high) for s in subject):
            return (max(s.high for s in subject) - min(s.low for s in subject)) / 2
        return max([s.low for s in subject] + [attachment]) or self.least


def _visible(region: Region) -> Region:
    return tuple(s for s in region if s.right - s.left > 1e-9)


def _difference(taken: Region, kept: Region) -> Region:
    """By height, the width of `taken` that is not in `kept`."""
    edges = sorted({e for s in (*taken, *kept) for e in (s.low, s.high)})
    parts = []
    for low, high in pairwise(edges):
        wide = _wide(taken, low, high) - _wide(kept, low, high)
        if wide > 1e-12:
            parts.append(Slab(low, high, 0, wide))
    return tuple(parts)


def _wide(region: Region, low: float, high: float) -> float:
    return sum(s.right - s.left for s in region if s.low <= low and high <= s.high)
