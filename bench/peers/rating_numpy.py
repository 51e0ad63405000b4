"""Task rating in NumPy: text read in its dictionary form by pyarrow, bands by searchsorted, one take a table."""

from typing import Any

from bench import tariff as tariffs
from bench.meter import Meter, options
from bench.tariff import Factor


def place(factor: Factor, column: Any) -> Any:
    """The row of the factor's table each risk falls in."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import compute

    if factor.coded:
        rows = compute.index_in(column.dictionary, value_set=pa.array(factor.codes)).to_numpy()
        return rows[column.indices.to_numpy()]
    return np.searchsorted(np.array(factor.breaks), column.to_numpy(), side="right")


def main() -> None:
    """Run the task once."""
    asked = options()
    tariff = tariffs.read(asked.data)
    meter = Meter("numpy")
    with meter.phase("import"):
        import numpy as np
        from pyarrow import compute, parquet  # noqa: F401  (compute is imported here so that its cost is)
    with meter.phase("read"):
        texts = [factor.name for factor in tariff.factors if factor.coded]
        table = parquet.read_table(tariffs.portfolio(asked.data), read_dictionary=texts).slice(0, asked.rows)
        table = table.unify_dictionaries().combine_chunks()
    with meter.phase("encode"):
        places = {factor.name: place(factor, table[factor.name].chunk(0)) for factor in tariff.factors}
    with meter.phase("rate"):
        premium = table["sum_insured"].to_numpy() * float(tariff.base_rate)
        for factor in tariff.factors:
            premium *= np.take(np.array(factor.floats), places[factor.name])
        premium = np.clip(premium, float(tariff.minimum), float(tariff.maximum))
        fen = np.floor(premium * 100 + 0.5).astype(np.int64)
    if asked.out:
        tariffs.save_premiums(asked.out, fen.tolist())
    meter.report("numpy", size=len(fen))


if __name__ == "__main__":
    main()
