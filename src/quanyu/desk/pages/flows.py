"""Each side of each flow as steps with their terms: numbers where they are numbers, else what the file writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from quanyu.desk.pages.marks import Marks
from quanyu.desk.pages.step_words import words_beside
from quanyu.desk.pages.words import expression_words, scope_words, value_of
from quanyu.documents import Band, Bound, Flow, FlowName, Number, Step
from quanyu.engine.compiled import Compiled
from quanyu.engine.exposure import Exposure
from quanyu.formula import Expression, Given, constant, names
from quanyu.language.flows import Recoveries, Services, Surplus
from quanyu.terms import Text
from quanyu.waterfall.plan import Plan, PlanStep, Stage, Taker

__all__ = ["Amounts", "Known", "flows_of", "known_of"]

_ORDER: tuple[FlowName, ...] = (
    "losses.from", "losses.to", "premium.from", "premium.to", "recoveries.from", "recoveries.to",
    "calls.from", "calls.to", "services.from", "services.to", "surplus.from", "surplus.to",
)  # fmt: skip
_SPOKEN = {Taker.INSURED: "insured", Taker.CLAIMANT: "claimant", Taker.FIELD: "party", Taker.BORNE: "borne"}
_WHOLE = frozenset({"period", "term"})


@dataclass(frozen=True)
class Amounts:
    """What is drawn beside a flow: what is split, what passes through each step by its path, and what these are."""

    total: Number
    steps: Mapping[str, Number]
    basis: Text


@dataclass(frozen=True)
class Known:
    """What expressions may be worked out with: of one unit, and of a whole period. several: not all units are alike."""

    unit: Mapping[str, Given]
    period: Mapping[str, Given]
    several: bool = False

    def value(self, expression: Expression, scope: str) -> Fraction | None:
        """The value of a term at a scope; None where it depends on more."""
        return value_of(expression, self.period if scope in _WHOLE else self.unit)


def known_of(exposure: Exposure | None) -> Known:
    """What an exposure tells: fields and premium of its first kind of unit, and the period's premium."""
    if exposure is None:
        return Known({}, {})
    total = {"premium": exposure.total_premium} if exposure.premium is not None else {}
    unit = dict(exposure.rows[0])
    if exposure.premium is not None:
        unit["premium"] = exposure.premium[0]
    several = len(exposure.rows) > 1
    return Known(unit, total if several else {**unit, **total}, several)


def flows_of(compiled: Compiled, marks: Marks, known: Known, amounts: Mapping[FlowName, Amounts]) -> tuple[Flow, ...]:
    """Every side that the programme states or that its silence means, losses first."""
    made = []
    for name in _ORDER:
        flow, _, side = name.partition(".")
        plan = compiled.plans.get((flow, "to" if side == "to" else "from"))
        if plan is not None:
            made.append(_flow(name, _Builder(compiled, plan, marks, known, amounts.get(name))))
    return tuple(made)


def _flow(name: FlowName, builder: "_Builder") -> Flow:
    drawn = builder.amounts
    return Flow(
        name=name,
        steps=tuple(builder.step(builder.plan.steps[i]) for i in builder.plan.roots),
        amount=_split(builder.compiled, builder.plan.flow),
        total=drawn.total if drawn is not None and drawn.total else None,
        basis=drawn.basis if drawn is not None and drawn.total else None,
        notes=tuple(_notes(builder)),
    )


def _split(compiled: Compiled, flow: str) -> Text:
    """What is split."""
    part = getattr(compiled.programme, flow)
    amount = getattr(part, "amount", None)
    if isinstance(part, Services | Surplus | Recoveries) and amount is not None:
        return expression_words(amount.text)
    return {
        "losses": Text("每一赔案的金额，依次", "the amount of every claim, in turn"),
        "premium": Text("每张保单或每期的保费", "the premium of a policy or period"),
        "recoveries": Text("每笔追偿款", "every recovery"),
        "calls": Text("由此引起的追缴", "what steps call for"),
    }[flow]


def _notes(builder: "_Builder") -> Iterator[Text]:
    compiled, plan = builder.compiled, builder.plan
    clock = getattr(compiled.programme, plan.flow).queue or compiled.programme.queue.by
    told = {
        "occurred": Text("出险", "occurrence"),
        "reported": Text("报案", "report"),
        "determined": Text("核定", "determination"),
        "applied": Text("申请", "application"),
    }[clock]
    counted = any(s.caps or s.stages or s.taker is Taker.ACCOUNT for s in plan.steps)
    if plan.flow == "losses" and plan.side == "from" and counted:
        yield Text(
            f"按{told.zh}先后排队；同一刻到达的，不足时按比例。",
            f"Claims queue by {told.en}; what arrives at one instant shares a shortage pro rata.",
        )
    if builder.known.several and _reads_unit(plan):
        yield Text(
            "表达式在此的取值按第一类风险点；其余各类见保费单与风险暴露。",
            "Values of expressions are those of the first exposure point; the others stand under exposure.",
        )
    if plan.flow == "recoveries":
        basis = compiled.programme.recoveries.basis if compiled.programme.recoveries else "borne"
        yield (
            Text("按各自最终承担的比例分。", "Divided by what each finally bore.")
            if basis == "borne"
            else Text("视同损失变小后重算。", "As if the loss had been smaller.")
        )


