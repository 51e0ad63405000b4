"""Phase 2: every term of every step, scope and key, once, on what is known now."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from oracle.model import Context, Programme, Refused, Row, Step, Sublimit, Term
from oracle.normalise import columns_of, determined_by, scopes_of, totals

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Stage:
    """The terms of one step at one key: running total in, what passes out."""

    reached: bool = True
    attachment: Fraction = ZERO
    limit: Fraction | None = None
    bands: tuple[tuple[Fraction, Fraction | None, Fraction], ...] | None = None

    def passing(self, total: Fraction) -> Fraction:
        """G: nothing below the franchise, what is above the attachment, up to the limit, through the bands."""
        if not self.reached:
            return ZERO
        z = clip(total - self.attachment, self.limit)
        if self.bands is None:
            return z
        return sum((s * clip(z - low, None if high is None else high - low) for low, high, s in self.bands), ZERO)


def clip(x: Fraction, limit: Fraction | None) -> Fraction:
    return max(x, ZERO) if limit is None else min(max(x, ZERO), limit)


def value(term: Term, row: Row, context: Context) -> Fraction:
    return Fraction(term(row, context) if callable(term) else term)


def expand(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Sub-limits as the steps they mean: what is above them stands first, one step a scope."""
    out: list[Step] = []
    for step in steps:
        for n, sub in enumerate(step.sublimits):
            out += _excess(step, n, sub)
        out.append(step)
    return tuple(out)


def _excess(step: Step, n: int, sub: Sublimit) -> list[Step]:
    covers = sub.covers if step.covers is None else sub.covers & step.covers
    return [
        Step(f"{step.label}.over{n}.{scope}", sub.party, covers, step.when, attachment={scope: v})
        for scope, v in sub.limit.items()
    ]


def walk(steps: Sequence[Step], path: str = "") -> Iterator[tuple[str, Step]]:
    """Every step with its path of labels, outer before inner."""
    seen = set()
    for step in expand(steps):
        here = f"{path}/{step.label}" if path else step.label
        if here in seen:
            raise Refused(f"two steps are called {here}")
        seen.add(here)
        yield here, step
        yield from walk(step.tower or step.steps, here)


def key_of(programme: Programme, row: Row, scope: str) -> tuple[Any, ...]:
    return tuple(row[c] for c in columns_of(programme, scope))


def grouped(programme: Programme, rows: Sequence[Row], scope: str) -> dict[tuple[Any, ...], list[int]]:
    """The places of the rows by their key at a scope."""
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        groups[key_of(programme, row, scope)].append(i)
    return groups


def chain(programme: Programme, step: Step) -> list[str]:
    """The scopes of the step's attachment, limit and bands, finest first; refused where they are not nested."""
    used = [s for terms in (step.franchise, step.attachment, step.limit, step.bands) for s in terms]
    scopes = sorted(dict.fromkeys(used), key=lambda s: (s != "claim", -len(_fixes(programme, s))))
    for finer, coarser in itertools.pairwise(scopes):
        if finer != "claim" and not _fixes(programme, finer) >= _fixes(programme, coarser):
            raise Refused(f"scopes {finer} and {coarser} are not nested")
    if any(scope != "claim" for scope in step.franchise):
        raise Refused("a franchise stands at claim scope only")
    return scopes


def _fixes(programme: Programme, scope: str) -> set[str]:
    return determined_by(programme, columns_of(programme, scope))


class Terms:
    """All terms of a list of steps over all rows of the flow."""

    def __init__(
        self, programme: Programme, steps: Sequence[Step], rows: Sequence[Row], premium: Sequence[Row]
    ) -> None:
        self.programme, self.premium, self.amounts = programme, premium, totals(rows)
        self.passes: set[tuple[str, Any]] = set()
        self.stage: dict[tuple[str, str, Any], Stage] = {}
        self.cap: dict[tuple[str, str, Any], Fraction] = {}
        self.share: dict[tuple[str, Any], Fraction] = {}
        self.chains = {path: chain(programme, step) for path, step in walk(steps)}
        self._read(steps, rows, "")

    def context(self, row: Row, scope: str = "claim") -> Context:
        """Premium is all premium of the key, from all payers, matched on the columns that the key fixes."""
        if scope == "claim":
            columns = {c for keys in scopes_of(self.programme).values() for c in keys if c in row.columns}
        else:
            columns = _fixes(self.programme, scope)
        mine = [p.amount for p in self.premium if all(p[c] == row.get(c) for c in columns if c in p.columns)]
        return Context(self.amounts[row.claim], sum(mine, ZERO))

    def _read(self, steps: Sequence[Step], rows: Sequence[Row], path: str) -> None:
        for step in expand(steps):
            here = f"{path}/{step.label}" if path else step.label
            mine = [row for row in rows if self._enters(step, row)]
            self.passes |= {(here, row.mark) for row in mine}
            for scope in self.chains[here]:
                for key, index in grouped(self.programme, mine, scope).items():
                    self.stage[here, scope, key] = self._stage(step, scope, [mine[i] for i in index])
            for scope, cap in step.cap.items():
                for key, index in grouped(self.programme, mine, scope).items():
                    self.cap[here, scope, key] = self.one(cap, [mine[i] for i in index], scope, "cap")
            for row in mine:
                q = value(step.share, row, self.context(row))
                if not 0 <= q <= 1:
                    raise Refused(f"the share {q} of {here} is not between 0 and 1")
                self.share[here, row.mark] = q
            self._read(step.tower or step.steps, mine, here)

    def _enters(self, step: Step, row: Row) -> bool:
        if step.covers is not None and row.get("cover") not in step.covers:
            return False
        return step.when is None or bool(step.when(row, self.context(row)))

    def one(self, term: Term, group: Sequence[Row], scope: str, name: str) -> Fraction:
        """The one value of a term at a key; refused where the rows of the key disagree."""
        values = {value(term, row, self.context(row, scope)) for row in group}
        if len(values) != 1:
            raise Refused(f"{name} at {scope} is not determined by its key: {sorted(values)}")
        found = values.pop()
        if found < 0:
            raise Refused(f"{name} at {scope} is negative: {found}")
        return found

    def _stage(self, step: Step, scope: str, group: Sequence[Row]) -> Stage:
        reached, attachment, limit, bands = True, ZERO, None, None
        if scope in step.franchise:
            amount = self.amounts[group[0].claim]
            reached = amount >= self.one(step.franchise[scope], group, scope, "franchise")
        if scope in step.attachment:
            attachment = self.one(step.attachment[scope], group, scope, "attachment")
        if scope in step.limit:
            limit = self.one(step.limit[scope], group, scope, "limit")
        if scope in step.bands:
            written = step.bands[scope]
            bands = tuple((b.low, b.high, self.one(b.share, group, scope, "band")) for b in written)
            _check_bands(bands)
        return Stage(reached, attachment, limit, bands)


def _check_bands(bands: Sequence[tuple[Fraction, Fraction | None, Fraction]]) -> None:
    ordered = sorted(bands, key=lambda b: b[0])
    for (_, high, _), (low, _, _) in itertools.pairwise(ordered):
        if high is None or high > low:
            raise Refused("bands overlap")
    if any(s > 1 for *_, s in bands):
        raise Refused("a band pays more than there is")
