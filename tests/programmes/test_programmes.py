"""The ten programmes: read whole, complete, sourced, and right by an evaluator that is not the product's."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from oracle import Fold, from_notation, history_from, split, steps_from
from quanyu.formula import parse
from quanyu.language.flows import Step
from quanyu.language.load import Document, load_case, load_programme
from quanyu.language.programme import Case, Programme
from quanyu.language.tree import Map, Scalar, Seq
from quanyu.terms import Finding, read_number

FOLDER = Path(__file__).resolve().parents[2] / "programmes"
FILES = sorted(FOLDER.rglob("*.yaml"))
CASES = sorted(FOLDER.rglob("*.case"))
EXPRESSIONS = ("attachment", "limit", "franchise", "cap")
SIDES = {"premium": "from", "losses": "from", "surplus": "to"}

Free = Any


@cache
def programme_of(path: Path) -> Document[Programme]:
    document, findings = load_programme(path)
    assert document is not None, findings
    assert not findings
    return document


@cache
def case_of(path: Path) -> Document[Case]:
    document, findings = load_case(path)
    assert document is not None, findings
    assert not findings
    return document


def named(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


each_file = pytest.mark.parametrize("path", FILES, ids=named)
each_case = pytest.mark.parametrize("path", CASES, ids=named)


def steps_of(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        yield from steps_of(step.tower or step.steps or ())


def flows_of(programme: Programme) -> Iterator[tuple[Step, ...]]:
    for flow in (programme.losses, programme.premium, programme.recoveries, programme.surplus, programme.calls):
        if flow is not None:
            yield from (flow.from_, flow.to)


def test_there_are_ten_programmes_in_eleven_versions() -> None:
    assert len({p.parent for p in FILES}) == 10
    assert len(FILES) == 11


@each_file
def test_a_version_is_read_and_stands_where_its_name_says(path: Path) -> None:
    programme = programme_of(path).value
    assert path.stem == programme.version.isoformat()
    assert programme.programme == ".".join(path.relative_to(FOLDER).parts[:-1])
    assert path.read_text("utf-8").startswith("# yaml-language-server: $schema=../../../docs/reference/quanyu.schema")
    assert list(path.parent.glob("*.case"))


@each_file
def test_people_and_texts_have_both_languages(path: Path) -> None:
    programme = programme_of(path).value
    texts = [
        programme.name,
        *(p.name for p in programme.parties.values()),
        *(c.name for c in programme.covers.values()),
    ]
    texts += [e.name for e in programme.examples]
    for text in texts:
        assert text is not None
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert text.en != text.zh


@each_file
def test_every_step_is_labelled_once_and_names_somebody_known(path: Path) -> None:
    programme = programme_of(path).value
    known = {*programme.parties, *programme.accounts, *programme.pools, "insured", "borne"}
    for steps in flows_of(programme):
        labels = [s.as_ for s in steps]
        assert all(labels)
        assert len(labels) == len(set(labels))
        for step in steps_of(steps):
            assert step.as_
            assert step.party is None or step.party in known


@each_file
def test_the_last_step_of_every_list_takes_the_rest(path: Path) -> None:
    programme = programme_of(path).value
    for steps in flows_of(programme):
        if steps:
            last = steps[-1]
            assert last.party is not None
            assert last.party not in programme.accounts or steps in (
                programme.surplus.to if programme.surplus else (),
                programme.surplus.from_ if programme.surplus else (),
                programme.premium.to if programme.premium else (),
            )
            assert not any((last.attachment, last.limit, last.cap, last.covers, last.when, last.share))


@each_file
def test_shares_of_pools_add_up_to_one(path: Path) -> None:
    for pool in programme_of(path).value.pools.values():
        for shares in [pool.shares] if pool.shares else [m.shares for m in pool.members]:
            assert sum(read_number(s.text) or Fraction(0) for s in shares.values()) == 1


@each_file
def test_receivers_sources_and_assumptions_are_stated(path: Path) -> None:
    programme = programme_of(path).value
    assert programme.losses.to
    assert programme.premium is not None
    assert programme.premium.to
    assert programme.source is not None
    assert programme.assumptions is not None
    assert programme.assumptions.illustrative
    assert programme.assumptions.pricing is not None
    assert "http" not in path.read_text("utf-8")


@each_file
def test_every_illustrative_path_leads_somewhere(path: Path) -> None:
    document = programme_of(path)
    for written in document.value.illustrative:
        node: Free = document.tree
        for part in written.split("."):
            node = child(node, part)
            assert node is not None, written


def child(node: Free, part: str) -> Free:
    """A key, or the step with that label among the lists of a flow or step."""
    if isinstance(node, Map) and part in node:
        return node[Scalar(part)]
    lists = [node] if isinstance(node, Seq) else []
    if isinstance(node, Map):
        lists += [node[Scalar(k)] for k in ("from", "to", "steps", "tower") if k in node]
    return next((s for steps in lists for s in steps if s.get(Scalar("as")) == part), None)


@each_file
def test_every_expression_is_one(path: Path) -> None:
    programme = programme_of(path).value
    texts = [c.pays.text for c in programme.covers.values() if hasattr(c.pays, "text")]
    texts += [c.when.text for c in programme.covers.values() if c.when]
    texts += [s.when.text for s in programme.stop] + [m.that.text for m in programme.must]
    for step in (s for steps in flows_of(programme) for s in steps_of(steps)):
        texts += [value.text for key in EXPRESSIONS for _, value in getattr(step, key)]
        texts += [x.text for x in (step.share, step.when) if x]
    for text in texts:
        assert not isinstance(parse(text), Finding), text


# ------------------------------------------------------------------------------------------------ amounts


def value_of(text: Free) -> Free:
    """A value of a row or an expectation: a number, a truth, or the text itself."""
    if isinstance(text, tuple):
        return [value_of(v) for v in text]
    written = str(text)
    if written in ("true", "false"):
        return written == "true"
    return read_number(written) if read_number(written) is not None else written


def row_of(row: Free, *, t: Free = 1, n: int = 0) -> dict[str, Free]:
    plain = {k: value_of(v) for k, v in row.items()}
    return {"claim": f"c{n}", "event": "e1", "insured": "i1", "period": Fraction(2009), "policy": "p1", "t": t, **plain}


def notation_of(tree: Map) -> dict[str, Free]:
    """The tree in the form the oracle takes: dated members of a pool under `shares`."""
    plain: dict[str, Free] = {str(k): v for k, v in tree.items()}
    for name, pool in dict(plain.get("pools", {})).items():
        if "members" in pool:
            plain["pools"] = {**plain["pools"], name: {**pool, "shares": list(pool[Scalar("members")])}}
    kept = {k: v for k, v in plain.items() if k not in ("services", "surplus", "recoveries")}
    return {k: without_sources(v) for k, v in kept.items()}


def without_sources(node: Free) -> Free:
    """The same node without the sources that stand on it and below it, of which the oracle knows nothing."""
    if isinstance(node, dict):
        return {k: without_sources(v) for k, v in node.items() if k != "source"}
    return [without_sources(v) for v in node] if isinstance(node, list) else node


def fold_of(tree: Map, flow: str, facts: dict[str, Free]) -> Fold:
    """The rows of a flow through the steps of that flow, by the oracle."""
    name, _, side = flow.partition(".")
    side = side or SIDES[name]
    steps = steps_from(without_sources(tree[Scalar(name)])[side])
    programme = replace(from_notation(notation_of(tree)), queue="t")
    return split(programme, history_from(facts), steps=steps, receiving=side == "to")


EXAMPLES = [
    pytest.param(path, n, id=f"{path.parent.name}-{path.stem}-{n}")
    for path in FILES
    for n, example in enumerate(programme_of(path).value.examples)
    if example.flow
]


@pytest.mark.parametrize(("path", "n"), EXAMPLES)
def test_an_example_of_a_flow_is_what_the_oracle_says(path: Path, n: int) -> None:
    document = programme_of(path)
    example = document.value.examples[n]
    assert example.flow is not None
    facts = {
        "rows": [row_of(r, n=i) for i, r in enumerate(example.rows)],
        "premium": [row_of(r) for r in example.premium],
        "deposits": [row_of(r) for r in example.deposits],
        "members": members_of(example.premium),
    }
    fold = fold_of(document.tree, example.flow, facts)
    assert fold.parts() == numbers(example.expect)
    if example.caused:
        assert fold.caused() == numbers(example.caused)


def members_of(premium: Free) -> dict[str, Free]:
    """The members of a mutual: who has paid, with the dues written beside the premium."""
    return {str(r["insured"]): {"due": value_of(r["due"])} for r in premium if "due" in r}


def numbers(written: Free) -> dict[str, Fraction]:
    return {k: value_of(v) for k, v in written.items()}


def clocked(row: Free, defaults: Free, by: str) -> dict[str, Free]:
    """A row of a case at the instant its queue goes by; dates order as they are written."""
    whole = {**defaults, **row}
    return row_of(whole, t=str(whole.get(by, whole.get("at"))))


GIVEN = [
    p for p in CASES if case_of(p).value.flow != "recoveries" and all("amount" in r for r in case_of(p).value.rows)
]


@pytest.mark.parametrize("path", GIVEN, ids=named)
def test_a_case_given_by_amounts_is_what_the_oracle_says(path: Path) -> None:
    case = case_of(path).value
    document = programme_of(path.parent / case.programme)
    by = document.value.queue.by
    facts = {
        "rows": [clocked(r, case.defaults, by) for r in case.rows],
        "premium": [row_of(r) for r in case.premium],
        "deposits": [row_of(r, t=str(r["at"])) for r in case.deposits],
        "members": members_of(case.premium),
    }
    fold = fold_of(document.tree, case.flow, facts)
    expect = dict(case.expect)
    for claim, parts in expect.pop("claims", {}).items():
        assert {k: v for (c, k), v in fold.by_claim().items() if c == claim} == numbers(parts)
    assert {k: fold.balances[k] for k in expect.get("balance", {})} == numbers(expect.pop("balance", {}))
    expect.pop("premium", None)
    for party, amount in numbers(expect).items():
        assert round(fold.parts()[party], 2) == amount
