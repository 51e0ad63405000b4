"""Every programme of the repository runs business: a policy of its first model point, or the premium of a period."""

import datetime as dt
from pathlib import Path

import pytest

from book.policy_book import Desk
from book.test_policies_life import due
from quanyu.book import publish
from quanyu.book.endorsing import cancel
from quanyu.book.issuing import issue
from quanyu.book.parties import Person
from quanyu.book.populations import open_accounts, period_premium, premium_reference
from quanyu.book.quotes import Ask, quote
from quanyu.book.underwriting import ACCEPTED, underwrite
from quanyu.desk.open import open_programme
from quanyu.language.programme import Programme
from quanyu.store import Store

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "programmes").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_a_programme_runs_business(path: Path, store: Store) -> None:
    opened = open_programme(path)
    assert not isinstance(opened, list)
    programme = opened.programme
    first = programme.period.since or programme.version
    desk = Desk(store, first, code=programme.programme).found()
    version = desk.act(lambda j: publish(j, programme))
    desk.act(lambda j: open_accounts(j, desk.library, version))
    if programme.insured.enrolment == "none":
        name = premium_reference(programme.programme, str(first.year))
        moved = desk.act(lambda j: period_premium(j, desk.library, programme.programme, first.year), reference=name)
        assert sum(money.amount for money in moved) > 0
    else:
        life(desk, programme, first)


def life(desk: Desk, programme: Programme, first: dt.date) -> None:
    assert programme.assumptions is not None
    stated = programme.assumptions.exposure[0].fields.items()
    fields = {name: str(value) for name, value in stated if name != "attached"}  # the book fills in the policy's day
    ask = Ask(programme.programme, first, None, fields, Person("甲", "甲"))
    number = desk.act(lambda j: quote(j, desk.library, ask)).number
    assert desk.act(lambda j: underwrite(j, desk.library, number)).kind in ACCEPTED
    policy = desk.act(lambda j: issue(j, desk.library, number))
    money = due(desk, policy.id)
    assert sum(money.values()) == 0
    assert sum(amount for amount in money.values() if amount > 0) == policy.premium > 0
    assert desk.act(lambda j: cancel(j, desk.library, policy.number, start=first)).premium == 0
    assert due(desk, policy.id) == {}
