"""Stage 7, who takes it: parties, pools and their members, and what a step causes beside the loss."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from oracle.fen import half_up, largest_remainder, next_seat, spread
from oracle.model import History, Pool, Programme, Refused, Row, Step
from oracle.normalise import Batch, in_claim_order, ties
from oracle.terms import ZERO, Terms, grouped, key_of, value

Path = str


@dataclass(frozen=True)
class Take:
    """What a party takes of a row in a step; `named` is the party as the step writes it (a pool, for its members)."""

    row: Row
    path: Path
    party: str
    named: str
    amount: Fraction


@dataclass(frozen=True)
class Charge:
    """What a step causes beside the loss: a reinstatement premium or a call."""

    row: Row
    label: str
    party: str | None
    amount: Fraction


class Bearers:
    """Records who takes what of one list of steps; `takes` and `charges` grow.

    `borne` is given for recoveries only: what each party still bears of each claim, reduced by what it gets back.
    """

    def __init__(
        self,
        programme: Programme,
        terms: Terms,
        history: History,
        *,
        fen: bool,
        borne: dict[tuple[str, str], Fraction] | None,
    ) -> None:
        self.programme, self.terms, self.history, self.fen, self.borne = programme, terms, history, fen, borne
        self.takes: list[Take] = []
        self.charges: list[Charge] = []
        self.seats: dict[Any, list[int]] = {}
        self.charged: dict[Any, Fraction] = defaultdict(Fraction)
        self.taken: dict[Any, Fraction] = defaultdict(Fraction)

    # ------------------------------------------------------------ who takes it

    def give(self, step: Step, amounts: Batch, path: Path) -> list[Fraction]:
        """The party takes the amounts, a pool splits them; gives back what capped members leave."""
        assert step.party is not None
        back = self._into(step.party, amounts, path, step.party)
        if step.causes and step.causes.on == step.party:
            self._call(step, amounts, path)
        return back

    def _into(self, party: str, amounts: Batch, path: Path, named: str) -> list[Fraction]:
        if party == "borne":
            return self._to_bearers(amounts, path)
        pool = self.programme.pools.get(party)
        if pool is None:
            for row, v in amounts:
                self._record(row, path, self._name(party, row), named, v)
            return [ZERO] * len(amounts)
        if any(m in self.programme.accounts for _, shares in pool.versions for m in shares):
            raise Refused(f"an account is a member of the pool {party}")
        back = [ZERO] * len(amounts)
        for i in in_claim_order([row for row, _ in amounts]):
            back[i] = self._split(party, pool, amounts[i], path, named)
        return back

    def _record(self, row: Row, path: Path, party: str, named: str, v: Fraction) -> None:
        if v:
            self.takes.append(Take(row, path, party, named, v))
        if self.borne is not None and (row["of"], party) in self.borne:
            self.borne[row["of"], party] = max(self.borne[row["of"], party] - v, ZERO)

    def _to_bearers(self, amounts: Batch, path: Path) -> list[Fraction]:
        """Recovered money to those who bore the claim, pro rata to what they still bear; what is above comes back."""
        if self.borne is None:
            raise Refused("only recoveries know who bore a claim")
        y = [v for _, v in amounts]
        rows = [row for row, _ in amounts]
        for index in grouped(self.programme, rows, "of").values():
            claim = rows[index[0]]["of"]
            net = {party: v for (c, party), v in self.borne.items() if c == claim and v > 0}
            asked, whole = sum((y[i] for i in index), ZERO), sum(net.values(), ZERO)
            fitting = spread(min(asked, whole), [y[i] for i in index], [ties(rows)[i] for i in index], fen=self.fen)
            for i, v in zip(index, fitting, strict=True):
                y[i] = v
            for i in sorted(index, key=lambda i: ties(rows)[i]):
                net = {party: v for (c, party), v in self.borne.items() if c == claim and v > 0}
                whole = sum(net.values(), ZERO)
                quotas = [y[i] * v / whole for v in net.values()]
                parts = largest_remainder(y[i], quotas, list(net)) if self.fen else quotas
                for party, part in zip(net, parts, strict=True):
                    self._record(rows[i], path, party, "borne", part)
        return [v - taken for (_, v), taken in zip(amounts, y, strict=True)]

    def _split(self, name: str, pool: Pool, amount: tuple[Row, Fraction], path: Path, named: str) -> Fraction:
        row, y = amount
        shares = self._shares(name, pool, row)
        parts = self.apportion((path, name), shares, y)
        if pool.caps:
            parts = self._within_caps(name, pool, shares, row, y)
        left = y - sum(parts.values(), ZERO)
        for member, v in parts.items():
            left += self._into(member, [(row, v)], f"{path}", named)[0]
        return left

    def _shares(self, name: str, pool: Pool, row: Row) -> dict[str, Fraction]:
        if pool.by is not None:
            whole = sum((m[pool.by] for m in self.history.members.values()), ZERO)
            if whole == 0:
                raise Refused(f"the members of {name} have no {pool.by}")
            return {member: Fraction(m[pool.by]) / whole for member, m in self.history.members.items()}
        versions = [v for since, v in pool.versions if pool.basis is None or since <= row[pool.basis]]
        if not versions:
            raise Refused(f"the pool {name} has no members yet")
        shares = {m: value(s, row, self.terms.context(row)) for m, s in versions[-1].items()}
        if sum(shares.values()) != 1 or min(shares.values()) < 0:
            raise Refused(f"the shares of {name} add up to {sum(shares.values())}")
        return shares

    def _within_caps(
        self, name: str, pool: Pool, shares: Mapping[str, Fraction], row: Row, y: Fraction
    ) -> dict[str, Fraction]:
        """Members up to their caps; with `others` the overflow goes round among those with room."""
        if self.fen:
            raise Refused("capped members are not settled in fen here")
        room: dict[str, Fraction | None] = dict.fromkeys(shares)
        for member, caps in pool.caps.items():
            for scope, cap in caps.items():
                key = key_of(self.programme, row, scope)
                free = value(cap, row, self.terms.context(row, scope)) - self.taken[name, member, scope, key]
                known = room[member]
                room[member] = free if known is None else min(known, free)
        parts = dict.fromkeys(shares, ZERO)
        active = {m for m, w in shares.items() if w > 0}
        left = y
        while left > 0 and active:
            weight = sum(shares[m] for m in active)
            asked = {m: left * shares[m] / weight for m in active}
            for m, v in asked.items():
                free_now = room[m]
                parts[m] += v if free_now is None else min(v, free_now - parts[m])
            left = y - sum(parts.values(), ZERO)
            active = {m for m in active if room[m] is None or parts[m] < room[m]}  # type: ignore[operator]
            if pool.overflow != "others":
                break
        for member, caps in pool.caps.items():
            for scope in caps:
                self.taken[name, member, scope, key_of(self.programme, row, scope)] += parts[member]
        return parts

    def _name(self, party: str, row: Row) -> str:
        """`insured` is the row's insured, `claimant` where several may claim; else a party, or a column naming one."""
        if party == "insured":
            return f"insured:{row['insured']}"
        if party == "claimant":
            if row["claimant"] not in self.programme.several:
                raise Refused("claimant stands only where several insured are declared")
            return str(row["claimant"])
        if party in self.programme.parties or party not in row.columns:
            return party
        return str(row[party])

    # ------------------------------------------------------------ what a step causes

    def reinstate(self, step: Step, amounts: Batch, path: Path, used: tuple[Fraction, Fraction]) -> None:
        """Premium for limit used again: the same clip on what passed the scope, priced filling by filling."""
        spec = step.reinstatement
        assert spec is not None
        before, after = used
        Y = after - before
        if Y == 0:
            return
        charges = []
        for row, y in amounts:
            context = self.terms.context(row, spec.per)
            L, P = value(spec.limit, row, context), value(spec.premium, row, context)
            priced = ZERO
            for n, rate in enumerate(spec.rates):
                bit = min(max(after - n * L, ZERO), L) - min(max(before - n * L, ZERO), L)
                priced += value(rate, row, context) * bit / L
            q, left = self.terms.share[path, row.mark], value(spec.remaining, row, context)
            charges.append(P * q * priced * left * y / Y)
        rows = [row for row, _ in amounts]
        if self.fen:
            state = ("charge", path, key_of(self.programme, rows[0], spec.per))
            E = self.charged[state]
            self.charged[state] = E + sum(charges, ZERO)
            charges = largest_remainder(half_up(self.charged[state]) - half_up(E), charges, ties(rows))
        for row, charge in zip(rows, charges, strict=True):
            self.charges.append(Charge(row, spec.label, spec.payer or step.party, charge))

    def _call(self, step: Step, amounts: Batch, path: Path) -> None:
        assert step.causes is not None
        by, flow = step.causes.by, step.causes.flow
        if not self.history.members:
            self.charges += [Charge(row, flow, None, y) for row, y in amounts if y]
            return
        whole = sum((m[by] for m in self.history.members.values()), ZERO)
        if whole == 0:
            raise Refused(f"nobody to call: the members have no {by}")
        shares = {member: Fraction(m[by]) / whole for member, m in self.history.members.items()}
        for i in in_claim_order([row for row, _ in amounts]):
            row, y = amounts[i]
            for member, v in self.apportion(("call", path), shares, y).items():
                self.charges.append(Charge(row, flow, member, v))

    def apportion(self, state: Any, shares: Mapping[str, Fraction], y: Fraction) -> dict[str, Fraction]:
        """One row's amount over members; in fen seat by seat on the cumulative total of these shares."""
        if not self.fen:
            return {member: w * y for member, w in shares.items()}
        members, weights = list(shares), tuple(shares.values())
        seats = self.seats.setdefault((state, tuple(shares.items())), [0] * len(members))
        before = list(seats)
        for _ in range(int(y)):
            seats[next_seat(weights, seats)] += 1
        return {m: Fraction(now - was) for m, now, was in zip(members, seats, before, strict=True)}
