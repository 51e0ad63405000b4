"""Task t1 with the Proteus Actuarial Library: stochastic variables and one XoL contract a layer."""

from bench.collective import TERMS, with_members
from bench.meter import Meter, options


def main() -> None:
    """Run the task once."""
    asked = options()
    meter = Meter("proteus-actuarial-library")
    with meter.phase("import"):
        from bench.tail import statistics
        from pal import set_default_n_sims, set_random_seed
        from pal.contracts import XoL
        from pal.distributions import LogNormal, Poisson
        from pal.frequency_severity import FrequencySeverityModel
    with meter.phase("simulate"):
        set_random_seed(asked.seed)
        set_default_n_sims(asked.years)
        severity = LogNormal(mu=TERMS.log_mean, sigma=TERMS.log_sd)
        claims = FrequencySeverityModel(Poisson(TERMS.rate), severity).generate()
    with meter.phase("split"):
        ceded = claims * TERMS.ceded
        subject = claims - ceded
        net = subject.aggregate()
        columns = {"gross": claims.aggregate(), "quota share": ceded.aggregate()}
        for layer in TERMS.layers:
            contract = XoL(
                layer.name,
                layer.limit,
                layer.attachment,
                layer.premium,
                reinstatement_cost=list(layer.reinstatement_rates) or None,
                aggregate_limit=layer.year_limit,
                aggregate_deductible=layer.year_deductible,
            )
            result = contract.apply(subject)
            columns[layer.name] = result.recoveries.aggregate()
            net = net - columns[layer.name]
            if layer.reinstatement_rates:
                columns[f"reinstatement {layer.name}"] = result.reinstatement_premium
        columns["net"] = net
    with meter.phase("statistics"):
        found = with_members({name: statistics(column.values) for name, column in columns.items()})
    meter.report("proteusllp-actuarial-library", size=asked.years, answers=found)


if __name__ == "__main__":
    main()
