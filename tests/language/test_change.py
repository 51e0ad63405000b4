"""Terms replaced by the labels of their steps."""

import pytest

from quanyu.language.change import with_terms
from quanyu.language.load import Document, read_programme
from quanyu.language.programme import Programme
from quanyu.terms import Finding

TEXT = """
programme: test.layers
version: 2026-01-01
name: {zh: 测试, en: test}
family: test
illustrative: [all]
period: {from: 2026-01-01, to: 2026-12-31, each: year, basis: occurring}
parties: {a: {kind: insurer, name: {zh: 甲, en: A}}, b: {kind: insurer, name: {zh: 乙, en: B}}}
accounts: {fund: {name: {zh: 基金, en: Fund}, opening: 100}}
insured: {unit: house, enrolment: none}
covers: {fire: {name: {zh: 火, en: Fire}, pays: loss}}
facts: {loss: {type: money}}
losses:
  from:
    - as: joint
      party: a
      cap: {period: 3亿}
      steps:
        - {as: low, party: b, attachment: {event: 10万}, limit: {event: 20万, period: 50万}}
        - {as: high, party: b, attachment: {event: 30万}}
    - {party: fund}
    - {as: high, party: b, share: 50%}
    - {as: last, party: insured}
  to: [{as: paid, party: insured}]
examples: [{name: {zh: 全赔, en: whole}, cover: fire, env: {loss: 5}, expect: 5}]
"""


@pytest.fixture(name="document")
def _document() -> Document[Programme]:
    document, findings = read_programme(TEXT, "layers.yaml")
    assert document is not None, findings
    return document


def changed(document: Document[Programme], **changes: str) -> Programme:
    result = with_terms(document, {path.replace("_", "."): text for path, text in changes.items()})
    assert not isinstance(result, list), result
    return result.value


def refused(document: Document[Programme], path: str, text: str = "1") -> Finding:
    result = with_terms(document, {path: text})
    assert isinstance(result, list)
    assert len(result) == 1
    return result[0]


def steps(programme: Programme) -> dict[str, dict[str, str]]:
    """The terms of every step by its path of labels."""
    out: dict[str, dict[str, str]] = {}

    def walk(items: object, above: str) -> None:
        for step in items or ():  # type: ignore[attr-defined]
            path = f"{above}{step.label}"
            terms = {f"{k}.{s}": v.text for k in ("attachment", "limit", "cap") for s, v in getattr(step, k)}
            out[path] = terms | ({"share": step.share.text} if step.share else {})
            walk(step.steps, f"{path}/")

    assert programme.losses is not None
    walk(programme.losses.from_, "")
    return out


def test_a_term_is_replaced_and_nothing_else(document: Document[Programme]) -> None:
    before, after = steps(document.value), steps(changed(document, losses_joint_cap_period="5亿"))
    assert after.pop("joint") == {"cap.period": "5亿"}
    before.pop("joint")
    assert after == before
    assert steps(document.value)["joint"] == {"cap.period": "3亿"}


@pytest.mark.parametrize("above", ["", "joint_", "from_"])
def test_a_nested_step_is_named_by_its_label_or_its_path(document: Document[Programme], above: str) -> None:
    found = steps(changed(document, **{f"losses_{above}low_limit_period": "60万"}))
    assert found["joint/low"] == {"attachment.event": "10万", "limit.event": "20万", "limit.period": "60万"}


def test_the_outer_of_two_steps_of_one_label_is_meant_and_the_inner_has_its_path(document: Document[Programme]) -> None:
    assert steps(changed(document, losses_high_share="40%"))["high"] == {"share": "40%"}
    inner = steps(changed(document, losses_joint_high_attachment_event="40万"))
    assert inner["joint/high"] == {"attachment.event": "40万"}
    assert inner["high"] == {"share": "50%"}


def test_a_term_is_added_or_taken_away(document: Document[Programme]) -> None:
    assert steps(changed(document, losses_high_limit_event="9"))["high"] == {"limit.event": "9", "share": "50%"}
    assert steps(changed(document, losses_joint_cap=""))["joint"] == {}
    both = steps(changed(document, losses_joint_cap="{event: 2, period: 3}"))["joint"]
    assert both == {"cap.event": "2", "cap.period": "3"}


def test_several_changes_and_other_parts(document: Document[Programme]) -> None:
    programme = changed(document, accounts_fund_opening="200", losses_fund_share="10%")
    assert programme.accounts["fund"].opening.text == "200"
    assert steps(programme)["fund"] == {"share": "10%"}


def test_unknown_paths_say_what_is_near(document: Document[Programme]) -> None:
    finding = refused(document, "losses.jiont.cap.period")
    assert finding.code == "unknown-term"
    assert "`joint`" in finding.remedy.en
    assert refused(document, "accounts.found.opening").code == "unknown-term"
    assert refused(document, "premium.base").code == "unknown-term"
    assert refused(document, "losses.joint.cap.period.x").code == "unknown-term"


def test_what_the_model_refuses_is_a_finding_with_its_place(document: Document[Programme]) -> None:
    finding = refused(document, "losses.high.cpa.event")
    assert finding.code == "unknown-key"
    finding = refused(document, "losses.joint.cap", "{period: [}")
    assert finding.code == "yaml-syntax"
    assert finding.place is not None
    assert finding.place.file == "--set losses.joint.cap"


def test_an_inner_label_that_stands_twice_needs_its_path(document: Document[Programme]) -> None:
    twice = TEXT.replace("- {party: fund}", "- {as: other, party: a, steps: [{as: low, party: b, share: 1%}]}")
    again, findings = read_programme(twice, "twice.yaml")
    assert again is not None, findings
    assert refused(again, "losses.low.share").code == "ambiguous-term"
    assert not isinstance(with_terms(again, {"losses.other.low.share": "2%"}), list)
