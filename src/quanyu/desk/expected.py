"""Expected losses of a portfolio under two versions: the assumptions of each, with the portfolio as model points."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from quanyu.book.versions import Version
from quanyu.desk.open import Opened
from quanyu.desk.simulate import Simulated, prepare, simulate_programme
from quanyu.engine import compile_programme
from quanyu.language.assumptions import ExposurePoint
from quanyu.language.load import Document
from quanyu.language.scalars import Source
from quanyu.language.tree import Map
from quanyu.simulation import Plan
from quanyu.terms import Finding, Text, read_number

__all__ = ["Expected", "Sample", "expected_losses"]

_MOST = 12


@dataclass(frozen=True, slots=True)
class Expected:
    """Losses a year that the programme pays, without what the insured keep; each with its standard error."""

    before: float
    before_error: float
    after: float
    after_error: float


@dataclass(frozen=True)
class Sample:
    """A part of the portfolio: how many policies it has, and model points that stand for them. keep: is told."""

    policies: int
    points: tuple[tuple[Mapping[str, str], int], ...]
    keep: Callable[[Expected], None]


def expected_losses(old: Version, new: Version, samples: Sequence[Sample], *, years: int) -> Text | None:
    """Tells each sample, a dozen at most, its expected losses under both versions; gives what is not said and why.

    The frequencies of the assumptions are those of the units they state, and are taken to grow with them.
    """
    units = [_units(version) for version in (old, new)]
    if not all(units):
        return Text(
            "方案没有写明风险暴露的假设，期望损失从略",
            "the assumptions state no perils or exposure: no expected loss is given",
        )
    for sample in samples[:_MOST]:
        if not sample.points:
            continue
        found = [_mean(version, sample, years) for version in (old, new)]
        wrong = next((one for one in found if isinstance(one, Finding)), None)
        if wrong is not None:
            return Text(f"期望损失从略：{wrong.reason.zh}", f"no expected loss is given: {wrong.reason.en}")
        scaled = [x * sample.policies / unit for one, unit in zip(found, units, strict=True)
                  if not isinstance(one, Finding) for x in one]  # fmt: skip
        sample.keep(Expected(*scaled))
    if len(samples) > _MOST:
        return Text(f"只给出前 {_MOST - 1} 个分段的期望损失", f"expected losses of the first {_MOST - 1} segments only")
    return None


def _units(version: Version) -> float:
    assumptions = version.programme.assumptions
    if assumptions is None or not assumptions.perils:
        return 0.0
    counts = [read_number(point.count.text) for point in assumptions.exposure]
    return float(sum(count for count in counts if count is not None and not isinstance(count, Finding)))


def _mean(version: Version, sample: Sample, years: int) -> tuple[float, float] | Finding:
    """The mean of what the programme pays in a year, and its standard error."""
    opened = _with_points(version, sample)
    annual = prepare(opened, details=False) if isinstance(opened, Opened) else opened
    if isinstance(annual, list):
        return annual[0]
    done = simulate_programme(annual, Plan(years), clock=perf_counter)
    if isinstance(done, list):
        return done[0]
    return _paid(done)


def _paid(done: Simulated) -> tuple[float, float]:
    mean = error = 0.0
    for entry, figures in zip(done.entries, done.figures, strict=True):
        if entry.kind == "losses" and entry.party != "insured":
            mean += figures.mean + entry.fixed
            error += figures.mean_error
    return mean, error


def _with_points(version: Version, sample: Sample) -> Opened | list[Finding]:
    programme, assumptions = version.programme, version.programme.assumptions
    assert assumptions is not None
    stated = {name for point in assumptions.exposure for name in point.fields}
    known = {*programme.insured.fields, *stated}
    points = tuple(
        ExposurePoint(count=Source(str(count)), fields={n: Source(v) for n, v in fields.items() if n in known})
        for fields, count in sample.points
    )
    changed = programme.model_copy(update={"assumptions": assumptions.model_copy(update={"exposure": points})})
    compiled = compile_programme(changed)
    if isinstance(compiled, list):
        return compiled
    return Opened(Path(version.code), Document(changed, Map(), version.code), compiled, ())
