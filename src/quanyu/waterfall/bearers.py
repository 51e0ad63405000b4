"""Stage 7: who takes what a step takes, and what the step causes beside it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from quanyu.formula import constant
from quanyu.waterfall.fen import Arithmetic, Split
from quanyu.waterfall.history import Amount, History, Increment
from quanyu.waterfall.outcome import Charge, Key
from quanyu.waterfall.plan import Plan, PlanPool, PlanStep, Taker, Version
from quanyu.waterfall.terms import Terms, stopped
from quanyu.waterfall.trace import Tracer

__all__ = ["Bearers", "Spot"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A stage at one key and instant: what passes of the running total, before and after."""

    key: int
    before: Amount
    after: Amount


class Bearers:
    """Records who takes what; `takes` and `charges` grow while the fold runs."""

    def __init__(self, plan: Plan, terms: Terms, history: History, arithmetic: Arithmetic) -> None:
        self.plan, self.terms, self.history, self.arithmetic = plan, terms, history, arithmetic
        self.takes: dict[Key, Amount] = defaultdict(int)
        self.charges: list[Charge] = []
        self.tracer: Tracer | None = None
        self._splits: dict[tuple[object, ...], Split] = {}
        self._charged: dict[tuple[int, int], Amount] = defaultdict(int)
        self._borne = {claim: dict(parties) for claim, parties in history.borne.items()}

    def give(self, step: PlanStep, rows: Sequence[int], amounts: Sequence[Amount]) -> list[Amount] | None:
        """The step's party takes the amounts. Gives what comes back: None for nothing."""
        back: list[Amount] | None = None
        if step.taker is Taker.BORNE:
            back = self._to_bearers(step, rows, amounts)
        elif step.taker is Taker.POOL and step.party is not None:
            self._pool(step, self.plan.pools[step.party], rows, amounts)
        else:
            fixed = step.party if step.taker in (Taker.PARTY, Taker.ACCOUNT) else None
            for n, amount in zip(rows, amounts, strict=True):
                if amount:
                    row = self.terms.increments[n]
                    self._record(step, n, row, fixed or self._name(step, row), amount)
        if step.causes is not None:
            self._call(step, rows, amounts)
        return back

    def split(self, state: object, shares: tuple[Fraction, ...]) -> Split:
        """The running split of these shares, one for every state (a step, a layer) and vector of shares."""
        if (state, shares) not in self._splits:
            self._splits[state, shares] = self.arithmetic.split(shares)
        return self._splits[state, shares]

    # ------------------------------------------------------------ who

    def _record(self, step: PlanStep, n: int, row: Increment, party: str, amount: Amount) -> None:
        self.takes[row.claim, step.index, party] += amount
        if self._borne:
            borne = self._borne.get(str(row.keys.get("of", row.fields.get("of"))), {})
            if party in borne:
                borne[party] = max(borne[party] - amount, 0)
        if self.tracer is not None and n in self.tracer.rows:
            parties = self.tracer.draft(n, step).parties
            parties[party] = parties.get(party, 0) + amount

    def _name(self, step: PlanStep, row: Increment) -> str:
        """`insured:<key>` for the insured; for a field the party that the row's column of that name says."""
        party = str(step.party)
        found = row.keys.get(party, row.fields.get(party))
        if step.taker is Taker.INSURED:
            return f"insured:{row.keys.get('insured', '')}"
        if found is None:
            raise stopped("nobody", f"赔案 {row.claim} 没有 {party}", f"claim {row.claim} has no {party}")
        if step.taker is Taker.CLAIMANT and found not in self.plan.several:
            raise stopped(
                "claimant-unknown",
                f"赔案 {row.claim} 的 claimant {found} 不在 several 之中",
                f"the claimant {found} of claim {row.claim} is none of `several`",
            )
        return str(found)

    def _member(self, name: str, row: Increment) -> str:
        if name == "insured":
            return f"insured:{row.keys.get('insured', '')}"
        return name if name in self.plan.parties else str(row.keys.get(name, row.fields.get(name, name)))

    # ------------------------------------------------------------ pools

    def _pool(self, step: PlanStep, pool: PlanPool, rows: Sequence[int], amounts: Sequence[Amount]) -> None:
        """Row by row in the order of claims, on the cumulative total of each vector of shares."""
        fixed = self._fixed(step, pool)
        for n, amount in zip(rows, amounts, strict=True):
            if amount:
                members, running = fixed or self._running(step, pool, n)
                row = self.terms.increments[n]
                for member, part in zip(members, running.add(amount), strict=True):
                    if member in self.plan.pools:
                        self._pool(step, self.plan.pools[member], [n], [part])
                    elif part:
                        self._record(step, n, row, self._member(member, row), part)

    def _fixed(self, step: PlanStep, pool: PlanPool) -> tuple[tuple[str, ...], Split] | None:
        """The members and running split of a pool whose shares are the same for every row."""
        always = len(pool.versions) == 1 and pool.versions[0].since is None
        if pool.by is None and not (
            always and all(constant(share) is not None for _, share in pool.versions[0].shares)
        ):
            return None
        return self._running(step, pool, 0)

    def _running(self, step: PlanStep, pool: PlanPool, n: int) -> tuple[tuple[str, ...], Split]:
        members, shares = self._shares(step, pool, n)
        return members, self.split((step.index, pool.name, members), shares)

    def _shares(self, step: PlanStep, pool: PlanPool, n: int) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        if pool.by is not None:
            return self._by_field(pool.by)
        version = _in_force(pool, self.terms.increments[n])
        members = tuple(member for member, _ in version.shares)
        shares = tuple(self.terms.number(step, share, "claim", n) for _, share in version.shares)
        if sum(shares) != 1 or min(shares) < 0:
            raise stopped(
                "shares-do-not-sum",
                f"{pool.name} 的份额合计 {sum(shares)}",
                f"the shares of {pool.name} add up to {sum(shares)}",
            )
        return members, shares

    def _by_field(self, by: str) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
        members = self.history.members
        weights = {member: Fraction(fields.get(by, 0)) for member, fields in members.items()}
        whole = sum(weights.values())
        if not whole:
            raise stopped("no-members", f"没有成员有 {by}", f"no member has any {by}")
        return tuple(weights), tuple(weight / whole for weight in weights.values())

    # ------------------------------------------------------------ recoveries

    def _to_bearers(self, step: PlanStep, rows: Sequence[int], amounts: Sequence[Amount]) -> list[Amount]:
        """To those who bore the claim, pro rata to what they still bear; what is above all that comes back."""
        back = list(amounts)
        groups: dict[str, list[int]] = defaultdict(list)
        for place, n in enumerate(rows):
            groups[self.terms.key(n, ("of",))[0]].append(place)
        for claim, places in groups.items():
            whole = sum(self._borne.get(claim, {}).values())
            asked = sum(amounts[p] for p in places)
            if not asked or not whole:
                continue
            fitting = self.arithmetic.spread(min(asked, whole), [amounts[p] for p in places])
            for place, part in zip(places, fitting, strict=True):
                back[place] -= part
                self._over_bearers(step, claim, rows[place], part)
        return back

    def _over_bearers(self, step: PlanStep, claim: str, n: int, amount: Amount) -> None:
        net = {party: left for party, left in sorted(self._borne[claim].items()) if left > 0}
        if amount:
            parts = self.arithmetic.over(amount, list(net.values()))
            for party, part in zip(net, parts, strict=True):
                if part:
                    self._record(step, n, self.terms.increments[n], party, part)

    # ------------------------------------------------------------ what a step causes

    def _call(self, step: PlanStep, rows: Sequence[int], amounts: Sequence[Amount]) -> None:
        """What the step took is called from the members, in proportion to their field."""
        assert step.causes is not None
        if not any(amounts):
            return
        members, shares = self._by_field(step.causes.by)
        running = self.split(("call", step.index), shares)
        for n, amount in zip(rows, amounts, strict=True):
            row = self.terms.increments[n]
            for member, part in zip(members, running.add(amount), strict=True):
                if part:
                    self.charges.append(
                        Charge("call", row.claim, row.instant, step.index, step.causes.flow, member, part)
                    )

    def reinstate(self, step: PlanStep, spot: Spot, rows: Sequence[int], amounts: Sequence[Amount]) -> None:
        """Premium for limit used again: the clip of every filling, priced, on the running total at the stage."""
        spec = step.reinstatement
        used = spot.after - spot.before
        if spec is None or not used:
            return
        quotas = []
        for n, amount in zip(rows, amounts, strict=True):
            limit = self.terms.money(step, spec.limit, spec.per, n)
            premium = self.terms.money(step, spec.premium, spec.per, n)
            if not limit or premium is None:
                raise stopped(
                    "reinstatement-limit",
                    f"步骤 {step.path} 的恢复限额或保费不是正数",
                    f"the reinstatement of step {step.path} has no limit or premium above zero",
                )
            rates = [self.terms.number(step, rate, spec.per, n) for rate in spec.rates]
            left = Fraction(1) if spec.remaining is None else self.terms.number(step, spec.remaining, spec.per, n)
            share = (self.terms.shares(step, [n]) or [1])[0]
            priced = _priced(rates, Fraction(limit), spot)
            quotas.append(premium * share * left * priced * Fraction(amount) / used)
        place = (step.index, spot.key)
        parts, self._charged[place] = self.arithmetic.shared(self._charged[place], (quotas, [1] * len(quotas)))
        party = spec.payer or step.party or ""
        for n, part in zip(rows, parts, strict=True):
            if part:
                row = self.terms.increments[n]
                self.charges.append(
                    Charge("reinstatement", row.claim, row.instant, step.index, spec.label, party, part)
                )


def _priced(rates: Sequence[Fraction], limit: Fraction, spot: Spot) -> Fraction:
    """The sum over fillings of its rate times the part of the limit used between the two totals."""

    def filled(total: Amount, number: int) -> Fraction:
        return min(max(total - number * limit, Fraction(0)), limit)

    used = (rate * (filled(spot.after, k) - filled(spot.before, k)) for k, rate in enumerate(rates))
    return sum(used, Fraction(0)) / limit


def _in_force(pool: PlanPool, row: Increment) -> Version:
    """The members of the pool on the row's date of the pool's basis."""
    if len(pool.versions) == 1 and pool.versions[0].since is None:
        return pool.versions[0]
    date = row.fields.get(pool.basis)
    if date is None:
        raise stopped("missing-date", f"赔案 {row.claim} 没有 {pool.basis}", f"claim {row.claim} has no {pool.basis}")
    day = dt.date.fromisoformat(str(date)[:10])
    known = [version for version in pool.versions if version.since is None or version.since <= day]
    if not known:
        raise stopped("pool-empty", f"{pool.name} 在 {day} 还没有成员", f"{pool.name} has no members on {day}")
    return known[-1]
