"""Phase 3: one list of steps, instant by instant, every instant step by step."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from oracle.bearers import Bearers, Charge, Path, Take
from oracle.fen import half_up, largest_remainder, spread
from oracle.model import Deposit, History, Programme, Refused, Row, Step
from oracle.normalise import Batch, in_claim_order, normalise, ties
from oracle.terms import ONE, ZERO, Terms, expand, grouped, key_of, walk


@dataclass(frozen=True)
class Held:
    """What was booked before, for steps that do not reopen.

    `booked` gives for a step and an increment the takes booked so far, each with the instant from which it was
    replaced; `firm` are the increments whose claims are not revised now.
    """

    booked: Mapping[tuple[Path, Any], tuple[tuple[Any, Fraction], ...]] = field(default_factory=dict)
    firm: frozenset[Any] = frozenset()


class Fold:
    """The state of one list of steps. `advance` takes one instant's rows; `takes` and `charges` grow."""

    def __init__(
        self,
        programme: Programme,
        steps: Sequence[Step],
        rows: Sequence[Row],
        *,
        history: History | None = None,
        balances: dict[str, Fraction] | None = None,
        fen: bool = False,
        receiving: bool = False,
        held: Held | None = None,
        borne: dict[tuple[str, str], Fraction] | None = None,
    ) -> None:
        self.programme, self.steps, self.fen, self.receiving = programme, steps, fen, receiving
        self.history, self.held = history or History(), held or Held()
        self.rows = rows
        self.balances = opening(programme, fen=fen) if balances is None else balances
        self.terms = Terms(programme, steps, rows, self.history.premium)
        self.bearers = Bearers(programme, self.terms, self.history, fen=fen, borne=borne)
        self.stepwise: dict[tuple[Path, Any], Fraction] = defaultdict(Fraction)
        self.total: dict[Any, Fraction] = defaultdict(Fraction)
        self.taken: dict[Any, Fraction] = defaultdict(Fraction)
        self.running: dict[Any, Fraction] = defaultdict(Fraction)
        self.unplaced: list[tuple[str, Fraction]] = []
        self.releases: list[tuple[Any, Callable[[], None]]] = []
        self._refuse_shared_accounts()

    # ------------------------------------------------------------ the list

    def advance(self, t: Any, rows: Sequence[Row]) -> None:
        """All rows of one instant through all steps; what is left with nobody is `unplaced`."""
        self.release(t)
        left = self._list(self.steps, [(row, row.amount) for row in rows], "")
        self.unplaced += [(row.claim, x) for row, x in left if x]

    def release(self, t: Any) -> None:
        """Room that was freed by a revision serves from that instant on."""
        due = [act for since, act in self.releases if since <= t]
        self.releases = [(since, act) for since, act in self.releases if not since <= t]
        for act in due:
            act()

    def finish(self) -> None:
        """Room freed after the last instant; a list that leaves money with nobody is refused."""
        for since, _ in list(self.releases):
            self.release(since)
        if self.unplaced:
            raise Refused(f"money with nobody: {self.unplaced}")

    def _list(self, steps: Sequence[Step], batch: Batch, path: Path) -> Batch:
        for step in expand(steps):
            batch = self._step(step, batch, f"{path}/{step.label}" if path else step.label)
        return batch

    def _mine(self, batch: Batch, path: Path) -> list[int]:
        return [i for i, (row, _) in enumerate(batch) if (path, row.mark) in self.terms.passes]

    def _step(
        self,
        step: Step,
        batch: Batch,
        path: Path,
        together: list[Fraction] | None = None,
        most: list[Fraction] | None = None,
    ) -> Batch:
        """Stages 1 to 8 of one step: the batch that flows on."""
        mine = self._mine(batch, path)
        sub = [batch[i] for i in mine]
        took = self._take(step, sub, path, together, most)
        back = self._inside(step, [(row, y) for (row, _), y in zip(sub, took, strict=True)], path)
        rest = [x for _, x in batch]
        for i, y, returned in zip(mine, took, back, strict=True):
            rest[i] -= y - returned
        return [(row, x) for (row, _), x in zip(batch, rest, strict=True)]

    def _inside(self, step: Step, amounts: Batch, path: Path) -> list[Fraction]:
        """Stage 7: tower, inner list, or the party itself. Gives what comes back."""
        if step.tower:
            left = self._tower(step, amounts, path)
        elif step.steps:
            left = [x for _, x in self._list(step.steps, amounts, path)]
        else:
            left = [y for _, y in amounts]
        if step.party is None:
            if not (step.tower or step.steps):
                raise Refused(f"{path} names nobody")
            return left
        return self.bearers.give(step, [(row, y) for (row, _), y in zip(amounts, left, strict=True)], path)

    def _tower(self, step: Step, amounts: Batch, path: Path) -> list[Fraction]:
        """Every member on the same amounts. In fen, members that share a layer are apportioned together.

        And in fen no row gives a member more than the members before it left: layers that each round a row up by one
        would take more than the row. The same bound holds where a member's part stands as booked.
        """
        left = [y for _, y in amounts]
        members = expand(step.tower)
        together: dict[str, list[Fraction]] = {}
        for member in members:
            inner = f"{path}/{member.label}"
            mine = self._mine(amounts, inner)
            most = [left[i] for i in mine] if self.fen or self.held.firm else None
            layer = [other for other in members if other.layer() == member.layer()]
            if self.fen and len(layer) > 1 and member.label not in together:
                together |= self._apportion_layer(layer, amounts, path, most)
            after = self._step(member, amounts, inner, together.get(member.label), most)
            left = [v - (a - b) for v, (_, a), (_, b) in zip(left, amounts, after, strict=True)]
        if any(v < 0 for v in left):
            raise Refused(f"the tower {path} takes more than there is")
        return left

    # ------------------------------------------------------------ what a step takes

    def _take(
        self, step: Step, sub: Batch, path: Path, together: list[Fraction] | None, most: list[Fraction] | None
    ) -> list[Fraction]:
        """Stages 2 to 6."""
        reaching = [x for _, x in sub]
        rows = [row for row, _ in sub]
        if together is None:
            passed = self._scopes(step, sub, path, most)
            y = self._share(passed, rows, path, most)
        else:
            y = together
        firm = self._firm(step, rows, path)
        for i, booked in firm.items():
            y[i] = min(booked, reaching[i])
        if most is not None and self.held.firm:
            y = [min(v, m) for v, m in zip(y, most, strict=True)]
        y = self._caps(step, rows, y, path, firm)
        y = self._account(step, rows, y, path, firm)
        for row, v in zip(rows, y, strict=True):
            self.stepwise[path, row.mark] += v
            for scope in step.cap:
                self.taken[path, scope, key_of(self.programme, row, scope)] += v
        self._reserve(step, rows, y, path)
        return y

    def _scopes(self, step: Step, sub: Batch, path: Path, most: list[Fraction] | None = None) -> list[Fraction]:
        """Stage 2: at each scope, finest first, the running total's clip, spread over the instant's rows."""
        y = [x for _, x in sub]
        for n, scope in enumerate(self.terms.chains[path], 1):
            last = n == len(self.terms.chains[path])
            for key, index in grouped(self.programme, [row for row, _ in sub], scope).items():
                X = sum((y[i] for i in index), ZERO)
                if X == 0:
                    continue
                stage = self.terms.stage[path, scope, key]
                T = self.total[path, scope, key]
                before, after = self._whole(stage.passing(T)), self._whole(stage.passing(T + X))
                self.total[path, scope, key] = T + X
                bound = [most[i] for i in index] if most and last else None
                parts = self._spread(after - before, [y[i] for i in index], [sub[i][0] for i in index], bound)
                for i, part in zip(index, parts, strict=True):
                    y[i] = part
                if step.reinstatement and step.reinstatement.per == scope:
                    self.bearers.reinstate(step, [(sub[i][0], y[i]) for i in index], path, (before, after))
        if step.reinstatement and step.reinstatement.per not in self.terms.chains[path]:
            raise Refused(f"{path}: the reinstatement stands at no scope of the step")
        return y

    def _share(
        self, passed: list[Fraction], rows: list[Row], path: Path, most: list[Fraction] | None
    ) -> list[Fraction]:
        """Stage 3. In fen the step's cumulative share is rounded; each row gets the floor of its own or one more."""
        exact = [self.terms.share[path, row.mark] * x for row, x in zip(rows, passed, strict=True)]
        if not self.fen:
            return exact
        E = self.running[path]
        self.running[path] = E + sum(exact, ZERO)
        return largest_remainder(half_up(self.running[path]) - half_up(E), exact, ties(rows), most)

    def _caps(
        self, step: Step, rows: list[Row], y: list[Fraction], path: Path, firm: Mapping[int, Fraction]
    ) -> list[Fraction]:
        """Stage 4, in written order. What stands as booked is served first."""
        for scope in step.cap:
            for key, index in grouped(self.programme, rows, scope).items():
                fixed = sum((y[i] for i in index if i in firm), ZERO)
                room = self._whole(self.terms.cap[path, scope, key]) - self.taken[path, scope, key] - fixed
                free = [i for i in index if i not in firm]
                same = [r for r in self.rows if (path, r.mark) in self.terms.passes]
                same = [r for r in same if key_of(self.programme, r, scope) == key]
                self._fit(rows, y, free, self._free_room(step, path, [rows[i] for i in free], same, room))
        return y

    def _account(
        self, step: Step, rows: list[Row], y: list[Fraction], path: Path, firm: Mapping[int, Fraction]
    ) -> list[Fraction]:
        """Stage 5: an account gives to its balance, or receives to its ceiling."""
        name = step.party
        if name not in self.programme.accounts:
            return y
        assert name is not None
        balance, sign = self.balances[name], -1
        room: Fraction | None = balance
        if self.receiving:
            ceiling, sign = self.programme.accounts[name].ceiling, 1
            room = None if ceiling is None else self._whole(ceiling) - balance
        if room is not None:
            fixed = sum((y[i] for i in firm), ZERO)
            free = [i for i in range(len(y)) if i not in firm]
            self._fit(rows, y, free, self._free_room(step, path, [rows[i] for i in free], self.rows, room - fixed))
        self.balances[name] = balance + sign * sum(y, ZERO)
        return y

    def _fit(self, rows: list[Row], y: list[Fraction], index: list[int], room: Fraction) -> None:
        """Rows that ask for more than there is room for share it pro rata."""
        Y = sum((y[i] for i in index), ZERO)
        if room < Y:
            parts = self._spread(room, [y[i] for i in index], [rows[i] for i in index])
            for i, part in zip(index, parts, strict=True):
                y[i] = part

    # ------------------------------------------------------------ what stands as booked

    def _reopens(self, step: Step) -> bool:
        return step.party not in self.programme.accounts if step.reopen is None else step.reopen

    def _firm(self, step: Step, rows: list[Row], path: Path) -> dict[int, Fraction]:
        if self._reopens(step):
            return {}
        booked = self.held.booked
        return {
            i: booked[path, row.mark][-1][1]
            for i, row in enumerate(rows)
            if row.mark in self.held.firm and (path, row.mark) in booked
        }

    def _free_room(self, step: Step, path: Path, free: Sequence[Row], same: Sequence[Row], room: Fraction) -> Fraction:
        """Room for increments that do not stand as booked.

        They may have what they were booked; more only of room that no booking of a later instant has used.
        """
        booked = self.held.booked
        if not booked or not free or self._reopens(step):
            return max(room, ZERO)
        own = sum((booked[path, r.mark][-1][1] for r in free if (path, r.mark) in booked), ZERO)
        later = [r for r in same if r.t > free[0].t and (path, r.mark) in booked]
        promised = sum((min(booked[path, r.mark][-1][1], r.amount) for r in later), ZERO)
        return max(min(room, max(own, room - promised)), ZERO)

    def _reserve(self, step: Step, rows: list[Row], y: list[Fraction], path: Path) -> None:
        """Room that a booked take used stays used until the instant of the revision that freed it."""
        if self._reopens(step):
            return
        for row, v in zip(rows, y, strict=True):
            later = v
            for since, before in reversed(self.held.booked.get((path, row.mark), ())):
                if before > later and since > row.t:
                    self._use(step, row, path, before - later)
                    self.releases.append((since, self._giver(step, row, path, before - later)))
                later = max(later, before)

    def _use(self, step: Step, row: Row, path: Path, amount: Fraction) -> None:
        for scope in step.cap:
            self.taken[path, scope, key_of(self.programme, row, scope)] += amount
        if step.party in self.programme.accounts:
            assert step.party is not None
            self.balances[step.party] -= amount

    def _giver(self, step: Step, row: Row, path: Path, amount: Fraction) -> Callable[[], None]:
        return lambda: self._use(step, row, path, -amount)

    # ------------------------------------------------------------ exact or in fen

    def _whole(self, x: Fraction) -> Fraction:
        return half_up(x) if self.fen else x

    def _spread(
        self, Y: Fraction, weights: list[Fraction], rows: list[Row], most: list[Fraction] | None = None
    ) -> list[Fraction]:
        return spread(Y, weights, ties(rows), fen=self.fen, most=most)

    def _apportion_layer(
        self, members: list[Step], amounts: Batch, path: Path, most: list[Fraction] | None
    ) -> dict[str, list[Fraction]]:
        """The share stage of tower members on one layer together, the rest of the layer being one more seat holder."""
        inner = [f"{path}/{m.label}" for m in members]
        sub = [amounts[i] for i in self._mine(amounts, inner[0])]
        passed = [x for _, x in sub]
        for m, p in zip(members, inner, strict=True):
            passed = self._scopes(m, sub, p, most)
        out = {m.label: [ZERO] * len(sub) for m in members}
        for i in in_claim_order([row for row, _ in sub]):
            mark = sub[i][0].mark
            shares = {m.label: self.terms.share[p, mark] for m, p in zip(members, inner, strict=True)}
            rest = ONE - sum(shares.values(), ZERO)
            if rest < 0:
                raise Refused(f"the tower {path} takes more than there is")
            parts = self.bearers.apportion(("layer", tuple(inner)), {**shares, "": rest}, passed[i])
            for label in shares:
                out[label][i] = parts[label]
        return out

    def _refuse_shared_accounts(self) -> None:
        if self.receiving:
            return
        giving = [step.party for _, step in walk(self.steps) if step.party in self.programme.accounts]
        if len(giving) != len(set(giving)):
            raise Refused("an account has two giving steps")

    # ------------------------------------------------------------ sums

    @property
    def takes(self) -> list[Take]:
        return self.bearers.takes

    @property
    def charges(self) -> list[Charge]:
        return self.bearers.charges

    def parts(self) -> dict[str, Fraction]:
        """What each party takes in all."""
        return total_by(self.bearers.takes, lambda take: take.party)

    def by_claim(self) -> dict[tuple[str, str], Fraction]:
        """What each party takes of each claim."""
        return total_by(self.bearers.takes, lambda take: (take.row.claim, take.party))

    def caused(self) -> dict[str, Fraction]:
        """What the steps cause, by label."""
        out: dict[str, Fraction] = defaultdict(Fraction)
        for charge in self.bearers.charges:
            out[charge.label] += charge.amount
        return dict(out)


