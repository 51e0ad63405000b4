"""Tables of policies for tests: risks of the ten programmes, issued in columns and one by one, and taken back."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, select

from quanyu.book import Act, Journal, Library, publish, writing
from quanyu.book import tables as t
from quanyu.book.issuing import issue
from quanyu.book.mass.table import File, Issued, issue_table
from quanyu.book.parties import Person
from quanyu.book.quotes import Ask, quote
from quanyu.book.records import record_of
from quanyu.book.underwriting import underwrite
from quanyu.desk.open import Opened, open_programme
from quanyu.language.programme import Programme
from quanyu.store import Store
from quanyu.store.evidence.log import header, open_log
from quanyu.store.evidence.rule import Rule
from quanyu.tables import Rows

ROOT = Path(__file__).resolve().parents[2]
NOON = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
CODES = (
    "national/first-set",
    "shanghai/clinical-trial",
    "shanghai/ic-pool",
    "ningbo/cixi-export-credit",
    "ningbo/hospital-bill",
    "ningbo/fulong-rural-mutual",
    "ningbo/yinzhou-shrimp",
    "nanning/liangqing-hog-futures",
    "ningbo/small-loan-guarantee",
)


@dataclass(frozen=True)
class Risk:
    """One policy to be issued. fields: as written. issued: None is today."""

    programme: str
    number: str
    holder: str
    start: dt.date
    end: dt.date
    fields: Mapping[str, str]
    holder_id: str | None = None

    @property
    def row(self) -> dict[str, str | None]:
        own = {"programme": self.programme, "policy": self.number, "holder": self.holder, "holder_id": self.holder_id}
        return {**own, "start": self.start.isoformat(), "end": self.end.isoformat(), **self.fields}


@dataclass(frozen=True)
class Snapshot:
    """What the book holds of policies, in words that no id is in."""

    policies: Counter[tuple[Any, ...]]
    segments: Counter[tuple[Any, ...]]
    transfers: Counter[tuple[Any, ...]]
    parties: Counter[tuple[Any, ...]]
    leaves: int


class _Back(Exception):  # noqa: N818 - takes a transaction back
    def __init__(self, found: Snapshot) -> None:
        self.found = found


@dataclass(repr=False)
class MassBook:
    """A book with published programmes; what is issued in it is looked at and taken back."""

    store: Store
    library: Library = field(default_factory=Library)

    def publish(self, *programmes: Programme) -> "MassBook":
        with self.store.begin() as connection:
            open_log(connection, "test.local/mass")
        for one in programmes:
            with self.store.begin() as connection, writing(connection, Act("publish", "clerk", NOON)) as journal:
                publish(journal, one)
        return self

    def looked_at(self, work: Callable[[Connection], None]) -> Snapshot:
        """The book after `work`, which is taken back."""

        def whole(connection: Connection) -> None:
            work(connection)
            raise _Back(snapshot(connection))

        try:
            self.store.transact(whole, isolation="READ COMMITTED")
        except _Back as back:
            return back.found
        raise AssertionError

    def in_columns(self, frame: pl.DataFrame, *, block: int = 1000) -> Snapshot:
        """The book after a table was issued in one act."""

        def work(connection: Connection) -> None:
            with writing(connection, Act("issue", "clerk", NOON)) as journal:
                issue_frame(journal, self.library, frame, block=block)

        return self.looked_at(work)

    def one_by_one(self, risks: Sequence[Risk]) -> Snapshot:
        """The book after each of them was quoted, underwritten and issued."""

        def act(connection: Connection, work: Callable[[Journal], Any]) -> Any:
            with writing(connection, Act("issue", "clerk", NOON)) as journal:
                return work(journal)

        def work(connection: Connection) -> None:
            for risk in risks:
                holder = Person(risk.holder_id or risk.holder, risk.holder)
                ask = Ask(risk.programme, risk.start, risk.end, risk.fields, holder)
                number = act(connection, partial(quote, library=self.library, ask=ask)).number
                decision = act(connection, partial(underwrite, library=self.library, number=number))
                assert decision.kind == "accepted", decision
                act(connection, partial(issue, library=self.library, number=number, policy=risk.number))

        return self.looked_at(work)


def issue_frame(journal: Journal, library: Library, frame: pl.DataFrame, *, block: int = 1000) -> Issued:
    codes = frame["programme"].cast(pl.String).str.strip_chars().drop_nulls().unique().sort().to_list()
    rows = (Rows(frame.slice(low, block), "t.csv", first=2 + low) for low in range(0, frame.height, block))
    return issue_table(journal, library, rows, file=File("t.csv", b"1" * 32, frame.height, tuple(codes)))


def table_of(risks: Sequence[Risk]) -> pl.DataFrame:
    """The risks as a table of texts, every programme's fields beside the others'."""
    names = list(dict.fromkeys(name for risk in risks for name in risk.row))
    return pl.DataFrame({n: [r.row.get(n) for r in risks] for n in names}, schema=dict.fromkeys(names, pl.String))


def opened(path: str) -> list[Opened]:
    """Every version of a programme of the repository."""
    found = [open_programme(file) for file in sorted((ROOT / "programmes" / path).glob("*.yaml"))]
    return [one for one in found if not isinstance(one, list)]


def snapshot(connection: Connection) -> Snapshot:
    """The policies of the book. Every leaf of the log is held against the record that is read back."""
    people = {row.id: row.code for row in connection.execute(select(t.party.c.id, t.party.c.code))}
    numbers = {row.id: row.number for row in connection.execute(select(t.policy.c.id, t.policy.c.number))}

    def policy(row: Any) -> tuple[Any, ...]:
        leader = None if row.leader_id is None else people[row.leader_id]
        parties = tuple(sorted(people[one] for one in row.parties))
        assert list(row.parties) == sorted(set(row.parties))
        return (row.number, row.version_id, row.kind, people[row.holder_id], leader, parties, row.issued_on)

    def segment(row: Any) -> tuple[Any, ...]:
        fields = tuple(sorted(row.fields.items()))
        days = (row.valid_from, row.valid_to)
        return (numbers[row.policy_id], row.seq, row.kind, row.state, *days, fields, row.premium)

    def transfer(row: Any) -> tuple[Any, ...]:
        sides = (people[row.payer_id], people[row.receiver_id])
        own = (row.stage, row.flow, row.label, *sides, row.amount, row.currency, row.booked_on)
        return (numbers[row.policy_id], *own, row.version_id, row.claim_id)

    def rows(table: Any, work: Callable[[Any], tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
        return Counter(work(row) for row in connection.execute(select(table)))

    parties = rows(t.party, lambda row: (row.code, row.name_zh, row.name_en, row.kind))
    found = (rows(t.policy, policy), rows(t.segment, segment), rows(t.transfer, transfer), parties)
    return Snapshot(*found, check_leaves(connection))


def check_leaves(connection: Connection) -> int:
    """Every leaf is the hash of the record of its subject, read back from the tables; every policy has one."""
    rule = Rule(header(connection).algorithm)
    leaves = list(connection.exec_driver_sql("select kind, subject, txn_id, hash from leaf"))
    for kind, subject, txn, digest in leaves:
        assert bytes(digest) == rule.leaf(record_of(connection, txn, kind, subject)), (kind, subject)
    held = {(kind, subject) for kind, subject, _, _ in leaves}
    written = [("policy", one) for one in connection.execute(select(t.policy.c.id)).scalars()]
    written += [("party", one) for one in connection.execute(select(t.party.c.id)).scalars()]
    assert held.issuperset(written)
    return len(leaves)
