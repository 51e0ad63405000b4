"""`bootstrap: season` from the file of a history to the terminal, the table of figures and the report."""

import datetime as dt
import math
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from quanyu.cli.app import app

PROGRAMME = """
programme: test.rain
version: 2026-01-01
name: {zh: 降雨, en: Rain}
family: index
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
parties: {a: {kind: insurer, name: {zh: 甲, en: A}}}
insured: {unit: farm, enrolment: none, fields: {mu: number}}
facts: {rain: {series: day, unit: mm, station: 慈溪}}
covers: {wet: {name: {zh: 雨, en: wet}, pays: 10 * sum(rain) * mu}}
losses: {from: [{as: all, party: a}], to: [{as: paid, party: insured}]}
examples: [{cover: wet, env: {rain: [3, 4], mu: 2}, expect: 140}]
assumptions:
  exposure: [{count: 1, fields: {mu: 2}}]
  perils:
    season:
      series: {rain: {bootstrap: season, history: rain.csv, steps: 120}}
      covers: [wet]
"""
RAIN = {2022: (100, 10), 2023: (10, 100), 2024: (60, 60), 2025: (0, 0)}
"""Millimetres on 11 January and 11 April; the most wet of both days together would be 200, in no year they are."""
PAID = [10 * sum(days) * 2 for days in RAIN.values()]


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    """The programme beside its history; 1 July lies beyond the 120 days that are insured."""
    days = [dt.date(2022, 1, 1) + dt.timedelta(n) for n in range(1461)]
    told = {(1, 11): 0, (4, 11): 1}
    lines = ["date,rain"]
    for day in days:
        wet = RAIN[day.year][told[day.month, day.day]] if (day.month, day.day) in told else 0
        lines.append(f"{day},{9999 if (day.month, day.day) == (7, 1) else wet}")
    (tmp_path / "rain.csv").write_text("\n".join(lines) + "\n", "utf-8")
    path = tmp_path / "2026-01-01.yaml"
    path.write_text(PROGRAMME, "utf-8")
    return path


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(w) for w in words], env={"COLUMNS": "300", "NO_COLOR": "1"})
    assert result.exit_code == 0, result.output
    return result.output


def test_figures_are_those_of_whole_historic_years(programme: Path, tmp_path: Path) -> None:
    said = run("simulate", programme, "--years", 8000, "--out", tmp_path / "figures.csv", "--lang", "en")
    (row,) = pl.read_csv(tmp_path / "figures.csv").filter(party="a", account="losses").to_dicts()
    mean = sum(PAID) / 4
    deviation = math.sqrt(sum((paid - mean) ** 2 for paid in PAID) / 4)
    assert row["mean"] == pytest.approx(mean, abs=4 * row["mean error"])
    assert row["mean error"] == pytest.approx(row["sd"] / math.sqrt(8000))
    assert row["sd"] == pytest.approx(deviation, abs=4 * row["sd error"])
    assert [row[f"{name} {level}"] for name in ("VaR", "TVaR") for level in ("95%", "99%", "99.5%")] == [2400.0] * 6
    assert f"{row['mean']:,.0f} ± {row['mean error']:,.0f}" in said


def test_the_same_years_whatever_the_threads(programme: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{threads}.csv" for threads in (1, 3)]
    for threads, file in zip((1, 3), files, strict=True):
        run("simulate", programme, "--years", 3000, "--threads", threads, "--out", file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_report_says_what_was_drawn(programme: Path, tmp_path: Path) -> None:
    run("report", programme, "--years", 2000, "--out", tmp_path / "report.html", "--lang", "en")
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "rain: whole years of rain.csv, drawn again" in text
    assert "rain：历史 rain.csv 整年重抽" in text
    assert "2,400" in text
