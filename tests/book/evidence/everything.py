"""A book in which every table has rows, with texts and numbers that are easily written in two ways."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Connection

from book.worlds import PROGRAMME, at
from quanyu.book import Act, Journal, Money, publish, writing
from quanyu.book import tables as t
from quanyu.book.journal import reserve
from quanyu.book.parties import Person, ensure_parties
from quanyu.language.load import read_programme
from quanyu.store import Store
from quanyu.store.evidence.log import open_log

__all__ = ["ODD", "POLICIES", "acted", "everything"]

ODD = 'é e\u0301 "q" \\ / \t\n\x01\x1f\x7f 😀 \u2028 全域'
POLICIES = 300
DAY = dt.date(2026, 3, 1)


def acted(store: Store, work: Callable[[Journal], object], *, actor: str = "ada") -> None:
    """One act."""
    head = Act("test", actor, at(DAY), ODD, None, None)
    with store.begin() as connection, writing(connection, head) as journal:
        work(journal)


def everything(store: Store) -> None:
    """Writes it: a programme with policies, one of them changed, a claim, money of every kind, a closed month."""
    with store.begin() as connection:
        open_log(connection, "test.book/1")
    acted(store, _published)
    acted(store, _issued)
    acted(store, _claimed, actor="bao")
    acted(store, _changed)
    acted(store, _closed)


def _published(journal: Journal) -> None:
    document, findings = read_programme(PROGRAMME, "test.yaml")
    assert document is not None, findings
    publish(journal, document.value, [{"path": ODD, "rank": 1, "deep": {"b": [1, None, True], "a": {}}}])


def _parties(connection: Connection) -> dict[str, int]:
    return {str(code): int(number) for code, number in connection.execute(t.party.select().with_only_columns(
        t.party.c.code, t.party.c.id))}  # fmt: skip


def _issued(journal: Journal) -> None:
    ensure_parties(journal, [Person(f"p{n}", f"{ODD}{n}") for n in range(POLICIES)])
    known = _parties(journal.connection)
    first = reserve(journal.connection, "policy_id", POLICIES)
    leader = known["甲保险"]
    for n in range(POLICIES):
        policy, holder = first + n, known[f"p{n}"]
        row = {"id": policy, "number": f"P-{n}", "version_id": 1, "kind": "policy", "holder_id": holder,
               "leader_id": leader if n % 2 else None, "parties": [holder, leader] if n % 3 else [],
               "issued_on": DAY}  # fmt: skip
        journal.write(t.policy, [row])
        journal.write(t.segment, [_segment(policy, 1, {ODD: ODD, "b": "1.50", "B": "", "a": "全"})])
        journal.move(
            *(Money("due", "premium", "own", holder, leader, k, version_id=1, policy_id=policy) for k in (5, 7))
        )
    quote = {"id": reserve(journal.connection, "quote_id"), "number": "Q-1", "version_id": 1, "holder_id": None,
             "valid_from": DAY, "valid_to": dt.date(2027, 1, 1), "fields": {}, "premium": 10**15, "currency": "CNY",
             "sheet": [{"name": ODD, "held": "1/3"}, []], "expires_on": DAY}  # fmt: skip
    journal.write(t.quote, [quote])
    journal.write(t.quote_event, [{"quote_id": quote["id"], "seq": 1, "kind": "accepted", "body": {"n": 2**60}}])
    journal.touch("quote", int(str(quote["id"])))


def _segment(policy: int, seq: int, fields: dict[str, str]) -> dict[str, object]:
    return {"policy_id": policy, "seq": seq, "kind": "issue", "state": "in force", "valid_from": DAY,
            "valid_to": dt.date(2027, 1, 1), "fields": fields, "premium": -5}  # fmt: skip


def _claimed(journal: Journal) -> None:
    known = _parties(journal.connection)
    claim, happened = reserve(journal.connection, "claim_id"), reserve(journal.connection, "occurrence_id")
    journal.write(t.occurrence, [{"id": happened, "code": "o", "name_zh": ODD, "name_en": "", "began": DAY,
                                  "ended": DAY, "place": "", "body": {"wind": "40"}}])  # fmt: skip
    journal.touch("occurrence", happened)
    reading = reserve(journal.connection, "determination_id")
    journal.write(t.determination, [{"id": reading, "version_id": 1, "occurrence_id": happened, "code": "rain",
                                     "revision": 1, "known_on": DAY, "source": ODD, "readings": [1, "2"]}])  # fmt: skip
    journal.touch("determination", reading)
    journal.write(t.claim, [{"id": claim, "number": "C-1", "version_id": 1, "claimant_id": known["p1"],
                             "occurred": DAY, "reported": DAY, "keys": {}}])  # fmt: skip
    files = [bytes(range(32)), b"\xff" * 32]
    for place, file in enumerate(files):
        row = {"hash": file, "name": ODD, "media_type": "image/jpeg", "size": place}
        journal.write(t.evidence_file, [row])
    journal.touch("txn", journal.txn)
    for seq, evidence in ((1, files[::-1]), (2, [])):
        journal.write(t.fact, [{"claim_id": claim, "seq": seq, "body": {"assessed": "1"}, "reported_by": "ada",
                                "known_on": DAY, "evidence": evidence}])  # fmt: skip
    journal.write(t.claim_event, [{"claim_id": claim, "seq": 1, "kind": "notified", "body": {}}])
    journal.move(Money("paid", "losses", ODD, known["甲保险"], known["p1"], 1, claim_id=claim, policy_id=1))


def _changed(journal: Journal) -> None:
    journal.write(t.segment, [_segment(1, 2, {})])
    journal.touch("policy", 1)


def _closed(journal: Journal) -> None:
    known = _parties(journal.connection)
    journal.write(t.batch, [{"purpose": "import", "digest": b"\0\x01", "file": ODD, "row_count": 3}])
    journal.write(t.closing, [{"through": dt.date(2025, 12, 31)}])
    journal.touch("txn", journal.txn)
    journal.move(Money("paid", "fund", "opening", known["甲保险"], known["乙保险"], 9))
