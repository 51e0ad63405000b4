"""The assumptions of a programme → what claims are drawn from."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from quanyu.engine.compiled import Compiled
from quanyu.engine.exposure import build_exposure
from quanyu.engine.happenings import Drawn, Sampler, SeriesStrand, Strand
from quanyu.formula import constant, parse
from quanyu.language.assumptions import Dependence as Stated
from quanyu.language.assumptions import LawSpec, Peril, SeriesSpec, TimeSpec
from quanyu.language.scalars import Source
from quanyu.perils import (
    Bootstrap,
    Categorical,
    Default,
    Dependence,
    Empirical,
    FrequencySeverity,
    Law,
    LawError,
    MeanReversion,
    Reverting,
    TimeLaw,
    read_categorical,
    read_count,
    read_law,
    read_time,
    sampler,
)
from quanyu.terms import Finding, Text

__all__ = ["AssumptionRefused", "assume"]

T = TypeVar("T")
Histories = Mapping[str, Any]


class AssumptionRefused(Exception):  # noqa: N818 - carries a finding about the user's assumptions
    """A part of the assumptions that no model can be made of."""

    def __init__(self, path: str, reason: Text) -> None:
        super().__init__(f"{path}: {reason.en}")
        self.finding = Finding(
            "assumption-refused",
            None,
            Text(f"{path}：{reason.zh}", f"{path}: {reason.en}"),
            Text("见参考手册 assumptions 一节", "see the section on assumptions in the reference"),
        )


def assume(compiled: Compiled, histories: Histories | None = None) -> Drawn | list[Finding]:
    """The model of a programme's assumptions.

    histories: for each bootstrap, by its file as written, a `perils.History` (the desk reads the files).
    """
    assumptions = compiled.programme.assumptions
    exposure = build_exposure(compiled)
    if isinstance(exposure, list):
        return exposure
    if assumptions is None:
        return [
            Finding(
                "no-assumptions", None, Text("方案没有 assumptions", "the programme has no assumptions"),
                Text("写明风险与风险暴露", "state perils and exposure"),
            )
        ]  # fmt: skip
    strands: list[Strand] = []
    series: list[SeriesStrand] = []
    findings: list[Finding] = []
    for name, peril in assumptions.perils.items():
        try:
            if peril.series:
                series.append(_series(compiled, name, peril, histories or {}))
            else:
                strands.append(_strand(compiled, name, peril))
        except AssumptionRefused as refused:
            findings.append(refused.finding)
    try:
        dependence = _dependence(assumptions.dependence, "assumptions.dependence")
    except AssumptionRefused as refused:
        findings.append(refused.finding)
        dependence = None
    return findings or Drawn(compiled, exposure, tuple(strands), tuple(series), dependence)


def _held(path: str, make: Callable[[], T]) -> T:
    try:
        return make()
    except LawError as error:
        raise AssumptionRefused(f"{path}.{error.field}", error.reason) from None


def number_of(source: Source, path: str) -> float:
    """The value of a number or constant expression in the assumptions."""
    parsed = parse(source.text, source.place)
    value = None if isinstance(parsed, Finding) else constant(parsed)
    if value is None:
        raise AssumptionRefused(path, Text(f"“{source}”不是数", f"`{source}` is not a number"))
    return float(value)


def _spec(law: LawSpec, path: str) -> dict[str, Any]:
    """A law as the room of perils reads it."""
    bounds = {k: number_of(v, path) for k in ("minimum", "maximum") if (v := getattr(law, k)) is not None}
    if law.parameters:
        inner: Any = {k: number_of(v, f"{path}.{law.name}.{k}") for k, v in law.parameters.items()}
    elif law.values:
        inner = {"values": [number_of(v, path) for v in law.values]}
    else:
        key = "value" if law.name == "fixed" else "mean"
        inner = number_of(law.argument, path) if law.argument is not None else {}
        inner = {key: inner} if law.name in ("fixed", "poisson") else inner
    return {law.name: {**inner, **bounds} if isinstance(inner, dict) else inner}


def _law(law: LawSpec, path: str) -> Sampler:
    return sampler(_read(law, path))


def _read(law: LawSpec, path: str) -> Law:
    spec = _spec(law, path)
    return _held(path, lambda: read_law(spec, law.name))


def _strand(compiled: Compiled, name: str, peril: Peril) -> Strand:
    path = f"assumptions.perils.{name}"
    kinds = {**peril.facts, **peril.fields}
    texts = {k: tuple(v.parameters) for k, v in kinds.items() if v.name == "categorical"}
    columns = {k: _kind(v, f"{path}.{k}") for k, v in kinds.items()}
    keys = {k: _among(v, f"{path}.keys.{k}") for k, v in peril.keys.items()}
    clock = compiled.programme.losses.queue or compiled.programme.queue.by
    delay = getattr(peril.delay, clock, None) if peril.delay is not None and clock != "occurred" else None
    occurring = _occurring(name, peril, path)
    number = _claims_law(peril.claims, path) if peril.claims is not None else None
    dependence = _dependence(peril.dependence, f"{path}.dependence")
    unknown = sorted({*(dependence.names if dependence else ())} - {*peril.amounts, *kinds})
    if unknown:
        raise AssumptionRefused(
            f"{path}.dependence", Text(f"没有 {unknown[0]} 这一列", f"nothing is drawn that is called {unknown[0]}")
        )
    laws = {k: _read(v, f"{path}.amounts.{k}") for k, v in peril.amounts.items()}
    return Strand(
        peril=occurring,
        claims=sampler(number) if number is not None else None,
        amounts={k: sampler(law) for k, law in laws.items()},
        laws=laws,
        columns=columns,
        texts=texts,
        keys=keys,
        covers=peril.covers,
        dependence=dependence,
        delay=_law(delay, f"{path}.delay") if delay is not None else None,
        recovery=_law(peril.recovery, f"{path}.recovery") if peril.recovery is not None else None,
        rows=occurring.mean_count
        * (number.mean if number is not None else 1.0)
        * (len(peril.amounts) + len(peril.covers)),
    )


def _claims_law(law: LawSpec, path: str) -> Empirical:
    """The number of claims of an occurrence as a law on finitely many values."""
    count = _held(path, lambda: read_count(_spec(law, f"{path}.claims"), "claims"))
    low, mass = count.mass()
    return Empirical(tuple(float(low + k) for k in range(len(mass))), tuple(mass.tolist()))


def _kind(law: LawSpec, path: str) -> Sampler:
    if law.name != "categorical":
        return _law(law, path)
    shares = {k: number_of(v, path) for k, v in law.parameters.items()}
    kinds: Categorical = _held(path, lambda: read_categorical({"categorical": shares}, law.name))
    return sampler(kinds)


def _among(law: LawSpec, path: str) -> int:
    if law.name != "among" or law.argument is None:
        raise AssumptionRefused(path, Text("写 {among: 个数}", "write {among: number}"))
    return int(number_of(law.argument, path))


def _occurring(name: str, peril: Peril, path: str) -> FrequencySeverity | Default:
    time = _time(peril.time, path)
    if peril.default is not None:
        d = peril.default
        return _held(
            f"{path}.default",
            lambda: Default(
                name, int(number_of(d.units, path)), number_of(d.pd, path), number_of(d.correlation, path),
                read_law(_spec(d.lgd, path), "lgd"), read_law(_spec(d.exposure, path), "exposure"), time,
            ),
        )  # fmt: skip
    frequency = peril.frequency
    if frequency is None:
        raise AssumptionRefused(path, Text("写 frequency、default 或 series", "state a frequency, a default or series"))
    return _held(
        path, lambda: FrequencySeverity(name, read_count(_spec(frequency, f"{path}.frequency"), "frequency"), time=time)
    )


def _time(time: TimeSpec, path: str) -> TimeLaw:
    spec: Any = {"uniform": {}}
    if time.season is not None:
        spec = {"season": {"from": time.season[0], "to": time.season[1]}}
    elif time.day is not None:
        spec = {"fixed": time.day}
    elif time.months:
        spec = {"monthly": [number_of(m, path) for m in time.months]}
    return _held(path, lambda: read_time("uniform" if "uniform" in spec else spec, "time"))


def _dependence(stated: tuple[Stated, ...], path: str) -> Dependence | None:
    if not stated:
        return None
    pairs = {d.between: number_of(d.correlation, path) for d in stated}
    return _held(path, lambda: Dependence(pairs))


def _series(compiled: Compiled, name: str, peril: Peril, histories: Histories) -> SeriesStrand:
    path = f"assumptions.perils.{name}.series"
    models: list[Any] = []
    for fact, spec in peril.series.items():
        step: Literal["day", "week"] = (
            "week" if getattr(compiled.programme.facts.get(fact), "series", "day") == "week" else "day"
        )
        if spec.bootstrap is not None:
            models.append(_bootstrapped(name, fact, spec, histories))
        else:
            reverting = _held(path, lambda spec=spec: _reverting(spec, path))  # type: ignore[misc]
            models.append(_held(path, lambda r=reverting, f=fact, s=step: MeanReversion(f"{name}/{f}", {f: r}, s)))  # type: ignore[misc]
    steps = {fact: spec.steps for fact, spec in peril.series.items() if spec.steps is not None}
    return SeriesStrand(name, tuple(models), steps, peril.covers)


def _reverting(spec: SeriesSpec, path: str) -> Reverting:
    given = {k: number_of(v, f"{path}.{k}") for k, v in spec.mean_reversion.items()}
    missing = {"mean", "kappa", "sigma"} - set(given)
    if missing:
        raise AssumptionRefused(
            path, Text(f"mean_reversion 缺 {missing}", f"mean_reversion lacks {', '.join(sorted(missing))}")
        )
    level = math.log if spec.log else float
    mean = tuple(level(given["mean"] * number_of(s, path)) for s in spec.seasonal) or (level(given["mean"]),)
    start = level(given["start"]) if "start" in given else None
    return Reverting(mean, given["kappa"], given["sigma"], start, spec.log)


def _bootstrapped(name: str, fact: str, spec: SeriesSpec, histories: Histories) -> Any:
    history = histories.get(f"{spec.history}#{spec.column or fact}")
    if history is None:
        raise AssumptionRefused(
            f"{name}.{fact}", Text(f"没有历史数据 {spec.history}", f"there is no history {spec.history}")
        )
    keep: Literal["years", "none"] = "years" if spec.bootstrap == "season" else "none"
    return _held(name, lambda: Bootstrap(f"{name}/{fact}", history, keep, spec.block or 30))
