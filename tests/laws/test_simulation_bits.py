"""The same bits for any number of threads and any block size, statistics included; any year replays alone."""

from pathlib import Path

import numpy as np
import pytest

from quanyu.engine.annual import Annual
from quanyu.formula import TextColumn
from quanyu.simulation import Plan, Run, Stored, ledger, simulate_columns, step_entries
from simulation.replay import PERIOD_BITS, annual_at

ROOT = Path(__file__).resolve().parents[2]
COLLECTIVE = ROOT / "bench" / "programmes" / "collective.yaml"
SOME = [
    COLLECTIVE,
    *(
        ROOT / "programmes" / name
        for name in (
            "ningbo/public-catastrophe/2021-01-01.yaml",
            "ningbo/fulong-rural-mutual/2011-09-01.yaml",
            "ningbo/small-loan-guarantee/2009-08-01.yaml",
            "ningbo/yinzhou-shrimp/2018-06-01.yaml",
            "nanning/liangqing-hog-futures/2023-01-01.yaml",
            "shanghai/clinical-trial/2022-01-01.yaml",
        )
    ),
]
NAMES = [path.parent.name for path in SOME]


@pytest.fixture(scope="module", params=SOME, ids=NAMES)
def annual(request: pytest.FixtureRequest) -> Annual:
    return annual_at(request.param, details=True)


def figures(annual: Annual, plan: Plan) -> Run:
    columns = [entry.terms for entry in ledger(annual)] + [(step.take,) for step in step_entries(annual)]
    return simulate_columns(annual, plan, columns)


def test_threads_and_blocks_change_no_bit(annual: Annual) -> None:
    years = 1001 if annual.drawn.rows > 50 else 5003
    expected = figures(annual, Plan(years, seed=3, block=1024))
    assert expected.years >= years
    for threads, block in ((1, 64), (2, 64), (3, 256), (2, 8192), (3, None)):
        assert figures(annual, Plan(years, seed=3, threads=threads, block=block)) == expected


def test_a_year_replays_alone(annual: Annual) -> None:
    paths = 70
    for period in range(annual.horizon):
        first = (period << PERIOD_BITS) + 130
        block = annual.draw(5, range(first, first + paths))
        for i in (0, 1, 37, paths - 1):
            alone = annual.draw(5, range(first + i, first + i + 1))
            rows = slice(int(block.ptr[i]), int(block.ptr[i + 1]))
            np.testing.assert_array_equal(alone.amount, block.amount[rows])
            for name in ("instant", "cover", "recovered", "unit"):
                whole, one = getattr(block, name), getattr(alone, name)
                assert (whole is None) == (one is None)
                if whole is not None:
                    np.testing.assert_array_equal(one, whole[rows])
            for scope, keys in block.keys.items():
                np.testing.assert_array_equal(alone.keys[scope], keys[rows])
            for name, column in block.fields.items():
                one = alone.fields[name]
                if isinstance(column, TextColumn):
                    assert isinstance(one, TextColumn)
                    assert [one.values[c] for c in one.codes] == [column.values[c] for c in column.codes[rows]]
                else:
                    np.testing.assert_array_equal(np.asarray(one), np.asarray(column)[rows])


def test_stored_claims_give_the_same_bits_as_drawn_ones(annual: Annual) -> None:
    columns = [entry.terms for entry in ledger(annual)]
    plan = Plan(700, seed=11)
    stored = Stored()
    first = simulate_columns(annual, plan, columns, store=stored)
    assert stored.blocks
    assert simulate_columns(annual, plan, columns, replay=stored) == first
    again = Plan(700, seed=11, threads=2)
    assert simulate_columns(annual, again, columns, replay=stored) == first


def test_stored_claims_that_lack_what_is_read_now_are_drawn_again() -> None:
    """Claims kept for a program that reads amounts alone, replayed by one that needs their order and events."""
    plain, detailed = annual_at(COLLECTIVE), annual_at(COLLECTIVE, details=True)
    stored = Stored()
    simulate_columns(plain, Plan(500, seed=2), [e.terms for e in ledger(plain)], store=stored)
    columns = [(s.occurrence,) for s in step_entries(detailed) if s.occurrence is not None]
    assert columns
    expected = simulate_columns(detailed, Plan(500, seed=2), columns)
    assert simulate_columns(detailed, Plan(500, seed=2), columns, replay=stored) == expected


def test_progress_tells_every_year_once() -> None:
    annual = annual_at(SOME[2])
    told: list[int] = []
    run = simulate_columns(annual, Plan(1003, threads=2), [e.terms for e in ledger(annual)], progress=told.append)
    assert run.years == 1005
    assert sum(told) == 1005


@pytest.mark.parametrize("block", [1, 63, 100, 32])
def test_a_block_is_a_power_of_two(block: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        Plan(10, block=block)
