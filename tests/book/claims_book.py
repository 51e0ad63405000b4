"""A book for tests of claims: a clock that stands, acts by name, cases replayed as claims."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select

from quanyu.book import Act, Journal, Library, Money, Refused, publish, writing
from quanyu.book import tables as t
from quanyu.book.claims import Notice, notify
from quanyu.book.deciding import Decision, decide_together
from quanyu.book.facts import Statement, state_facts
from quanyu.book.journal import reserve
from quanyu.book.ledger import booked
from quanyu.book.parties import Person, ensure_parties, outside
from quanyu.book.recovering import Return, recover
from quanyu.book.versions import Version
from quanyu.desk.open import OpenedCase, open_case
from quanyu.desk.settle import SettledCase, settle_case
from quanyu.engine.rows import read_value
from quanyu.language.scalars import FieldType
from quanyu.store import Store
from quanyu.store.evidence.log import open_log

Given = TypeVar("Given")
NOON = dt.datetime(2026, 6, 30, 4, tzinfo=dt.UTC)
_NUMBER = FieldType("number")


@dataclass
class ClaimsBook:
    """A book with its store; every act at noon of the last of June unless it is booked on another day."""

    store: Store
    library: Library = field(default_factory=Library)

    def act(
        self, work: Callable[..., Given], *given: Any, booked: dt.date | None = None, reason: str = "因故"
    ) -> Given:
        """One act, `work` being told the journal and what is given; a refusal is raised."""
        head = Act("test", "clerk", NOON, reason, booked)

        def whole(connection: Connection) -> Given:
            with writing(connection, head) as journal:
                return work(journal, *given)

        return self.store.transact(whole, isolation="READ COMMITTED")

    def refused(self, work: Callable[..., Any], *given: Any, reason: str = "因故") -> set[str]:
        """The codes for which an act is refused."""
        try:
            self.act(work, *given, reason=reason)
        except Refused as refused:
            return {finding.code for finding in refused.findings}
        return set()

    def money(self, stage: str, *flows: str) -> list[Money]:
        """What stands of a stage."""
        x = t.transfer.c
        with self.store.begin() as connection:
            return booked(connection, x.stage == stage, *([x.flow.in_(flows)] if flows else []))

    def count(self, table: Any) -> int:
        with self.store.begin() as connection:
            return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def opened_book(store: Store) -> ClaimsBook:
    """A new book with its log."""
    with store.begin() as connection:
        open_log(connection, "test.local/claims")
    return ClaimsBook(store)


def person(name: str) -> Person:
    return Person(f"person/{name}", name)


def insure(
    book: ClaimsBook, version: Version, number: str, *, holder: str, since: dt.date, fields: Mapping[str, str]
) -> None:
    """A policy of a year with its fields, in one segment."""

    def work(journal: Journal) -> None:
        holder_id = ensure_parties(journal, [person(holder)])[f"person/{holder}"]
        policy = reserve(journal.connection, "policy_id")
        row = {"id": policy, "number": number, "version_id": version.id, "kind": "policy", "holder_id": holder_id}
        journal.write(t.policy, [{**row, "parties": [holder_id], "issued_on": since}])
        until = since.replace(year=since.year + 1)
        segment = {"policy_id": policy, "seq": 1, "kind": "issued", "state": "in force", "premium": 0}
        journal.write(t.segment, [{**segment, "valid_from": since, "valid_to": until, "fields": dict(fields)}])
        journal.touch("policy", policy)

    book.act(work)


# ------------------------------------------------------------------ cases as claims


def published(book: ClaimsBook, opened: OpenedCase) -> list[int]:
    """The programme of a case in the book, in all its versions."""
    versions = opened.versions or (opened.under,)
    return [book.act(publish, one.programme) for one in versions]


def replay_case(book: ClaimsBook, path: Path) -> tuple[SettledCase, list[int]]:
    """A case of losses through the book: premium and deposits booked, claims noticed, stated, decided, recovered."""
    opened = open_case(path)
    assert isinstance(opened, OpenedCase)
    done = settle_case(opened)
    assert isinstance(done, SettledCase)
    ids = published(book, opened)
    with book.store.begin() as connection:
        version = book.library.version(connection, ids[-1])
    book.act(_premium_in, version, opened)
    for row in opened.case.deposits:
        day = dt.date.fromisoformat(str(row["at"]))
        book.act(_deposit_in, version, row, booked=day)
    moments: dict[dt.date, dict[str, Decision]] = defaultdict(dict)
    for claim, rows in _claims(opened).items():
        known = dt.date.fromisoformat(rows[0].get("known", "2026-06-30"))
        moments[known][claim] = _claim(book, opened, version, claim, rows)
    for moment, decisions in sorted(moments.items()):
        book.act(decide_together, book.library, decisions, booked=moment)
    for number, row in enumerate(opened.case.recovered):
        values = {k: _plain(v) for k, v in row.items() if k not in ("claim", "amount", "at")}
        back = Return(str(row["amount"]), dt.date.fromisoformat(str(row["at"])), person(f"debtor {number}"), values)
        book.act(recover, book.library, str(row["claim"]), back)
    return done, ids


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return {k: _plain(v) for k, v in value.items()} if isinstance(value, dict) else str(value)


def _premium_in(journal: Journal, version: Version, opened: OpenedCase) -> None:
    payer = ensure_parties(journal, [person("payer"), person("receiver")])
    for row in opened.case.premium:
        keys = {k: _plain(v) for k, v in row.items() if k != "amount" and not k.startswith("premium.")}
        amount = read_value(row["amount"], "amount", _NUMBER)
        policy = reserve(journal.connection, "policy_id")
        holder = payer["person/payer"]
        named = {"number": str(row.get("policy", f"p{policy}")), "version_id": version.id, "holder_id": holder}
        since = dt.date(int(str(row.get("period", 2010))), 1, 1)
        fixed = {"id": policy, "kind": "policy", "parties": [holder], "issued_on": since}
        journal.write(t.policy, [{**fixed, **named}])
        segment = {"policy_id": policy, "seq": 1, "kind": "issued", "state": "in force", "premium": int(amount * 100)}
        until = since.replace(year=since.year + 1)
        journal.write(t.segment, [{**segment, "valid_from": since, "valid_to": until, "fields": keys}])
        kind = ("due", "premium", "premium", payer["person/payer"], payer["person/receiver"])
        journal.move(Money(*kind, int(amount * 100), version_id=version.id, policy_id=policy))


def _deposit_in(journal: Journal, version: Version, row: Mapping[str, Any]) -> None:
    amount = read_value(row["amount"], "amount", _NUMBER)
    account = version.roles[str(row["account"])]
    kind = ("due", "fund", "deposit", outside(journal), account)
    journal.move(Money(*kind, int(amount * 100), version_id=version.id))


def _claims(opened: OpenedCase) -> Mapping[str, list[dict[str, Any]]]:
    """The rows of a case by claim; a row for many alike as so many claims."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for number, written in enumerate(opened.case.rows):
        row = {k: _plain(v) for k, v in {**opened.case.defaults, **written}.items()}
        claim = row.pop("claim", f"c{number}")
        found[claim].append(row)
    return found


