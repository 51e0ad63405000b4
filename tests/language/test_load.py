"""Files → programmes: unknown keys, wrong forms, what a file extends."""

from pathlib import Path

import pytest

from quanyu.language.load import load_programme, read_programme

BASE = """
programme: a.b
version: 2026-01-01
name: {zh: 甲, en: A}
family: property
source: x
parties: {p: {kind: insurer}, q: {kind: insurer}}
covers: {c: {pays: assessed}}
losses:
  - {as: first, party: p, cap: {period: 3亿}}
  - {as: last, party: q}
examples: [{cover: c, env: {assessed: 1}, expect: 1}]
"""


def codes(text: str) -> list[tuple[str, int, int]]:
    _, findings = read_programme(text, "x.yaml")
    return [(f.code, f.place.line, f.place.column) for f in findings if f.place]


def test_all_findings_come_at_once() -> None:
    text = BASE.replace("kind: insurer}, q", "kind: insurerr, colour: red}, q").replace(
        "version: 2026-01-01", "version: 2026-02-30"
    )
    assert [c for c, _, _ in codes(text)] == ["bad-date", "not-allowed", "unknown-key"]


def test_an_unknown_key_is_shown_where_it_stands_with_the_nearest_known() -> None:
    document, findings = read_programme(BASE.replace("cap:", "caps:"), "x.yaml")
    assert document is None
    (finding,) = findings
    assert finding.code == "unknown-key"
    assert (finding.place.line, finding.place.column) == (10, 27)  # type: ignore[union-attr]
    assert "caps: {period" in finding.excerpt
    assert "`cap`" in finding.remedy.en


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("examples: [{cover: c, env: {assessed: 1}, expect: 1}]", "", "missing-key"),
        ("examples: [{cover: c, env: {assessed: 1}, expect: 1}]", "examples: []", "missing-key"),
        ("party: q}", "party: q, tower: [{party: p}], steps: [{party: p}]}", "tower-and-steps"),
        ("{pays: assessed}", "{pays: [1]}", "wrong-type"),
        ("{pays: assessed}", "{pays: {by: x, table: {'(5, 3]': 1}}}", "bad-interval"),
        ("family: property", "family: 1x", "bad-name"),
        ("parties: {p", "closes: {after: soon}\nparties: {p", "bad-duration"),
        ("parties: {p", "insured: {fields: {a: colour}}\nparties: {p", "bad-field-type"),
    ],
)
def test_a_wrong_form_is_a_finding(old: str, new: str, code: str) -> None:
    assert code in [c for c, _, _ in codes(BASE.replace(old, new))]


def test_extends_lays_one_file_over_another(tmp_path: Path) -> None:
    (tmp_path / "2026-01-01.yaml").write_text(BASE, "utf-8")
    (tmp_path / "2027-01-01.yaml").write_text(
        "extends: 2026-01-01.yaml\nversion: 2027-01-01\nlosses:\n  - {as: first, cap: {period: 5亿}}\n  - {as: last}\n",
        "utf-8",
    )
    document, findings = load_programme(tmp_path / "2027-01-01.yaml")
    assert not findings
    assert document is not None
    first, last = document.value.losses.from_
    assert (first.party, dict(first.cap)["period"].text, last.party) == ("p", "5亿", "q")
    assert document.place(("losses", 0, "cap", "period")).file.endswith("2027-01-01.yaml")
    assert document.place(("covers", "c", "pays")).file.endswith("2026-01-01.yaml")


def test_extends_in_a_circle_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n", "utf-8")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n", "utf-8")
    _, findings = load_programme(tmp_path / "a.yaml")
    assert "extends-circle" in [f.code for f in findings]


def test_a_file_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    _, findings = load_programme(tmp_path / "none.yaml")
    assert [f.code for f in findings] == ["cannot-read"]


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as stream:
        stream.truncate(100 << 20)
    _, findings = load_programme(huge)
    assert [f.code for f in findings] == ["file-too-large"]
