"""Plans to a program of the float kernel: several flows in their order, sharing the balances of accounts.

A value is a level (row or path), a register and a scale. Linear steps change only the scale; a row column is written
only where a later or inner step needs rows, else the claim's clip is summed and everything after acts on paths.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from types import MappingProxyType

from quanyu.formula import Expression
from quanyu.waterfall import kernel_codes as c
from quanyu.waterfall.kernel_amounts import figure_of
from quanyu.waterfall.kernel_builder import Builder, Layer, Term, Value
from quanyu.waterfall.kernel_occurrences import Occurrences, account_of
from quanyu.waterfall.kernel_program import Column, Feed, Layout, Measure, Output, Outputs, Place, Program, Unsupported
from quanyu.waterfall.kernel_stages import Taken, caps_rows, needs_rows, reached_by_rows, shares_rows, take
from quanyu.waterfall.kernel_terms import Terms
from quanyu.waterfall.plan import Plan, PlanPool, PlanStep, Taker

__all__ = ["lower"]


def lower(flows: Sequence[Feed | Plan], wanted: Outputs | None = None, layout: Layout | None = None) -> Program:
    """One program for several sides of flows, in the order given.

    A plan alone splits the row or path column that has its flow's name. Raises Unsupported, with the step's path, for
    terms that the kernel does not run; nothing is left out silently.
    """
    lowering = _Lowering(wanted or Outputs(), layout or Layout())
    feeds = [flow if isinstance(flow, Feed) else Feed(flow, flow.flow) for flow in flows]
    lowering.accounts = {name: float(a.opening) for feed in feeds for name, a in feed.plan.accounts.items()}
    lowering.borne = any(step.taker is Taker.BORNE for feed in feeds for step in feed.plan.steps)
    for feed in feeds:
        lowering.feed(feed)
    return lowering.program()


@dataclass
class _Flow:
    """One side of a flow being lowered.

    keep_rows: what each step keeps is needed by row. everyones: for the greatest occurrence of everyone who bears.
    """

    plan: Plan
    terms: Terms
    gross: Value
    keep_rows: bool
    everyones: bool

    @property
    def name(self) -> str:
        return f"{self.plan.flow}.{self.plan.side}"


class _Lowering:
    """The program and its figures; flows are added one by one."""

    def __init__(self, wanted: Outputs, layout: Layout) -> None:
        self.wanted, self.layout, self.borne = wanted, layout, False
        self.builder = Builder(layout)
        self.occurrences = Occurrences(self.builder, wanted.by)
        self.figures: dict[Output, Value] = {}
        self.bearers: dict[str, Value] = {}
        self.parts: dict[str, list[tuple[str, Value]]] = defaultdict(list)
        self.lost: Value | None = None
        self.plans: dict[tuple[str, str], Plan] = {}
        self.accounts: dict[str, float] = {}

    # ------------------------------------------------------------ flows

    def feed(self, feed: Feed) -> None:
        """Add one side of a flow."""
        plan = feed.plan
        if (plan.flow, plan.side) in self.plans:
            raise Unsupported("", f"{plan.flow}.{plan.side} is given twice")
        name, gross = self._amount(feed)
        terms = Terms(self.builder, plan, name, gross, self._figure, self._expressed)
        losses = (plan.flow, plan.side) == ("losses", "from") and gross.level == "row"
        everyones = losses and self.wanted.occurrence is True
        keep = losses and (self.borne or everyones)
        flow = _Flow(plan, terms, gross, keep, everyones)
        _one_giving_step(plan)
        if keep:
            self.lost = gross
        self._record(flow, "", "amount", gross)
        rest = self._list(flow, [plan.steps[i] for i in plan.roots], gross, rows=False)
        self._record(flow, "", "rest", rest)
        if everyones:
            self._record(flow, "", "occurrence", self.occurrences.of(gross))
            for bearer, greatest in self.occurrences.by_bearer():
                self._record(flow, "", "occurrence", greatest, bearer)
        self.plans[plan.flow, plan.side] = plan
        for step in plan.steps:
            if step.taker is Taker.ACCOUNT and step.party is not None:
                slot = self.builder.state(step.party, float(plan.accounts[step.party].opening))
                balance = self.builder.path_value(c.READ, slot=slot)
                self._record(flow, "", "balance", balance, step.party)

    def _amount(self, feed: Feed) -> tuple[str | None, Value]:
        amount = feed.amount
        if isinstance(amount, Expression):
            return None, figure_of(self.builder, amount, self._known, feed.plan.flow)
        if amount in self.layout.rows:
            return amount, self.builder.row_input(Column(amount))
        if amount in self.layout.paths:
            return amount, self.builder.path_input(Column(amount))
        if amount in self.layout.constants:
            return None, self.builder.constant(float(self.layout.constants[amount]))
        raise Unsupported(feed.plan.flow, f"the blocks hold no amount {amount}")

    def _known(self, name: str) -> Term | None:
        if name in self.layout.constants:
            return float(self.layout.constants[name])
        if name in self.layout.paths:
            return self.builder.path_input(Column(name))
        return self._figure(name)

    def _expressed(self, terms: Terms, expr: Expression, path: str) -> Value:
        def lookup(name: str) -> Term | None:
            return self.builder.by_path(terms.gross) if name == "amount" else self._known(name)

        return figure_of(self.builder, expr, lookup, path)

    def _figure(self, name: str) -> Value | None:
        """`losses`, `losses.relief`, `premium.to.reserve`, `reserve.balance` of the flows so far."""
        head, _, tail = name.partition(".")
        if tail == "balance" and head in self.accounts:
            return self.builder.path_value(c.READ, slot=self.builder.state(head, self.accounts[head]))
        side, _, inner = tail.partition(".")
        if side not in ("from", "to"):
            side, inner = "from", tail
        if not inner:
            found = self.figures.get(Output(head, side, "", "amount")) or self.figures.get(
                Output(head, "to", "", "amount")
            )
            return None if found is None else self.builder.by_path(found)
        plan = self.plans.get((head, side))
        return None if plan is None else self._of_party(plan, inner)

    def _of_party(self, plan: Plan, name: str) -> Value | None:
        """What the step of a path or label, or all steps of a party, keep; of a group all that is kept inside."""
        steps = plan.named(name)
        found = [self.figures[Output(plan.flow, plan.side, s.path, "kept")] for s in steps]
        total: Value | None = None
        for value in found:
            part = self.builder.by_path(value)
            total = part if total is None else self.builder.line(total, part)
        return total

    # ------------------------------------------------------------ steps

    def _list(self, flow: _Flow, steps: Sequence[PlanStep], value: Value, *, rows: bool) -> Value:
        """Steps one after another: what they leave."""
        for n, step in enumerate(steps):
            after = rows or any(self._wants(flow, later) for later in steps[n + 1 :])
            removed = self._step(flow, step, value, rows=after)
            value = self.builder.minus(value, removed, rows=after and value.level == "row")
        return value

    def _step(self, flow: _Flow, step: PlanStep, value: Value, *, rows: bool, passed: Value | None = None) -> Value:
        """Write a step; what it removes from the list. `passed` is the first stage already done, by a whole tower."""
        taken = Taken(flow.terms, step, f"{flow.name}/{step.path}", self.wanted.exhaustion)
        entering = self._entering(flow, step, value)
        here = rows or self._inside_wants(flow, step) or self._occurs(flow, step) or flow.keep_rows
        if passed is None:
            y = take(taken, entering, rows=here)
        else:
            if self.wanted.exhaustion:
                reached_by_rows(taken, step.stages[0], entering)
            y = take(taken, passed, rows=here, first=1)
        if step.taker is Taker.BORNE:
            y = self._at_most_borne(flow, step, y)
        self._record(flow, step.path, "take", y)
        if self.wanted.reached:
            self._record(flow, step.path, "reached", entering)
        self._record_flags(flow, step, taken, y)
        group = step.taker is Taker.GROUP
        left = self._inside(flow, step, y, rows=flow.keep_rows or (rows if group else self._splits_rows(flow, step)))
        if group:
            return self.builder.minus(y, left, rows=rows and y.level == "row")
        self._record(flow, step.path, "kept", left)
        self._members(flow, step, left)
        return y

    def _entering(self, flow: _Flow, step: PlanStep, value: Value) -> Value:
        """Rows outside the covers or the condition pass by."""
        if step.covers is not None:
            if value.level == "path":
                raise Unsupported(f"{flow.name}/{step.path}", "an amount by path has no covers")
            listed = [float(cover in step.covers) for cover in self.layout.covers]
            value = self.builder.row_value(c.COVERED, listed, x=value.register).times(value.scale)
        if step.when is not None:
            value = self.builder.product(value, flow.terms.term(step.when, f"{flow.name}/{step.path}"))
        return value

    def _inside(self, flow: _Flow, step: PlanStep, y: Value, *, rows: bool) -> Value:
        """What a tower or inner list leaves of a step's take."""
        inner = list(flow.plan.inner(step))
        rows = rows and y.level == "row"
        if step.inside == "steps":
            return self._list(flow, inner, y, rows=rows)
        if step.inside is None:
            return y
        done = {} if rows else self._layers(flow, inner, y)
        left = y
        for member in inner:
            removed = self._step(flow, member, y, rows=rows, passed=done.get(member.index))
            left = self.builder.minus(left, removed, rows=rows)
        return left

    def _layers(self, flow: _Flow, inner: Sequence[PlanStep], y: Value) -> Mapping[int, Value]:
        """Members that begin with a constant layer above 0 and need paths after: clipped and summed together."""
        members = [m for m in inner if self._plain_layer(flow, m)] if y.level == "row" and y.scale > 0.0 else []
        if len(members) < 2:
            return {}
        bounds = [self._layer(flow, m) for m in members]
        lowest = min(attachment for attachment, _ in bounds)
        parameters = [y.scale, lowest, *(b for pair in bounds for b in pair)]
        self.builder.emit(c.TOWER, parameters, x=y.register, slot=len(members))
        targets = {}
        for member in members:
            z = self.builder.paths()
            self.builder.emit(c.LAYER, z=z)
            targets[member.index] = Value("path", z)
        return targets

    def _layer(self, flow: _Flow, step: PlanStep) -> tuple[float, float]:
        attachment, limit = flow.terms.stage_terms(step.stages[0], step.path)
        return (0.0 if isinstance(attachment, Value) else attachment, inf if isinstance(limit, Value) else limit)

    def _plain_layer(self, flow: _Flow, step: PlanStep) -> bool:
        """Whether a member's rows matter only through one clip by constants above 0."""
        if step.covers is not None or step.when is not None or not step.stages or self._occurs(flow, step):
            return False
        first, terms = step.stages[0], flow.terms
        if first.franchise is not None or first.bands or terms.kind(first.scope, step.path) != "row":
            return False
        if terms.level(first.attachment) != "constant" or terms.level(first.limit) != "constant":
            return False
        charged = step.reinstatement is not None and step.reinstatement.per == first.scope
        later = any(needs_rows(terms, step, s) for s in step.stages[1:])
        rows = shares_rows(terms, step) or caps_rows(terms, step) or self._inside_wants(flow, step) or flow.keep_rows
        return not (charged or later or rows) and self._layer(flow, step)[0] > 0.0

    # ------------------------------------------------------------ who needs rows

    def _wants(self, flow: _Flow, step: PlanStep) -> bool:
        """Whether a step has to see the rows of what reaches it."""
        terms = flow.terms
        if flow.gross.level == "path":
            return False
        return (
            flow.keep_rows
            or step.covers is not None
            or terms.level(step.when) == "row"
            or any(needs_rows(terms, step, stage) for stage in step.stages)
            or any(stage.franchise is not None for stage in step.stages)
            or shares_rows(terms, step)
            or caps_rows(terms, step)
            or self._occurs(flow, step)
            or self._inside_wants(flow, step)
        )

    def _inside_wants(self, flow: _Flow, step: PlanStep) -> bool:
        """Whether what is inside a step, or its pool, has to see rows of what the step takes."""
        if flow.gross.level == "path":
            return False
        return self._splits_rows(flow, step) or any(self._wants(flow, inner) for inner in flow.plan.inner(step))

    def _splits_rows(self, flow: _Flow, step: PlanStep) -> bool:
        """Whether what the step's own party keeps is split row by row."""
        if flow.gross.level == "path":
            return False
        if step.taker is Taker.BORNE:
            return True
        return any(flow.terms.level(share) == "row" for _, share in self._varying(flow, step))

    def _occurs(self, flow: _Flow, step: PlanStep) -> bool:
        wanted = self.wanted.occurrence
        if flow.gross.level == "path":
            return False
        return wanted if isinstance(wanted, bool) else f"{flow.name}/{step.path}" in wanted

    # ------------------------------------------------------------ figures

    def _record(self, flow: _Flow, path: str, measure: Measure, value: Value, part: str = "") -> None:
        key = Output(flow.plan.flow, flow.plan.side, path, measure, part)
        if flow.keep_rows and measure == "kept":
            self.bearers[path] = value
        self.figures[key] = self.builder.by_path(value)

    def _record_flags(self, flow: _Flow, step: PlanStep, taken: Taken, y: Value) -> None:
        for charge in taken.charges:
            label = step.reinstatement.label if step.reinstatement else ""
            self._record(flow, step.path, "charge", charge, label)
        if self._occurs(flow, step):
            self._record(flow, step.path, "occurrence", self.occurrences.of(y))
        if taken.exhausted:
            flags = taken.exhausted[0]
            for flag in taken.exhausted[1:]:
                flags = self.builder.of_two(c.MOST, flags, flag)
            self._record(flow, step.path, "exhausted", flags)

    def _members(self, flow: _Flow, step: PlanStep, kept: Value) -> None:
        """Parts that are no constant share of what the step keeps; where they are asked for, those of all bearers."""
        where = f"{flow.name}/{step.path}"
        if step.taker is Taker.BORNE:
            self._borne(flow, step, kept)
        varying = self._varying(flow, step)
        for member, share in varying:
            part = self.builder.product(kept, flow.terms.term(share, where))
            self._record(flow, step.path, "member", part, member)
            if flow.keep_rows:
                self.parts[step.path].append((member, part))
            self._bear(flow, where, member, part)
        if not varying:
            self._bear(flow, where, account_of(step), kept)

    def _bear(self, flow: _Flow, where: str, bearer: str, part: Value) -> None:
        """Whose a part of the losses is, row by row: a party's, or by the shares in force that of a pool's members."""
        if not flow.everyones:
            return
        pool = flow.plan.pools.get(bearer)
        if pool is None or pool.by is not None:
            self.occurrences.bear(bearer, part)
            return
        for member, share in _version(pool, self.layout, where):
            self._bear(flow, where, member, self.builder.product(part, flow.terms.term(share, where)))

    def _varying(self, flow: _Flow, step: PlanStep) -> tuple[tuple[str, Expression], ...]:
        """The shares of a step's pool, where one of them is no constant."""
        pool = flow.plan.pools.get(step.party or "") if step.taker is Taker.POOL else None
        if pool is None or pool.by is not None:
            return ()
        shares = _version(pool, self.layout, f"{flow.name}/{step.path}")
        if all(flow.terms.level(share) == "constant" for _, share in shares):
            return ()
        return shares

    def _at_most_borne(self, flow: _Flow, step: PlanStep, y: Value) -> Value:
        """Nobody gets back more than was lost on the claim; what is above goes on."""
        if y.level == "path" or self.lost is None or not self.layout.single:
            reason = "who bore is known only by row, after the losses, where every row is a claim"
            raise Unsupported(f"{flow.name}/{step.path}", reason)
        return self.builder.layered(c.CLAIM, y, (), (Layer(0.0, self.lost),))

    def _borne(self, flow: _Flow, step: PlanStep, kept: Value) -> None:
        """A recovery by claim, to those who bore the claim, in proportion to what each finally bore."""
        assert self.lost is not None
        part = self.builder.row_value(c.RATIO, (kept.scale,), x=kept.register, w=self.lost.register)
        losses_plan = self.plans["losses", "from"]
        for path, bore in self.bearers.items():
            self._record(flow, step.path, "borne", self.builder.product(bore, part), path)
            for member, own in self.parts[path]:
                self._record(flow, step.path, "borne", self.builder.product(own, part), f"{path}:{member}")
            bearer = losses_plan.at(path)
            if bearer.taker is Taker.ACCOUNT and bearer.party is not None:
                back = self.figures[Output(flow.plan.flow, flow.plan.side, step.path, "borne", path)]
                slot = self.builder.state(bearer.party, self.accounts[bearer.party])
                self.builder.path_value(c.RECEIVE, (back.scale, inf), x=back.register, slot=slot)

    # ------------------------------------------------------------ the end

    def program(self) -> Program:
        """The finished program."""
        kept = list(dict.fromkeys(v.register for v in self.figures.values()))
        at = {register: k for k, register in enumerate(kept)}
        code = self.builder.finish(kept)
        rows, paths = self.builder.sizes
        return Program(
            code=code,
            rows=tuple(self.builder.row_inputs),
            paths=tuple(self.builder.path_inputs),
            row_registers=rows,
            path_registers=paths,
            slots=tuple(self.builder.slots),
            states=tuple((name, opening) for name, (_, opening) in self.builder.states.items()),
            outputs=MappingProxyType({key: Place(at[v.register], v.scale) for key, v in self.figures.items()}),
            layout=self.layout,
        )


def _version(pool: PlanPool, layout: Layout, where: str) -> tuple[tuple[str, Expression], ...]:
    """The members on the layout's date; the only ones there are, where it names none."""
    if len(pool.versions) == 1:
        return pool.versions[0].shares
    if layout.on is None:
        raise Unsupported(where, f"the pool {pool.name} has dated members and the blocks no date")
    due = [v for v in pool.versions if v.since is None or v.since <= layout.on]
    if not due:
        raise Unsupported(where, f"the pool {pool.name} has no members on {layout.on}")
    return due[-1].shares


def _one_giving_step(plan: Plan) -> None:
    used = [step.party for step in plan.steps if step.taker is Taker.ACCOUNT]
    if not plan.receiving and len(used) != len(set(used)):
        raise Unsupported(f"{plan.flow}.{plan.side}", "an account gives in two steps of one list")
