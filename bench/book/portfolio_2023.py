"""A table of technology policies: as many as Shanghai had in 2023 (401,261), of three published programmes.

Their number is published; which programme each belongs to, sums, rates and firms are illustrative, drawn from a seed.
"""

from pathlib import Path

import numpy as np
import polars as pl

__all__ = ["POLICIES", "write_portfolio"]

POLICIES = 401_261
_FIRMS = 24_000
_CLASSES = ("chemical-1", "biologic", "device-3", "other")
_APPLICANTS = ("sponsor", "hospital", "maker", "contract-research")


def write_portfolio(path: Path, rows: int = POLICIES, seed: int = 2023) -> Path:
    """A CSV file with every cell as text, as such tables come."""
    rng = np.random.default_rng(seed)
    kind = pl.Series(rng.choice(3, rows, p=[0.62, 0.35, 0.03]))
    firm = rng.integers(0, _FIRMS, rows)
    start = pl.Series(np.datetime64("2023-01-01") + rng.integers(0, 365, rows)).cast(pl.Date)
    amount = np.round(np.exp(rng.normal(15.5, 1.2, rows)))

    def of(kinds: pl.Series, values: object) -> pl.Series:
        return pl.select(pl.when(kinds).then(pl.Series(values))).to_series()

    def drawn(values: tuple[str, ...]) -> list[str]:
        return [values[n] for n in rng.integers(0, len(values), rows)]

    trial, equipment, fab = kind == 0, kind == 1, kind == 2
    codes = ("shanghai.clinical-trial", "national.first-set", "shanghai.ic-pool")
    columns = {
        "programme": [codes[n] for n in kind],
        "policy": [f"SH2023{n:08d}" for n in range(rows)],
        "holder": [f"上海科技企业{n:05d}有限公司" for n in firm],
        "holder_id": [f"9131{n:014d}" for n in firm],
        "start": start,
        "end": start.dt.offset_by("1y").dt.offset_by("-1d"),
        "quoted": of(trial, [f"{x / 100:.2f}" for x in amount]),
        "applicant": of(trial, drawn(_APPLICANTS)),
        "approved": of(trial, ["true"] * rows),
        "trial_class": of(trial, drawn(_CLASSES)),
        "sum": of(equipment | fab, [f"{x:.0f}" for x in amount * np.where(fab, 300, 1)]),
        "rate": of(equipment, drawn(("3%", "2.5%", "0.04"))),
        "nth_year": of(equipment, [str(n) for n in rng.integers(1, 6, rows)]),
        "in_catalogue": of(equipment, ["true"] * rows),
        "protection": of(fab, drawn(("high", "standard", "weak"))),
        "attached": of(fab, start.cast(pl.String)),
    }
    pl.DataFrame(columns).write_csv(path)
    return path
