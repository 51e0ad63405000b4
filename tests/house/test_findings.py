"""Every finding of the product has a page in the reference, and something in the tests that provokes it."""

import re
from functools import cache
from pathlib import Path

import pytest

from house.finding_codes import every_code
from quanyu.checks import RULES, check_programme
from quanyu.language.load import lay_over, make_programme
from quanyu.language.tree import Map
from quanyu.language.yaml import read_bytes

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "docs/reference/checks").glob("*.md"))
PROVOKED = ROOT / "tests/findings"
CODES = every_code()
BLOCK = re.compile(r"^```(yaml wrong|yaml right)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@cache
def _tests() -> str:
    files = sorted(p for p in (ROOT / "tests").rglob("*.py") if p.parent.name != "house")
    return "\n".join(p.read_text("utf-8") for p in files)


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_has_a_page(code: str) -> None:
    page = ROOT / "docs/reference/checks" / f"{code}.md"
    assert page.exists(), f"write docs/reference/checks/{code}.md: {sorted(CODES[code])} give this finding"
    text = page.read_text("utf-8")
    assert text.startswith(f"# {code}\n")
    assert re.search(r"[\u4e00-\u9fff]{4}", text), "say it in Chinese too"
    assert text.count("```") == 4, "show what is wrong and what is right"


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_is_provoked(code: str) -> None:
    files = list((PROVOKED / code).glob("*.yaml"))
    named = re.search(rf"[\"']{re.escape(code)}[\"'@]", _tests())
    assert files or named, f"provoke {code} by a file in tests/findings/{code}/ or by a test that names it"


def test_every_page_is_of_a_finding() -> None:
    assert [page.stem for page in PAGES if page.stem not in CODES] == []


def test_every_rule_gives_its_codes_once() -> None:
    codes = [code for rule in RULES for code in rule.codes]
    shared = {"table-gap", "table-overlap"}
    assert sorted({c for c in codes if codes.count(c) > 1}) == sorted(shared)


@cache
def _base() -> Map:
    tree, _ = read_bytes((PROVOKED / "base.yaml").read_bytes(), "base.yaml")
    assert isinstance(tree, Map)
    return tree


def said_of(overlay: str) -> set[str]:
    tree, findings = read_bytes(overlay.encode(), "page")
    if not isinstance(tree, Map) or findings:
        return {finding.code for finding in findings}
    document, findings = make_programme(lay_over(_base(), tree), "page", {})
    return {f.code for f in (check_programme(document) if document else findings)}


EXAMPLES = [(page, *block) for page in PAGES for block in BLOCK.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize(("page", "kind", "text"), EXAMPLES, ids=[f"{p.stem}-{k[5:]}" for p, k, _ in EXAMPLES])
def test_the_examples_of_a_page_are_what_they_are_called(page: Path, kind: str, text: str) -> None:
    if kind == "yaml wrong":
        assert page.stem in said_of(text)
    else:
        assert said_of(text) == set()
