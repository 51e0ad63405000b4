"""Task t3 with GEMAct: one loss model an account, aggregated by FFT."""

import logging
import math
import warnings
from typing import Any

from bench.collective import LEVEL, TERMS, Layer
from bench.meter import Meter, options

GROSS_POINTS, GROSS_TOP = 2**20, 2.5e9
LAYER_POINTS, LAYER_NODES = 2**18, 2**12 + 1


def statistics(law: Any) -> dict[str, float]:
    """Mean, sd and VaR by the library; TVaR from its nodes, since it has none."""
    import numpy as np

    var = float(np.asarray(law.ppf(np.array([LEVEL]))).item())
    nodes, reached = np.asarray(law.nodes, float), np.asarray(law.cumprobs, float)
    masses = np.diff(reached, prepend=0.0)
    above = nodes > var
    atom = max(float(np.interp(var, nodes, reached)) - LEVEL, 0.0)
    beyond = float(nodes[above] @ masses[above]) + var * atom
    return {"mean": float(law.mean()), "sd": float(law.std()), "var": var, "tvar": beyond / (1 - LEVEL)}


def annual_terms(layer: Layer) -> dict[str, Any]:
    """The year's terms in GEMAct's words."""
    if layer.reinstatement_rates:
        return {
            "aggr_deductible": layer.year_deductible,
            "n_reinst": len(layer.reinstatement_rates),
            "reinst_percentage": layer.reinstatement_rates[0],
        }
    return {"aggr_cover": layer.year_limit}


def model(scale: float, layer: Any, **grid: Any) -> Any:
    """The compound model of one account."""
    from gemact.lossmodel import Frequency, LossModel, PolicyStructure, Severity

    return LossModel(
        severity=Severity("lognormal", {"shape": TERMS.log_sd, "scale": scale}),
        frequency=Frequency(dist="poisson", par={"mu": TERMS.rate}),
        aggr_loss_dist_method="fft",
        policystructure=PolicyStructure(layers=[layer]),
        **grid,
    ).dist[0]


def main() -> None:
    """Run the task once."""
    options()
    warnings.filterwarnings("ignore")
    meter = Meter("gemact")
    with meter.phase("import"):
        from gemact.lossmodel import Layer as GemactLayer
    logging.disable(logging.CRITICAL)
    with meter.phase("transform"):
        gross = model(
            math.exp(TERMS.log_mean),
            GemactLayer(),
            n_aggr_dist_nodes=GROSS_POINTS,
            n_sev_discr_nodes=GROSS_POINTS,
            sev_discr_step=GROSS_TOP / GROSS_POINTS,
        )
        answers = {"gross": statistics(gross)}
        for layer in TERMS.layers:
            cover = GemactLayer(cover=layer.limit, deductible=layer.attachment, **annual_terms(layer))
            grid = {"n_aggr_dist_nodes": LAYER_POINTS, "n_sev_discr_nodes": LAYER_NODES}
            answers[layer.name] = statistics(model(math.exp(TERMS.retained_log_mean), cover, **grid))
    meter.report("gemact", size=1, answers=answers)


if __name__ == "__main__":
    main()
