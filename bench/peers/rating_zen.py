"""Task rating in zen-engine: a decision graph evaluated risk by risk in batches.

Variant `tables` has a first-hit decision table a factor, as an underwriter would draw it; variant `expressions` writes
each table as one conditional expression, the fastest form found.
"""

from itertools import pairwise
from typing import Any

from bench import tariff as tariffs
from bench.meter import Meter, options
from bench.tariff import Factor, Tariff

BATCH = 1_000


def conditions(factor: Factor) -> list[str]:
    """The key cell of each row of a decision table."""
    if factor.coded:
        return [f"'{code}'" for code in factor.codes]
    edges = factor.breaks
    inner = [f"[{low}..{high})" for low, high in pairwise(edges)]
    return [f"< {edges[0]}", *inner, f">= {edges[-1]}"]


def table_node(factor: Factor) -> dict[str, Any]:
    """A decision table for one factor."""
    rows = zip(conditions(factor), factor.relativities, strict=True)
    rules = [{"_id": f"{factor.name}-{k}", "in": cell, "out": str(value)} for k, (cell, value) in enumerate(rows)]
    content = {
        "hitPolicy": "first",
        "inputs": [{"id": "in", "name": factor.name, "field": factor.name}],
        "outputs": [{"id": "out", "name": f"r_{factor.name}", "field": f"r_{factor.name}"}],
        "rules": rules,
        "passThrough": False,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
    }
    return node(factor.name, "decisionTableNode", content=content)


def conditional(factor: Factor) -> str:
    """One factor as a chain of conditions."""
    keys = [f"{factor.name} == '{code}'" for code in factor.codes] or [f"{factor.name} < {b}" for b in factor.breaks]
    values = [str(value) for value in factor.relativities]
    return "".join(f"{key} ? {value} : " for key, value in zip(keys, values[:-1], strict=False)) + values[-1]


def node(name: str, kind: str, *, content: dict[str, Any]) -> dict[str, Any]:
    """A node of the graph."""
    return {"id": name, "type": kind, "name": name, "content": content, "position": {"x": 0, "y": 0}}


def expression_node(tariff: Tariff, inline: bool) -> dict[str, Any]:
    """The product, its bounds and its rounding; with `inline`, the tables too."""
    names = [f"r_{factor.name}" for factor in tariff.factors]
    steps = [(name, conditional(factor)) for name, factor in zip(names, tariff.factors, strict=True)] if inline else []
    product = " * ".join(f"$.{name}" if inline else name for name in names)
    steps += [
        ("raw", f"sum_insured * {tariff.base_rate} * {product}"),
        ("premium", f"round(min([max([$.raw, {tariff.minimum}]), {tariff.maximum}]), 2)"),
    ]
    content = {
        "expressions": [{"id": name, "key": name, "value": value} for name, value in steps],
        "passThrough": False,
        "inputField": None,
        "outputPath": None,
        "executionMode": "single",
    }
    return node("product", "expressionNode", content=content)


def graph(tariff: Tariff, variant: str) -> dict[str, Any]:
    """The whole decision graph."""
    tables = [table_node(factor) for factor in tariff.factors] if variant == "tables" else []
    nodes = [
        node("request", "inputNode", content={"schema": ""}),
        *tables,
        expression_node(tariff, inline=not tables),
        node("answer", "outputNode", content={}),
    ]
    links = [("request", "product"), ("product", "answer")]
    for table in tables:
        links += [("request", table["id"]), (table["id"], "product")]
    edges = [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"} for a, b in links]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def rate(engine: Any, risks: list[dict[str, Any]]) -> list[float]:
    """Premiums of all risks, in batches."""
    found = []
    for start in range(0, len(risks), BATCH):
        batch = [{"key": "rate", "context": risk} for risk in risks[start : start + BATCH]]
        found += [float(answer["data"]["result"]["premium"]) for answer in engine.evaluate_batch(batch)]
    return found


def main() -> None:
    """Run the task once on the first rows."""
    asked = options()
    tariff = tariffs.read(asked.data)
    meter = Meter(f"zen-engine {asked.variant}")
    with meter.phase("import"):
        import zen
        from pyarrow import parquet
    with meter.phase("read"):
        table = parquet.read_table(tariffs.portfolio(asked.data)).slice(0, asked.rows)
    with meter.phase("encode"):
        risks = table.to_pylist()
    with meter.phase("build"):
        content = {"rate": graph(tariff, asked.variant)}
        engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})
        engine.evaluate("rate", risks[0])
    with meter.phase("rate"):
        premium = rate(engine, risks)
    if asked.out:
        tariffs.save_premiums(asked.out, (round(value * 100) for value in premium))
    meter.report("zen-engine", size=len(premium))


if __name__ == "__main__":
    main()
