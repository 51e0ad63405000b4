"""The life of a claim: every state, every refusal, and money that is only ever the difference to what stands."""

import datetime as dt
import hashlib
import threading
from collections import defaultdict
from dataclasses import replace

import pytest
from sqlalchemy import select

from book.claims_book import ClaimsBook, insure, opened_book, person
from quanyu.book import Refused, publish
from quanyu.book import tables as t
from quanyu.book.claims import Claim, Notice, locked, notify, standing_of
from quanyu.book.deciding import Decision, decide, decide_together, open_period
from quanyu.book.facts import Paper, Statement, state_facts
from quanyu.book.occurrences import Happened, ensure_occurrence, occurrence_id
from quanyu.book.paying import Payment, advance, outstanding, pay
from quanyu.book.records import record_of
from quanyu.book.recovering import Return, close, recover, reopen
from quanyu.book.reserving import reserve_claim
from quanyu.book.versions import Version
from quanyu.language.load import read_programme
from quanyu.store import Store

DAY = dt.date(2026, 3, 1)
PROGRAMME = """
programme: test.claims
version: 2026-01-01
name: {zh: 试验方案, en: Trial}
family: property
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
closes: {after: 3 months}
queue: {by: determined}
parties:
  first: {kind: insurer}
  second: {kind: insurer}
  city: {kind: government}
pools: {pool: {leader: first, shares: {first: 60%, second: 40%}}}
insured: {unit: house, enrolment: policies, fields: {sum_insured: money}}
facts: {depth: {unit: cm}, assessed: {type: money}}
covers:
  flood: {pays: {by: depth, table: {"(20, 50]": 500, "(50, 100]": 1000, "(100, inf)": 2000}, else: 0}}
  home: {pays: "min(assessed, sum_insured)"}
losses:
  from: [{as: pool-bears, party: pool, cap: {period: 3000}}, {as: last, party: city}]
  to: [{as: house, party: insured}]
recoveries: {basis: borne, restores: false, above: insured, to: [{as: back, party: borne}]}
premium: {base: sum_insured * 1%, from: [{as: own, party: insured}], to: [{as: risk, party: pool}]}
examples: [{cover: flood, env: {depth: 30}, expect: 500}]
"""


def founded(store: Store, text: str = PROGRAMME) -> tuple[ClaimsBook, Version]:
    """A book with the programme and one policy."""
    book = opened_book(store)
    document, findings = read_programme(text, "test.yaml")
    assert document is not None, findings
    number = book.act(publish, document.value)
    with store.begin() as connection:
        version = book.library.version(connection, number)
    insure(book, version, "P1", holder="ada", since=dt.date(2026, 1, 1), fields={"sum_insured": "5000"})
    return book, version


def noticed(book: ClaimsBook, cover: str = "flood", **more: object) -> str:
    """A claim under the policy."""
    notice = Notice("test.claims", DAY, DAY + dt.timedelta(days=1), policy="P1", keys={"cover": cover})
    claim = book.act(notify, book.library, replace(notice, **more))  # type: ignore[arg-type]
    return str(claim.number)


def stated(book: ClaimsBook, number: str, **values: str) -> None:
    book.act(state_facts, book.library, number, Statement(values, "surveyor", DAY))


