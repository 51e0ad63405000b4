"""Sameness: a simulated year replayed through settlement's exact fold gives the same shares."""

from fractions import Fraction
from pathlib import Path

import pytest

from quanyu.engine.annual import Annual
from quanyu.waterfall.kernel_program import Output
from quanyu.waterfall.plan import Taker
from simulation.replay import Replayed, annual_at, program_figures, replay

ROOT = Path(__file__).resolve().parents[2]
PROGRAMMES = sorted((ROOT / "programmes").rglob("*.yaml"))
PATHS = 12


def check(annual: Annual, seed: int, paths: int) -> None:
    """Every figure that both sides know, for every path and period."""
    figures = program_figures(annual, seed, paths)
    for path in range(paths):
        exact = replay(annual, seed, path)
        for period, found in enumerate(figures):
            scale = max((float(v) for v in exact.amounts[period].values()), default=0.0) + 1.0
            for output, values in found.items():
                expected = figure(annual, output, exact, period)
                if expected is not None:
                    assert float(values[path]) == pytest.approx(float(expected), rel=1e-9, abs=1e-9 * scale), (
                        f"path {path}, period {period}, {output}"
                    )


def figure(annual: Annual, output: Output, exact: Replayed, period: int) -> Fraction | None:
    """The same figure from the exact fold; None for what it does not tell."""
    key = (output.flow, output.side, output.path)
    plan = next(p for p in annual.plans if (p.flow, p.side) == key[:2])
    if output.measure == "kept" and plan.at(output.path).taker is not Taker.GROUP:
        return exact.steps[period].get(key, Fraction(0))
    if output.measure == "amount":
        return exact.amounts[period].get(key[:2], Fraction(0))
    if output.measure == "balance" and (output.flow, output.side) == last_use(annual, output.part):
        return exact.balances[period][output.part]
    if output.measure == "charge":
        return exact.charges[period].get(f"{output.flow}/{output.path}", Fraction(0))
    if output.measure == "occurrence" and not output.path:
        return exact.bearers[period].get(output.part, Fraction(0))
    if output.measure == "occurrence" and output.flow == "losses" and not plan.at(output.path).inside:
        return exact.occurrence[period].get(f"{output.side}/{output.path}", Fraction(0))
    if output.measure == "rest":
        return Fraction(0)
    return None


def last_use(annual: Annual, account: str) -> tuple[str, str]:
    """The side that moves an account last in a period."""
    moved = [p for p in annual.plans if any(s.party == account or s.taker is Taker.BORNE for s in p.steps)]
    return moved[-1].flow, moved[-1].side


@pytest.mark.parametrize("path", PROGRAMMES, ids=lambda p: f"{p.parent.name}-{p.stem}")
@pytest.mark.parametrize("details", [False, True])
def test_every_programme(path: Path, details: bool) -> None:
    annual = annual_at(path, details=details)
    check(annual, 7, PATHS if annual.drawn.rows < 100 and annual.drawn.exposure.units < 100 else 2)
