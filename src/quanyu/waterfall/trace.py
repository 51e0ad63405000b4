"""What happened to one increment in one step, stage by stage: enough to explain every amount."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from quanyu.waterfall.history import Amount, Increment, Instant
from quanyu.waterfall.plan import PlanStep
from quanyu.waterfall.terms import Bound, Passing

__all__ = ["Cut", "Passage", "StagePassage", "Tracer"]


@dataclass(frozen=True, slots=True)
class StagePassage:
    """One stage. `before` and `after` are the running total of the key, `passed_before` and `passed_after` what passes
    of them; `entered` and `left` are this increment's own part. `together`: other increments share the instant and key.
    """

    scope: str
    key: tuple[str, ...]
    terms: Passing
    before: Amount
    after: Amount
    passed_before: Amount
    passed_after: Amount
    entered: Amount
    left: Amount
    together: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """What bounds the take after the share: a cap, an account's balance or ceiling, or what was booked before.

    amount: the bound itself (None: none); used: what of it was taken before this instant.
    asked, given: this increment's part before and after.
    """

    kind: Literal["cap", "balance", "ceiling", "booked"]
    scope: str
    key: tuple[str, ...]
    amount: Bound
    used: Amount
    asked: Amount
    given: Amount


@dataclass(frozen=True, slots=True)
class Passage:
    """One increment in one step: what reached it, each stage, the share, the cuts, what was taken and what flows on.

    share: None where the step takes the whole of what its stages pass. shared: after stage 3. returned: what came back
    out of a group. parties: who took it in this step itself (not inside).
    """

    claim: str
    instant: Instant
    step: int
    reached: Amount
    stages: tuple[StagePassage, ...]
    share: Amount | None
    shared: Amount
    cuts: tuple[Cut, ...]
    taken: Amount
    returned: Amount
    rest: Amount
    parties: Mapping[str, Amount]


@dataclass(slots=True)
class _Draft:
    reached: Amount = 0
    stages: list[StagePassage] = field(default_factory=list)
    share: Amount | None = None
    shared: Amount = 0
    cuts: list[Cut] = field(default_factory=list)
    taken: Amount = 0
    returned: Amount = 0
    parties: dict[str, Amount] = field(default_factory=dict)


class Tracer:
    """Notes the passages of chosen claims while a fold runs."""

    def __init__(self, claims: frozenset[str], increments: list[Increment]) -> None:
        self._increments = increments
        self.rows = frozenset(n for n, row in enumerate(increments) if row.claim in claims)
        self._drafts: dict[tuple[int, int], _Draft] = {}

    def draft(self, n: int, step: PlanStep) -> _Draft:
        """The notes on an increment in a step."""
        return self._drafts.setdefault((n, step.index), _Draft())

    def passages(self) -> tuple[Passage, ...]:
        """All notes, by increment, then in the plan's order of steps."""
        out = []
        for n, index in sorted(self._drafts):
            row, draft = self._increments[n], self._drafts[n, index]
            out.append(
                Passage(
                    claim=row.claim,
                    instant=row.instant,
                    step=index,
                    reached=draft.reached,
                    stages=tuple(draft.stages),
                    share=draft.share,
                    shared=draft.shared,
                    cuts=tuple(draft.cuts),
                    taken=draft.taken,
                    returned=draft.returned,
                    rest=draft.reached - draft.taken + draft.returned,
                    parties=dict(draft.parties),
                )
            )
        return tuple(out)
