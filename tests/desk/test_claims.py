"""A notice that cannot be accepted as it stands says so at once."""

import datetime as dt

import pytest

from book.policy_book import Desk
from quanyu.book.claims import Notice
from quanyu.book.dossier import Dossier
from quanyu.book.endorsing import cancel
from quanyu.cli.told_claims import show_dossier
from quanyu.desk.booking import Book
from quanyu.desk.claims import notify_claim
from quanyu.store import Store
from quanyu.terms import Severity

NOW = dt.datetime(2026, 12, 30, 4, tzinfo=dt.UTC)
FIELDS = {"sum": "100万", "village": "东"}


@pytest.fixture
def desk(store: Store) -> Desk:
    made = Desk(store).found()
    made.publish()
    return made


def noticed(desk: Desk, policy: str | None, occurred: dt.date) -> object:
    book = Book(desk.store, lambda: NOW, "ada")
    return notify_claim(book, Notice(desk.code, occurred, dt.date(2026, 12, 30), policy=policy))


def test_a_loss_outside_the_cover_is_recorded_with_a_caution(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    policy = desk.issue(FIELDS, dt.date(2026, 2, 1), dt.date(2027, 1, 31)).number
    sound = noticed(desk, policy, dt.date(2026, 3, 1))
    assert isinstance(sound, Dossier)
    assert not sound.cautions
    desk.act(lambda j: cancel(j, desk.library, policy, start=dt.date(2026, 6, 1)))
    for day in (dt.date(2025, 3, 1), dt.date(2026, 6, 1)):
        doubted = noticed(desk, policy, day)
        assert isinstance(doubted, Dossier)
        assert [(one.code, one.severity) for one in doubted.cautions] == [("claim-not-covered", Severity.WARNING)]
        show_dossier(doubted, "zh", json=False, whole=False)
        assert f"保单 {policy} 在 {day} 不在保障中" in capsys.readouterr().err
        show_dossier(doubted, "en", json=True, whole=False)
        assert f'"en": "the policy {policy} does not cover {day}' in capsys.readouterr().out