def total_by(takes: Sequence[Take], key: Callable[[Take], Any]) -> dict[Any, Fraction]:
    """Sums of takes by any key, without zeros."""
    out: dict[Any, Fraction] = defaultdict(Fraction)
    for take in takes:
        out[key(take)] += take.amount
    return {k: v for k, v in out.items() if v}


def opening(programme: Programme, *, fen: bool = False) -> dict[str, Fraction]:
    """The accounts' balances before anything happens."""
    return {name: half_up(a.opening) if fen else a.opening for name, a in programme.accounts.items()}


def deposit(programme: Programme, balances: dict[str, Fraction], money: Deposit) -> None:
    """Money into an account, up to its ceiling."""
    ceiling = programme.accounts[money.account].ceiling
    balance = balances[money.account] + money.amount
    balances[money.account] = balance if ceiling is None else min(balance, ceiling)


def split(
    programme: Programme,
    history: History,
    *,
    steps: Sequence[Step] | None = None,
    fen: bool = False,
    receiving: bool = False,
    held: Held | None = None,
) -> Fold:
    """One list (the losses, unless `steps` says otherwise) over the rows: at each instant money, then claims."""
    rows = normalise(programme, history.rows)
    if fen and any(row.amount.denominator != 1 for row in rows):
        raise Refused("an amount is not in whole fen")
    fold = Fold(
        programme,
        programme.losses if steps is None else steps,
        rows,
        history=history,
        fen=fen,
        receiving=receiving,
        held=held,
    )
    instants = sorted({row.t for row in rows} | {d.t for d in history.deposits})
    for t in instants:
        for money in history.deposits:
            if money.t == t:
                deposit(programme, fold.balances, money)
        fold.advance(t, [row for row in rows if row.t == t])
    fold.finish()
    return fold
