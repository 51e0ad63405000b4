"""Small programmes around a premium, for the tests of rating."""

from quanyu.language.load import read_programme
from quanyu.language.programme import Programme
from quanyu.rating import CompiledRating, compile_rating

__all__ = ["FIELDS", "rated", "read"]

FIELDS = "{sum: money, rate: share, mu: number, age: int, occupied: bool, zone: [A, B, C]}"
_AROUND = """
programme: tests.rating
version: 2026-01-01
name: {{zh: 费率测试, en: A test of rating}}
family: property
illustrative: [all]
period: {period}
parties: {{insurer: {{kind: insurer}}}}
insured: {{fields: {fields}}}
states: {states}
covers: {{loss: {{pays: assessed}}}}
losses: [{{as: all, party: insurer}}]
{premium}
examples: [{{cover: loss, env: {{assessed: 1}}, expect: 1}}]
"""


def read(premium: str | None, *, states: str = "{}", period: str = "{}", fields: str = FIELDS) -> Programme:
    """A programme with a premium written as YAML, or without one."""
    block = "" if premium is None else f"premium: {premium}"
    text = _AROUND.format(premium=block, states=states, period=period, fields=fields)
    document, findings = read_programme(text)
    assert document is not None, [str(finding.reason) for finding in findings]
    return document.value


def rated(premium: str, *, states: str = "{}", period: str = "{}", fields: str = FIELDS) -> CompiledRating:
    """The rating of a premium written as YAML."""
    compiled = compile_rating(read(premium, states=states, period=period, fields=fields))
    assert isinstance(compiled, CompiledRating), compiled
    return compiled
