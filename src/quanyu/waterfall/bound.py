"""How far whole fen may stand from the exact amounts: the bound whose proof is `docs/explanation/fen.md`."""

from quanyu.waterfall.history import History
from quanyu.waterfall.plan import Plan, PlanStep, Taker

__all__ = ["fen_bound"]


def fen_bound(plan: Plan, history: History) -> int:
    """A bound, in fen, on the distance between what any party takes in whole fen and what it takes exactly.

    The distance is the sum over claims, so the bound holds for every claim and for the party's total. It grows with the
    number of rows and, for each stage, cap and account that money passes one after another, by a factor; it never
    exceeds twice all the money there is.
    """
    incurred = sum(row.amount for row in history.rows if row.amount > 0)
    bound = _Bound(plan, len(history.rows), 2 * int(incurred))
    bound.through(plan.roots, 0)
    return min(bound.taken, bound.most)


class _Bound:
    """Follows the distance (the sum over rows of |fen - exact|) through the steps."""

    def __init__(self, plan: Plan, rows: int, most: int) -> None:
        self.plan, self.rows, self.most = plan, rows, most
        self.taken = 0

    def through(self, steps: tuple[int, ...], distance: int) -> int:
        """The distance of what flows on after a list."""
        for index in steps:
            distance = min(distance + self.step(self.plan.steps[index], distance, moved=0), self.most)
        return distance

    def step(self, step: PlanStep, distance: int, *, moved: int) -> int:
        """The distance of what a step takes for good; what a group lets flow on is counted with it.

        moved: what the other members of a tower may have moved, as a multiple of the rows.
        """
        d = distance
        for stage in step.stages:
            turns = (stage.attachment is not None) + (stage.limit is not None) + 2 * len(stage.bands)
            d = (3 + turns) * d + 2 * self.rows
        d += (moved + (step.share is not None)) * self.rows
        bounds = len(step.caps) + (step.taker is Taker.ACCOUNT)
        if bounds == 1 and step.reopen:
            d = 4 * d + 2 * self.rows + 1
        elif bounds or not step.reopen or step.taker is Taker.BORNE:
            d = self.most
        d = min(d, self.most)
        back = self._inside(step, d)
        self.taken += 0 if step.taker is Taker.GROUP else back + self._split(step)
        return d + back if step.taker is Taker.GROUP else d

    def _inside(self, step: PlanStep, distance: int) -> int:
        """The distance of what comes out of the inner steps."""
        if step.inside == "tower":
            members = len(step.children)
            moved = members if step.joint == (step.children,) else 3 * 5 ** (members - 1)
            return distance + sum(self.step(inner, distance, moved=moved) for inner in self.plan.inner(step))
        return self.through(step.children, distance)

    def _split(self, step: PlanStep) -> int:
        """What apportioning to members adds, at most: for every row less than the number of members."""
        if step.taker is not Taker.POOL:
            return 0
        pools = self.plan.pools.values()
        return self.rows * max(len(version.shares) for pool in pools for version in pool.versions) * len(pools)