def due(book: ClaimsBook, version: Version, stage: str = "due") -> dict[str, int]:
    """What each party of the programme has to give in all, in yuan."""
    names = {party: name for name, party in version.roles.items()}
    found: dict[str, int] = defaultdict(int)
    for money in book.money(stage, "losses"):
        found[names.get(money.payer_id, "claimant")] += money.amount
    return {name: amount // 100 for name, amount in found.items()}


def test_a_claim_from_notice_to_its_closing(store: Store) -> None:
    book, version = founded(store)
    number = noticed(book)
    book.act(reserve_claim, book.library, number, "800")
    assert due(book, version, "reserved") == {"first": 480, "second": 320}
    book.act(reserve_claim, book.library, number, "600")
    assert due(book, version, "reserved") == {"first": 360, "second": 240}
    stated(book, number, depth="75")
    assert book.act(decide, book.library, number, Decision()) == 100_000
    assert due(book, version, "reserved") == {}
    assert due(book, version) == {"first": 600, "second": 400}
    assert book.refused(close, number) == {"claim-unpaid"}
    assert book.act(pay, number, Payment("250")) == 25_000
    assert book.act(pay, number, Payment()) == 75_000
    assert due(book, version, "paid") == {"first": 600, "second": 400}
    book.act(close, number)
    assert book.refused(decide, book.library, number, Decision()) == {"claim-closed"}
    book.act(reopen, number)
    stated(book, number, depth="120")
    book.act(decide, book.library, number, Decision())
    assert due(book, version) == {"first": 1200, "second": 800}
    with store.begin() as connection:
        claim = locked(connection, number)
        events = connection.execute(select(t.claim_event.c.kind).order_by(t.claim_event.c.seq)).scalars().all()
        left = outstanding(connection, claim)
    assert sum(money.amount for money in left) == 100_000
    assert events == [
        "notified", "reserved", "reserved", "accepted", "paid", "paid", "closed", "reopened", "accepted",
    ]  # fmt: skip


def test_a_reserve_taken_back_leaves_nothing(store: Store) -> None:
    book, _ = founded(store)
    number = noticed(book)
    book.act(reserve_claim, book.library, number, "800")
    book.act(reserve_claim, book.library, number, "0")
    assert book.money("reserved") == []
    book.act(reserve_claim, book.library, number, "123.45")
    assert book.act(decide, book.library, number, Decision(accepted=False)) == 0
    assert book.money("reserved") == []
    assert book.money("due") == []


def test_a_smaller_claim_leaves_more_of_the_limit_to_the_others(store: Store) -> None:
    book, version = founded(store)
    first, second = noticed(book), noticed(book)
    stated(book, first, depth="120")
    stated(book, second, depth="120")
    book.act(decide, book.library, first, Decision(determined=dt.date(2026, 4, 1)))
    book.act(decide, book.library, second, Decision(determined=dt.date(2026, 4, 2)))
    assert due(book, version) == {"first": 1800, "second": 1200, "city": 1000}
    book.act(pay, second, Payment())
    stated(book, first, depth="75")
    book.act(decide, book.library, first, Decision(determined=dt.date(2026, 4, 1)))
    assert due(book, version) == {"first": 1800, "second": 1200}
    with store.begin() as connection:
        events = connection.execute(
            select(t.claim_event.c.kind)
            .join(t.claim, t.claim.c.id == t.claim_event.c.claim_id)
            .where(t.claim.c.number == second)
            .order_by(t.claim_event.c.seq)
        ).scalars()
        assert list(events)[-1] == "settled"
        left = outstanding(connection, locked(connection, second))
    owed = {(money.payer_id, money.receiver_id): money.amount for money in left}
    claimant = next(money.receiver_id for money in left if money.payer_id == version.roles["first"])
    assert owed == {
        (version.roles["first"], claimant): 60_000,
        (version.roles["second"], claimant): 40_000,
        (claimant, version.roles["city"]): 100_000,
    }


def test_an_advance_is_offset_and_the_others_owe_it_to_who_advanced(store: Store) -> None:
    book, version = founded(store)
    number = noticed(book, "home")
    assert book.refused(advance, book.library, number, Payment("1")) == {"advance-beyond-reserve"}
    book.act(reserve_claim, book.library, number, "1000")
    assert book.act(advance, book.library, number, Payment("800")) == 80_000
    assert due(book, version, "paid") == {"first": 800}
    assert book.refused(pay, number, Payment("1")) == {"claim-undecided"}
    stated(book, number, assessed="1000")
    book.act(decide, book.library, number, Decision())
    book.act(pay, number, Payment())
    with store.begin() as connection:
        assert outstanding(connection, locked(connection, number)) == []
    borne: dict[int, int] = defaultdict(int)
    for money in book.money("paid", "losses"):
        borne[money.payer_id] += money.amount
        borne[money.receiver_id] -= money.amount
    assert borne[version.roles["first"]] == 60_000
    assert borne[version.roles["second"]] == 40_000
    assert sorted(borne.values()) == [-100_000, 40_000, 60_000]


def test_an_advance_above_the_decision_is_owed_back(store: Store) -> None:
    book, version = founded(store)
    number = noticed(book, "home")
    book.act(reserve_claim, book.library, number, "1000")
    book.act(advance, book.library, number, Payment("500"))
    book.act(decide, book.library, number, Decision(amounts={"home": "300"}))
    with store.begin() as connection:
        left = outstanding(connection, locked(connection, number))
    first, second = version.roles["first"], version.roles["second"]
    assert {(m.payer_id == second, m.receiver_id == first, m.amount) for m in left} == {
        (True, True, 12_000),
        (False, True, 20_000),
    }


def test_two_clerks_at_once_pay_once(store: Store) -> None:
    book, _ = founded(store)
    number = noticed(book)
    stated(book, number, depth="75")
    book.act(decide, book.library, number, Decision())
    together, refused = threading.Barrier(2), []

    def clerk() -> None:
        together.wait()
        try:
            book.act(pay, number, Payment("1000"))
        except Refused as refusal:
            refused.append(refusal.findings[0].code)

    clerks = [threading.Thread(target=clerk) for _ in range(2)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert refused == ["paid-beyond-due"]
    assert sum(money.amount for money in book.money("paid")) == 100_000


def test_what_comes_back_goes_to_those_who_bore(store: Store) -> None:
    book, version = founded(store)
    number = noticed(book)
    stated(book, number, depth="75")
    assert book.refused(recover, book.library, number, Return("100", DAY)) == {"claim-undecided"}
    book.act(decide, book.library, number, Decision())
    book.act(recover, book.library, number, Return("100", dt.date(2026, 7, 1), person("debtor")))
    book.act(recover, book.library, number, Return("50", dt.date(2026, 7, 2)))
    back = {money.receiver_id: money.amount for money in book.money("due", "recoveries")}
    sums: dict[int, int] = defaultdict(int)
    for money in book.money("due", "recoveries"):
        sums[money.receiver_id] += money.amount
    assert sums == {version.roles["first"]: 9000, version.roles["second"]: 6000}
    assert len(back) == 2


def test_evidence_is_kept_by_its_digest_once(store: Store) -> None:
    book, _ = founded(store)
    number = noticed(book)
    photo = Paper("photo.jpg", "image/jpeg", b"water")
    statement = Statement({"depth": "75"}, "surveyor", DAY, papers=(photo,))
    book.act(state_facts, book.library, number, statement)
    book.act(state_facts, book.library, number, replace(statement, values={"depth": "80"}))
    with store.begin() as connection:
        files = connection.execute(select(t.evidence_file.c.hash, t.evidence_file.c.size)).all()
        facts = connection.execute(select(t.fact.c.evidence, t.fact.c.body).order_by(t.fact.c.seq)).all()
        txn = connection.execute(select(t.evidence_file.c.txn_id)).scalar_one()
        assert photo.hash.hex() in record_of(connection, txn, "txn", txn).decode()
    assert [(bytes(one.hash), one.size) for one in files] == [(hashlib.sha256(b"water").digest(), 5)]
    assert [[bytes(h) for h in one.evidence] for one in facts] == [[photo.hash]] * 2
    assert facts[1].body == {"line": "flood", "values": {"depth": "80"}}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reported": DAY - dt.timedelta(days=1)}, "reported-before-occurred"),
        ({"policy": "none"}, "unknown-policy"),
        ({"programme": "another.programme"}, "unknown-policy"),
        ({"policy": None, "programme": "none"}, "unknown-programme"),
        ({"policy": None}, "claimant-missing"),
        ({"policy": None, "occurred": dt.date(2020, 1, 1)}, "no-version-in-force"),
        ({"keys": {"cover": "fire"}}, "unknown-cover"),
        ({"keys": {"cover": "flood", "dephth": "3"}}, "unknown-column"),
        ({"keys": {"cover": "flood", "claim": "3"}}, "unknown-column"),
        ({"occurrence": "none"}, "unknown-occurrence"),
    ],
)
def test_a_notice_is_refused(store: Store, more: dict[str, object], code: str) -> None:
    book, _ = founded(store)
    notice = replace(Notice("test.claims", DAY, DAY, policy="P1", keys={"cover": "flood"}), **more)  # type: ignore[arg-type]
    assert book.refused(notify, book.library, notice) == {code}
    assert book.count(t.claim) == 0


