"""Who insures a policy, in which shares: the first pool or insurer that bears losses, with its members of the day."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from quanyu.book.standing import Policy, current, term_of
from quanyu.book.versions import Version
from quanyu.desk.pages.words import constant_of
from quanyu.documents import CertificateShare
from quanyu.language.flows import Step
from quanyu.language.parts import Pool
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.terms import Text

__all__ = ["insurers_of", "party_name", "pool_of"]

_INSURING = frozenset({"insurer", "mutual", "reinsurer", "government", "exchange", "social"})


def insurers_of(version: Version, policy: Policy) -> tuple[CertificateShare, ...]:
    """The insurers with parts that add up to one; the leader alone where its shares are no constants."""
    programme = version.programme
    bearer = _bearer(programme)
    parts = {} if bearer is None else _parts(programme, bearer, policy)
    total = sum(parts.values(), Fraction(0))
    leader = next((p.leader for p in programme.pools.values() if p.leader), None)
    if not total:
        parts, total = {leader or bearer or next(iter(programme.parties)): Fraction(1)}, Fraction(1)
    return tuple(
        CertificateShare(name=party_name(programme, name), share=part / total, leader=name == leader)
        for name, part in parts.items()
    )


def pool_of(version: Version) -> Text | None:
    """The name of the pool, where one bears the losses."""
    bearer = _bearer(version.programme)
    pool = version.programme.pools.get(bearer or "")
    return None if pool is None or bearer is None else pool.name or Text.same(bearer)


def party_name(programme: Programme, name: str) -> Text:
    """What a party, pool or account of a programme is called."""
    if name == "insured":
        return Text("被保险人", "the insured")
    known = programme.parties.get(name) or programme.pools.get(name) or programme.accounts.get(name)
    return (known.name if known is not None else None) or Text.same(name)


def _bearer(programme: Programme) -> str | None:
    for step in _steps(programme.losses.from_):
        party = programme.parties.get(step.party or "")
        if step.party in programme.pools or (party is not None and party.kind in _INSURING):
            return step.party
    return None


def _steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from _steps((*(step.tower or ()), *(step.steps or ())))


def _parts(programme: Programme, bearer: str, policy: Policy) -> dict[str, Fraction]:
    """Parts of the members, those of pools within pools as well; none where one of them is no constant."""
    pool = programme.pools.get(bearer)
    if pool is None:
        return {bearer: Fraction(1)}
    if pool.by is not None:
        chosen = current(policy).get(pool.by)
        return {} if chosen is None else {chosen: Fraction(1)}
    parts: dict[str, Fraction] = {}
    for name, share in _shares(pool, policy).items():
        part = constant_of(share)
        inner = _parts(programme, name, policy)
        total = sum(inner.values(), Fraction(0))
        if part is None or not total:
            return {}
        for member, own in inner.items():
            parts[member] = parts.get(member, Fraction(0)) + part * own / total
    return parts


def _shares(pool: Pool, policy: Policy) -> Mapping[str, Source]:
    day = policy.issued_on if pool.basis == "issued" else term_of(policy)[0]
    dated = [member for member in pool.members if member.since <= day]
    return max(dated, key=lambda member: member.since).shares if dated else pool.shares or {}
