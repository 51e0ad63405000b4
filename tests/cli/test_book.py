"""The verbs `quanyu book …` that the guide does not run, in both languages and as JSON."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from book.policy_book import BASE
from quanyu.cli.app import app

DAILY = (
    BASE.replace("t.farm", "t.daily")
    .replace("each: policy", "each: day")
    .replace("base: sum * 1%", "amount: 5")
    .replace("actual/365", "days")
    .replace(
        "{rate: {sum: 1000}, expect: 10}", "{flow: losses, rows: [{cover: home, amount: 1}], expect: {insurer: 1}}"
    )
)
CARGO = (
    BASE.replace("t.farm", "t.cargo").replace("  day_count: actual/365\n", "  true_up: {of: sum, at: 终了}\n")
    + "declarations: {due: 10 days, late: covered, deposit: 1000, minimum: 800}\n"
)
PEOPLE = (
    BASE.replace("t.farm", "t.people")
    .replace("fields:", "enrolment: none, fields:")
    .replace("base: sum * 1%", "amount: 365")
    .replace("  day_count: actual/365\n", "  each: period\n")
    .replace("{as: own, party: insured}", "{as: own, party: insurer}")
    .replace("{sum: 1000}, expect: 10", "{}, expect: 365")
)


@pytest.fixture
def published(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUANYU_DATABASE_URL", database_url)
    for name, text in {"daily": DAILY, "cargo": CARGO, "people": PEOPLE}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "2026-01-01.yaml").write_text(text, "utf-8")
    said = run("publish", str(tmp_path), "--booked", "2026-01-01")
    assert said.count("published") == 3


def run(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(app, ["book", *words], env={"COLUMNS": "200", "QUANYU_LANG": "en", "NO_COLOR": "1"})
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def issue(programme: str, *words: str) -> str:
    on = ("--booked", "2026-01-02")
    quoted = json.loads(
        run("quote", programme, "--from", "2026-02-01", "--holder", "甲", "--format", "json", *on, *words)
    )
    run("underwrite", quoted["number"], *on)
    issued = json.loads(run("issue", quoted["number"], "--format", "json", *on))
    assert issued["segments"][0]["premium"] == quoted["premium"]
    return str(issued["number"])


def test_days_are_added_and_the_premium_is_settled(published: None) -> None:
    number = issue("t.daily", "--to", "2026-02-10")
    assert "premium 100.00" in run("extend", number, "--to", "2026-02-20")
    assert "premium 100.00" in run("suspend", number, "--from", "2026-02-15", "--keep")
    assert "cannot-extend" in run("extend", number, "--to", "2026-03-01", status=1)
    cargo = issue("t.cargo", "--field", "sum=10万")
    assert "premium 1,200.00" in run("true-up", cargo, "--actual", "12万")


def test_exposures_are_declared_and_settled(published: None) -> None:
    booked = ("--booked", "2026-01-05")
    said = run("open", "t.cargo", "--from", "2026-01-01", "--holder", "甲", "--number", "OC-1", *booked)
    assert "open policy OC-1 2026-01-01 – 2026-12-31 premium 1,000.00" in said
    said = run("declare", "OC-1", "--from", "2026-01-03", "--to", "2026-01-20", "--field", "sum=5万", *booked)
    assert "declaration t.cargo-2026-" in said
    assert "cover-runs" in run("adjust", "OC-1", "--booked", "2026-06-01", status=1)
    assert "premium 300.00" in run("adjust", "OC-1", "--booked", "2027-01-02")
    assert "500.00 │ └" in run("show", "OC-1")
    assert "预约保单 OC-1" in run("show", "OC-1", "--lang", "zh")


def test_the_premium_of_a_year_is_booked_once(published: None) -> None:
    assert "in all" in run("premium", "t.people", "--period", "2026", "--booked", "2026-01-05")
    assert "premium-booked" in run("premium", "t.people", "--period", "2026", status=1)


def test_what_was_done_under_a_reference_is_said_to_be_done(published: None) -> None:
    number = issue("t.daily", "--to", "2026-02-10")
    words = ("cancel", number, "--from", "2026-02-05", "--reference", "letter 7")
    assert "premium 20.00" in run(*words)
    assert "done before" in run(*words)


def test_slips_of_the_command_line_are_said(published: None) -> None:
    assert "2026-01-31" in run("quote", "t.daily", "--from", "1/2/2026", status=2)
    assert "whole fen" in run("collect", "x", "--payer", "甲", "--amount", "0.001", status=1)
    assert "amount-too-large" in run("collect", "x", "--payer", "甲", "--amount", "1亿亿", status=1)
    assert "unknown-programme" in run("quote", "t.none", "--from", "2026-02-01", status=1)
    assert "unknown-policy" in run("show", "x", "--known", "2026-01-01T12:00", status=1)


def test_fields_go_by_what_the_programme_calls_them(published: None, tmp_path: Path) -> None:
    named = BASE.replace("t.farm", "t.named").replace(
        "sum: money", "sum: {type: money, name: {zh: 保额, en: insured sum}}"
    )
    path = tmp_path / "named.yaml"
    path.write_text(named.lstrip(), "utf-8")
    run("publish", str(path), "--booked", "2026-01-01")
    number = issue("t.named", "--field", "sum=10万", "--field", "village=E")
    said = run("show", number)
    assert "insured sum=10万" in said
    assert "village=E" in said