def test_acts_on_a_claim_are_refused_with_their_reasons(store: Store) -> None:
    book, _ = founded(store)
    number = noticed(book)
    library = book.library
    early = Statement({"depth": "75"}, "surveyor", DAY - dt.timedelta(days=9))
    assert book.refused(state_facts, library, number, early) == {"known-before-occurred"}
    assert book.refused(pay, "none", Payment()) == {"unknown-claim"}
    assert book.refused(decide, library, number, Decision()) == {"cover-without-facts"}
    assert book.refused(decide, library, number, Decision(accepted=False), reason="") == {"reason-missing"}
    assert book.refused(decide, library, number, Decision(amounts={"flood": "1.234"})) == {"amount-unreadable"}
    assert book.refused(reopen, number) == {"claim-open"}
    assert book.refused(close, number, reason=" ") == {"reason-missing"}
    book.act(decide, library, number, Decision(amounts={"flood": "10"}))
    assert book.refused(reserve_claim, library, number, "10") == {"claim-decided"}
    assert book.refused(advance, library, number, Payment("10")) == {"claim-decided"}
    book.act(pay, number, Payment())
    assert book.refused(pay, number, Payment()) == {"nothing-due"}
    late = noticed(book, occurred=dt.date(2027, 2, 1), reported=dt.date(2027, 2, 1))
    assert book.refused(decide, library, late, Decision(amounts={"flood": "1"})) == {"claim-not-covered"}


