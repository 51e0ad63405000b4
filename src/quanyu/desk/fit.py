"""The verb `fit`: laws fitted to a table of losses, with how well each fits."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quanyu.language.scalars import FieldType
from quanyu.perils import FITTED, Fit, FrequencyFit, Goodness, LawError, compare, fit_frequency, goodness, mean_excess
from quanyu.tables import read_rows, typed_columns
from quanyu.terms import Finding, Place, Text

__all__ = ["FittedTable", "fit_table"]

_REPLICATES, _FEWEST = 99, 19
_DRAWN = 1_000_000  # losses drawn for the p-values of one law; fewer replicates where the table is long


@dataclass(frozen=True)
class FittedTable:
    """Laws in the order of their AIC, each with its goodness; the number of losses a year where the table has years.

    excess: thresholds and the mean excess above each, for the eye. failed: laws that could not be fitted, and why.
    left_out: rows of the table that are no losses above zero, or not above the truncation.
    """

    size: int
    truncation: float | None
    fits: tuple[tuple[Fit, Goodness], ...]
    failed: tuple[tuple[str, Text], ...]
    frequency: FrequencyFit | None
    excess: tuple[tuple[float, float], ...]
    left_out: int = 0


def fit_table(
    path: Path,
    column: str,
    *,
    laws: tuple[str, ...] = (),
    above: float | None = None,
    years: str | None = None,
    seed: int = 1,
) -> FittedTable | list[Finding]:
    """Fits laws to one column of a table.

    laws: which of `FITTED`; all that can be where nothing is said. above: losses up to it never reached the table.
    years: a column with the year of each loss, for the number of losses a year (years without a loss count).
    """
    rows = read_rows(path)
    if isinstance(rows, list):
        return rows
    wanted = {column: FieldType("money"), **({years: FieldType("int", (), 1, 9999)} if years is not None else {})}
    columns, findings = typed_columns(rows, wanted)
    if findings:
        return findings
    stated = np.asarray(columns[column], np.float64)
    kept = stated > max(above if above is not None else 0.0, 0.0)
    values = stated[kept]
    if values.size < 10:
        return [_few(path, int(values.size))]
    unknown = [name for name in laws if name not in FITTED]
    if unknown:
        return [_unknown(path, unknown)]
    compared = compare(values, laws or _plausible(values), truncation=above)
    judged = tuple((one, _judge(one, values, seed)) for one in compared.fits)
    frequency = _yearly(np.asarray(columns[years], np.float64), kept) if years is not None else None
    return FittedTable(
        int(values.size),
        above,
        judged,
        tuple((name, error.reason) for name, error in compared.failed),
        frequency,
        _excess(values),
        stated.size - values.size,
    )


def _judge(one: Fit, values: NDArray[np.float64], seed: int) -> Goodness:
    replicates = min(max(_DRAWN // values.size, _FEWEST), _REPLICATES)
    return goodness(one, values, method="bootstrap", replicates=replicates, seed=seed)


def _plausible(values: NDArray[np.float64]) -> tuple[str, ...]:
    """Laws of amounts; those on a bounded range only where the values lie in it."""
    inside = bool((values < 1.0).all())
    return tuple(n for n in FITTED if n not in ("normal", "uniform", "beta") or (n == "beta" and inside))


def _yearly(years: NDArray[np.float64], kept: NDArray[np.bool_]) -> FrequencyFit | None:
    """The number of losses kept in each year from the first of the table to the last."""
    whole = years.astype(np.int64)
    counts = np.bincount(whole[kept] - whole.min(), minlength=int(whole.max() - whole.min()) + 1)
    try:
        return fit_frequency(counts.tolist())
    except LawError:
        return None


def _excess(values: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    thresholds = np.quantile(values, [0.0, 0.25, 0.5, 0.75, 0.9, 0.95])
    means, _, _ = mean_excess(values, thresholds)
    return tuple((float(t), float(e)) for t, e in zip(thresholds, means, strict=True) if np.isfinite(e))


def _few(path: Path, size: int) -> Finding:
    return Finding(
        "too-few-losses", Place(str(path), 1, 1), Text(f"只有 {size} 笔可用的损失", f"only {size} losses can be used"),
        Text("至少要十笔", "at least ten are needed"),
    )  # fmt: skip


def _unknown(path: Path, names: list[str]) -> Finding:
    return Finding(
        "unknown-law", Place(str(path), 1, 1),
        Text(f"不能拟合 {'、'.join(names)}", f"{', '.join(names)} cannot be fitted"),
        Text(f"可拟合：{'、'.join(FITTED)}", f"can be fitted: {', '.join(FITTED)}"),
    )  # fmt: skip
