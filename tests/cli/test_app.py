"""The verbs at the terminal: what they print, and what the exit status says."""

import json
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from quanyu.cli.amounts import short
from quanyu.cli.app import app
from quanyu.desk.cautions import cautions_of, few_years
from quanyu.desk.open import Opened, open_programme
from quanyu.simulation import LEVELS

ROOT = Path(__file__).resolve().parents[2]
SHRIMP = ROOT / "programmes/ningbo/yinzhou-shrimp/2018-06-01.yaml"
FIRST_SET = ROOT / "programmes/national/first-set/2019-05-01.yaml"
LOAN = ROOT / "programmes/ningbo/small-loan-guarantee"


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(w) for w in words])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "broken.yaml"
    path.write_text(SHRIMP.read_text("utf-8").replace("party: picc, cap", "party: pick, caps"), "utf-8")
    return path


def test_help_starts_without_the_rooms() -> None:
    """Start-up counts: `--help` loads no arithmetic, no model and no reader."""
    heavy = ("numpy", "numba", "polars", "pydantic", "scipy", "ruamel", "lark", "jinja2")
    words = [sys.executable, "-c", "import sys, quanyu.cli.app; print(*sys.modules)"]
    loaded = subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in loaded if name.split(".")[0] in heavy]


def test_check_says_that_all_is_well() -> None:
    result = run("check", SHRIMP, "--lang", "en")
    assert result.exit_code == 0
    assert "no findings" in result.output
    assert "example(s) hold" in result.output


def test_check_shows_place_excerpt_reason_and_remedy(broken: Path) -> None:
    result = run("check", broken, "--lang", "en")
    assert result.exit_code == 1
    assert f"{broken}:" in result.output
    assert "unknown-key" in result.output
    assert "caps: {policy" in result.output
    assert "^^^^" in result.output
    assert "did you mean `cap`?" in result.output


def test_check_speaks_chinese(broken: Path) -> None:
    assert "这里没有“caps”这个键" in run("check", broken, "--lang", "zh").output


def test_check_as_json(broken: Path) -> None:
    result = run("check", broken, SHRIMP, "--format", "json")
    assert result.exit_code == 1
    refused, fine = json.loads(result.output)
    assert refused["refused"] is True
    assert fine["refused"] is False
    assert refused["findings"][0]["code"] == "unknown-key"
    assert refused["findings"][0]["line"] > 1
    assert set(refused["findings"][0]["reason"]) == {"zh", "en"}


def test_check_runs_the_examples_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(
        SHRIMP.read_text("utf-8").replace(
            "env: {gust: 20.8, mu: 1}, expect: 400", "env: {gust: 20.8, mu: 1}, expect: 401"
        ),
        "utf-8",
    )
    result = run("check", path, "--lang", "en")
    assert result.exit_code == 1
    assert "example-fails" in result.output
    assert "400 ≠ 401" in result.output


def test_a_file_that_is_not_there() -> None:
    result = run("check", "nowhere.yaml", "--lang", "en")
    assert result.exit_code == 1
    assert "cannot-read" in result.output


def test_explain_says_a_programme_in_words() -> None:
    result = run("explain", LOAN / "2009-08-01.yaml", "--lang", "en")
    assert result.exit_code == 0
    assert "who bears a loss" in result.output
    assert "By the amount billed or booked: pays min(outstanding, principal)" in result.output
    assert "150% * premium" in result.output


def test_simulate_says_what_the_report_says_beside_its_figures() -> None:
    opened = open_programme(SHRIMP)
    assert isinstance(opened, Opened)
    cautions = [*cautions_of(opened), *few_years(200, LEVELS)]
    assert len(cautions) >= 3
    for language in ("zh", "en"):
        output = re.sub(r"\s+", "", run("simulate", SHRIMP, "--years", 200, "--lang", language).output)
        for caution in cautions:
            assert re.sub(r"\s+", "", f"! {caution.inside(language)}") in output


def test_explain_follows_the_money_of_a_case() -> None:
    result = run("explain", LOAN / "excess-and-recovery.case", "--lang", "en")
    assert result.exit_code == 0
    assert "600,000" in result.output


def test_explain_names_those_who_bore_a_loss_that_comes_back() -> None:
    for language, name in (("en", "by those who bore the loss"), ("zh", "各承担人取 50万")):
        output = " ".join(run("explain", LOAN / "recovered.case", "--lang", language).output.split())
        assert name in output
        assert "borne" not in output


