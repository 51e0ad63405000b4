"""What a hostile or unlucky newcomer does: every answer is a finding or a result, never a traceback or silence."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from quanyu.cli.app import app

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
