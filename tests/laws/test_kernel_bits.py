"""The same bits for any split of the paths into blocks and any number of threads, and no money lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from blocks import plan_of
from quanyu.waterfall.columns import Block, State, run
from quanyu.waterfall.kernel_program import Layout, Outputs, Program
from quanyu.waterfall.lower import lower

Floats = NDArray[np.float64]
PATHS = 3_000
LAYOUT = Layout(rows=("losses", "sum"), paths=("premium",), covers=("fire", "flood"), keys=("event",))
PARTIES = {name: {"kind": "reinsurer"} for name in ("a", "b", "d", "e", "f", "g")}
LOSSES = [
    {"as": "own", "party": "insured", "limit": "max(5, 2% * sum)"},
    {"as": "quota", "party": "a", "share": "20%", "covers": ["fire"]},
    {"as": "events", "party": "b", "attachment": {"event": 100}, "limit": {"event": 400, "period": "3 * premium"}},
    {"as": "caps", "party": "d", "share": "50%", "cap": {"event": 90, "period": 300, "term": 500}},
    {"as": "fund", "party": "fund"},
    {
        "as": "xl",
        "tower": [
            {"as": "l1", "party": "e", "attachment": 20, "limit": {"claim": 80, "period": 600}},
            {"as": "l2", "party": "f", "attachment": 100, "limit": 300},
        ],
    },
    {"as": "stop", "party": "g", "attachment": {"term": 50}, "limit": {"term": 900}},
    {"as": "rest", "party": "insured"},
]


class Facts:
    """Random paths, of few rows and of many, with events whose claims stand at one instant."""

    def __init__(self) -> None:
        draw = np.random.default_rng(11)
        counts = draw.poisson(4, PATHS)
        counts[100], counts[2_000] = 12_000, 500
        self.ptr = np.concatenate([[0], np.cumsum(counts)])
        n = int(self.ptr[-1])
        self.x, self.sum = draw.lognormal(4.0, 1.2, n), draw.random(n) * 900
        self.cover, self.event = draw.integers(0, 2, n), draw.integers(0, 6, n)
        self.t = np.cumsum(draw.integers(0, 2, n)).astype(float)
        self.premium = draw.random(PATHS) * 300


@pytest.fixture(scope="module")
def facts() -> Facts:
    return Facts()


@pytest.fixture(scope="module")
def program() -> Program:
    field = {"unit": "risk", "enrolment": "none", "fields": {"sum": "money"}}
    notation = {"parties": PARTIES, "accounts": {"fund": {"opening": 250}}, "insured": field, "losses": LOSSES}
    wanted = Outputs(occurrence=True, exhaustion=True, reached=True)
    return lower([plan_of(notation)], wanted, LAYOUT)


def part(program: Program, facts: Facts, first: int, stop: int) -> Floats:
    """Some paths in a block of their own."""
    a, b = int(facts.ptr[first]), int(facts.ptr[stop])
    block = Block(program, stop - first, b - a + 5, {"event": 6})
    block.ptr[:] = facts.ptr[first : stop + 1] - a
    n = b - a
    block.column("losses")[:n], block.instant[:n] = facts.x[a:b], facts.t[a:b]
    block.cover[:n], block.key("event")[:n] = facts.cover[a:b], facts.event[a:b]
    block.seal(stop - first, rows={"sum": facts.sum[a:b]}, by_path={"premium": facts.premium[first:stop]})
    out = np.zeros((program.width, stop - first))
    run(program, block, State.opening(program, stop - first), out)
    return out


def whole(program: Program, facts: Facts, size: int, threads: int = 1) -> Floats:
    starts = range(0, PATHS, size)
    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(lambda a: part(program, facts, a, min(a + size, PATHS)), starts))
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize(("size", "threads"), [(1, 1), (7, 2), (333, 1), (1_000, 2)])
def test_blocks_and_threads_give_the_same_bits(program: Program, facts: Facts, size: int, threads: int) -> None:
    one = whole(program, facts, PATHS)
    assert one.view(np.uint64).tobytes() == whole(program, facts, size, threads).view(np.uint64).tobytes()


def test_every_loss_is_borne_once(program: Program, facts: Facts) -> None:
    out = whole(program, facts, PATHS)

    def figure(path: str, measure: str) -> Any:
        (place,) = [p for o, p in program.outputs.items() if (o.path, o.measure) == (path, measure)]
        return out[place.column] * place.scale

    kept = [figure(o.path, "kept") for o in program.outputs if o.measure == "kept"]
    amount = figure("", "amount")
    assert min(float(k.min()) for k in kept) > -1e-9
    np.testing.assert_allclose(sum(kept), amount, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(figure("", "rest") / np.maximum(amount, 1.0), 0.0, atol=1e-12)
