"""Verbs that hold a programme's gates, settle under a folder of versions, and say when new business stops."""

from pathlib import Path

import pytest

from quanyu.cli.cases import explain_case, show_case
from quanyu.desk.check import check_file
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.quote import PricedTable, price_table, quote_fields
from quanyu.desk.settle import SettledCase, settle_file

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "findings" / "base.yaml"


def folder(tmp_path: Path, **files: str) -> Path:
    """Versions of the base programme, and whatever else, by name."""
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "base.yaml").write_bytes(BASE.read_bytes())
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/").replace("_case", ".case").replace("_csv", ".csv")
        path.parent.mkdir(exist_ok=True, parents=True)
        (path if path.suffix else path.with_suffix(".yaml")).write_text(text, "utf-8")
    return tmp_path


def opened(path: Path) -> Opened:
    found = open_programme(path)
    assert isinstance(found, Opened), found
    return found


def test_a_quote_of_a_risk_that_breaks_a_condition_is_refused(tmp_path: Path) -> None:
    programme = opened(folder(tmp_path) / "base.yaml")
    found = quote_fields(programme, {"sum": "0", "rate": "1%"})
    assert isinstance(found, list)
    assert [(f.code, f.reason.en) for f in found] == [("must-not-met", "`sum > 0 and rate > 0` must hold")]
    assert not isinstance(quote_fields(programme, {"sum": "100", "rate": "1%"}), list)


def test_a_table_with_such_a_risk_is_refused_row_by_row(tmp_path: Path) -> None:
    programme = opened(folder(tmp_path, risks_csv="sum,rate\n100,1%\n0,1%\n200,0%\n") / "base.yaml")
    found = price_table(programme, tmp_path / "risks.csv")
    assert isinstance(found, list)
    assert [(f.code, f.place.line) for f in found if f.place] == [("must-not-met", 3), ("must-not-met", 4)]
    (tmp_path / "risks.csv").write_text("sum,rate\n100,1%\n200,2%\n", "utf-8")
    assert isinstance(price_table(programme, tmp_path / "risks.csv"), PricedTable)


EXPORT = ROOT / "programmes" / "ningbo" / "cixi-export-credit" / "2015-01-01.yaml"


def test_a_real_gate_refuses_an_exporter_above_its_limit() -> None:
    found = quote_fields(opened(EXPORT), {"exports_2014": "0", "exports": "300万"})
    assert isinstance(found, list)
    assert [f.code for f in found] == ["must-not-met"]
    assert "2 million USD" in found[0].reason.en


VERSIONS = {
    "v__2024": "extends: ../base.yaml\nversion: 2024-01-01\nperiod: {from: 2024-01-01, to: 2024-12-31}\n"
    "losses: {from: [{as: relief, party: insurer, cap: {period: 100}}, {as: last, party: city}]}\n",
    "v__2025": "extends: ../base.yaml\nversion: 2025-01-01\nperiod: {from: 2025-01-01, to: 2025-12-31}\n"
    "losses: {from: [{as: relief, party: insurer, cap: {period: 60}}, {as: last, party: city}]}\n",
}
CASE = (
    "case: both years\nprogramme: v\nnote: worked\nrows:\n"
    "  - {claim: x, cover: repair, attached: 2024-10-01, at: 2025-02-01, amount: 130}\n"
    "  - {claim: y, cover: repair, attached: 2025-03-01, at: 2025-05-01, amount: 130, event: e2, insured: i2}\n"
    "expect: {insurer: 160, city: 100}\n"
)


def test_a_case_of_a_folder_is_settled_under_the_versions_that_bind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = settle_file(folder(tmp_path, both_case=CASE, **VERSIONS) / "both.case")
    assert isinstance(done, SettledCase), done
    assert done.holds
    assert [v.path.name for v in done.opened.versions] == ["2024.yaml", "2025.yaml"]
    assert check_file(tmp_path / "both.case").findings == ()
    explain_case(done, "en")
    assert "[2024-01-01/relief]" in capsys.readouterr().out


