"""Task t1 in plain NumPy: every event of every year in memory, one whole-array pass a layer."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench import tail
from bench.collective import TERMS, Terms, with_members
from bench.meter import Meter, options

Column = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Losses:
    """All losses and the year (0-based) each belongs to."""

    years: int
    year: npt.NDArray[np.int64]
    amount: Column


def simulate(terms: Terms, years: int, *, seed: int | np.random.SeedSequence) -> Losses:
    """Draw the gross losses of `years` years."""
    random = np.random.default_rng(seed)
    counts = random.poisson(terms.rate, years)
    amount = random.lognormal(terms.log_mean, terms.log_sd, int(counts.sum()))
    return Losses(years, np.repeat(np.arange(years), counts), amount)


def by_year(losses: Losses, amounts: Column) -> Column:
    """The sum of each year's amounts."""
    return np.bincount(losses.year, amounts, losses.years).astype(np.float64, copy=False)


def split(terms: Terms, losses: Losses) -> dict[str, Column]:
    """Each account's amount a year, members apart."""
    gross = by_year(losses, losses.amount)
    columns = {"gross": gross, "quota share": terms.ceded * gross}
    retained = losses.amount * (1 - terms.ceded)
    net = gross * (1 - terms.ceded)
    for layer in terms.layers:
        paid = by_year(losses, np.clip(retained - layer.attachment, 0.0, layer.limit))
        paid = np.clip(paid - layer.year_deductible, 0.0, layer.year_limit)
        columns[layer.name] = paid
        net -= paid
        if layer.reinstatement_rates:
            used = paid[:, None] / layer.limit - np.arange(len(layer.reinstatement_rates))
            due = np.clip(used, 0.0, 1.0) @ np.array(layer.reinstatement_rates)
            columns[f"reinstatement {layer.name}"] = layer.premium * due
    columns["net"] = net
    return columns


def answers(columns: dict[str, Column]) -> dict[str, dict[str, float]]:
    """The statistics of every account and member."""
    return with_members({name: tail.statistics(column) for name, column in columns.items()})


def main() -> None:
    """Run the task once."""
    asked = options()
    meter = Meter("numpy")
    with meter.phase("simulate"):
        losses = simulate(TERMS, asked.years, seed=asked.seed)
    with meter.phase("split"):
        columns = split(TERMS, losses)
    with meter.phase("statistics"):
        found = answers(columns)
    meter.report("numpy", size=asked.years, answers=found)


if __name__ == "__main__":
    main()
