"""Claims decided one by one, split in columns: what stands is always what one settlement of all rows at once gives."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from book.claims_book import ClaimsBook, insure, opened_book, person
from quanyu.book import Journal, Money, publish
from quanyu.book import tables as t
from quanyu.book.claims import Notice, notify
from quanyu.book.deciding import Decision, decide_together
from quanyu.book.facts import Statement, state_facts
from quanyu.book.ledger import booked, difference
from quanyu.book.mass import anew
from quanyu.book.mass.stood import lines_of, stood_claims
from quanyu.book.parties import outside
from quanyu.book.recovering import Return, recover
from quanyu.book.settling import Group, due, settled_group
from quanyu.book.told import rows_of, told_claims
from quanyu.book.versions import Version
from quanyu.desk.open import Opened, open_programme
from quanyu.engine.claims import history_of
from quanyu.language.load import read_programme
from quanyu.store import Server, Store, open_store
from store_server import fresh_database

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
programme: test.shared
version: 2026-01-01
name: {zh: 试验方案, en: Trial}
family: property
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
queue: {by: determined}
parties: {a: {kind: insurer}, b: {kind: insurer}, c: {kind: insurer}, city: {kind: government}}
accounts: {fund: {opening: 0.37}}
pools: {two: {shares: {a: 1/3, b: 2/3}}, three: {shares: {a: 7%, b: 31%, c: 62%}}}
insured: {unit: house, enrolment: ENROLMENT, fields: {sum: money}}
facts: {good: {type: bool}, loss: {type: money}}
covers: {x: {pays: loss}, y: {pays: "min(loss, 2)"}}
examples: [{cover: x, env: {loss: 1}, expect: 1}]
recoveries: {basis: borne, restores: false, above: city, to: [{as: back, party: borne}]}
losses:
"""
LAYERS = """
  from:
    - {as: first, party: two, share: 80%, limit: {event: 20}, cap: {insured: 9}}
    - {as: second, party: three, covers: [x], cap: {event: 12.34, period: 30}, when: good}
    - {as: rest, party: city}
  to: [{as: house, party: insured}]
"""
ENDING = """
  from:
    - {as: first, party: three, cap: {period: 40}}
    - {as: fund, party: fund}
    - {as: rest, party: city}
  to: [{as: repairs, party: c, share: 1/3}, {as: house, party: insured}]
"""
RETURNING = ENDING.replace("party: fund}", "party: fund, reopen: true}")
WRITTEN = {
    "layers": HEAD.replace("ENROLMENT", "none") + LAYERS,
    "layers of policies": HEAD.replace("ENROLMENT", "policies") + LAYERS,
    "a fund that stands": HEAD.replace("ENROLMENT", "none") + ENDING,
    "a fund that returns": HEAD.replace("ENROLMENT", "policies") + RETURNING,
}
PUBLISHED = ("ningbo/public-catastrophe/2016-01-01", "ningbo/public-catastrophe/2021-01-01")
DAYS = [dt.date(2026, 5, 1) + dt.timedelta(days=n) for n in range(3)]


@dataclass(frozen=True)
class Step:
    """Claims decided together. decisions: by their places; amounts by cover, or facts, or declined where both are none.

    paid_in: what comes into the account before. at: the day of that.
    """

    decisions: Mapping[int, tuple[Mapping[str, str], Mapping[str, str], int]]
    paid_in: int = 0
    at: dt.date = field(default=DAYS[0])


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # every example has a database of its own
AMOUNTS = st.sampled_from(["0", "0.01", "3", "7.77", "12.34", "33.33"])
CLAIMS = 5


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    found = []
    for _ in range(draw(st.integers(2, 6))):
        decisions = {}
        for place in draw(st.sets(st.integers(0, CLAIMS - 1), min_size=1, max_size=2)):
            way = draw(st.sampled_from(["facts", "facts", "amounts", "both", "declined"]))
            amounts = {"y": draw(AMOUNTS)} if way in ("amounts", "both") else {}
            facts = {"loss": draw(AMOUNTS), "good": draw(st.sampled_from(["true", "false"]))}
            decisions[place] = ({} if way == "declined" else facts, amounts, draw(st.integers(0, 2)))
        found.append(Step(decisions, draw(st.sampled_from([0, 0, 500, -20])), draw(st.sampled_from(DAYS))))
    return found