def _claim(book: ClaimsBook, opened: OpenedCase, version: Version, claim: str, rows: list[dict[str, Any]]) -> Decision:
    at = str(rows[0].get("at") or rows[0].get("occurred"))
    day = dt.date.fromisoformat(at)
    keys: dict[str, Any] = {k: rows[0][k] for k in ("event", "insured", "policy", "period") if k in rows[0]}
    keys.setdefault("event", "e1")
    keys.setdefault("insured", "i1")
    reported = dt.date.fromisoformat(str(rows[0].get("reported", at)))
    notice = Notice(
        version.code, day, reported, person(keys["insured"]), keys=keys,
        version=None if opened.versions else version.version, number=claim,
    )  # fmt: skip
    book.act(notify, book.library, notice)
    amounts: dict[str, str] = {}
    for number, row in enumerate(rows):
        line = f"{row['cover']} {number}" if len(rows) > 1 else row["cover"]
        own = {k: v for k, v in row.items() if k not in (*keys, "occurred", "reported", "at", "amount")}
        stated = Statement({**own, "determined": row.get("determined", at)}, "survey", day, line)
        book.act(state_facts, book.library, claim, stated)
        if "amount" in row:
            amounts[line] = str(row["amount"])
    return Decision(amounts=amounts)


def by_names(book: ClaimsBook, version: Version, stage: str = "due") -> dict[tuple[str, str], int]:
    """What each party of the programme (or a claim's insured) gives of each claim, as a case says it."""
    names = {party: name for name, party in version.roles.items()}
    x = t.transfer.c
    with book.store.begin() as connection:
        numbers = {row.id: row.number for row in connection.execute(select(t.claim.c.id, t.claim.c.number))}
        codes = {row.id: row.code for row in connection.execute(select(t.party.c.id, t.party.c.code))}
        found: dict[tuple[str, str], int] = defaultdict(int)
        for money in booked(connection, x.stage == stage, x.flow == "losses", x.claim_id.is_not(None)):
            payer = names.get(money.payer_id, codes[money.payer_id].replace("person/", "insured:"))
            found[numbers[money.claim_id or 0], payer] += money.amount
    return dict(found)
