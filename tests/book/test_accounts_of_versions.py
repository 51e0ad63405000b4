"""An account goes on from version to version with what is in it: no version draws on it as if it were new."""

import datetime as dt

import pytest
from sqlalchemy import Connection

from book.policy_book import Desk
from quanyu.book import tables as t
from quanyu.book.claims import Notice, notify
from quanyu.book.deciding import Decision, decide
from quanyu.book.facts import Statement, state_facts
from quanyu.book.ledger import booked
from quanyu.book.populations import open_accounts
from quanyu.store import Store

D = dt.date


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store).found()


def published(desk: Desk, year: int, opening: int, **parts: str) -> int:
    """A version for one year, with its account."""
    version = desk.publish({
        "version": f"{year}-01-01",
        "period": f"{{from: {year}-01-01, to: {year}-12-31, each: policy}}",
        "accounts": f"{{aid: {{owner: city, opening: {opening}}}}}",
        **parts,
    })  # fmt: skip
    desk.act(lambda j: open_accounts(j, desk.library, version))
    return version


def given(desk: Desk, version: int) -> tuple[int, int]:
    """What the account gave under a version, and what is in it now, in yuan."""

    def read(connection: Connection) -> tuple[int, int]:
        aid, x = desk.library.version(connection, version).roles["aid"], t.transfer.c
        money = booked(connection, x.stage == "due", (x.payer_id == aid) | (x.receiver_id == aid))
        net = [(m.version_id, m.amount if m.receiver_id == aid else -m.amount) for m in money]
        out = -sum(amount for of, amount in net if of == version and amount < 0)
        return out // 100, sum(amount for _, amount in net) // 100

    return desk.read(read)


def lost(desk: Desk, year: int, amount: int) -> None:
    """A claim under a policy of the year, decided."""
    policy = desk.issue({"sum": "10万"}, D(year, 1, 1))
    notice = Notice(desk.code, D(year, 2, 1), D(year, 2, 2), policy=policy.number, keys={"cover": "home"})
    number = desk.act(lambda j: notify(j, desk.library, notice)).number
    stated = Statement({"assessed": str(amount)}, "surveyor", D(year, 2, 2))
    desk.act(lambda j: state_facts(j, desk.library, number, stated))
    desk.today = D(year, 3, 1)
    desk.act(lambda j: decide(j, desk.library, number, Decision()))


@pytest.mark.parametrize("stated", [1000, 0, 400])
def test_claims_of_a_later_version_draw_on_what_earlier_ones_left(desk: Desk, stated: int) -> None:
    losses = "[{as: aid, party: aid}, {as: cover, party: insurer}]"
    versions = [published(desk, 2026, 1000, losses=losses), published(desk, 2027, stated, losses=losses)]
    lost(desk, 2026, 900)
    lost(desk, 2027, 900)
    assert [given(desk, version) for version in versions] == [(900, 0), (100, 0)]


def test_premium_of_a_later_version_draws_on_what_earlier_ones_left(desk: Desk) -> None:
    premium = (
        "{base: sum * 1%, from: [{as: aid, party: aid, share: 50%}, {as: own, party: insured}],"
        " to: [{as: risk, party: insurer}]}"
    )
    versions = [published(desk, year, 1000, premium=premium) for year in (2026, 2027)]
    for year in (2026, 2027):
        desk.issue({"sum": "16万"}, D(year, 1, 1))
    assert [given(desk, version) for version in versions] == [(800, 0), (200, 0)]
