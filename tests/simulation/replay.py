"""Simulated years once more, path by path in plain Python: claims put in order and keyed here, split by the exact fold.

Nothing of the engine's ordering, key numbering or compiled program is used: only what was drawn for each claim.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np

from quanyu.engine.annual import Annual, build_annual
from quanyu.engine.assumed import assume
from quanyu.engine.compiled import compile_programme
from quanyu.engine.happenings import OCCURRED, Claims, Needs, draw_claims
from quanyu.engine.premium_flow import split_premium
from quanyu.formula import Expression, TextColumn, evaluate, names, parse
from quanyu.language.load import load_programme, read_programme
from quanyu.language.programme import Programme
from quanyu.waterfall.columns import Block, State, run
from quanyu.waterfall.fen import Exact
from quanyu.waterfall.fold import fold
from quanyu.waterfall.history import Deposit, History, Premium, Row
from quanyu.waterfall.kernel_program import Output
from quanyu.waterfall.outcome import Outcome
from quanyu.waterfall.plan import Plan, PlanStep, Taker

PERIOD_BITS = 32
Side = Literal["from", "to"]
SIDES: tuple[Side, Side] = ("from", "to")


def annual_of(programme: Programme, *, details: bool = False) -> Annual:
    """A programme ready to be simulated."""
    compiled = compile_programme(programme)
    assert not isinstance(compiled, list), compiled
    drawn = assume(compiled)
    assert not isinstance(drawn, list), drawn
    premium = split_premium(compiled, drawn.exposure)
    assert not isinstance(premium, list), premium
    annual = build_annual(compiled, drawn, premium, details=details)
    assert not isinstance(annual, list), annual
    return annual


def annual_from(text: str, *, details: bool = False) -> Annual:
    document, findings = read_programme(text)
    assert document is not None, findings
    return annual_of(document.value, details=details)


def annual_at(path: Path, *, details: bool = False) -> Annual:
    document, findings = load_programme(path)
    assert document is not None, findings
    return annual_of(document.value, details=details)


def program_figures(annual: Annual, seed: int, paths: int) -> list[dict[Output, np.ndarray[Any, Any]]]:
    """Every figure of the compiled program by period: one value a path."""
    state = State.opening(annual.program, paths)
    out = np.empty((annual.program.width, paths))
    found = []
    for period in range(annual.horizon):
        first = period << PERIOD_BITS
        rows = annual.draw(seed, range(first, first + paths))
        sizes = {s: int(k.max(initial=0)) + 1 for s, k in rows.keys.items()}
        sizes |= {s: 1 for s in annual.program.layout.keys if s not in sizes}
        block = Block(annual.program, paths, int(rows.ptr[-1]) + 1, sizes)
        annual.fill(block, rows, paths)
        run(annual.program, block, state, out)
        found.append({key: out[place.column] * place.scale for key, place in annual.program.outputs.items()})
    return found


@dataclass
class Replayed:
    """One path, period by period. steps, parties: what each takes; balances: of accounts at the end of the period.

    occurrence: the greatest of one event, by step; bearers: that of what each account bears of the losses, and of all
    losses under "".
    """

    steps: list[dict[tuple[str, str, str], Fraction]] = field(default_factory=list)
    parties: list[dict[tuple[str, str, str], Fraction]] = field(default_factory=list)
    charges: list[dict[str, Fraction]] = field(default_factory=list)
    amounts: list[dict[tuple[str, str], Fraction]] = field(default_factory=list)
    balances: list[dict[str, Fraction]] = field(default_factory=list)
    occurrence: list[dict[str, Fraction]] = field(default_factory=list)
    bearers: list[dict[str, Fraction]] = field(default_factory=list)


def replay(annual: Annual, seed: int, path: int) -> Replayed:
    """The years of one path through the exact fold."""
    return _Path(annual, seed, path).run()


class _Path:
    def __init__(self, annual: Annual, seed: int, path: int) -> None:
        self.annual, self.seed, self.path = annual, seed, path
        self.compiled = annual.compiled
        self.rows: list[Row] = []
        self.recovered: list[Row] = []
        self.premium: list[Premium] = []
        self.deposits: list[Deposit] = []
        self.balances = {
            name: account.opening for plan in self.compiled.plans.values() for name, account in plan.accounts.items()
        }
        self.opening = dict(self.balances)
        self.done = Replayed()

    def run(self) -> Replayed:
        for period in range(self.annual.horizon):
            self.steps: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
            self.parties: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
            self.amounts: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
            self.charges: dict[str, Fraction] = defaultdict(Fraction)
            self.occurrence: dict[str, Fraction] = defaultdict(Fraction)
            self.bearers: dict[str, Fraction] = defaultdict(Fraction)
            self._premium(period)
            self._losses(period)
            self._recoveries(period)
            for flow in ("services", "surplus"):
                self._derived(flow, period)
            self.done.steps.append(dict(self.steps))
            self.done.parties.append(dict(self.parties))
            self.done.amounts.append(dict(self.amounts))
            self.done.charges.append(dict(self.charges))
            self.done.balances.append(dict(self.balances))
            self.done.occurrence.append(dict(self.occurrence))
            self.done.bearers.append(dict(self.bearers))
        return self.done

    # ------------------------------------------------------------ flows

    def _premium(self, period: int) -> None:
        exposure = self.annual.drawn.exposure
        if exposure.premium is None:
            return
        rows = []
        if exposure.each == "period":
            self.premium.append(Premium(exposure.premium[0], {"period": str(period)}))
            rows.append(self._premium_row("u0", 0, period, exposure.premium[0]))
        else:
            number = 0
            for point, count in enumerate(exposure.counts):
                for _ in range(int(count)):
                    amount = exposure.premium[point]
                    keys = {"insured": f"u{number}", "policy": f"{period}.u{number}", "period": str(period)}
                    self.premium.append(Premium(amount, keys))
                    rows.append(self._premium_row(f"u{number}", point, period, amount))
                    number += 1
        for side in SIDES:
            self._split("premium", side, rows, period, at=(period, -1.0))

    def _premium_row(self, unit: str, point: int, period: int, amount: Fraction) -> Row:
        claim = f"{period}.premium.{unit}"
        keys = {"claim": claim, "insured": unit, "policy": f"{period}.{unit}", "period": str(period), "event": claim}
        fields = self.annual.drawn.exposure.rows[point]
        keys |= {k: v for k, v in fields.items() if isinstance(v, str)}
        return Row(claim, None, (period, -1.0), amount, keys, self._dated(fields, period))

    def _dated(self, fields: Mapping[str, Any], period: int, time: float = 0.0) -> dict[str, Any]:
        """With the dates that choose members: the day of the claim, and the unit's own, renewed every year."""
        begins = self.annual.dates.years[period]
        day = dt.date(2001, 1, 1) + dt.timedelta(int(time * 365))
        day = day.replace(year=begins.year)
        day = day if day >= begins else day.replace(year=begins.year + 1)
        own = {"attached": str(begins), "issued": str(begins)}
        for basis in own:
            if basis in fields:
                told = dt.date.fromisoformat(str(fields[basis]))
                own[basis] = str(told.replace(year=told.year + period))
        return {**fields, **own, "occurred": str(day)}

    def _losses(self, period: int) -> None:
        claims, recovered = self._claims(period)
        part = self.compiled.programme.recoveries
        if part is not None and part.basis == "loss-reduction":
            less = {r.claim.removesuffix("/back"): r.amount for r in recovered}
            claims = [
                Row(r.claim, r.cover, r.instant, r.amount - less.get(r.claim, 0), r.keys, r.fields) for r in claims
            ]
            recovered = []
        self.new = {row.claim for row in claims}
        self.rows += claims
        self.recovered = recovered
        for side in SIDES:
            plan = self.compiled.plans.get(("losses", side))
            if plan is None:
                continue
            members = {"m": {k: v for k, v in self.annual.drawn.exposure.rows[0].items() if isinstance(v, Fraction)}}
            history = History(tuple(self.rows), tuple(self.premium), tuple(self.deposits), members)
            outcome = self._folded(plan, history)
            mine = {key: v for key, v in outcome.takes.items() if key[0] in self.new}
            self._note(plan, mine, sum((Fraction(r.amount) for r in claims), Fraction(0)))
            self._note_occurrence(plan, mine, claims)
            for charge in outcome.charges:
                if charge.kind == "reinstatement" and charge.claim in self.new:
                    self.charges[f"losses/{plan.steps[charge.step].path}"] += charge.amount
            if side == "from":
                self._note_bearers(plan, mine, claims)
                self.borne: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
                for (claim, _, party), amount in mine.items():
                    self.borne[claim][party] += Fraction(amount)
                used = {s.party for s in plan.steps if s.taker is Taker.ACCOUNT}
                self.balances |= {name: Fraction(v) for name, v in outcome.balances.items() if name in used}

    def _note_occurrence(self, plan: Plan, takes: Mapping[Any, Any], claims: list[Row]) -> None:
        event = {row.claim: row.keys["event"] for row in claims}
        sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for (claim, step, _), amount in takes.items():
            sums[plan.steps[step].path, event[claim]] += Fraction(amount)
        for (path, _), amount in sums.items():
            self.occurrence[f"{plan.side}/{path}"] = max(self.occurrence[f"{plan.side}/{path}"], amount)

    def _note_bearers(self, plan: Plan, takes: Mapping[Any, Any], claims: list[Row]) -> None:
        event = {row.claim: row.keys["event"] for row in claims}
        sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        for row in claims:
            sums["", event[row.claim]] += Fraction(row.amount)
        for (claim, index, party), amount in takes.items():
            sums[_account(plan, plan.steps[index], party), event[claim]] += Fraction(amount)
        for (account, _), amount in sums.items():
            self.bearers[account] = max(self.bearers[account], amount)

    def _recoveries(self, period: int) -> None:
        if not self.recovered:
            return
        for side in SIDES:
            self._split("recoveries", side, self.recovered, period, at=(period, 1e9))

    def _derived(self, flow: str, period: int) -> None:
        part = getattr(self.compiled.programme, flow)
        if part is None:
            return
        parsed = parse(part.amount.text)
        assert isinstance(parsed, Expression)
        amount = evaluate(parsed, {name: self._figure(name) for name in names(parsed)})
        assert isinstance(amount, Fraction)
        claim = f"{period}.{flow}"
        keys = {"claim": claim, "period": str(period), "insured": "u0", "policy": f"{period}.u0", "event": claim}
        row = Row(claim, None, (period, 1e9), max(amount, Fraction(0)), keys, self._dated({}, period))
        for side in SIDES:
            self._split(flow, side, [row], period, at=(period, 1e9))

    def _figure(self, name: str) -> Fraction:
        head, _, tail = name.partition(".")
        if head == "premium" and not tail:
            return self.annual.premium.total
        if tail == "balance":
            return self.balances[head]
        side, _, inner = tail.partition(".")
        if side not in ("from", "to"):
            side, inner = "from", tail
        if not inner:
            return self.amounts[head, side] or self.amounts[head, "to"]
        path = inner.replace(".", "/")
        if (head, side, path) in self.steps:
            return self.steps[head, side, path]
        plan = self.compiled.plans[head, side]  # type: ignore[index]
        steps = [s for s in plan.steps if inner in (s.label, s.party)]
        return sum((self.steps.get((head, side, s.path), Fraction(0)) for s in steps), Fraction(0))

    def _split(self, flow: str, side: Side, rows: list[Row], period: int, *, at: tuple[int, float]) -> None:
        """One side of a flow of this period alone; what it moves on accounts is a deposit for the losses."""
        plan = self.compiled.plans.get((flow, side))
        if plan is None or not rows:
            return
        before = (period, -9.0)
        opening = tuple(Deposit(n, before, v - self.opening[n]) for n, v in self.balances.items() if n in plan.accounts)
        borne = {claim: dict(v) for claim, v in self.borne.items()} if flow == "recoveries" else {}
        history = History(tuple(rows), tuple(self.premium), opening, borne=borne)
        outcome = self._folded(plan, history)
        self._note(plan, outcome.takes, sum((Fraction(r.amount) for r in rows), Fraction(0)))
        for (_, _, party), amount in outcome.takes.items():
            if party in plan.accounts:
                moved = Fraction(amount) if plan.receiving else -Fraction(amount)
                self.balances[party] += moved
                self.deposits.append(Deposit(party, at, moved))

    def _folded(self, plan: Plan, history: History) -> Outcome:
        outcome = fold(plan, history, Exact())
        assert not isinstance(outcome, tuple), [f.reason.en for f in outcome]
        return outcome

    def _note(self, plan: Plan, takes: Mapping[Any, Any], amount: Fraction) -> None:
        self.amounts[plan.flow, plan.side] += amount
        for (_, index, party), taken in takes.items():
            self.steps[plan.flow, plan.side, plan.steps[index].path] += Fraction(taken)
            self.parties[plan.flow, plan.side, party.split(":")[0]] += Fraction(taken)

    # ------------------------------------------------------------ claims

    def _claims(self, period: int) -> tuple[list[Row], list[Row]]:
        """The claims of one year, drawn alone, and what comes back of them."""
        year = (period << PERIOD_BITS) + self.path
        keys = {c for plan in self.annual.plans for s in plan.scopes.values() for c in s.columns} - {"claim"}
        fields = frozenset({*self.annual.drawn.fields, OCCURRED})
        needs = Needs(clock=True, cover=True, recovered=True, fields=fields, keys=frozenset(keys | {"event", "policy"}))
        rows: list[Row] = []
        back: list[Row] = []
        for number, part in enumerate(draw_claims(self.annual.drawn, self.seed, range(year, year + 1), needs)):
            for i in range(part.size):
                for code in sorted(part.amounts):
                    amount = Fraction(float(part.amounts[code][i]))
                    if amount > 0:
                        row = self._row(part, (number, i), code, period)
                        rows.append(row)
                        if part.returned is not None:
                            again = Fraction(float(part.returned[i])) * amount
                            of = {**row.keys, "of": row.claim}
                            back.append(Row(f"{row.claim}/back", row.cover, (period, 1e9), again, of, row.fields))
        return rows, back

    def _row(self, part: Claims, place: tuple[int, int], code: int, period: int) -> Row:
        number, i = place
        cover = tuple(self.compiled.programme.covers)[code]
        assert part.clock is not None
        assert part.event is not None
        claim = f"{period}.{number}.{i}.{cover}"
        unit = 0 if part.unit is None else int(part.unit[i])
        keys = {"claim": claim, "event": f"{period}.{number}.{part.event[i]}", "period": str(period)}
        insured = f"u{unit}"
        own = {name: str(column[i]) for name, column in part.keys.items()}
        keys |= {"insured": own.get("insured", insured), "policy": f"{period}.{own.get('insured', insured)}"}
        keys |= own
        drawn = {name: column for name, column in part.fields.items() if name != OCCURRED}
        fields = {name: v for name, column in drawn.items() if (v := _given(column, i)) is not None}
        if part.unit is not None and len(self.annual.drawn.exposure.rows) > 1:
            point = int(np.searchsorted(np.cumsum(self.annual.drawn.exposure.counts), unit, side="right"))
        else:
            point = 0
        fields = {**self.annual.drawn.exposure.rows[point], **fields}
        amount = Fraction(float(part.amounts[code][i]))
        time = float(np.asarray(part.fields[OCCURRED])[i])
        for column in {c for plan in self.annual.plans for s in plan.scopes.values() for c in s.columns}:
            if column != "cover":
                value = fields.get(column)
                keys.setdefault(column, f"own.{number}.{i}.{period}" if value is None else str(value))
        return Row(claim, cover, (period, float(part.clock[i])), amount, keys, self._dated(fields, period, time))


def _account(plan: Plan, step: PlanStep, party: str) -> str:
    """The account that a taker of the fold is counted under: persons by the field that names them, or the insured."""
    if step.taker is Taker.POOL:
        return str(step.party) if plan.pools[str(step.party)].by is not None else party.partition(":")[0]
    return "insured" if step.taker is Taker.INSURED else str(step.party)


def _given(column: Any, i: int) -> Any:
    if isinstance(column, TextColumn):
        return None if column.codes[i] < 0 else column.values[column.codes[i]]
    value = column[i] if isinstance(column, np.ndarray) else column
    if isinstance(value, bool | np.bool_):
        return bool(value)
    return None if np.isnan(value) else Fraction(float(value))
