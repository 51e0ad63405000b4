"""What a hostile or unlucky newcomer does: every answer is a finding or a result, never a traceback or silence."""

import datetime as dt
import os
import time
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from typer.testing import CliRunner, Result

from quanyu.cli.app import app
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.simulate import prepare, simulate_programme
from quanyu.desk.whatif import changed_programme, same_claims
from quanyu.simulation import Plan, Stored

ROOT = Path(__file__).resolve().parents[2]
BASE = (ROOT / "docs/reference/base.yaml").read_text("utf-8")


def run(*words: object) -> Result:
    result = CliRunner().invoke(app, [str(w) for w in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def check(folder: Path, text: str) -> str:
    path = folder / "programme.yaml"
    path.write_text(text, "utf-8")
    return run("check", path, "--lang", "en").output


def settle(folder: Path, body: str) -> Result:
    (folder / "base.yaml").write_text(BASE, "utf-8")
    path = folder / "a.case"
    path.write_text(f"case: a\nprogramme: base.yaml\nnote: worked\n{body}\n", "utf-8")
    return run("settle", path, "--lang", "en")


def write_rows(path: Path, *rows: Sequence[object]) -> None:
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    for number, values in enumerate(rows):
        sheet.write_row(number, 0, values)
    book.close()


def row(values: str) -> str:
    return f"rows: [{{claim: a, cover: repair, {values}}}]"


# ------------------------------------------------------------------------------------------------ files


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_a_device_is_no_file(tmp_path: Path) -> None:
    assert "not a regular file" in check(tmp_path, "extends: /dev/zero\n" + BASE)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_that_nobody_fills_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "cannot-read" in run("check", tmp_path / "pipe.yaml").output


@pytest.mark.parametrize("text", ['values: {"\\ud800": 1}', 'source: "\\x1b[31m"', 'family: "a\\0"'])
def test_an_escape_that_writes_what_no_file_may_hold(tmp_path: Path, text: str) -> None:
    assert "control-character" in check(tmp_path, f"{BASE}\n{text}\n")


def test_ten_thousand_faults_are_not_all_shown(tmp_path: Path) -> None:
    values = ", ".join(f"k{n}: 1" for n in range(10_000))
    said = check(tmp_path, f"{BASE}\nvalues: {{{values}}}\n")
    assert "10000 in all, the first 200 are shown" in said
    assert "more-findings" in said


@pytest.mark.parametrize(
    ("plain", "full"),
    [
        ("{as: relief, party: insurer, cap: {period: 3亿}}", "{as: relief， party: insurer}"),
        ("{as: relief, party: insurer, cap: {period: 3亿}}", "{as：relief, party：insurer}"),
        ("programme: docs.base", "programme：docs.base"),
    ],
)
def test_full_width_signs_are_named(tmp_path: Path, plain: str, full: str) -> None:
    assert "not full-width ones" in check(tmp_path, BASE.replace(plain, full))


def test_a_key_without_a_value_is_said_to_have_none(tmp_path: Path) -> None:
    assert "`period` has no value" in check(tmp_path, BASE.replace("{period: 3亿}", "{period: }"))


def test_a_wrong_form_is_said_in_words(tmp_path: Path) -> None:
    said = check(tmp_path, BASE + "\nvalues: {v: 3}\n")
    assert "a mapping {key: value} stands here" in said
    assert "BaseModel" not in said
    assert "Input" not in said


@pytest.mark.parametrize("expect", ["5", "[1, 2]", "lots"])
def test_an_example_of_a_flow_expects_by_party(tmp_path: Path, expect: str) -> None:
    said = check(tmp_path, f"{BASE}  - {{flow: losses, rows: [{{t: 1, claim: a, amount: 5}}], expect: {expect}}}\n")
    assert "expects by party" in said
    assert "example-cannot-run" in said


# ------------------------------------------------------------------------------------------------ rows of cases


@pytest.mark.parametrize(
    "at", ["2026-02-30", "yesterday", "'2026-07-11T10:00'", "20260711", "0000-01-01", "true", "[2026-07-11]", "{a: 1}"]
)
def test_a_time_is_a_date_or_a_number(tmp_path: Path, at: str) -> None:
    result = settle(tmp_path, row(f"at: {at}, amount: 100"))
    assert result.exit_code == 1
    assert "wrong-value" in result.output


@pytest.mark.parametrize("amount", ["lots", "true", "nan", "inf", "10 / 0", "[1, 2]", "{a: 1}", "9" * 30])
def test_an_amount_that_is_none_is_named(tmp_path: Path, amount: str) -> None:
    result = settle(tmp_path, row(f"at: 2026-07-11, amount: {amount}"))
    assert "wrong-value" in result.output
    assert "of amount" in result.output


@pytest.mark.parametrize("count", ["-1", "0.5", "many", "1000000000", "[1]"])
def test_a_count_is_a_whole_number_that_can_be_held(tmp_path: Path, count: str) -> None:
    assert "wrong-value" in settle(tmp_path, row(f"at: 2026-07-11, amount: 1, count: {count}")).output


def test_a_cover_that_does_not_exist_is_refused_beside_an_amount_too(tmp_path: Path) -> None:
    result = settle(tmp_path, "rows: [{claim: a, cover: repairs, at: 2026-07-11, amount: 100}]")
    assert "there is no cover `repairs`" in result.output


def test_a_reduction_below_zero_is_said_in_yuan(tmp_path: Path) -> None:
    body = "rows: [{claim: a, at: 2026-07-11, amount: 100}, {claim: a, at: 2026-08-11, amount: -500}]"
    assert "reduced by 400.00 more" in settle(tmp_path, body).output


def test_a_premium_without_an_amount_has_a_place(tmp_path: Path) -> None:
    body = row("at: 2026-07-11, amount: 1") + "\npremium: [{insured: i1}]"
    assert "a.case:5:" in settle(tmp_path, body).output


@pytest.mark.parametrize(
    "body",
    [
        row("at: 2026-07-11, amuont: 100"),
        row("at: 2026-07-11, amount: 100, insurd: i9"),
        row("at: 2026-07-11, amount: 100") + "\ndeposits: [{acount: reserve, amount: 1}]",
        row("at: 2026-07-11, amount: 100") + "\nrate: {sum: 100万, zz: 1}",
    ],
)
def test_a_case_names_only_what_the_programme_has(tmp_path: Path, body: str) -> None:
    result = settle(tmp_path, body)
    assert result.exit_code == 1
    assert "unknown-column" in result.output


@pytest.mark.parametrize("deposit", ["{account: funds, amount: 1}", "{amount: 1}"])
def test_a_deposit_goes_into_an_account(tmp_path: Path, deposit: str) -> None:
    assert "unknown-account" in settle(tmp_path, row("at: 2026-07-11, amount: 1") + f"\ndeposits: [{deposit}]").output


@pytest.mark.parametrize(
    "expect",
    [
        "{insurer: lots}", "{insurer: [100]}", "{insurer: {a: 1}}", "{insurer: 1/0}", "{claims: 5}", "{claims: {a: 5}}",
        "{amounts: 5}", "{balance: [1]}", "{caused: {x: {}}}", "{premium: 5}",
    ],
)  # fmt: skip
def test_an_expectation_in_no_form_is_not_passed_over(tmp_path: Path, expect: str) -> None:
    result = settle(tmp_path, row("at: 2026-07-11, amount: 100") + f"\nexpect: {expect}")
    assert result.exit_code == 1
    assert "wrong-value" in result.output


@pytest.mark.parametrize(("rate", "code"), [("{sum: x}", "wrong-value"), ("{}", "no-premium")])
def test_a_risk_that_cannot_be_rated(tmp_path: Path, rate: str, code: str) -> None:
    result = settle(tmp_path, row("at: 2026-07-11, amount: 100") + f"\nrate: {rate}\nexpect: {{premium: 1}}")
    assert code in result.output


def test_times_of_knowledge_and_of_rows_are_of_one_kind(tmp_path: Path) -> None:
    assert "instants-mixed" in settle(tmp_path, row("t: 1, amount: 100") + "\nknown: 2026-01-01").output
    assert "wrong-value" in settle(tmp_path, row("at: 2026-01-01, amount: 1") + "\nended: {2026: [5]}").output
    assert "wrong-value" in settle(tmp_path, row("at: 2026-01-01, amount: 1") + "\nended: {2026: 5}").output


def test_a_heading_twice_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("claim,cover,at,amount,amount\na,repair,2026-01-05,100,7\n", "utf-8")
    assert "table-heading-twice" in settle(tmp_path, "table: rows.csv").output
    write_rows(tmp_path / "rows.xlsx", ["claim", "amount", "amount"], ["a", 1, 2])
    assert "table-heading-twice" in settle(tmp_path, "table: rows.xlsx").output


def test_a_slip_in_a_heading_is_named_and_a_remark_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("claim,cover,at,amount,insurd\na,repair,2026-01-05,100,i1\n", "utf-8")
    assert "did you mean `insured`?" in settle(tmp_path, "table: rows.csv").output
    (tmp_path / "rows.csv").write_text("claim,cover,at,amount,备注\na,repair,2026-01-05,100,急\n", "utf-8")
    assert settle(tmp_path, "table: rows.csv\nexpect: {insurer: 100}").exit_code == 0


def test_days_of_a_spreadsheet_are_days(tmp_path: Path) -> None:
    write_rows(tmp_path / "rows.xlsx", ["claim", "at", "amount"], ["a", dt.datetime(2026, 1, 5), 100])
    assert settle(tmp_path, "table: rows.xlsx\nexpect: {insurer: 100}").exit_code == 0


# ------------------------------------------------------------------------------------------------ tables of risks


def price(folder: Path, table: Path) -> Result:
    (folder / "base.yaml").write_text(BASE, "utf-8")
    return run("price", folder / "base.yaml", "--exposure", table, "--lang", "en")


def test_full_width_digits_are_no_number(tmp_path: Path) -> None:
    (tmp_path / "risks.csv").write_text("sum\n１００\n", "utf-8")
    assert "bad-cell" in price(tmp_path, tmp_path / "risks.csv").output


def test_blanks_around_a_heading_are_not_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "risks.csv").write_text(" sum \n1000\n", "utf-8")
    assert "1 risks, premium 2.00" in price(tmp_path, tmp_path / "risks.csv").output


def test_a_parquet_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "risks.parquet").write_bytes(b"hello")
    assert "table-unreadable" in price(tmp_path, tmp_path / "risks.parquet").output
    assert "cannot-read" in price(tmp_path, tmp_path / "none.parquet").output
    pl.DataFrame({"sum": [[1], [2]]}).write_parquet(tmp_path / "lists.parquet")
    assert "table-unreadable" in price(tmp_path, tmp_path / "lists.parquet").output


