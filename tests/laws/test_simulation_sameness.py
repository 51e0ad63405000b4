"""Random small programmes with random perils: every simulated year, replayed through the exact fold, is the same.

QUANYU_EXAMPLES sets how many programmes are drawn.
"""

import os
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from quanyu.engine.annual import build_annual
from quanyu.engine.assumed import assume as assumed
from quanyu.engine.compiled import compile_programme
from quanyu.engine.premium_flow import split_premium
from quanyu.language.load import read_programme
from simulation.test_sameness import check

EXAMPLES = int(os.environ.get("QUANYU_EXAMPLES", "60"))
LAW = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

HEAD = """
programme: test.random
version: 2026-01-01
name: {zh: 随机, en: random}
family: test
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
queue: {by: determined, ties: pro rata}
parties:
  a: {kind: insurer, name: {zh: 甲, en: A}}
  b: {kind: insurer, name: {zh: 乙, en: B}}
  city: {kind: government, name: {zh: 市, en: City}}
pools: {pool: {name: {zh: 共保体, en: pool}, leader: a, basis: occurred, shares: {a: 60%, b: 40%}}}
insured: {unit: house, enrolment: policies, fields: {sum: {type: money}, plus: {type: money}, buyer: key}}
facts: {hit: {type: money}}
covers:
  fire: {name: {zh: 火, en: fire}, pays: hit}
  flood: {name: {zh: 水, en: flood}, pays: hit}
scopes: {buyer: [buyer, period]}
examples: [{name: {zh: 例, en: example}, cover: fire, env: {hit: 5}, expect: 5}]
premium: {base: sum * 10%, each: policy, from: [{as: own, party: insured}], to: PREMIUM}
"""

CHAINS = (("claim", "event", "period", "term"), ("claim", "policy", "insured", "period"), ("claim", "buyer", "period"))
MONEY = ("20", "50", "100", "250", "0.5 * premium", "2 * sum")


@st.composite
def terms(draw: st.DrawFn, chain: tuple[str, ...]) -> dict[str, Any]:
    """Terms by scope along one chain."""
    scopes = draw(st.lists(st.sampled_from(chain), max_size=2, unique=True))
    plain = st.sampled_from(MONEY[:4])
    return {s: draw(st.sampled_from(MONEY) if s in ("claim", "policy") else plain) for s in scopes}


@st.composite
def steps(draw: st.DrawFn, depth: int = 0) -> list[dict[str, Any]]:
    found = []
    for n in range(draw(st.integers(1, 3))):
        chain = draw(st.sampled_from(CHAINS))
        step: dict[str, Any] = {"as": f"s{depth}{n}"}
        step["party"] = draw(st.sampled_from(["a", "b", "pool", "pool" if depth else "fund"]))
        for name in ("attachment", "limit", "cap"):
            if draw(st.integers(0, 2)) == 0 and (step["party"] != "fund" or name != "limit"):
                step[name] = draw(terms(chain)) or {"claim": "100"}
        if draw(st.booleans()):
            step["share"] = draw(st.sampled_from(["50%", "1 / (1 + plus)", "30%"]))
        if draw(st.integers(0, 3)) == 0:
            step["covers"] = ["fire"]
        if draw(st.integers(0, 3)) == 0:
            step["when"] = draw(st.sampled_from(["plus > 0", "sum > 150"]))
        if depth == 0 and step["party"] in ("a", "b") and draw(st.integers(0, 2)) == 0:
            step["steps"] = draw(steps(depth + 1))
        found.append(step)
    funds = [s for s in found if s["party"] == "fund"]
    for step in funds[1:]:
        step["party"] = "city"
    return found


@st.composite
def perils(draw: st.DrawFn) -> dict[str, Any]:
    first: dict[str, Any] = {
        "frequency": {"poisson": draw(st.sampled_from([1, 3]))},
        "amounts": {"fire": {"lognormal": {"mean": 60, "cv": 1}}},
        "delay": {"determined": {"uniform": {"low": 1, "high": 400}}},
    }
    if draw(st.booleans()):
        first["amounts"]["flood"] = {"gamma": {"mean": 30, "cv": 0.7}}
        first["dependence"] = [{"between": ["fire", "flood"], "correlation": 0.5}]
    if draw(st.booleans()):
        first["claims"] = {"poisson": 2}
    if draw(st.booleans()):
        first["keys"] = {"buyer": {"among": 3}}
    if draw(st.booleans()):
        first["fields"] = {"plus": {"uniform": {"low": 0, "high": 2}}}
    found = {"first": first}
    if draw(st.booleans()):
        found["second"] = {
            "frequency": {"fixed": 2},
            "time": {"day": draw(st.sampled_from(["03-01", "07-15"]))},
            "facts": {"hit": {"uniform": {"low": 5, "high": 80}}},
            "covers": ["flood", "fire"] if draw(st.booleans()) else ["flood"],
        }
    if draw(st.booleans()):
        found["first"]["recovery"] = {"uniform": {"low": 0, "high": 1}}
    return found


@st.composite
def programmes(draw: st.DrawFn) -> str:
    premium = draw(
        st.sampled_from(["[{as: risk, party: a}]", "[{as: saved, party: fund, share: 30%}, {as: risk, party: a}]"])
    )
    ceiling = draw(st.sampled_from(["", ", ceiling: 300"]))
    lines = [HEAD.replace("PREMIUM", premium)]
    lines.append(
        f"accounts: {{fund: {{name: {{zh: 基金, en: fund}}, opening: {draw(st.sampled_from([0, 150]))}{ceiling}}}}}"
    )
    listed = [*draw(steps()), {"as": "last", "party": "insured"}]
    lines.append(f"losses: {{from: {written(listed)}, to: [{{as: paid, party: insured}}]}}")
    told = draw(perils())
    if draw(st.booleans()):
        lines.append(
            "surplus: {amount: 'max(0, premium - losses.last)', each: period, at: end, from: [{as: gives, party: a}],"
            " to: [{as: keeps, party: fund, share: 20%}, {as: rest, party: b}]}"
        )
    if "recovery" in told["first"]:
        basis = draw(st.sampled_from(["borne", "loss-reduction"]))
        lines.append(
            f"recoveries: {{basis: {basis}, restores: false, above: insured, to: [{{as: back, party: borne}}]}}"
        )
    points = [{"count": draw(st.integers(1, 3)), "fields": {"sum": 100, "plus": 0}}]
    if draw(st.booleans()):
        points.append({"count": 2, "fields": {"sum": 300, "plus": 1}})
    model = {"horizon": draw(st.integers(1, 3)), "exposure": points, "perils": told, "illustrative": "true"}
    lines.append(f"assumptions: {written(model)}")
    return "\n".join(lines)


def written(value: Any) -> str:
    """A value as YAML in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(v) for v in value) + "]"
    return f'"{value}"' if isinstance(value, str) and set(value) & set("()*>,") else str(value)


@LAW
@given(programmes(), st.integers(0, 1000), st.booleans())
def test_a_simulated_path_equals_its_replay(text: str, seed: int, details: bool) -> None:
    document, findings = read_programme(text)
    assert document is not None, (text, findings)
    compiled = compile_programme(document.value)
    if isinstance(compiled, list):
        assume(False)
        raise AssertionError
    drawn = assumed(compiled)
    assert not isinstance(drawn, list), drawn
    premium = split_premium(compiled, drawn.exposure)
    assert not isinstance(premium, list), premium
    annual = build_annual(compiled, drawn, premium, details=details)
    if isinstance(annual, list):
        assume(False)
        raise AssertionError
    check(annual, seed, 3)
