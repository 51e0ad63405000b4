"""Phase 3: the rows of a history through the steps of a plan."""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction

from quanyu.terms import Finding
from quanyu.waterfall.bearers import Bearers
from quanyu.waterfall.fen import Arithmetic, Fen
from quanyu.waterfall.history import Amount, History, normalise
from quanyu.waterfall.outcome import Held, Outcome
from quanyu.waterfall.passes import Passes
from quanyu.waterfall.plan import Plan, PlanStep, Taker
from quanyu.waterfall.terms import Stopped, Terms, stopped
from quanyu.waterfall.trace import Tracer

__all__ = ["fold"]


def fold(
    plan: Plan,
    history: History,
    arithmetic: Arithmetic | None = None,
    *,
    held: Held | None = None,
    explain: Collection[str] = (),
) -> Outcome | tuple[Finding, ...]:
    """Who takes what of every claim, as the facts are known now; or the findings that forbid a split.

    arithmetic: `Fen()` (amounts are whole fen, the default) or `Exact()` (fractions of yuan).
    held: what stands as booked, where steps do not reopen. explain: claims whose passages are noted.

    Passes run step by step over all rows, so time is linear in rows and steps; only recoveries to those who bore the
    loss run instant by instant. Findings: `claim-below-zero`, `key-disagrees`, `missing-key`, `missing-date`,
    `term-not-determined`, `term-negative`, `term-without-value`, `wrong-type`, `share-out-of-range`,
    `shares-do-not-sum`, `pool-empty`, `no-members`, `claimant-unknown`, `nobody`, `reinstatement-limit`,
    `tower-overlap`, `money-with-nobody`.
    """
    how = arithmetic or Fen()
    if isinstance(how, Fen) and any(row.amount != int(row.amount) for row in history.rows):
        raise ValueError("amounts are not whole fen")
    known = held or Held()
    increments, findings = normalise(plan, history.rows, frozenset(mark for _, mark in known.takes), scale=how.scale)
    if findings:
        return tuple(findings)
    tracer = Tracer(frozenset(explain), increments) if explain else None
    try:
        terms = Terms(plan, increments, history, how)
        return _Fold(plan, terms, history, how, held=known, tracer=tracer).run()
    except Stopped as refusal:
        return refusal.findings


