"""Programmes in which no money flows: hours are settled in hundredths like money, and nothing is called yuan."""

from fractions import Fraction
from pathlib import Path

import pytest

from quanyu.cli.cases import explain_case, show_case
from quanyu.desk.settle import SettledCase, settle_file

ROOT = Path(__file__).resolve().parents[2]
HOURS = ROOT / "tests" / "reference" / "programmes" / "07-long-term-care.yaml"
CASE = """
case: {{zh: 两次护理, en: two visits}}
programme: {programme}
note: worked
defaults: {{cover: home-care, place: home, grade: 2, insured: i1, policy: p1, period: 2023}}
rows:
  - {{claim: first, at: 2023-03-02, month: 3, hours: 25.25}}
  - {{claim: second, at: 2023-03-20, month: 3, amount: 10.5}}
expect: {{fund: 30, "insured:i1": 5.75}}
"""


def test_hours_are_settled_in_hundredths_and_printed_as_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """30 hours a month: 25.25, then 4.75 of 10.5."""
    (tmp_path / "hours.case").write_text(CASE.format(programme=HOURS), "utf-8")
    done = settle_file(tmp_path / "hours.case")
    assert isinstance(done, SettledCase), done
    assert done.holds
    assert {k: Fraction(v) / 100 for k, v in done.settled.outcome.by_claim().items()} == {
        ("first", "fund"): Fraction("25.25"), ("second", "fund"): Fraction("4.75"),
        ("second", "insured:i1"): Fraction("5.75"),
    }  # fmt: skip
    assert done.opened.under.programme.counted_in == "hour"
    show_case(done, "en")
    explain_case(done, "zh")
    told = capsys.readouterr().out
    assert "25.25" in told
    assert not any(word in told for word in ("CNY", "元", "fen", "分钱"))
