"""Members with terms of their own, written out as steps: caps of a pool's members, reinsurance behind a party."""

from collections.abc import Iterator, Mapping, Sequence

from quanyu.language.flows import Step
from quanyu.language.parts import Pool
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.terms import Text
from quanyu.waterfall.plan import PlanRefused

__all__ = ["CAPPED", "OTHERS", "own_terms", "refuse_circles", "refuse_twice", "written_out"]

CAPPED, OTHERS = "capped", "others"
"""The labels of the two steps of a pool whose overflow goes to the others: first the members with a cap."""


def written_out(step: Step, programme: Programme, path: str) -> Step:
    """A step whose party has terms of its own, as steps that say the same; any other step as it is.

    A pool becomes a group: a tower of its members at their shares, each with its cap, whose rest flows on; or a tower
    of those with a cap, then one of the others. A party's own steps stand behind it, after those the step states.
    """
    party = step.party or ""
    if party in programme.pools and own_terms(programme.pools[party], programme):
        return _pool_out(step, party, programme, path)
    behind = programme.parties[party].steps if party in programme.parties else ()
    if not behind:
        return step
    if step.tower is None:
        return step.model_copy(update={"as_": step.label, "steps": (*(step.steps or ()), *behind)})
    return _turned(step, path, (_tower(step.tower), Step.model_validate({"as": party, "party": party})))


def own_terms(pool: Pool, programme: Programme) -> bool:
    """Whether a member has a cap, or steps of its own, or is such a pool."""
    members = {*(pool.shares or {}), *(name for dated in pool.members for name in dated.shares)}
    return bool(pool.caps) or any(
        own_terms(programme.pools[name], programme)
        if name in programme.pools
        else name in programme.parties and bool(programme.parties[name].steps)
        for name in members
    )


def refuse_circles(programme: Programme) -> None:
    """Raises PlanRefused where reinsurance leads back to the party that it stands behind."""

    def visit(party: str, above: tuple[str, ...]) -> None:
        if party in above:
            chain = " → ".join((*above[above.index(party) :], party))
            raise PlanRefused(
                "own-steps-circle",
                f"parties.{party}.steps",
                Text(f"再保险绕成了圈：{chain}", f"the reinsurance goes in a circle: {chain}"),
            )
        known = programme.parties.get(party)
        for behind in _parties(known.steps if known else (), programme):
            visit(behind, (*above, party))

    for name in programme.parties:
        visit(name, ())


def refuse_twice(programme: Programme, takers: Sequence[str], path: str) -> None:
    """Raises PlanRefused where a party bears in several steps, and its reinsurance has a bound that all of them erode.

    takers: the parties of all steps of a plan. Each step counts for itself, so only shares mean the same in several.
    """
    for name, party in programme.parties.items():
        if takers.count(name) > 1 and not all(map(_proportional, party.steps)):
            raise PlanRefused(
                "own-steps-twice",
                path,
                Text(
                    f"{name} 在几步中承担，它自己的再保险却有起赔点或限额",
                    f"{name} bears in several steps, and its reinsurance has attachments or limits",
                ),
            )


def _proportional(step: Step) -> bool:
    bounds = step.franchise or step.attachment or step.limit or step.bands or step.cap or step.reinstatement
    return not bounds and all(map(_proportional, step.tower or step.steps or ()))


def _parties(steps: Sequence[Step], programme: Programme) -> Iterator[str]:
    for step in steps:
        if step.party in programme.pools:
            yield from programme.pools[step.party].shares or ()
        elif step.party:
            yield step.party
        yield from _parties(step.tower or step.steps or (), programme)


def _pool_out(step: Step, name: str, programme: Programme, path: str) -> Step:
    pool = programme.pools[name]
    if pool.shares is None:
        raise PlanRefused(
            "pool-caps",
            f"pools.{name}",
            Text(
                "成员有自己的上限或再保险时，份额只能写 shares",
                "where a member has a cap or reinsurance of its own, the shares stand under `shares`",
            ),
        )
    if step.steps or step.tower:
        first = step.steps or (_tower(step.tower or ()),)
        return _turned(step, path, (*first, Step.model_validate({"as": name, "party": name})))
    capped = {member: share for member, share in pool.shares.items() if member in pool.caps}
    others = {member: share for member, share in pool.shares.items() if member not in pool.caps}
    if pool.overflow == "next" or not capped or not others:
        return _turned(step, path, _members(pool.shares, pool), form="tower")
    first, rest = _members(capped, pool), _members(_of_the_rest(others), pool)
    return _turned(step, path, (_tower(first, CAPPED), _tower(rest, OTHERS)))


def _members(shares: Mapping[str, Source], pool: Pool) -> tuple[Step, ...]:
    return tuple(
        Step.model_construct(as_=member, party=member, share=share, cap=pool.caps.get(member, ()))
        for member, share in shares.items()
    )


def _of_the_rest(shares: Mapping[str, Source]) -> dict[str, Source]:
    """Shares, in proportion, of all that the capped members leave: their own parts and the overflow."""
    whole = " + ".join(f"({share.text})" for share in shares.values())
    return {member: Source(f"({share.text}) / ({whole})", share.place) for member, share in shares.items()}


def _tower(steps: Sequence[Step], label: str = "layers") -> Step:
    return Step.model_construct(as_=label, tower=tuple(steps))


def _turned(step: Step, path: str, steps: tuple[Step, ...], *, form: str = "steps") -> Step:
    """The step as a group with the same terms: `{party, terms, steps}` is `{terms, steps: [steps…, {party}]}`."""
    if step.causes is not None:
        raise PlanRefused(
            "pool-caps",
            path,
            Text(
                "成员有自己的上限或再保险时不能 causes",
                "no `causes` where a member has a cap or reinsurance of its own",
            ),
        )
    paid = step.reinstatement
    if paid is not None and paid.payer is None:
        paid = paid.model_copy(update={"payer": step.party})
    blank = {"steps": None, "tower": None}
    return step.model_copy(update={**blank, "as_": step.label, "party": None, "reinstatement": paid, form: steps})
