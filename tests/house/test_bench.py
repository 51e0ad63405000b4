"""The pure parts of the benchmarks: exact values, agreement, ratios, and the rules for peers."""

import json
import math
import re
import sys
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import poisson

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench import agreement, campaign, collective, environments, lattice, process, registry, summary, tariff
from bench.agreement import Known
from bench.process import Run

ROOT = Path(__file__).resolve().parents[2]


def reading(wall: float, phases: Mapping[str, float], *, size: int = 1) -> Run:
    clocks = {name: {"wall": seconds, "cpu": 2 * seconds} for name, seconds in phases.items()}
    return Run(wall, wall, 10.0, record={"version": "x 1", "size": size, "phases": clocks})


def test_member_shares_make_the_whole() -> None:
    shares = collective.member_shares()
    assert len(shares) == 21
    assert math.fsum(shares.values()) == pytest.approx(1, abs=1e-15)
    assert shares["M21"] == pytest.approx(21 / 231)


def test_parties_are_29() -> None:
    assert len(collective.parties(collective.TERMS)) == 29


def test_compound_of_a_sure_claim_is_the_poisson_law() -> None:
    masses = lattice.compound(np.array([0.0, 1.0]), 5.0, points=64)
    assert masses[:30] == pytest.approx(poisson.pmf(np.arange(30), 5.0), abs=1e-14)


@pytest.mark.parametrize("way", lattice.WAYS)
def test_severity_masses_add_to_one(way: str) -> None:
    masses = lattice.severity(way, start=500_000, step=1000, points=501, log_mean=11.5, log_sd=1.5)
    assert masses.size == 501
    assert masses.min() >= 0
    assert math.fsum(masses) == pytest.approx(1, abs=1e-12)


def test_severity_is_bracketed_and_local_moments_keep_the_mean() -> None:
    nodes = 1000.0 * np.arange(501)
    laws = {
        way: lattice.severity(way, start=500_000, step=1000, points=501, log_mean=11.5, log_sd=1.5)
        for way in lattice.WAYS
    }
    ends = lattice.limited_mean(np.array([500_000.0, 1_000_000.0]), log_mean=11.5, log_sd=1.5)
    mean = float(ends[1] - ends[0])
    assert float(laws["local"] @ nodes) == pytest.approx(mean, rel=1e-10)
    assert float(laws["down"] @ nodes) < mean < float(laws["up"] @ nodes)
    below = np.cumsum(laws["down"]) - np.cumsum(laws["up"])
    assert below.min() >= -1e-12


def test_limited_mean_equals_the_integral_of_the_survival_function() -> None:
    grid = np.linspace(0, 2e6, 200_001)
    survival = 1 - lattice.lognormal_cdf(grid, log_mean=11.5, log_sd=1.5)
    integral = float(np.trapezoid(survival, grid))
    assert float(lattice.limited_mean(np.array([2e6]), log_mean=11.5, log_sd=1.5)[0]) == pytest.approx(
        integral, rel=1e-7
    )


def test_layer_mean_without_annual_terms_is_rate_times_layer_mean() -> None:
    layer = collective.Layer("X", 1_000_000, 1_000_000, year_limit=64_000_000)
    terms = collective.TERMS
    law = lattice.year_of_layer(layer, terms, way="local", per_limit=2**10, points=2**16)
    ends = lattice.limited_mean(np.array([1e6, 2e6]), log_mean=terms.retained_log_mean, log_sd=terms.log_sd)
    assert lattice.statistics(law)["mean"] == pytest.approx(terms.rate * float(ends[1] - ends[0]), rel=1e-9)


def test_tail_of_a_law_with_an_atom() -> None:
    law = (np.array([0.0, 100.0, 300.0]), np.array([0.99, 0.008, 0.002]))
    found = lattice.statistics(law)
    assert found["var"] == 100
    # The worst 5 years in 1000: two of 300 and three of 100.
    assert found["tvar"] == pytest.approx((2 * 300 + 3 * 100) / 5)


@pytest.mark.parametrize(("rates", "due"), [((0.0, 1.0), 50.0), ((1.0, 0.0), 100.0), ((1.0, 1.0), 150.0)])
def test_reinstatement_is_priced_pro_rata_at_its_own_rate(rates: tuple[float, ...], due: float) -> None:
    layer = collective.Layer("X", 10.0, 0.0, 30.0, reinstatement_rates=rates, premium=100.0)
    assert lattice.reinstatement_premium(layer)(np.array([15.0]))[0] == pytest.approx(due)


def small_tariff(relativities: tuple[str, ...]) -> tariff.Tariff:
    factors = tuple(tariff.Factor(f"f{k}", ("A",), (), (Decimal(text),)) for k, text in enumerate(relativities))
    return tariff.Tariff(Decimal("0.00035"), Decimal(60), Decimal(50_000), factors)


