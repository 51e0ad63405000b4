"""Yearly amounts that have an exact answer: the law by Fourier transform, with a bracket around each figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from quanyu.engine.annual import Annual
from quanyu.engine.happenings import Strand
from quanyu.formula import Expression, constant
from quanyu.perils import Annual as YearTerms
from quanyu.perils import Bracket, CountLaw, Exact, FrequencySeverity, Law, Poisson, compound
from quanyu.perils import Layer as LossTerms
from quanyu.simulation.figures import LEVELS
from quanyu.simulation.mixture import Mixture
from quanyu.waterfall.plan import Plan, PlanStep, Stage, Taker

__all__ = ["ExactFigures", "exact_steps"]

_Covers = frozenset[str]
_POINTS = 1 << 17


@dataclass(frozen=True, slots=True)
class ExactFigures:
    """Mean, deviation and tails of a yearly amount, each between its bounds. tails: (level, VaR, TVaR)."""

    mean: Bracket
    sd: Bracket
    tails: tuple[tuple[float, Bracket, Bracket], ...]


def exact_steps(
    annual: Annual, levels: Sequence[float] = LEVELS, *, points: int = _POINTS
) -> Mapping[str, ExactFigures | None]:
    """The steps of the losses by their paths, `` for all losses; None where there is no exact answer.

    There is one where what reaches a step is a constant part of every claim of its covers, each of them given by its
    loss and drawn once an occurrence, by one peril or by several independent ones with Poisson numbers; and the step
    takes a constant share of what constant terms, first of each claim, then of the year, let pass. points: of the grid.
    """
    plan = next(p for p in annual.plans if (p.flow, p.side) == ("losses", "from"))
    found: dict[str, ExactFigures | None] = dict.fromkeys(["", *(step.path for step in plan.steps)])
    if annual.needs.recovered and not any(p.flow == "recoveries" for p in annual.plans):
        return found
    known: dict[tuple[_Covers, LossTerms, YearTerms], Exact] = {}

    def figures(covers: _Covers, loss: LossTerms, year: YearTerms, factor: float) -> ExactFigures | None:
        model = _model(annual, covers)
        if model is None:
            return None
        if (covers, loss, year) not in known:
            known[covers, loss, year] = compound(*model, loss, annual=year, points=points)
        return _scaled(known[covers, loss, year], factor, levels)

    drawn = _drawn(annual)
    found[""] = figures(drawn, LossTerms(), YearTerms(), 1.0)
    for step, covers, part in _reached(annual, plan, plan.roots, dict.fromkeys(drawn, 1.0)):
        terms = _terms(annual, step)
        if terms is not None:
            loss, year, share = terms
            of_loss = LossTerms(loss.attachment / part, loss.limit / part)
            of_year = YearTerms(year.attachment / part, year.limit / part)
            found[step.path] = figures(covers, of_loss, of_year, part * share)
    return found


def _drawn(annual: Annual) -> _Covers:
    """Every cover that something is drawn for."""
    strands, series = annual.drawn.strands, annual.drawn.series
    return frozenset(c for s in strands for c in (*s.laws, *s.covers)) | {c for s in series for c in s.covers}


def _model(annual: Annual, covers: _Covers) -> tuple[CountLaw, Law] | None:
    """The law of the number of claims of some covers and of one of them, where all of them are alike."""
    if any(covers & set(series.covers) for series in annual.drawn.series):
        return None
    sources = []
    for strand in annual.drawn.strands:
        if covers & {*strand.laws, *strand.covers}:
            source = _source(annual, strand, covers)
            if source is None:
                return None
            sources.append(source)
    if len(sources) < 2:
        return sources[0] if sources else None
    counts = [count for count, _ in sources]
    if annual.drawn.dependence is not None or not all(isinstance(count, Poisson) for count in counts):
        return None
    number = sum(count.mean for count in counts)
    return Poisson(number), Mixture(tuple(c.mean / number for c in counts), tuple(law for _, law in sources))


def _source(annual: Annual, strand: Strand, covers: _Covers) -> tuple[CountLaw, Law] | None:
    """How many claims of some covers a peril makes, and the law of one: one an occurrence, given by its loss."""
    if not isinstance(strand.peril, FrequencySeverity) or strand.peril.factor is not None:
        return None
    made = {*strand.laws, *strand.covers}
    if strand.claims is not None or covers & set(strand.covers) or len(covers & set(strand.laws)) != 1:
        return None
    if any(len(made & set(c.covers)) > 1 and covers & set(c.covers) for c in annual.compiled.combinations):
        return None
    law = strand.laws[next(iter(covers & set(strand.laws)))]
    return (strand.peril.frequency, law) if float(law.quantile(0.0)) >= 0.0 else None


def _reached(
    annual: Annual, plan: Plan, steps: Sequence[int], parts: dict[str, float]
) -> Iterator[tuple[PlanStep, _Covers, float]]:
    """The steps that see a constant part of each claim of their covers, with those covers and that part.

    parts: by cover what of each claim reaches the first of the steps, only covers of which that is known; changed to
    what reaches the step behind the last.
    """
    every = _drawn(annual)
    for index in steps:
        step = plan.steps[index]
        seen = every if step.covers is None else every & step.covers
        group = step.taker is Taker.GROUP  # takes what its inner steps take, which may be less than what it lets pass
        if seen <= parts.keys() and len({parts[c] for c in seen}) == 1 and step.when is None and not group:
            yield step, seen, parts[next(iter(seen))]
        share = _share(step)
        if step.when is not None or step.stages or step.caps or share is None or _bounded(annual, step):
            for cover in seen & parts.keys():
                del parts[cover]
            continue
        inner = {c: parts[c] * share for c in seen & parts.keys()}
        if step.inside == "tower":
            for child in step.children:
                yield from _reached(annual, plan, (child,), dict(inner))
        elif step.inside == "steps":
            yield from _reached(annual, plan, step.children, inner)
        for cover in seen & parts.keys():
            if step.party is None or share >= 1.0:
                del parts[cover]
            else:
                parts[cover] *= 1.0 - share


def _bounded(annual: Annual, step: PlanStep) -> bool:
    """Whether what a step takes ends with a balance."""
    return step.party in annual.compiled.programme.accounts


def _share(step: PlanStep) -> float | None:
    return 1.0 if step.share is None else _number(step.share)


def _number(expr: Expression) -> float | None:
    value = constant(expr)
    return None if value is None else float(value)


def _terms(annual: Annual, step: PlanStep) -> tuple[LossTerms, YearTerms, float] | None:
    """What a step lets pass of a loss and of a year, and its share; None where its terms are others."""
    share = _share(step)
    if share is None or not share or _bounded(annual, step):
        return None
    kinds = [_kind(annual, stage.scope) for stage in step.stages]
    if sorted(kinds) != kinds or len(set(kinds)) != len(kinds) or "other" in kinds:
        return None
    bounds = {"claim": (0.0, inf), "year": (0.0, inf)}
    for kind, stage in zip(kinds, step.stages, strict=True):
        found = _bounds(stage)
        if found is None:
            return None
        bounds[kind] = found
    for cap in step.caps:
        kind, amount = _kind(annual, cap.scope), _number(cap.amount)
        if kind == "other" or amount is None or (kind == "claim" and "year" in kinds):
            return None
        low, high = bounds[kind]
        bounds[kind] = (low, min(high, amount / share))
    if not all(limit > 0.0 for _, limit in bounds.values()):
        return None
    return LossTerms(*bounds["claim"]), YearTerms(*bounds["year"]), share


def _kind(annual: Annual, scope: str) -> str:
    """`claim`: each loss by itself; `year`: all of a year together."""
    columns = next(p for p in annual.plans if p.flow == "losses").scopes[scope].columns
    if columns in {("claim",), ("event",)}:
        return "claim"
    alone = annual.horizon == 1 and (not columns or scope in annual.program.layout.whole)
    return "year" if columns == ("period",) or alone else "other"


def _bounds(stage: Stage) -> tuple[float, float] | None:
    if stage.franchise is not None or stage.bands:
        return None
    low = 0.0 if stage.attachment is None else _number(stage.attachment)
    high = inf if stage.limit is None else _number(stage.limit)
    return None if low is None or high is None else (low, high)


def _scaled(law: Exact, share: float, levels: Sequence[float]) -> ExactFigures:
    def scaled(bracket: Bracket) -> Bracket:
        return Bracket(bracket.low * share, bracket.value * share, bracket.high * share)

    tails = tuple((level, scaled(law.var(level)), scaled(law.tvar(level))) for level in levels)
    return ExactFigures(scaled(law.mean), scaled(law.sd), tails)
