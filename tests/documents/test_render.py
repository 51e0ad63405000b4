"""The report: everything it was given is in it, in both languages, and it loads nothing."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from documents.documents_sample import HOSTILE, sample_report
from quanyu.documents import Flow, ProgrammePage, Report, Taken, render_report, write_report
from quanyu.documents.palette import cast_of
from quanyu.documents.wording import numbered, terms_of
from quanyu.terms import Text

VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}


class Reader(HTMLParser):
    """Collects elements, ids and texts, and holds that every element is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1:] not in (["style"], ["script"]):
            self.texts.append((self.open[-1] if self.open else "", data.strip()))


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def html() -> str:
    return render_report(sample_report())


@pytest.fixture(scope="module")
def page(html: str) -> Reader:
    return read(html)


def test_loads_nothing(html: str, page: Reader) -> None:
    names = {tag for tag, _ in page.elements}
    assert not names & {"link", "img", "iframe", "object", "embed", "video", "audio", "base", "form", "image", "use"}
    for tag, attributes in page.elements:
        assert "src" not in attributes, tag
        assert (attributes.get("href") or "#").startswith("#"), attributes
        assert not [a for a in attributes if a.startswith("on")], attributes
    styles = html[html.index("<style>") : html.index("</style>")]
    assert not re.search(r"url\(|@import|@font-face", styles)
    policies = [a.get("content") or "" for t, a in page.elements if t == "meta" and "http-equiv" in a]
    assert any("default-src 'none'" in p for p in policies)


def test_hostile_names_stay_text(html: str, page: Reader) -> None:
    assert "<script>alert" not in html
    assert sum(tag == "script" for tag, _ in page.elements) == 1
    assert any(HOSTILE in text for _, text in page.texts)


def test_anchors_meet_their_targets_once(page: Reader) -> None:
    ids = [a["id"] for _, a in page.elements if a.get("id")]
    assert len(ids) == len(set(ids))
    for tag, attributes in page.elements:
        if tag == "a":
            assert (attributes.get("href") or "")[1:] in ids


def test_every_label_party_and_term_is_shown_in_both_languages(page: Reader) -> None:
    texts = {text for _, text in page.texts}
    for programme in sample_report(hostile=False).programmes:
        cast = cast_of(programme)
        named = [p.name for p in programme.parties] + [a.name for a in programme.accounts]
        for name in (*named, *(p.name for p in programme.pools)):
            assert {name.zh, name.en} <= texts
        for flow in programme.flows:
            for _, _, step in numbered(flow.steps):
                assert step.label in texts
                assert cast.name(step.taker).en in texts or not step.taker
                for term in terms_of(step):
                    assert {term.zh, term.en} <= texts
        for chance in programme.chances:
            assert chance.label in texts


def test_both_languages_come_in_pairs(page: Reader) -> None:
    spans = [a.get("lang") for t, a in page.elements if t == "span" and a.get("lang")]
    briefs = 0.05 * len(spans)
    assert abs(spans.count("zh") - spans.count("en")) <= briefs
    assert spans.count("zh") > 200
    drawn = [a.get("lang") for t, a in page.elements if t == "text" and a.get("lang")]
    assert drawn.count("zh") > 20
    assert drawn.count("en") > 20


def test_sums_stand_beside_their_parts(html: str) -> None:
    assert html.count("等于金额，一分不差") == 2
    assert "30,000,000.01" in html
    assert "129.60" in html
    page = sample_report(hostile=False).programmes[0]
    broken = replace(page.cases[0], totals=(*page.cases[0].totals, Taken("city", 1)))
    told = render_report(Report(title=Text.same("r"), programmes=(replace(page, cases=(broken,)),)))
    assert "与金额不等，差" in told
    assert "−0.01" in told


def test_errors_stand_beside_tail_figures(html: str) -> None:
    assert "± 5,600,000" in html
    assert "正数为付出" in html
    assert "net result: positive = gain, negative = loss" in html


def test_illustrative_numbers_are_marked(page: Reader) -> None:
    marks = [text for _, text in page.texts if text == "illustrative"]
    assert len(marks) >= 8
    assert any(text == "up to 100,000,000 (100 m), each event (illustrative)" for _, text in page.texts)


def test_findings_examples_and_sources_are_listed(page: Reader) -> None:
    texts = {text for _, text in page.texts}
    assert {"monotony", "sample.yaml:41:5", "https://example.org/a", "Sample document 2021/1"} <= texts
    assert any("differs" in text for text in texts)


def test_pages_of_little_are_whole() -> None:
    bare = ProgrammePage(id="", name=Text.same("bare"), version="1")
    reader = read(render_report(Report(title=Text.same("r"), programmes=(bare, bare, replace(bare, id="index")))))
    ids = [a["id"] for t, a in reader.elements if t == "article"]
    assert len(ids) == len(set(ids)) == 4


def test_a_flow_without_steps_is_a_picture() -> None:
    flows = (Flow(name="surplus.to", steps=()), Flow(name="losses.from", steps=(), picture="both", total=0))
    page = ProgrammePage(id="p", name=Text.same("p"), version="1", flows=flows)
    reader = read(render_report(Report(title=Text.same("r"), programmes=(page,))))
    assert sum(tag == "svg" for tag, _ in reader.elements) == 4


def test_a_report_of_nothing_is_a_page() -> None:
    read(render_report(Report(title=Text.same("r"), programmes=())))


def test_eleven_rich_programmes_stay_small() -> None:
    rich = sample_report(hostile=False).programmes[0]
    pages = tuple(replace(rich, id=f"sample.{i}") for i in range(11))
    assert len(render_report(Report(title=Text.same("r"), programmes=pages)).encode()) < 3_000_000


def test_written_as_utf8_where_asked(tmp_path: Path) -> None:
    path = write_report(sample_report(), tmp_path / "out" / "report.html")
    assert path.read_text(encoding="utf-8") == render_report(sample_report())
