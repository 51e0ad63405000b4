"""Claims on the terminal: JSON for programs, and what is refused says why."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from book.test_claims import PROGRAMME
from quanyu.cli.app import app

ACT = ["--booked", "2026-03-05"]


@pytest.fixture
def programme(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The programme published in a book of the test's own."""
    monkeypatch.setenv("QUANYU_DATABASE_URL", database_url)
    monkeypatch.setenv("QUANYU_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "trial.yaml"
    path.write_text(PROGRAMME.replace("enrolment: policies", "enrolment: none"), "utf-8")
    assert said("book", "publish", str(path), *ACT).exit_code == 0
    return path


def said(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--lang", "en"], env={"COLUMNS": "200", "NO_COLOR": "1"})


def told(*words: str) -> Any:
    """What a verb prints for programs."""
    result = said(*words, "--format", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_claim_is_told_to_programs(programme: Path) -> None:
    notice = ["claim", "notify", "test.claims", "--occurred", "2026-03-01", "--cover", "flood", "--claimant", "a=Ada"]
    claim = told(*notice, "--number", "K1", *ACT)
    assert (claim["claim"]["number"], claim["state"], claim["claimant"]["code"]) == ("K1", "open", "a")
    told("claim", "fact", "K1", "--field", "depth=75", "--by", "surveyor", *ACT)
    claim = told("claim", "decide", "K1", *ACT)
    assert sum(one["due"] for one in claim["money"]) == 100_000
    assert told("claim", "pay", "K1", "--amount", "400", *ACT)["happenings"][-1]["kind"] == "paid"
    (line,) = told("claim", "list", "--programme", "test.claims")
    assert (line["number"], line["due"], line["paid"]) == ("K1", 100_000, 40_000)
    (clock,) = told("claim", "clocks", "--on", "2026-03-20")
    assert (clock["number"], clock["overdue"], clock["decided"]) == ("K1", False, "2026-03-05")


def test_an_assessed_amount_is_of_the_cover_or_of_a_line(programme: Path) -> None:
    for number, amount in (("K1", "12.34"), ("K2", "flood=12.34")):
        notice = ["claim", "notify", "test.claims", "--occurred", "2026-03-01", "--cover", "flood", "--claimant", "a"]
        told(*notice, "--number", number, *ACT)
        claim = told("claim", "decide", number, "--amount", amount, *ACT)
        assert sum(one["due"] for one in claim["money"]) == 1234


def test_what_is_refused_says_why(programme: Path) -> None:
    refused = said("claim", "show", "K9")
    assert refused.exit_code == 1
    assert "unknown-claim" in refused.stderr
    lacking = said("claim", "fact", "K9", "--evidence", "nowhere.pdf", "--field", "depth=1")
    assert lacking.exit_code == 1
    assert "cannot-read" in lacking.stderr


def test_a_determination_is_told_to_programs(programme: Path, tmp_path: Path) -> None:
    table = tmp_path / "houses.csv"
    table.write_text("insured,depth\nH1,75\nH2,10\n", "utf-8")
    words = ["claim", "determine", "test.claims", "flood-1", "--occurred", "2026-03-01", "--known", "2026-03-02"]
    done = told(*words, "--by", "gauge", "--cover", "flood", "--units", str(table), "--pay", *ACT)
    assert (done["claims"], done["amount"], done["paid"], done["columns"]) == (1, 100_000, 100_000, True)
    again = said(*words, "--by", "gauge", "--cover", "flood", "--units", str(table), "--pay", *ACT)
    assert again.exit_code == 0
    assert "done before" in again.output