def _reads_unit(plan: Plan) -> bool:
    """Whether any term is an expression."""
    terms = [e for s in plan.steps for stage in s.stages for e in (stage.franchise, stage.attachment, stage.limit)]
    terms += [e for s in plan.steps for e in (s.share, *(c.amount for c in s.caps))]
    return any(e is not None and names(e) for e in terms)


@dataclass(frozen=True)
class _Builder:
    """One side of a flow being written out."""

    compiled: Compiled
    plan: Plan
    marks: Marks
    known: Known
    amounts: Amounts | None

    def step(self, step: PlanStep) -> Step:
        """A step with what stands inside it."""
        programme = self.compiled.programme
        placed = self.marks.placed.get((self.plan.flow, self.plan.side, step.path))
        share = None if step.share is None else constant(step.share)
        shown = expression_words(step.share.text) if step.share is not None and share is None else None
        if step.share is not None and share is None:
            share = self.known.value(step.share, "claim")
        bands, spoken = self._bands(step)
        return Step(
            label=step.label,
            taker=_SPOKEN.get(step.taker, "" if step.taker is Taker.GROUP else step.party or ""),
            share=Fraction(1) if step.share is None else share,
            share_words=shown,
            franchise=self._bounds(step, "franchise"),
            attachments=self._bounds(step, "attachment"),
            limits=self._bounds(step, "limit"),
            caps=tuple(self._bound(c.scope, c.amount, self._marked(step, "cap")) for c in step.caps),
            bands=bands,
            covers=() if step.covers is None else tuple(
                c.name or Text.same(k) for k, c in programme.covers.items() if k in step.covers
            ),
            when=None if step.when is None else expression_words(step.when.text),
            steps=tuple(self.step(inner) for inner in self.plan.inner(step)),
            tower=step.inside == "tower",
            words=(*spoken, *words_beside(programme, self.plan, step, placed.step if placed else None)),
            amount=None if self.amounts is None else self.amounts.steps.get(step.path),
            illustrative=placed is not None and self.marks.at(*placed.path),
        )  # fmt: skip

    def _bounds(self, step: PlanStep, term: str) -> tuple[Bound, ...]:
        stated = [(stage.scope, getattr(stage, term)) for stage in step.stages]
        return tuple(self._bound(s, e, self._marked(step, term)) for s, e in stated if e is not None)

    def _bound(self, scope: str, expression: Expression, illustrative: bool) -> Bound:
        where = scope_words(self.compiled.programme, scope)
        plain = constant(expression)
        if plain is not None and not names(expression):
            return Bound(scope=where, amount=plain, illustrative=illustrative)
        value = self.known.value(expression, scope)
        return Bound(scope=where, amount=value, words=expression_words(expression.text), illustrative=illustrative)

    def _marked(self, step: PlanStep, term: str) -> bool:
        """A term marked on its own, not with its whole step."""
        placed = self.marks.placed.get((self.plan.flow, self.plan.side, step.path))
        return placed is not None and self.marks.inside(*placed.path, term) and not self.marks.at(*placed.path)

    def _bands(self, step: PlanStep) -> tuple[tuple[Band, ...], tuple[Text, ...]]:
        stages = [stage for stage in step.stages if stage.bands]
        bands = [b for stage in stages for b in _constant_bands(stage)]
        spoken = [w for stage in stages for w in _spoken_bands(stage)]
        for stage in stages:
            where = scope_words(self.compiled.programme, stage.scope)
            spoken.insert(0, Text(f"分段按{where.zh}累计", f"bands count over {where.en}"))
        return tuple(bands), tuple(spoken)


def _constant_bands(stage: Stage) -> Iterator[Band]:
    for band in stage.bands:
        share = constant(band.slope)
        if share is not None:
            yield Band(low=band.low, high=float("inf") if band.high is None else band.high, share=share)


def _spoken_bands(stage: Stage) -> Iterator[Text]:
    for band in stage.bands:
        if constant(band.slope) is None:
            high = "∞" if band.high is None else f"{float(band.high):,.0f}"
            words = expression_words(band.slope.text)
            low = f"{float(band.low):,.0f}"
            yield Text(f"{low} 至 {high}：{words.zh}", f"{low} to {high}: {words.en}")
