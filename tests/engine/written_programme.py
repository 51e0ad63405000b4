"""A small programme of every kind of part that rows are read by.

Takes: replacements in its text. Gives: the compiled programme. Never: computes anything.
"""

from typing import Any

from quanyu.engine import Compiled, compile_programme
from quanyu.language.load import read_programme
from quanyu.language.programme import Example, spelled

FILE = """
programme: a.b
version: 2026-01-01
name: x
family: property
source: x
queue: {by: determined}
parties: {p: {kind: insurer}, q: {kind: insurer}, bank: {kind: bank}, city: {kind: government}}
accounts: {fund: {opening: 10}}
pools: {both: {leader: p, shares: {p: 60%, q: 40%}}}
insured:
  fields:
    plan: [basic, plus]
    grade: 1..3
    head: int
    kind: [firm, person]
    rate: share
    day: date
    ok: bool
    tag: text
    client: key
    sum: money
plans: {basic: {limit: 50, top: 10% * sum}, plus: {limit: 80}}
values:
  level: {by: grade, table: {1: 10, 2: 20, 3: 30}}
  twice: {value: 2 * level}
facts:
  depth: {unit: cm}
  rain: {series: day, unit: mm}
  lows: {series: day, unit: degC, items: [tmin]}
  flag: {type: bool}
covers:
  water: {pays: {by: depth, table: {"(20, 50]": 500, "(50, inf)": 1000}, else: 0}}
  third: {pays: depth / 3}
  yuan: {pays: depth / 3, round: yuan}
combine: {max: [water, third]}
losses:
  from:
    - {as: own, party: insured, limit: {claim: 1}}
    - {as: both, party: both, cap: {period: 100}, steps: [{as: fund, party: fund, attachment: {event: 50}}]}
    - {as: last, party: city}
  to: [{as: paid, party: insured}]
premium:
  base: sum * rate
  from: [{as: state, party: city, share: 50%}, {as: own, party: insured}]
  to: [{as: risk, party: both}]
examples: [{cover: third, env: {depth: 1}, expect: 1 / 3}]
"""


def compiled(old: str = "", new: str = "") -> Compiled:
    """The programme, with one passage of its text replaced."""
    assert old in FILE
    document, findings = read_programme(FILE.replace(old, new) if old else FILE)
    assert document is not None, findings
    made = compile_programme(document.value)
    assert isinstance(made, Compiled), made
    return made


def written(row: Any) -> Any:
    """Free data as the file's reader leaves it: scalars as written."""
    return spelled(row)


def example(**parts: Any) -> Example:
    """A worked example."""
    return Example.model_validate(parts)
