"""All flows of a programme over one history: premium, losses, recoveries, caused amounts, services, surplus."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from oracle.bearers import Charge, Take
from oracle.fen import half_up
from oracle.fold import Fold, Held, deposit, opening, total_by
from oracle.model import Deposit, Flow, History, Programme, Refused, Row, Step
from oracle.normalise import normalise, totals
from oracle.terms import ZERO, walk

ROUNDS = 25
Side = tuple[str, str]
Running = tuple[Side, Fold, list[Row]]
Booked = Callable[[Side, Sequence[Take]], Iterable[tuple[Any, str, str, Fraction]]]


@dataclass
class Outcome:
    """What every flow comes to: `takes` by (flow, side), what was caused, balances, amounts of read flows."""

    takes: dict[Side, list[Take]] = field(default_factory=lambda: defaultdict(list))
    charges: list[Charge] = field(default_factory=list)
    balances: dict[str, Fraction] = field(default_factory=dict)
    snapshots: dict[Any, dict[str, Fraction]] = field(default_factory=dict)
    stepwise: dict[Side, dict[tuple[str, Any], Fraction]] = field(default_factory=dict)
    amounts: dict[tuple[str, Any], Fraction] = field(default_factory=dict)
    booked: Booked | None = None
    folds: list[Fold] = field(default_factory=list)
    deficits: list[str] = field(default_factory=list)

    def refuse(self) -> None:
        """What may only be judged when nothing moves any more: deficits, and money with nobody."""
        if self.deficits:
            raise Refused("; ".join(self.deficits))
        for fold in self.folds:
            fold.finish()

    def total(self, flow: str, side: str, name: str | None = None, period: Any = None) -> Fraction:
        """The sum of a party, or of a pool under the name in the step (`None`: all), in one period or in all."""
        takes = self.takes.get((flow, side), [])
        counted = self.booked((flow, side), takes) if self.booked else _as_rowed(takes)
        return sum(
            (v for when, party, named, v in counted if name in (None, party, named) and period in (None, when)), ZERO
        )

    def balance(self, account: str, t: Any) -> Fraction:
        """The balance at an instant, after its claims and before the flows that read it."""
        return self.snapshots.get(t, {}).get(account, ZERO)

    def parts(self, flow: str = "losses", side: str = "from") -> dict[str, Fraction]:
        return total_by(self.takes.get((flow, side), []), lambda take: take.party)

    def by_claim(self, flow: str = "losses", side: str = "from") -> dict[tuple[str, str], Fraction]:
        return total_by(self.takes.get((flow, side), []), lambda take: (take.row.claim, take.party))

    def caused(self) -> dict[tuple[str, str | None], Fraction]:
        """Caused amounts by label and who owes them."""
        out: dict[tuple[str, str | None], Fraction] = defaultdict(Fraction)
        for charge in self.charges:
            out[charge.label, charge.party] += charge.amount
        return dict(out)


def _as_rowed(takes: Sequence[Take]) -> Iterable[tuple[Any, str, str, Fraction]]:
    return [(take.row.get("period"), take.party, take.named, take.amount) for take in takes]


def settle(
    programme: Programme,
    history: History,
    *,
    fen: bool = False,
    held: Mapping[str, Held] | None = None,
    booked: Booked | None = None,
) -> Outcome:
    """All flows in their order. Flows that read results are run again until nothing moves; a circle is refused."""
    _refuse_two_giving_steps(programme)
    before = Outcome(booked=booked)
    for _ in range(ROUNDS):
        outcome = _Pass(programme, history, before, fen=fen, held=held).run()
        outcome.booked = booked
        if (
            outcome.takes == before.takes
            and outcome.amounts == before.amounts
            and outcome.snapshots == before.snapshots
        ):
            outcome.refuse()
            return outcome
        before = outcome
    raise Refused("the flows read each other in a circle")


def _refuse_two_giving_steps(programme: Programme) -> None:
    lists = [programme.losses, programme.premium.giving]
    lists += [flow.giving for flow in (programme.services, programme.gains) if flow]
    giving = [step.party for steps in lists for _, step in walk(steps) if step.party in programme.accounts]
    if len(giving) != len(set(giving)):
        raise Refused("an account has two giving steps")


class _Pass:
    """One run through time, reading the results of the run before."""

    def __init__(
        self, programme: Programme, history: History, before: Outcome, *, fen: bool, held: Mapping[str, Held] | None
    ) -> None:
        self.programme, self.history, self.before = programme, history, before
        self.fen, self.held = fen, held or {}
        self.out = Outcome(balances=opening(programme, fen=fen))
        self.losses = normalise(programme, history.rows, self._marks("losses"))
        self.premium = normalise(replace(programme, queue="t"), history.premium, self._marks("premium"))
        self.gains = normalise(replace(programme, queue="t"), history.gains)
        self.returned = self._recovered_into_accounts()
        self.periods = sorted({row["period"] for row in (*self.losses, *self.premium) if "period" in row.columns})
        self.late = [(name, flow) for name, flow in self._flows() if flow.amount is not None]
        self.derived = {name: self._derived_rows(name, flow) for name, flow in self.late}

    def _marks(self, flow: str) -> frozenset[Any]:
        """The increments that a booking of this flow used room for."""
        held = self.held.get(flow)
        return frozenset(mark for _, mark in held.booked) if held else frozenset()

    def _flows(self) -> list[tuple[str, Flow]]:
        named = (
            ("gains", self.programme.gains),
            ("services", self.programme.services),
            ("surplus", self.programme.surplus),
        )
        return [(name, flow) for name, flow in named if flow is not None]

    def run(self) -> Outcome:
        loss = self._fold(self.programme.losses, self.losses, held=self.held.get("losses"))
        first = self._sides("premium", self.programme.premium, self.premium)
        first += self._sides("gains", self.programme.gains, self.gains)
        last = [side for name, flow in self.late for side in self._sides(name, flow, self.derived[name])]
        self._through_time([*first, (("losses", "from"), loss, self.losses)], last)
        for side, fold, _ in [*first, (("losses", "from"), loss, self.losses), *last]:
            self.out.takes[side] += fold.takes
            self.out.charges += fold.charges
            self.out.stepwise[side] = dict(fold.stepwise)
        self.out.folds += [fold for _, fold, _ in (*first, *last)] + [loss]
        self._recover(loss)
        self._cede()
        return self.out

    def run_losses(self) -> Fold:
        """The losses alone, with the money that this pass knows of."""
        loss = self._fold(self.programme.losses, self.losses, held=self.held.get("losses"))
        first = self._sides("premium", self.programme.premium, self.premium)
        last = [side for name, flow in self.late for side in self._sides(name, flow, self.derived[name])]
        self._through_time([*first, (("losses", "from"), loss, self.losses)], last)
        return loss

    def _through_time(self, first: Sequence[Running], last: Sequence[Running]) -> None:
        """At each instant: money into accounts, premium, claims; then, balances looked at, what reads them."""
        money = [*self.history.deposits, *self.returned]
        due = {flow.at(period) for _, flow in self.late for period in self.periods if flow.at}
        instants = {row.t for _, _, rows in (*first, *last) for row in rows} | {d.t for d in money} | due
        for t in sorted(instants):
            for d in money:
                if d.t == t:
                    deposit(self.programme, self.out.balances, d)
            for _, fold, rows in first:
                fold.advance(t, [row for row in rows if row.t == t])
            self.out.snapshots[t] = dict(self.out.balances)
            for _, fold, rows in last:
                fold.advance(t, [row for row in rows if row.t == t])

    def _sides(self, name: str, flow: Flow | None, rows: list[Row]) -> list[Running]:
        out: list[Running] = []
        if flow and flow.giving:
            out.append(((name, "from"), self._fold(flow.giving, rows, held=self.held.get(name)), rows))
        if flow and flow.receiving:
            out.append(((name, "to"), self._fold(flow.receiving, rows, receiving=True), rows))
        return out

    def _fold(
        self,
        steps: Sequence[Step],
        rows: Sequence[Row],
        *,
        receiving: bool = False,
        held: Held | None = None,
        borne: dict[tuple[str, str], Fraction] | None = None,
        balances: dict[str, Fraction] | None = None,
    ) -> Fold:
        return Fold(
            self.programme,
            steps,
            rows,
            history=self.history,
            balances=self.out.balances if balances is None else balances,
            fen=self.fen,
            receiving=receiving,
            held=held,
            borne=borne,
        )

    # ------------------------------------------------------------ flows that read results

    def _derived_rows(self, name: str, flow: Flow) -> list[Row]:
        """One row a period. A deficit is refused, or carried into the next period where the flow says so."""
        assert flow.amount is not None
        if flow.at is None:
            raise Refused(f"{name} has an amount but no time")
        rows, carried = [], ZERO
        for period in self.periods:
            amount = flow.amount(self.before, period)
            amount = (half_up(amount) if self.fen else amount) + carried
            self.out.amounts[name, period] = amount
            carried = min(amount, ZERO)
            if carried and not flow.carry:
                self.out.deficits.append(f"{name} of {period} is a deficit")
            if amount > 0:
                mark = (name, str(period))
                rows.append(Row(f"{name} {period}", amount, flow.at(period), {"period": period}, mark))
        return rows

    # ------------------------------------------------------------ recoveries

    def _recovered_into_accounts(self) -> list[Deposit]:
        from_before = self.before.takes.get(("recoveries", "to"), [])
        accounts = self.programme.accounts
        return [Deposit(take.party, take.row.t, take.amount) for take in from_before if take.party in accounts]

    def _recover(self, loss: Fold) -> None:
        spec = self.programme.recoveries
        if spec is None or not self.history.recoveries:
            return
        rows = self._recovery_rows()
        if spec.giving:
            giving = self._fold(spec.giving, rows)
            _run(giving, rows)
            self.out.takes["recoveries", "from"] = giving.takes
        whole = totals(self.losses)
        reduced = self._reduced(rows, whole)
        claims = {row["of"] for row in rows}
        if spec.basis == "borne":
            borne = dict(loss.by_claim())
            steps = (*spec.receiving, Step("above", party=spec.above))
            to = self._fold(steps, rows, receiving=True, borne=borne, balances=dict(self.out.balances))
            _run(to, rows)
            self.out.takes["recoveries", "to"] = to.takes
        elif spec.basis == "loss-reduction":
            self.out.takes["recoveries", "to"] = self._as_smaller_loss(rows, loss, reduced, whole)
        else:
            raise Refused(f"recoveries have no basis {spec.basis}")
        if spec.restores:
            others = [take for take in reduced.takes if take.row.claim not in claims]
            self.out.takes["losses", "from"] = [t for t in loss.takes if t.row.claim in claims] + others

    def _recovery_rows(self) -> list[Row]:
        first: dict[str, Row] = {}
        for row in self.losses:
            first.setdefault(row.claim, row)
        merged = [row.but(**{**first[row["of"]].columns, **row.columns}) for row in self.history.recoveries]
        return normalise(replace(self.programme, queue="t", determines={}), merged)

    def _reduced(self, rows: Sequence[Row], whole: dict[str, Fraction]) -> Fold:
        """The losses as if what came back had never been lost."""
        left = dict(whole)
        less = []
        for row in rows:
            cut = min(row.amount, left[row["of"]])
            left[row["of"]] -= cut
            less.append(Row(row["of"], -cut, row.t, row.columns))
        history = replace(self.history, rows=(*self.history.rows, *less))
        again = replace(self.programme, recoveries=None)
        fold = _Pass(again, history, self.before, fen=self.fen, held=self.held)
        return fold.run_losses()

    def _as_smaller_loss(
        self, rows: Sequence[Row], loss: Fold, reduced: Fold, whole: dict[str, Fraction]
    ) -> list[Take]:
        spec = self.programme.recoveries
        assert spec is not None
        out = []
        before, after = loss.by_claim(), reduced.by_claim()
        for claim in dict.fromkeys(row["of"] for row in rows):
            last = [row for row in rows if row["of"] == claim][-1]
            for c, party in sorted(set(before) | set(after)):
                gained = before.get((c, party), ZERO) - after.get((c, party), ZERO)
                if c == claim and gained:
                    out.append(Take(last, "recoveries", party, party, gained))
            above = sum((row.amount for row in rows if row["of"] == claim), ZERO) - whole[claim]
            if above > 0:
                out.append(Take(last, "recoveries/above", spec.above, spec.above, above))
        return out

    # ------------------------------------------------------------ a party's own reinsurance

    def _cede(self) -> None:
        for party, steps in self.programme.behind.items():
            mine = [take for take in self.out.takes["losses", "from"] if take.party == party]
            rows = [replace(take.row, amount=take.amount, mark=(*take.row.mark, n)) for n, take in enumerate(mine)]
            own = self._fold((*steps, Step("kept", party=party)), rows)
            _run(own, rows)
            others = [take for take in self.out.takes["losses", "from"] if take.party != party]
            self.out.takes["losses", "from"] = others + own.takes


def _run(fold: Fold, rows: Sequence[Row]) -> None:
    for t in sorted({row.t for row in rows}):
        fold.advance(t, [row for row in rows if row.t == t])
    fold.finish()
