"""Blocks: buffers used again, the state between calls, what a block refuses, and where the compiled code goes."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from blocks import filled, plan_of, run_rows
from quanyu.formula import MissingName
from quanyu.waterfall.columns import Block, State, load_kernel, run
from quanyu.waterfall.kernel_program import Layout, Output, Program
from quanyu.waterfall.lower import lower

NOTATION = {
    "parties": {"a": {"kind": "insurer"}},
    "accounts": {"fund": {"opening": 100}},
    "insured": {"unit": "risk", "enrolment": "none", "fields": {"sum": "money"}},
    "losses": [
        {"as": "event", "party": "a", "limit": {"event": 30}},
        {"as": "fund", "party": "fund", "cap": {"term": 80}},
        {"as": "rest", "party": "insured"},
    ],
}
EVENTS = Layout(keys=("event",), periods=3)


@pytest.fixture(scope="module")
def program() -> Program:
    return lower([plan_of(NOTATION)], layout=EVENTS)


def path(*amounts: float) -> list[dict[str, float]]:
    return [{"amount": x, "event": k % 2} for k, x in enumerate(amounts)]


def test_a_block_is_used_again_without_a_trace(program: Program) -> None:
    block = Block(program, 3, 10, {"event": 2})
    out = np.zeros((program.width, 3))
    column = program.outputs[Output("losses", "from", "event", "take")].column
    for amounts, expected in (([50.0, 10.0, 40.0], [30, 10, 30]), ([5.0, 5.0, 5.0], [5, 5, 5])):
        block.ptr[:] = [0, 1, 2, 3]
        block.column("losses")[:3] = amounts
        block.key("event")[:3] = 1
        block.seal(3)
        run(program, block, State.opening(program, 3), out)
        assert list(out[column]) == expected


def test_stamps_start_again_before_they_run_out(program: Program) -> None:
    block = filled(program, [path(20, 5, 20), path(40)])
    state, out = State.opening(program, 2), np.zeros((program.width, 2))
    store = block.store(state)
    store.generation[0] = 2**31 - 2
    store.total[:], store.stamp[:] = 1e9, 0
    run(program, block, state, out)
    column = program.outputs[Output("losses", "from", "event", "take")].column
    assert list(out[column]) == [35.0, 30.0]
    assert store.generation[0] == 2


def test_the_state_goes_on_from_call_to_call(program: Program) -> None:
    first = run_rows(program, [path(90, 0), path(10)])
    assert first.of("fund") == [60.0, 0.0]
    second = run_rows(program, [path(90, 0), path(130)], state=first.state)
    assert second.of("fund") == [20.0, 80.0]
    assert list(second.state["fund"]) == [20.0, 20.0]
    second.state.reset(program)
    assert list(second.state["fund"]) == [100.0, 100.0]


def test_paths_longer_than_a_chunk(program: Program) -> None:
    rows = path(*([1.0] * 25_000))
    found = run_rows(program, [path(3.0), rows, path(4.0)])
    assert found.of("event") == [3.0, 60.0, 4.0]
    assert found.of("rest") == [0.0, 25_000.0 - 60.0 - 80.0, 0.0]


def test_no_paths_and_no_rows(program: Program) -> None:
    assert run_rows(program, [[], []]).of("event") == [0.0, 0.0]
    assert run_rows(program, []).of("event") == []


def test_what_a_block_refuses(program: Program) -> None:
    with pytest.raises(ValueError, match="how many keys has event"):
        Block(program, 1, 1)
    block = Block(program, 2, 4, {"event": 2})
    block.ptr[:] = [0, 3, 2]
    with pytest.raises(ValueError, match="never falls"):
        block.seal(2)
    block.ptr[:] = [0, 2, 5]
    with pytest.raises(ValueError, match="within the rows"):
        block.seal(2)
    block.ptr[:] = [0, 1, 2]
    block.key("event")[1] = 2
    with pytest.raises(ValueError, match="codes of event go from 0 to 1"):
        block.seal(2)
    with pytest.raises(KeyError):
        block.column("premium")


def test_what_a_run_refuses(program: Program) -> None:
    block, out = filled(program, [path(1.0), path(2.0)]), np.zeros((program.width, 2))
    with pytest.raises(ValueError, match="too small"):
        run(program, block, State.opening(program, 1), out)
    with pytest.raises(ValueError, match="too small"):
        run(program, block, State.opening(program, 2), out[:, :1])
    other = lower([plan_of({**NOTATION, "losses": NOTATION["losses"]})], layout=EVENTS)
    with pytest.raises(ValueError, match="another program"):
        run(other, block, State.opening(other, 2), out)


def test_a_column_without_a_value_is_an_error_of_the_expression() -> None:
    step = {"as": "sum", "party": "a", "limit": {"claim": "sum"}}
    notation = {**NOTATION, "losses": [step, {"as": "rest", "party": "insured"}]}
    varying = lower([plan_of(notation)], layout=Layout(rows=("losses", "sum")))
    block = Block(varying, 1, 1)
    block.ptr[:] = [0, 1]
    with pytest.raises(MissingName, match="sum"):
        block.seal(1)
    with pytest.raises(MissingName, match="sum"):
        block.seal(1, rows={"sum": np.array([np.nan])})


def test_numba_waits_for_the_first_run() -> None:
    said = "import sys, quanyu.waterfall.lower, quanyu.waterfall.columns; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", said], check=False).returncode == 0


def test_compiled_code_stays_where_it_is_loaded(tmp_path: Path) -> None:
    assert load_kernel() is load_kernel(tmp_path)
