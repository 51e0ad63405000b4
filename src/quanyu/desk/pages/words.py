"""What a file writes, as a reader sees it: expressions, scopes, laws, rows, names of parties."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from quanyu.desk.spelled import expression_words, grouped, joined, party_words
from quanyu.formula import EvaluationError, Expression, Given, constant, evaluate, parse
from quanyu.language.assumptions import LawSpec, TimeSpec
from quanyu.language.programme import Programme
from quanyu.language.scalars import Source
from quanyu.terms import Finding, Text

__all__ = [
    "SCOPES",
    "constant_of",
    "expression_words",
    "free_text",
    "grouped",
    "joined",
    "law_words",
    "party_words",
    "scope_words",
    "short_row",
    "time_words",
    "value_of",
]

_LAWS = {
    "poisson": Text("泊松", "Poisson"),
    "negative-binomial": Text("负二项", "negative binomial"),
    "binomial": Text("二项", "binomial"),
    "lognormal": Text("对数正态", "lognormal"),
    "gamma": Text("伽马", "gamma"),
    "pareto": Text("帕累托", "Pareto"),
    "weibull": Text("韦布尔", "Weibull"),
    "beta": Text("贝塔", "beta"),
    "uniform": Text("均匀", "uniform"),
    "fixed": Text("固定", "fixed"),
    "empirical": Text("经验分布", "empirical"),
    "categorical": Text("分类", "categories"),
    "among": Text("均匀取自", "one of"),
}
_PARAMETERS = {
    "mean": Text("均值", "mean"),
    "cv": Text("变异系数", "cv"),
    "sd": Text("标准差", "sd"),
    "variance": Text("方差", "variance"),
    "low": Text("下限", "low"),
    "high": Text("上限", "high"),
    "minimum": Text("不低于", "at least"),
    "maximum": Text("不高于", "at most"),
    "start": Text("起点", "start"),
    "kappa": Text("回复速度", "speed of reversion"),
    "sigma": Text("波动率", "volatility"),
}
SCOPES = {
    "claim": Text("每一赔案", "each claim"),
    "event": Text("每次事故", "each event"),
    "insured": Text("每一被保险人每期", "each insured in a period"),
    "policy": Text("每张保单", "each policy"),
    "period": Text("每期", "each period"),
    "term": Text("全期", "the whole term"),
}
"""The scopes that need no declaration."""


def constant_of(source: Source | None) -> Fraction | None:
    """The number that a source text stands for whatever the row; None where it has none."""
    if source is None:
        return None
    parsed = parse(source.text, source.place)
    return None if isinstance(parsed, Finding) else constant(parsed)


def value_of(expression: Expression, known: Mapping[str, Given]) -> Fraction | None:
    """The value of an expression with what is known; None where that does not settle it."""
    try:
        value = evaluate(expression, known)
    except EvaluationError:
        return None
    return value if isinstance(value, Fraction) else None


def scope_words(programme: Programme, scope: str) -> Text:
    """What a scope counts over, in words."""
    if scope == "period" and programme.period.each == "year":
        return Text("每年", "each year")
    if scope == "period" and programme.period.each == "season":
        return Text("每季", "each season")
    if scope in SCOPES:
        return SCOPES[scope]
    declared = programme.scopes.get(scope)
    names = " × ".join(declared.columns) if declared is not None else scope
    return Text(f"每一 {names}", f"each {names}")


def law_words(law: LawSpec) -> Text:
    """A law with its parameters: lognormal (mean 300万, cv 1.5)."""
    name = _LAWS.get(law.name, Text.same(law.name))
    parts = [_parameter(k, v) for k, v in law.parameters.items()]
    parts += [expression_words(v.text) for v in (law.argument, *law.values) if v is not None]
    parts += [_parameter(k, v) for k in ("minimum", "maximum") if (v := getattr(law, k)) is not None]
    if law.name == "fixed" and len(parts) == 1:
        return parts[0]
    inner = joined(parts)
    return Text(f"{name.zh}（{inner.zh}）", f"{name.en} ({inner.en})")


def _parameter(name: str, value: Source) -> Text:
    word, written = _PARAMETERS.get(name, Text.same(name)), expression_words(value.text)
    return Text(f"{word.zh} {written.zh}", f"{word.en} {written.en}")


def time_words(time: TimeSpec) -> Text:
    """When in the year something happens."""
    if time.season is not None:
        return Text(f"{time.season[0]} 至 {time.season[1]}", f"{time.season[0]} to {time.season[1]}")
    if time.day is not None:
        return Text.same(time.day)
    if time.months:
        return Text("按月份权数", "by monthly weights")
    return Text("全年均匀", "evenly over the year")


def free_text(value: Any) -> str:
    """A value of a row or of the file's tree, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {free_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(free_text(v) for v in value) + "]"
    return str(value)


def short_row(text: str, most: int = 200) -> str:
    """A text cut where it grows too long to read."""
    return text if len(text) <= most else text[: most - 1].rstrip(", ") + "…"
