"""Bordereaux, subsidies and registers: what each row says, in whole and under row security."""

import datetime as dt
from fractions import Fraction
from operator import methodcaller

import pytest
from sqlalchemy import Connection

from book.policy_book import Desk
from book.worlds import World, act, at, found
from quanyu.book import Journal, Money
from quanyu.book import tables as t
from quanyu.book.access import PARTY, SUPERVISOR, seen_as
from quanyu.book.bordereaux import losses_of, premiums_of, whole_fen
from quanyu.book.occurrences import Happened, ensure_occurrence
from quanyu.book.registers import REGISTERS, register
from quanyu.book.standing import AsKnown
from quanyu.book.statements import Name
from quanyu.book.subsidies import level_of, subsidies_of
from quanyu.store import Store
from quanyu.terms import Text

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


def refund(journal: Journal, world: World) -> None:
    """Half a year of chen's policy goes back: to chen and to the city."""
    p, number = world.parties, world.policies["chen"]
    segment = {
        "policy_id": number, "seq": 2, "kind": "cancel", "state": "cancelled", "valid_from": dt.date(2026, 7, 1),
        "valid_to": dt.date(2027, 1, 1), "fields": {"sum_insured": "100000"}, "premium": -50_000,
    }  # fmt: skip
    journal.write(t.segment, [segment])
    for other in ("chen", "city"):
        back = Money("due", "premium", "back", p["first"], p[other], 25_000, "CNY", world.version, number)
        journal.move(back)
    journal.move(Money("due", "premium", "brokerage", p["broker"], p["first"], 2_500, "CNY", world.version, number))


@pytest.fixture
def world(store: Store) -> World:
    made = found(store)
    act(store, dt.date(2026, 7, 1), lambda journal: refund(journal, made))
    return made


def test_the_premium_bordereau_of_members(world: World, store: Store) -> None:
    with store.begin() as connection:
        first = {row.policy: row for row in premiums_of(connection, world.parties["first"], FIRST, LAST)}
        second = list(premiums_of(connection, world.parties["second"], FIRST, LAST))
        autumn = list(premiums_of(connection, world.parties["first"], dt.date(2026, 7, 1), LAST))
        none = list(premiums_of(connection, world.parties["first"], FIRST, LAST, programme="another"))
    assert [(r.policy, r.premium, r.own, r.share) for r in second] == [
        ("P-ada", 100_000, 38_000, Fraction(38, 100)),
        ("P-bao", 100_000, 38_000, Fraction(38, 100)),
    ]
    ada, chen = first["P-ada"], first["P-chen"]
    assert (ada.premium, ada.own, ada.commission) == (100_000, 62_000, 5_000)
    assert (ada.first, ada.last, ada.sum_insured) == (dt.date(2026, 1, 10), LAST, 10_000_000)
    assert (chen.premium, chen.own, chen.commission) == (50_000, 50_000, 2_500)
    (back,) = autumn
    assert (back.premium, back.own, back.commission) == (-50_000, -50_000, -2_500)
    assert none == []


def test_the_loss_bordereau_of_members(world: World, store: Store) -> None:
    def decided(journal: Journal) -> None:
        body = {"amount": "1000.00"}
        journal.write(t.claim_event, [{"claim_id": world.claims["ada"], "seq": 2, "kind": "accepted", "body": body}])

    act(store, dt.date(2026, 3, 5), decided)
    with store.begin() as connection:
        first = {row.claim: row for row in losses_of(connection, world.parties["first"], FIRST, LAST)}
        second = {row.claim: row for row in losses_of(connection, world.parties["second"], FIRST, LAST)}
        later = list(losses_of(connection, world.parties["second"], dt.date(2026, 3, 2), LAST))
        early = list(losses_of(connection, world.parties["second"], FIRST, dt.date(2026, 2, 1)))
    ada = first["C-ada"]
    assert (ada.due, ada.paid, ada.reserved, ada.own, ada.outstanding) == (60_000, 60_000, 20_000, 80_000, 20_000)
    assert (ada.loss, ada.policy, ada.occurred) == (100_000, "P-ada", dt.date(2026, 2, 20))
    assert (second["C-bao"].due, second["C-bao"].paid, second["C-bao"].outstanding) == (40_000, 0, 40_000)
    assert second["C-ada"].share == Fraction(4, 10)
    assert later == early == []


