"""Whether a policy has cover on a day, what stands from a day on, and of which kind it is."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from quanyu.book import tables as t
from quanyu.book.act import Refused
from quanyu.book.days import DAY
from quanyu.book.standing import Piece, Policy, on_day, painted, term_of
from quanyu.terms import Finding, Text

__all__ = ["must_be_last", "must_be_of", "must_cover", "nothing_to_change", "pieces_from"]


def must_be_last(connection: Connection, policy: Policy) -> None:
    """Raises Refused (`renewed-before`) for a policy that another one follows."""
    if connection.execute(select(t.policy.c.id).where(t.policy.c.predecessor_id == policy.id)).first():
        raise Refused(
            Finding(
                "renewed-before",
                None,
                Text(f"保单 {policy.number} 已续保", f"policy {policy.number} was renewed before"),
                Text("批改续保后的保单", "change the policy that follows it"),
            )
        )


def pieces_from(policy: Policy, start: dt.date, end: dt.date | None = None) -> list[Piece]:
    """The pieces of a policy from a day on, cut there. Raises Refused (`not-on-cover`) for a day outside of it."""
    first, last = term_of(policy)
    until = min(end or last, last)
    if not first <= start < until:
        raise Refused(
            Finding(
                "not-on-cover",
                None,
                Text(
                    f"{start} 不在保单 {policy.number} 的期间 {first} 至 {last - DAY} 内",
                    f"{start} is not within policy {policy.number}, {first} to {last - DAY}",
                ),
                Text("改正日期", "correct the day"),
            )
        )
    cut = (
        replace(p, valid_from=max(p.valid_from, start), valid_to=min(p.valid_to, until))
        for p in painted(policy.segments)
    )
    return [p for p in cut if p.valid_from < p.valid_to]


_KINDS: Mapping[str, Text] = {
    "policy": Text("保单", "a policy"),
    "master": Text("总保单", "a master policy"),
    "open": Text("预约保单", "an open policy"),
    "certificate": Text("总保单下的凭证", "a certificate under a master policy"),
    "declaration": Text("预约保单下的申报", "a declaration under an open policy"),
}


def must_be_of(policy: Policy, *kinds: str) -> None:
    """Raises Refused (`other-kind`) for a policy of another kind."""
    if policy.kind not in kinds:
        raise Refused(
            Finding(
                "other-kind",
                None,
                Text(f"{policy.number} 是{_KINDS[policy.kind].zh}", f"{policy.number} is {_KINDS[policy.kind].en}"),
                Text(
                    f"这里要{'或'.join(_KINDS[kind].zh for kind in kinds)}的编号",
                    f"write the number of {' or '.join(_KINDS[kind].en for kind in kinds)}",
                ),
            )
        )


def must_cover(policy: Policy, day: dt.date) -> None:
    """Raises Refused (`not-on-cover`) where a policy is not in force on a day."""
    found = on_day(policy, day)
    if found is None or found.state != "in force":
        first, end = term_of(policy)
        raise Refused(
            Finding(
                "not-on-cover",
                None,
                Text(
                    f"保单 {policy.number}（{first} 至 {end - DAY}）在 {day} 无效",
                    f"policy {policy.number} ({first} to {end - DAY}) is not in force on {day}",
                ),
                Text("改正日期，或先复效", "correct the day, or reinstate the policy first"),
            )
        )


def nothing_to_change(policy: Policy, zh: str, en: str) -> Finding:
    """The finding for a change that changes nothing."""
    return Finding(
        "nothing-to-change",
        None,
        Text(f"保单 {policy.number}：{zh}", f"policy {policy.number}: {en}"),
        Text("核对日期与所改内容", "look at the day and at what is changed"),
    )
