"""Blocks of years through a programme, in constant memory, with the same bits on any number of threads."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from quanyu.engine.annual import PERIOD_BITS, Annual, Rows
from quanyu.simulation.columns import Asked, Column, asked
from quanyu.simulation.figures import LEVELS, Figures, figures, needed
from quanyu.simulation.loaders import kernels
from quanyu.simulation.sums import LEAF, Sums
from quanyu.simulation.tails import TailTooThinError, threshold
from quanyu.waterfall.columns import Block, State, load_kernel, run

__all__ = ["Column", "Plan", "Run", "Stored", "simulate_columns"]

Floats = NDArray[np.float64]
_Result = TypeVar("_Result")

_ROWS, _MOST_PATHS, _PILOT = 60_000, 8192, 4096
"""Rows of a block, so that its columns stay in the cache; its paths at most; the paths that set the thresholds."""


@dataclass(frozen=True)
class Plan:
    """What to run. years: in all; a path has the programme's horizon of them, and the last path is run to its end.

    threads: how many work at once. levels: of the tails. block: paths of a block, a power of two from 64 on; chosen
    where nothing is said. Neither threads nor blocks change a bit of the answer.
    """

    years: int
    seed: int = 1
    threads: int = 1
    levels: tuple[float, ...] = LEVELS
    block: int | None = None

    def __post_init__(self) -> None:
        if self.years < 1 or self.threads < 1 or not self.levels:
            raise ValueError("a plan has years, threads and levels")
        if self.block is not None and (self.block < LEAF or self.block & (self.block - 1)):
            raise ValueError(f"a block is a power of two from {LEAF} on")


@dataclass
class Stored:
    """The claims of every block, so that other terms can split them without drawing again. paths: of a block."""

    blocks: dict[tuple[int, int], Rows] = field(default_factory=dict)
    paths: int = 0


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

    store: keeps the claims of every block. replay: takes them from there instead of drawing, as far as what the program
    reads was kept; the rest is drawn again, to the same claims. progress: is told how many years more are done, from
    any thread. Raises formula.EvaluationError where a term reads what a claim does not have.
    """
    chosen = asked(columns)
    job = _Job(annual, plan, chosen, _block_of(annual, plan), store, replay, progress or (lambda _: None))
    if store is not None:
        store.blocks.clear()
        store.paths = job.block
    load_kernel()
    return job.run()


def _enough(known: Rows, annual: Annual) -> bool:
    """Whether stored claims hold what a program reads: what is drawn of them, and the key of every scope it counts."""
    return annual.needs.within(known.needs) and annual.scopes.keys() <= known.keys.keys()


def _block_of(annual: Annual, plan: Plan) -> int:
    """Paths of a block: a power of two with about so many rows."""
    if plan.block is not None:
        return plan.block
    most = min(_ROWS / max(annual.drawn.rows, 1e-9), _MOST_PATHS)
    block = LEAF
    while 2 * block <= most:
        block *= 2
    return block


