"""Programmes and cases of the tests of settlement, written as files are.

Takes: the part of a programme that matters, and a case. Gives: what was settled. Never: computes anything.
"""

from fractions import Fraction

from quanyu.engine import Compiled, compile_programme
from quanyu.language.load import make_case, read_programme
from quanyu.language.programme import Case
from quanyu.language.tree import Map
from quanyu.language.yaml import read_bytes
from quanyu.settlement import Settled, settle

HEAD = """
programme: tests.settle
version: {version}
name: {{zh: 试, en: test}}
family: property
source: hand-worked
period: {{each: year, basis: {basis}}}
parties: {{a: {{kind: insurer}}, b: {{kind: insurer}}, city: {{kind: government}}, maker: {{kind: liable}}}}
insured: {{fields: {{sum: money}}}}
facts: {{assessed: {{type: money}}, depth: {{unit: cm}}}}
covers: {{c: {{pays: "min(assessed, sum)"}}}}
examples: [{{cover: c, env: {{assessed: 1, sum: 1}}, expect: 1}}]
"""


def compiled(body: str, version: str = "2023-01-01", basis: str = "occurring") -> Compiled:
    """The programme of a body under the head above."""
    document, findings = read_programme(HEAD.format(version=version, basis=basis) + body)
    assert document is not None, findings
    made = compile_programme(document.value)
    assert isinstance(made, Compiled), made
    return made


def case(text: str) -> Case:
    """The case of a text."""
    tree, findings = read_bytes(("case: x\nprogramme: x.yaml\n" + text).encode(), "x.case")
    assert isinstance(tree, Map), findings
    document, findings = make_case(tree, "x.case", {})
    assert document is not None, findings
    return document.value


def settled(body: str, text: str) -> Settled:
    """A case settled."""
    done = settle(compiled(body), case(text))
    assert isinstance(done, Settled), done
    return done


def codes(body: str, text: str) -> list[str]:
    """The codes of a case that is refused."""
    done = settle(compiled(body), case(text))
    assert isinstance(done, list), done
    return [finding.code for finding in done]


def yuan(done: Settled) -> dict[str, Fraction]:
    """What each party has of what the case asks for."""
    return {party: Fraction(amount) / 100 for party, amount in done.asked.by_party().items()}


def by_claim(done: Settled) -> dict[tuple[str, str], Fraction]:
    """What each party bears of each claim."""
    return {key: Fraction(amount) / 100 for key, amount in done.outcome.by_claim().items()}
