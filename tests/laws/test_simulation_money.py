"""Money is conserved in every simulated year: over all parties and funds nothing appears and nothing is lost."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from laws.test_simulation_sameness import LAW, programmes
from quanyu.engine.annual import Annual, build_annual
from quanyu.engine.assumed import assume as assumed
from quanyu.engine.compiled import compile_programme
from quanyu.engine.premium_flow import split_premium
from quanyu.language.load import read_programme
from quanyu.simulation import Entry, ledger
from quanyu.waterfall.columns import Block, State, run
from quanyu.waterfall.kernel_program import Output
from simulation.replay import PERIOD_BITS, annual_at

ROOT = Path(__file__).resolve().parents[2]
PROGRAMMES = [*sorted((ROOT / "programmes").rglob("*.yaml")), ROOT / "bench" / "programmes" / "collective.yaml"]


def conserved(annual: Annual, seed: int, paths: int) -> None:
    """Over all accounts what is paid is received; of each fund, what it holds is what it held, got and gave."""
    entries = ledger(annual)
    by = {(e.party, e.kind): e for e in entries}
    state = State.opening(annual.program, paths)
    out = np.empty((annual.program.width, paths))
    for period in range(annual.horizon):
        before = {name: state[name].copy() for name in state.names}
        first = period << PERIOD_BITS
        rows = annual.draw(seed, range(first, first + paths))
        sizes = {s: int(k.max(initial=0)) + 1 for s, k in rows.keys.items()}
        sizes |= {s: 1 for s in annual.program.layout.keys if s not in sizes}
        block = Block(annual.program, paths, int(rows.ptr[-1]) + 1, sizes)
        annual.fill(block, rows, paths)
        run(annual.program, block, state, out)
        outside = from_outside(annual, out)
        paid, received = total(entries, "paid", out) + outside, total(entries, "received", out)
        scale = np.maximum(paid, 1.0)
        np.testing.assert_allclose(paid / scale, received / scale, atol=1e-9)
        np.testing.assert_allclose((total(entries, "deficit", out) + outside) / scale, 0.0, atol=1e-9)
        for name in state.names:
            if (name, "paid") in by and name in annual.compiled.programme.accounts:
                moved = value(by[name, "received"], out) - value(by[name, "paid"], out)
                np.testing.assert_allclose(state[name] / scale, (before[name] + moved) / scale, atol=1e-9)
                assert state[name].min() >= 0.0


def from_outside(annual: Annual, out: np.ndarray) -> np.ndarray:
    """What comes back from nobody of the programme."""
    sides = {(p.flow, p.side) for p in annual.plans}
    if ("recoveries", "to") not in sides or ("recoveries", "from") in sides:
        return np.zeros(out.shape[1])
    place = annual.program.outputs[Output("recoveries", "to", "", "amount")]
    return np.asarray(out[place.column] * place.scale)


def value(entry: Entry, out: np.ndarray) -> np.ndarray:
    found = np.full(out.shape[1], entry.fixed)
    for place, factor in entry.terms:
        found = found + factor * out[place]
    return found


def total(entries: list[Entry], kind: str, out: np.ndarray) -> np.ndarray:
    return np.asarray(sum((value(e, out) for e in entries if e.kind == kind), np.zeros(out.shape[1])))


@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_every_programme(path: Path) -> None:
    conserved(annual_at(path), 19, 200 if "hospital" not in str(path) else 10)


@LAW
@given(programmes(), st.integers(0, 1000))
def test_random_programmes(text: str, seed: int) -> None:
    document, findings = read_programme(text)
    assert document is not None, findings
    compiled = compile_programme(document.value)
    if isinstance(compiled, list):
        assume(False)
        raise AssertionError
    drawn = assumed(compiled)
    assert not isinstance(drawn, list)
    premium = split_premium(compiled, drawn.exposure)
    assert not isinstance(premium, list)
    annual = build_annual(compiled, drawn, premium)
    if isinstance(annual, list):
        assume(False)
        raise AssertionError
    conserved(annual, seed, 20)
