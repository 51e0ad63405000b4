"""Task t3 in plain NumPy and SciPy: one FFT of a mean-keeping lattice an account, on 2^20 points."""

from bench.collective import TERMS
from bench.meter import Meter, options

POINTS = 2**20
PER_LIMIT = 2**14
GROSS_TOP = 2.5e9


def main() -> None:
    """Run the task once."""
    options()
    meter = Meter("numpy")
    with meter.phase("import"):
        from bench import lattice
    with meter.phase("transform"):
        gross = lattice.year_of_gross(TERMS, way="local", top=GROSS_TOP, points=POINTS)
        answers = {"gross": lattice.statistics(gross)}
        for layer in TERMS.layers:
            law = lattice.year_of_layer(layer, TERMS, way="local", per_limit=PER_LIMIT, points=POINTS)
            answers[layer.name] = lattice.statistics(law)
    meter.report("numpy", size=1, answers=answers)


if __name__ == "__main__":
    main()