def test_a_member_reads_its_own_bordereau_under_row_security(world: World, store: Store) -> None:
    def both(connection: Connection, me: int) -> tuple[list[object], list[object]]:
        return list(premiums_of(connection, me, FIRST, LAST)), list(losses_of(connection, me, FIRST, LAST))

    with store.begin() as connection:
        for name in ("first", "second"):
            me = world.parties[name]
            plain = both(connection, me)
            with seen_as(connection, me):
                assert both(connection, me) == plain
        with seen_as(connection, world.parties["second"]):
            assert {r.policy for r in premiums_of(connection, world.parties["first"], FIRST, LAST)} == {
                "P-ada",
                "P-bao",
            }


def test_subsidies_by_programme_and_level(world: World, store: Store) -> None:
    with store.begin() as connection:
        (line,) = subsidies_of(connection, FIRST, LAST)
        (spring,) = subsidies_of(connection, FIRST, dt.date(2026, 6, 30), programme="test.apart")
        assert subsidies_of(connection, FIRST, LAST, programme="another") == []
    assert (spring.policies, spring.own, spring.due, spring.paid) == (3, 150_000, {"city": 150_000}, {})
    assert (line.policies, line.own, line.due) == (3, 125_000, {"city": 125_000})
    assert (line.sum_insured, line.premium) == (30_000_000, 250_000)
    assert [one.text.en for one in line.payers] == ["The city"]


@pytest.mark.parametrize(
    ("zh", "en", "level"),
    [
        ("中央财政", "Central budget", "centre"),
        ("浙江省财政厅", "Zhejiang", "province"),
        ("广西壮族自治区财政厅", "Guangxi", "province"),
        ("宁波市人民政府", "Ningbo", "city"),
        ("上海市浦东新区财政局", "Pudong", "county"),
        ("慈溪市周巷镇", "Zhouxiang", "township"),
        ("景德镇市财政局", "Jingdezhen", "city"),
        ("宁波市镇海区财政局", "Zhenhai", "county"),
        ("新乡市财政局", "Xinxiang", "city"),
        ("上海市科学技术委员会", "Shanghai", "province"),
        ("宁波市人民政府（区县专户）", "Ningbo", "city"),
        ("宁波市乡村振兴局", "Ningbo", "city"),
        ("国家税务总局", "Taxes", "centre"),
        ("某委", "Board of a county", "county"),
        ("某委", "A board", "other"),
    ],
)
def test_the_level_of_a_government_is_read_from_its_name(zh: str, en: str, level: str) -> None:
    assert level_of(Name(1, "x", Text(zh, en), "government")) == level


@pytest.mark.parametrize(
    ("written", "fen"), [("12.34", 1234), ("1万", 1_000_000), ("0.005", 1), ("x", None), (None, None)]
)
def test_amounts_as_written_in_fen(written: str | None, fen: int | None) -> None:
    assert whole_fen(written) == fen


def numbers(connection: Connection, name: str, **options: object) -> list[object]:
    return [row[0] for row in register(connection, name, **options)]  # type: ignore[arg-type]


def test_registers_as_at_a_day(world: World, store: Store) -> None:
    with store.begin() as connection:
        assert numbers(connection, "policies") == ["P-ada", "P-bao", "P-chen"]
        early = AsKnown(booked=dt.date(2026, 1, 11))
        assert numbers(connection, "policies", seen=early) == ["P-ada", "P-bao"]
        assert numbers(connection, "quotes", seen=AsKnown(at=at(dt.date(2026, 1, 10), 11))) == ["Q-ada"]
        assert numbers(connection, "claims", seen=early) == []
        assert numbers(connection, "claims") == ["C-ada", "C-bao"]
        assert numbers(connection, "claims", programme="another") == []
        fields = [field.name for field in REGISTERS["policies"].fields]
        for day, premium, state in ((dt.date(2026, 6, 30), 100_000, "in force"), (LAST, 50_000, "cancelled")):
            *_, chen = register(connection, "policies", seen=AsKnown(booked=day))
            row = dict(zip(fields, chen, strict=True))
            assert (row["premium"], row["state"], row["valid_until"]) == (premium, state, LAST)
        fields = [field.name for field in REGISTERS["claims"].fields]
        ada, _ = register(connection, "claims")
        row = dict(zip(fields, ada, strict=True))
        assert (row["due"], row["paid"], row["reserved"], row["state"]) == (100_000, 60_000, 20_000, "open")


def test_the_state_of_a_claim_is_its_standing_and_not_the_last_thing_that_was_done(world: World, store: Store) -> None:
    column = [field.name for field in REGISTERS["claims"].fields].index("state")
    done = ("accepted", "paid", "recovered", "closed", "reopened", "settled", "declined")
    stands = ("accepted", "accepted", "accepted", "closed", "accepted", "accepted", "declined")
    for seq, kind in enumerate(done, 2):
        event = {"claim_id": world.claims["ada"], "seq": seq, "kind": kind, "body": {}}
        act(store, dt.date(2026, 8, seq), methodcaller("write", t.claim_event, [event]))
    with store.begin() as connection:
        for seq, state in enumerate(stands, 2):
            ada, bao = register(connection, "claims", seen=AsKnown(booked=dt.date(2026, 8, seq)))
            assert (ada[column], bao[column]) == (state, "open")


