"""One step's stages, share, caps and account, each written on the coarsest level its consumers allow."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.kernel_builder import Builder, Layer, Layers, Term, Value
from quanyu.waterfall.kernel_program import Column, Unsupported
from quanyu.waterfall.kernel_terms import Kind, Terms, is_identity
from quanyu.waterfall.plan import Cap, PlanReinstatement, PlanStep, Stage, Taker

__all__ = ["Taken", "caps_rows", "needs_rows", "peak", "reached_by_rows", "shares_rows", "take"]

_ORDER: dict[Kind, int] = {"row": 0, "key": 1, "path": 2, "state": 3}
_REACHED = 1.0 - 1e-12
HALF_FEN = 0.005
"""Less than this is no money: what float subtraction leaves of nothing."""
_CUT = 1.0 + 1e-12


@dataclass
class Taken:
    """One step being written: where its flags and charges go while its value passes through the stages."""

    terms: Terms
    step: PlanStep
    where: str
    flags: bool = False
    exhausted: list[Value] = field(default_factory=list)
    charges: list[Value] = field(default_factory=list)

    @property
    def builder(self) -> Builder:
        """The program being written."""
        return self.terms.builder


def take(taken: Taken, value: Value, *, rows: bool, first: int = 0) -> Value:
    """What the step takes of what enters it, stages from `first` on; by row where `rows` are needed."""
    step, terms = taken.step, taken.terms
    later = rows or shares_rows(terms, step) or caps_rows(terms, step)
    for n, stage in enumerate(step.stages):
        if n < first:
            continue
        after = any(needs_rows(terms, step, s) for s in step.stages[n + 1 :])
        value = _stage(taken, stage, value, rows=later or after or charges_rows(terms, step, stage))
    share = terms.term(step.share, taken.where, default=1.0)
    value = taken.builder.product(value, share)
    return _caps(taken, value, rows=rows)


def needs_rows(terms: Terms, step: PlanStep, stage: Stage) -> bool:
    """Whether a stage has to see rows."""
    if terms.gross.level == "path":
        return False
    finer = terms.kind(stage.scope, step.path) in ("row", "key")
    return finer or terms.varies_by_row(stage) or charges_rows(terms, step, stage)


def charges_rows(terms: Terms, step: PlanStep, stage: Stage) -> bool:
    """Whether the reinstatement of a stage has a factor by row."""
    spec = step.reinstatement
    if spec is None or spec.per != stage.scope:
        return False
    return any(terms.level(e, stage.scope) == "row" for e in (spec.premium, spec.remaining, step.share))


def shares_rows(terms: Terms, step: PlanStep) -> bool:
    """Whether the share is a row column."""
    return terms.level(step.share) == "row"


def caps_rows(terms: Terms, step: PlanStep) -> bool:
    """Whether a cap has to see rows."""
    if terms.gross.level == "path":
        return False
    return any(
        terms.kind(cap.scope, step.path) in ("row", "key") or terms.level(cap.amount, cap.scope) == "row"
        for cap in step.caps
    )


# ---------------------------------------------------------------- stages


def _stage(taken: Taken, stage: Stage, value: Value, *, rows: bool) -> Value:
    terms, builder = taken.terms, taken.builder
    kind = terms.kind(stage.scope, taken.where)
    layers = terms.layers(stage, taken.where)
    value = _franchise(taken, stage, value)
    if value.level == "row" and kind in ("path", "state") and not rows and not terms.varies_by_row(stage):
        value = builder.by_path(value)
    taken_up = None if not taken.flags else _full(taken, stage)
    if taken_up is not None and value.level == "row" and kind != "state":
        taken.exhausted.append(_reached(taken, value, kind, stage.scope, taken_up))
    state = builder.state(_state_name(taken, stage.scope)) if kind == "state" else -1
    passed = value if is_identity(layers) else _passed(builder, value, kind, layers, (stage.scope, state, rows))
    if taken_up is not None and (value.level == "path" or kind == "state"):
        taken.exhausted.append(_cut_off(taken, value, taken_up, state))
    spec = taken.step.reinstatement
    if spec is not None and spec.per == stage.scope:
        taken.charges.append(_charge(taken, spec, passed, kind))
    return passed


def _state_name(taken: Taken, what: str) -> str:
    plan = taken.terms.plan
    return f"{plan.flow}.{plan.side}/{taken.step.path}@{what}"


def _franchise(taken: Taken, stage: Stage, value: Value) -> Value:
    """A claim whose total amount is below its franchise does not enter."""
    if stage.franchise is None:
        return value
    terms, builder = taken.terms, taken.builder
    threshold = terms.term(stage.franchise, taken.where, stage.scope)
    amount = claim_amount(terms, taken.where)
    if value.level == "path":
        above = builder.above(builder.on_paths(threshold), amount)
        return builder.product(value, builder.line(above, above, -2.0, 1.0))
    if not isinstance(threshold, Value):
        z = builder.row_value(c.AT_LEAST, (threshold,), x=value.register, w=amount.register)
    else:
        held = builder.row_terms((threshold,))
        z = builder.row_value(c.AT_LEAST, x=value.register, w=amount.register, terms=held)
    return z.times(value.scale)


def claim_amount(terms: Terms, where: str) -> Value:
    """The gross total of a claim: the amount itself where every row is a claim, else the given column `amount`."""
    if terms.gross.level == "path" or terms.layout.single:
        return terms.gross
    if "amount" not in terms.layout.rows:
        raise Unsupported(where, "claims of several rows need the column amount")
    return terms.builder.row_input(Column("amount"))


def _passed(builder: Builder, value: Value, kind: Kind, layers: Layers, held: tuple[str, int, bool]) -> Value:
    """G on the running totals of a scope; `held` is (scope, state register, whether rows follow)."""
    scope, state, rows = held
    if value.level == "path":
        return builder.layered(c.PASS, value, (), layers, state)
    if kind == "row":
        return _claim(builder, value, layers)
    spread = (1.0 if rows else 0.0,)
    if kind == "key":
        return builder.layered(c.KEY, value, spread, layers, builder.slot(scope))
    return builder.layered(c.RUN, value, spread, layers, state)


def _claim(builder: Builder, value: Value, layers: Layers) -> Value:
    plain = layers[0].terms
    if len(layers) == 1 and layers[0].slope == 1.0 and not any(isinstance(t, Value) for t in plain):
        numbers = [t for t in plain[:2] if not isinstance(t, Value)]
        return builder.row_value(c.CLIP, (value.scale, *numbers), x=value.register)
    return builder.layered(c.CLAIM, value, (), layers)


# ---------------------------------------------------------------- exhaustion


def _full(taken: Taken, stage: Stage) -> Term | None:
    """The running total at which the limit of a stage is used up; None where it has none."""
    if stage.limit is None:
        return None
    attachment, limit = taken.terms.stage_terms(stage, taken.where)
    if not isinstance(attachment, Value) and not isinstance(limit, Value):
        return None if limit == inf else attachment + limit
    if not isinstance(attachment, Value):
        return taken.terms.clipped(limit, -attachment, inf)
    if not isinstance(limit, Value):
        return taken.terms.clipped(attachment, -limit, inf)
    if "row" not in (attachment.level, limit.level):
        return taken.builder.line(attachment, limit)
    a, b = taken.builder.on_rows(attachment), taken.builder.on_rows(limit)
    return taken.builder.row_value(c.MIX, (a.scale, b.scale, 0.0), x=a.register, w=b.register)


def _reached(taken: Taken, value: Value, kind: Kind, scope: str, full: Term) -> Value:
    """1 where some claim or key used its limit up; for a whole path, where the limit cut something."""
    builder = taken.builder
    grouping = {"row": c.BY_ROW, "key": -1, "path": c.BY_PATH, "state": c.BY_PATH}[kind]
    slot = builder.slot(scope) if kind == "key" else grouping
    most = peak(builder, value, full, slot)
    return builder.above(most, most, 0.0, _CUT if kind == "path" else _REACHED)


def reached_by_rows(taken: Taken, stage: Stage, value: Value) -> None:
    """The flag of a first stage at claim scope that was written elsewhere."""
    full = _full(taken, stage)
    if full is not None:
        taken.exhausted.append(_reached(taken, value, "row", stage.scope, full))


def peak(builder: Builder, value: Value, full: Term, slot: int) -> Value:
    """The greatest sum over the rows of a group, as a part of `full`."""
    if isinstance(full, Value):
        terms = builder.row_terms((full,))
        return builder.path_value(c.PEAK, (value.scale,), x=value.register, terms=terms, slot=slot)
    return builder.path_value(c.PEAK, (value.scale, full), x=value.register, slot=slot)


def _cut_off(taken: Taken, value: Value, full: Term, state: int) -> Value:
    """1 where the total of a path is above what its limit lets pass."""
    builder = taken.builder
    entered = builder.by_path(value)
    total = entered if state < 0 else builder.path_value(c.READ, slot=state)
    if isinstance(full, Value):
        above = builder.above(total, builder.on_paths(full), _CUT)
    else:
        above = builder.above(total, total, 0.0, full * _CUT)
    if state < 0:
        return above
    return builder.product(above, builder.above(entered, entered, 0.0, HALF_FEN))


# ---------------------------------------------------------------- reinstatement


def _charge(taken: Taken, spec: PlanReinstatement, passed: Value, kind: Kind) -> Value:
    """P x share x the sum of rates on each filling of the limit, on what the stage let pass, x what remains."""
    terms, builder, where = taken.terms, taken.builder, taken.where
    size = terms.constant(spec.limit)
    rates = [terms.constant(rate) for rate in spec.rates]
    if size is None or None in rates or size <= 0.0:
        raise Unsupported(where, "the limit and rates of a reinstatement have to be constants")
    layers = tuple(Layer(n * size, size, rate / size) for n, rate in enumerate(rates) if rate is not None)
    factors = [
        terms.term(spec.premium, where, spec.per),
        terms.term(spec.remaining, where, spec.per, 1.0),
        terms.term(taken.step.share, where, default=1.0),
    ]
    by_row = any(isinstance(f, Value) and f.level == "row" for f in factors)
    if kind in ("path", "state") and not by_row:
        passed = builder.by_path(passed)
    state = builder.state(_state_name(taken, f"{spec.per} reinstatement")) if kind == "state" else -1
    charged = _passed(builder, passed, kind, layers, (spec.per, state, by_row))
    for factor in factors:
        charged = builder.product(charged, factor)
    return builder.by_path(charged)


# ---------------------------------------------------------------- caps and account


def _caps(taken: Taken, value: Value, *, rows: bool) -> Value:
    step = taken.step
    account = step.party if step.taker is Taker.ACCOUNT else None
    if not step.caps and account is None:
        return value
    before = value
    if value.level == "row" and not rows and not caps_rows(taken.terms, step):
        value = taken.builder.by_path(value)
    if value.level == "path":
        value = _path_caps(taken, value, account)
    elif account is None and _chained(taken, step.caps):
        value = _chain_caps(taken, value, rows=rows)
    else:
        value = _drawn(taken, value, account)
    if taken.flags:
        one, other = taken.builder.by_path(before), taken.builder.by_path(value)
        taken.exhausted.append(taken.builder.above(one, other, 1.0 + 1e-9, HALF_FEN))
    return value


def _chained(taken: Taken, caps: Sequence[Cap]) -> bool:
    """Whether caps stand from finer to coarser: a coarser one that cuts is spent, so each is a stage of its own."""
    kinds = [taken.terms.kind(cap.scope, taken.where) for cap in caps]
    return all(_ORDER[a] < _ORDER[b] for a, b in pairwise(kinds))


def _chain_caps(taken: Taken, value: Value, *, rows: bool) -> Value:
    terms = taken.terms
    for n, cap in enumerate(taken.step.caps):
        kind = terms.kind(cap.scope, taken.where)
        room = terms.term(cap.amount, taken.where, cap.scope)
        state = taken.builder.state(_state_name(taken, f"cap {cap.scope}")) if kind == "state" else -1
        follows = rows or n + 1 < len(taken.step.caps)
        value = _passed(taken.builder, value, kind, (Layer(0.0, room),), (cap.scope, state, follows))
    return value


def _path_caps(taken: Taken, value: Value, account: str | None) -> Value:
    """Caps of path and state, then the account; every state cap is eroded by what was really taken."""
    terms, builder = taken.terms, taken.builder
    states = []
    for cap in taken.step.caps:
        room = builder.on_paths(terms.term(cap.amount, taken.where, cap.scope))
        if terms.kind(cap.scope, taken.where) == "state":
            states.append(builder.state(_state_name(taken, f"cap {cap.scope}")))
            used = builder.path_value(c.READ, slot=states[-1])
            left = builder.minus(room, used, rows=False)
            room = builder.of_two(c.MOST, left, builder.constant(0.0))
        value = builder.of_two(c.LEAST, value, room)
    if account is not None:
        value = _path_account(taken, value, account)
    for state in states:
        value = builder.path_value(c.RECEIVE, (value.scale, inf), x=value.register, slot=state)
    return value


def _path_account(taken: Taken, value: Value, account: str) -> Value:
    held, plan = taken.terms.plan.accounts[account], taken.terms.plan
    slot = taken.builder.state(account, float(held.opening))
    if not plan.receiving:
        return taken.builder.path_value(c.GIVE, (value.scale,), x=value.register, slot=slot)
    ceiling = inf if held.ceiling is None else float(held.ceiling)
    return taken.builder.path_value(c.RECEIVE, (value.scale, ceiling), x=value.register, slot=slot)


def _drawn(taken: Taken, value: Value, account: str | None) -> Value:
    """Caps of any scopes and the account in one pass over the instants."""
    terms, builder, plan = taken.terms, taken.builder, taken.terms.plan
    columns: list[Term] = []
    parameters: list[float] = [value.scale, c.NO_ACCOUNT, 0.0, inf]
    if account is not None:
        held = plan.accounts[account]
        ceiling = inf if held.ceiling is None else float(held.ceiling)
        mode = c.RECEIVING if plan.receiving else c.GIVING
        parameters = [value.scale, mode, builder.state(account, float(held.opening)), ceiling]
    for cap in taken.step.caps:
        kind = terms.kind(cap.scope, taken.where)
        room = terms.term(cap.amount, taken.where, cap.scope)
        slot = -1 if kind == "row" else builder.slot(cap.scope if kind == "key" else "")
        state = builder.state(_state_name(taken, f"cap {cap.scope}")) if kind == "state" else -1
        code = {"row": c.CAP_ROW, "key": c.CAP_KEY, "path": c.CAP_PATH, "state": c.CAP_STATE}[kind]
        varying = isinstance(room, Value)
        parameters += [code, slot, 0.0 if isinstance(room, Value) else room, len(columns) if varying else -1, state]
        columns += [room] if varying else []
    held_terms = builder.row_terms(columns) if columns else (-1, 0)
    return builder.row_value(c.DRAW, parameters, x=value.register, terms=held_terms)
