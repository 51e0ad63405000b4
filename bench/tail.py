"""Statistics of a simulated year's amount, one definition for every subject."""

import math

import numpy as np
import numpy.typing as npt

from bench.collective import LEVEL

Amounts = npt.NDArray[np.float64]


def statistics(amounts: Amounts) -> dict[str, float]:
    """Mean, sd, VaR (the ceil(level x n)-th smallest) and TVaR (the mean from there up) of the years' amounts."""
    rank = math.ceil(LEVEL * amounts.size) - 1
    ordered = np.partition(amounts, rank)
    return {
        "mean": float(amounts.mean()),
        "sd": float(amounts.std()),
        "var": float(ordered[rank]),
        "tvar": float(ordered[rank:].mean()),
    }
