"""Task rating in quanyu: a programme file with one table a factor, rated from the Parquet file's columns."""

from itertools import pairwise
from pathlib import Path

from bench import tariff as tariffs
from bench.meter import Meter, options
from bench.tariff import Factor, Tariff

PROGRAMME = """programme: bench.rating
version: 2026-01-01
name: {{zh: 费率基准, en: Rating benchmark}}
family: property
illustrative: [all]
parties: {{insurer: {{kind: insurer}}}}
insured:
  unit: policy
  fields:
    sum_insured: money
{fields}
facts: {{assessed: {{type: money}}}}
covers: {{loss: {{pays: assessed}}}}
losses: [{{as: all, party: insurer}}]
premium:
  base: sum_insured * {base_rate}
  factors:
{factors}
  min: {minimum}
  max: {maximum}
  round: 0.01
  from: [{{as: own, party: insured}}]
  to: [{{as: risk, party: insurer}}]
examples: [{{cover: loss, env: {{assessed: 1}}, expect: 1}}]
"""


def keys(factor: Factor) -> list[str]:
    """The keys of a table: codes, or bands closed below and open above."""
    if factor.coded:
        return list(factor.codes)
    ends = ["-inf", *map(str, factor.breaks), "inf"]
    return [f"{'[' if k else '('}{low}, {high})" for k, (low, high) in enumerate(pairwise(ends))]


def table(factor: Factor) -> str:
    """One factor of the file."""
    rows = zip(keys(factor), factor.relativities, strict=True)
    cells = ", ".join(f'"{key}": {value}' for key, value in rows)
    return f"    {factor.name}: {{by: {factor.name}, table: {{{cells}}}}}"


def programme(tariff: Tariff) -> str:
    """The programme file that states the tariff."""
    kinds = (f"[{', '.join(factor.codes)}]" if factor.coded else "number" for factor in tariff.factors)
    fields = "\n".join(f"    {factor.name}: {kind}" for factor, kind in zip(tariff.factors, kinds, strict=True))
    return PROGRAMME.format(
        fields=fields,
        base_rate=tariff.base_rate,
        factors="\n".join(table(factor) for factor in tariff.factors),
        minimum=tariff.minimum,
        maximum=tariff.maximum,
    )


def write(data: Path) -> Path:
    """Write the programme file beside the tariff, as every peer has its tariff read before its clock starts."""
    path = data / tariffs.FOLDER / "2026-01-01.yaml"
    path.write_text(programme(tariffs.read(data)), "utf-8")
    return path


def main() -> None:
    """Run the task once."""
    asked = options()
    path = write(asked.data)
    meter = Meter("quanyu")
    with meter.phase("import"):
        from quanyu.language.load import load_programme
        from quanyu.rating import Quotes, compile_rating
        from quanyu.rating.frame import quote_frame
    document, findings = load_programme(path)
    if document is None:
        raise SystemExit(str(findings[0].reason))
    with meter.phase("build"):
        rating = compile_rating(document.value)
    if rating is None or isinstance(rating, list):
        raise SystemExit(f"no rating: {rating}")
    with meter.phase("rate"):
        quotes = quote_frame(rating, tariffs.portfolio(asked.data), rows=asked.rows)
    if not isinstance(quotes, Quotes):
        raise SystemExit(str(quotes[0].reason))
    if asked.out:
        tariffs.save_premiums(asked.out, quotes.fen.tolist())
    remark = (
        f"{quotes.exact} premiums decided by exact arithmetic; the file of {len(rating.factors)} tables read before"
    )
    meter.report("quanyu", size=len(quotes.fen), remark=remark)


if __name__ == "__main__":
    main()