@pytest.mark.parametrize(
    ("total", "relativities"),
    [(1_000_000, ("1.0234", "0.9871")), (10_000, ("1.5",)), (3_000_000_000, ("1",)), (1_000_100, ("1.0001", "0.99"))],
)
def test_exact_premium_equals_decimal_arithmetic(total: int, relativities: tuple[str, ...]) -> None:
    premium = total * Decimal("0.00035")
    for text in relativities:
        premium *= Decimal(text)
    bounded = min(max(premium, Decimal(60)), Decimal(50_000))
    expected = int(bounded.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)
    scaled = [int(Decimal(text) * tariff.SCALE) for text in relativities]
    assert tariff.exact_fen(small_tariff(relativities), sum_insured=total, scaled=scaled) == expected


def test_exact_premium_rounds_half_a_fen_up() -> None:
    # 1,000,100 x 0.00035 = 350.035 yuan.
    assert tariff.exact_fen(small_tariff(("1",)), sum_insured=1_000_100, scaled=[tariff.SCALE]) == 35_004


def test_premiums_and_tariff_survive_their_files(tmp_path: Path) -> None:
    tariff.save_premiums(tmp_path / "p.bin", [1, 5_000_000, 2**40])
    assert tariff.load_premiums(tmp_path / "p.bin") == [1, 5_000_000, 2**40]
    (tmp_path / tariff.FOLDER).mkdir()
    written = small_tariff(("1.0234", "0.9871"))
    tariff.write(written, tmp_path)
    assert tariff.read(tmp_path) == written


def test_simulated_answers_are_measured_in_standard_errors() -> None:
    reference = {"net": {"mean": Known(100.0, 0.0, 50.0)}}
    # The standard error of 10,000 years is 50 / 100 = 0.5.
    close = agreement.simulated({"net": {"mean": 101.5}}, reference, years=10_000)
    assert close == {"agrees": True, "compared": 1, "worst": "net mean", "standard_errors": 3.0}
    assert not agreement.simulated({"net": {"mean": 102.5}}, reference, years=10_000)["agrees"]


def test_the_references_own_error_counts() -> None:
    reference = {"net": {"mean": Known(100.0, 0.5, 50.0)}}
    found = agreement.simulated({"net": {"mean": 102.0}}, reference, years=10_000)
    assert found["standard_errors"] == pytest.approx(2 / math.hypot(0.5, 0.5), abs=0.01)


def test_a_value_without_spread_must_be_met() -> None:
    reference = {"L3": {"var": Known(3e6, 0.0, 0.0)}}
    assert agreement.simulated({"L3": {"var": 3e6}}, reference, years=1000)["agrees"]
    assert not agreement.simulated({"L3": {"var": 2_999_990.0}}, reference, years=1000)["agrees"]


def test_a_missing_answer_never_agrees() -> None:
    reference = {"net": {"mean": Known(1.0, 0.0), "sd": Known(1.0, 0.0)}}
    for found in (
        agreement.simulated({"net": {"mean": 1.0}}, reference, years=10),
        agreement.exact({"net": {"mean": 1.0}}, reference, bounds=None),
    ):
        assert found == {"agrees": False, "missing": ["net sd"]}


def test_not_a_number_never_agrees() -> None:
    reference = {"net": {"mean": Known(1.0, 0.0, 1.0), "sd": Known(1.0, 0.0, 1.0)}}
    answers = {"net": {"mean": 1.5, "sd": math.nan}}
    assert not agreement.simulated(answers, reference, years=10)["agrees"]
    assert not agreement.exact(answers, reference, bounds={"net": {"mean": 1.0, "sd": 1.0}})["agrees"]


def test_an_exact_answer_is_held_to_its_own_bound() -> None:
    reference = {"L1": {"mean": Known(1000.0, 0.0)}}
    answers = {"L1": {"mean": 1000.5}}
    assert agreement.exact(answers, reference, bounds={"L1": {"mean": 0.6}})["agrees"]
    assert not agreement.exact(answers, reference, bounds={"L1": {"mean": 0.4}})["agrees"]
    assert agreement.exact(answers, reference, bounds=None)["agrees"]
    assert not agreement.exact({"L1": {"mean": 1002.0}}, reference, bounds=None)["agrees"]


def test_premiums_are_compared_to_the_fen() -> None:
    assert agreement.premiums([100, 200], [100, 200, 300])["agrees"]
    found = agreement.premiums([100, 201, 300], [100, 200, 300])
    assert found == {"agrees": False, "compared": 3, "different": 1, "largest_fen": 1}
    assert not agreement.premiums([], [100])["agrees"]


def test_ratio_is_the_median_of_the_rounds_ratios() -> None:
    ours = {0: reading(1.0, {"run": 1.0}), 1: reading(4.0, {"run": 4.0}), 2: reading(1.0, {"run": 1.0})}
    theirs = {0: reading(3.0, {"run": 2.0}), 1: reading(8.0, {"run": 8.0}), 2: reading(9.0, {"run": 3.0})}
    task = registry.TASKS["t3"]
    assert summary.ratio(theirs, ours, task=task, kind="wall") == 3.0
    assert summary.ratio(theirs, ours, task=task, kind="work") == 2.0


