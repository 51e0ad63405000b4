"""The surplus of ended periods: worked by hand, shared once, corrected by what is known later."""

import datetime as dt

import pytest

from book.claims_book import ClaimsBook, opened_book, person
from quanyu.book import Journal, Money, Refused, publish
from quanyu.book.claims import Notice, notify
from quanyu.book.deciding import Decision, decide
from quanyu.book.funds import fund_of
from quanyu.book.parties import ensure_parties, outside
from quanyu.book.statements import statement_of
from quanyu.book.surpluses import ended_periods, share_surpluses
from quanyu.book.versions import Version
from quanyu.language.load import read_programme
from quanyu.store import Store

PROGRAMME = """
programme: test.surplus
version: 2024-01-01
name: {zh: 结余, en: Surplus}
family: catastrophe
illustrative: [all]
period: {from: 2024-01-01, to: 2026-06-30, each: year, basis: occurring}
parties:
  insurer: {kind: insurer, name: {zh: 甲, en: A}}
  city: {kind: government, name: {zh: 市, en: City}}
accounts: {reserve: {owner: city, opening: 0, name: {zh: 准备金, en: Reserve}}}
insured: {unit: house, enrolment: none}
facts: {assessed: {type: money}}
covers: {home: {pays: assessed}}
losses: [{as: all, party: insurer}]
premium: {amount: 1000, each: period, from: [{as: pays, party: city}], to: [{as: risk, party: insurer}]}
surplus:
  amount: max(0, premium.to.risk - losses.all - 20% * premium)
  each: period
  at: end
  from: [{as: left-over, party: insurer}]
  to: [{as: set-aside, party: reserve}]
examples: [{cover: home, env: {assessed: 1}, expect: 1}]
"""
JANUARY = dt.date(2026, 1, 15)


def begun(store: Store, text: str = PROGRAMME) -> tuple[ClaimsBook, Version]:
    """Premium of 1,000 in 2024 and in 2025; a loss of 300 in 2024 and of 900 in 2025."""
    document, findings = read_programme(text, "surplus.yaml")
    assert document is not None, findings
    book = opened_book(store)
    number = book.act(publish, document.value)
    with store.begin() as connection:
        version = book.library.version(connection, number)
    for year in (2024, 2025):
        book.act(premium, version, 1000_00, booked=dt.date(year, 1, 1))
    for claim, day, amount in (("a", dt.date(2024, 5, 1), "300"), ("b", dt.date(2025, 5, 1), "900")):
        lose(book, claim, day, amount)
    return book, version


def premium(journal: Journal, version: Version, fen: int) -> None:
    pair = version.roles["city"], version.roles["insurer"]
    journal.move(Money("due", "premium", "pays", *pair, fen, version_id=version.id))


def lose(book: ClaimsBook, claim: str, day: dt.date, amount: str) -> None:
    keys = {"event": claim, "insured": claim, "cover": "home"}
    book.act(notify, book.library, Notice("test.surplus", day, day, person(claim), keys=keys, number=claim))
    book.act(decide, book.library, claim, Decision(amounts={"home": amount}), booked=day)


def shared(book: ClaimsBook) -> list[tuple[str, int]]:
    return sorted((money.label, money.amount) for money in book.money("due", "surplus"))


def test_what_is_left_of_ended_years_goes_to_the_reserve(store: Store) -> None:
    book, version = begun(store)
    done = book.act(share_surpluses, book.library, "test.surplus", dt.date(2025, 12, 31), booked=JANUARY)
    # 1,000 - 300 - 200, and max(0, 1,000 - 900 - 200)
    assert done == {"2024": 500_00, "2025": 0}
    assert shared(book) == [("left-over", 500_00)]
    with store.begin() as connection:
        year = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
        one = statement_of(connection, version.roles["insurer"], *year)
        (fund,) = fund_of(connection, version.roles["reserve"], *year)
    assert one.totals() == {("surplus", "due"): (0, 500_00)}
    assert (fund.opening, fund.closing) == (0, 500_00)


def test_shared_again_nothing_moves_and_what_is_known_later_moves_back(store: Store) -> None:
    book, _ = begun(store)
    until = dt.date(2025, 12, 31)
    book.act(share_surpluses, book.library, "test.surplus", until, booked=JANUARY)
    book.act(share_surpluses, book.library, "test.surplus", until, booked=JANUARY)
    assert shared(book) == [("left-over", 500_00)]
    lose(book, "late", dt.date(2024, 6, 1), "100")
    again = book.act(share_surpluses, book.library, "test.surplus", until, booked=dt.date(2026, 3, 1))
    assert again["2024"] == 400_00
    assert shared(book) == [("left-over", 400_00)]


def test_years_that_are_not_over_are_not_shared(store: Store) -> None:
    book, version = begun(store)
    assert ended_periods(version, dt.date(2025, 12, 30)) == {"2024": dt.date(2024, 12, 31)}
    assert ended_periods(version, dt.date(2027, 1, 1))["2026"] == dt.date(2026, 6, 30)
    assert book.act(share_surpluses, book.library, "test.surplus", dt.date(2024, 6, 1)) == {}
    assert shared(book) == []


def test_without_saying_from_whom_it_comes_from_outside(store: Store) -> None:
    book, version = begun(store, PROGRAMME.replace("  from: [{as: left-over, party: insurer}]\n", ""))
    book.act(share_surpluses, book.library, "test.surplus", dt.date(2025, 12, 31), booked=JANUARY)
    (money,) = book.money("due", "surplus")
    assert (money.payer_id, money.receiver_id) == (book.act(outside), version.roles["reserve"])


@pytest.mark.parametrize(("code", "finding"), [("test.none", "unknown-programme"), ("test.surplus", "no-flow")])
def test_a_programme_that_is_not_there_or_shares_nothing(store: Store, code: str, finding: str) -> None:
    begins = PROGRAMME.index("surplus:\n")
    book, _ = begun(store, PROGRAMME[:begins] + PROGRAMME[PROGRAMME.index("examples:") :])
    with pytest.raises(Refused) as refused:
        book.act(share_surpluses, book.library, code, dt.date(2025, 12, 31))
    assert [one.code for one in refused.value.findings] == [finding]
    assert book.act(lambda journal: ensure_parties(journal, [person("x")]))