def test_one_premium_with_its_sheet() -> None:
    result = run("price", FIRST_SET, "--field", "sum=1000万", "--field", "rate=5%", "--lang", "en")
    assert result.exit_code == 0
    assert "500,000.00" in result.output


MOTOR = """
programme: tests.motor
version: 2026-01-01
name: {zh: 车险, en: Motor}
family: property
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: policy, basis: attaching}
parties: {insurer: {kind: insurer}}
insured: {unit: car, enrolment: policies, fields: {sum: money, start: date, end: date}}
facts: {assessed: {type: money}}
covers: {hull: {pays: "min(assessed, sum)"}}
states: {ncd: {start: 0, next: "if(claims == 0, max(-4, ncd - 1), min(5, ncd + claims))"}}
losses: [{as: bears, party: insurer}]
premium:
  base: sum * 1%
  factors: {ncd: {by: ncd, table: {"(-inf, -3]": 0.5, "(-3, 0)": 0.8, "0": 1, "(0, inf)": 1.5}}}
  day_count: actual/365
  round: 0.01
examples: [{rate: {sum: 10万, start: 2026-01-01, end: 2026-12-31, ncd: -2}, expect: 800}]
"""


@pytest.fixture
def motor(tmp_path: Path) -> Path:
    path = tmp_path / "motor.yaml"
    path.write_text(MOTOR, "utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "premium"),
    [
        ((), "1,000.00"),
        (("--field", "ncd=-2"), "800.00"),
        (("--claims", 0, "--claims", 0, "--claims", 0), "500.00"),
        (("--claims", 0, "--claims", 1), "1,000.00"),
        (("--claims", 2), "1,500.00"),
        (("--field", "ncd=-4", "--claims", 1), "500.00"),
        (("--field", "ncd=-4", "--claims", 2), "800.00"),
    ],
)
def test_experience_moves_the_premium(motor: Path, words: tuple[object, ...], premium: str) -> None:
    assert run("check", motor).exit_code == 0
    result = run("price", motor, "--field", "sum=10万", *words, "--lang", "en")
    assert result.exit_code == 0, result.output
    assert result.output.split()[-3] == premium


def test_a_field_that_nothing_reads_is_refused(motor: Path) -> None:
    """Else `ndc=-4` would be the premium of a risk without history."""
    result = run("price", motor, "--field", "sum=10万", "--field", "ndc=-4", "--lang", "en")
    assert result.exit_code == 1
    assert "unknown-field" in result.output
    assert "did you mean `ncd`?" in result.output


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (999, "999", "999"),
        (1_234, "1,234", "1.23k"),
        (-45_678, "-4.57万", "-45.7k"),
        (57_000_000, "5,700万", "57.0M"),
        (1.2345e9, "12.3亿", "1.23bn"),
    ],
)
def test_short_amounts_keep_three_figures(amount: float, zh: str, en: str) -> None:
    assert (short(amount, zh=True), short(amount, zh=False)) == (zh, en)


def test_a_part_of_the_year_is_priced_by_its_days(motor: Path) -> None:
    days = ("--field", "start=2026-03-01", "--field", "end=2026-05-31")
    result = run("price", motor, "--field", "sum=10万", *days, "--lang", "en")
    assert "actual/365" in result.output
    assert "252.05" in result.output  # 1000 × 92/365 = 252.0547…


@pytest.mark.parametrize(("file", "claims"), [("motor", -1), ("first-set", 1)])
def test_claims_that_cannot_move_anything(motor: Path, file: str, claims: int) -> None:
    result = run("price", motor if file == "motor" else FIRST_SET, "--field", "sum=10万", "--claims", claims)
    assert result.exit_code == 1
    assert "wrong-value" in result.output


def test_a_table_is_priced_and_written(tmp_path: Path) -> None:
    exposure, out = tmp_path / "risks.csv", tmp_path / "priced.xlsx"
    exposure.write_text("sum,rate,nth_year,in_catalogue\n1000万,5%,1,true\n2000万,2%,2,true\n", "utf-8")
    result = run("price", FIRST_SET, "--exposure", exposure, "--out", out, "--lang", "en")
    assert result.exit_code == 0
    assert "2 risks, premium 900,000.00 CNY" in result.output
    assert pl.read_excel(out)["premium"].to_list() == [500000.0, 400000.0]


def test_a_bad_cell_refuses_the_whole_table(tmp_path: Path) -> None:
    exposure, out = tmp_path / "risks.csv", tmp_path / "priced.csv"
    exposure.write_text("sum,rate\n1000万,5%\nabc,nan\n", "utf-8")
    result = run("price", FIRST_SET, "--exposure", exposure, "--out", out, "--lang", "en")
    assert result.exit_code == 1
    assert result.output.count("bad-cell") == 2
    assert f"{exposure}:3:1" in result.output
    assert not out.exists()


