"""Task rating in PolicyEngine-core (a fork of OpenFisca): dated parameters, one vectorised variable a factor."""

from collections.abc import Callable
from typing import Any

from bench import tariff as tariffs
from bench.meter import Meter, options
from bench.tariff import Factor, Tariff

PERIOD = "2026-01"
FROM = "2026-01-01"
LOWEST = -1e9


def dated(value: float) -> dict[str, Any]:
    """A value in force from the start."""
    return {FROM: {"value": value}}


def parameter(factor: Factor) -> dict[str, Any]:
    """A table as a parameter node: by key, or as a scale of single amounts."""
    if factor.coded:
        return {code: {"values": dated(value)} for code, value in zip(factor.codes, factor.floats, strict=True)}
    rows = zip([LOWEST, *factor.breaks], factor.floats, strict=True)
    brackets = [{"threshold": dated(low), "amount": dated(value)} for low, value in rows]
    return {"metadata": {"type": "single_amount"}, "brackets": brackets}


def lookup(factor: Factor) -> Callable[..., Any]:
    """The formula that reads one table for all risks."""

    def by_code(risk: Any, period: Any, parameters: Any) -> Any:
        return getattr(parameters(period).tables, factor.name)[risk(factor.name, period)]

    def by_band(risk: Any, period: Any, parameters: Any) -> Any:
        return getattr(parameters(period).tables, factor.name).calc(risk(factor.name, period))

    return by_code if factor.coded else by_band


def product(tariff: Tariff) -> Callable[..., Any]:
    """The formula of the premium, the product itself in double precision."""

    def premium(risk: Any, period: Any, _parameters: Any) -> Any:
        amount = risk("sum_insured", period).astype("float64") * float(tariff.base_rate)
        for factor in tariff.factors:
            amount = amount * risk(f"r_{factor.name}", period)
        return amount.clip(float(tariff.minimum), float(tariff.maximum))

    return premium


def system(tariff: Tariff) -> Any:
    """The rules as PolicyEngine takes them."""
    from policyengine_core import periods
    from policyengine_core.entities import build_entity
    from policyengine_core.enums import Enum
    from policyengine_core.parameters import ParameterNode
    from policyengine_core.taxbenefitsystems import TaxBenefitSystem
    from policyengine_core.variables import Variable

    risk = build_entity(key="risk", plural="risks", label="insured risk", is_person=True)
    rules = TaxBenefitSystem([risk])
    tables = {factor.name: parameter(factor) for factor in tariff.factors}
    rules.parameters = ParameterNode("", data={"tables": tables})

    def add(name: str, kind: Any, **more: Any) -> None:
        fixed = {"value_type": kind, "entity": risk, "definition_period": periods.MONTH, "label": name}
        rules.add_variable(type(name, (Variable,), fixed | more))

    add("sum_insured", float)
    for factor in tariff.factors:
        if factor.coded:
            codes = Enum(f"codes_{factor.name}", {code: code for code in factor.codes})
            add(factor.name, Enum, possible_values=codes, default_value=next(iter(codes)))
        else:
            add(factor.name, float)
        add(f"r_{factor.name}", float, formula=lookup(factor))
    add("premium", float, formula=product(tariff))
    return rules


def simulation(rules: Any, rows: int) -> Any:
    """An empty simulation of `rows` risks."""
    from policyengine_core.simulations import SimulationBuilder

    builder = SimulationBuilder()
    builder.populations = rules.instantiate_entities()
    builder.declare_person_entity("risk", range(rows))
    return builder.build(rules)


def values(column: Any) -> Any:
    """A column as a NumPy array; texts as objects, each text made once."""
    if hasattr(column, "dictionary"):
        return column.dictionary.to_numpy(zero_copy_only=False)[column.indices.to_numpy()]
    return column.to_numpy()


def main() -> None:
    """Run the task once."""
    asked = options()
    tariff = tariffs.read(asked.data)
    meter = Meter("policyengine-core")
    with meter.phase("import"):
        import numpy as np
        import policyengine_core.simulations  # noqa: F401  (its import is the phase)
        from pyarrow import parquet
    with meter.phase("read"):
        texts = [factor.name for factor in tariff.factors if factor.coded]
        table = parquet.read_table(tariffs.portfolio(asked.data), read_dictionary=texts).slice(0, asked.rows)
        table = table.unify_dictionaries().combine_chunks()
        columns = {name: values(table[name].chunk(0)) for name in table.column_names}
    with meter.phase("build"):
        rules = system(tariff)
        run = simulation(rules, table.num_rows)
    with meter.phase("encode"):
        for name, column in columns.items():
            run.set_input(name, PERIOD, column)
    with meter.phase("rate"):
        premium = run.calculate("premium", PERIOD).astype("float64")
        fen = np.floor(premium * 100 + 0.5).astype(np.int64)
    if asked.out:
        tariffs.save_premiums(asked.out, fen.tolist())
    meter.report("policyengine-core", size=len(fen), remark="its variables are 32-bit floats")


if __name__ == "__main__":
    main()
