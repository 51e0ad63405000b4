"""The oracle against another evaluator of the same order of operations, kept outside the repository."""

import importlib.util
import os
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from ruamel.yaml import YAML

from oracle import Refused, from_notation, history_from, split, steps_from
from oracle.strategies import Notation, cases

EXAMPLES = int(os.environ.get("QUANYU_ORACLE_EXAMPLES", "400"))
BOUNDARY = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


def read_yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def reference(shared: Path) -> ModuleType:
    """The other evaluator; it wants a module `yaml` only to open files, which these tests do themselves."""
    path = shared / "design" / "reference" / "evaluator.py"
    if not path.is_file():
        pytest.skip("no reference evaluator")
    spec = importlib.util.spec_from_file_location("reference_evaluator", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    lent = "yaml" not in sys.modules
    if lent:
        sys.modules["yaml"] = ModuleType("yaml")
    try:
        spec.loader.exec_module(module)
    finally:
        if lent:
            del sys.modules["yaml"]
    return module


def exactly(reference: ModuleType, rows: list[Notation]) -> list[Notation]:
    return [{name: reference.exact(value) for name, value in row.items()} for row in rows]


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=BOUNDARY)
@given(case=cases())
def test_random_programmes_split_alike(reference: ModuleType, case: Notation) -> None:
    programme, facts = case["programme"], case["history"]
    rows, premium, deposits = (exactly(reference, facts[name]) for name in ("rows", "premium", "deposits"))
    theirs = reference.Run(programme, programme["losses"], rows, premium, deposits)
    ours = split(from_notation(programme), history_from(facts))
    assert ours.by_claim() == {key: v for key, v in theirs.by_row.items() if v}
    assert {k: v for k, v in ours.caused().items() if v} == {k: v for k, v in theirs.caused.items() if v}
    assert ours.balances == theirs.balance


def money(reference: ModuleType, row: Notation) -> Notation:
    """A row of a worked example: texts that start with a figure are amounts, except dates."""
    dates = ("attached", "issued", "occurred")
    read = {k: isinstance(v, str) and v[:1].isdigit() and k not in dates for k, v in row.items()}
    return {k: reference.evaluate(v, {}) if read[k] else reference.exact(v) for k, v in row.items()}


def worked_examples(shared: Path) -> list[tuple[str, Notation, Notation]]:
    found = []
    for path in sorted((shared / "design" / "reference" / "programmes").glob("*.yaml")):
        programme = read_yaml(path)
        found += [(path.stem, programme, ex) for ex in programme.get("examples", []) if "flow" in ex]
    return found


def test_worked_examples_of_every_flow(reference: ModuleType, shared: Path) -> None:
    """The flows' worked examples of the written programmes come out to the last digit."""
    keys = {"t": 1, "event": "e1", "insured": "i1", "period": 2009, "policy": "p1"}
    examples = worked_examples(shared)
    wrong = []
    for name, programme, ex in examples:
        node = programme
        for part in ex["flow"].split("."):
            node = node[part]
        steps = steps_from(node.get("steps", node) if isinstance(node, dict) else node)
        known: Notation = {
            k: programme[k] for k in ("parties", "accounts", "pools", "scopes", "insured") if k in programme
        }
        plain = replace(from_notation(known), determines={"event": frozenset({"period"})})
        rows = [{**keys, "claim": f"c{i}", **money(reference, r)} for i, r in enumerate(ex["rows"])]
        facts = {k: [money(reference, r) for r in ex.get(k, [])] for k in ("premium", "deposits")}
        fold = split(plain, history_from({"rows": rows, **facts}), steps=steps, receiving=ex["flow"].endswith(".to"))
        expected = {party: reference.evaluate(v, {}) for party, v in ex.get("expect", {}).items()}
        caused = {label: reference.evaluate(v, {}) for label, v in ex.get("caused", {}).items()}
        about = ex.get("about", 0)
        right = not expected or fold.parts() == expected
        if not right or any(abs(fold.caused()[label] - v) > about for label, v in caused.items()):
            wrong.append((name, ex.get("name"), fold.parts()))
    assert len(examples) >= 40
    assert not wrong


def test_both_refuse_money_with_nobody(reference: ModuleType) -> None:
    steps = [{"as": "half", "party": "insurer", "share": Fraction(1, 2)}]
    row = {"claim": "a", "amount": Fraction(10), "t": 1}
    with pytest.raises(reference.Refused):
        reference.Run({}, steps, [row])
    with pytest.raises(Refused):
        split(from_notation({"losses": steps}), history_from({"rows": [row]}))