def test_simulated_accounts_and_changed_terms(tmp_path: Path) -> None:
    out = tmp_path / "figures.csv"
    words = ("simulate", SHRIMP, "--years", 2000, "--set", "losses.index.cap.policy=1", "--out", out, "--lang", "en")
    result = run(*words)
    assert result.exit_code == 0
    assert "picc" in result.output
    assert "losses.index.cap.policy=1" in result.output
    figures = pl.read_csv(out)
    assert {"losses", "deficit", "losses.from", "premium.to"} <= set(figures["account"])
    assert {"party", "account", "mean", "mean error", "VaR 99.5%", "TVaR 99.5% error"} <= set(figures.columns)


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_no_figure_is_cut_off_at_the_edge_of_a_terminal(spoken: str) -> None:
    words = ["simulate", str(ROOT / "programmes/shanghai/ic-pool/2021-10-01.yaml"), "--years", "600", "--lang", spoken]
    narrow, wide = (CliRunner().invoke(app, words, env={"COLUMNS": columns}).output for columns in ("80", "300"))
    figure = re.compile(r"\d…|…\d|,…")
    assert not figure.search(narrow)
    assert "542,102,272" in wide


def test_a_changed_term_that_is_not_there() -> None:
    result = run("simulate", SHRIMP, "--years", 100, "--set", "losses.nobody.cap.policy=1", "--lang", "en")
    assert result.exit_code == 1
    assert "unknown-term" in result.output


def test_settled_cases_beside_what_they_expect() -> None:
    result = run("settle", LOAN, "--lang", "en")
    assert result.exit_code == 0
    assert "✗" not in result.output
    assert "recorded" in result.output


def test_a_case_that_comes_out_differently_fails(tmp_path: Path) -> None:
    case = tmp_path / "x.case"
    text = (LOAN / "excess-and-recovery.case").read_text("utf-8")
    case.write_text(
        text.replace("programme: 2009", f"programme: {LOAN}/2009").replace("fund: 60万", "fund: 61万"), "utf-8"
    )
    assert run("settle", case).exit_code == 1
    assert run("check", case, "--lang", "en").exit_code == 1


def test_the_canonical_form_is_a_programme(tmp_path: Path) -> None:
    result = run("format", SHRIMP)
    assert result.exit_code == 0
    again = tmp_path / "again.yaml"
    again.write_text(result.output, "utf-8")
    assert run("check", again).exit_code == 0
    assert run("format", again).output == result.output


def test_schemas_are_printed() -> None:
    assert json.loads(run("schema").output)["title"].startswith("Quanyu programme")
    assert json.loads(run("schema", "--case").output)["title"].startswith("Quanyu case")


def test_a_fact_that_no_assumption_makes_is_a_finding(tmp_path: Path) -> None:
    """Two perils; the one of them draws no `depth` that the cover of the other reads in a term."""
    path = tmp_path / "x.yaml"
    text = SHRIMP.read_text("utf-8")
    text = text.replace(
        "{as: index, party: picc, cap: {policy: 4000 * mu}}", "{as: index, party: picc, limit: {claim: 100 * gust}}"
    )
    head, tail = text.split("    plum-rain:", 1)
    path.write_text(
        head
        + "    plum-rain:"
        + tail.replace("        gust: {lognormal: {mean: 12, cv: 0.25}}\n", "").replace(
            "covers: [wind, rain]", "covers: [rain]"
        ),
        "utf-8",
    )
    result = run("simulate", path, "--years", 200, "--lang", "en")
    assert result.exit_code == 1
    assert "term-without-value" in result.output


@pytest.mark.parametrize("group", [(), ("book",), ("claim",), ("accounts",)])
def test_every_verb_is_listed_in_both_languages(group: tuple[str, ...]) -> None:
    said = run(*group, "--help").output.partition("Commands:")[2]
    assert "..." not in said
    verbs = re.split(r"\n(?=  \S)", said)[1:]
    assert len(verbs) > 5
    assert [verb for verb in verbs if not re.search("[\u4e00-\u9fff]", verb) and "Schema" not in verb] == []


def test_the_version_is_said() -> None:
    done = run("--version")
    assert done.exit_code == 0
    assert re.fullmatch(r"quanyu \d+\.\d+\.\d+\S*\n", done.output)
