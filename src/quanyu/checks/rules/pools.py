"""Pools: shares that add up to one at every date, members in order, a leader among them."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from quanyu.checks.inspection import Inspection
from quanyu.checks.rule import Rule
from quanyu.checks.samples import rows, values
from quanyu.checks.steps import Path
from quanyu.formula import Expression, parse
from quanyu.language.parts import Pool
from quanyu.language.scalars import Source
from quanyu.terms import Finding, Severity, Text, write_number

__all__ = ["RULE"]


def _search(inspection: Inspection) -> Iterator[Finding]:
    for name, pool in inspection.programme.pools.items():
        path: Path = ("pools", name)
        groups = [((*path, "shares"), pool.shares)] if pool.shares else []
        groups += [((*path, "members", n, "shares"), dated.shares) for n, dated in enumerate(pool.members)]
        if not groups and not pool.by:
            yield inspection.finding(
                "pool-empty",
                inspection.key(path),
                Text(f"共保体“{name}”没有成员", f"the pool `{name}` has no members"),
                Text("写 shares: {甲: 60%, 乙: 40%}", "write shares: {first: 60%, second: 40%}"),
            )
        for at, shares in groups:
            yield from _sum(inspection, at, shares)
        yield from _leader(inspection, name, pool)
        yield from _dates(inspection, name, pool)


def _sum(inspection: Inspection, path: Path, shares: Mapping[str, Source]) -> Iterator[Finding]:
    parsed = [e for source in shares.values() if isinstance(e := parse(source.text, source.place), Expression)]
    if len(parsed) < len(shares):
        return
    at = rows(parsed, inspection.words.risk)
    found = [values(e, at) for e in parsed]
    if any(v is None for v in found):
        return
    sums = [sum(column) for column in zip(*(v for v in found if v is not None), strict=True)]
    wrong = next((s for s in sums if s != 1), None)
    if wrong is None:
        return
    constant = len(set(sums)) == 1
    total = f"{write_number(wrong * 100)}%" if (wrong * 10000).denominator == 1 else f"{float(wrong):.6g}"
    reason = Text(f"份额合计为 {total}，不是 100%", f"the shares add up to {total}, not 100%")
    if not constant:
        reason = Text("份额的合计随风险而变，不恒为 100%", "the shares do not add up to 100% for every risk")
    yield inspection.finding(
        "shares-do-not-sum",
        inspection.key(path),
        reason,
        Text(
            "改到合计恰为 100%；除不尽时写 1 / 3", "make them add up to exactly 100%; write 1 / 3 where it does not end"
        ),
    )


def _leader(inspection: Inspection, name: str, pool: Pool) -> Iterator[Finding]:
    path: Path = ("pools", name)
    if pool.leader is None:
        if not pool.by:
            yield inspection.finding(
                "pool-leader",
                inspection.key(path),
                Text("共保体没有首席承保人", "the pool has no leader"),
                Text("写 leader:", "write leader:"),
                severity=Severity.WARNING,
            )
        return
    groups = [pool.shares] if pool.shares else [dated.shares for dated in pool.members]
    if groups and any(pool.leader not in shares for shares in groups):
        yield inspection.finding(
            "pool-leader",
            (*path, "leader"),
            Text(f"首席“{pool.leader}”不在每一组成员之内", f"the leader `{pool.leader}` is not a member at every date"),
            Text("首席须是成员", "the leader is one of the members"),
        )


def _dates(inspection: Inspection, name: str, pool: Pool) -> Iterator[Finding]:
    for n, (one, other) in enumerate(pairwise(pool.members)):
        if other.since <= one.since:
            yield inspection.finding(
                "pool-dates",
                ("pools", name, "members", n + 1, "from"),
                Text(
                    f"{other.since} 不晚于前一组的 {one.since}",
                    f"{other.since} is not after {one.since} of the group before",
                ),
                Text(
                    "按日期先后写，每组一个不同的日期", "write the groups in order of date, each with a date of its own"
                ),
            )
    start = inspection.programme.period.since
    if pool.members and start and min(dated.since for dated in pool.members) > start:
        yield inspection.finding(
            "pool-dates",
            ("pools", name, "members", 0, "from"),
            Text(
                f"方案自 {start} 起，此前没有成员",
                f"the programme begins on {start}; before this date there are no members",
            ),
            Text(f"第一组自 {start} 起", f"let the first group begin on {start}"),
        )


RULE = Rule(("shares-do-not-sum", "pool-empty", "pool-leader", "pool-dates"), _search)
