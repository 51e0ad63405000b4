"""Exact answers beside the simulated ones."""

from collections.abc import Iterator

from quanyu.desk.simulate import ExactStep, Simulated
from quanyu.documents import Estimate, ExactAnswer
from quanyu.perils import Bracket
from quanyu.terms import Text

__all__ = ["exact_answers"]

_METHOD = Text("傅里叶变换（FFT），附离散化误差界", "Fourier transform (FFT) with the bound of its discretisation")


def exact_answers(simulated: Simulated) -> tuple[ExactAnswer, ...]:
    """Mean, deviation and the highest tail of every step with an exact answer."""
    return tuple(answer for step in simulated.exact for answer in _answers(step))


def _answers(step: ExactStep) -> Iterator[ExactAnswer]:
    name = Text.same(step.path) if step.path else Text("全部损失", "all losses")
    figures = step.simulated
    level, var, tvar = step.exact.tails[-1]
    tail = next(t for t in figures.tails if t.level == level)
    yield _answer(name, Text("年均", "mean"), Estimate(figures.mean, figures.mean_error), step.exact.mean)
    yield _answer(name, Text("标准差", "sd"), Estimate(figures.sd, figures.sd_error), step.exact.sd)
    yield _answer(name, Text.same(f"VaR {level:.1%}"), Estimate(tail.var, tail.var_error), var)
    yield _answer(name, Text.same(f"TVaR {level:.1%}"), Estimate(tail.tvar, tail.tvar_error), tvar)


def _answer(name: Text, measure: Text, simulated: Estimate, exact: Bracket) -> ExactAnswer:
    words = Text(f"{name.zh} · {measure.zh}", f"{name.en} · {measure.en}")
    bound = max(exact.high - exact.value, exact.value - exact.low)
    return ExactAnswer(measure=words, simulated=simulated, exact=exact.value, bound=bound, method=_METHOD)
