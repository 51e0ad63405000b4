"""Pools whose members hold fixed parts of all that the pool has: one account stands for all of them."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isclose

from quanyu.desk.pages.words import constant_of, grouped, joined, party_words
from quanyu.language.programme import Programme
from quanyu.simulation import Entry
from quanyu.terms import Text

__all__ = ["pooled", "share_words"]


def pooled(programme: Programme, pool: str, entries: Sequence[Entry]) -> Mapping[str, Fraction]:
    """The members' shares where every entry of each is its share of one whole; nothing where it is not so."""
    stated = programme.pools[pool]
    dated = [m.shares for m in stated.members] or [stated.shares or {}]
    known = {member: constant_of(source) for member, source in dated[-1].items()}
    shares = {member: share for member, share in known.items() if share}
    own = [[e for e in entries if e.party == member] for member in shares]
    if len(shares) < 2 or len(shares) != len(known) or not all(own):
        return {}
    first, share = own[0], next(iter(shares.values()))
    for several, part in zip(own, shares.values(), strict=True):
        pairs = zip(first, several, strict=True)
        if len(several) != len(first) or not all(_alike(a, float(share), b, float(part)) for a, b in pairs):
            return {}
    return shares


def _alike(one: Entry, share: float, other: Entry, part: float) -> bool:
    if [c for c, _ in one.terms] != [c for c, _ in other.terms]:
        return False
    pairs = [(one.fixed, other.fixed), *((a, b) for (_, a), (_, b) in zip(one.terms, other.terms, strict=True))]
    return all(isclose(a / share, b / part, rel_tol=1e-9, abs_tol=1e-9) for a, b in pairs)


def share_words(programme: Programme, shares: Mapping[str, Fraction]) -> Text:
    """The members with their shares, equal ones together."""
    groups: dict[Fraction, list[str]] = {}
    for member, share in shares.items():
        groups.setdefault(share, []).append(member)
    parts = []
    for share, members in groups.items():
        names = joined(party_words(programme, m) for m in members)
        each = ("各 ", "each ") if len(members) > 1 else ("", "")
        percent = grouped(share * 100)
        parts.append(Text(f"{names.zh} {each[0]}{percent}%", f"{names.en} {each[1]}{percent} %"))
    said = joined(parts, "；", "; ")
    return Text(f"成员按份额各得其中一份：{said.zh}", f"each member has its share of this: {said.en}")
