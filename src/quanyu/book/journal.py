"""An act while it is written: its transaction, its transfers, and the evidence of what it touched."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Table, func, insert, select

from quanyu.book import tables as t
from quanyu.book.act import Act, Repeated
from quanyu.book.amounts import must_be_bookable
from quanyu.book.records import append_leaves, leaves_of
from quanyu.store.evidence.log import append

__all__ = ["Journal", "Money", "reserve", "writing"]


@dataclass(frozen=True, slots=True)
class Money:
    """A transfer to be written: whole fen from one party of the book to another.

    stage: reserved (an estimate), due (owed), paid (settled). flow: premium, losses, recoveries, services, surplus,
    calls, reinstatement, fund. label: the step that says so.
    """

    stage: str
    flow: str
    label: str
    payer_id: int
    receiver_id: int
    amount: int
    currency: str = "CNY"
    version_id: int | None = None
    policy_id: int | None = None
    claim_id: int | None = None

    def turned(self) -> "Money":
        """The same money back."""
        values = asdict(self) | {"payer_id": self.receiver_id, "receiver_id": self.payer_id}
        return Money(**values)


@dataclass
class Journal:
    """What one act writes within one database transaction. parties: ids of parties by code, as it has met them."""

    connection: Connection
    act: Act
    parties: dict[str, int] = field(default_factory=dict)
    _money: list[Money] = field(default_factory=list)
    _touched: dict[tuple[str, int], bytes | None] = field(default_factory=dict)
    _txn: int | None = None
    _begun: bool = False

    @property
    def txn(self) -> int:
        """The id of the act, taken when it is first asked for.

        Acts that wait for each other ask after they have waited, so their ids are in the order in which they commit.
        """
        if self._txn is None:
            self._txn = reserve(self.connection, "txn_id")
        return self._txn

    @property
    def booked_on(self) -> dt.date:
        """The day of the books."""
        return self.act.booked_on

    @property
    def head(self) -> dict[str, Any]:
        """The row of the act in the table `txn`."""
        return {"id": self.txn, **_head(self.act)}

    def begin(self) -> None:
        """Writes the head of the act, once; `write` does it before the first row."""
        if not self._begun:
            self.connection.execute(insert(t.txn).values(**self.head))
            self._begun = True

    def write(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Rows of this transaction into a table."""
        written = [{**row, "txn_id": self.txn} for row in rows]
        if written:
            self.begin()
            self.connection.execute(insert(table), written)

    def move(self, *money: Money) -> None:
        """Transfers, written when the act closes. Raises Refused (`amount-too-large`)."""
        for one in money:
            must_be_bookable(one.amount)
        self._money += money

    def touch(self, kind: str, subject: int) -> None:
        """Says that this act wrote rows of a subject: a record of them goes into the evidence log."""
        self._touched[kind, subject] = None

    def record(self, kind: str, subjects: NDArray[np.int64], hashes: bytes) -> None:
        """Appends the hashes of records that were made from columns. The log is locked until the act ends.

        All that the act has to say is written by then, so that nothing is waited for and nothing read under that lock.
        """
        self._read_back()
        append(self.connection, kind, subjects.tolist(), hashes, at=self.act.at, txn=self.txn)

    def settle(self) -> None:
        """Writes the transfers so far, for what is read before the act closes."""
        if self._money:
            first = reserve(self.connection, "transfer_id", len(self._money))
            dated = {"booked_on": self.booked_on}
            self.write(t.transfer, ({"id": first + n, **asdict(m), **dated} for n, m in enumerate(self._money)))
            for m in self._money:
                self.touch(*_subject(m, self.txn))
            self._money.clear()

    def close(self) -> None:
        """Writes the transfers and the evidence."""
        self._read_back()
        leaves = [(*subject, leaf) for subject, leaf in self._touched.items() if leaf is not None]
        append_leaves(self.connection, self.txn, leaves, at=self.act.at)
        self._touched.clear()

    def _read_back(self) -> None:
        """Has the hash of every record of the act as it is now."""
        self.settle()
        fresh = [subject for subject, leaf in self._touched.items() if leaf is None]
        if fresh:
            self._touched |= zip(fresh, leaves_of(self.connection, self.txn, fresh), strict=True)


def _subject(money: Money, txn: int) -> tuple[str, int]:
    if money.claim_id is not None:
        return "claim", money.claim_id
    return ("policy", money.policy_id) if money.policy_id is not None else ("txn", txn)


@contextmanager
def writing(connection: Connection, act: Act) -> Iterator[Journal]:
    """A journal for one act; it is closed at the end. Raises Repeated where its reference is in the book already.

    An act that writes nothing leaves nothing. The caller commits: an exception takes everything back.
    """
    if act.reference is not None:
        done = connection.execute(select(t.txn.c.id).where(t.txn.c.reference == act.reference)).scalar()
        if done is not None:
            raise Repeated(done)
    journal = Journal(connection, act)
    yield journal
    journal.close()


def _head(act: Act) -> dict[str, Any]:
    return {
        "kind": act.kind,
        "actor": act.actor,
        "reason": act.reason,
        "booked_on": act.booked_on,
        "recorded_at": act.at,
        "reference": act.reference,
    }


def reserve(connection: Connection, sequence: str, n: int = 1) -> int:
    """The first of n ids of a sequence."""
    return int(connection.execute(select(func.reserve_ids(sequence, n))).scalar_one())