def test_an_occurrence_is_shared_and_written_once(store: Store) -> None:
    book, _ = founded(store)
    storm = Happened("storm", "台风", DAY, DAY + dt.timedelta(days=2), "A storm", "宁波")
    assert book.act(ensure_occurrence, storm) == book.act(ensure_occurrence, storm)
    assert book.refused(ensure_occurrence, replace(storm, code="other", ended=dt.date(2020, 1, 1))) == {
        "occurrence-ends-early"
    }
    numbers = [noticed(book, occurrence="storm") for _ in range(2)]
    with store.begin() as connection:
        claims = [locked(connection, number) for number in numbers]
        assert {claim.occurrence_id for claim in claims} == {occurrence_id(connection, "storm")}
        assert standing_of(connection, claims[0]).decision is None
    assert claims[0].keys["event"] == "storm"


def test_a_difference_after_the_closing_goes_to_the_next_period(store: Store) -> None:
    _, version = founded(store)
    assert open_period(version.programme, "2026", dt.date(2027, 3, 31)) == "2026"
    assert open_period(version.programme, "2026", dt.date(2027, 4, 1)) == "2027"


def test_claims_of_several_versions_are_not_decided_together(store: Store) -> None:
    book, _ = founded(store)
    document, _ = read_programme(PROGRAMME.replace("2026-", "2027-"), "test.yaml")
    assert document is not None
    book.act(publish, document.value)
    later = dt.date(2027, 3, 1)
    claimant = person("bao")
    other = noticed(book, occurred=later, reported=later, policy=None, claimant=claimant)
    decisions = {noticed(book): Decision(), other: Decision()}
    assert book.refused(decide_together, book.library, decisions) == {"versions-differ"}


def test_a_claim_has_its_fields(store: Store) -> None:
    book, version = founded(store)
    number = noticed(book, keys={"cover": "home", "assessed": "9000"})
    with store.begin() as connection:
        claim = locked(connection, number)
    assert isinstance(claim, Claim)
    assert book.act(decide, book.library, number, Decision()) == 500_000
    assert due(book, version) == {"first": 1800, "second": 1200, "city": 2000}