# ------------------------------------------------------------------------------------------------ results and files


@pytest.fixture
def shrimp(tmp_path: Path) -> Path:
    path = tmp_path / "2018-06-01.yaml"
    path.write_text((ROOT / "programmes/ningbo/yinzhou-shrimp/2018-06-01.yaml").read_text("utf-8"), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("losses.index.cap.policy=-5", "negative-money"),
        ("losses.index.share=200%", "share-out-of-range"),
        ("losses.index.party=nobody", "unknown-party"),
        ("losses.index.cap.policy=1/0", "division-unguarded"),
        ("losses.index.cap.policy=abc", "unknown-name"),
        ("assumptions.horizons=3", "unknown-term"),
    ],
)
def test_a_changed_term_is_checked_like_any_other(shrimp: Path, change: str, code: str) -> None:
    result = run("simulate", shrimp, "--years", 20, "--set", change)
    assert result.exit_code == 1
    assert code in result.output


def test_a_scope_is_added_to_a_cap_that_has_another(shrimp: Path) -> None:
    result = run("simulate", shrimp, "--years", 20, "--set", "losses.index.cap.period=1000", "--lang", "en")
    assert result.exit_code == 0, result.output


def test_an_empty_change_takes_a_term_away(shrimp: Path) -> None:
    assert run("simulate", shrimp, "--years", 20, "--set", "losses.index.cap=").exit_code == 0
    assert run("simulate", shrimp, "--years", 20, "--set", "a=1", "--set", "a=2").exit_code == 2