@dataclass(frozen=True)
class _Job:
    annual: Annual
    plan: Plan
    asked: Asked
    block: int
    store: Stored | None
    replay: Stored | None
    progress: Progress

    @property
    def paths(self) -> int:
        return -(-self.plan.years // self.annual.horizon)

    @property
    def years(self) -> int:
        return self.paths * self.annual.horizon

    def run(self) -> Run:
        """The first blocks set the thresholds of the tails; then all is summed up, block by block."""
        starts = range(0, self.paths, self.block)
        early = [s for s in starts if s < _PILOT]
        pilot = [values for part in self._each(early, _Worker.copied) for values in part]
        pilot.sort(key=lambda known: known[:2])
        margins = np.ones(self.asked.size)
        while True:
            try:
                return self._figures(self._summed(pilot, starts[len(early) :], margins))
            except TailTooThinError as thin:
                margins[list(thin.columns)] *= 4.0

    def _each(self, starts: Sequence[int], work: "Callable[[_Worker, Iterator[int]], _Result]") -> "list[_Result]":
        """The blocks through as many workers as there are threads."""
        queue = _Queue(starts)
        count = max(1, min(self.plan.threads, len(starts)))
        if count == 1:
            return [work(_Worker(self), queue)]
        with ThreadPoolExecutor(count) as pool:
            try:
                return list(pool.map(lambda _: work(_Worker(self), queue), range(count)))
            except BaseException:  # an interrupt too: leaving the pool waits for its threads
                queue.close()
                raise

    def _summed(self, pilot: "Sequence[_Known]", later: Sequence[int], margins: Floats) -> Sums:
        part = needed(self.years, min(self.plan.levels), self.annual.horizon) / self.years
        early = np.concatenate([values[:, : max(_PILOT - start, 0)] for start, _, values in pilot], axis=1)
        limits = np.empty((self.asked.size, 2))
        for c, row in enumerate(early):
            middle = row.size // 2
            limits[c] = float(np.partition(row, middle)[middle]), threshold(row, min(part * margins[c], 1.0))
        sums = Sums(limits, self.block, self.annual.horizon)
        for start, period, values in pilot:
            sums.add(start, period, values)
        for other in self._each(later, lambda worker, queue: worker.summed(queue, limits)) if later else ():
            sums.absorb(other)
        return sums

    def _figures(self, sums: Sums) -> Run:
        wanted = needed(self.years, min(self.plan.levels), self.annual.horizon)
        thin = sums.tails.thin(wanted)
        if thin:
            raise TailTooThinError(thin)
        moments = sums.moments(self.years)
        found = [
            figures(moments[c], sums.tails.largest(c, wanted), self.years, self.plan.levels)
            for c in range(self.asked.size)
        ]
        above = (sums.positive / self.years).tolist()
        done = tuple(found[place].scaled(factor) for place, factor in self.asked.each)
        return Run(self.years, done, tuple(above[place] for place, _ in self.asked.each))


_Known = tuple[int, int, Floats]
"""The start of a block, the period, and the values of the columns, shape (columns, paths)."""


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

    def close(self) -> None:
        """No block is handed out any more."""
        with self._lock:
            self._items = iter(())


class _Worker:
    """One thread's buffers."""

    def __init__(self, job: _Job) -> None:
        self.job = job
        self.block: Block | None = None
        self.state = State.opening(job.annual.program, job.block)
        self.out = np.empty((job.annual.program.width, job.block))
        self.values = np.empty((job.asked.size, job.block))
        self._room = 0
        self._keys: dict[str, int] = {}

    def copied(self, queue: Iterator[int]) -> list[_Known]:
        """The values of some blocks, kept."""
        return [(start, period, values.copy()) for start in queue for period, values in self._periods(start)]

    def summed(self, queue: Iterator[int], limits: Floats) -> Sums:
        """Some blocks summed up."""
        sums = Sums(limits, self.job.block, self.job.annual.horizon)
        for start in queue:
            for period, values in self._periods(start):
                sums.add(start, period, values)
        return sums

    def _periods(self, start: int) -> Iterator[tuple[int, Floats]]:
        """The asked columns of a block, period by period; the values are overwritten by the next."""
        job, annual = self.job, self.job.annual
        paths = min(job.block, job.paths - start)
        self.state.reset(annual.program)
        for period in range(annual.horizon):
            rows = self._rows(start, period, paths)
            block = self._sized(rows)
            annual.fill(block, rows, paths)
            run(annual.program, block, self.state, self.out)
            values = self.values[:, :paths]
            kernels().combine(self.out, job.asked.arrays, values)
            yield period, values
        job.progress(paths * annual.horizon)

    def _rows(self, start: int, period: int, paths: int) -> Rows:
        job = self.job
        if job.replay is not None and job.replay.paths == job.block:
            known = job.replay.blocks.get((start, period))
            if known is not None and known.ptr.size == paths + 1 and _enough(known, job.annual):
                return known
        first = (period << PERIOD_BITS) + start
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
            self.block = Block(self.job.annual.program, self.job.block, self._room, self._keys)
        return self.block