def test_import_and_compilation_are_not_work() -> None:
    run = reading(9.0, {"import": 5.0, "compile": 3.0, "simulate": 0.5, "split": 0.25})
    assert summary.work(run, registry.TASKS["t1"], clock="wall") == 0.75
    assert summary.work(run, registry.TASKS["t1"], clock="cpu") == 1.5


def test_work_on_a_sample_is_scaled_save_what_is_done_once() -> None:
    task = registry.TASKS["rating"]
    run = reading(9.0, {"read": 1.0, "build": 0.5, "rate": 2.0}, size=task.size // 84)
    assert summary.work(run, task, clock="wall") == pytest.approx(1.5 + 2.0 * 84)
    line = summary.line(task, task.subjects[-1], rounds={0: run}, ours={0: reading(1.0, {"rate": 1.0}, size=task.size)})
    assert line["work_scaled_to"] == task.size
    assert set(line["ratio_to_ours"]) == {"work", "work_cpu"}


def test_the_last_json_line_is_the_record() -> None:
    assert process.last_record('noise\n{"a": 1}\n{"a": 2}\nmore noise') == {"a": 2}
    assert process.last_record("{broken\n") is None


def test_a_process_that_hangs_or_fails_gives_a_reason() -> None:
    python = sys.executable
    late = process.run([python, "-c", "import time; time.sleep(30)"], environment={}, timeout=0.2, printed=True)
    assert late.error == "stopped after 0.2 s"
    failed = process.run([python, "-c", "raise SystemExit('no')"], environment={}, timeout=30, printed=True)
    assert failed.error == "exit status 1: no"
    silent = process.run([python, "-c", "pass"], environment={}, timeout=30, printed=True)
    assert silent.error == "printed no JSON line"
    absent = process.run(["/no/such/program"], environment={}, timeout=30, printed=True)
    assert absent.error


def test_a_process_is_measured_from_outside() -> None:
    code = "x = b'x' * 300_000_000; print('{\"size\": 1}')"
    run = process.run([sys.executable, "-c", code], environment={}, timeout=60, printed=True)
    assert run.record == {"size": 1}
    assert run.peak_mb > 300
    assert run.wall > 0


def test_rounds_interleave_and_a_failed_subject_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "RESULTS", tmp_path)
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text('print(\'{"size": 1, "version": "x 1", "phases": {"run": {"wall": 0.5, "cpu": 0.5}}}\')')
    bad.write_text("raise SystemExit('out of order')")
    subjects = (
        registry.Subject("absent", ROOT / "bench" / "subjects" / "ours_nothing.py", ours=True),
        registry.Subject("one", good),
        registry.Subject("broken", bad),
        registry.Subject("two", good),
    )
    lines = list(campaign.lines(registry.Task("sample", "a sample", subjects), rounds=2))
    assert lines[0]["skipped"] == "bench/subjects/ours_nothing.py is not there"
    assert lines[2]["error"] == "exit status 1: out of order"
    assert [(line["subject"], line["rounds"]) for line in lines if "work_s" in line] == [("one", 2), ("two", 2)]
    raw = [json.loads(text) for text in (tmp_path / "sample.jsonl").read_text().splitlines()]
    assert [(run["round"], run["subject"]) for run in raw] == [
        (-1, "one"),
        (-1, "broken"),
        (-1, "two"),
        (0, "one"),
        (0, "two"),
        (1, "one"),
        (1, "two"),
    ]


def test_an_environment_that_cannot_be_built_is_an_error_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setattr(campaign, "RESULTS", tmp_path)
    future = registry.Environment("numpy", ("numpy",), python=(3, 99))
    subject = registry.Subject("future", tmp_path, environment=future)
    (line,) = campaign.lines(registry.Task("sample", "a sample", (subject,)), rounds=1)
    assert line["error"].startswith("needs Python 3.99 or later")


def peers() -> list[registry.Subject]:
    return [subject for task in registry.TASKS.values() for subject in task.subjects if subject.environment]


def test_every_peer_has_its_script() -> None:
    assert [subject.name for subject in peers() if not (subject.script and subject.script.exists())] == []


def test_every_package_of_a_peer_is_held_to_a_version() -> None:
    for subject in peers():
        assert subject.environment is not None
        pinned = re.findall(r"^([A-Za-z0-9_.-]+)==", subject.environment.constraints.read_text(), re.MULTILINE)
        assert set(subject.environment.packages) <= set(pinned)


def test_our_subject_comes_first() -> None:
    for task in registry.TASKS.values():
        assert task.subjects[0].ours, task.name


def test_no_peer_is_imported_by_the_runner_and_no_address_is_kept() -> None:
    package = re.compile(r"^\s*(import|from) (pal|prospicio|gemact|aggregate|zen|policyengine|polars)\b", re.MULTILINE)
    runner = list((ROOT / "bench").glob("*.py"))
    assert runner
    assert [path.name for path in runner if package.search(path.read_text())] == []
    texts = [*runner, *(ROOT / "bench").glob("*.md"), *(ROOT / "bench" / "peers").glob("*.*")]
    assert [path.name for path in texts if "://" in path.read_text()] == []