def test_a_change_of_what_happens_draws_again(shrimp: Path, tmp_path: Path) -> None:
    """Other covers make other claims: what was stored for the old ones must not be split."""
    words = ("simulate", shrimp, "--years", 50, "--out", tmp_path / "out.csv")
    run(*words, "--set", "covers.wind.pays=5", "--set", "covers.rain.pays=5")
    both = pl.read_csv(tmp_path / "out.csv").filter(party="picc", account="losses").sort("terms", nulls_last=False)
    changed = shrimp.with_name("2019-06-01.yaml")
    text = shrimp.read_text("utf-8").replace("version: 2018", "version: 2019")
    text = text.replace("covers.wind.pays.table, covers.rain.pays.table", "covers.wind.pays, covers.rain.pays")
    text = text.partition("examples:")[0] + FIVE + text[text.index("\nassumptions:") :]
    changed.write_text("".join(_pays_five(line) for line in text.splitlines(keepends=True)), "utf-8")
    run("simulate", changed, "--years", 50, "--out", tmp_path / "fresh.csv")
    fresh = pl.read_csv(tmp_path / "fresh.csv").filter(party="picc", account="losses")
    assert both["mean"][1] == fresh["mean"][0]
    assert both["mean"][1] < both["mean"][0] / 100


FIVE = "examples: [{cover: wind, env: {gust: 30, mu: 1}, expect: 5}]"


