"""Task t1 with the Proteus Actuarial Library: stochastic variables and one XoL contract a layer."""

from typing import Any

from bench.collective import TERMS, Layer, with_members
from bench.meter import Meter, options


def contract(layer: Layer) -> Any:
    """A layer as the library's contract."""
    from pal.contracts import XoL

    return XoL(
        layer.name,
        layer.limit,
        layer.attachment,
        layer.premium,
        reinstatement_cost=list(layer.reinstatement_rates) or None,
        aggregate_limit=layer.year_limit,
        aggregate_deductible=layer.year_deductible,
    )


def split(claims: Any) -> dict[str, Any]:
    """Each account's amount a year, members apart."""
    ceded = claims * TERMS.ceded
    subject = claims - ceded
    net = subject.aggregate()
    columns = {"gross": claims.aggregate(), "quota share": ceded.aggregate()}
    for layer in TERMS.layers:
        result = contract(layer).apply(subject)
        columns[layer.name] = result.recoveries.aggregate()
        net = net - columns[layer.name]
        if layer.reinstatement_rates:
            columns[f"reinstatement {layer.name}"] = result.reinstatement_premium
    return columns | {"net": net}


def main() -> None:
    """Run the task once."""
    asked = options()
    meter = Meter("proteus-actuarial-library")
    with meter.phase("import"):
        import pal.contracts  # noqa: F401  (its import is the phase)
        from pal import set_default_n_sims, set_random_seed
        from pal.distributions import LogNormal, Poisson
        from pal.frequency_severity import FrequencySeverityModel

        from bench.tail import statistics
    with meter.phase("simulate"):
        set_random_seed(asked.seed)
        set_default_n_sims(asked.years)
        severity = LogNormal(mu=TERMS.log_mean, sigma=TERMS.log_sd)
        claims = FrequencySeverityModel(Poisson(TERMS.rate), severity).generate()
    with meter.phase("split"):
        columns = split(claims)
    with meter.phase("statistics"):
        found = with_members({name: statistics(column.values) for name, column in columns.items()})
    meter.report("proteusllp-actuarial-library", size=asked.years, answers=found)


if __name__ == "__main__":
    main()
