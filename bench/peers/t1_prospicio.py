"""Task t1 with prospicio: events drawn by its Rust core, a tower of two inuring stages."""

from bench.collective import TERMS, Layer, with_members
from bench.meter import Meter, options


def terms_of(layer: Layer) -> dict[str, object]:
    """The annual terms of a layer in prospicio's words: reinstatements bound the year, or else an annual limit does."""
    if layer.reinstatement_rates:
        return {"premium": layer.premium, "reinstatement_rates": list(layer.reinstatement_rates)}
    return {"aggregate_limit": layer.year_limit}


def main() -> None:
    """Run the task once."""
    asked = options()
    meter = Meter("prospicio")
    with meter.phase("import"):
        import numpy as np
        from prospicio import reinsurance
        from prospicio.aggregate import simulate_events
        from prospicio.distributions import Lognormal, Poisson

        from bench.tail import statistics
    with meter.phase("simulate"):
        events = simulate_events(Poisson(TERMS.rate), Lognormal(TERMS.log_mean, TERMS.log_sd), asked.years, asked.seed)
    with meter.phase("split"):
        quota_share = reinsurance.Layer.quota_share("QS", TERMS.ceded)
        layers = [
            reinsurance.Layer(x.name, x.limit, x.attachment, aggregate_deductible=x.year_deductible, **terms_of(x))
            for x in TERMS.layers
        ]
        result = reinsurance.Tower.inuring([[quota_share], layers]).apply(events)
    wanted = {"gross": ("gross", "ground_up"), "quota share": ("ceded", "QS"), "net": ("net", "retained")}
    wanted |= {layer.name: ("ceded", layer.name) for layer in TERMS.layers}
    wanted |= {
        f"reinstatement {layer.name}": ("reinstatement_premium", layer.name)
        for layer in TERMS.layers
        if layer.reinstatement_rates
    }
    with meter.phase("statistics"):
        found = with_members(
            {name: statistics(np.asarray(result.marginal(list(key)).draws)) for name, key in wanted.items()}
        )
    meter.report("prospicio", size=asked.years, answers=found)


if __name__ == "__main__":
    main()
