"""What a person calls a record that does not agree: its number, and who wrote it when."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quanyu.store.evidence.discrepancy import Discrepancy
from quanyu.store.evidence.sql import Connection, fetch
from quanyu.terms import Text

__all__ = ["KIND_WORDS", "Named", "named", "numbers_of"]

KIND_WORDS: Mapping[str, Text] = {
    "programme": Text("方案", "programme"),
    "version": Text("方案版本", "version"),
    "party": Text("当事方", "party"),
    "quote": Text("报价", "quote"),
    "policy": Text("保单", "policy"),
    "occurrence": Text("事故", "occurrence"),
    "determination": Text("读数", "determination"),
    "claim": Text("赔案", "claim"),
    "txn": Text("交易", "transaction"),
}
"""What each kind of record is called."""

_NUMBERS: Mapping[str, str] = {
    "programme": "select id, code from programme",
    "version": "select v.id, p.code || ' ' || v.version from programme_version v left join programme p"
    " on p.id = v.programme_id",
    "party": "select id, name_zh from party",
    "quote": "select id, number from quote",
    "policy": "select id, number from policy",
    "occurrence": "select id, code from occurrence",
    "determination": "select id, code || ' #' || revision from determination",
    "claim": "select id, number from claim",
    "txn": "select id, id::text from txn",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A discrepancy with the number of its record, the act of its transaction, its actor and its day of the books.

    What the rows no longer say is empty, or None.
    """

    found: Discrepancy
    number: str = ""
    act: str = ""
    actor: str = ""
    booked_on: dt.date | None = None


def named(connection: Connection, found: Sequence[Discrepancy]) -> list[Named]:
    """The same discrepancies in the same order, each with its names, in a query a kind."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in found:
        if one.subject is not None:
            wanted[one.kind].add(one.subject)
    numbers = {kind: numbers_of(connection, kind, sorted(ids)) for kind, ids in wanted.items()}
    acts = _acts(connection, {one.txn for one in found if one.txn})
    return [
        Named(one, numbers.get(one.kind, {}).get(one.subject or 0, ""), *acts.get(one.txn, ("", "", None)))
        for one in found
    ]


def numbers_of(connection: Connection, kind: str, ids: Sequence[int]) -> dict[int, str]:
    """What people call the subjects of a kind: number, code or name. Those without rows are left out."""
    if kind not in _NUMBERS or not ids:
        return {}
    query = f"select id, called from ({_NUMBERS[kind]}) r(id, called) where id = any(%s::bigint[])"
    return {number: called or "" for number, called in fetch(connection, query, (list(ids),))}


def _acts(connection: Connection, txns: set[int]) -> dict[int, tuple[str, str, dt.date | None]]:
    query = "select id, kind, actor, booked_on from txn where id = any(%s::bigint[])"
    return {number: (kind, actor, day) for number, kind, actor, day in fetch(connection, query, (sorted(txns),))}
