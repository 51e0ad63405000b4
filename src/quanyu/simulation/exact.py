"""Yearly amounts that have an exact answer: the law by Fourier transform, with a bracket around each figure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from quanyu.engine.annual import Annual
from quanyu.formula import Expression, constant
from quanyu.perils import Annual as YearTerms
from quanyu.perils import Bracket, CountLaw, Exact, FrequencySeverity, Law, compound
from quanyu.perils import Layer as LossTerms
from quanyu.simulation.figures import LEVELS
from quanyu.waterfall.plan import Plan, PlanStep, Stage

__all__ = ["ExactFigures", "exact_steps"]

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

    There is one where one peril makes claims of one cover given by its loss, and a step takes a constant share of what
    constant terms, first of each claim, then of the year, let pass of a constant part of each loss. points: of the
    grid.
    """
    plan = next(p for p in annual.plans if (p.flow, p.side) == ("losses", "from"))
    found: dict[str, ExactFigures | None] = dict.fromkeys(["", *(step.path for step in plan.steps)])
    model = _model(annual)
    if model is None:
        return found
    known: dict[tuple[LossTerms, YearTerms], Exact] = {}

    def figures(loss: LossTerms, year: YearTerms, factor: float) -> ExactFigures:
        if (loss, year) not in known:
            known[loss, year] = compound(*model, loss, annual=year, points=points)
        return _scaled(known[loss, year], factor, levels)

    found[""] = figures(LossTerms(), YearTerms(), 1.0)
    for step, part in _reached(annual, plan, plan.roots, 1.0):
        terms = _terms(annual, step)
        if terms is not None:
            loss, year, share = terms
            of_loss = LossTerms(loss.attachment / part, loss.limit / part)
            found[step.path] = figures(of_loss, YearTerms(year.attachment / part, year.limit / part), part * share)
    return found


def _model(annual: Annual) -> tuple[CountLaw, Law] | None:
    """The law of the number of claims and of one of them, where all claims are alike."""
    drawn = annual.drawn
    if len(drawn.strands) != 1 or drawn.series or annual.compiled.combinations:
        return None
    strand = drawn.strands[0]
    if not isinstance(strand.peril, FrequencySeverity) or strand.peril.factor is not None:
        return None
    if strand.claims is not None or strand.covers or len(strand.laws) != 1:
        return None
    law = next(iter(strand.laws.values()))
    reduced = annual.needs.recovered and not any(p.flow == "recoveries" for p in annual.plans)
    return (strand.peril.frequency, law) if float(law.quantile(0.0)) >= 0.0 and not reduced else None


def _reached(annual: Annual, plan: Plan, steps: Sequence[int], part: float) -> Iterator[tuple[PlanStep, float]]:
    """The steps that see a constant part of each loss, with that part."""
    for index in steps:
        step = plan.steps[index]
        if not _lets_all_in(annual, step):
            return
        yield step, part
        share = _share(step)
        if step.stages or step.caps or share is None:
            return
        if step.inside == "tower":
            for child in step.children:
                yield from _reached(annual, plan, (child,), part * share)
        elif step.inside == "steps":
            yield from _reached(annual, plan, step.children, part * share)
        if step.party is None or share >= 1.0:
            return
        part *= 1.0 - share


def _lets_all_in(annual: Annual, step: PlanStep) -> bool:
    """Whether the step has neither a condition nor covers that leave out what is drawn."""
    drawn = set(annual.drawn.strands[0].laws)
    return step.when is None and (step.covers is None or drawn <= step.covers)


def _share(step: PlanStep) -> float | None:
    return 1.0 if step.share is None else _number(step.share)


def _number(expr: Expression) -> float | None:
    value = constant(expr)
    return None if value is None else float(value)


def _terms(annual: Annual, step: PlanStep) -> tuple[LossTerms, YearTerms, float] | None:
    """What a step lets pass of a loss and of a year, and its share; None where its terms are others."""
    share = _share(step)
    if share is None or not share or step.party in annual.compiled.programme.accounts:
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
