"""Covers of a programme, compiled: all findings at once."""

from quanyu.cover import CompiledCover, compile_cover, compile_covers
from quanyu.formula import Expression
from quanyu.formula.lookup import Lookup
from quanyu.language.load import read_programme
from quanyu.language.parts import Cover

from .specs import FROST, RUNS, cover

FILE = """
programme: a.b
version: 2026-01-01
name: x
family: property
source: x
parties: {p: {kind: insurer}}
covers:
  good: {pays: "min(assessed, 100)"}
  bad: {when: assessed >, pays: {by: assessed, table: {"[0, 1)": 2 +, else: 1}, max: "3 *"}}
  worse: {pays: 1 1}
losses: [{as: all, party: p}]
examples: [{cover: good, env: {assessed: 1}, expect: 1}]
"""


def test_every_unreadable_expression_of_every_cover_is_a_finding_with_its_place() -> None:
    document, _ = read_programme(FILE)
    assert document is not None
    compiled, findings = compile_covers(document.value)
    assert list(compiled) == ["good"]
    assert sorted(f.place.line for f in findings if f.place) == [10, 10, 10, 11]


def test_a_table_on_each_element_is_entered_with_the_element() -> None:
    made = cover(RUNS)
    assert isinstance(made.value, Lookup)
    assert [by.text for by in made.value.by] == ["it"]
    assert isinstance(made.each, Expression)


def test_windows_are_read_once() -> None:
    made = cover(FROST)
    assert [str(window) for window in made.windows] == ["[03-01, 03-10]", "[03-11, 03-20]"]
    assert "03-10" in made.windows[0]
    assert "03-11" not in made.windows[0]


def test_a_window_that_cannot_be_read_is_refused_not_left_out() -> None:
    for text in ("[12-21, 01-10]", "March", "[1, 5]"):
        found = compile_cover("c", Cover.model_validate({"pays": {**FROST, "windows": ["[03-01, 03-10]", text]}}))
        assert not isinstance(found, CompiledCover)
        assert [f.code for f in found] == ["bad-interval"]
        assert text in found[0].reason.en
