"""Splits in columns beside numbers that are too large for 64 bits."""

import numpy as np

from quanyu.language.load import read_programme
from quanyu.waterfall.alone import Columns
from quanyu.waterfall.compile import compile_flow
from quanyu.waterfall.plan import Plan
from quanyu.waterfall.together import Claims, split_together

LARGE = """
programme: tests.large
version: 2026-01-01
name: large
family: property
illustrative: [all]
parties: {a: {kind: insurer}, city: {kind: government}}
insured: {fields: {good: bool}}
facts: {loss: {type: money}}
covers: {x: {pays: loss}}
losses: [{as: part, party: a, share: 33.3333%}, {as: rest, party: city}]
examples: [{cover: x, env: {loss: 1}, expect: 1}]
"""


def test_a_share_of_a_sum_too_large_for_columns_is_left_to_rows() -> None:
    document, findings = read_programme(LARGE, "large.yaml")
    assert document is not None, findings
    plan = compile_flow(document.value, "losses", "from")
    assert isinstance(plan, Plan)
    amounts, none = np.full(1000, 10**12 + 1, np.int64), np.zeros(1000, np.int64)
    columns = Columns(lambda _: [None] * 1000, lambda _: none)
    claims = Claims(amounts, none, ["x"] * 1000, {}, columns)
    assert split_together(plan, claims) is None
    smaller = split_together(plan, Claims(amounts // 10**4, none, ["x"] * 1000, {}, columns))
    assert smaller is not None
    assert int(smaller[0].amounts.sum()) == 33_333_300_000
