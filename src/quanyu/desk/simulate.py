"""The verb `simulate`: many years of a programme, with everything the report shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from quanyu.desk.history import histories_of
from quanyu.desk.kernels import use_cache
from quanyu.desk.open import Opened, placed
from quanyu.desk.price import TechnicalPrice, priced_column, technical_price
from quanyu.engine.annual import Annual, build_annual
from quanyu.engine.assumed import assume
from quanyu.engine.happenings import Drawn
from quanyu.engine.premium_flow import split_premium
from quanyu.formula import EvaluationError
from quanyu.simulation import (
    Entry,
    Figures,
    FlowEntry,
    Plan,
    StepEntry,
    Stored,
    flow_entries,
    ledger,
    party_occurrences,
    simulate_columns,
    step_entries,
)
from quanyu.simulation.exact import ExactFigures, exact_steps
from quanyu.simulation.run import Column
from quanyu.terms import Finding, Text
from quanyu.waterfall.kernel_program import Output

__all__ = ["Clock", "ExactStep", "Progress", "Simulated", "prepare", "simulate_programme"]

_MOST_ROWS = 1_500_000
Clock = Callable[[], float]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class ExactStep:
    """What a step takes in a year (path empty: all losses), simulated and as the exact answer within its bounds."""

    path: str
    simulated: Figures
    exact: ExactFigures


@dataclass(frozen=True)
class Simulated:
    """A programme simulated.

    figures, flow_figures: those of each entry's terms, without its fixed part. step_take … occurrence: by step of the
    losses; attached, exhausted: the part of years in which a step takes anything, and in which something bounds it.
    party_occurrence: the greatest occurrence of what each party bears over all its steps, of all losses under "".
    exact: where there is an exact answer.
    """

    annual: Annual
    entries: tuple[Entry, ...]
    figures: tuple[Figures, ...]
    flows: tuple[FlowEntry, ...]
    flow_figures: tuple[Figures, ...]
    steps: tuple[StepEntry, ...]
    step_take: tuple[Figures, ...]
    attached: tuple[float, ...]
    exhausted: tuple[float | None, ...]
    occurrence: tuple[Figures | None, ...]
    party_occurrence: Mapping[str, Figures]
    gross: Figures
    exact: tuple["ExactStep", ...]
    price: TechnicalPrice | None
    years: int
    seed: int
    seconds: float


def prepare(opened: Opened, *, details: bool = True) -> Annual | list[Finding]:
    """A programme ready to be simulated, or the findings that forbid it."""
    use_cache()
    histories = histories_of(opened)
    if isinstance(histories, list):
        return histories
    drawn = assume(opened.compiled, histories)
    if isinstance(drawn, list):
        return _placed(opened, drawn)
    if refused := _undrawable(drawn):
        return _placed(opened, [refused])
    premium = split_premium(opened.compiled, drawn.exposure)
    if isinstance(premium, list):
        return _placed(opened, premium)
    annual = build_annual(opened.compiled, drawn, premium, details=details)
    return _placed(opened, annual) if isinstance(annual, list) else annual


def _placed(opened: Opened, findings: list[Finding]) -> list[Finding]:
    return [placed(f, opened.path, opened.document.lines) for f in findings]


def simulate_programme(
    annual: Annual,
    plan: Plan,
    *,
    clock: Clock,
    progress: Progress | None = None,
    store: Stored | None = None,
    replay: Stored | None = None,
) -> Simulated | list[Finding]:
    """Runs the years of a prepared programme. clock: seconds, for the time it took.

    A finding where a term or a cover has no value on facts that were drawn.
    """
    begun = clock()
    entries, flows, steps = ledger(annual), flow_entries(annual), step_entries(annual)
    pricing = priced_column(annual, entries)
    greatest = {party: (term,) for party, term in party_occurrences(annual).items()}
    asked = [*_asked(annual, entries, steps, pricing), *(f.terms for f in flows), *greatest.values()]
    unique = list(dict.fromkeys(asked))
    try:
        run = simulate_columns(annual, plan, unique, store=store, replay=replay, progress=progress)
    except EvaluationError as error:
        return [_without_value(error)]
    except OverflowError:
        return [_overflowing()]
    found: Mapping[Column, Figures] = dict(zip(unique, run.figures, strict=True))
    positive = dict(zip(unique, run.above_zero, strict=True))

    def one(term: Any) -> Figures | None:
        return None if term is None else found[(term,)]

    return Simulated(
        annual=annual,
        entries=tuple(entries),
        figures=tuple(found[e.terms] for e in entries),
        flows=tuple(flows),
        flow_figures=tuple(found[f.terms] for f in flows),
        steps=tuple(steps),
        step_take=tuple(found[(s.take,)] for s in steps),
        attached=tuple(positive[(s.take,)] for s in steps),
        exhausted=tuple(None if s.exhausted is None else positive[(s.exhausted,)] for s in steps),
        occurrence=tuple(one(s.occurrence) for s in steps),
        party_occurrence={party: found[column] for party, column in greatest.items()},
        gross=found[_gross(annual)],
        exact=_exact(annual, steps, found),
        price=technical_price(annual, found[pricing[1]], pricing[0]) if pricing is not None else None,
        years=run.years,
        seed=plan.seed,
        seconds=clock() - begun,
    )


def _undrawable(drawn: Drawn) -> Finding | None:
    """Why no years can be drawn: no peril, or more claims a year than memory holds for a block of years."""
    if not drawn.strands and not drawn.series:
        reason = Text("assumptions 里没有风险", "the assumptions name no peril")
        return Finding("no-assumptions", None, reason, Text("写 perils:", "write perils:"))
    if drawn.rows <= _MOST_ROWS:
        return None
    return Finding(
        "too-many-claims",
        None,
        Text(
            f"一年约 {drawn.rows:,.0f} 案，上限 {_MOST_ROWS:,}",
            f"some {drawn.rows:,.0f} claims a year, {_MOST_ROWS:,} at most",
        ),
        Text(
            "一案代表一批单位，或按年给出总额",
            "let one claim stand for many units, or draw the year's total as one amount",
        ),
    )


def _overflowing() -> Finding:
    return Finding(
        "assumption-refused",
        None,
        Text("抽出的金额大得算不出标准差", "amounts were drawn that are too large for a standard deviation"),
        Text("用均值有限的分布，或写 maximum", "use a law with a finite mean, or give it a `maximum`"),
    )


def _without_value(error: EvaluationError) -> Finding:
    return Finding(
        "term-without-value",
        None,
        Text(f"模拟出的事实上算不出：{error.chinese}", f"there is no value on the facts that were simulated: {error}"),
        Text(
            "在 assumptions 中给出所需的字段或事实，或改写条款",
            "state the field or fact in the assumptions, or reword the term",
        ),
    )


def _exact(annual: Annual, steps: list[StepEntry], found: Mapping[Column, Figures]) -> tuple[ExactStep, ...]:
    simulated = {"": found[_gross(annual)], **{s.path: found[(s.take,)] for s in steps}}
    answers = exact_steps(annual)
    return tuple(
        ExactStep(path, simulated[path], answer)
        for path, answer in answers.items()
        if answer is not None and path in simulated
    )


def _gross(annual: Annual) -> Column:
    place = annual.program.outputs[Output("losses", "from", "", "amount")]
    return ((place.column, place.scale),)


def _asked(
    annual: Annual, entries: list[Entry], steps: list[StepEntry], pricing: tuple[str, Column] | None
) -> list[Column]:
    columns = [e.terms for e in entries] + [(s.take,) for s in steps] + [_gross(annual)]
    columns += [(t,) for s in steps for t in (s.exhausted, s.occurrence) if t is not None]
    return columns + ([pricing[1]] if pricing is not None else [])
