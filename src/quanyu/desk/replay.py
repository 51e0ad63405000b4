"""A case put through the book: its premium booked, its claims noticed, stated, decided and paid, each act once only."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from quanyu.book import Journal, Repeated, Version
from quanyu.book import tables as t
from quanyu.book.claims import Notice, notify
from quanyu.book.deciding import Decision, decide_together
from quanyu.book.facts import Statement, state_facts
from quanyu.book.issuing import Issue, write_policy
from quanyu.book.parties import Person, ensure_parties
from quanyu.book.paying import Payment, pay
from quanyu.book.versions import versions_of
from quanyu.desk.booking import Book
from quanyu.desk.open import OpenedCase
from quanyu.engine.rows import read_value
from quanyu.language.scalars import FieldType
from quanyu.terms import Finding

__all__ = ["Replayed", "replay_case"]

Given = TypeVar("Given")
Row = Mapping[str, Any]
_KEYS = ("event", "insured", "policy", "period")
_NUMBER = FieldType("number")


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of a case: its claims, what was decided and what was paid for them, in fen."""

    programme: str
    claims: int
    decided: int
    paid: int


def replay_case(book: Book, opened: OpenedCase) -> Replayed | list[Finding]:
    """Puts a case of losses through the book under the version that the case names. What was done before stays.

    A claim is numbered `<programme>/<case>/<claim>`; a policy that the case names has the premium it states.
    """
    versions = [one.programme for one in opened.versions] or [opened.under.programme]
    code, last = versions[-1].programme, versions[-1].version

    def held(journal: Journal) -> Version:
        ids = versions_of(journal.connection, code)
        found = {(v := book.library.version(journal.connection, one)).version: v for one in ids}
        return found[last]

    name = f"{code}/{opened.path.stem}"
    case = _Case(name, opened, None if opened.versions else last)
    for part, work in (("premium", case.premium), ("claims", case.decided), ("payments", case.paid)):
        done = _once(book, f"replay/{name}/{part}", case.day, _bound(work, held, book))
        if isinstance(done, list):
            return done
    decided, paid = book.read(lambda connection: _sums(connection, name))
    return Replayed(code, len(case.claims), decided, paid)


def _bound(work: Callable[..., None], held: Callable[[Journal], Version], book: Book) -> Callable[[Journal], None]:
    return lambda journal: work(journal, held(journal), book)


def _once(book: Book, reference: str, day: dt.date, work: Callable[[Journal], None]) -> list[Finding] | None:
    try:
        return book.act("replay", work, reason=reference, booked=day, reference=reference)
    except Repeated:
        return None


@dataclass(frozen=True)
class _Case:
    name: str
    opened: OpenedCase
    version: dt.date | None

    @property
    def claims(self) -> Mapping[str, list[Row]]:
        """The rows of every claim."""
        found: dict[str, list[Row]] = defaultdict(list)
        for number, written in enumerate(self.opened.case.rows):
            row = {k: _plain(v) for k, v in {**self.opened.case.defaults, **written}.items()}
            found[str(row.pop("claim", f"c{number}"))].append(row)
        return found

    @property
    def day(self) -> dt.date:
        """The day on which all of the case is decided."""
        rows = [row for claim in self.claims.values() for row in claim]
        return max(dt.date.fromisoformat(str(row.get("determined") or _at(row))) for row in rows)

    def premium(self, journal: Journal, version: Version, book: Book) -> None:
        """Policies that the case names, each with the premium that it states."""
        del book
        for row in self.opened.case.premium:
            fields = {k: str(v) for k, v in row.items() if k not in ("amount", "insured", "policy", "period")}
            holder = _person(self.name, str(row.get("insured", "holder")))
            since = dt.date(int(str(row.get("period", version.valid_from.year))), 1, 1)
            premium = int(read_value(row["amount"], "amount", _NUMBER) * 100)
            number = f"{self.name}/{row.get('policy', row.get('insured', 'policy'))}"
            ids = ensure_parties(journal, [holder])
            until = since.replace(year=since.year + 1)
            write_policy(journal, Issue(version, ids[holder.code], since, until, fields, premium, number=number))

    def decided(self, journal: Journal, version: Version, book: Book) -> None:
        """Notices, facts and one decision on all claims, so that they share what is short."""
        decisions: dict[str, Decision] = {}
        for claim, rows in self.claims.items():
            number = f"{self.name}/{claim}"
            notify(journal, book.library, self._notice(version, number, rows[0]))
            amounts: dict[str, str] = {}
            for place, row in enumerate(rows):
                line = f"{row['cover']} {place}" if len(rows) > 1 else str(row["cover"])
                told = {k: v for k, v in row.items() if k not in (*_KEYS, "occurred", "reported", "at", "amount")}
                stated = {**told, "determined": row.get("determined", _at(row))}
                known = dt.date.fromisoformat(str(stated["determined"]))
                state_facts(journal, book.library, number, Statement(stated, "case", known, line))
                if "amount" in row:
                    amounts[line] = str(row["amount"])
            decisions[number] = Decision(amounts=amounts)
        decide_together(journal, book.library, decisions)

    def _notice(self, version: Version, number: str, row: Row) -> Notice:
        occurred = dt.date.fromisoformat(_at(row))
        keys = {k: row[k] for k in _KEYS if k in row}
        keys.setdefault("event", "e1")
        keys.setdefault("insured", "i1")
        reported = dt.date.fromisoformat(str(row.get("reported", occurred)))
        claimant = _person(self.name, str(keys["insured"]))
        return Notice(version.code, occurred, reported, claimant, keys=keys, version=self.version, number=number)

    def paid(self, journal: Journal, version: Version, book: Book) -> None:
        """Everything that is due of the claims."""
        del version, book
        for claim in self.claims:
            number = f"{self.name}/{claim}"
            pay(journal, number, Payment())


def _sums(connection: Any, name: str) -> tuple[int, int]:
    """What is due and what is paid of the claims of a case, in fen."""
    x, c = t.transfer.c, t.claim.c
    query = select(x.stage, x.amount).join(t.claim, c.id == x.claim_id).where(c.number.startswith(f"{name}/"))
    sums = {"due": 0, "paid": 0, "reserved": 0}
    for stage, amount in connection.execute(query.where(x.flow == "losses")):
        sums[stage] += int(amount)
    return sums["due"], sums["paid"]


def _at(row: Row) -> str:
    return str(row.get("at") or row.get("occurred"))


def _person(case: str, name: str) -> Person:
    return Person(f"{case}/{name}", name)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return {k: _plain(v) for k, v in value.items()} if isinstance(value, dict) else str(value)
