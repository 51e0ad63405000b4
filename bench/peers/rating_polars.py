"""Task rating in Polars, four ways to look up a band: when/then chains, search_sorted, cut and replace, or joins."""

from typing import Any

from bench import tariff as tariffs
from bench.meter import Meter, options
from bench.tariff import Factor, Tariff


def coded(factor: Factor) -> Any:
    """A text table by strict replacement."""
    import polars as pl

    return pl.col(factor.name).replace_strict(list(factor.codes), factor.floats, return_dtype=pl.Float64)


def when_then(factor: Factor) -> Any:
    """A band table as a chain of conditions."""
    import polars as pl

    column = pl.col(factor.name)
    values = factor.floats
    chain: Any = pl
    for edge, value in zip(factor.breaks, values[:-1], strict=True):
        chain = chain.when(column < edge).then(value)
    return chain.otherwise(values[-1])


def search(factor: Factor) -> Any:
    """A band table by binary search on a literal."""
    import polars as pl

    edges = pl.lit(pl.Series([float(edge) for edge in factor.breaks]))
    place = edges.search_sorted(pl.col(factor.name), side="right")
    return pl.lit(pl.Series(factor.floats)).gather(place)


def replace(factor: Factor) -> Any:
    """A band table by cut into labels and strict replacement."""
    import polars as pl

    labels = [str(number) for number in range(len(factor.relativities))]
    bands = pl.col(factor.name).cut([float(edge) for edge in factor.breaks], labels=labels, left_closed=True)
    return bands.cast(pl.String).replace_strict(labels, factor.floats, return_dtype=pl.Float64)


BANDED = {"whenthen": when_then, "search": search, "replace": replace, "join": replace}


def relativity(factor: Factor) -> str:
    """Name of the looked-up column."""
    return f"r_{factor.name}"


def looked_up(frame: Any, tariff: Tariff, *, variant: str) -> Any:
    """The lazy frame with all relativities as columns."""
    import polars as pl

    expressions = []
    for factor in tariff.factors:
        if factor.coded and variant == "join":
            table = pl.LazyFrame({factor.name: list(factor.codes), relativity(factor): factor.floats})
            frame = frame.join(table, on=factor.name, how="left", maintain_order="left")
        else:
            found = coded(factor) if factor.coded else BANDED[variant](factor)
            expressions.append(found.alias(relativity(factor)))
    return frame.with_columns(expressions)


def premiums(frame: Any, tariff: Tariff) -> Any:
    """The rounded premium of every row."""
    import polars as pl

    premium = pl.col("sum_insured") * float(tariff.base_rate)
    for factor in tariff.factors:
        premium = premium * pl.col(relativity(factor))
    bounded = premium.clip(float(tariff.minimum), float(tariff.maximum))
    return frame.select(bounded.round(2, mode="half_away_from_zero")).collect().to_series()


def main() -> None:
    """Run the task once with the variant on the command line."""
    asked = options()
    tariff = tariffs.read(asked.data)
    meter = Meter(f"polars {asked.variant}")
    with meter.phase("import"):
        import polars as pl
    with meter.phase("read"):
        frame = pl.read_parquet(tariffs.portfolio(asked.data)).head(asked.rows)
    with meter.phase("build"):
        plan = looked_up(frame.lazy(), tariff, variant=asked.variant)
    with meter.phase("rate"):
        premium = premiums(plan, tariff)
    if asked.out:
        fen = (premium * 100).round(0).cast(pl.Int64)
        tariffs.save_premiums(asked.out, fen.to_list())
    meter.report("polars", size=len(premium))


if __name__ == "__main__":
    main()