def test_a_folder_of_different_programmes_or_of_none_is_refused(tmp_path: Path) -> None:
    other = "extends: ../base.yaml\nprogramme: tests.other\n"
    path = folder(tmp_path, both_case=CASE, v__2024=VERSIONS["v__2024"], v__other=other) / "both.case"
    assert [f.code for f in check_file(path).findings] == ["programme-refused", "versions-differ"]
    overlapping = {**VERSIONS, "v__2025": VERSIONS["v__2025"].replace("from: 2025-01-01", "from: 2024-06-01")}
    path = folder(tmp_path / "over", both_case=CASE, **overlapping) / "both.case"
    assert [f.code for f in check_file(path).findings] == ["programme-refused", "version-overlap"]
    (tmp_path / "none" / "v").mkdir(parents=True)
    path = folder(tmp_path / "none", both_case=CASE) / "both.case"
    assert [f.code for f in check_file(path).findings] == ["programme-refused", "cannot-read"]


def test_settling_says_when_new_business_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stop = "extends: base.yaml\nstop: [{as: high, when: losses.relief > 150% * premium}]\n"
    text = CASE.replace("programme: v", "programme: stopping.yaml").replace("160, city: 100", "260")
    done = settle_file(folder(tmp_path, stopping=stop, one_case=text) / "one.case")
    assert isinstance(done, SettledCase), done
    assert [(s.name, s.period, s.holds) for s in done.stops] == [("high", "2025", True)]
    show_case(done, "en")
    assert "closes the programme to new business in 2025" in " ".join(capsys.readouterr().out.split())


def test_each_version_of_a_folder_judges_what_was_settled_under_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a premium of 50 each, the insurer bears 100 under 2024, above its 150 %; under 2025 60, below its 130 %."""
    stops = {
        name: f"{text}stop: [{{as: high, when: losses.relief > {rate} * premium}}]\n"
        for (name, text), rate in zip(VERSIONS.items(), ("150%", "130%"), strict=True)
    }
    paid = (
        "premium: [{attached: 2024-10-01, amount: 50, insured: i1}, {attached: 2025-03-01, amount: 50, insured: i2}]\n"
    )
    done = settle_file(folder(tmp_path, both_case=CASE + paid, **stops) / "both.case")
    assert isinstance(done, SettledCase), done
    assert [(s.name, s.holds) for s in done.stops] == [("2024-01-01/high", True), ("2025-01-01/high", False)]
    show_case(done, "en")
    said = " ".join(capsys.readouterr().out.split())
    assert "the condition 2024-01-01/high closes the programme to new business" in said
    assert "2025-01-01/high" not in said


def test_money_above_the_ceiling_of_an_account_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A fund of 40 is full at 50: of 25 that are paid in 10 have a place."""
    programme = (
        "extends: base.yaml\naccounts: {fund: {name: {zh: 基金, en: The fund}, opening: 40, ceiling: 50}}\n"
        "losses: {from: [{as: fund, party: fund}, {as: last, party: city}]}\n"
    )
    text = (
        "case: full\nprogramme: funded.yaml\nnote: worked\ndeposits: [{at: 2026-01-05, account: fund, amount: 25}]\n"
        "rows: [{claim: x, cover: repair, at: 2026-02-01, amount: 60}]\nexpect: {fund: 50, city: 10}\n"
    )
    done = settle_file(folder(tmp_path, funded=programme, full_case=text) / "full.case")
    assert isinstance(done, SettledCase), done
    assert done.holds
    assert [note.en for note in done.notes] == [
        "The fund was full at 2026-01-05: 15 of what came in lie above its ceiling of 50 and go to nobody"
    ]
    assert "2026-01-05 入账时基金已满：15 超过上限 50，没有归处" in [note.zh for note in done.notes]
    show_case(done, "en")
    assert "15 of what came in lie above its ceiling" in " ".join(capsys.readouterr().out.split())


def test_an_amount_in_another_currency_is_told_with_its_rate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = (
        "[{claim: x, at: 2026-02-01, amount: 100, currency: USD, exchange: {rate: 6.5, source: PBC, date: 2026-02-01}}]"
    )
    text = f"case: dollars\nprogramme: base.yaml\nnote: worked\nrows: {row}\nexpect: {{insurer: 650}}\n"
    done = settle_file(folder(tmp_path, usd_case=text) / "usd.case")
    assert isinstance(done, SettledCase), done
    assert done.holds
    explain_case(done, "en")
    assert "x: 100 USD × 6.5 = 650 (PBC, 2026-02-01)" in capsys.readouterr().out
