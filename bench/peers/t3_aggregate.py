"""Task t3 with aggregate: one sentence of its language an account, on its own grid or on one the user chooses."""

import math
import warnings
from typing import Any

from bench.collective import LEVEL, TERMS, Layer
from bench.meter import Meter, options


def gross_sentence() -> str:
    """The gross year."""
    return f"agg Gross {TERMS.rate} claims sev {math.exp(TERMS.log_mean)} * lognorm {TERMS.log_sd} poisson"


def layer_sentence(layer: Layer) -> str:
    """What one layer pays in a year."""
    return (
        f"agg {layer.name} {TERMS.rate} claims sev {math.exp(TERMS.retained_log_mean)} * lognorm {TERMS.log_sd} "
        f"occurrence ceded to {layer.limit} xs {layer.attachment} "
        f"poisson aggregate ceded to {layer.year_limit} xs {layer.year_deductible}"
    )


def statistics(built: Any) -> dict[str, float]:
    """The four statistics by the library's own methods."""
    return {
        "mean": float(built.est_m),
        "sd": float(built.est_sd),
        "var": float(built.q(LEVEL)),
        "tvar": float(built.tvar(LEVEL)),
    }


def main() -> None:
    """Run the task once; variant `chosen` sets the grid by hand, any other leaves it to the library."""
    asked = options()
    warnings.filterwarnings("ignore")
    chosen = asked.variant == "chosen"
    meter = Meter("aggregate, chosen grid" if chosen else "aggregate, own grid")
    with meter.phase("import"):
        from aggregate import build
    with meter.phase("transform"):
        grid: dict[str, float] = {"log2": 20, "bs": 2000} if chosen else {}
        built = {"gross": build(gross_sentence(), **grid)}
        for layer in TERMS.layers:
            grid = {"log2": 18, "bs": layer.limit / 2**12} if chosen else {}
            built[layer.name] = build(layer_sentence(layer), **grid)
        answers = {name: statistics(one) for name, one in built.items()}
    flags = {name: str(one.valid) for name, one in built.items()}
    meter.report("aggregate", size=1, answers=answers, validation=flags)


if __name__ == "__main__":
    main()
