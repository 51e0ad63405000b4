"""What has to hold before a policy is issued, of one risk and of a table of them."""

from fractions import Fraction

import numpy as np

from quanyu.engine import Compiled, compile_programme
from quanyu.engine.gates import gate_names, unmet, unmet_rows
from quanyu.language.load import read_programme
from quanyu.terms import Place

from .written_programme import FILE

GATES = """
must:
  - {that: sum > 0, source: {zh: 保额为正, en: a sum above zero}}
  - {when: sum > 100, that: level >= 20}
"""


def gated() -> Compiled:
    document, findings = read_programme(FILE + GATES)
    assert document is not None, findings
    made = compile_programme(document.value)
    assert isinstance(made, Compiled), made
    return made


def reasons(**fields: int) -> list[str]:
    return [f.reason.en for f in unmet(gated(), {name: Fraction(value) for name, value in fields.items()})]


def test_a_risk_that_breaks_a_condition_is_told_which_and_on_whose_word() -> None:
    assert reasons(sum=0) == ["`sum > 0` must hold: a sum above zero"]
    assert reasons(sum=200, grade=1) == ["`level >= 20` must hold when `sum > 100`"]
    assert reasons(sum=200, grade=2) == []


def test_a_condition_stands_only_when_it_applies_and_its_fields_are_known() -> None:
    assert reasons(sum=50, grade=1) == []
    assert reasons(sum=200) == []


def test_every_row_of_a_table_that_breaks_a_condition_is_named() -> None:
    risks = {"sum": np.array([0.0, 50.0, 200.0, 300.0]), "grade": np.array([1.0, 1.0, 1.0, 3.0])}
    found = unmet_rows(gated(), risks, 4, place=lambda row, _: Place("risks.csv", row + 2, 1))
    assert [(f.code, f.place.line) for f in found if f.place] == [("must-not-met", 2), ("must-not-met", 4)]
    assert unmet_rows(gated(), {"grade": risks["grade"]}, 4, place=lambda _, __: None) == []
    assert {"sum", "grade"} <= gate_names(gated())
