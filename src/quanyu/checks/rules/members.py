"""Members with terms of their own: caps in a pool, reinsurance declared at a party."""

from collections import Counter
from collections.abc import Iterator, Sequence

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.steps import Path
from quanyu.language.flows import Step
from quanyu.language.parts import Pool
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Text

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    for name, pool in inspection.programme.pools.items():
        yield from _caps(inspection, name, pool)
    yield from _circles(inspection)
    yield from _twice(inspection)


def _caps(inspection: Inspection, name: str, pool: Pool) -> Iterator[Finding]:
    programme = inspection.programme
    path: Path = ("pools", name)
    behind = [m for m in _members(pool) if m in programme.parties and programme.parties[m].steps]
    if (pool.caps or behind) and pool.shares is None:
        yield _wrong(
            inspection,
            (*path, "caps") if pool.caps else path,
            Text(
                "成员有自己的上限或再保险时，份额只能写 shares",
                "where a member has a cap or reinsurance of its own, the shares stand under `shares`",
            ),
            Text("成员变动时另立一版方案", "where members change, write a further version of the programme"),
        )
        return
    for member in pool.caps:
        if member not in (pool.shares or {}):
            yield _wrong(
                inspection,
                (*path, "caps", member),
                Text(f"“{member}”不是成员", f"`{member}` is not a member"),
                Text("caps 的左边写 shares 里的成员", "the left side of `caps` is a member of `shares`"),
            )
    if pool.overflow == "others" and not set(pool.shares or {}) - set(pool.caps):
        yield _wrong(
            inspection,
            (*path, "overflow"),
            Text("所有成员都有上限，没有其他成员可以承接", "every member has a cap: there are no others"),
            Text("写 overflow: next", "write overflow: next"),
        )


def _wrong(inspection: Inspection, path: Path, reason: Text, remedy: Text) -> Finding:
    return inspection.finding("pool-caps", inspection.key(path), reason, remedy)


def _members(pool: Pool) -> list[str]:
    return [*(pool.shares or {}), *(member for dated in pool.members for member in dated.shares)]


def _circles(inspection: Inspection) -> Iterator[Finding]:
    """A party whose reinsurance leads back to it; each circle is named where it begins."""
    programme = inspection.programme
    behind = {name: set(_takers(party.steps, programme)) for name, party in programme.parties.items()}
    told: set[str] = set()
    for name, first in behind.items():
        reached, todo = set[str](), list(first)
        while todo:
            party = todo.pop()
            if party not in reached:
                reached.add(party)
                todo += behind.get(party, ())
        if name in reached and name not in told:
            told |= {party for party in reached if name in behind.get(party, ())} | reached
            yield inspection.finding(
                "own-steps-circle",
                inspection.key(("parties", name, "steps")),
                Text(f"再保险绕回到 {name}", f"the reinsurance leads back to {name}"),
                Text("让最后的再保险人不再分出", "let the last reinsurer cede no further"),
            )


def _takers(steps: Sequence[Step], programme: Programme) -> Iterator[str]:
    for step in steps:
        if step.party in programme.pools:
            yield from _members(programme.pools[step.party])
        elif step.party:
            yield step.party
        yield from _takers(step.tower or step.steps or (), programme)


def _twice(inspection: Inspection) -> Iterator[Finding]:
    """Each step counts for itself: an attachment behind a party that bears in two steps would stand twice."""
    programme = inspection.programme
    every = [*programme.losses.from_, *(step for party in programme.parties.values() for step in party.steps)]
    bearing = Counter(_takers(every, programme))
    for name, party in programme.parties.items():
        if bearing[name] > 1 and not all(map(_proportional, party.steps)):
            yield inspection.finding(
                "own-steps-twice",
                inspection.key(("parties", name, "steps")),
                Text(
                    f"{name} 在几步中承担，它自己的再保险却有起赔点或限额",
                    f"`{name}` bears in several steps, and its reinsurance has attachments or limits",
                ),
                Text(
                    "把这些步骤并入一组，或把再保险写在各步之内",
                    "make one step of them, or write the reinsurance inside each step",
                ),
            )


def _proportional(step: Step) -> bool:
    bounds = step.franchise or step.attachment or step.limit or step.bands or step.cap or step.reinstatement
    return not bounds and all(map(_proportional, step.tower or step.steps or ()))


RULE = Rule(("pool-caps", "own-steps-circle", "own-steps-twice"), _search)
