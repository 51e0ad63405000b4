"""Settled cases and premium sheets: every fen is somewhere, and large ones stay short."""

from fractions import Fraction
from pathlib import Path

import pytest

from desk.pages_of import PROGRAMMES, cases_under, opened, page
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.pages import programme_page
from quanyu.documents import ProgrammePage, Report, SettledCase, render_report
from quanyu.terms import Text

FILES = sorted(p.relative_to(PROGRAMMES).with_suffix("") for p in PROGRAMMES.rglob("*.yaml"))


def bare(name: str) -> ProgrammePage:
    return programme_page(opened(name), None, cases_under(name))


@pytest.mark.parametrize("name", FILES, ids=str)
def test_every_fen_of_every_case_has_a_bearer(name: object) -> None:
    for case in bare(str(name)).cases:
        assert sum(t.fen for t in case.totals) == case.total_fen
        for path in case.paths:
            assert sum(t.fen for t in path.finally_borne) == path.amount_fen
            assert path.explanation
            for p in path.passages:
                assert p.reached_fen == p.taken_fen + p.rest_fen
                assert not p.members or p.depth >= 0


@pytest.mark.parametrize("name", FILES, ids=str)
def test_steps_of_a_case_add_up_to_it(name: object) -> None:
    for case in bare(str(name)).cases:
        assert sum(s.taken_fen for s in case.steps if s.depth == 0) == case.total_fen


def one_case(name: str, title: str) -> SettledCase:
    return next(c for c in bare(name).cases if title in c.title.en)


def test_a_large_case_shows_totals_and_a_few_paths() -> None:
    case = one_case("ningbo/public-catastrophe/2016-01-01", "used up")
    assert case.claims == 15_001
    assert [p.claim for p in case.paths] == ["first", "ankle.1", "chest.1", "knee.1"]
    assert case.total_fen == 303_000_000_00
    ankle = case.paths[1]
    assert ankle.passages[0].cut is not None
    assert "500 cut to 416.67" in ankle.passages[0].cut.en
    assert len(case.transfers[0].rows) == 7


def test_a_large_pool_pays_as_one() -> None:
    case = one_case("shanghai/ic-pool/2021-10-01", "fab fire")
    (paid,) = case.transfers
    assert (Text("集成电路共保体", "The pool"), Text("被保险人 fab-1", "the insured fab-1"), "pool", 10**8) in paid.rows
    assert "this causes first-reinstatement: 40,000,000.00" in [c.en for c in case.caused]
    pool = next(p for p in case.paths[0].passages if p.label == "pool")
    assert len(pool.members) == 21
    assert [p.depth for p in case.paths[0].passages] == [0, 0, 1, 1, 2, 2]


def test_recoveries_are_a_case_of_their_own() -> None:
    names = [c.title.en for c in bare("ningbo/small-loan-guarantee/2009-08-01").cases]
    back = one_case("ningbo/small-loan-guarantee/2009-08-01", "what came back")
    assert len(names) == 4
    assert back.flow == "recoveries.to"
    assert {t.party: t.fen for t in back.totals} == {
        "bank": 15_000_000, "picc": 12_500_000, "cpic": 12_500_000, "fund": 10_000_000,
    }  # fmt: skip
    assert all(e.passed for e in back.expected)


def test_a_sheet_shows_every_line_and_who_pays() -> None:
    first, second = bare("shanghai/ic-pool/2021-10-01").premium
    assert first.total == 22_080_000
    assert [(line.value, line.running) for line in second.lines] == [
        ("79,120,000", 79_120_000),
        ("× 0.85", 67_252_000),
    ]
    assert second.lines[1].how == Text("查表：high → high", "by the table: high → high")
    assert second.lines[1].illustrative
    assert not second.lines[0].illustrative
    for sheet in (first, second):
        assert sum(Fraction(a.amount) for a in sheet.payers if not a.of) == sheet.total
        assert sum(Fraction(a.amount) for a in sheet.receivers if not a.of) == sheet.total


def test_members_of_a_small_pool_are_listed_under_it() -> None:
    (sheet,) = bare("ningbo/public-catastrophe/2016-01-01").premium
    members = [a for a in sheet.receivers if a.of == "coinsurers"]
    assert sum(Fraction(a.amount) for a in members) == 57_000_000
    assert members[0].share == Fraction(1, 2)


@pytest.mark.parametrize("name", ["shanghai/ic-pool/2021-10-01", "ningbo/fulong-rural-mutual/2011-09-01"])
def test_a_page_renders_in_both_languages(name: str) -> None:
    one = page(name)
    html = render_report(Report(title=Text("报告", "Report"), programmes=(one,)))
    for text in (one.name, *(s.text for s in one.sources)):
        assert text.zh.split("“")[0][:8] in html
    assert "undefined" not in html


SMALL = """\
programme: town.small
version: 2024-01-01
name: {zh: 小方案, en: A small one}
family: agriculture
illustrative: [all]
parties:
  insurer: {kind: insurer, name: {zh: 甲, en: Alpha}}
facts:
  damage: {type: money, certified: {zh: 公估, en: loss adjuster}}
covers:
  loss: {pays: damage}
losses:
  - {as: cover, party: insurer, attachment: 100, limit: 900}
  - {as: rest, party: insured}
examples:
  - {flow: losses, rows: [{amount: 500}], expect: {insurer: 400, "insured:i1": 100}}
"""


def test_a_programme_with_the_least_that_is_needed_has_a_page(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    found = open_programme(path)
    assert isinstance(found, Opened), found
    one = programme_page(found, None, ())
    assert one.premium == ()
    assert one.period_premium is None
    assert [f.name for f in one.flows] == ["losses.from", "losses.to"]
    assert all(b.illustrative or s.illustrative for s in one.flows[0].steps for b in s.attachments)
    assert one.examples[0].passed
    assert "no assumptions" in one.warnings[0].en
