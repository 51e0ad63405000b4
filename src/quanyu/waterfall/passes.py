"""Stages 2 to 6 of a step, over all its rows: scopes, share, caps, account. State is kept between calls."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from quanyu.waterfall.bearers import Spot
from quanyu.waterfall.fen import Arithmetic
from quanyu.waterfall.history import Amount, Deposit, History, Instant
from quanyu.waterfall.outcome import Held, Movement
from quanyu.waterfall.plan import Plan, PlanStep, Stage, Taker
from quanyu.waterfall.terms import Bound, Passing, Terms
from quanyu.waterfall.trace import Cut, StagePassage, Tracer

__all__ = ["Passes"]

Event: TypeAlias = tuple[Instant, int, Callable[[], None]]


Reinstate: TypeAlias = Callable[[PlanStep, Spot, Sequence[int], Sequence[Amount]], None]


class Passes:
    """The running totals of a fold. Rows are numbers of increments, ascending, amounts stand beside them."""

    def __init__(
        self, plan: Plan, terms: Terms, history: History, arithmetic: Arithmetic, *, held: Held, reinstate: Reinstate
    ) -> None:
        self.plan, self.terms, self.arithmetic, self.held = plan, terms, arithmetic, held
        self.reinstate = reinstate
        self.tracer: Tracer | None = None
        self.batches = [increment.batch for increment in terms.increments]
        self.totals: dict[tuple[int, str], dict[int, Amount]] = defaultdict(dict)
        self.shared: dict[int, Amount] = defaultdict(int)
        self.taken: dict[tuple[int, int], dict[int, Amount]] = defaultdict(lambda: defaultdict(int))
        self.balances = {name: arithmetic.whole(a.opening * arithmetic.scale) for name, a in plan.accounts.items()}
        self.movements: list[Movement] = []
        self.overflow: list[Movement] = []
        self.booked: dict[tuple[int, int], Amount] = {}
        self._promises: dict[tuple[int, int], dict[int, list[tuple[int, Amount]]]] = {}
        self._waiting: dict[int, list[Event]] = defaultdict(list)
        self._count = 0
        for step in plan.steps:
            if step.taker is Taker.ACCOUNT:
                self._await_deposits(step.index, str(step.party), history)
        used = {step.party for step in plan.steps if step.taker is Taker.ACCOUNT}
        for name in set(plan.accounts) - used:
            self._await_deposits(-1, name, history)

    # ------------------------------------------------------------ stage 2

    def stages(
        self, step: PlanStep, rows: Sequence[int], amounts: Sequence[Amount], room: Sequence[Amount] | None
    ) -> list[Amount]:
        """What passes the stages of a step, finest scope first. `room`: what the tower has left of every row."""
        y = list(amounts)
        for stage in step.stages:
            ids = self.terms.ids(stage.columns)
            free = room if stage is step.stages[-1] else None
            for places in self._groups(rows, ids):
                self._stage(step, stage, rows, y, (ids[rows[places[0]]], places, free))
        return y

    def _stage(
        self,
        step: PlanStep,
        stage: Stage,
        rows: Sequence[int],
        y: list[Amount],
        group: tuple[int, list[int], Sequence[Amount] | None],
    ) -> None:
        """One scope at one instant and key: the increments of the clipped running total, spread over the rows."""
        key, places, room = group
        entered = sum(y[p] for p in places)
        if not entered:
            return
        passing = self.terms.passing(step, stage, key, [rows[p] for p in places])
        totals = self.totals[step.index, stage.scope]
        total = totals.get(key, 0)
        whole = self.arithmetic.whole
        spot = Spot(key, whole(passing.of(total)), whole(passing.of(total + entered)))
        totals[key] = total + entered
        asked = [y[p] for p in places]
        passed = spot.after - spot.before
        parts: Sequence[Amount] = asked
        if passed != entered:
            free = None if room is None else [room[p] for p in places]
            parts = [passed] if len(places) == 1 else self.arithmetic.spread(passed, asked, free)
            for place, part in zip(places, parts, strict=True):
                y[place] = part
        mine = [rows[p] for p in places]
        if step.reinstatement is not None and step.reinstatement.per == stage.scope:
            self.reinstate(step, spot, mine, parts)
        if self.tracer is not None:
            self._note_stage(step, stage, (passing, total, spot), (mine, asked, parts))

    def _note_stage(
        self,
        step: PlanStep,
        stage: Stage,
        found: tuple[Passing, Amount, Spot],
        group: tuple[Sequence[int], Sequence[Amount], Sequence[Amount]],
    ) -> None:
        assert self.tracer is not None
        passing, total, spot = found
        together = len(group[0]) > 1
        for n, asked, part in zip(*group, strict=True):
            if n in self.tracer.rows:
                key = self.terms.key(n, stage.columns)
                after = total + sum(group[1])
                noted = StagePassage(
                    stage.scope, key, passing, total, after, spot.before, spot.after, asked, part, together
                )
                self.tracer.draft(n, step).stages.append(noted)

    # ------------------------------------------------------------ stage 3

    def share(
        self, step: PlanStep, rows: Sequence[int], amounts: list[Amount], room: Sequence[Amount] | None
    ) -> list[Amount]:
        """The step's share of what passed; rounded on the step's running total."""
        shares = self.terms.shares(step, rows)
        if shares is None:
            return amounts
        y: list[Amount] = []
        for low, high in self._instants(rows):
            free = None if room is None else room[low:high]
            due = (shares[low:high], amounts[low:high])
            parts, self.shared[step.index] = self.arithmetic.shared(self.shared[step.index], due, free)
            y += parts
        if self.tracer is not None:
            for n, share in zip(rows, shares, strict=True):
                if n in self.tracer.rows:
                    self.tracer.draft(n, step).share = share
        return y

    # ------------------------------------------------------------ stages 4 to 6

    def bound(
        self,
        step: PlanStep,
        rows: Sequence[int],
        reaching: Sequence[Amount],
        amounts: list[Amount],
        room: Sequence[Amount] | None,
    ) -> list[Amount]:
        """What stands as booked, caps in written order, the account's balance or ceiling; instant by instant.

        Where parts stand, members of a tower take no more than the `room` that those before them left.
        """
        most = room if self.held.firm else None
        if not (step.caps or not step.reopen or step.taker is Taker.ACCOUNT or most is not None):
            return amounts
        y = list(amounts)
        for low, high in self._instants(rows):
            self._arrive(step.index, self.terms.increments[rows[low]].instant)
            firm = {} if step.reopen else self._firm(step, rows, reaching, (low, high))
            for place, stands in firm.items():
                self._note_cut(step, rows[place], Cut("booked", "", (), None, 0, y[place], stands))
                y[place] = stands
            if most is not None:
                y[low:high] = map(min, y[low:high], most[low:high])
            free = [p for p in range(low, high) if p not in firm]
            self._caps(step, rows, y, (free, firm))
            self._account(step, rows, y, (free, firm))
            self._remember(step, rows, y, (low, high))
        return y

    def _caps(
        self, step: PlanStep, rows: Sequence[int], y: list[Amount], split: tuple[list[int], dict[int, Amount]]
    ) -> None:
        free, firm = split
        for number, cap in enumerate(step.caps):
            ids = self.terms.ids(cap.columns)
            taken = self.taken[step.index, number]
            fixed: dict[int, Amount] = defaultdict(int)
            for place in firm:
                fixed[ids[rows[place]]] += y[place]
            for key, places in _by_key(free, rows, ids).items():
                bound = self.terms.cap(step, number, key, [rows[p] for p in places])
                used = taken[key] + fixed[key]
                room = None if bound is None else self.arithmetic.whole(bound) - used
                room = self._free_room(step, (number, key), [rows[p] for p in places], room)
                cut = Cut("cap", cap.scope, self.terms.key(rows[places[0]], cap.columns), bound, used, 0, 0)
                self._fit(step, rows, y, (places, room, cut))

    def _account(
        self, step: PlanStep, rows: Sequence[int], y: list[Amount], split: tuple[list[int], dict[int, Amount]]
    ) -> None:
        if step.taker is not Taker.ACCOUNT or step.party is None:
            return
        free, firm = split
        balance = self.balances[step.party]
        fixed = sum(y[p] for p in firm)
        bound: Bound = balance
        if self.plan.receiving:
            ceiling = self.plan.accounts[step.party].ceiling
            bound = None if ceiling is None else self.arithmetic.whole(ceiling * self.arithmetic.scale)
        room = None if bound is None else bound - (balance if self.plan.receiving else 0) - fixed
        room = self._free_room(step, (-1, 0), [rows[p] for p in free], room)
        kind = Cut("ceiling" if self.plan.receiving else "balance", "", (step.party,), bound, balance, 0, 0)
        self._fit(step, rows, y, (free, room, kind))
        moved = sum(y[p] for p in (*free, *firm)) * (1 if self.plan.receiving else -1)
        self.balances[step.party] = balance + moved
        if moved:
            self.movements.append(Movement(step.party, self.terms.increments[rows[(*free, *firm)[0]]].instant, moved))

    def _fit(self, step: PlanStep, rows: Sequence[int], y: list[Amount], group: tuple[list[int], Bound, Cut]) -> None:
        """Rows that ask for more than there is room for share it pro rata."""
        places, room, cut = group
        asked = [y[p] for p in places]
        if room is not None and sum(asked) > room:
            for place, part in zip(places, self.arithmetic.spread(room, asked), strict=True):
                y[place] = part
        for place, before in zip(places, asked, strict=True):
            self._note_cut(
                step,
                rows[place],
                Cut(cut.kind, cut.scope, cut.key, cut.amount, cut.used, before, y[place]),
            )

    def _note_cut(self, step: PlanStep, n: int, cut: Cut) -> None:
        if self.tracer is not None and n in self.tracer.rows:
            self.tracer.draft(n, step).cuts.append(cut)

    # ------------------------------------------------------------ what stands as booked

    def _firm(
        self, step: PlanStep, rows: Sequence[int], reaching: Sequence[Amount], span: tuple[int, int]
    ) -> dict[int, Amount]:
        """The places whose takes stand, with what they stand at."""
        firm: dict[int, Amount] = {}
        for place in range(*span):
            mark = self.terms.increments[rows[place]].mark
            chain = self.held.takes.get((step.path, mark))
            if chain and mark in self.held.firm:
                firm[place] = min(chain[-1][1], reaching[place])
        return firm

    def _free_room(self, step: PlanStep, where: tuple[int, int], rows: Sequence[int], room: Bound) -> Bound:
        """Room for rows whose takes do not stand: what they were booked; more only of what no later booking has used.

        where: the number of the cap and its key, or (-1, 0) for the account.
        """
        if room is None or step.reopen or not rows or not self.held.takes:
            return None if room is None else max(room, 0)
        marks = [(step.path, self.terms.increments[n].mark) for n in rows]
        own = sum(self.held.takes[mark][-1][1] for mark in marks if mark in self.held.takes)
        promised = self._promised(step, where, self.batches[rows[0]])
        return max(min(room, max(own, room - promised)), 0)

    def _promised(self, step: PlanStep, where: tuple[int, int], batch: int) -> Amount:
        """What bookings of instants after `batch` have used of a cap's key or of the account."""
        number, key = where
        place = (step.index, number)
        if place not in self._promises:
            ids = self.terms.ids(step.caps[number].columns) if number >= 0 else None
            found: dict[int, list[tuple[int, Amount]]] = defaultdict(list)
            for n, increment in enumerate(self.terms.increments):
                chain = self.held.takes.get((step.path, increment.mark))
                if chain:
                    found[0 if ids is None else ids[n]].append((self.batches[n], min(chain[-1][1], increment.amount)))
            self._promises[place] = found
        return sum(amount for later, amount in self._promises[place].get(key, ()) if later > batch)

    def _remember(self, step: PlanStep, rows: Sequence[int], y: Sequence[Amount], span: tuple[int, int]) -> None:
        """Caps erode by what is taken; what a booked take used stays used until the revision that freed it."""
        for number, cap in enumerate(step.caps):
            ids, taken = self.terms.ids(cap.columns), self.taken[step.index, number]
            for place in range(*span):
                taken[ids[rows[place]]] += y[place]
        if step.reopen:
            return
        for place in range(*span):
            n = rows[place]
            self.booked[step.index, n] = y[place]
            later = y[place]
            increment = self.terms.increments[n]
            for since, before in reversed(self.held.takes.get((step.path, increment.mark), ())):
                if before > later and since > increment.instant:
                    self._use(step, n, before - later)
                    self._wait(step.index, since, self._giver(step, n, later - before))
                later = max(later, before)

    def _giver(self, step: PlanStep, n: int, amount: Amount) -> Callable[[], None]:
        return lambda: self._use(step, n, amount)

    def _use(self, step: PlanStep, n: int, amount: Amount) -> None:
        for number, cap in enumerate(step.caps):
            self.taken[step.index, number][self.terms.ids(cap.columns)[n]] += amount
        if step.taker is Taker.ACCOUNT and step.party is not None:
            self.balances[step.party] += amount if self.plan.receiving else -amount

    # ------------------------------------------------------------ time

    def _await_deposits(self, index: int, account: str, history: History) -> None:
        ceiling = self.plan.accounts[account].ceiling
        bound = None if ceiling is None else self.arithmetic.whole(ceiling * self.arithmetic.scale)
        for deposit in history.deposits:
            if deposit.account == account:
                self._wait(index, deposit.instant, self._payer(deposit, bound))

    def _payer(self, deposit: Deposit, bound: Bound) -> Callable[[], None]:
        def pay() -> None:
            balance = self.balances[deposit.account] + deposit.amount
            if bound is not None and balance > bound:
                self.overflow.append(Movement(deposit.account, deposit.instant, balance - bound))
                balance = bound
            self.balances[deposit.account] = balance

        return pay

    def _wait(self, index: int, instant: Instant, act: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._waiting[index], (instant, self._count, act))

    def _arrive(self, index: int, instant: Instant) -> None:
        """Money in and room freed up to an instant, this one included, before its claims."""
        waiting = self._waiting[index]
        while waiting and waiting[0][0] <= instant:
            heapq.heappop(waiting)[2]()

    def finish(self) -> None:
        """Whatever comes after the last row."""
        for waiting in self._waiting.values():
            while waiting:
                heapq.heappop(waiting)[2]()

    # ------------------------------------------------------------ groups

    def _instants(self, rows: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The spans of rows of one instant."""
        batches, low = self.batches, 0
        for place in range(1, len(rows) + 1):
            if place == len(rows) or batches[rows[place]] != batches[rows[low]]:
                yield low, place
                low = place

    def _groups(self, rows: Sequence[int], ids: Mapping[int, int]) -> list[list[int]]:
        """The places of every key at every instant, instants in order."""
        batches = self.batches
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, n in enumerate(rows):
            groups[batches[n], ids[n]].append(place)
        return list(groups.values())


def _by_key(places: Sequence[int], rows: Sequence[int], ids: Mapping[int, int]) -> dict[int, list[int]]:
    groups: dict[int, list[int]] = defaultdict(list)
    for place in places:
        groups[ids[rows[place]]].append(place)
    return groups