def _pays_five(line: str) -> str:
    paid = line.lstrip().startswith("pays: {by: gust") or line.lstrip().startswith("pays: {by: rain24")
    return line.split("pays:", maxsplit=1)[0] + "pays: 5\n" if paid else line


@pytest.mark.parametrize("out", ["/proc/none/x.csv", "figures.pdf", "."])
def test_where_nothing_can_be_written_nothing_is_begun(shrimp: Path, tmp_path: Path, out: str) -> None:
    result = run("simulate", shrimp, "--years", 20, "--out", out)
    assert result.exit_code == 1
    assert "cannot-write" in result.output or "table-kind" in result.output
    assert "seed 1" not in result.output
    (tmp_path / "risks.csv").write_text("mu\n5\n", "utf-8")
    assert run("price", shrimp, "--exposure", tmp_path / "risks.csv", "--out", out).exit_code == 1


def test_a_report_that_cannot_be_written_is_not_begun(shrimp: Path, tmp_path: Path) -> None:
    result = run("report", shrimp, "--years", 20, "--out", tmp_path)
    assert result.exit_code == 1
    assert "cannot-write" in result.output


@pytest.mark.parametrize("verb", ["check", "settle"])
def test_an_empty_folder_is_not_passed_over_in_silence(tmp_path: Path, verb: str) -> None:
    assert run(verb, tmp_path).exit_code == 2


def test_a_price_without_a_risk_says_what_to_give(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE, "utf-8")
    result = run("price", tmp_path / "base.yaml", "--lang", "en")
    assert result.exit_code == 1
    assert "--field" in result.output


@pytest.mark.parametrize(("option", "value"), [("--seed", 2**64), ("--years", 10**10)])
def test_numbers_beyond_reason_are_refused_by_name(shrimp: Path, option: str, value: int) -> None:
    result = run("simulate", shrimp, option, value)
    assert result.exit_code == 2
    assert option in result.output


