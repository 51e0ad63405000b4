"""A small book for tests: one programme of two insurers, a city that subsidises, a broker, a fund and a bureau."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection

from quanyu.book import Act, Journal, Money, publish, writing
from quanyu.book import tables as t
from quanyu.book.journal import reserve
from quanyu.book.parties import Person, ensure_parties, outside, roles_of
from quanyu.language.load import read_programme
from quanyu.store import Store
from quanyu.store.evidence.log import open_log

__all__ = ["PROGRAMME", "World", "act", "at", "found"]

ZONE = dt.timezone(dt.timedelta(hours=8))
PROGRAMME = """
programme: test.apart
version: 2026-01-01
name: {zh: 试验方案, en: Trial}
family: property
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year}
parties:
  first: {kind: insurer, name: {zh: 甲保险, en: First}}
  second: {kind: insurer, name: {zh: 乙保险, en: Second}}
  city: {kind: government, name: {zh: 某市财政局, en: The city}}
  broker: {kind: service, name: {zh: 经纪, en: The broker}}
  bureau: {kind: government, name: {zh: 某监管局, en: The bureau}}
  desk: {kind: government, name: {zh: 某统计局, en: The statistics office}}
accounts: {reserve: {owner: city, opening: 0, name: {zh: 准备金, en: Reserve}}}
pools: {pool: {leader: first, shares: {first: 60%, second: 40%}}}
sees: {bureau: [policies, claims, money], desk: [policies]}
insured: {unit: house, enrolment: policies, fields: {sum_insured: money}}
facts: {assessed: {type: money}}
covers: {home: {pays: assessed}}
losses: [{as: all, party: pool}]
premium:
  base: sum_insured * 1%
  from: [{as: subsidy, party: city, share: 50%}, {as: own, party: insured}]
  to: [{as: brokerage, party: broker, share: 5%}, {as: risk, party: pool}]
examples: [{cover: home, env: {assessed: 1}, expect: 1}]
"""


@dataclass
class World:
    """What the book holds, by name. parties: of the programme, of people, and `outside`."""

    version: int
    parties: dict[str, int]
    policies: dict[str, int] = field(default_factory=dict)
    claims: dict[str, int] = field(default_factory=dict)


def at(day: dt.date, hour: int = 10) -> dt.datetime:
    """A time on a day in Shanghai."""
    return dt.datetime.combine(day, dt.time(hour), ZONE)


def act(store: Store, day: dt.date, work: Callable[[Journal], None], *, booked: dt.date | None = None) -> None:
    """One act on a day."""
    with store.begin() as connection, writing(connection, Act("test", "tester", at(day), "", booked)) as journal:
        work(journal)


def found(store: Store, people: Iterable[str] = ("ada", "bao", "chen"), text: str = PROGRAMME) -> World:
    """Publishes the programme and gives each person a policy; ada and bao have a claim."""
    with store.begin() as connection:
        open_log(connection, "test.book/1")
    document, findings = read_programme(text, "test.yaml")
    assert document is not None, findings
    worlds: list[World] = []

    def begin(journal: Journal) -> None:
        version = publish(journal, document.value)
        known = ensure_parties(journal, [Person(name, name, name) for name in people])
        roles = roles_of(journal.connection, version)
        worlds.append(World(version, {**roles, **known, "outside": outside(journal)}))

    act(store, dt.date(2026, 1, 5), begin)
    world = worlds[0]
    for number, name in enumerate(people):
        act(store, dt.date(2026, 1, 10 + number), partial(_issue, world=world, name=name))
    for name in list(people)[:2]:
        act(store, dt.date(2026, 3, 1), partial(_claim, world=world, name=name))
    return world


def _issue(journal: Journal, world: World, name: str) -> None:
    number = reserve(journal.connection, "policy_id")
    world.policies[name] = number
    p = world.parties
    seconded = name != "chen"
    row = {
        "id": number, "number": f"P-{name}", "version_id": world.version, "kind": "policy", "holder_id": p[name],
        "leader_id": p["first"], "parties": [p["first"], p["city"], *([p["second"]] if seconded else [])],
        "issued_on": journal.booked_on,
    }  # fmt: skip
    journal.write(t.policy, [row])
    segment = {
        "policy_id": number, "seq": 1, "kind": "issue", "state": "in force", "valid_from": journal.booked_on,
        "valid_to": dt.date(2027, 1, 1), "fields": {"sum_insured": "100000"}, "premium": 100_000,
    }  # fmt: skip
    journal.write(t.segment, [segment])
    of: dict[str, Any] = {"version_id": world.version, "policy_id": number}
    due = [
        Money("due", "premium", "subsidy", p["city"], p["first"], 50_000, **of),
        Money("due", "premium", "own", p[name], p["first"], 50_000, **of),
        Money("paid", "premium", "own", p[name], p["first"], 50_000, **of),
        Money("due", "premium", "brokerage", p["first"], p["broker"], 5_000, **of),
    ]
    journal.move(*due, *([Money("due", "premium", "risk", p["first"], p["second"], 38_000, **of)] if seconded else []))
    quote = reserve(journal.connection, "quote_id")
    written = {
        "id": quote, "number": f"Q-{name}", "version_id": world.version, "holder_id": p[name],
        "valid_from": journal.booked_on, "valid_to": dt.date(2027, 1, 1), "fields": {}, "premium": 100_000,
        "currency": "CNY", "sheet": {}, "expires_on": dt.date(2026, 12, 31),
    }  # fmt: skip
    journal.write(t.quote, [written])
    journal.write(t.quote_event, [{"quote_id": quote, "seq": 1, "kind": "accepted", "body": {}}])
    journal.touch("policy", number)


def _claim(journal: Journal, world: World, name: str) -> None:
    number = reserve(journal.connection, "claim_id")
    event = reserve(journal.connection, "occurrence_id")
    world.claims[name] = number
    p = world.parties
    day = dt.date(2026, 2, 20)
    happened = {
        "id": event, "code": f"fire-{name}", "name_zh": "火", "name_en": "fire", "began": day, "ended": day,
        "place": name, "body": {},
    }  # fmt: skip
    journal.write(t.occurrence, [happened])
    row = {
        "id": number, "number": f"C-{name}", "version_id": world.version, "policy_id": world.policies[name],
        "occurrence_id": event, "claimant_id": p[name], "occurred": day, "reported": day, "keys": {},
    }  # fmt: skip
    journal.write(t.claim, [row])
    file = bytes([number]) * 32
    journal.write(t.evidence_file, [{"hash": file, "name": f"{name}.jpg", "media_type": "image/jpeg", "size": 1}])
    fact = {
        "claim_id": number, "seq": 1, "body": {"assessed": "1000"}, "reported_by": name, "known_on": day,
        "evidence": [file],
    }  # fmt: skip
    journal.write(t.fact, [fact])
    journal.write(t.claim_event, [{"claim_id": number, "seq": 1, "kind": "notified", "body": {}}])
    of: dict[str, Any] = {"version_id": world.version, "policy_id": world.policies[name], "claim_id": number}
    journal.move(
        Money("reserved", "losses", "all", p["first"], p[name], 20_000, **of),
        Money("due", "losses", "all", p["first"], p[name], 60_000, **of),
        Money("due", "losses", "all", p["second"], p[name], 40_000, **of),
        Money("paid", "losses", "all", p["first"], p[name], 60_000, **of),
    )


def count(connection: Connection, table: str) -> int:
    """Rows of a table that the connection sees."""
    return int(connection.exec_driver_sql(f"select count(*) from {table}").scalar_one())
