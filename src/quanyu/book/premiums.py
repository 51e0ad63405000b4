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

__all__ = ["deposit_rows", "opening_gaps", "premium_rows", "yuan"]

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
    """Money into the accounts of a version and out of them, by day; the accounts are those of all versions.

    Not what settlement knows itself: openings, losses and recoveries under the version.
    """
    accounts = {version.roles[name]: name for name in version.programme.accounts if name in version.roles}
    if not accounts:
        return []
    x = t.transfer.c
    first = version.valid_from.isoformat()
    rows = [
        spelled({"account": name, "at": first, "amount": yuan(fen)})
        for name, fen in opening_gaps(connection, version).items()
    ]
    for side, sign in ((x.receiver_id, 1), (x.payer_id, -1)):
        told = x.flow.in_(_FLOWS) | x.version_id.is_distinct_from(version.id)
        own = (side.in_(list(accounts)), x.stage == "due", x.label != "opening", told)
        query = select(side, x.booked_on, func.sum(x.amount)).where(*own)
        for party, day, fen in connection.execute(query.group_by(side, x.booked_on).order_by(x.booked_on, side)):
            values = {"account": accounts[party], "at": day.isoformat(), "amount": yuan(sign * int(fen))}
            rows.append(spelled(values))
    return rows


def opening_gaps(connection: Connection, version: Version) -> dict[str, int]:
    """What accounts began with in the book beyond what the version says, in fen: a later version opens none anew."""
    x = t.transfer.c
    found: dict[str, int] = {}
    for name, account in next(iter(version.compiled.plans.values())).accounts.items():
        opened = (x.receiver_id == version.roles[name], x.stage == "due", x.flow == "fund", x.label == "opening")
        fen = connection.execute(select(func.sum(x.amount)).where(*opened)).scalar()
        if fen is not None and int(fen) != int(account.opening * 100):
            found[name] = int(fen) - int(account.opening * 100)
    return found
