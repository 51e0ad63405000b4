"""Findings that come up only when a programme is used: run, settled, priced or simulated."""

from pathlib import Path

import pytest

from quanyu.desk.check import check_file
from quanyu.desk.open import Opened, open_programme
from quanyu.desk.quote import quote_fields
from quanyu.desk.simulate import prepare

BASE = Path(__file__).resolve().parents[1] / "findings" / "base.yaml"
STEP = "losses: {from: [{as: own, party: insurer, %s}, {as: last, party: city}], to: [{as: paid-to, party: insured}]}\n"
EXPOSED = "  exposure: [{count: %s, fields: {sum: 100, rate: 1%%}}]\n"
PERIL = "  perils: {storm: {frequency: %s, amounts: {repair: {fixed: 100}}}}\n"


def written(folder: Path, name: str, text: str) -> Path:
    (folder / "base.yaml").write_bytes(BASE.read_bytes())
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def opened(folder: Path, overlay: str) -> Opened:
    found = open_programme(written(folder, "programme.yaml", "extends: base.yaml\n" + overlay))
    assert isinstance(found, Opened), found
    return found


@pytest.mark.parametrize(
    ("code", "example"),
    [
        ("example-fails", "{cover: home, env: {occupied: true, water_depth: 75}, expect: 1}"),
        ("example-cannot-run", "{cover: home, env: {occupied: true}, expect: 1000}"),
    ],
)
def test_examples(tmp_path: Path, code: str, example: str) -> None:
    path = written(tmp_path, "programme.yaml", f"extends: base.yaml\nexamples: [{example}]\n")
    found = check_file(path).findings
    assert [(f.code, f.place.line) for f in found if f.place] == [(code, 2)]


@pytest.mark.parametrize(
    ("code", "overlay", "rows"),
    [
        ("case-differs", "", "[{claim: a, cover: repair, amount: 50}]"),
        ("wrong-value", "", "[{claim: a, cover: repair, amount: 5, sum: lots}]"),
        ("not-whole-fen", "", "[{claim: a, cover: repair, amount: 0.001}]"),
        ("cover-without-facts", "", "[{claim: a, cover: home, occupied: true}]"),
        ("instants-mixed", "", "[{t: 1, cover: home, amount: 1}, {at: 2026-01-01, cover: home, amount: 1}]"),
        ("term-negative", STEP % "limit: {policy: sum - 500}", "[{claim: a, cover: repair, amount: 5, sum: 100}]"),
        (
            "reinstatement-limit",
            STEP
            % (
                "limit: {policy: 3亿}, reinstatement: {as: again, per: policy, limit: sum, "
                "rates: [100%], premium: 5, from: second}"
            ),
            "[{claim: a, cover: repair, amount: 5, sum: 0}]",
        ),
        (
            "missing-date",
            "pools: {both: {leader: insurer, basis: issued, members: "
            "[{from: 2026-01-01, shares: {insurer: 60%, second: 40%}}]}}\n"
            "losses: {from: [{as: both, party: both}], to: [{as: paid-to, party: insured}]}\n"
            "premium: {to: [{as: risk, party: insurer}]}\n",
            "[{claim: a, cover: repair, amount: 5}]",
        ),
        (
            "no-members",
            "insured: {fields: {due: money}}\npools: {both: {by: due}}\n"
            "losses: {from: [{as: both, party: both}], to: [{as: paid-to, party: insured}]}\n"
            "premium: {to: [{as: risk, party: insurer}]}\n",
            "[{claim: a, cover: repair, amount: 5}]",
        ),
        (
            "shares-do-not-sum",
            "pools: {both: {leader: insurer, shares: {insurer: 'if(age == 7, 50%, 60%)', second: 40%}}}\n"
            "losses: {from: [{as: both, party: both}], to: [{as: paid-to, party: insured}]}\n"
            "premium: {to: [{as: risk, party: insurer}]}\n",
            "[{claim: a, cover: repair, amount: 5, age: 7}]",
        ),
    ],
)
def test_cases(tmp_path: Path, code: str, overlay: str, rows: str) -> None:
    opened(tmp_path, overlay)
    case = f"case: a case\nprogramme: programme.yaml\nnote: worked\nrows: {rows}\nexpect: {{insurer: 1}}\n"
    found = check_file(written(tmp_path, "a.case", case)).findings
    assert code in [f.code for f in found]
    assert all(f.place is not None for f in found)


def test_a_case_of_a_programme_that_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "programme.yaml", "extends: base.yaml\ncovers: {repair: {pays: nothing}}\n")
    case = "case: a\nprogramme: programme.yaml\nnote: worked\nrows: [{claim: a, amount: 1}]\nexpect: {insurer: 1}\n"
    found = check_file(written(tmp_path, "a.case", case)).findings
    assert [f.code for f in found] == ["programme-refused", "unknown-name"]


def test_a_quote_without_its_fields(tmp_path: Path) -> None:
    found = quote_fields(opened(tmp_path, ""), {"sum": "100"})
    assert isinstance(found, list)
    assert [f.code for f in found] == ["no-premium"]


@pytest.mark.parametrize(
    ("code", "overlay"),
    [
        ("no-assumptions", "premium:\n  base:\n  amount: 500\n"),
        ("assumption-refused", "assumptions:\n" + EXPOSED % 10 + PERIL % "{poisson: -1}"),
        (
            "exposure-lacks-field",
            "assumptions:\n  exposure: [{count: 10, fields: {sum: 100}}]\n" + PERIL % "{poisson: 1}",
        ),
        (
            "premium-too-many-units",
            "assumptions:\n"
            + EXPOSED % 1_000_000
            + PERIL % "{poisson: 1}"
            + "premium: {from: [{as: subsidy, party: city, cap: {period: 500}}, {as: own, party: insured}]}\n",
        ),
        (
            "not-simulated",
            STEP % "when: occupied" + "assumptions:\n" + EXPOSED % 10 + PERIL % "{poisson: 1}",
        ),
        (
            "history-unreadable",
            "covers: {wet: {pays: 10 * sum(rain)}}\nassumptions:\n"
            + EXPOSED % 10
            + "  perils: {wet: {series: {rain: {bootstrap: moving, block: 2, history: rain.csv}}, covers: [wet]}}\n",
        ),
    ],
)
def test_simulations(tmp_path: Path, code: str, overlay: str) -> None:
    (tmp_path / "rain.csv").write_text("day,snow\n1,2\n", "utf-8")
    found = prepare(opened(tmp_path, overlay))
    assert isinstance(found, list)
    assert code in [f.code for f in found]