def test_names_in_square_brackets_are_no_markup(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(BASE.replace("参考手册的底本", "'底本[/b]'"), "utf-8")
    case = tmp_path / "a[b].case"
    body = "rows: [{claim: 'c[/b]', at: 2026-01-01, amount: 100}]\nexpect: {claims: {'c[/b]': {insurer: 100}}}"
    case.write_text(f"case: 'a[/b]'\nprogramme: base.yaml\nnote: worked\n{body}\n", "utf-8")
    assert run("settle", case).exit_code == 0
    assert "c[/b]" in run("explain", case).output
    assert run("report", tmp_path / "base.yaml", "--years", 1, "--out", tmp_path / "r[b].html").exit_code == 0
    assert run("price", tmp_path / "base.yaml", "--field", "sum=5").exit_code == 0


def test_a_part_of_a_fen_does_not_look_like_a_fen(tmp_path: Path) -> None:
    result = settle(tmp_path, row("at: 2026-07-11, amount: 100") + "\nexpect: {insurer: 100.004}")
    assert result.exit_code == 1
    assert "100.004" in result.output


def test_a_number_beyond_every_float_is_said_to_be_one(tmp_path: Path) -> None:
    huge = "*".join(["9999999999999999999999"] * 20)
    (tmp_path / "base.yaml").write_text(BASE.replace("sum * 2‰", f'"{huge}"'), "utf-8")
    assert "> 10^308" in run("price", tmp_path / "base.yaml", "--field", "sum=5").output


@pytest.mark.parametrize("change", ["losses.pool.cap.insured", "losses.deductible.attachment.policy"])
def test_a_scope_that_was_not_counted_when_the_claims_were_stored(change: str) -> None:
    """The stored claims have the columns of the scope but not its key: they are drawn again, to the same figures."""
    opened = open_programme(ROOT / "programmes/shanghai/ic-pool/2021-10-01.yaml")
    assert isinstance(opened, Opened), opened
    changed = changed_programme(opened, {change: "5000"})
    assert isinstance(changed, Opened), changed
    assert same_claims(opened, changed)
    store, plan = Stored(), Plan(200, 3)
    means = []
    for programme, replay in ((opened, None), (changed, store), (changed, None)):
        annual = prepare(programme)
        assert not isinstance(annual, list), annual
        kept = store if programme is opened else None
        done = simulate_programme(annual, plan, clock=time.perf_counter, store=kept, replay=replay)
        assert not isinstance(done, list), done
        means.append([f.mean for f in done.figures])
    assert means[1] == means[2]


def test_an_interrupt_is_not_followed_by_all_the_other_years(shrimp: Path) -> None:
    opened = open_programme(shrimp)
    assert isinstance(opened, Opened), opened
    annual = prepare(opened)
    assert not isinstance(annual, list), annual
    done: list[int] = []

    def interrupted(years: int) -> None:
        done.append(years)
        raise KeyboardInterrupt

    plan = Plan(100 * 1024, 1, 2, block=1024)
    with pytest.raises(KeyboardInterrupt):
        simulate_programme(annual, plan, clock=time.perf_counter, progress=interrupted)
    assert len(done) <= 2


# ------------------------------------------------------------------------------------------------ tables of losses


def fit(folder: Path, rows: Sequence[str], *words: object) -> Result:
    (folder / "losses.csv").write_text("\n".join(["x,y", *rows]) + "\n", "utf-8")
    return run("fit", folder / "losses.csv", "--column", "x", "--law", "lognormal", "--lang", "en", *words)


def test_a_year_that_is_none_fills_no_memory(tmp_path: Path) -> None:
    result = fit(tmp_path, [f"{n + 1},{2_000_000_000 if n == 5 else 2020}" for n in range(20)], "--years", "y")
    assert "a whole number from 1 to 9999" in result.output
    assert "^" not in result.output


def test_rows_that_are_no_losses_are_counted_aloud(tmp_path: Path) -> None:
    rows = [f"{n - 5},2020" for n in range(30)]
    assert "6 rows are not above 0: left out" in fit(tmp_path, rows).output


def test_the_losses_a_year_are_those_that_were_fitted(tmp_path: Path) -> None:
    """Twenty losses a year, ten of them above the truncation."""
    rows = [f"{n + 1},{2000 + year}" for year in range(10) for n in range(20)]
    assert "=10.0" in fit(tmp_path, rows, "--years", "y", "--above", 10).output
    assert "=20.0" in fit(tmp_path, rows, "--years", "y").output


def test_an_endless_statistic_has_no_p_value(tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text("x\n" + "\n".join(str(n + 1) for n in range(30)) + "\n", "utf-8")
    result = run("fit", tmp_path / "losses.csv", "--column", "x", "--law", "pareto")
    assert "∞" in result.output
    assert "inf" not in result.output


# ------------------------------------------------------------------------------------------------ assumptions

SMALL = """
programme: tests.small
version: 2026-01-01
name: small
family: property
source: invented
illustrative: [all]
parties: {a: {kind: insurer}}
facts: {x: {type: money}}
covers: {c: {pays: x}}
losses: [{as: l, party: a}]
examples: [{cover: c, env: {x: 1}, expect: 1}]
"""
ONCE = "{p: {frequency: {poisson: 1}, amounts: {c: {fixed: 100}}}}"


@pytest.mark.parametrize(
    ("assumptions", "code"),
    [
        ("{perils: {}}", "no-assumptions"),
        ("{perils: {p: {frequency: {poisson: 5000000}, amounts: {c: {fixed: 1}}}}}", "too-many-claims"),
        ("{perils: {p: {frequency: {poisson: 1}, claims: {fixed: 1_000_000_000}, amounts: {c: {fixed: 1}}}}}",
         "too-many-claims"),
        ("{perils: {p: {frequency: {poisson: 1}, amounts: {c: {lognormal: {mu: 600, sigma: 5}}}}}}",
         "assumption-refused"),
        (f"{{perils: {ONCE}, pricing: {{expenses: {{x: 50%}}, tax: 50%, party: a}}}}", "loadings-reach-one"),
        (f"{{perils: {ONCE}, pricing: {{expenses: {{x: 60%}}, tax: 50%, party: a}}}}", "loadings-reach-one"),
    ],
)  # fmt: skip
def test_assumptions_that_give_no_years(tmp_path: Path, assumptions: str, code: str) -> None:
    path = tmp_path / "2026-01-01.yaml"
    path.write_text(f"{SMALL}assumptions: {assumptions}\n", "utf-8")
    result = run("simulate", path, "--years", 200)
    assert result.exit_code == 1
    assert code in result.output


@pytest.mark.filterwarnings("error")
def test_a_law_without_a_mean_is_simulated_without_a_word_of_the_machine(tmp_path: Path) -> None:
    path = tmp_path / "2026-01-01.yaml"
    path.write_text(
        SMALL
        + "assumptions: {perils: {p: {frequency: {poisson: 1}, amounts: {c: {pareto: {alpha: 0.5, minimum: 9}}}}}}",
        "utf-8",
    )
    assert run("simulate", path, "--years", 200).exit_code == 0