def opened(book: ClaimsBook, text: str) -> Version:
    document, findings = read_programme(text, "test.yaml")
    assert document is not None, findings
    number = book.act(publish, document.value)
    with book.store.begin() as connection:
        return book.library.version(connection, number)


def noticed(book: ClaimsBook, version: Version, place: int, **keys: str) -> str:
    """A claim of one of three houses and of one of two events."""
    of_policies = version.programme.insured.enrolment == "policies"
    known = {"cover": "x", "event": f"e{place % 2}", **({} if of_policies else {"insured": f"i{place % 3}"}), **keys}
    notice = Notice(
        version.code, dt.date(2026, 4, 1), dt.date(2026, 4, 2), person(f"owner {place % 3}"),
        policy=f"P{place % 3}" if of_policies else None, keys=known, number=f"C{place}",
    )  # fmt: skip
    book.act(notify, book.library, notice)
    return f"C{place}"


def taken(book: ClaimsBook, version: Version, step: Step, numbers: Sequence[str]) -> None:
    if step.paid_in and version.programme.accounts:
        book.act(paid_in, version, step.paid_in, booked=step.at)
    decisions = {}
    for place, (facts, amounts, day) in step.decisions.items():
        if facts:
            book.act(state_facts, book.library, numbers[place], Statement(facts, "survey", DAYS[0]))
        decisions[numbers[place]] = Decision(bool(facts), amounts, DAYS[day])
    book.act(decide_together, book.library, decisions)


def paid_in(journal: Journal, version: Version, fen: int) -> None:
    account = version.roles[next(iter(version.programme.accounts))]
    pair = (outside(journal), account) if fen > 0 else (account, outside(journal))
    journal.move(Money("due", "fund", "deposit", *pair, abs(fen), version_id=version.id))


def left_over(journal: Journal, version: Version) -> list[Money]:
    """What one settlement of all rows would book beyond what stands."""
    where = (t.claim.c.version_id == version.id,)
    group = Group(version, tuple(told_claims(journal.connection, *where)), where)
    settled = settled_group(journal.connection, group)
    wanted = [] if settled is None else due(journal, group, settled)
    x = t.transfer.c
    return difference(
        wanted,
        booked(journal.connection, x.version_id == version.id, x.stage == "due", x.flow.in_(("losses", "recoveries"))),
    )


