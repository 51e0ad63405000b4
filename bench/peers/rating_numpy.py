"""Task rating in NumPy: text read in its dictionary form by pyarrow, bands by searchsorted, one take a table."""

from typing import Any

from bench import tariff as tariffs
from bench.meter import Meter, options


def main() -> None:
    """Run the task once."""
    asked = options()
    tariff = tariffs.read(asked.data)
    meter = Meter("numpy")
    with meter.phase("import"):
        import numpy as np
        import pyarrow as pa
        from pyarrow import compute, parquet
    with meter.phase("read"):
        texts = [factor.name for factor in tariff.factors if factor.coded]
        table = parquet.read_table(tariffs.portfolio(asked.data), read_dictionary=texts).slice(0, asked.rows)
        table = table.unify_dictionaries().combine_chunks()
    places: dict[str, Any] = {}
    with meter.phase("encode"):
        for factor in tariff.factors:
            column = table[factor.name]
            if factor.coded:
                stored = column.chunk(0)
                place = compute.index_in(stored.dictionary, value_set=pa.array(factor.codes)).to_numpy()
                places[factor.name] = place[stored.indices.to_numpy()]
            else:
                places[factor.name] = np.searchsorted(np.array(factor.breaks), column.to_numpy(), side="right")
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
