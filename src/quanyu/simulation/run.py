"""Blocks of years through a programme, in constant memory, with the same bits on any number of threads."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.annual import Annual, Rows
from quanyu.simulation.figures import LEVELS, Figures, figures, needed
from quanyu.simulation.ledger import Term
from quanyu.simulation.moments import CHUNK, Moments
from quanyu.simulation.tails import Tails, TailTooThinError, threshold
from quanyu.waterfall.columns import Block, State, load_kernel, run

__all__ = ["BLOCK", "Column", "Plan", "Run", "Stored", "simulate_columns"]

Floats = NDArray[np.float64]
BLOCK = 8 * CHUNK
"""Paths of a block: a few hundred kilobytes a column, and whole chunks of sums."""

_PERIOD_BITS = 32
Column = tuple[Term, ...]
"""A yearly amount as Σ coefficient × column of the program's result."""


@dataclass(frozen=True)
class Plan:
    """What to run. years: in all; a path has the programme's horizon of them. threads: how many work at once."""

    years: int
    seed: int = 1
    threads: int = 1
    levels: tuple[float, ...] = LEVELS


@dataclass
class Stored:
    """The claims of every block, so that other terms can split them without drawing again."""

    blocks: dict[tuple[int, int], Rows] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """The figures of each column asked for, in the order they were asked in, and the part of years above zero."""

    years: int
    figures: tuple[Figures, ...]
    above_zero: tuple[float, ...]


Progress = Callable[[int], None]


def simulate_columns(
    annual: Annual,
    plan: Plan,
    columns: Sequence[Column],
    *,
    store: Stored | None = None,
    replay: Stored | None = None,
    progress: Progress | None = None,
) -> Run:
    """Runs the years and gives the figures of `columns`.

    store: keeps the claims of every block. replay: takes them from there instead of drawing. progress: is told how many
    years more are done, from any thread.
    """
    job = _Job(annual, plan, tuple(columns), store, replay, progress or (lambda _: None))
    try:
        return job.run(lowest=None)
    except TailTooThinError:
        return job.run(lowest=-np.inf)


@dataclass(frozen=True)
class _Job:
    annual: Annual
    plan: Plan
    columns: tuple[Column, ...]
    store: Stored | None
    replay: Stored | None
    progress: Progress

    @property
    def paths(self) -> int:
        return max(1, -(-self.plan.years // self.annual.horizon))

    @property
    def years(self) -> int:
        return self.paths * self.annual.horizon

    def run(self, lowest: float | None) -> Run:
        load_kernel()
        pilot = _Worker(self).columns_of(0)
        part = needed(self.years, min(self.plan.levels)) / self.years
        first = pilot[:, : min(pilot.shape[1], BLOCK)]
        limits = np.array([threshold(row, part) if lowest is None else lowest for row in first])
        shift = first.mean(axis=1)
        starts = list(range(0, self.paths, BLOCK))
        workers = max(1, min(self.plan.threads, len(starts)))
        if workers == 1:
            results = [self._work(starts, limits, shift)]
        else:
            with ThreadPoolExecutor(workers) as pool:
                queue = _Queue(starts)
                results = list(pool.map(lambda _: self._work(queue, limits, shift), range(workers)))
        return self._figures(results)

    def _work(self, starts: "Sequence[int] | _Queue", limits: Floats, shift: Floats) -> "_Sums":
        worker = _Worker(self)
        sums = _Sums(Moments(shift), Tails.above(limits), np.zeros(len(self.columns), np.int64))
        padded = -(-self.paths // BLOCK) * BLOCK
        for start in starts:
            values = worker.columns_of(start)
            paths = min(BLOCK, self.paths - start)
            for period in range(self.annual.horizon):
                part = values[:, period * paths : (period + 1) * paths]
                sums.moments.add(period * padded + start, part)
                sums.tails.add(part)
                sums.positive += np.count_nonzero(part > 0.0, axis=1)
            self.progress(paths * self.annual.horizon)
        return sums

    def _figures(self, results: "Sequence[_Sums]") -> Run:
        sums = results[0]
        for other in results[1:]:
            sums.moments.absorb(other.moments)
            sums.tails.absorb(other.tails)
            sums.positive += other.positive
        mean, sd = sums.moments.result()
        wanted = needed(self.years, min(self.plan.levels))
        done = tuple(
            figures(float(mean[c]), float(sd[c]), sums.tails.largest(c, wanted), self.years, self.plan.levels)
            for c in range(len(self.columns))
        )
        return Run(self.years, done, tuple((sums.positive / self.years).tolist()))


@dataclass
class _Sums:
    moments: Moments
    tails: Tails
    positive: NDArray[np.int64]


class _Queue:
    """Blocks handed out one by one; which thread takes which changes nothing."""

    def __init__(self, items: Sequence[int]) -> None:
        self._items = iter(items)
        self._lock = threading.Lock()

    def __iter__(self) -> "_Queue":
        return self

    def __next__(self) -> int:
        with self._lock:
            return next(self._items)


class _Worker:
    """One thread's buffers."""

    def __init__(self, job: _Job) -> None:
        self.job = job
        self.block: Block | None = None
        self.state: State | None = None
        self.out = np.empty((job.annual.program.width, BLOCK))
        self._room = 0
        self._keys: dict[str, int] = {}

    def columns_of(self, start: int) -> Floats:
        """The asked columns of a block, shape (columns, paths × horizon), period by period."""
        job, annual = self.job, self.job.annual
        paths = min(BLOCK, job.paths - start)
        values = np.empty((len(job.columns), paths * annual.horizon))
        if self.state is None:
            self.state = State.opening(annual.program, BLOCK)
        self.state.reset(annual.program)
        for period in range(annual.horizon):
            rows = self._rows(start, period, paths)
            block = self._sized(rows)
            annual.fill(block, rows, paths)
            run(annual.program, block, self.state, self.out)
            part = values[:, period * paths : (period + 1) * paths]
            for c, column in enumerate(job.columns):
                _combine(column, self.out[:, :paths], part[c])
        return values

    def _rows(self, start: int, period: int, paths: int) -> Rows:
        job = self.job
        if job.replay is not None:
            return job.replay.blocks[start, period]
        first = (period << _PERIOD_BITS) + start
        rows = job.annual.draw(job.plan.seed, range(first, first + paths))
        if job.store is not None:
            job.store.blocks[start, period] = rows
        return rows

    def _sized(self, rows: Rows) -> Block:
        size = int(rows.ptr[-1])
        most = {scope: int(key.max(initial=0)) + 1 for scope, key in rows.keys.items()}
        if self.block is None or size > self._room or any(n > self._keys.get(s, 0) for s, n in most.items()):
            self._room = size + size // 4 + 1024
            self._keys = {s: max(2 * n, self._keys.get(s, 0), 16) for s, n in most.items()}
            for scope in self.job.annual.program.layout.keys:
                self._keys.setdefault(scope, 16)
            self.block = Block(self.job.annual.program, BLOCK, self._room, self._keys)
        return self.block


def _combine(column: Column, out: Floats, into: Floats) -> None:
    """Σ coefficient × column, always in the same order."""
    if not column:
        into[:] = 0.0
        return
    (first, factor), *rest = column
    np.multiply(out[first], factor, out=into)
    for place, f in rest:
        into += f * out[place]
