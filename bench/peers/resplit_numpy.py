"""Task resplit in plain NumPy: the stored losses go through the changed terms without drawing again."""

from bench.collective import CHANGED, TERMS
from bench.meter import Meter, options
from bench.peers import t1_numpy


def main() -> None:
    """Simulate and store (not timed as work), then re-split."""
    asked = options()
    meter = Meter("numpy")
    with meter.phase("store"):
        losses = t1_numpy.simulate(TERMS, asked.years, seed=asked.seed)
    with meter.phase("resplit"):
        columns = t1_numpy.split(CHANGED, losses)
    with meter.phase("statistics"):
        found = t1_numpy.answers(columns)
    meter.report("numpy", size=asked.years, answers=found)


if __name__ == "__main__":
    main()
