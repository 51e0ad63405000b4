"""A notice that cannot be accepted as it stands says so at once."""

import datetime as dt

import pytest

from book.policy_book import Desk
from quanyu.book.claims import Notice
from quanyu.book.determining import Determination
from quanyu.book.dossier import Dossier
from quanyu.book.endorsing import cancel
from quanyu.cli.told_claims import show_dossier
from quanyu.desk.booking import Book
from quanyu.desk.claims import Told, determine_units, notify_claim, state_of_claim
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


def test_what_chooses_the_version_is_asked_for_by_its_option(desk: Desk) -> None:
    loss, known = dt.date(2026, 3, 1), dt.date(2026, 3, 2)
    wrong = noticed(desk, None, loss)
    assert isinstance(wrong, list)
    assert [(one.code, one.remedy.en) for one in wrong] == [("version-undated", "name the policy: --policy")]
    assert "rows" not in wrong[0].reason.en
    assert "no policy is named" in wrong[0].reason.en
    book = Book(desk.store, lambda: NOW, "ada")
    undated = determine_units(book, Determination(desk.code, "D", loss, known, "ada", [{"assessed": "1"}]))
    assert isinstance(undated, list)
    assert [(one.code, one.remedy.zh) for one in undated] == [("version-undated", "写明依哪一版：--version 日期")]


def test_a_fact_without_a_value_or_a_file_is_refused(desk: Desk) -> None:
    policy = desk.issue(FIELDS, dt.date(2026, 2, 1), dt.date(2027, 1, 31)).number
    claim = noticed(desk, policy, dt.date(2026, 3, 1))
    assert isinstance(claim, Dossier)
    book = Book(desk.store, lambda: NOW, "ada")
    empty = state_of_claim(book, claim.claim.number, Told({}, "ada", dt.date(2026, 12, 30)))
    assert isinstance(empty, list)
    assert [one.code for one in empty] == ["nothing-stated"]
