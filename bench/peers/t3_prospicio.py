"""Task t3 with prospicio: its Rust FFT for the gross, its tower on a grid for the layers."""

from typing import Any

from bench.collective import LEVEL, TERMS
from bench.meter import Meter, options
from bench.peers.t1_prospicio import terms_of

GROSS_POINTS, GROSS_TOP = 2**20, 2.5e9
LAYER_STEP, LAYER_NODES, LAYER_POINTS = 2000.0, 2**17, 2**18


def statistics(grid: Any) -> dict[str, float]:
    """The four statistics by the library's own methods."""
    return {
        "mean": grid.mean(),
        "sd": grid.variance() ** 0.5,
        "var": grid.quantile(LEVEL),
        "tvar": grid.tvar(LEVEL),
    }


def main() -> None:
    """Run the task once."""
    options()
    meter = Meter("prospicio")
    with meter.phase("import"):
        from prospicio.aggregate import fft
        from prospicio.distributions import Grid, Lognormal, Poisson
        from prospicio.reinsurance import Layer, Tower
    with meter.phase("transform"):
        frequency = Poisson(TERMS.rate)
        whole = Lognormal(TERMS.log_mean, TERMS.log_sd)
        severity, _ = Grid.local_moment(whole, GROSS_TOP / GROSS_POINTS, GROSS_POINTS)
        gross, _ = fft(frequency, severity, GROSS_POINTS)
        retained = Lognormal(TERMS.retained_log_mean, TERMS.log_sd)
        severity, _ = Grid.local_moment(retained, LAYER_STEP, LAYER_NODES)
        layers = [
            Layer(x.name, x.limit, x.attachment, aggregate_deductible=x.year_deductible, **terms_of(x))
            for x in TERMS.layers
        ]
        tower = Tower(layers).on_grid(frequency, severity, LAYER_POINTS)
        answers = {"gross": statistics(gross)}
        for layer, ceded in zip(TERMS.layers, tower.ceded, strict=True):
            answers[layer.name] = statistics(ceded)
    meter.report("prospicio", size=1, answers=answers)


if __name__ == "__main__":
    main()