def test_registers_of_a_party_are_those_it_sees(world: World, store: Store) -> None:
    with store.begin() as connection:
        for name in REGISTERS:
            for who in ("ada", "chen", "second", "city", "broker"):
                me = world.parties[who]
                asked = numbers(connection, name, party=me)
                with seen_as(connection, me):
                    seen = numbers(connection, name)
                    assert numbers(connection, name, party=me) == seen
                if name != "parties":
                    assert asked == seen, (name, who)
        assert numbers(connection, "transfers", party=world.parties["broker"]) != []
        with seen_as(connection, world.parties["ada"]):
            assert "甲保险" in numbers(connection, "parties", seen=AsKnown(booked=LAST))
        with seen_as(connection, world.parties["bureau"], role=SUPERVISOR):
            assert len(numbers(connection, "policies")) == 3


def test_lists_of_what_happened_and_of_terms(world: World, store: Store) -> None:
    early, late = dt.date(2026, 3, 1), dt.date(2026, 3, 9)

    def surveyed(journal: Journal) -> None:
        flood = Happened("flood", "大水", early, place="慈溪")
        ensure_occurrence(journal, flood)
        fact = {"claim_id": world.claims["ada"], "seq": 2, "body": {"line": "home", "values": {"assessed": "7"}}}
        journal.write(t.fact, [fact | {"reported_by": "s", "known_on": early, "evidence": [b"\x01" * 32]}])
        determined = {"id": 1, "version_id": world.version, "occurrence_id": None, "code": "d", "revision": 1}
        journal.write(t.determination, [determined | {"known_on": late, "source": "s", "readings": {"readings": []}}])

    act(store, late, surveyed)
    with store.begin() as connection:
        before = AsKnown(booked=dt.date(2026, 3, 8))
        assert len(list(register(connection, "facts"))) == len(list(register(connection, "facts", seen=before))) + 1
        names = [field.name for field in REGISTERS["facts"].fields]
        (row,) = (one for one in register(connection, "facts") if one[names.index("booked_on")] == late)
        told = dict(zip(names, row, strict=True))
        assert (told["number"], told["stated"], told["evidence"]) == ("C-ada", '{"assessed": "7"}', "01" * 32)
        assert numbers(connection, "determinations", seen=before) == []
        for role, who in ((PARTY, "ada"), (SUPERVISOR, "bureau")):
            with seen_as(connection, world.parties[who], role=role):
                assert numbers(connection, "determinations", seen=AsKnown(booked=LAST)) == ["d"]
                assert numbers(connection, "determinations", seen=before) == []
                assert numbers(connection, "versions", seen=AsKnown(booked=LAST)) == ["test.apart"]
        with seen_as(connection, world.parties["chen"]):
            assert numbers(connection, "facts") == numbers(connection, "occurrences") == []


def test_a_register_is_streamed(world: World, store: Store) -> None:
    with store.begin() as connection:
        rows = register(connection, "transfers")
        assert next(rows)
        assert len(list(rows)) > 10


def test_who_is_no_government_but_bears_premium_is_on_the_paying_side(store: Store) -> None:
    desk = Desk(store).found()
    parties = "{insurer: {kind: insurer}, house: {kind: hedge}, dce: {kind: exchange}, city: {kind: government}}"
    payers = "[{party: city, share: 30%}, {party: dce, limit: {policy: 450}}, {party: insured}]"
    bears = "[{as: risk, party: insurer, steps: [{as: option, party: house, share: 80%}]}]"
    premium = f"{{base: sum * 1%, from: {payers}, to: {bears}}}"
    desk.publish({"parties": parties, "premium": premium})
    desk.issue({"sum": "10万"}, dt.date(2026, 1, 1))
    (line,) = desk.read(lambda c: subsidies_of(c, dt.date(2025, 1, 1), dt.date(2027, 1, 1)))
    assert (line.premium, line.own, line.due, line.currency) == (1000_00, 700_00, {"city": 300_00}, "CNY")


def test_a_line_of_subsidies_has_its_currency(store: Store) -> None:
    desk = Desk(store).found()
    desk.publish({"currency": "USD"})
    desk.issue({"sum": "10万"}, dt.date(2026, 1, 1))
    (line,) = desk.read(lambda c: subsidies_of(c, dt.date(2025, 1, 1), dt.date(2027, 1, 1)))
    assert line.currency == "USD"