class _Fold:
    """One run over one history."""

    def __init__(
        self,
        plan: Plan,
        terms: Terms,
        history: History,
        arithmetic: Arithmetic,
        *,
        held: Held,
        tracer: Tracer | None,
    ) -> None:
        self.plan, self.terms, self.arithmetic, self.tracer = plan, terms, arithmetic, tracer
        self.bearers = Bearers(plan, terms, history, arithmetic)
        self.passes = Passes(plan, terms, history, arithmetic, held=held, reinstate=self.bearers.reinstate)
        self.bearers.tracer = self.passes.tracer = tracer
        self._standing = _standing(plan) if held.takes else frozenset()

    def run(self) -> Outcome:
        increments = self.terms.increments
        for rows in self._portions():
            left = self._list(self.plan.roots, rows, [increments[n].amount for n in rows])
            nobody = {increments[n].claim: x for n, x in zip(rows, left, strict=True) if x}
            if nobody:
                claim, amount = next(iter(nobody.items()))
                raise stopped(
                    "money-with-nobody",
                    f"赔案 {claim} 有 {amount} 无人承担（共 {len(nobody)} 案）",
                    f"nobody takes {amount} of claim {claim} ({len(nobody)} claims in all)",
                )
        self.passes.finish()
        return Outcome(
            plan=self.plan,
            scale=self.arithmetic.scale,
            increments=tuple(increments),
            takes={key: amount for key, amount in self.bearers.takes.items() if amount},
            charges=tuple(self.bearers.charges),
            balances=dict(self.passes.balances),
            movements=tuple(self.passes.movements),
            overflow=tuple(self.passes.overflow),
            booked={
                (self.plan.steps[i].path, increments[n].mark): amount for (i, n), amount in self.passes.booked.items()
            },
            passages=self.tracer.passages() if self.tracer else (),
        )

    def _portions(self) -> Iterator[list[int]]:
        """All rows at once; instant by instant where a step reads what others took before."""
        everything = list(range(len(self.terms.increments)))
        if not any(step.taker is Taker.BORNE for step in self.plan.steps):
            yield everything
            return
        low = 0
        for n in everything:
            last = n + 1 == len(everything)
            if last or self.terms.increments[n + 1].batch != self.terms.increments[n].batch:
                yield everything[low : n + 1]
                low = n + 1

    def _list(self, steps: Sequence[int], rows: Sequence[int], amounts: list[Amount]) -> list[Amount]:
        for index in steps:
            amounts = self._step(self.plan.steps[index], rows, amounts)
        return amounts

    def _step(
        self,
        step: PlanStep,
        rows: Sequence[int],
        amounts: list[Amount],
        *,
        layer: dict[int, Amount] | None = None,
        room: Sequence[Amount] | None = None,
    ) -> list[Amount]:
        """Stages 1 to 8: what flows on of every row."""
        places = self._mine(step, rows, amounts)
        if not places:
            return amounts
        mine, reaching = [rows[p] for p in places], [amounts[p] for p in places]
        free = None if room is None else [room[p] for p in places]
        if layer is None:
            y = self.passes.share(step, mine, self.passes.stages(step, mine, reaching, free), free)
        else:
            y = [layer.get(n, 0) for n in mine]
        shared = y
        y = self.passes.bound(step, mine, reaching, y, free)
        back = self._inside(step, mine, y)
        self._note(step, mine, (reaching, shared, y, back))
        rest = list(amounts)
        for i, place in enumerate(places):
            rest[place] -= y[i] if back is None else y[i] - back[i]
        return rest

    def _mine(self, step: PlanStep, rows: Sequence[int], amounts: Sequence[Amount]) -> list[int]:
        """Stage 1: the places that enter. Rows that nothing reaches are left out, unless a take of theirs may stand."""
        places = self.terms.entering(step, rows)
        whole = range(len(rows)) if places is None else places
        return list(whole) if step.index in self._standing else [p for p in whole if amounts[p]]

    def _note(
        self,
        step: PlanStep,
        rows: Sequence[int],
        found: tuple[Sequence[Amount], Sequence[Amount], Sequence[Amount], Sequence[Amount] | None],
    ) -> None:
        if self.tracer is None:
            return
        reaching, shared, taken, back = found
        for i, n in enumerate(rows):
            if n in self.tracer.rows:
                draft = self.tracer.draft(n, step)
                draft.reached, draft.shared, draft.taken = reaching[i], shared[i], taken[i]
                draft.returned = 0 if back is None else back[i]

    # ------------------------------------------------------------ stage 7

    def _inside(self, step: PlanStep, rows: Sequence[int], amounts: list[Amount]) -> list[Amount] | None:
        """Tower, inner list, or the party itself. What comes back: None for nothing."""
        left = amounts
        if step.inside == "tower":
            left = self._tower(step, rows, amounts)
        elif step.inside == "steps":
            left = self._list(step.children, rows, amounts)
        if step.taker is Taker.GROUP:
            return left
        return self.bearers.give(step, rows, left)

    def _tower(self, step: PlanStep, rows: Sequence[int], amounts: list[Amount]) -> list[Amount]:
        """Every member on the same amounts; members that share a layer are apportioned together."""
        left = list(amounts)
        together = {index: group for group in step.joint for index in group}
        done: set[int] = set()
        for index in step.children:
            if index in done:
                continue
            group = together.get(index, (index,))
            done.update(group)
            layer = self._layer(group, rows, amounts, left) if len(group) > 1 else {}
            for member in group:
                after = self._step(self.plan.steps[member], rows, amounts, layer=layer.get(member), room=list(left))
                left = [x - (y - z) for x, y, z in zip(left, amounts, after, strict=True)]
        over = next((n for n, x in zip(rows, left, strict=True) if x < 0), None)
        if over is not None:
            raise stopped(
                "tower-overlap",
                f"塔 {step.path} 各层所取之和超过赔案 {self.terms.increments[over].claim} 的金额",
                f"the layers of tower {step.path} take more of claim {self.terms.increments[over].claim} than there is",
            )
        return left

    def _layer(
        self, group: Sequence[int], rows: Sequence[int], amounts: Sequence[Amount], left: Sequence[Amount]
    ) -> dict[int, dict[int, Amount]]:
        """What each member of a layer takes before its caps; the part nobody takes is one more seat."""
        members = [self.plan.steps[index] for index in group]
        places = self._mine(members[0], rows, amounts)
        mine, reaching = [rows[p] for p in places], [amounts[p] for p in places]
        free = [left[p] for p in places]
        passed, *_ = (self.passes.stages(member, mine, reaching, free) for member in members)
        shares = [self._shares(member, mine) for member in members]
        out: dict[int, dict[int, Amount]] = {index: {} for index in group}
        for i, n in enumerate(mine):
            vector = [Fraction(member[i]) for member in shares]
            rest = 1 - sum(vector, Fraction(0))
            if rest < 0:
                raise stopped(
                    "tower-overlap",
                    f"同一层各方比例之和为 {sum(vector)}",
                    f"the shares of one layer add up to {sum(vector)}",
                )
            parts = self.bearers.split(("layer", tuple(group)), (*vector, rest)).add(passed[i])
            for index, part in zip(group, parts, strict=False):
                out[index][n] = part
        return out

    def _shares(self, member: PlanStep, rows: Sequence[int]) -> list[Amount]:
        shares = self.terms.shares(member, rows) or [1] * len(rows)
        if self.tracer is not None:
            for n, share in zip(rows, shares, strict=True):
                if n in self.tracer.rows:
                    self.tracer.draft(n, member).share = share
        return shares


def _standing(plan: Plan) -> frozenset[int]:
    """The steps that do not reopen, and those around them: what was cancelled whole still holds the room it used."""
    found: set[int] = set()
    for step in reversed(plan.steps):
        if not step.reopen or found & set(step.children):
            found.add(step.index)
    return frozenset(found)
