"""What settlement is told beside the claims: premium of policies and periods, money into and out of accounts."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from quanyu.book import tables as t
from quanyu.book.charging import ADVANCED
from quanyu.book.ledger import booked, netted
from quanyu.book.versions import Version
from quanyu.language.programme import spelled

__all__ = ["deposit_rows", "premium_rows", "yuan"]

_FLOWS = ("premium", "surplus", "calls", "services", "fund")
Row = dict[str, Any]


def yuan(fen: int) -> str:
    """Whole fen as rows write amounts."""
    sign, units = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{units // 100}.{units % 100:02d}"


def said(fen: int) -> str:
    """Whole fen as messages write amounts, with thousands apart."""
    sign, units = "-" if fen < 0 else "", abs(fen)
    return f"{sign}{units // 100:,}.{units % 100:02d}"


def premium_rows(connection: Connection, version: Version) -> list[Row]:
    """The premium due under a version: one row for each policy with the fields of its risk, one for what has none.

    `premium.<party>` is what a party of the programme pays of it.
    """
    x = t.transfer.c
    own = ~x.label.endswith(f"/{ADVANCED}")
    due = booked(connection, x.version_id == version.id, x.flow == "premium", x.stage == "due", own)
    sums: dict[int | None, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for money in netted(replace(one, label="") for one in due):
        sums[money.policy_id][money.payer_id] += money.amount
    names = {party: name for name, party in version.roles.items()}
    risks = _risks(connection, version)
    rows: list[Row] = []
    for policy, payers in sorted(sums.items(), key=lambda one: one[0] or 0):
        parts = {f"premium.{names[payer]}": yuan(amount) for payer, amount in payers.items() if payer in names}
        rows.append(spelled({**risks.get(policy, {}), **parts, "amount": yuan(sum(payers.values()))}))
    return rows


def _risks(connection: Connection, version: Version) -> Mapping[int | None, Row]:
    """The fields that stand at the end of every policy, with its keys: its period is that of its first day."""
    p, s = t.policy.c, t.segment.c
    query = (
        select(p.id, p.number, func.min(s.valid_from).over(partition_by=p.id), s.fields)
        .join(t.segment, s.policy_id == p.id)
        .where(p.version_id == version.id)
        .ext(distinct_on(p.id))
        .order_by(p.id, s.valid_to.desc(), s.seq.desc())
    )
    found: dict[int | None, Row] = {}
    for number, name, since, fields in connection.execute(query):
        keys = {"policy": name, "insured": name, "period": str(since.year)}
        found[number] = {**keys, **fields}
    return found


def deposit_rows(connection: Connection, version: Version) -> list[Row]:
    """Money into the accounts of a version and out of them, by day.

    Not what settlement knows itself: openings, losses and recoveries.
    """
    accounts = {version.roles[name]: name for name in version.programme.accounts if name in version.roles}
    if not accounts:
        return []
    x = t.transfer.c
    rows: list[Row] = []
    for side, sign in ((x.receiver_id, 1), (x.payer_id, -1)):
        own = (side.in_(list(accounts)), x.version_id == version.id, x.stage == "due")
        query = select(side, x.booked_on, func.sum(x.amount)).where(*own, x.flow.in_(_FLOWS), x.label != "opening")
        for party, day, fen in connection.execute(query.group_by(side, x.booked_on).order_by(x.booked_on, side)):
            values = {"account": accounts[party], "at": day.isoformat(), "amount": yuan(sign * int(fen))}
            rows.append(spelled(values))
    return rows