@pytest.mark.parametrize("name", WRITTEN)
@settings(max_examples=5, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(history=steps())
def test_after_every_decision_stands_what_one_settlement_gives(
    name: str, history: list[Step], store_server: Server, store_template: str
) -> None:
    with fresh_database(store_server, store_template) as url, open_store(url) as store:
        book = opened_book(store)
        version = opened(book, WRITTEN[name])
        assert anew.for_columns(version)
        for n in range(3):
            insure(book, version, f"P{n}", holder=f"owner {n}", since=dt.date(2026, 1, 1), fields={"sum": "5000"})
        numbers = [noticed(book, version, place) for place in range(CLAIMS)]
        for step in history:
            taken(book, version, step, numbers)
            assert book.act(left_over, version) == []


HUNDREDS = st.sampled_from(["1", "333.33", "1亿", "29999万", "3亿"])


@pytest.mark.parametrize("path", PUBLISHED)
@settings(max_examples=5, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(st.tuples(st.integers(0, 3), HUNDREDS, st.integers(0, 2), st.sampled_from([0, 0, 7_000_000]))))
def test_published_programmes(
    path: str, drawn: list[tuple[int, str, int, int]], store_server: Server, store_template: str
) -> None:
    with fresh_database(store_server, store_template) as url, open_store(url) as store:
        book = opened_book(store)
        done = open_programme(ROOT / "programmes" / f"{path}.yaml")
        assert isinstance(done, Opened)
        number = book.act(publish, done.programme)
        with store.begin() as connection:
            version = book.library.version(connection, number)
        day = version.valid_from + dt.timedelta(days=100)
        for place in range(4):
            keys = {"cover": ("household", "casualty")[place % 2], "event": f"e{place % 2}", "insured": f"i{place}"}
            dates = (day, day + dt.timedelta(days=1))
            notice = Notice(
                version.code, *dates, person(f"p{place}"), keys=keys, number=f"C{place}", version=version.version
            )
            book.act(notify, book.library, notice)
        for place, amount, late, fen in drawn[:6]:
            if fen:
                book.act(paid_in, version, fen, booked=day)
            cover = ("household", "casualty")[place % 2]
            decision = Decision(amounts={cover: amount}, determined=day + dt.timedelta(days=late))
            book.act(decide_together, book.library, {f"C{place}": decision})
            assert book.act(left_over, version) == []


def founded(store: Store, name: str = "layers") -> tuple[ClaimsBook, Version, list[str]]:
    book = opened_book(store)
    version = opened(book, WRITTEN[name])
    return book, version, [noticed(book, version, place) for place in range(CLAIMS)]


def in_columns(book: ClaimsBook, version: Version, number: str) -> bool:
    """Whether columns hold what a claim that was decided would move."""

    def work(journal: Journal) -> bool:
        told = told_claims(journal.connection, t.claim.c.number == number)
        return anew.decided_in_columns(journal, version, told) is not None

    return book.act(work)


def test_columns_are_used_until_something_comes_back(store: Store) -> None:
    book, version, numbers = founded(store)
    taken(
        book,
        version,
        Step({0: ({"loss": "30", "good": "true"}, {}, 0), 1: ({"loss": "9", "good": "true"}, {}, 1)}),
        numbers,
    )
    assert in_columns(book, version, numbers[0])
    book.act(recover, book.library, numbers[0], Return("1", DAYS[2], person("debtor")))
    assert not in_columns(book, version, numbers[0])
    taken(book, version, Step({2: ({"loss": "30", "good": "true"}, {}, 0)}), numbers)
    assert book.act(left_over, version) == []


def test_a_fund_that_stands_is_for_rows_once_it_is_reached(store: Store) -> None:
    book, version, numbers = founded(store, "a fund that stands")
    taken(book, version, Step({0: ({"loss": "30"}, {}, 0)}), numbers)
    assert in_columns(book, version, numbers[0])
    taken(book, version, Step({1: ({"loss": "30"}, {}, 1)}), numbers)
    taken(book, version, Step({0: ({"loss": "20"}, {}, 0)}), numbers)
    assert not in_columns(book, version, numbers[0])
    assert book.act(left_over, version) == []


def test_claims_are_read_as_rows_say_them(store: Store) -> None:
    """Every line of every claim has the amount, the instant, the cover and the keys that its rows give."""
    book, version, numbers = founded(store)
    awkward = noticed(book, version, 7, event='e "7",\n\t\\x', insured="户 \x1f 7")
    taken(
        book,
        version,
        Step({0: ({"loss": "30", "good": "true"}, {"y": "3"}, 0), 1: ({"loss": "9", "good": "true"}, {}, 1)}),
        numbers,
    )
    taken(book, version, Step({0: ({"loss": "31"}, {"y": "1"}, 2)}), [*numbers, awkward])
    taken(book, version, Step({5: ({"loss": "8", "good": "false"}, {}, 1)}), [*numbers, awkward])
    with store.begin() as connection:
        found = lines_of(version, stood_claims(connection, version))
        decided = select(t.claim_event.c.claim_id).where(t.claim_event.c.kind == "accepted")
        told = told_claims(connection, t.claim.c.id.in_(decided))
    assert found is not None
    rows = [row for one in told for row in rows_of(one, one.decisions[-1])]
    history = history_of(version.compiled, "losses", rows, scale=100)
    assert not isinstance(history, list)
    names = ("claim", "cover", "instant", "amount", "insured", "policy", "event")
    wanted = [
        (row.claim, row.cover, row.instant, int(row.amount), *(row.keys[name] for name in names[4:]))
        for row in history.rows
    ]
    assert sorted(found.frame.select(names).rows()) == sorted(wanted)
