"""A deficit carried through simulated years: by hand, and as the same years settled."""

from fractions import Fraction

import pytest

from quanyu.engine.compiled import Compiled, compile_programme
from quanyu.language.load import make_case, read_programme
from quanyu.language.programme import Case
from quanyu.language.tree import Map
from quanyu.language.yaml import read_bytes
from quanyu.settlement import Settled, settle
from simulation.replay import annual_from
from simulation.test_carried import walked
from simulation.test_exact import HEAD

PROGRAMME = (
    HEAD
    + """
accounts: {reserve: {opening: 0}}
losses:
  from: [{as: cover, party: a, cap: {period: 100}}, {as: reserve, party: reserve}, {as: last, party: b}]
  to: [{as: paid, party: insured}]
premium: {amount: 80, each: period, from: [{as: own, party: insured}], to: [{as: risk, party: a}]}
surplus:
  amount: premium.to.risk - losses.cover
  at: end
  carry: CARRY
  from: [{as: gives, party: a}]
  to: [{as: keeps, party: reserve, share: 50%}, {as: paid-out, party: b}]
assumptions: {horizon: 6, perils: {p: {frequency: {fixed: 1}, amounts: {fire: {fixed: 100}}}}}
"""
)
LOSSES = [90.0, 95.0, 30.0, 20.0, 120.0, 10.0]
SHARED = [0.0, 0.0, 25.0, 60.0, 0.0, 50.0]
"""80 of premium less the cover: −10, −15, 50 of which 25 fill the two deficits, 60, −20, 70 of which 20 fill it."""


def test_later_surpluses_fill_deficits_before_they_are_shared() -> None:
    years = walked(annual_from(PROGRAMME.replace("CARRY", "deficit")), LOSSES, "fire")
    assert [y["reserve received"] for y in years] == pytest.approx([v / 2 for v in SHARED])
    assert [y["a paid"] for y in years] == pytest.approx([min(x, 100) + v for x, v in zip(LOSSES, SHARED, strict=True)])
    # The reserve has 12.5 and 30 when 120 is lost: it bears 20 of it.
    assert [y["reserve"] for y in years] == pytest.approx([0, 0, 12.5, 42.5, 22.5, 47.5])
    assert [y["b losses"] for y in years] == pytest.approx([0] * 6)


def test_without_carrying_every_period_stands_alone() -> None:
    years = walked(annual_from(PROGRAMME.replace("CARRY", "none")), LOSSES, "fire")
    assert [y["reserve received"] for y in years] == pytest.approx([0, 0, 25, 30, 0, 35])


def settled() -> Settled:
    document, findings = read_programme(PROGRAMME.replace("CARRY", "deficit"))
    assert document is not None, findings
    compiled = compile_programme(document.value)
    assert isinstance(compiled, Compiled), compiled
    years = range(2026, 2026 + len(LOSSES))
    rows = [
        f"{{claim: y{y}, at: {y}-07-01, amount: {int(x)}, event: e{y}, policy: p{y}}}"
        for y, x in zip(years, LOSSES, strict=True)
    ]
    text = "case: years\nprogramme: x\nrows: [" + ", ".join(rows) + "]\n"
    text += "premium: [" + ", ".join(f"{{period: {y}, amount: 80}}" for y in years) + "]\n"
    text += "ended: {" + ", ".join(f"{y}: {y}-12-31" for y in years) + "}\n"
    return settled_case(compiled, text)


def settled_case(compiled: Compiled, text: str) -> Settled:
    tree, findings = read_bytes(text.encode(), "x.case")
    assert isinstance(tree, Map), findings
    made, findings = make_case(tree, "x.case", {})
    assert made is not None, findings
    assert isinstance(made.value, Case)
    done = settle(compiled, made.value)
    assert isinstance(done, Settled), done
    return done


def test_the_same_years_settled_come_to_the_same() -> None:
    done = settled()
    assert done.shared is not None
    assert [max(0, Fraction(v, 100)) for v in done.shared.amounts.values()] == SHARED
    assert done.outcome.by_party()["reserve"] == 2000
    years = walked(annual_from(PROGRAMME.replace("CARRY", "deficit")), LOSSES, "fire")
    assert float(done.outcome.balances["reserve"]) / 100 == pytest.approx(years[-1]["reserve"])
