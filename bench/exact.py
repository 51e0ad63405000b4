"""Writes the values a t1 or t3 answer is held against: exact by FFT or else simulated, each with its error.

`exact-TERMS.json` holds party -> statistic -> {value, bound}; `simulated-TERMS.json` holds party -> statistic ->
{value, error} of ten million years, `error` being the standard error of one year's worth (divide by the root of years).
"""

import json
import math
import sys
from pathlib import Path

import numpy as np

from bench import lattice, tail
from bench.collective import CHANGED, LEVEL, TERMS, Terms
from bench.meter import SEED
from bench.peers import t1_numpy

GROSS_TOP = 2.5e9
GROSS_POINTS = 2**24
LAYER_POINTS = 2**22
PER_LIMIT = 2**16
BATCHES, BATCH_YEARS = 100, 100_000
Values = dict[str, dict[str, float]]


def bracketed(laws: dict[str, lattice.Law], beyond: float = 0.0) -> Values:
    """The mean-keeping value with the widest distance to the bracketing ones; `beyond` widens the tail's bound."""
    middle, low, high = (lattice.statistics(laws[way]) for way in lattice.WAYS)
    bound = {name: max(abs(middle[name] - low[name]), abs(high[name] - middle[name])) for name in middle}
    # The sd is no rising functional: bracket its square from the two moments.
    squares = [s["sd"] ** 2 + s["mean"] ** 2 for s in (low, high)]
    least = math.sqrt(max(squares[0] - high["mean"] ** 2, 0.0))
    most = math.sqrt(max(squares[1] - low["mean"] ** 2, 0.0))
    bound["sd"] = max(abs(middle["sd"] - least), abs(most - middle["sd"]))
    bound["tvar"] += beyond
    return {name: {"value": value, "bound": bound[name]} for name, value in middle.items()}


def exact_gross(terms: Terms) -> Values:
    """Closed-form mean and sd; VaR and TVaR from the lattice, the loss above its top added to the bound."""
    laws = {way: lattice.year_of_gross(terms, way=way, top=GROSS_TOP, points=GROSS_POINTS) for way in lattice.WAYS}
    whole = np.array([GROSS_TOP])
    above = terms.rate * (
        terms.loss_mean - float(lattice.limited_mean(whole, log_mean=terms.log_mean, log_sd=terms.log_sd)[0])
    )
    values = bracketed(laws, beyond=above / (1 - LEVEL))
    sd = math.sqrt(terms.rate * math.exp(2 * terms.log_mean + 2 * terms.log_sd**2))
    return values | {
        "mean": {"value": terms.rate * terms.loss_mean, "bound": 0.0},
        "sd": {"value": sd, "bound": 0.0},
    }


def exact_parties(terms: Terms, gross: Values) -> dict[str, Values]:
    """All accounts whose law or mean is known without simulation."""
    found = {"gross": gross, "quota share": scaled(gross, terms.ceded)}
    net = (1 - terms.ceded) * gross["mean"]["value"]
    error = 0.0
    for layer in terms.layers:
        laws = {
            way: lattice.year_of_layer(layer, terms, way=way, per_limit=PER_LIMIT, points=LAYER_POINTS)
            for way in lattice.WAYS
        }
        found[layer.name] = bracketed(laws)
        net -= found[layer.name]["mean"]["value"]
        error += found[layer.name]["mean"]["bound"]
        if layer.reinstatement_rates:
            due = lattice.reinstatement_premium(layer)
            premiums = {way: lattice.mapped(law, due) for way, law in laws.items()}
            found[f"reinstatement {layer.name}"] = bracketed(premiums)
    return found | {"net": {"mean": {"value": net, "bound": error}}}


def scaled(values: Values, share: float) -> Values:
    """The same statistics of a fixed share."""
    return {name: {key: share * number for key, number in pair.items()} for name, pair in values.items()}


def simulated(terms: Terms) -> dict[str, Values]:
    """Every account's standard errors from batches, and the pooled net's statistics."""
    batches = []
    net = np.empty(BATCHES * BATCH_YEARS)
    for number, seed in enumerate(np.random.SeedSequence(SEED + 1).spawn(BATCHES)):
        losses = t1_numpy.simulate(terms, BATCH_YEARS, seed=seed)
        columns = t1_numpy.split(terms, losses)
        net[number * BATCH_YEARS : (number + 1) * BATCH_YEARS] = columns["net"]
        batches.append({name: tail.statistics(column) for name, column in columns.items()})
    pooled = tail.statistics(net)
    found: dict[str, Values] = {}
    for name in batches[0]:
        found[name] = {}
        for statistic in batches[0][name]:
            sample = np.array([batch[name][statistic] for batch in batches])
            value = pooled[statistic] if name == "net" else float(sample.mean())
            error = float(sample.std(ddof=1)) * math.sqrt(BATCH_YEARS)
            found[name][statistic] = {"value": value, "error": error}
    return found


def main() -> None:
    """Write the files of both sets of terms into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    gross = exact_gross(TERMS)
    for name, terms in (("terms", TERMS), ("changed", CHANGED)):
        (folder / f"exact-{name}.json").write_text(json.dumps(exact_parties(terms, gross), indent=1))
        sample = {"years": BATCHES * BATCH_YEARS, "parties": simulated(terms)}
        (folder / f"simulated-{name}.json").write_text(json.dumps(sample, indent=1))


if __name__ == "__main__":
    main()
