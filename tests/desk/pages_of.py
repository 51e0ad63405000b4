"""The repository's programmes as pages, simulated over few years, made once for all tests of pages."""

import time
from functools import cache
from pathlib import Path

from quanyu.desk.open import Opened, open_programme
from quanyu.desk.pages import programme_page
from quanyu.desk.settle import SettledCase, settle_file
from quanyu.desk.simulate import Simulated, prepare, simulate_programme
from quanyu.documents import ProgrammePage
from quanyu.simulation import Plan

__all__ = ["PROGRAMMES", "cases_under", "opened", "page", "simulated"]

PROGRAMMES = Path(__file__).resolve().parents[2] / "programmes"
YEARS = 3000


@cache
def opened(name: str) -> Opened:
    """A programme by its path below `programmes/`, without suffix."""
    found = open_programme(PROGRAMMES / f"{name}.yaml")
    assert isinstance(found, Opened), found
    return found


@cache
def simulated(name: str) -> Simulated:
    """Its simulation over few years."""
    annual = prepare(opened(name))
    assert not isinstance(annual, list), annual
    done = simulate_programme(annual, Plan(YEARS, seed=7), clock=time.perf_counter)
    assert not isinstance(done, list), done
    return done


@cache
def cases_under(name: str) -> tuple[SettledCase, ...]:
    """The cases settled under it."""
    path = PROGRAMMES / f"{name}.yaml"
    settled = [settle_file(case) for case in sorted(path.parent.glob("*.case"))]
    found = [c for c in settled if isinstance(c, SettledCase)]
    assert len(found) == len(settled)
    return tuple(c for c in found if c.opened.under.path == path.resolve())


@cache
def page(name: str, *others: str) -> ProgrammePage:
    """Its page, compared with other versions."""
    compared = [(opened(o), simulated(o)) for o in others]
    return programme_page(opened(name), simulated(name), cases_under(name), others=compared)
