"""Thirty-five programmes in the product's notation: read, checked, and all their worked examples right."""

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from quanyu.checks import check_programme
from quanyu.engine import Compiled, compile_programme
from quanyu.engine.examples import run_example
from quanyu.formula import constant, parse
from quanyu.language.flows import Step
from quanyu.language.load import Document, load_programme
from quanyu.language.programme import Programme
from quanyu.terms import Finding, Severity

FOLDER = Path(__file__).parent / "programmes"
FILES = sorted(FOLDER.glob("*.yaml"))
DOUBTFUL = {("16-lift", "cap-not-nested"), ("26-prepaid-card", "cap-not-nested")}
"""What the checker rightly doubts in them: caps of scopes that are not nested."""


@cache
def document_of(path: Path) -> Document[Programme]:
    document, findings = load_programme(path)
    assert document is not None, findings
    assert not findings
    return document


@cache
def compiled_of(path: Path) -> Compiled:
    compiled = compile_programme(document_of(path).value)
    assert isinstance(compiled, Compiled), compiled
    return compiled


EXAMPLES = [(path, n) for path in FILES for n in range(len(document_of(path).value.examples))]
each_file = pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)


def test_all_of_them_are_here() -> None:
    assert len(FILES) == 35
    assert len(EXAMPLES) == 85


@each_file
def test_the_checker_finds_no_error(path: Path) -> None:
    findings = check_programme(document_of(path))
    assert [f for f in findings if f.severity is Severity.ERROR] == []
    warned = {(path.stem, f.code) for f in findings if f.severity is Severity.WARNING}
    assert warned == {doubt for doubt in DOUBTFUL if doubt[0] == path.stem}


@each_file
def test_every_step_is_labelled_and_every_flow_says_who_receives(path: Path) -> None:
    programme = document_of(path).value
    flows = [programme.losses, programme.premium, programme.recoveries, programme.services, programme.surplus]
    for flow in (f for f in flows if f is not None):
        assert flow.to
        for steps in (flow.from_, flow.to):
            assert all(labelled(step) for step in steps)


def labelled(step: Step) -> bool:
    return bool(step.as_) and all(labelled(inner) for inner in (*(step.tower or ()), *(step.steps or ())))


@each_file
def test_people_are_named_in_both_languages(path: Path) -> None:
    programme = document_of(path).value
    names = [p.name for p in programme.parties.values()]
    names += [a.name for a in programme.accounts.values()] + [p.name for p in programme.pools.values()]
    for name in names:
        assert name is not None
        assert name.zh != name.en


WORKED = [pytest.param(path, n, id=f"{path.stem}-{n}") for path, n in EXAMPLES]


@pytest.mark.parametrize(("path", "n"), WORKED)
def test_a_worked_example_comes_out_as_written(path: Path, n: int) -> None:
    ran = run_example(compiled_of(path), document_of(path).value.examples[n])
    assert ran.expected
    assert not ran.findings
    assert ran.holds, ran.differences()


def amounts(written: Any) -> dict[str, Fraction]:
    """The amounts an example expects, by name; one amount has no name."""
    return {str(k): amount(v) for k, v in written.items()} if isinstance(written, dict) else {"": amount(written)}


def amount(written: object) -> Fraction:
    parsed = parse(str(written))
    value = constant(parsed) if not isinstance(parsed, Finding) else None
    assert value is not None, written
    return value


def test_the_expected_amounts_are_those_of_the_first_writing(shared: Path) -> None:
    """The same examples, in the same order, with the same amounts as where they were first worked out."""
    first = shared / "design" / "reference" / "programmes"
    assert [p.name for p in FILES] == [p.name for p in sorted(first.glob("*.yaml"))]
    for path in FILES:
        theirs = YAML(typ="safe", pure=True).load((first / path.name).read_text("utf-8"))["examples"]
        ours = document_of(path).value.examples
        assert len(ours) == len(theirs)
        for mine, there in zip(ours, theirs, strict=True):
            assert str(mine.cover) == str(there.get("cover"))
            assert str(mine.flow).split(".", maxsplit=1)[0] == str(there.get("flow")).split(".", maxsplit=1)[0]
            assert amounts(mine.expect or {}) == amounts(there.get("expect", {})), path.name
            assert amounts(mine.caused) == amounts(there.get("caused", {})), path.name
            assert [amount(r["amount"]) for r in mine.rows] == [amount(r["amount"]) for r in there.get("rows", ())]
