"""The certificate as a page: all of it, in both languages, loading nothing."""

import re
from dataclasses import replace

from documents.certificate_sample import LONG, sample_certificate, small_certificate
from documents.test_render import read
from quanyu.documents import CertificateParty, render_certificate_page
from quanyu.terms import Text


def test_shows_what_the_paper_shows() -> None:
    html = render_certificate_page(sample_certificate())
    said = " ".join(text for _, text in read(html).texts)
    c = sample_certificate()
    parts = (c.number, c.policy, LONG, "40%", "140,950.33", "人民币壹拾肆万零玖佰伍拾元零叁角叁分", c.verification.code)
    for part in (*parts, c.verification.root, c.verification.command, "同投保人", "the policyholder", "500,060"):
        assert part in said, part
    assert "王\U00020bb7〔U+202E〕" in said


def test_loads_nothing() -> None:
    html = render_certificate_page(sample_certificate())
    loading = [
        (tag, a) for tag, attrs in read(html).elements for a in attrs if a in ("src", "data", "srcset", "action")
    ]
    assert loading == []
    assert {a["href"] for _, a in read(html).elements if "href" in a} == {"#main"}
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_the_code_stands_in_the_page() -> None:
    (svg,) = re.findall(r"<svg.*?</svg>", render_certificate_page(small_certificate()), re.S)
    assert "viewBox" in svg


def test_words_are_never_markup() -> None:
    c = replace(small_certificate(), policyholder=CertificateParty(name=Text.same("<script>alert(1)</script>")))
    html = render_certificate_page(c)
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
